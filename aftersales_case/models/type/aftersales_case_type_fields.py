from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import own_fields
from .aftersales_field_rule import PROPERTY_FIELDS

DEFINITIONS = {name: f"{name}_definition" for name in PROPERTY_FIELDS}


class AftersalesCaseType(models.Model):
    """Own fields of a type, and what hangs on them."""

    _inherit = "aftersales.case.type"

    own_field_overview = fields.Html(
        "List of Own Fields", compute="_compute_own_field_overview", sanitize=False
    )

    @api.depends(
        *DEFINITIONS.values(),
        "option_labels",
        "field_rule_ids.label",
        "field_rule_ids.required_from_id",
        "field_rule_ids.active",
    )
    @api.depends_context("lang")
    def _compute_own_field_overview(self):
        kinds = dict(
            self.env["aftersales.own.fields.line"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for case_type in self:
            required = {
                rule.key: rule.required_from_id.name
                for rule in case_type.field_rule_ids
                if rule.active and rule.required_from_id
            }
            labels = case_type._get_key_labels()
            rows = [
                {
                    "label": labels[key],
                    "name": item["name"],
                    "restricted": key.startswith("restricted"),
                    "kind": kinds[own_fields.get_kind(item)],
                    "options": own_fields.get_options(item),
                    "on_card": item.get("view_in_cards"),
                    "required": required.get(key),
                }
                for key, own in case_type._get_own_definitions().items()
                for item in case_type._translate_options([own])
            ]
            case_type.own_field_overview = self.env["ir.qweb"]._render(
                "aftersales_case.own_field_overview", {"rows": rows}
            )

    def write(self, vals):
        if not vals.keys() & set(DEFINITIONS.values()):
            return super().write(vals)
        before = {case_type: case_type._get_own_labels() for case_type in self}
        res = super().write(vals)
        for case_type, old in before.items():
            new = case_type._get_own_labels()
            case_type._forget_own_fields(set(old) - set(new), old)
            case_type._rename_own_fields(
                {key: (old[key], new[key]) for key in set(old) & set(new)}
            )
        return res

    @api.constrains(*DEFINITIONS.values())
    def _check_own_names(self):
        for case_type in self:
            keys = case_type._get_own_definitions()
            names = [item["name"] for item in keys.values()]
            double = next((name for name in names if names.count(name) > 1), None)
            if double:
                raise ValidationError(
                    self.env._(
                        "Own Fields: %s is there twice, once restricted. Remove one of"
                        " them.",
                        double,
                    )
                )

    def _get_own_definitions(self):
        """Return ``{key: definition}`` of the own fields, those for few last."""
        self.ensure_one()
        return {
            f"{name}.{item['name']}": item
            for name, definition in DEFINITIONS.items()
            for item in self[definition] or []
        }

    def _get_own_labels(self):
        """Return ``{key: label}`` of the own fields of this type."""
        return {
            key: item.get("string") or item["name"]
            for key, item in self._get_own_definitions().items()
        }

    def _forget_own_fields(self, keys, labels):
        """Drop the rules and requirements of own fields that are gone.

        :raises UserError: when another field's rule asks for the value of one
        """
        self.ensure_one()
        if not keys:
            return
        own = self.field_rule_ids.filtered(lambda rule: rule.key in keys)
        for rule in self.field_rule_ids - own:
            used = set(rule.condition_ids.mapped("key")) & keys
            if used:
                raise UserError(
                    self.env._(
                        "%(field)s cannot be removed: the rule of %(other)s has a"
                        " condition on it. Change that rule first.",
                        field=labels[min(used)],
                        other=self._get_key_labels().get(rule.key, rule.key),
                    )
                )
        own.unlink()
        self.link_ids.requirement_ids.filtered(lambda item: item.key in keys).unlink()

    def _rename_own_fields(self, renamed):
        """Let the labels in the rules follow when their source was the old name.

        Only in the user's language: he does not know the others.

        :param renamed: ``{key: (old name, new name)}``
        """
        self.ensure_one()
        for rule in self.field_rule_ids:
            old, new = renamed.get(rule.key, (None, None))
            if old != new and rule.with_context(lang=None).label == old:
                rule.label = new

    def _get_shared_names(self, restricted=False):
        """Return ``{(label, kind): technical name}`` of all types' own fields.

        One technical name for one question: its answer survives a change of type, and
        reports can count it over all types.
        """
        # sudo: names of fields, not their values
        types = self.env["aftersales.case.type"].sudo().with_context(active_test=False)
        return {
            (item.get("string", "").lower(), own_fields.get_kind(item)): item["name"]
            for case_type in types.search([], order="sequence desc")
            for item in case_type[DEFINITIONS[PROPERTY_FIELDS[restricted]]] or []
        }

    def action_edit_own_fields(self):
        self.ensure_one()
        wizard = self.env["aftersales.own.fields"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Own Fields: %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_try(self):
        """Open an example case of this type, which is saved only if the user wants."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try: %s", self.name),
            "res_model": "aftersales.case",
            "view_mode": "form",
            "target": "current",
            "context": {
                "default_type_id": self.id,
                "default_name": self.env._("Example"),
            },
        }
