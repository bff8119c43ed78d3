from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...const import LOCK_INVOICE, REACHED_STATES
from ...engine.allocation import EPSILON, spread_layers
from ..credit_control.credit_control_line import UNSENT_STATES
from ..hold.customer_items import IS_ITEM, STARTING, covered_items, out_on
from ..hold.dunning_lock import SECONDS, lock_for_hold, wait_at_most
from .account_move_held import AMOUNT_READERS

STANDING = """
      WITH asked (id) AS MATERIALIZED (SELECT unnest(%(ids)s))
    SELECT m.id, m.amount_residual, m.held_amount, part.parts, customer.line_ids,
           customer.is_all, customer.resume_on
      FROM account_move m
 LEFT JOIN (
    SELECT hold.move_id,
           jsonb_agg(jsonb_build_array(
               hold.id, hold.held_amount, hold.part_amount, hold.is_series,
               hold.resume_on
           ) ORDER BY hold.resume_on NULLS FIRST, hold.id) AS parts
      FROM aftersales_dunning_hold AS hold
     WHERE hold.move_id IN (SELECT id FROM asked) AND hold.scope <> 'customer'
       AND hold.part_state IN ('waiting', 'dunned')
       AND (hold.part_state = 'waiting' OR hold.is_series)
  GROUP BY hold.move_id
    ) AS part ON part.move_id = m.id
 LEFT JOIN (
    SELECT line.move_id,
           array_agg(line.id) FILTER (WHERE covered.line_id IS NOT NULL) AS line_ids,
           bool_and(covered.line_id IS NOT NULL) AS is_all,
           max(covered.resume_on) AS resume_on
      FROM account_move_line AS line
      JOIN account_move AS move ON move.id = line.move_id
 LEFT JOIN (
        SELECT item.line_id,
               CASE WHEN bool_or(hold.state = 'active') THEN NULL
                    ELSE max(hold.resume_on) END AS resume_on
          FROM (%(covered)s) AS item
          JOIN aftersales_dunning_hold AS hold ON hold.id = item.hold_id
      GROUP BY item.line_id
        ) AS covered ON covered.line_id = line.id
     WHERE line.move_id IN (SELECT id FROM asked) AND %(item)s
       AND EXISTS (
           SELECT FROM aftersales_dunning_hold AS hold
            WHERE hold.scope = 'customer' AND %(out)s)
  GROUP BY line.move_id
    ) AS customer ON customer.move_id = m.id
     WHERE m.id IN (SELECT id FROM asked)
"""

# Holds that begin as soon as no reminder about their invoice is leaving.
IS_STARTING = """
    SELECT EXISTS (
        SELECT FROM aftersales_dunning_hold AS hold
         WHERE hold.move_id IN %(ids)s AND %(starting)s)
        OR EXISTS (%(covered)s)
"""


class Part(NamedTuple):
    """A disputed part that is dunned by itself on a day."""

    hold_id: int
    amount: float


class Standing(NamedTuple):
    """How an invoice stands towards dunning on a day."""

    residual: float = 0.0
    held: float = 0.0  # by holds, and parts that wait for their date
    is_full: bool = False
    is_customer_held: bool = False  # all that customers owe of it
    customer_items: frozenset = frozenset()  # ids of the lines that are held like that
    resume_on: date | None = None  # the last day for which a part waits
    parts: tuple = ()  # each ``Part``, what is due first first

    @property
    def is_stopped(self):
        """Whether nothing of the invoice may be dunned."""
        return self.is_full or self.is_customer_held

    @property
    def is_limited(self):
        """Whether something of it may not be dunned, or not with the rest."""
        return bool(self.is_stopped or self.held or self.parts or self.customer_items)

    @property
    def due_now(self):
        """What may be asked for, in the invoice's currency."""
        return 0.0 if self.is_stopped else max(self.residual - self.held, 0.0)

    @property
    def rest(self):
        """What of it is dunned with the rest: no part that is dunned by itself."""
        return max(self.due_now - sum(part.amount for part in self.parts), 0.0)

    def of_item(self, line_id):
        """Return how one line of it stands: an entry may be about several customers."""
        if not self.customer_items:
            return self
        return self._replace(is_customer_held=line_id in self.customer_items)

    @classmethod
    def from_row(cls, row, day):
        """Return the standing on a day by a row of ``STANDING``.

        Parts whose date has come since hold nothing any more, whether or not the job
        that says so has run. They are the last of what is out, so nothing else changes.
        """
        residual, held, parts, line_ids, is_all, customer_day = row
        residual, held = float(residual or 0), float(held or 0)
        by_itself, days = [], [customer_day] if customer_day else []
        for hold_id, out, apart, is_series, resume_on in parts or ():
            resume_on = date.fromisoformat(resume_on) if resume_on else None
            out, apart = float(out or 0), float(apart or 0)
            if out and resume_on and resume_on > day:
                days.append(resume_on)
                continue
            held -= out
            if is_series and (out or apart):
                by_itself.append(Part(hold_id, out or apart))
        held = held if held > EPSILON else 0.0
        return cls(
            residual,
            held,
            bool(held) and held >= residual - EPSILON,
            bool(is_all),
            frozenset(line_ids or ()),
            max(days, default=None),
            tuple(by_itself),
        )


class AccountMove(models.Model):
    """How an invoice stands towards dunning: what is due, and what was reminded."""

    _inherit = "account.move"

    due_now = fields.Monetary(
        compute="_compute_due_now",
        groups=AMOUNT_READERS,
        help="What may be dunned: the open amount less what is held.",
    )

    @api.depends("amount_residual", "held_amount", "hold_ids.part_state")
    def _compute_due_now(self):
        standings = self._get_standings()
        for move in self:
            move.due_now = standings[move].due_now if move in standings else 0

    def _get_standings(self, day=None, cr=None):
        """Say how invoices stand towards dunning.

        :param day: date of the dunning; default is today
        :param cr: another cursor to read with, see ``dunning_lock.py``
        :returns: ``{move: Standing}`` for invoices that are in the database; one query
        """
        ids = self._origin.ids
        if not ids:
            return {}
        day = day or fields.Date.context_today(self)
        if cr is None:
            cr = self.env.cr
            self.env.flush_all()
        out = out_on(day)
        covered = covered_items(out, SQL("line.move_id IN (SELECT id FROM asked)"))
        cr.execute(SQL(STANDING, ids=ids, covered=covered, item=IS_ITEM, out=out))
        rows = {move_id: Standing.from_row(row, day) for move_id, *row in cr.fetchall()}
        return {move: rows[move._origin.id] for move in self if move._origin.id in rows}

    def _is_hold_starting(self, cr):
        """Say whether a hold on these waits only for a reminder that is just leaving.

        :param cr: cursor that reads what is committed now, see ``dunning_lock.py``
        """
        if not self:
            return False
        ids = tuple(self.ids)
        covered = covered_items(STARTING, SQL("line.move_id IN %s", ids))
        cr.execute(SQL(IS_STARTING, ids=ids, starting=STARTING, covered=covered))
        return cr.fetchone()[0]

    def _get_due_by_part(self, standings):
        """Say what may be asked for each open instalment, of the rest and of each part.

        What is due first lies on what falls due first, in letters, in the portal and
        here alike: the rest, then the parts that are dunned by themselves, by their
        dates; what is out lies on what is due last.

        :param standings: result of ``_get_standings``
        :returns: ``{(line id, hold id): amount in the invoice's currency}``, with hold
            id False for the rest; for instalments of invoices of which something is out
            or dunned by itself, none for others
        """
        partly = {
            move: standing
            for move, standing in standings.items()
            if (standing.held or standing.parts) and not standing.is_stopped
        }
        lines = self.env["account.move.line"].search_fetch(
            [
                ("move_id", "in", [move.id for move in partly]),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
            ],
            ["move_id", "date_maturity", "amount_residual_currency", "currency_id"],
            order="date_maturity, id",
        )
        result = {}
        for move, own in lines.grouped("move_id").items():
            standing = partly[move]
            amounts = [(line.id, line.amount_residual_currency) for line in own]
            layers = [(False, standing.rest), *standing.parts]
            spread = spread_layers(amounts, layers)
            result |= {key: move.currency_id.round(spread[key]) for key in spread}
        return result

    # === Reminders: what was reached, and what is on its way === #

    def _is_finally_reminded(self):
        """Say whether one of these invoices has had the last reminder of its policy."""
        # sudo: service need not read reminders to complain about an invoice
        lines = self.sudo().credit_control_line_ids.filtered(
            lambda line: (
                line.state in REACHED_STATES
                and (line.hold_id or not line.manually_overridden)
            )
        )
        return any(
            line.level >= max(line.policy_id.level_ids.mapped("level"), default=0)
            for line in lines
        )

    def _restart_dunning(self):
        """Let dunning start again at the first level; what was sent stays sent.

        What is on its way of a later level does not leave.

        :returns: the reminders that counted until now
        """
        # A part that is dunned by itself is none of the rest.
        unsent = self._get_reminders_on_their_way().filtered(
            lambda line: not line.hold_id
        )
        reason = self.env._("Dunning starts again at the first reminder.")
        unsent._hold_back(dict.fromkeys(unsent, 0.0), reason)
        # sudo: the terms of a hold decide, not who ends it
        lines = self.env["credit.control.line"].sudo()
        lines = lines.search(
            [
                ("invoice_id", "in", self.ids),
                ("state", "!=", "draft"),
                ("manually_overridden", "=", False),
            ]
        )
        lines.manually_overridden = True
        return lines

    def _stop_reminders(self):
        """Take back what is on its way to the customer and may not be dunned any more.

        Under the locks of its holds. What is already right stays as it is.

        :returns: the invoices of which something could not be taken back, because others
            write it
        """
        lines = self._get_reminders_on_their_way() if self else None
        if not lines:
            return self.browse()
        try:
            with wait_at_most(self.env.cr, SECONDS, flush=True):
                lines._hold_back(lines._get_dunnable())
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # What others wrote meanwhile is read by a new transaction only.
            return self
        return self.browse()

    def _take_back_reminders(self):
        """Judge anew what is on its way about these.

        As a hold does: what is just leaving is waited for, and what others are writing
        the gate judges again.
        """
        moves = self._get_reminders_on_their_way().invoice_id
        busy = lock_for_hold(self.env.cr, moves.ids)
        moves.filtered(
            lambda move: (LOCK_INVOICE, move.id) not in busy
        )._stop_reminders()

    def _get_reminders_on_their_way(self):
        # sudo: a hold stops reminders, whoever may place it
        return (
            self.env["credit.control.line"]
            .sudo()
            .search(
                [
                    ("invoice_id", "in", self.ids),
                    "|",
                    ("state", "in", UNSENT_STATES),
                    "&",
                    ("state", "=", "sent"),
                    ("communication_id.is_unprinted", "=", True),
                ]
            )
        )
