from odoo import api, fields, models

READERS = "aftersales_case.group_aftersales_agent,account.group_account_invoice"


class AccountMove(models.Model):
    """What its customer reported of an invoice in the portal."""

    _inherit = "account.move"

    reported_line_count = fields.Integer(
        compute="_compute_reported_line_count", groups=READERS
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reported_line_count(self):
        counts = dict(
            self.env["aftersales.reported.line"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["__count"]
            )
        )
        for move in self:
            move.reported_line_count = counts.get(move._origin, 0)

    def action_view_reported_lines(self):
        """Show what of these invoices was reported, by whom, and what became of it."""
        action = self.env["aftersales.reported.line"]._get_action()
        return action | {"domain": [("move_id", "in", self.ids)]}
