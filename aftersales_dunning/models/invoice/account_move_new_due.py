from datetime import timedelta

from odoo import fields, models


class AccountMove(models.Model):
    """A new due date: the open items change, the entry does not.

    Locks, hash, tax and reconciliation do not know the due date of an open item, so
    nothing is unposted for a new one. The original stays visible.
    """

    _inherit = "account.move"

    def _set_new_due_date(self, due):
        """Let the first open instalment be due on a day, the others as much later.

        What is due later anyway stays as it was agreed.

        :param due: the new date
        :returns: ``{"move": date, line id: date}`` as they were, as ISO strings
        """
        self.ensure_one()
        lines = self._get_term_lines().filtered(
            lambda line: not line.reconciled and line.date_maturity
        )
        before = {str(line.id): str(line.date_maturity) for line in lines}
        before["move"] = str(self.invoice_date_due or "")
        if not lines or due <= min(lines.mapped("date_maturity")):
            return before
        shift = due - min(lines.mapped("date_maturity"))
        moved = {line: line.date_maturity + shift for line in lines}
        if not self.dunning_due_original:
            self.dunning_due_original = self.invoice_date_due
        self._write_due_dates(moved)
        # A reset to draft computes the dates anew; posting then moves them again.
        total = shift.days + (self.dunning_due_moved or {}).get("days", 0)
        self.dunning_due_moved = {"days": total}
        self._message_log(
            body=self.env._(
                "New due date after a dunning hold: %(new)s (was %(old)s).",
                new=fields.Date.to_string(max(moved.values())),
                old=before["move"],
            )
        )
        return before

    def _get_due_date_before(self, day):
        """Return what the due date of an item was before the invoice got a new one.

        :param day: the due date of the item now
        """
        days = (self.dunning_due_moved or {}).get("days", 0)
        return day - timedelta(days=days) if day else day

    def _give_back_due_dates(self, before):
        """Let the open instalments be due as they were before ``_set_new_due_date``.

        :param before: what that returned
        """
        self.ensure_one()
        dates = {
            line: fields.Date.to_date(before[str(line.id)])
            for line in self._get_term_lines()
            if before.get(str(line.id))
        }
        moved = [(line.date_maturity - day).days for line, day in dates.items()]
        if not any(moved):
            return
        self._write_due_dates(dates)
        if before.get("move"):
            due = fields.Date.to_date(before["move"])
            self.with_context(skip_invoice_sync=True).invoice_date_due = due
        left = (self.dunning_due_moved or {}).get("days", 0) - max(moved)
        self.dunning_due_moved = {"days": left} if left else False
        if not left:
            self.dunning_due_original = False

    def _write_due_dates(self, dates):
        """Write the dates of the lines, and the invoice's without touching its lines.

        :param dates: ``{line: date}``
        """
        for day in set(dates.values()):
            lines = self.env["account.move.line"].union(
                *(line for line, value in dates.items() if value == day)
            )
            lines.date_maturity = day
        self.with_context(skip_invoice_sync=True).invoice_date_due = max(dates.values())

    def _move_due_dates_again(self):
        """Give the due dates back what a reset to draft took."""
        for move in self.filtered("dunning_due_moved"):
            days = timedelta(days=move.dunning_due_moved.get("days", 0))
            lines = move._get_term_lines().filtered("date_maturity")
            if not lines or not days:
                continue
            wanted = move.dunning_due_original + days
            if max(lines.mapped("date_maturity")) >= wanted:
                # Odoo kept the lines' dates and lost only the invoice's own.
                move._write_due_dates({line: line.date_maturity for line in lines})
            else:
                move._write_due_dates(
                    {line: line.date_maturity + days for line in lines}
                )
