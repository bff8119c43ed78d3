from datetime import date
from typing import NamedTuple

from odoo import models

from ..const import (
    HELD_FULL,
    HELD_NONE,
    HELD_PARTIAL,
    HOLD_ACTIVE,
    RUNNING_STATES,
    SCOPE_CUSTOMER,
)

SHOWN_INVOICES = 10


class HoldInfo(NamedTuple):
    """What people are told about the hold on an invoice."""

    state: str = HELD_NONE
    amount: float = 0.0  # in the invoice's currency
    cases: str = ""
    until: date | None = None
    why: str = ""


class AccountMove(models.Model):
    """What accountants are told about holds, in batch, for every screen and message."""

    _inherit = "account.move"

    def _get_hold_infos(self, standings=None):
        """Say for each invoice what is held of it, why, for which case, until when.

        :param standings: result of ``_get_standings``; of today unless given
        :returns: ``{move: HoldInfo}``
        """
        if standings is None:
            standings = self._get_standings()
        touched = {
            move: standing
            for move, standing in standings.items()
            if standing.is_stopped or standing.held
        }
        by_move = self.browse([move.id for move in touched])._get_active_holds()
        empty = HoldInfo()
        return {
            move: move._prepare_hold_info(touched[move], by_move[move])
            if move in touched
            else empty
            for move in self
        }

    def _get_active_holds(self):
        """Return ``{move: holds}`` that work, those of the whole customer with them."""
        return {
            move: holds.filtered(lambda hold: hold.state == HOLD_ACTIVE)
            for move, holds in self._get_running_holds().items()
        }

    def _get_running_holds(self):
        """Return ``{move: holds}``: asked for or active, on the invoice or its customer.

        With sudo: a hold counts and is told whoever looks, its case is not.
        """
        Hold = self.env["aftersales.dunning.hold"].sudo()  # sudo: as the docstring says
        if not self:
            return {}
        moves = self.sudo()  # sudo: as above
        running = [("state", "in", RUNNING_STATES)]
        holds = Hold.search(
            [
                *running,
                ("scope", "!=", SCOPE_CUSTOMER),
                ("move_id", "in", self._origin.ids),
            ],
            order="date_from, id",
        )
        of_customers = Hold.search(
            [
                *running,
                ("scope", "=", SCOPE_CUSTOMER),
                ("partner_id", "in", moves.commercial_partner_id.ids),
            ],
            order="date_from, id",
        )
        own = holds.grouped("move_id")
        customers = of_customers.grouped(
            lambda hold: (hold.partner_id, hold.company_id)
        )
        return {
            move: own.get(sudo._origin, Hold)
            | customers.get((sudo.commercial_partner_id, sudo.company_id), Hold)
            for move, sudo in zip(self, moves, strict=True)
        }

    def _prepare_hold_info(self, standing, holds):
        """Hook: put into words why an invoice is held.

        :param standing: its ``Standing``
        :param holds: its active holds
        """
        self.ensure_one()
        reasons = list(dict.fromkeys(holds.reason_id.mapped("name")))
        if standing.is_customer_held:
            reasons.append(self.env._("all invoices of the customer"))
        if standing.is_early:
            reasons.append(self.env._("not before %s", standing.resume_on.isoformat()))
        ends = [hold.date_until for hold in holds]
        return HoldInfo(
            state=HELD_FULL if standing.is_stopped else HELD_PARTIAL,
            amount=standing.residual if standing.is_stopped else standing.held,
            cases=", ".join(
                dict.fromkeys(
                    number for number in holds.mapped("case_number") if number
                )
            ),
            until=max(ends) if ends and all(ends) else standing.resume_on,
            why=", ".join(reasons),
        )

    def _get_held_message(self, standings=None):
        """Return what to tell somebody who wants to dun held invoices."""
        infos = self._get_hold_infos(standings)
        lines = [move._get_held_sentence(infos[move]) for move in self[:SHOWN_INVOICES]]
        if len(self) > SHOWN_INVOICES:
            lines.append(self.env._("and %s more", len(self) - SHOWN_INVOICES))
        return "\n".join(
            [
                self.env._("This may not be dunned at the moment:"),
                *lines,
                self.env._("Leave it out, or release the hold first."),
            ]
        )

    def _get_held_sentence(self, info):
        """Return one line about a held invoice: its number, case and reason."""
        self.ensure_one()
        # sudo: whoever sees a reminder may know which invoice it is about
        name = self.sudo().name or self.env._("Draft")
        if info.cases:
            return self.env._(
                "%(invoice)s: held, case %(cases)s, %(why)s",
                invoice=name,
                cases=info.cases,
                why=info.why,
            )
        return self.env._("%(invoice)s: held, %(why)s", invoice=name, why=info.why)
