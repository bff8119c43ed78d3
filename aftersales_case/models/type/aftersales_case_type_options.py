from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...engine import own_fields
from .aftersales_case_type_fields import DEFINITIONS


class TranslatedDefinition(fields.PropertiesDefinition):
    """Own fields of a type; clients read the options in the language of the user.

    Code of ours reads the source, and ``write`` of the type turns it back.
    """

    def convert_to_read(self, value, record, use_display_name=True):
        value = super().convert_to_read(value, record, use_display_name)
        return record._translate_options(value) if value else value


class AftersalesCaseType(models.Model):
    """Options of own fields in several languages: core knows one label for each."""

    _inherit = "aftersales.case.type"

    properties_definition = TranslatedDefinition()
    restricted_properties_definition = TranslatedDefinition()
    option_labels = fields.Json(
        "Translated Options",
        help="{field: {option: {language: text}}}; without one the source is shown.",
    )

    @api.constrains("option_labels")
    def _check_option_labels(self):
        for case_type in self:
            if not own_fields.are_option_labels(case_type.option_labels or {}):
                raise ValidationError(
                    self.env._(
                        "Translated Options: give a text for each field, option and"
                        " language."
                    )
                )

    def _translate_options(self, definitions):
        """Return definitions with the options in the user's language."""
        labels = self.option_labels if self else None
        return own_fields.translate(definitions, labels or {}, self.env.lang)

    def _get_options(self):
        """Return ``{key: {option: label}}`` of own fields, in the user's language."""
        self.ensure_one()
        return {
            key: {option[0]: option[1] for option in own_fields.get_choices(item)}
            for key, own in self._get_own_definitions().items()
            for item in self._translate_options([own])
            if own_fields.get_choices(item)
        }

    @api.model
    @ormcache()
    def _get_all_option_labels(self):
        """Return the translations of every type that has some, archived ones too."""
        # sudo: they are the same for everybody
        types = self.sudo().with_context(active_test=False)
        found = types.search_fetch([("option_labels", "!=", False)], ["option_labels"])
        return tuple(case_type.option_labels for case_type in found)

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        if any(vals.get("option_labels") for vals in vals_list):
            self.env.registry.clear_cache()
        return types

    def write(self, vals):
        """Let source and translations follow what was written in the user's language."""
        written = [
            name for name in DEFINITIONS.values() if isinstance(vals.get(name), list)
        ]
        if written and "option_labels" not in vals:
            if len(self) > 1 and any(self.mapped("option_labels")):
                for case_type in self:
                    case_type.write(vals)
                return True
            labels = self.option_labels if self else None
            if labels:
                for name in written:
                    vals, labels = self._untranslate_options(vals, name, labels)
                vals = vals | {"option_labels": labels}
        res = super().write(vals)
        if vals.keys() & {"option_labels", *DEFINITIONS.values()}:
            self.env.registry.clear_cache()
        return res

    def unlink(self):
        had_labels = any(self.mapped("option_labels"))
        res = super().unlink()
        if had_labels:
            self.env.registry.clear_cache()
        return res

    def _untranslate_options(self, vals, name, labels):
        """Return values with the source of one set of own fields, and all translations."""
        old = self[name] or []
        own = {item["name"] for item in old}
        definitions, kept = own_fields.untranslate(
            vals[name], old, labels, self.env.lang
        )
        others = {field: texts for field, texts in labels.items() if field not in own}
        return vals | {name: definitions}, others | kept

    @api.model
    def _add_option_labels(self, labels_of):
        """Give types translations that they do not have; for data of addons.

        :param labels_of: ``{external id of the type: labels as in option_labels}``
        """
        for xmlid, labels in labels_of.items():
            case_type = self.env.ref(xmlid, raise_if_not_found=False)
            known = (case_type and case_type.option_labels) or {}
            wanted = own_fields.complete(known, labels)
            if case_type and wanted != known:
                case_type.option_labels = wanted

    def action_translate_options(self):
        self.ensure_one()
        wizard = self.env["aftersales.option.labels"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Translate Options: %s", self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
