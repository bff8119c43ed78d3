from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...const import HELD_FULL, HELD_NONE, HELD_PARTIAL, HELD_STATES
from .credit_control_line import JUDGED


class CreditControlCommunication(models.Model):
    """What goes to the customer at once: it names nothing that is held."""

    _name = "credit.control.communication"
    _inherit = ["aftersales.kept.mixin", "credit.control.communication"]

    is_stopped = fields.Boolean(
        "Stopped",
        readonly=True,
        copy=False,
        help="A hold, a payment or new terms came before it was sent. What is still due"
        " goes out in another one.",
    )
    is_unprinted = fields.Boolean(
        readonly=True,
        copy=False,
        help="Its lines are marked as done, but the letter was not handed over yet.",
    )
    hold_state = fields.Selection(
        HELD_STATES,
        "Dunning Hold",
        compute="_compute_hold",
        search="_search_hold_state",
    )
    held_amount = fields.Monetary(
        "In Review", compute="_compute_hold", help="What of its lines is held now."
    )
    hold_cases = fields.Char("Cases", compute="_compute_hold")

    @api.depends("credit_control_line_ids.hold_state")
    def _compute_hold(self):
        for communication in self:
            lines = communication.credit_control_line_ids
            states = set(lines.mapped("hold_state"))
            if states == {HELD_FULL}:
                communication.hold_state = HELD_FULL
            else:
                held = states & {HELD_FULL, HELD_PARTIAL}
                communication.hold_state = HELD_PARTIAL if held else HELD_NONE
            communication.held_amount = sum(lines.mapped("held_amount"))
            cases = [line.hold_cases for line in lines if line.hold_cases]
            communication.hold_cases = ", ".join(dict.fromkeys(cases))

    def _search_hold_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = (HELD_FULL, HELD_PARTIAL)
        asked = [state for state in value if state in held]
        domain = Domain("credit_control_line_ids.hold_state", "in", asked)
        if HELD_NONE in value:
            domain |= ~Domain("credit_control_line_ids.hold_state", "in", held)
        return domain

    @api.depends("credit_control_line_ids.due_now")
    def _compute_total(self):
        return super()._compute_total()

    @api.model
    def _get_total(self):
        """What was invoiced: once, where rest and part of an item are two rows."""
        return self.credit_control_line_ids._get_invoiced()

    @api.model
    def _get_total_due(self):
        """What is asked for now: letter and mail are restated where a part is held."""
        return sum(self.credit_control_line_ids.mapped("due_now"))

    # === Gates === #

    @api.model
    def _aggregate_credit_lines(self, lines):
        """Put all that goes to a customer at once into one: the highest level speaks."""
        Level = self.env["credit.control.policy.level"]
        joined = {}
        for data in super()._aggregate_credit_lines(lines):
            key = data["partner_id"], data["company_id"], data["currency_id"]
            own = lines.browse(data["credit_control_line_ids"][0][2])
            if key in joined:
                own |= lines.browse(joined[key]["credit_control_line_ids"][0][2])
                levels = (joined[key]["policy_level_id"], data["policy_level_id"])
                data["policy_level_id"] = Level.browse(levels)._get_highest().id
            joined[key] = data | {"credit_control_line_ids": [Command.set(own.ids)]}
        return list(joined.values())

    @api.model
    def _generate_comm_from_credit_lines(self, lines):
        """Leave out what is held."""
        return super()._generate_comm_from_credit_lines(lines._without_held())

    def _send_communications_by_email(self):
        # The gate at the mail itself decides; here only what this transaction knows.
        return super(
            CreditControlCommunication, self.with_context(dunning_judged=JUDGED)
        )._send_communications_by_email()

    def _mark_credit_line_as_sent(self):
        """Marked before it is printed: until then a hold still stops it."""
        # sudo: kept by the system, whoever sends them
        self.sudo().is_unprinted = True
        return super()._mark_credit_line_as_sent()

    @api.model
    def _get_stopped_words(self):
        """Return why something of a communication that was stopped does not go out."""
        return self.env._(
            "A hold, a payment or new terms stopped this communication before it was sent."
            " What is still due goes out in a new one."
        )

    def _cancel_mails(self):
        """Cancel the mails that have not left, and say why."""
        if not self:
            return
        mails = (
            self.env["mail.mail"]
            .sudo()  # sudo: a hold stops reminders, whoever may place it
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "in", ("outgoing", "exception")),
                ]
            )
        )
        mails._cancel_held()

    def _get_credit_control_communication_table(self):
        """Show what is in review, for which case, what changed, and new due dates."""
        self.ensure_one()
        lines = self.credit_control_line_ids
        if (
            self.hold_state == HELD_NONE
            and not lines._get_dunnable()
            and not any(lines.mapped("date_due_original"))
            and not lines.hold_id
        ):
            return super()._get_credit_control_communication_table()
        record = self.with_context(lang=self.partner_id.lang)
        return record.env["ir.qweb"]._render(
            "aftersales_dunning.communication_table", {"doc": record}
        )

    def copy_data(self, default=None):
        """Refuse: lines belong to one communication, so a second one would be empty."""
        self.check_access("read")
        raise UserError(
            self.env._(
                "A communication cannot be duplicated, it would ask for nothing. Print it"
                " again, or send its lines again."
            )
        )

    def _generate_emails(self):
        """Send nothing that asks for nothing."""
        return super(
            CreditControlCommunication, self.filtered("credit_control_line_ids")
        )._generate_emails()
