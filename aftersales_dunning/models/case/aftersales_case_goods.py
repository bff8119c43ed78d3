from collections import defaultdict

from odoo import fields, models

from ...const import (
    HOLD_ACTIVE,
    RUNNING_STATES,
    SCOPE_AMOUNT,
    SCOPE_CUSTOMER,
    SYNC,
)
from ...engine.allocation import concern


class AftersalesCase(models.Model):
    """A hold follows the goods: to today's invoice, to tomorrow's, to the corrected one.

    ``_sync_goods`` is called whenever goods, deliveries, invoices or credit notes
    change, and computes all anew from what stands there.
    """

    _inherit = "aftersales.case"

    share_ids = fields.One2many(
        "aftersales.dunning.share", "case_id", "Billed Goods", readonly=True
    )
    hold_ids = fields.One2many("aftersales.dunning.hold", "case_id", "Dunning Holds")

    def _after_goods_change(self):
        res = super()._after_goods_change()
        self._sync_goods()
        return res

    def _sync_goods(self):
        """Find the invoices of the goods and let the holds follow them."""
        # sudo: service needs no rights in accounting for the goods to be found
        cases = self.sudo().with_context(aftersales_sync=SYNC)
        open_cases = (cases | cases._get_fellows()).filtered(
            lambda case: case._is_disputing()
        )
        moves = open_cases._sync_shares()
        moves |= open_cases.hold_ids.filtered(
            lambda hold: hold.state in RUNNING_STATES
        ).move_id
        # What one case disputes of an invoice may change what is left to others.
        (open_cases | moves._follow_disputes())._sync_holds()

    def _get_fellows(self):
        """Return the open cases that have what these leave of the same credit notes."""
        ordered = self.line_ids._get_billed_order_lines()
        return ordered._get_credited_lines()._get_aftersales_cases()

    def _is_disputing(self):
        """Say whether its goods are still disputed: open, or closed and not done with.

        What was granted waits for its credit note, what has a new date for the date.
        """
        self.ensure_one()
        return not self._is_closed() or any(
            hold.part_state and hold._follows_goods() for hold in self.hold_ids
        )

    # === Shares === #

    def _sync_shares(self):
        """Let the shares say which goods stand on which invoice line.

        :returns: the invoices of these shares, and of those that are gone
        """
        wanted, exact = self._get_wanted_shares()
        shares = self.share_ids
        known = {(share.case_line_id, share.invoice_line_id): share for share in shares}
        gone = shares.filtered(
            lambda share: (
                (share.case_line_id, share.invoice_line_id) not in wanted
                and not share._stays()
            )
        )
        moves = shares.move_id
        gone.unlink()
        new = []
        for (line, bill), quantity in wanted.items():
            share = known.get((line, bill))
            vals = {"quantity": quantity, "is_exact": exact[line]}
            if not share:
                new.append(vals | {"case_line_id": line.id, "invoice_line_id": bill.id})
            elif not share.is_manual and (
                share.product_uom_id.compare(share.quantity, quantity)
                or share.is_exact != exact[line]
            ):
                share.write(vals)
        return moves | shares.create(new).move_id

    def _get_wanted_shares(self):
        """Return ``{(case line, invoice line): quantity}`` and ``{case line: exact}``.

        Goods with a share by hand are left to the one who made it, as long as that
        invoice stands.
        """
        by_hand = self.share_ids.filtered(lambda share: share._stays()).case_line_id
        lines = (self.line_ids - by_hand).filtered(
            lambda line: (
                line.concerned and line.quantity > 0 and line._get_billed_order_line()
            )
        )
        allocations = lines._get_billed_order_lines()._get_allocations()
        settled = lines._get_settled(allocations)
        again = lines._get_billed_again(allocations, settled)
        for line in lines:
            credited = settled.get(line.id, 0)
            if line.product_uom_id.compare(line.credited_quantity, credited):
                line.credited_quantity = credited
        bills = self.env["account.move.line"]
        wanted, exact = {}, {}
        taken = defaultdict(float)  # several lines (lots) of one move in a case
        for line in lines:
            goods = line.move_id or line.sale_line_id
            allocation = allocations[line._get_billed_order_line()]
            keys = line._get_delivery_ids(allocation)
            billed = defaultdict(float)
            for (key, bill_id), quantity in allocation.shares.items():
                if key in keys:
                    billed[bill_id] += quantity
            exact[line] = (
                allocation.is_exact(line.move_id.id)
                if line.move_id
                else len(billed) == 1
            )
            left = [
                (bill_id, quantity - taken[line.case_id, goods, bill_id])
                for bill_id, quantity in billed.items()
            ]
            disputed = line.quantity - settled.get(line.id, 0)
            for bill_id, quantity in concern(
                disputed, left, again.get(line.id, ())
            ).items():
                taken[line.case_id, goods, bill_id] += quantity
                wanted[line, bills.browse(bill_id)] = quantity
        return wanted, exact

    # === Holds === #

    def _sync_holds(self):
        """Hold what the goods are billed on, where the type of the case says so."""
        amounts = self._get_disputed_amounts()
        new = []
        for case in self:
            running = case.hold_ids.filtered(
                lambda hold: hold.state in RUNNING_STATES and hold.move_id
            )
            running._follow_slip()
            held = running.move_id
            if not case._is_closed():
                for move, amount in amounts[case].items():
                    if amount > 0 and move not in held and case._wants_hold(move):
                        new.append(case._prepare_hold_vals(move, amount))
                for move in case._get_unmatched_invoices() - held:
                    if not amounts[case].get(move) and case._wants_hold(move):
                        new.append(case._prepare_hold_vals(move, 0))
            case._update_holds(running, amounts[case])
            case._update_parts(amounts[case])
        with self._conflicts_tried_again():
            self.env["aftersales.dunning.hold"].create(new)
        self._ask_how_much()

    def _get_disputed_amounts(self):
        """Return ``{case: {invoice: amount}}`` of the goods that are billed."""
        result = {case: defaultdict(float) for case in self}
        for share in self.share_ids:
            result[share.case_id][share.move_id] += share.amount
        return {
            case: {move: move.currency_id.round(total) for move, total in own.items()}
            for case, own in result.items()
        }

    def _get_unmatched_invoices(self):
        """Return the invoices of which the goods are credited, and that is not matched.

        It does not matter whether the credit note came first, or the complaint.
        """
        self.ensure_one()
        goods = self.line_ids.filtered(
            lambda line: (
                line.concerned
                and "out_refund"
                in line._get_billed_order_line().invoice_lines.move_id.mapped(
                    "move_type"
                )
            )
        )
        allocations = goods._get_billed_order_lines()._get_allocations()
        Line = self.env["account.move.line"]
        return Line.union(
            *(
                Line.browse(part.bill)
                for line_id, parts in goods._get_credited_by(allocations).items()
                for part in parts
                if line_id in goods.ids
                and Line.browse(part.credit).move_id.amount_residual > 0
            )
        ).move_id

    def _wants_hold(self, move):
        """Hook: say whether an invoice of the case's goods is held by itself."""
        self.ensure_one()
        ended = self.hold_ids.filtered(lambda hold: hold.move_id == move)
        ended |= self._get_followed_holds(move)
        return bool(
            self.type_id.hold_reason_id
            and move.move_type == "out_invoice"
            and move.state == "posted"
            and move.amount_residual > 0
            and not any(hold._is_final() for hold in ended)
        )

    def _prepare_hold_vals(self, move, amount):
        """Hook: return the values of the hold that the goods ask for."""
        self.ensure_one()
        reason = self.type_id.hold_reason_id
        return {
            "case_id": self.id,
            "move_id": move.id,
            "reason_id": reason.id,
            "scope": reason.scope,
            "amount": amount,
            "follows_id": self._get_followed_holds(move)[:1].id,
        }

    def _update_holds(self, running, amounts):
        """Let running holds follow the goods; end those whose goods went elsewhere."""
        self.ensure_one()
        for hold in running.filtered(
            lambda hold: (
                not hold.is_manual
                and not hold.waits_for_credit
                and hold.scope != SCOPE_CUSTOMER
            )
        ):
            amount = amounts.get(hold.move_id)
            if not amount and not hold.pending_amount:
                hold._end_without_goods()
                continue
            # What is credited, but matched with nothing yet, is held until it is.
            amount = hold._keep_to_approved(amount or 0)
            if not hold.currency_id.compare_amounts(amount, hold.amount):
                continue
            if hold.state == HOLD_ACTIVE and hold._lock():
                # A reminder about it is just leaving: the job looks again.
                self.env["aftersales.dunning.backlog"]._add(holds=hold)
                continue
            hold.amount = amount
            if hold.state == HOLD_ACTIVE:
                hold._after_change()

    def _update_parts(self, amounts):
        """Let the parts that came back, or will, follow what is credited of the goods.

        What is disputed again is held by its hold. While the case is open nothing adds to
        a part whose terms were settled.
        """
        self.ensure_one()
        is_open = not self._is_closed()
        running = self.hold_ids.filtered(lambda hold: hold.state in RUNNING_STATES)
        for hold in self.hold_ids - running:
            if (
                hold.move_id in running.move_id
                or not hold._follows_goods()
                or hold.is_manual
                or hold.scope != SCOPE_AMOUNT
            ):
                continue
            amount = amounts.get(hold.move_id) or 0
            if is_open:
                amount = min(amount, hold.amount)
            if hold.currency_id.compare_amounts(amount, hold.amount):
                hold.amount = amount
                hold.move_id._stop_reminders()

    def _get_default_hold_reason(self):
        return self.env["aftersales.dunning.hold.reason"].search(
            [
                ("company_id", "in", (self.company_id.id, False)),
                ("settled_by", "=", self.type_id.settled_by),
            ],
            limit=1,
        )

    # === Merge === #

    def _move_parts_to(self, target):
        """The holds go on with the case that goes on; two on one invoice become one."""
        kept = target.hold_ids.filtered(lambda hold: hold.state in RUNNING_STATES)
        for hold in self.hold_ids:
            moved = hold
            if hold.state in RUNNING_STATES and hold.move_id:
                twin = kept.filtered(lambda other, m=hold.move_id: other.move_id == m)
                if twin:
                    hold = twin._unite_with(hold)
                kept = kept - twin | hold
            moved.with_context(aftersales_sync=SYNC).case_id = target
        res = super()._move_parts_to(target)
        target._sync_goods()
        return res

    def _split_off(self, vals, parts, as_child=True):
        new = super()._split_off(vals, parts, as_child)
        (self | new)._sync_goods()
        return new

    # === Buttons === #

    def action_hold_customer(self):
        """Ask why no invoice of the customer is to be dunned."""
        self.ensure_one()
        return self._get_hold_action({"default_scope": SCOPE_CUSTOMER})

    def action_hold_invoice(self):
        """Ask which invoice of the customer is not to be dunned, and why."""
        self.ensure_one()
        return self._get_hold_action({})

    def _get_hold_action(self, context):
        self._ensure_may_hold()  # before the form is filled in, not after
        view = "aftersales_dunning.aftersales_dunning_hold_view_form_new"
        reason = self.type_id.hold_reason_id or self._get_default_hold_reason()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Not Dun"),
            "res_model": "aftersales.dunning.hold",
            "view_mode": "form",
            "views": [(self.env.ref(view).id, "form")],
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_partner_id": self.partner_id.commercial_partner_id.id,
                "default_reason_id": reason.id,
            }
            | context,
        }

    def action_view_holds(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_dunning.aftersales_dunning_hold_action"
        )
        return action | {"domain": [("case_id", "=", self.id)], "context": {}}
