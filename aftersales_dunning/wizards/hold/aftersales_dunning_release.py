from odoo import api, fields, models


class AftersalesDunningRelease(models.TransientModel):
    """End holds by hand, on terms that may differ from those of their reason."""

    _name = "aftersales.dunning.release"
    _description = "Release Dunning Holds"
    _inherit = ["aftersales.dunning.release.terms"]

    hold_ids = fields.Many2many("aftersales.dunning.hold", string="Holds")
    hold_count = fields.Integer(compute="_compute_hold_count")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        holds = self.env["aftersales.dunning.hold"].browse(
            self.env.context.get("default_hold_ids")
            or self.env.context.get("active_ids")
        )
        if holds:
            values |= holds[0]._get_terms() | {"hold_ids": [(6, 0, holds.ids)]}
        return values

    @api.depends("hold_ids")
    def _compute_hold_count(self):
        for wizard in self:
            wizard.hold_count = len(wizard.hold_ids)

    def action_release(self):
        """End the holds on these terms."""
        self.hold_ids._release_by_hand(self._get_terms())
        return {"type": "ir.actions.act_window_close"}
