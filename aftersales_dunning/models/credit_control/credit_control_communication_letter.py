from odoo import models
from odoo.exceptions import UserError

from ..hold.dunning_lock import keep_from_holds, lock_for_sending
from .credit_control_line import JUDGED


class CreditControlCommunication(models.Model):
    """Letters: they name nothing that is held or paid, also when printed again."""

    _inherit = "credit.control.communication"

    def _get_printable(self):
        """Return the letters that may be printed; tell the user which are left out.

        Holds wait from here until the letters are handed over, at the end of the request.

        :raises UserError: when none may be printed, naming the invoices and cases
        """
        self.check_access("read")
        # sudo: the judge looks at everything, whoever prints
        lines = self.sudo().credit_control_line_ids
        printable = self._leave_out()
        if self.env.context.get("dunning_judged") is JUDGED:
            return printable
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
            now = lines.move_line_id._get_items_now(cr)
        printable._ensure_unchanged(standings, now)
        unprinted = printable.filtered("is_unprinted")
        if unprinted:
            # sudo: whoever may print it hands it over, with what it says now
            unprinted = unprinted.sudo()
            own = unprinted.credit_control_line_ids
            own._restate(own._get_dunnable())
            unprinted.is_unprinted = False
        return printable

    def _ensure_unchanged(self, standings, now):
        """Guard: nothing was held or paid that this transaction does not see.

        :raises UserError: naming the invoices and cases
        """
        # sudo: the judge looks at everything, whoever prints
        lines = self.sudo().credit_control_line_ids
        due = lines._get_dunnable(standings, now)
        stopped = lines.filtered(lambda line: not due.get(line, 1) and line.due_now)
        if stopped:
            raise UserError(stopped._get_held_message(standings, now))
        if any(
            line.currency_id.compare_amounts(line.due_now, amount)
            for line, amount in due.items()
        ):
            raise UserError(
                self.env._(
                    "What is due of one of the invoices has just changed. Print again."
                )
            )

    def _leave_out(self):
        """Leave out letters about what is held, or wholly paid, or about nothing.

        :returns: the other letters
        :raises UserError: when there is none
        """
        reasons = self._get_reasons_to_leave_out()
        printable = self.filtered(lambda one: one not in reasons)
        if not printable:
            raise UserError("\n".join(dict.fromkeys(reasons.values())))
        if reasons:
            printable._tell_left_out(reasons)
        return printable

    def _get_reasons_to_leave_out(self):
        """Return ``{letter: sentences}`` for those that may not be printed."""
        # sudo: the judge looks at everything, whoever prints
        lines = self.sudo().credit_control_line_ids
        due = lines._get_dunnable()
        settled = lines._filter_settled()
        reasons = {}
        for one in self:
            own = lines.filtered(lambda line, one=one: line.communication_id == one)
            held = own.filtered(
                lambda line: not due.get(line, 1) and line not in settled
            )
            if held:
                reasons[one] = held._get_held_message()
            elif own and all(line in settled for line in own):
                reasons[one] = own._get_held_message()
            elif not own and one.is_stopped:
                reasons[one] = self._get_stopped_words()
            elif not own:
                reasons[one] = self.env._("This communication is about no invoice.")
        return reasons

    def _tell_left_out(self, reasons):
        """Tell the user, and the letters' own history, which are left out and why."""
        for one, reason in reasons.items():
            # sudo: who prints may not write; what was left out is noted all the same
            one.sudo()._message_log(body=self.env._("Not printed. %s", reason))
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "sticky": True,
                "title": self.env._("%s letters were left out", len(reasons)),
                "message": "\n".join(
                    f"{one.partner_id.display_name}: {reason}"
                    for one, reason in reasons.items()
                ),
            },
        )

    def _get_shown_lines(self):
        """Return the lines that a letter shows: what is paid is not asked for again."""
        self.ensure_one()
        return self.credit_control_line_ids._get_still_asked()
