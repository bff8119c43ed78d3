from contextlib import contextmanager
from math import isfinite
from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.fields import Domain

from ...const import (
    DEBTOR_CONTROL,
    RUNNING_STATES,
    SCOPE_AMOUNT,
    SCOPE_CUSTOMER,
    SCOPE_INVOICE,
    SYNC,
)
from ...engine.private import LinesWorth

AGENT = "aftersales_case.group_aftersales_agent"
REQUEST_KEYS = {"amount", "by_customer", "lines", "move_id", "note", "reason_id"}
MAX_ID = 2**31 - 1


class HoldRequest(NamedTuple):
    """What was asked for, and found right."""

    move: models.Model
    reason: models.Model
    scope: str
    amount: float
    lines: dict  # {invoice line: quantity}, in the unit of the line
    worth: LinesWorth  # what they cost, with tax
    follows_goods: bool  # the amount is that of the goods, and goes on with them
    is_definite: bool  # an amount or lines were named
    by_customer: bool
    note: str | None


class AftersalesCase(models.Model):
    """Asking for a hold: who may, and what is looked at before anything is written.

    What is asked for from outside is checked here, whoever passes it on. The goods of
    the lines are taken in ``aftersales_case_request_goods.py``.
    """

    _inherit = "aftersales.case"

    # === Who may === #

    def _may_hold(self):
        """Say whether the user may hold invoices for this case, and be told of them.

        Those who work on it, and debtor control. Whoever reported it may correct his
        report, but need not know what its customer has to pay.
        """
        self.ensure_one()
        if self.env.su:
            return True
        if self.env.user.has_group(DEBTOR_CONTROL):
            return self.has_access("read")
        return self.env.user.has_group(AGENT) and self.has_access("write")

    def _ensure_may_hold(self):
        """Guard: only those hold invoices for these cases who may.

        :raises AccessError: naming the first case that is not theirs
        """
        for case in self:
            if not case._may_hold():
                # sudo: its number, to name it
                number = case.sudo().number
                raise AccessError(
                    self.env._("Only those who work on case %s hold for it.", number)
                )

    # === The request === #

    def _request_hold(self, vals):
        """Make, return or change the hold that somebody asks for.

        The contract is that of the core. A customer does not raise what is held already
        where his holds need an approval: a note on the case says what he asks for.
        """
        super()._request_hold(vals)
        self._ensure_may_hold()
        # sudo: checked above; service need not read invoices to hold one
        request = self.sudo()._check_hold_request(vals)
        with self._conflicts_tried_again(), self.env.cr.savepoint():
            hold = self.sudo()._get_running_hold(request.move)  # sudo: as above
            if not hold:
                return self.sudo()._make_requested_hold(request)  # sudo: as above
            if request.is_definite:
                self._change_requested_hold(hold, request)
            return hold

    @contextmanager
    def _conflicts_tried_again(self):
        """Let a transaction begin anew that has just been overtaken by another hold.

        :raises ConcurrencyError: which Odoo answers with another try
        """
        try:
            yield
        except UniqueViolation as error:
            # What the other one committed is seen by a new transaction only.
            raise ConcurrencyError(
                self.env._("This invoice is just being held for the case. Try again.")
            ) from error

    def _get_running_hold(self, move):
        """Return the hold of this case on an invoice that was asked for or works."""
        self.ensure_one()
        return self.env["aftersales.dunning.hold"].search(
            [
                ("case_id", "=", self.id),
                ("move_id", "=", move.id),
                ("state", "in", RUNNING_STATES),
            ],
            limit=1,
        )

    def _make_requested_hold(self, request):
        self.ensure_one()
        Hold = self.env["aftersales.dunning.hold"]
        hold = Hold.with_context(dunning_lines_worth=request.worth).create(
            {
                "case_id": self.id,
                "move_id": request.move.id,
                "reason_id": request.reason.id,
                "scope": request.scope,
                "amount": request.amount,
                "is_manual": True,
                "note": request.note,
                "asked_by_customer": request.by_customer,
            }
        )
        hold = hold.with_env(self.env)
        self._take_requested_goods(hold, request)
        return hold

    def _take_requested_goods(self, hold, request):
        """Take the goods; from then on the amount is theirs, where it is not by hand.

        Not before: a hold whose goods are not there yet would be taken for one whose
        goods went elsewhere.
        """
        if not request.lines:
            return
        self._add_requested_goods(request.lines)
        if request.follows_goods:
            hold.with_context(aftersales_sync=SYNC).is_manual = False
            self._sync_goods()

    def _change_requested_hold(self, hold, request):
        """Let a running hold cover what is asked for now."""
        if request.by_customer and not self._may_customer_change(hold, request):
            return
        vals = {"scope": SCOPE_AMOUNT, "amount": request.amount}
        if hold.scope != SCOPE_AMOUNT or hold.currency_id.compare_amounts(
            request.amount, hold.amount
        ):
            asked = hold.with_context(dunning_lines_worth=request.worth)
            # sudo: as the user; what debtor control approved only it changes
            asked.sudo(self.env.su).write(vals)
        elif not request.follows_goods:
            hold.is_manual = True
        if request.follows_goods:
            hold.with_context(aftersales_sync=SYNC).is_manual = True
        # sudo: the case is theirs, its goods come from invoices they need not read
        self.sudo()._take_requested_goods(hold, request)

    def _may_customer_change(self, hold, request):
        """Say whether what the customer asks for changes a hold.

        What covers it already stays as we made it; what an approval would be needed for
        is noted for those who give it.
        """
        whole = hold.scope == SCOPE_INVOICE
        covered = hold.move_id.amount_residual if whole else hold.amount
        if hold.currency_id.compare_amounts(request.amount, covered) <= 0:
            return hold.asked_by_customer
        if hold._is_beyond_customer():
            self.sudo()._note_request(request)  # sudo: the customer writes no notes
            return False
        return True

    def _note_request(self, request):
        self._message_log(
            body=self.env._(
                "The customer asks to hold %(amount)s of %(invoice)s. Change the hold"
                " when that is right.",
                amount=request.move.currency_id.format(request.amount),
                invoice=request.move.name,
            )
        )

    # === Checks, with sudo === #

    def _check_hold_request(self, vals):
        """Return the ``HoldRequest`` that these values make.

        :raises ValidationError: one sentence that names the field
        """
        self.ensure_one()
        for name in vals:
            if name not in REQUEST_KEYS:
                raise ValidationError(
                    self.env._("%s: a request for a hold does not take this.", name)
                )
        self._check_may_request()
        wanted = self._read_requested_lines(vals.get("lines"))
        move = self._check_requested_move(vals.get("move_id"), wanted)
        lines = self._check_requested_lines(move, wanted)
        reason = self._check_requested_reason(vals.get("reason_id"))
        amount = self._check_requested_amount(move, vals.get("amount"))
        by_hand = amount is not None
        if lines and not by_hand:
            amount = self._get_requested_value(move, lines)
        is_definite = amount is not None
        follows = bool(lines) and not by_hand and all(line.product_id for line in lines)
        scope = SCOPE_AMOUNT if is_definite else reason.scope
        return HoldRequest(
            move=move,
            reason=reason,
            scope=SCOPE_INVOICE if scope == SCOPE_CUSTOMER else scope,
            amount=amount if is_definite else move.amount_residual,
            lines=lines,
            worth=LinesWorth(self._get_lines_worth(move, lines)),
            follows_goods=follows,
            is_definite=is_definite,
            by_customer=bool(vals.get("by_customer") or self.env.user.share),
            note=vals.get("note"),
        )

    def _check_may_request(self):
        if self._is_closed():
            raise ValidationError(
                self.env._("Case: %s is closed. Reopen it first.", self.number)
            )
        if not self.partner_id:
            raise ValidationError(
                self.env._(
                    "Customer: nobody has confirmed yet whose case %s is. Enter the"
                    " customer first.",
                    self.number,
                )
            )

    def _check_requested_move(self, value, wanted):
        """Return the invoice that is asked for, if the case may hold it.

        Nothing tells one that is not the customer's from one that is not there.
        """
        lines = self.env["account.move.line"].browse(wanted).exists()
        move = self._browse_requested("account.move", value) or lines[:1].move_id
        found = move.search(
            Domain("id", "in", move.ids)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("company_id", "=", self.company_id.id)
            & Domain(
                "commercial_partner_id", "=", self.partner_id.commercial_partner_id.id
            )
        )
        if not found:
            raise ValidationError(
                self.env._(
                    "Invoice: choose a posted invoice of the customer of case %s.",
                    self.number,
                )
            )
        if found.currency_id.compare_amounts(found.amount_residual, 0) <= 0:
            raise ValidationError(
                self.env._("Invoice: nothing of %s is open any more.", found.name)
            )
        return found

    def _check_requested_reason(self, value):
        Reason = self.env["aftersales.dunning.hold.reason"]
        if value:
            own = Domain("company_id", "in", (self.company_id.id, False))
            chosen = self._browse_requested(Reason._name, value)
            reason = Reason.search(own & Domain("id", "in", chosen.ids))
        else:
            reason = self.type_id.hold_reason_id or self._get_default_hold_reason()
        if not reason:
            raise ValidationError(
                self.env._("Reason: choose a reason of holds of this company.")
            )
        return reason

    def _check_requested_amount(self, move, value):
        if value is None:
            return None
        currency = move.currency_id
        amount = currency.round(value) if self._is_number(value) else 0
        # What is paid already is held again when that payment comes back.
        if not amount > 0 or currency.compare_amounts(amount, move.amount_total) > 0:
            raise ValidationError(
                self.env._(
                    "Disputed Amount: enter more than 0 and at most %(total)s, the total"
                    " of %(invoice)s.",
                    total=currency.format(move.amount_total),
                    invoice=move.name,
                )
            )
        return amount

    def _read_requested_lines(self, value):
        """Return ``{id of an invoice line: quantity}`` of what a request names."""
        wanted = {}
        try:
            pairs = [(line, quantity) for line, quantity in value or ()]
        except (TypeError, ValueError):
            raise ValidationError(
                self.env._("Lines: name an invoice line and a quantity for each.")
            ) from None
        for value, quantity in pairs:
            line = self._browse_requested("account.move.line", value)
            if not line:
                raise ValidationError(
                    self.env._("Lines: name an invoice line and a quantity for each.")
                )
            if not self._is_number(quantity):
                raise ValidationError(
                    self.env._("Quantity: enter a number for each invoice line.")
                )
            wanted[line.id] = wanted.get(line.id, 0) + quantity
        return wanted

    def _check_requested_lines(self, move, wanted):
        """Return ``{invoice line: quantity}``, all of this invoice and within it."""
        own = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        lines = {}
        for line_id, quantity in wanted.items():
            line = own.filtered(lambda line, key=line_id: line.id == key)
            if not line:
                raise ValidationError(
                    self.env._("Invoice Line: choose lines of %s only.", move.name)
                )
            unit = line.product_uom_id or self.env.ref("uom.product_uom_unit")
            if (
                unit.compare(quantity, 0) <= 0
                or unit.compare(quantity, line.quantity) > 0
            ):
                raise ValidationError(
                    self.env._(
                        "Quantity: of “%(line)s” enter more than 0 and at most"
                        " %(quantity)g.",
                        line=(line.name or line.product_id.name or "").split("\n")[0],
                        quantity=line.quantity,
                    )
                )
            lines[line] = quantity
        return lines

    def _get_lines_worth(self, move, lines):
        """Return what quantities of invoice lines cost, with tax."""
        amounts = move._get_disputed_quantities(lines)
        return move.currency_id.round(sum(amounts.values()))

    def _get_requested_value(self, move, lines):
        """Return what quantities of invoice lines cost, which is not nothing."""
        total = self._get_lines_worth(move, lines)
        if move.currency_id.compare_amounts(total, 0) <= 0:
            raise ValidationError(
                self.env._(
                    "Lines: what they cost comes to nothing, so there is nothing to hold."
                )
            )
        return total

    def _browse_requested(self, model, value):
        """Return the record that a request names, by itself or by its id, or none."""
        records = self.env[model]
        if isinstance(value, models.BaseModel):
            value = value.id if value._name == model and len(value) == 1 else None
        is_id = isinstance(value, int) and not isinstance(value, bool)
        return records.browse(value if is_id and 0 < value <= MAX_ID else None)

    def _is_number(self, value):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and isfinite(value)
