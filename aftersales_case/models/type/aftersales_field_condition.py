from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import conditions

NEEDS_NO_VALUE = (conditions.SET, conditions.NOT_SET)
FOUND_BY_NAME = 100


class AftersalesFieldCondition(models.Model):
    """One comparison under which a field rule applies. No code, no free domains.

    Records are compared by id, whatever the language of the reader; ``value_shown`` is
    how people read and write them.
    """

    _name = "aftersales.field.condition"
    _description = "Condition of a Field Rule"
    _order = "id"

    rule_id = fields.Many2one(
        "aftersales.field.rule", required=True, ondelete="cascade", index=True
    )
    key = fields.Selection(selection="_get_keys", string="Field", required=True)
    operator = fields.Selection(
        conditions.OPERATORS, required=True, default=conditions.IS
    )
    value = fields.Char("Compared With", help="For records their ids.")
    value_shown = fields.Char(
        "Value",
        compute="_compute_value_shown",
        readonly=False,
        help="Several values are separated by commas. Records go by their name.",
    )
    type_keys = fields.Json(related="rule_id.type_keys")

    @api.model
    def _get_keys(self):
        return self.env["aftersales.field.rule"]._get_keys()

    @api.depends("key", "operator", "value", "rule_id.type_id")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for condition in self:
            case_type = condition.rule_id.type_id
            labels = case_type._get_key_labels() if case_type else {}
            condition.display_name = " ".join(
                filter(
                    None,
                    [
                        labels.get(condition.key, condition.key),
                        operators.get(condition.operator),
                        condition.value_shown,
                    ],
                )
            )

    @api.depends("value", "key", "rule_id.type_id")
    @api.depends_context("lang", "uid")
    def _compute_value_shown(self):
        models_of = {condition: condition._get_model() for condition in self}
        names = {}
        for model, own in self.grouped(models_of.get).items():
            if model:
                ids = [number for one in own for number in one._get_ids()]
                # What the reader may not read, he gets by number.
                records = self.env[model].browse(ids).exists()._filtered_access("read")
                names[model] = {record.id: record.display_name for record in records}
        for condition in self:
            known = names.get(models_of[condition])
            condition.value_shown = condition.value
            if known is not None:
                condition.value_shown = ", ".join(
                    known.get(int(part), f"#{part}") if part.isdecimal() else part
                    for part in conditions.parse(condition.value)
                )

    @api.onchange("key")
    def _onchange_key(self):
        self.value = self.value_shown = False

    @api.constrains("key", "operator", "value", "rule_id")
    def _check_value(self):
        for condition in self:
            # A rule that is switched off waits for its conditions to be mended.
            if condition.operator in NEEDS_NO_VALUE or not condition.rule_id.active:
                continue
            label = condition._get_key_label()
            if not conditions.parse(condition.value):
                raise ValidationError(
                    self.env._("Value: fill in what %s is compared with.", label)
                )
            model = condition._get_model()
            ids = condition._get_ids()
            wrong = model and len(ids) != len(conditions.parse(condition.value))
            if wrong or (model and self.env[model].browse(ids).exists().ids != ids):
                raise ValidationError(
                    self.env._(
                        "Value: %(field)s is compared with something that is not there."
                        " Choose it by its name.",
                        field=label,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_value(vals) for vals in vals_list])

    def write(self, vals):
        if "value_shown" not in vals:
            return super().write(vals)
        for condition in self:
            super(AftersalesFieldCondition, condition).write(
                condition._with_value(vals)
            )
        return True

    def _with_value(self, vals):
        """Return the values with what is compared, for the names that were written."""
        if "value_shown" not in vals:
            return vals
        vals = dict(vals)
        text = vals.pop("value_shown")
        rule = self.rule_id
        if vals.get("rule_id"):
            rule = rule.browse(vals["rule_id"])
        key = vals.get("key") or self.key
        model = rule.type_id._get_key_models().get(key) if rule else None
        if not model:
            return vals | {"value": text}
        shown = self.value_shown if self and key == self.key else None
        if text and text == shown:  # untouched: also what one may not read
            return vals | {"value": self.value}
        records, unknown = self._find_named(model, text)
        if unknown:
            raise ValidationError(
                self.env._(
                    "Value: %(name)s is no %(field)s, or there are several of that"
                    " name.",
                    name=unknown,
                    field=rule.type_id._get_key_labels().get(key, key),
                )
            )
        return vals | {"value": ",".join(map(str, records.ids))}

    # === Records === #

    def _get_key_label(self):
        labels = self.rule_id.type_id._get_key_labels() if self.rule_id.type_id else {}
        return labels.get(self.key, self.key)

    def _get_model(self):
        """Return the model of the records that are compared, or None for plain values."""
        case_type = self.rule_id.type_id
        return case_type._get_key_models().get(self.key) if case_type else None

    def _get_ids(self):
        """Return the ids that are compared, without what is no id."""
        parts = conditions.parse(self.value)
        return [int(part) for part in parts if part.isdecimal()]

    @api.model
    def _find_named(self, model, text):
        """Return the records named in a text, and the first name that means no record.

        :param text: names separated by commas; a name may have commas of its own
        :returns: (records, False), or (no records, a name none or several have)
        """
        parts = conditions.parse(text)
        found = self.env[model]
        while parts:
            for size in range(len(parts), 0, -1):
                records = self._find_by_name(model, ", ".join(parts[:size]))
                if len(records) == 1:
                    break
            else:
                return self.env[model], parts[0]
            found |= records
            parts = parts[size:]
        return found, False

    @api.model
    def _find_by_name(self, model, name):
        """Return the records with this display name, in the language of the user."""
        Model = self.env[model].with_context(active_test=False)
        records = Model.search([("display_name", "=", name)], limit=FOUND_BY_NAME)
        records |= Model.search([("display_name", "ilike", name)], limit=FOUND_BY_NAME)
        return records.filtered(lambda r: r.display_name.lower() == name.lower())
