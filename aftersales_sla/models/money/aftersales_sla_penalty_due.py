from odoo import api, fields, models

from ...const import DUE_BACK, DUE_RISK, DUE_STATES
from ...engine.penalty import BREACH


class AftersalesSlaPenaltyDue(models.Model):
    """What one rule makes of one clock: at risk, due, or taken back. Never an invoice.

    Written with the clocks of a case (``_follow``). What is due stays, whatever a later
    replay says, but for a repair, which takes it back and says why.
    """

    _name = "aftersales.sla.penalty.due"
    _description = "SLA Penalty of a Case"
    _inherit = ["aftersales.case.part"]
    _order = "reached_at desc, id desc"
    _rec_name = "penalty_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade"
    )
    target_id = fields.Many2one(
        "aftersales.sla.target",
        "Promise",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    cycle = fields.Integer(required=True, readonly=True)
    penalty_id = fields.Many2one(
        "aftersales.sla.penalty", required=True, readonly=True, ondelete="restrict"
    )
    agreement_id = fields.Many2one(
        "agreement", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    state = fields.Selection(DUE_STATES, required=True, readonly=True)
    units = fields.Integer(
        readonly=True, help="Hours or working days late that were started."
    )
    reached_at = fields.Datetime("Since", readonly=True)
    month = fields.Date(
        required=True, readonly=True, help="In which it was reached, or may be."
    )
    is_over = fields.Boolean(readonly=True, help="It grows no more.")
    gross = fields.Monetary("Before Limits", readonly=True)
    gross_next = fields.Monetary("Next, Before Limits", readonly=True)
    is_endless = fields.Boolean(
        "Without a Limit", readonly=True, help="Nothing says how much it can become."
    )
    amount = fields.Monetary("Owed", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company's Currency"
    )
    company_amount = fields.Monetary(
        "Now", currency_field="company_currency_id", readonly=True
    )
    company_next = fields.Monetary(
        "At the Next Step", currency_field="company_currency_id", readonly=True
    )
    company_most = fields.Monetary(
        "At Most", currency_field="company_currency_id", readonly=True
    )
    passed_from_id = fields.Many2one(
        "aftersales.case",
        "Missed On",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The case that was merged into this one, and had missed it.",
    )
    reason = fields.Char(compute="_compute_reason")
    back_at = fields.Datetime("Taken Back On", readonly=True)
    back_reason = fields.Char("Taken Back Because", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(case_id, target_id, cycle, penalty_id) WHERE state != 'back'",
        "A penalty stands once for each deadline.",
    )
    _agreement_idx = models.Index("(agreement_id) WHERE state != 'back'")
    _month_idx = models.Index("(company_id, month) WHERE state = 'due'")

    @api.model
    def _read_owed(self, link, records):
        """Return ``[(record, currency)]`` of what was ever owed under records.

        :param link: the field that names them here
        """
        # sudo: of confidential cases too
        return self.sudo()._read_group(
            [(link, "in", records.ids), ("state", "!=", DUE_RISK)],
            [link, "currency_id"],
        )

    # === In words === #

    @api.depends("state", "units", "reached_at", "back_reason", "passed_from_id")
    @api.depends_context("lang", "tz")
    def _compute_reason(self):
        for due in self:
            parts = [f"{due.target_id._get_what()}: {due.penalty_id._tell()}"]
            if due.passed_from_id:
                # sudo: a number only
                number = due.passed_from_id.sudo().number
                parts.append(self.env._("missed on %s", number))
            if due.state == DUE_BACK:
                parts.append(due.back_reason)
            elif due.units and due.penalty_id.per != BREACH:
                parts.append(self.env._("%s started", due.units))
            due.reason = ". ".join(filter(None, parts))
