from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...const import (
    DEBTOR_CONTROL,
    HELD_FULL,
    HELD_NONE,
    HELD_PARTIAL,
    HELD_STATES,
    HOLD_ACTIVE,
    PART_WAITING,
    READERS,
    RUNNING_STATES,
    SCOPE_CUSTOMER,
    WAITS_APPROVAL,
)
from ..hold.customer_items import RUNNING, covered_domain

SHOWN_INVOICES = 10


class HoldInfo(NamedTuple):
    """What people are told about the hold on an invoice."""

    state: str = HELD_NONE
    amount: float = 0.0  # in the invoice's currency
    cases: str = ""
    until: date | None = None
    why: str = ""


class AccountMove(models.Model):
    """What the screens say of the holds on an invoice, and their buttons."""

    _inherit = "account.move"

    dunning_state = fields.Selection(
        HELD_STATES,
        "Dunning",
        compute="_compute_dunning_state",
        search="_search_dunning_state",
        groups=READERS,
        help="What may not be dunned today: by a hold on the invoice or its customer, or on"
        " the terms of a hold that ended.",
    )
    held_beside = fields.Monetary(
        "Rest Not Dunned",
        compute="_compute_dunning_state",
        groups=READERS,
        help="What of the rest may not be dunned today: because the whole customer is"
        " held, or until its date.",
    )
    dunning_notice = fields.Char(compute="_compute_dunning_notice", groups=READERS)
    dunning_hold_ids = fields.Many2many(
        "aftersales.dunning.hold",
        string="Running Holds",
        compute="_compute_dunning_notice",
        groups=READERS,
        help="Active or asked for, on this invoice or on all of its customer.",
    )

    @api.depends("held_amount", "hold_state", "amount_residual")
    def _compute_dunning_state(self):
        standings = self._get_standings()
        for move in self:
            standing = standings.get(move)
            state, beside = HELD_NONE, 0
            if standing and standing.residual > 0:
                if standing.is_stopped:
                    state, beside = HELD_FULL, standing.residual - standing.held
                elif standing.held:
                    state = HELD_PARTIAL
            move.dunning_state, move.held_beside = state, beside

    def _search_dunning_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_open = Domain("state", "=", "posted") & Domain("amount_residual", ">", 0)
        full = is_open & self._get_stopped_domain()
        partial = is_open & Domain("hold_state", "=", HELD_PARTIAL) & ~full
        by_state = {HELD_FULL: full, HELD_PARTIAL: partial, HELD_NONE: ~full & ~partial}
        return Domain.OR(by_state[state] for state in value if state in by_state)

    def _get_stopped_domain(self):
        """Return the domain of what ``_get_standings`` finds stopped today."""
        self.env.flush_all()
        return self._get_stopped_by_itself_domain() | covered_domain("id", "move_id")

    def _get_stopped_by_itself_domain(self):
        """As ``_get_stopped_domain``, holds of the whole customer aside."""
        return Domain("hold_state", "=", HELD_FULL)

    @api.depends(
        "held_amount",
        "hold_state",
        "hold_ids.state",
        "hold_ids.part_state",
        "commercial_partner_id",
    )
    @api.depends_context("uid", "lang")
    def _compute_dunning_notice(self):
        """In plain words: what is held, by which case, until when."""
        open_moves = self._origin.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_receipt")
                and move.payment_state not in ("paid", "reversed")
            )
        )
        running = open_moves._get_running_holds()
        # sudo: what he may not read is found out below
        holds = self.env["aftersales.dunning.hold"].sudo()
        parts = defaultdict(holds.browse)
        parts |= open_moves._get_waiting_parts()
        holds = holds.union(*running.values(), *parts.values())
        visible = holds.case_id.with_env(self.env)._filtered_access("read")
        readable = holds.with_env(self.env)._filtered_access("read")
        for move in self:
            own = running.get(move._origin, holds.browse())
            hidden = own - readable
            move.dunning_hold_ids = own & readable
            words = move._get_hidden_words(hidden)
            notice = words or move._get_dunning_notice(own & readable, visible)
            waits = [hold._explain_part() for hold in parts[move._origin] & readable]
            move.dunning_notice = " ".join(
                dict.fromkeys(text for text in (notice, *waits) if text)
            )

    def _get_hidden_words(self, hidden):
        """Return what is told of holds to those who may not read them, if any works.

        :param hidden: running holds of this invoice that the user may not read
        """
        self.ensure_one()
        active = hidden.filtered(lambda hold: hold.state == HOLD_ACTIVE)
        if not active:
            return False
        if self.hold_state == HELD_PARTIAL and SCOPE_CUSTOMER not in active.mapped(
            "scope"
        ):
            return self.env._("A part of this invoice is not dunned at the moment.")
        return self.env._("This invoice is not dunned at the moment.")

    def _get_dunning_notice(self, holds, visible_cases):
        """Return the notice about these running holds."""
        self.ensure_one()
        env = self.env
        active = holds.filtered(lambda hold: hold.state == HOLD_ACTIVE)
        if not holds:
            return False
        values = {
            "why": ", ".join(
                dict.fromkeys(
                    hold._get_case_words(visible_cases)
                    if hold.case_id
                    else hold.reason_id.name
                    for hold in active or holds
                )
            ),
            "held": self.currency_id.format(self.held_amount),
            "total": self.currency_id.format(self.amount_residual),
            "customer": ", ".join(
                active.filtered(lambda hold: hold.scope == SCOPE_CUSTOMER)
                .partner_id.sorted("id")
                .mapped("display_name")
            ),
        }
        if not active and holds[0].waits_for in (False, WAITS_APPROVAL):
            return env._(
                "Somebody asks not to dun this invoice (%(why)s). Debtor control decides.",
                **values,
            )
        if not active:
            return env._(
                "Somebody asks not to dun this invoice (%(why)s). %(wait)s",
                wait=holds[0]._explain_wait(),
                **values,
            )
        if SCOPE_CUSTOMER in active.mapped("scope"):
            text = env._("No invoice of %(customer)s is dunned (%(why)s)", **values)
        elif self.hold_state == HELD_NONE:
            return False
        else:
            text = env._(
                "In review: %(held)s of the open %(total)s is not dunned (%(why)s)",
                **values,
            )
        until = [hold.date_until for hold in active]
        if all(until):
            day = format_date(env, max(until))
            return env._("%(text)s, until %(day)s.", text=text, day=day)
        return env._("%(text)s.", text=text)

    def action_release_holds(self):
        """Ask on which terms the running holds end."""
        self.ensure_one()
        return self.dunning_hold_ids.action_release()

    def action_renew_holds(self):
        """Ask until when the running holds go on."""
        self.ensure_one()
        return self.dunning_hold_ids.action_ask_renewal()

    def action_view_dunning_cases(self):
        """Open the cases that hold this invoice, those that the user may read."""
        self.ensure_one()
        # sudo: a link to a case that is hidden is followed only to leave it out
        cases = self.dunning_hold_ids.sudo().case_id
        cases = cases.with_env(self.env)._filtered_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        if len(cases) == 1:
            return action | {
                "res_id": cases.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return action | {"domain": [("id", "in", cases.ids)]}

    # === What accountants are told about holds, for every screen and message === #

    def _get_hold_infos(self, standings=None, day=None):
        """Say for each invoice what is held of it, why, for which case, until when.

        :param standings: result of ``_get_standings``; of today unless given
        :param day: the day of these
        :returns: ``{move: HoldInfo}``
        """
        if standings is None:
            standings = self._get_standings()
        touched = {
            move: standing
            for move, standing in standings.items()
            if standing.is_stopped or standing.held or standing.customer_items
        }
        by_move = self.browse([move.id for move in touched])._get_active_holds(day)
        empty = HoldInfo()
        return {
            move: move._prepare_hold_info(touched[move], by_move[move])
            if move in touched
            else empty
            for move in self
        }

    def _get_active_holds(self, day=None):
        """Return ``{move: holds}`` that work, those of the whole customer with them.

        Parts that wait for their date are among them.
        """
        waiting = self._get_waiting_parts(day)
        return {
            move: holds.filtered(lambda hold: hold.state == HOLD_ACTIVE) | waiting[move]
            for move, holds in self._get_running_holds().items()
        }

    def _get_waiting_parts(self, day=None):
        """Return ``{move: holds}`` that ended and whose part waits for its date.

        With sudo: as ``_get_running_holds``.
        """
        day = day or fields.Date.context_today(self)
        return self._get_holds_about(
            Domain("part_state", "=", PART_WAITING) & Domain("resume_on", ">", day),
            SQL("hold.part_state = 'waiting' AND hold.resume_on > %s", day),
            "resume_on, id",
        )

    def _get_running_holds(self):
        """Return ``{move: holds}``: asked for or active, on the invoice or its customer.

        With sudo: a hold counts and is told whoever looks, its case is not.
        """
        return self._get_holds_about(
            Domain("state", "in", RUNNING_STATES), RUNNING, "date_from, id"
        )

    def _get_holds_about(self, domain, which, order):
        """Return ``{move: holds}``: those on the invoice, then those on its customer.

        :param domain: which holds on the invoice
        :param which: the same of those on the customer, a condition on ``hold``
        :param order: of those on the invoice
        """
        # sudo: a hold counts and is told whoever looks, its case is not
        Hold = self.env["aftersales.dunning.hold"].sudo()
        ids = self._origin.ids
        own = Hold.search(
            domain
            & Domain("scope", "!=", SCOPE_CUSTOMER)
            & Domain("move_id", "in", ids),
            order=order,
        ).grouped(lambda hold: hold.move_id.id)
        customers = Hold._get_of_customers(which, ids)
        return {
            move: own.get(move._origin.id, Hold) | customers.get(move._origin.id, Hold)
            for move in self
        }

    def _prepare_hold_info(self, standing, holds):
        """Hook: put into words why an invoice is held.

        :param standing: its ``Standing``
        :param holds: its active holds, and parts that wait for their date
        """
        self.ensure_one()
        reasons = list(dict.fromkeys(holds.reason_id.mapped("name")))
        if standing.customer_items:
            reasons.append(self.env._("all invoices of the customer"))
        if standing.resume_on:
            day = format_date(self.env, standing.resume_on)
            reasons.append(self.env._("not before %s", day))
        ends = [
            hold.date_until if hold.state == HOLD_ACTIVE else hold.resume_on
            for hold in holds
        ]
        is_full = standing.is_stopped or standing.customer_items
        return HoldInfo(
            state=HELD_FULL if is_full else HELD_PARTIAL,
            amount=standing.residual if standing.is_stopped else standing.held,
            cases=", ".join(
                dict.fromkeys(
                    number for number in holds.mapped("case_number") if number
                )
            ),
            until=max(ends) if ends and all(ends) else standing.resume_on,
            why=", ".join(reasons),
        )

    def _get_held_message(self, standings=None, words=None):
        """Return what to tell somebody who wants to dun held invoices.

        :param standings: result of ``_get_standings``; of today unless given
        :param words: ``{move: sentence}`` about those that are not held
        """
        infos = self._get_hold_infos(standings)
        if not (self.env.su or self.env.user.has_group(DEBTOR_CONTROL)):
            infos = {move: HoldInfo(info.state) for move, info in infos.items()}
        held = any(infos[move].state != HELD_NONE for move in self)
        words = words or {}
        lines = [
            words[move]
            if move in words and infos[move].state == HELD_NONE
            else move._get_held_sentence(infos[move])
            for move in self[:SHOWN_INVOICES]
        ]
        if len(self) > SHOWN_INVOICES:
            lines.append(self.env._("and %s more", len(self) - SHOWN_INVOICES))
        return "\n".join(
            [
                self.env._("This may not be dunned at the moment:"),
                *lines,
                self.env._("Leave it out, or release the hold first.")
                if held
                else self.env._("Leave it out."),
            ]
        )

    def _get_held_sentence(self, info):
        """Return one line about an invoice that is held, or was paid: number, case, why."""
        self.ensure_one()
        # sudo: whoever sees a reminder may know which invoice it is about
        name = self.sudo().name or self.env._("Draft")
        if info.state == HELD_NONE and self.sudo().state != "posted":  # sudo: as above
            return self.env._("%s: not posted any more", name)
        if info.state == HELD_NONE:
            return self.env._("%s: paid since, or paid in part", name)
        if info.cases:
            return self.env._(
                "%(invoice)s: held, case %(cases)s, %(why)s",
                invoice=name,
                cases=info.cases,
                why=info.why,
            )
        if not info.why:
            return self.env._("%s: held", name)
        return self.env._("%(invoice)s: held, %(why)s", invoice=name, why=info.why)
