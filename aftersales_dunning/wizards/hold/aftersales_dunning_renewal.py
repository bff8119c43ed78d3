from odoo import api, fields, models


class AftersalesDunningRenewal(models.TransientModel):
    """Hold on for longer: until when, with a proposal by the reason."""

    _name = "aftersales.dunning.renewal"
    _description = "Renew Dunning Holds"
    _inherit = "aftersales.form.mixin"

    hold_ids = fields.Many2many("aftersales.dunning.hold", string="Holds")
    date_until = fields.Date(
        "Until",
        compute="_compute_date_until",
        store=True,
        readonly=False,
        help="As long as the reason says unless changed. Empty where it knows no end.",
    )

    @api.depends("hold_ids")
    def _compute_date_until(self):
        for wizard in self:
            wizard.date_until = wizard._get_proposal()

    def _get_proposal(self):
        """Return the first of the days that the reasons say, or False for no end."""
        holds = self.hold_ids._origin._filtered_access("read")
        days = [hold._get_proposed_until() for hold in holds]
        return min((day for day in days if day), default=False)

    def action_renew(self):
        """Renew the holds, each as its reason says unless another day was chosen."""
        self.ensure_one()
        is_chosen = self.date_until != self._get_proposal()
        self.hold_ids.action_renew(self.date_until if is_chosen else None)
        return {"type": "ir.actions.act_window_close"}
