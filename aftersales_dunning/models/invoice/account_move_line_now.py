from datetime import date
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL, format_date

NOW = """
    SELECT id, date_maturity,
           CASE WHEN parent_state = 'posted' THEN amount_residual_currency END
      FROM account_move_line WHERE id IN %s
"""


class ItemNow(NamedTuple):
    """What is open of an item, and when it is due."""

    open: float = 0.0  # in its currency; nothing while its invoice is a draft
    due_on: date | None = None


class AccountMoveLine(models.Model):
    """What an open item is like now, whatever a reminder about it says."""

    _inherit = "account.move.line"

    def write(self, vals):
        """Let what is on its way to the customer follow a due date that moves."""
        res = super().write(vals)
        if "date_maturity" in vals:
            posted = self.move_id.filtered(lambda move: move.state == "posted")
            posted._take_back_reminders()
        return res

    def _get_items_now(self, cr=None):
        """Say what is open of these items, and when they are due.

        :param cr: another cursor to read with, see ``dunning_lock.py``
        :returns: ``{line id: ItemNow}``
        """
        if not self:
            return {}
        if cr is None:
            cr = self.env.cr
            self.flush_recordset(
                ["amount_residual_currency", "date_maturity", "parent_state"]
            )
        cr.execute(SQL(NOW, tuple(self.ids)))
        return {
            line_id: ItemNow(float(amount or 0), due_on)
            for line_id, due_on, amount in cr.fetchall()
        }

    def _get_claims_now(self, cr=None):
        """As ``_get_items_now``, with what may be asked for instead of what is open.

        :param cr: another cursor to read with, see ``dunning_lock.py``
        """
        due = self._get_due_now(standings=self.move_id._get_standings(cr=cr))
        return {
            key: item._replace(open=max(min(item.open, due.get(key, item.open)), 0.0))
            for key, item in self._get_items_now(cr).items()
        }

    def _get_dunning_locks(self):
        """Return ids of the invoices and of the customers that a hold on these locks.

        A hold is on the customer of an item or of its invoice, on somebody above him up
        to the company, or on whom the entry was about before.
        """
        moves = self.move_id
        partners = self.partner_id | moves.partner_id | moves.commercial_partner_id
        above = partners
        while above := above.parent_id - partners:
            partners |= above
        return moves.ids, partners.ids

    def _filter_due_later(self):
        """Return those that are not due before a date that we gave instead of another."""
        today = fields.Date.context_today(self)
        return self.filtered(
            lambda line: (
                line.move_id.dunning_due_original
                and line.date_maturity
                and line.date_maturity > today
            )
        )

    def _get_words_of_less(self, standings=None, now=None):
        """Return ``{invoice: sentence}`` why less than what is open is asked for.

        Where nothing is held, and nothing was paid.

        :param standings: result of ``_get_standings`` of their invoices, if known
        :param now: result of ``_get_items_now``, if known
        """
        due = self._get_due_of_parts(standings=standings)
        limits = self._get_smallest()
        now = self._get_items_now() if now is None else now
        words = {}
        for line in self:
            currency, move = line.currency_id, line.move_id
            left = now[line.id].open if line.id in now else 0.0
            rest = due.get((line.id, False), left)
            if currency.compare_amounts(left, 0) <= 0:
                continue
            if currency.compare_amounts(rest, left) < 0:
                words[move] = self.env._(
                    "%s: what was disputed gets reminders of its own", move.name
                )
            elif not line._is_asked(left, limits[line.id]):
                words[move] = self.env._(
                    "%(invoice)s: %(amount)s is below the tolerance",
                    invoice=move.name,
                    amount=currency.format(left),
                )
        return words

    def _get_words_of_date(self):
        """Return ``{invoice: sentence}`` that says when these are due."""
        return {
            line.move_id: self.env._(
                "%(invoice)s: due on %(due)s by now",
                invoice=line.move_id.name,
                due=format_date(self.env, line.date_maturity),
            )
            for line in self
        }
