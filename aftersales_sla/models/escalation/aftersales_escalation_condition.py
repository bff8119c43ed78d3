from odoo import api, fields, models

# What a case is judged by here, besides the fields that rules are about.
CASE_KEYS = ("customer_kind", "priority", "stage_id", "team_id", "type_id")


class AftersalesEscalationCondition(models.Model):
    """One comparison under which a level of escalation is told."""

    _name = "aftersales.escalation.condition"
    _description = "Condition of an Escalation Level"
    _inherit = ["aftersales.sla.setting.mixin", "aftersales.condition.mixin"]
    _owner_field = "level_id"

    level_id = fields.Many2one(
        "aftersales.escalation.level", required=True, ondelete="cascade", index=True
    )
    type_keys = fields.Json(related="level_id.type_keys")

    @api.model
    def _get_keys(self):
        keys = dict(super()._get_keys()) | dict(self._get_case_keys())
        return list(keys.items())

    @api.model
    def _get_case_keys(self):
        """Return ``[(field, label)]`` of what every case has."""
        Case = self.env["aftersales.case"]
        names = sorted({*CASE_KEYS, *Case._get_rule_fields()})
        return [
            (name, Case._fields[name]._description_string(self.env)) for name in names
        ]

    @api.model
    def _get_watched(self):
        return ["level_id.policy_id.type_id", "level_id.target_id.policy_id.type_id"]

    @api.model
    def _get_options(self, key):
        field = self.env["aftersales.case"]._fields.get(key)
        if not field or field.type != "selection":
            return {}
        return dict(field._description_selection(self.env))
