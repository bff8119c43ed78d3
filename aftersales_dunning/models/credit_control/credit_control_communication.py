from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import HELD_FULL, HELD_NONE, HELD_PARTIAL, HELD_STATES
from ..hold.dunning_lock import keep_from_holds, lock_for_sending
from .credit_control_line import JUDGED


class CreditControlCommunication(models.Model):
    """What goes to the customer at once: it names nothing that is held."""

    _inherit = "credit.control.communication"

    is_stopped = fields.Boolean(
        "Stopped",
        readonly=True,
        copy=False,
        help="A hold came before it was sent. The rest goes out in another one.",
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
    def _get_total_due(self):
        """What is asked for now: letter and mail are restated where a part is held."""
        return sum(self.credit_control_line_ids.mapped("due_now"))

    # === Gates === #

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
        self.is_unprinted = True
        return super()._mark_credit_line_as_sent()

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
        """Show what is in review, and for which case, where something is."""
        self.ensure_one()
        if self.hold_state == HELD_NONE:
            return super()._get_credit_control_communication_table()
        record = self.with_context(lang=self.partner_id.lang)
        return record.env["ir.qweb"]._render(
            "aftersales_dunning.communication_table", {"doc": record}
        )

    # === Letters === #

    def _ensure_may_print(self):
        """Guard: a letter names nothing that is held, also when it is printed again.

        Holds wait from here until the letter is handed over, at the end of the request.

        :raises UserError: naming the invoices and cases
        """
        # sudo: the judge looks at everything, whoever prints
        lines = self.sudo().credit_control_line_ids
        self._refuse_held(lines)
        if self.env.context.get("dunning_judged") is JUDGED:
            return
        moves = lines.invoice_id
        locked = lines._get_locks()
        with lock_for_sending(self.env, *locked) as cr:
            if (
                cr is None
                or moves._is_hold_starting(cr)
                or not keep_from_holds(self.env.cr, *locked)
            ):
                raise UserError(
                    self.env._("One of the invoices is just being held. Print again.")
                )
            standings = moves._get_standings(cr=cr)
        self._refuse_held(lines, standings)
        if any(
            line.currency_id.compare_amounts(line.due_now, amount) > 0
            for line, amount in lines._get_dunnable(standings).items()
        ):
            raise UserError(
                self.env._("One of the invoices was just held in part. Print again.")
            )
        unprinted = self.filtered("is_unprinted")
        if unprinted:
            # sudo: whoever may print it hands it over
            unprinted.sudo().is_unprinted = False

    def _refuse_held(self, lines, standings=None):
        due = lines._get_dunnable(standings)
        held = lines.filtered(lambda line: not due.get(line, 1))
        if held:
            raise UserError(held.invoice_id._get_held_message(standings))
        if any(one.is_stopped and not one.credit_control_line_ids for one in self):
            raise UserError(
                self.env._(
                    "A hold stopped this communication before it was sent. What is not"
                    " held goes out in a new one."
                )
            )
