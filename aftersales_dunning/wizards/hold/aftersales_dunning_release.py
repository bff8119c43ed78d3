from odoo import api, fields, models

from ...const import DEBTOR_CONTROL


class AftersalesDunningRelease(models.TransientModel):
    """End holds by hand, on terms that may differ from those of their reason.

    Who decides about no other terms ends each hold on its own.
    """

    _name = "aftersales.dunning.release"
    _description = "Release Dunning Holds"
    _inherit = ["aftersales.dunning.release.terms", "aftersales.form.mixin"]

    hold_ids = fields.Many2many("aftersales.dunning.hold", string="Holds")
    hold_count = fields.Integer(compute="_compute_hold_count")
    may_choose = fields.Boolean(compute="_compute_may_choose")

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

    @api.depends("hold_ids")
    @api.depends_context("uid")
    def _compute_may_choose(self):
        user = self.env.user
        is_debtor = self.env.su or user.has_group(DEBTOR_CONTROL)
        for wizard in self:
            wizard.may_choose = is_debtor or wizard.hold_ids._has_date_limit(user)

    def action_release(self):
        """End the holds on these terms."""
        terms = self._get_terms()
        if not self.may_choose and terms == self.hold_ids[:1]._get_terms():
            terms = {}
        self.hold_ids._release_by_hand(terms)
        return {"type": "ir.actions.act_window_close"}
