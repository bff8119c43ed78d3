from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class CreditControlLine(models.Model):
    """What changed since a reminder was made: what it asks for, and when that is due.

    Money came or went back, a part was held or released, a new due date was given. What
    has not left is judged by what is true now, and comes back when it is due.
    """

    _inherit = "credit.control.line"

    date_due_now = fields.Date(
        "Due on",
        compute="_compute_dates",
        compute_sudo=True,
        help="The due date as it is now.",
    )
    date_due_original = fields.Date(
        "Original Due Date",
        compute="_compute_dates",
        compute_sudo=True,
        help="The due date before a new one was given.",
    )

    @api.depends("date_due", "move_line_id.date_maturity")
    def _compute_hold(self):
        """Ask for nothing that is due later by now."""
        res = super()._compute_hold()
        self._filter_early().due_now = 0
        return res

    @api.depends("date_due", "move_line_id.date_maturity", "invoice_id")
    def _compute_dates(self):
        for line in self:
            given = line.move_line_id.date_maturity
            now = max((day for day in (line.date_due, given) if day), default=False)
            before = line.invoice_id._get_due_date_before(given)
            line.date_due_now = now
            line.date_due_original = before if before and before < now else False

    # === The judge === #

    def _get_changed(self, limits, now=None):
        """Say what reminders may ask for now where they say something else.

        :param limits: ``{line: amount}`` that holds leave, where something is held
        :param now: result of ``_get_items_now`` of their items, if known
        :returns: ``{line: amount}``, 0 where nothing is sent
        """
        items = self.sudo().move_line_id  # sudo: the judge looks at everything
        if now is None:
            now = items._get_items_now()
        early = self._filter_early(now)
        result = {}
        for line in self:
            found = now.get(line.sudo().move_line_id.id)  # sudo: as above
            open_amount = max(found.open, 0.0) if found else line.balance_due
            amount = min(limits.get(line, open_amount), open_amount)
            if line in early:
                result[line] = 0.0
            elif line in limits or line._says_else(amount, found and found.due_on):
                result[line] = amount
        if not result:
            return result
        smallest = items._get_smallest()
        for line, amount in result.items():
            item = line.sudo().move_line_id  # sudo: as above
            if not item._is_asked(amount, smallest[item.id]):
                result[line] = 0.0
        return result

    def _filter_early(self, now=None):
        """Return those whose item got a later due date since, and had no turn since.

        :param now: result of ``_get_items_now`` of their items, if known
        """
        days = self._get_days_of_moved(now)
        today = fields.Date.context_today(self)
        return self.filtered(lambda line: line in days and days[line][1] > today)

    def _get_days_of_moved(self, now=None):
        """Return ``{line: (due date, first day of its reminder)}`` where that moved."""
        result = {}
        for line in self:
            item = line.sudo().move_line_id  # sudo: the judge looks at everything
            due_on = item.date_maturity
            if now is not None and item.id in now:
                due_on = now[item.id].due_on
            if line._is_moved(due_on):
                # sudo: as above
                result[line] = due_on, line.sudo().policy_level_id._get_day_of(due_on)
        return result

    def _filter_settled(self, now=None):
        """Return those of which so little is open that nothing is sent."""
        items = self.sudo().move_line_id  # sudo: the judge looks at everything
        if now is None:
            now = items._get_items_now()
        left = items._drop_small({key: item.open for key, item in now.items()})
        # sudo: as above
        return self.filtered(lambda line: not left.get(line.sudo().move_line_id.id, 1))

    def _is_moved(self, due_on):
        """Say whether what it asks for got a later due date since it was made."""
        self.ensure_one()
        return bool(due_on and self.date_due and due_on > self.date_due)

    def _says_else(self, amount, due_on=None):
        """Say whether it asks for another amount, or names a due date that moved.

        :param due_on: the due date of its item now; read unless given
        """
        self.ensure_one()
        if self.currency_id.compare_amounts(self.balance_due, amount):
            return True
        # sudo: the judge looks at everything
        return self._is_moved(due_on or self.sudo().move_line_id.date_maturity)

    def _asks_too_much(self, due):
        """Say whether it asks for more than it may.

        :param due: ``{line: amount}`` as by ``_get_dunnable``
        """
        self.ensure_one()
        if self not in due:
            return False
        return self.currency_id.compare_amounts(self.balance_due, due[self]) > 0

    def _get_still_asked(self):
        """Return the lines of which something is open; a letter shows no others."""
        return self.filtered(
            lambda line: line.currency_id.compare_amounts(line.open_amount, 0) > 0
        )

    # === What people are told === #

    def _get_later_words(self):
        """Return what of *In Review* is settled and due later: a sentence each."""
        self.ensure_one()
        move, left = self.invoice_id, self.held_amount
        texts = []
        # sudo: the customer may know; whoever prints or sends it need not read holds
        for hold in move.sudo()._get_waiting_parts()[move.sudo()].sorted("resume_on"):
            amount = min(hold.held_amount, left)
            if self.currency_id.compare_amounts(amount, 0) > 0:
                left -= amount
                texts.append(
                    self.env._(
                        "%(amount)s is due on %(day)s.",
                        amount=format_amount(self.env, amount, self.currency_id),
                        day=format_date(self.env, hold.resume_on),
                    )
                )
        return texts

    def _get_held_message(self, standings=None, now=None):
        """Return what to tell somebody who wants to send these reminders.

        :param standings: result of ``_get_standings`` of their invoices, if known
        :param now: result of ``_get_items_now`` of their items, if known
        """
        # sudo: whoever sees a reminder may know why it does not leave
        words = self.sudo().move_line_id._get_words_of_less(standings, now)
        return self.invoice_id._get_held_message(
            standings, words | self._get_early_words(now)
        )

    def _get_early_words(self, now=None):
        """Return ``{invoice: sentence}`` for those that are due later by now."""
        days = self._filter_early(now)._get_days_of_moved(now)
        return {
            line.invoice_id: self.env._(
                "%(invoice)s: due on %(due)s by now, no reminder before %(day)s",
                # sudo: whoever sees a reminder may know which invoice it is about
                invoice=line.sudo().invoice_id.name,
                due=format_date(self.env, due_on),
                day=format_date(self.env, day),
            )
            for line, (due_on, day) in days.items()
        }
