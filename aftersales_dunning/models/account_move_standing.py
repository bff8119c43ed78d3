from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.allocation import spread_due

STANDING = """
    SELECT m.id, m.amount_residual, m.held_amount, m.hold_state = 'full',
           m.dunning_resume_on,
           EXISTS (
               SELECT 1 FROM aftersales_dunning_hold h
                WHERE h.scope = 'customer' AND h.state = 'active'
                  AND h.partner_id = m.commercial_partner_id
                  AND h.company_id = m.company_id
                  AND m.move_type IN ('out_invoice', 'out_receipt', 'entry')
           )
      FROM account_move m
     WHERE m.id IN %s
"""


class Standing(NamedTuple):
    """How an invoice stands towards dunning on a day."""

    residual: float = 0.0
    held: float = 0.0
    is_full: bool = False
    is_customer_held: bool = False
    resume_on: date | None = None
    is_early: bool = False  # the day is before ``resume_on``

    @property
    def is_stopped(self):
        """Whether nothing of the invoice may be dunned."""
        return self.is_full or self.is_customer_held or self.is_early

    @property
    def due_now(self):
        """What may be asked for, in the invoice's currency."""
        return 0.0 if self.is_stopped else max(self.residual - self.held, 0.0)


class AccountMove(models.Model):
    """The one judge of what may be dunned; every gate and screen asks it."""

    _inherit = "account.move"

    due_now = fields.Monetary(
        compute="_compute_due_now",
        help="What may be dunned: the open amount less what is held.",
    )

    @api.depends("amount_residual", "held_amount", "dunning_resume_on")
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
        ids = tuple(self._origin.ids)
        if not ids:
            return {}
        day = day or fields.Date.context_today(self)
        if cr is None:
            cr = self.env.cr
            self.env.flush_all()
        cr.execute(SQL(STANDING, ids))
        rows = {
            move_id: Standing(
                float(residual or 0),
                float(held or 0),
                bool(is_full),
                is_customer_held,
                resume_on,
                bool(resume_on and day < resume_on),
            )
            for move_id, residual, held, is_full, resume_on, is_customer_held in (
                cr.fetchall()
            )
        }
        return {move: rows[move._origin.id] for move in self if move._origin.id in rows}

    def _get_due_by_line(self, standings):
        """Say what may be asked for each open instalment of partly held invoices.

        The hold lies on what is due last, in letters, in the portal and here alike.

        :param standings: result of ``_get_standings``
        :returns: ``{line id: amount in the invoice's currency}`` for the instalments of
            invoices of which a part is held, none for others
        """
        partly = {
            move: standing
            for move, standing in standings.items()
            if standing.held and not standing.is_stopped
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
            amounts = [(line.id, line.amount_residual_currency) for line in own]
            due = spread_due(amounts, partly[move].held)
            result |= {key: move.currency_id.round(due[key]) for key in due}
        return result
