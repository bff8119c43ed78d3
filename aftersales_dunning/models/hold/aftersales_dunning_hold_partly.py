from odoo import models
from odoo.exceptions import UserError, ValidationError

from ...const import (
    DECIDED_CREDITED,
    DECIDED_PARTLY,
    END_BY_HAND,
    HOLD_ACTIVE,
    LIMIT_GRANT,
    PART_TO_CREDIT,
    SCOPE_AMOUNT,
    SYNC,
)
from ...engine.private import Granted


class AftersalesDunningHold(models.Model):
    """What is granted of a disputed part: it stays out, the rest of it comes back.

    The hold that ended goes on for the rest; a new one holds what was granted until that
    is credited.
    """

    _inherit = "aftersales.dunning.hold"

    def _ensure_may_grant(self, outcome, granted):
        """Guard: who grants something to a customer does so within his limit.

        :raises AccessError: naming the limit, and who decides
        """
        if self.env.su or outcome not in (DECIDED_CREDITED, DECIDED_PARTLY):
            return
        user = self.env.user
        Limit = self.env["aftersales.dunning.limit"]
        # sudo: service need not read invoices; only compared
        own = self.sudo()._get_own_amounts()
        for hold in self:
            # sudo: as above
            amount = granted if outcome == DECIDED_PARTLY else own[hold.sudo()]
            worth = hold.sudo()._to_company_currency(amount)  # sudo: as above
            if not Limit._is_within_limit(user, hold.company_id, LIMIT_GRANT, worth):
                Limit._refuse(user, hold.company_id, LIMIT_GRANT)

    def _split_granted(self, granted):
        """Let what is granted go on as a hold of its own; this one ends for the rest.

        :param granted: amount in the invoice's currency
        :raises ValidationError: when that is nothing, or all of it
        """
        self.ensure_one()
        own = self._get_own_amounts()[self] if self.state == HOLD_ACTIVE else 0
        currency = self.currency_id
        granted = currency.round(granted)
        if not 0 < granted < own:
            raise ValidationError(
                self.env._(
                    "Granted: enter more than 0 and less than %s, which is disputed.",
                    currency.format(own),
                )
            )
        by_line = self.by_line
        sync = self.with_context(aftersales_sync=SYNC)
        sync.write(
            {
                "scope": SCOPE_AMOUNT,
                "amount": currency.round(own - granted),
                "is_manual": True,
            }
        )
        self._know_credits()
        self._end(END_BY_HAND, DECIDED_PARTLY)
        rest = sync.with_context(dunning_granted=Granted()).create(
            {
                "case_id": self.case_id.id,
                "move_id": self.move_id.id,
                "reason_id": self.reason_id.id,
                "scope": SCOPE_AMOUNT,
                "amount": granted,
                "is_manual": True,
                "note": self.note,
                "follows_id": self.id,
            }
        )
        rest.write(
            {
                "state": HOLD_ACTIVE,
                "part_state": PART_TO_CREDIT,
                "outcome": DECIDED_CREDITED,
                "date_from": self.date_from,
                "by_line": by_line,
                "approved_by_id": self.approved_by_id.id,
                "approved_at": self.approved_at,
                "approved_amount": self.approved_amount,
            }
        )
        rest.with_context(aftersales_sync=None)._know_credits()
        rest._after_change()
        rest._ask_debtor_control()
        return rest

    # === The credit note in one step === #

    def action_draft_credit_note(self):
        """Draft the credit note for what was granted, from the goods where they are known.

        :raises UserError: when nothing is to be credited
        """
        self.ensure_one()
        self._ensure_debtor_control()
        if self.part_state != PART_TO_CREDIT:
            raise UserError(self.env._("Nothing of this hold is to be credited."))
        move, amount = self.move_id, self._get_own_amounts()[self]
        note = move._reverse_moves([{"invoice_date": False, "ref": move.name}])
        note = note.with_env(self.env)
        goods = self._get_goods_to_credit()
        pairs = zip(
            move.invoice_line_ids.sorted("id"),
            note.invoice_line_ids.sorted("id"),
            strict=True,
        )
        gone = note.invoice_line_ids.browse()
        for line, new in pairs:
            if goods and line not in goods:
                gone |= new
            elif goods:
                new.quantity = goods[line]
        gone.unlink()
        whole = note.amount_total
        if whole and note.currency_id.compare_amounts(whole, amount):
            # A price off what was disputed, not fewer goods.
            for new in note.invoice_line_ids.filtered("price_unit"):
                new.price_unit = new.price_unit * amount / whole
        return note._get_records_action()

    def _get_goods_to_credit(self):
        """Return ``{invoice line: quantity}`` of the goods that the hold is about."""
        self.ensure_one()
        result = {}
        for share in self._get_shares():
            line = share.invoice_line_id
            unit = line.product_id.uom_id
            quantity = unit._compute_quantity(
                share.quantity, line.product_uom_id or unit, round=False
            )
            result[line] = result.get(line, 0) + quantity
        return result
