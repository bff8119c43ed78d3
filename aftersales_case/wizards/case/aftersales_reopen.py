from odoo import api, fields, models
from odoo.fields import Command

from ...const import CLOSED_STATES


class AftersalesReopen(models.TransientModel):
    """Asks why closed cases are opened again."""

    _name = "aftersales.reopen"
    _description = "Reopen Cases"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    type_ids = fields.Many2many("aftersales.case.type", compute="_compute_type_ids")
    reason = fields.Char(required=True)
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        domain=f"[('link_ids.type_id', 'in', type_ids), ('state', 'not in', {CLOSED_STATES})]",
        help="Empty means the first stage of the type in which a case is worked on.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        values["case_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.depends("case_ids")
    def _compute_type_ids(self):
        for reopen in self:
            reopen.type_ids = reopen.case_ids.type_id

    def action_reopen(self):
        self.ensure_one()
        self.case_ids._reopen(self.reason, self.stage_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
