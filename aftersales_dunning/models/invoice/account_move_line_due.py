from odoo import api, fields, models

from ...const import (
    DEBTOR_CONTROL,
    HELD_NONE,
    HELD_STATES,
)

# Those who send reminders know what they may not ask for.
DUNNERS = f"{DEBTOR_CONTROL},account_credit_control.group_account_credit_control_info"


class AccountMoveLine(models.Model):
    """What may be asked for an open instalment, and why it is less than what is open."""

    _inherit = "account.move.line"

    hold_state = fields.Selection(
        HELD_STATES, "Dunning Hold", compute="_compute_hold", compute_sudo=True
    )
    held_amount = fields.Monetary(
        "Held",
        compute="_compute_hold",
        compute_sudo=True,
        currency_field="currency_id",
        groups=DUNNERS,
    )
    hold_cases = fields.Char(
        "Cases", compute="_compute_hold", compute_sudo=True, groups=DUNNERS
    )
    hold_why = fields.Char(
        "Held Because",
        compute="_compute_hold",
        compute_sudo=True,
        groups=DEBTOR_CONTROL,
    )
    hold_until = fields.Date(
        "Held Until", compute="_compute_hold", compute_sudo=True, groups=DEBTOR_CONTROL
    )

    @api.depends("amount_residual_currency", "move_id.held_amount")
    @api.depends_context("lang")
    def _compute_hold(self):
        moves = self.move_id
        standings = moves._get_standings()
        infos = moves._get_hold_infos(standings)
        due = self._get_due_now(standings=standings)
        for line in self:
            info = infos.get(line.move_id) if line.id in due else None
            line.hold_state = info.state if info else HELD_NONE
            line.hold_cases = info and info.cases
            line.hold_why = info and info.why
            line.hold_until = info and info.until
            line.held_amount = (
                line.amount_residual_currency - due[line.id] if line.id in due else 0
            )

    def _get_due_now(self, day=None, standings=None):
        """Say what may be asked for instalments of which something is held.

        :param day: date of the dunning; default is today
        :param standings: result of ``_get_standings`` of their invoices, if known
        :returns: ``{line id: amount in the invoice's currency}``, 0 where nothing may be
            asked for; instalments of which nothing is held are left out
        """
        if standings is None:
            standings = self.move_id._get_standings(day)
        due = {}
        for (line_id, _hold_id), amount in self._get_due_of_parts(
            standings=standings
        ).items():
            due[line_id] = due.get(line_id, 0.0) + amount
        return {
            line.id: line.currency_id.round(due[line.id])
            for line in self
            if line.id in due
        }

    def _get_due_of_parts(self, day=None, standings=None):
        """As ``_get_due_now``, apart for the rest and for what is dunned by itself.

        :returns: ``{(line id, hold id): amount}``, with hold id False for the rest
        """
        if standings is None:
            standings = self.move_id._get_standings(day)
        limited = {move: found for move, found in standings.items() if found.is_limited}
        if not limited:
            return {}
        due = self.move_id._get_due_by_part(limited)
        stopped = set()
        for line in self:
            standing = limited.get(line.move_id)
            if standing and standing.of_item(line._origin.id).is_stopped:
                stopped.add(line.id)
            if line.id in stopped or (standing and (standing.held or standing.parts)):
                due.setdefault((line.id, False), 0.0)
        return {key: 0.0 if key[0] in stopped else due[key] for key in due}

    def _get_dunnable(self, day=None, standings=None):
        """Say what may be asked for with the rest, nothing where so little is left.

        As ``_get_due_now``, without what is dunned by itself.
        """
        due = self._get_due_of_parts(day, standings)
        ids = set(self.ids)
        rest = {
            line_id: amount
            for (line_id, hold_id), amount in due.items()
            if not hold_id and line_id in ids
        }
        return self._drop_small(rest, day) if rest else rest

    def _drop_small(self, due, day=None):
        """Put 0 for amounts below the tolerance of the company.

        The tolerance stands in the company's currency, the amounts in the invoices'.

        :param due: ``{line id: amount}``
        """
        limits = self.browse(due)._get_smallest(day)
        return {
            key: amount if self.browse(key)._is_asked(amount, limits[key]) else 0.0
            for key, amount in due.items()
        }

    def _is_asked(self, amount, limit):
        """Say whether an amount is not too little to ask for it."""
        currency = self.currency_id
        return currency.compare_amounts(amount, limit) >= 0 and not currency.is_zero(
            amount
        )

    def _get_smallest(self, day=None):
        """Return ``{line id: amount}``: the tolerance of the company in its currency."""
        day = day or fields.Date.context_today(self)
        tolerances, result = {}, {}
        for line in self:
            company, currency = line.company_id, line.currency_id
            key = (company, currency)
            if key not in tolerances:
                tolerances[key] = company.currency_id._convert(
                    company.credit_control_tolerance, currency, company, day
                )
            result[line.id] = tolerances[key]
        return result
