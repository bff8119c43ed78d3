from odoo import api, fields, models

from odoo.addons.account_credit_control.models.credit_control_policy import CHANNEL_LIST

from ...const import DRY_RUN_OUTCOMES


class AftersalesDunningDryRunLine(models.TransientModel):
    """What a run would do with one open instalment."""

    _name = "aftersales.dunning.dry.run.line"
    _description = "Line of a Dry Run"
    _order = "outcome desc, level desc, id"

    dry_run_id = fields.Many2one(
        "aftersales.dunning.dry.run", required=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id", string="Invoice", store=True
    )
    invoice_name = fields.Char(related="move_id.name", string="Number")
    partner_id = fields.Many2one(
        related="move_line_id.partner_id", string="Customer", store=True
    )
    hold_id = fields.Many2one(
        "aftersales.dunning.hold",
        "Disputed Part",
        ondelete="cascade",
        help="The reminder is about this disputed part alone.",
    )
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    date_due = fields.Date(
        related="move_line_id.date_maturity", string="Due Date", store=True
    )
    outcome = fields.Selection(
        DRY_RUN_OUTCOMES, required=True, group_expand="_read_group_outcome"
    )
    level = fields.Integer(aggregator=None)
    level_name = fields.Char("Reminder")
    policy_name = fields.Char("Policy")
    channel = fields.Selection(CHANNEL_LIST)
    open_amount = fields.Monetary("Open")
    held_amount = fields.Monetary("Held")
    due_now = fields.Monetary()
    reason = fields.Char(help="Why it is not dunned, or not wholly.")

    @api.model
    def _read_group_outcome(self, outcomes, domain):
        """Return the outcomes found, reminders first."""
        return [key for key, _label in DRY_RUN_OUTCOMES if key in outcomes]

    def action_open_invoice(self):
        """Open the invoice of this line."""
        self.ensure_one()
        return self.move_id._get_records_action()
