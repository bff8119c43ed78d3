from odoo import api, fields, models


class AftersalesFieldCondition(models.Model):
    """One comparison under which a field rule applies."""

    _name = "aftersales.field.condition"
    _description = "Condition of a Field Rule"
    _inherit = ["aftersales.cached.mixin", "aftersales.condition.mixin"]
    _owner_field = "rule_id"

    rule_id = fields.Many2one(
        "aftersales.field.rule", required=True, ondelete="cascade", index=True
    )
    type_keys = fields.Json(related="rule_id.type_keys")

    @api.model
    def _get_watched(self):
        return ["rule_id.type_id"]
