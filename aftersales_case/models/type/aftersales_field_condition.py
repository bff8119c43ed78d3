from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import conditions


class AftersalesFieldCondition(models.Model):
    """One comparison under which a field rule applies. No code, no free domains."""

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
    value = fields.Char(help="Several values are separated by commas.")
    type_keys = fields.Json(related="rule_id.type_keys")

    @api.model
    def _get_keys(self):
        return self.env["aftersales.field.rule"]._get_keys()

    @api.depends("key", "operator", "value", "rule_id.type_id")
    @api.depends_context("lang")
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
                        condition.value,
                    ],
                )
            )

    @api.constrains("operator", "value")
    def _check_value(self):
        for condition in self:
            needs_value = condition.operator not in (
                conditions.SET,
                conditions.NOT_SET,
            )
            if needs_value and not conditions.parse(condition.value):
                raise ValidationError(
                    self.env._(
                        "Value: fill in what %s is compared with.", condition.key
                    )
                )
