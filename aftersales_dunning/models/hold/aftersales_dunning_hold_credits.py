from collections import defaultdict

from odoo import api, models

from odoo.addons.aftersales_case.const import STATE_DONE, STATE_REJECTED

from ...const import (
    END_CREDITED,
    END_EXPIRED,
    END_SOLVED,
    HOLD_ACTIVE,
    RUNNING_STATES,
    SCOPE_AMOUNT,
    SCOPE_CUSTOMER,
    SCOPE_INVOICE,
    SYNC,
)


class AftersalesDunningHold(models.Model):
    """What credit notes take off a hold, and what of it nobody matched yet.

    Credited goods leave a hold that follows goods by themselves, and so does money that
    is credited for them. Off an amount that somebody entered comes what is credited
    since.
    """

    _inherit = "aftersales.dunning.hold"

    def _get_shares(self):
        """Return the goods of the case that stand on the held invoice."""
        return self.case_id.share_ids.filtered(
            lambda share: share.move_id in self.move_id
        )

    def _know_credits(self):
        """Note which credit notes were there when somebody entered the amount."""
        for hold in self:
            notes = hold.move_id._get_credit_notes() if hold.move_id else hold.move_id
            if notes or hold.credits_known or hold.credited_amount:
                hold.write({"credits_known": notes.ids, "credited_amount": 0})
        self.move_id._answer_credit_questions()

    def _is_all(self):
        """Say whether a hold disputes all that an invoice asks for."""
        self.ensure_one()
        return self.scope == SCOPE_INVOICE or (
            self.is_manual
            and self.currency_id.compare_amounts(self.amount, self.move_id.amount_total)
            >= 0
        )

    def _is_uncredited(self):
        """Say whether what ended this amount by hand is credited no more, or unmatched.

        What follows goods comes back with them, by ``_follow_undone``.
        """
        self.ensure_one()
        if self.end_reason != END_CREDITED or not self.is_manual:
            return False
        move = self.move_id
        if self._is_all():
            return not self._is_reversed()
        dispute = move._get_dispute(move._get_open_shares(), self)
        by_note = self._get_credited_by_note(dispute, self._get_credited_goods(dispute))
        matched = sum(
            max(amount - move._get_unmatched(note), 0)
            for note, amount in by_note.items()
        )
        return self.currency_id.compare_amounts(matched, self.amount) < 0

    def _follow_undone(self):
        """Let what follows goods be held again where their credit was taken back.

        What a solved case was credited is held until it is matched again.
        """
        # sudo: whoever unmatches a credit note need not read cases
        holds = self.sudo().filtered(lambda hold: hold.end_reason and hold.case_id)
        cases = holds.filtered(
            lambda hold: hold.end_reason == END_CREDITED and not hold.is_manual
        ).case_id
        cases.filtered(lambda case: not case._is_closed())._sync_goods()
        back = self.browse()
        for hold in holds.sorted("id", reverse=True):
            case, move = hold.case_id, hold.move_id
            same = move.hold_ids.filtered(lambda other, c=case: other.case_id == c)
            if (
                case.state != STATE_DONE
                or hold.scope == SCOPE_CUSTOMER
                or same & back
                or same.filtered(lambda other: other.state in RUNNING_STATES)
            ):
                continue
            awaited = hold._get_awaited_credit(drafts=False, most=hold.amount)
            if awaited > 0:
                hold.with_context(aftersales_sync=SYNC).write(
                    {"waits_for_credit": True, "pending_amount": awaited}
                )
                back |= hold
        back._come_back()

    def _is_reversed(self):
        """Say whether credit notes leave nothing open of the invoice."""
        self.ensure_one()
        move = self.move_id
        return (
            move.state == "posted"
            and not move.amount_residual
            and bool(move._get_credit_notes())
        )

    def _get_claimants(self, shares):
        """Return those that dispute an amount and no goods, for ``judge``.

        :param shares: the goods of cases on the invoice
        :returns: ``{key: ids of the credits that they knew}``
        """
        result = {}
        for hold in self:
            if (
                hold.scope == SCOPE_AMOUNT
                and hold.is_manual
                and not hold.by_line
                and not hold.waits_for_credit
                and not shares.filtered(lambda x, hold=hold: x.case_id == hold.case_id)
                and not hold._is_all()
            ):
                known = hold.move_id.browse(hold.credits_known or [])
                result["hold", hold.id] = set(known.invoice_line_ids.ids)
        return result

    def _follow_dispute(self, dispute):
        """Let the holds of one invoice follow what is disputed of it.

        :param dispute: ``Dispute`` of the invoice
        """
        move = self.move_id
        amounts = self._get_credited_goods(dispute)
        left = {}  # what of each credit note nobody matched
        for hold in self.sorted("id"):
            by_note = hold._get_credited_by_note(dispute, amounts)
            pending = 0.0
            for note, amount in by_note.items():
                if note not in left:
                    left[note] = move._get_unmatched(note)
                part = min(amount, left[note])
                left[note] -= part
                pending += part
            if hold.waits_for_credit:
                pending = hold._get_awaited_credit()
            hold._set_credits(hold._get_lines_of(dispute.verdict), by_note, pending)

    @api.model
    def _get_credited_goods(self, dispute):
        """Return ``{(case, credit, invoice line): quantity}`` that was credited."""
        amounts = defaultdict(float)
        for line, parts in dispute.credited.items():
            case = self.env["aftersales.case.line"].browse(line).case_id
            for part in parts:
                amounts[case, part.credit, part.bill] += part.qty
        return amounts

    def _set_credits(self, by_line, by_note, pending):
        """Write what changed; ``write`` of the same value would cost as much."""
        self.ensure_one()
        currency = self.currency_id
        credited = currency.round(sum(by_note.values())) if self.is_manual else 0
        vals = {}
        if (self.by_line or {}) != by_line:
            vals["by_line"] = by_line or False
        if currency.compare_amounts(self.credited_amount, credited):
            vals["credited_amount"] = credited
        if currency.compare_amounts(self.pending_amount, pending):
            vals["pending_amount"] = currency.round(pending)
        if vals:
            self.with_context(aftersales_sync=SYNC).write(vals)

    def _get_lines_of(self, verdict):
        """Return ``by_line``; an amount by hand stays on lines that were credited."""
        self.ensure_one()
        limits = {self._get_key(*key): limit for key, limit in verdict.limits.items()}
        result = {}
        for share in self._get_shares():
            if share.id not in verdict.parts:
                continue
            key = self._get_key(*verdict.keys[share.id])
            before = result.get(key, [0.0])[0]
            result[key] = [before + verdict.parts[share.id], limits[key]]
        if self.is_manual and not result:
            result = {
                key: [amount, limits.get(key, 0)]
                for key, (amount, _limit) in (self.by_line or {}).items()
            }
        return result

    def _get_key(self, line_id, goods):
        """Return the key in ``by_line``: an invoice line, and a delivery on it."""
        return f"{line_id}/{goods or ''}"

    def _get_credited_by_note(self, dispute, amounts):
        """Return ``{credit note: amount}`` that came off what this hold disputes."""
        self.ensure_one()
        result = defaultdict(float)
        Line = self.env["account.move.line"]
        known = self.credits_known or []
        if self._is_all():
            for credit in dispute.credits:
                result[Line.browse(credit.id).move_id] += credit.amount
            return {note: x for note, x in result.items() if note.id not in known}
        keys = {self.case_id.id, ("hold", self.id)}
        for credit in dispute.credits:
            note = Line.browse(credit.id).move_id
            if self.is_manual and note.id in known:
                continue
            if credit.quantity and self.case_id:
                key = credit.id, credit.lines[0]
                own = amounts.get((self.case_id, *key), 0)
                if own and self.is_manual:
                    # What others do not dispute is for the amount that was entered.
                    own = credit.quantity - sum(
                        quantity
                        for (case, *found), quantity in amounts.items()
                        if tuple(found) == key and case != self.case_id
                    )
                result[note] += credit.amount * own / credit.quantity
            for key in keys:
                if taken := dispute.verdict.taken.get((key, credit.id)):
                    result[note] += credit.amount if self.is_manual else taken
        return {note: amount for note, amount in result.items() if amount}

    # === What is credited is held until it is matched === #

    def _get_awaited_credit(self, drafts=True, most=None):
        """Return what credit notes give back of a hold and nobody has matched yet.

        :param drafts: whether credit notes count that are not posted yet
        :param most: what is disputed; default is what of it is not credited
        """
        self.ensure_one()
        move = self.move_id
        own = move.invoice_line_ids.browse(
            {int(key.split("/")[0]) for key in self.by_line or ()}
        )
        result = 0.0
        known = self.credits_known or []
        for note in move._get_credit_notes() | move._get_draft_credit_notes():
            if note.id in known or (note.state == "draft" and not drafts):
                continue
            worths = note._get_note_worths()
            amount = sum(
                worth
                for line in note.invoice_line_ids
                if (worth := worths.get(line.id))
                and (not own or own & move._get_credited_lines(line))
            )
            amount *= move._get_share_of_note(note)
            result += min(amount, move._get_unmatched(note))
        if self._is_all():
            most = move.amount_residual
        elif most is None:
            most = self.open_amount
        return self.currency_id.round(min(result, max(most, self.pending_amount)))

    def _wait_for_credit(self, end_reason):
        """Keep the holds of which something is credited that nobody has matched yet.

        A draft credit note keeps the hold of a solved case; silence outlasts a draft.

        :returns: the holds that go on
        """
        kept = self.browse()
        if end_reason not in (END_SOLVED, END_EXPIRED):
            return kept
        for hold in self:
            if (
                hold.state != HOLD_ACTIVE
                or hold.scope == SCOPE_CUSTOMER
                or hold.case_id.state == STATE_REJECTED
            ):
                continue
            awaited = hold._get_awaited_credit(drafts=end_reason == END_SOLVED)
            if awaited > 0:
                hold.with_context(aftersales_sync=SYNC).write(
                    {"waits_for_credit": True, "pending_amount": awaited}
                )
                kept |= hold
        if kept:
            kept._after_change()
        return kept

    def _follow_credits(self):
        """Take off what credit notes cover; end the holds with nothing left.

        :returns: the holds that ended
        """
        holds = self.filtered(
            lambda hold: (
                hold._follows_goods() and hold.move_id and hold.scope != SCOPE_CUSTOMER
            )
        )
        cases = holds.move_id._follow_disputes() | holds.case_id
        # Their amounts follow their goods, of which something may be credited.
        cases.filtered(lambda case: case._is_disputing()).with_context(
            aftersales_sync=SYNC
        )._sync_holds()
        holds = holds.filtered(
            lambda hold: hold.state in RUNNING_STATES and not hold.pending_amount
        )
        solved = holds.filtered(
            lambda hold: hold.waits_for_credit and not hold.move_id._get_credit_notes()
        )
        covered = (holds - solved).filtered(
            lambda hold: (
                hold.waits_for_credit
                or (hold.credited_amount and hold.amount and not hold.open_amount)
                or (hold.is_manual and hold._is_reversed())
            )
        )
        covered._end(END_CREDITED)
        parts = self.filtered(
            lambda hold: (
                hold.state not in RUNNING_STATES
                and hold._follows_goods()
                and not hold.open_amount
                and hold.scope == SCOPE_AMOUNT
            )
        )
        parts._end_parts()
        solved._end(END_SOLVED)
        return covered | solved
