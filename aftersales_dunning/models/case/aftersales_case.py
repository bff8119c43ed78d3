from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import CLOSED_STATES, STATE_CANCELLED

from ...const import (
    DEBTOR_CONTROL,
    END_SOLVED,
    END_WITHDRAWN,
    HOLD_ACTIVE,
    RUNNING_STATES,
    SETTLED_BY_DEBTOR,
    SETTLED_BY_SERVICE,
)

INVOICE_NONE, INVOICE_WAITING = "none", "waiting"
INVOICE_PARTLY, INVOICE_FOUND = "partly", "found"
INVOICE_ASK = "ask"
INVOICE_STATES = [
    (INVOICE_NONE, "No slip"),
    (INVOICE_WAITING, "Waiting for the invoice"),
    (INVOICE_PARTLY, "Partly billed"),
    (INVOICE_FOUND, "Billed"),
    (INVOICE_ASK, "Say how much is disputed"),
]


class AftersalesCase(models.Model):
    """Cases that dispute an invoice: who settles them, and what their end means."""

    _inherit = "aftersales.case"

    settled_by = fields.Selection(related="type_id.settled_by", store=True)
    invoice_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_invoices",
        compute_sudo=True,
        groups=DEBTOR_CONTROL,
    )
    invoice_state = fields.Selection(
        INVOICE_STATES, "Invoice", compute="_compute_invoices", compute_sudo=True
    )
    held_amount = fields.Monetary(
        "Held", compute="_compute_held_amount", help="In the company's currency."
    )
    hold_count = fields.Integer(compute="_compute_held_amount")

    @api.depends(
        "picking_id",
        "sale_order_id",
        "line_ids.concerned",
        "line_ids.quantity",
        "share_ids.quantity",
        "share_ids.move_id",
        "hold_ids.move_id",
        "hold_ids.is_manual",
        "line_ids.move_id.sale_line_id.invoice_lines.parent_state",
    )
    def _compute_invoices(self):
        for case in self:
            shares, parts = case.share_ids, case._get_kit_bills()
            case.invoice_ids = shares.move_id | case.hold_ids.move_id | parts.move_id
            named = case.line_ids if case._get_slip() else case.line_ids.browse()
            goods = named.filtered("concerned")
            wanted = sum(
                goods.filtered(lambda line: not line._is_component()).mapped("quantity")
            )
            billed = sum(shares.mapped("quantity"))
            is_billed = bool(billed or parts)
            if not sum(goods.mapped("quantity")):
                case.invoice_state = INVOICE_NONE
            elif case._get_unnamed_bills():
                case.invoice_state = INVOICE_ASK
            elif not is_billed:
                case.invoice_state = INVOICE_WAITING
            else:
                whole = billed >= wanted - 1e-6
                case.invoice_state = INVOICE_FOUND if whole else INVOICE_PARTLY

    def _get_invoices(self):
        mine = [("case_id", "in", self.ids)]
        billed = Domain.OR(
            Domain("id", "in", self.env[name]._search(mine).subselect("move_id"))
            for name in ("aftersales.dunning.hold", "aftersales.dunning.share")
        )
        return super()._get_invoices() | self.env["account.move"].search(billed)

    @api.depends("hold_ids.held_company", "hold_ids.state")
    def _compute_held_amount(self):
        for case in self:
            holds = case.hold_ids.filtered(lambda hold: hold.state in RUNNING_STATES)
            case.hold_count = len(holds)
            case.held_amount = sum(
                holds.filtered(lambda hold: hold.state == HOLD_ACTIVE).mapped(
                    "held_company"
                )
            )

    # === The end of a case === #

    @api.model
    def _get_change_steps(self):
        """Holds follow the type and the state of their case, once its goods are known."""
        steps = super()._get_change_steps()
        steps.insert(steps.index("_change_goods") + 1, "_change_holds")
        return steps

    @api.model
    def _change_holds(self, news):
        """Let holds follow: they end with their case, and come back with it.

        A solved or rejected case gives its invoices back, a withdrawn one too. Running
        holds take the reason of another type, dates stay; a type that holds invoices
        holds those of the goods that are there already.
        """
        moved = self.union(*news.moves)
        closed = moved.filtered(lambda case: case._is_closed())
        withdrawn = closed.filtered(lambda case: case.state == STATE_CANCELLED)
        withdrawn.hold_ids._end(END_WITHDRAWN)
        (closed - withdrawn).hold_ids._end(END_SOLVED)
        for case in news.retyped:
            if reason := case.type_id.hold_reason_id:
                case.hold_ids.filtered(
                    lambda hold: hold.state in RUNNING_STATES
                ).reason_id = reason
        reopened = (moved - closed).filtered(
            lambda case: news.moves[case].state in CLOSED_STATES
        )
        reopened.hold_ids.filtered("waits_for_credit").waits_for_credit = False
        reopened.hold_ids._reopen_parts()
        for case, before in news.resolutions.items():
            if case._is_closed() and case not in closed:
                case.hold_ids._answer_by_resolution(before)
        (reopened | news.retyped)._sync_goods()
        # What closed cases disputed no longer limits what others do.
        # sudo: goods stand on invoices, whoever closes the case
        closed.sudo()._get_fellows()._sync_goods()
        closed.sudo().share_ids.move_id._follow_disputes()._sync_holds()

    # === Complaint or dispute === #

    def action_convert(self):
        """Turn a complaint into a dispute or back; holds and clocks go on.

        :raises UserError: when there is no type to turn it into
        """
        self.ensure_one()
        other = (
            SETTLED_BY_SERVICE
            if self.settled_by == SETTLED_BY_DEBTOR
            else SETTLED_BY_DEBTOR
        )
        target = self.env["aftersales.case.type"].search(
            Domain("settled_by", "=", other)
            & Domain("hold_reason_id", "!=", False)
            & Domain("company_id", "in", (self.company_id.id, False)),
            limit=1,
        )
        if not target:
            raise UserError(
                self.env._(
                    "There is no other type of case that holds invoices. Add a Reason"
                    " of Hold to a type first."
                )
            )
        self.check_access("write")
        # sudo: whoever works on the case hands it to the other department
        self.sudo().type_id = target
        return True

    def _ensure_can_write(self, vals):
        """Debtor control settles the disputes that are its own."""
        if (
            self
            and all(case.settled_by == SETTLED_BY_DEBTOR for case in self)
            and self.env.user.has_group(DEBTOR_CONTROL)
        ):
            return None
        return super()._ensure_can_write(vals)
