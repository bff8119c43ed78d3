from dataclasses import dataclass

from odoo import models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...const import RUNNING_STATES, SCOPE_CUSTOMER, SYNC
from ...engine.disputes import Verdict, judge


@dataclass(slots=True)
class Dispute:
    """What is known of the disputes about one invoice: see ``engine/disputes.py``."""

    verdict: Verdict
    credits: list  # Credit
    credited: dict  # {id of a case line: [Credited]}


class AccountMove(models.Model):
    """The shares of cases in an invoice get their money, and its holds follow.

    All is computed anew from the invoice, its credit notes and the goods of all cases:
    it does not matter in which order they came.
    """

    _inherit = "account.move"

    def _follow_disputes(self):
        """Value the shares of cases in these invoices, and let their holds follow.

        :returns: the open cases whose shares are worth something else than before
        """
        # sudo: service needs no rights in accounting for the goods to be found
        moves = self.sudo().with_context(aftersales_sync=SYNC)
        shares = moves._get_open_shares()
        holds = moves.hold_ids.filtered(
            lambda hold: hold._follows_goods() and hold.scope != SCOPE_CUSTOMER
        )
        changed = shares.case_id.browse()
        by_move, holds_by_move = shares.grouped("move_id"), holds.grouped("move_id")
        for move in shares.move_id | holds.move_id:
            own = by_move.get(move, shares.browse())
            own_holds = holds_by_move.get(move, holds.browse())
            dispute = move._get_dispute(own, own_holds)
            for share in own:
                amount = dispute.verdict.parts.get(share.id, 0)
                if move.currency_id.compare_amounts(share.amount, amount):
                    share.amount = amount
                    changed |= share.case_id
            own_holds._follow_dispute(dispute)
            if own_holds:
                move._ask_about_credits(dispute)
        return changed

    def _get_open_shares(self):
        """Return the goods that stand on these invoices and of which something is open.

        Those of open cases, and of closed ones whose part did not come back wholly yet.
        """
        # sudo: all cases count, whoever sees them
        Share = self.env["aftersales.dunning.share"].sudo()
        closed = self.sudo().hold_ids.filtered(  # sudo: as above
            lambda hold: hold.part_state and hold._follows_goods()
        )
        return Share.search(
            Domain("move_id", "in", self.ids)
            & (
                Domain("case_id.state", "in", OPEN_STATES)
                | Domain("case_id", "in", closed.case_id.ids)
            ),
            order="id",
        )

    def _get_dispute(self, shares, holds):
        """Judge what is disputed of an invoice.

        :param shares: result of ``_get_open_shares`` for it
        :param holds: its running holds
        """
        self.ensure_one()
        allocations = self.invoice_line_ids.sale_line_ids._get_allocations()
        credits = self._get_credits(allocations)
        worths, rest = self._get_worths()
        goods = (shares.case_id | holds.case_id).line_ids.filtered(
            lambda line: line.concerned and line._get_billed_order_line() in allocations
        )
        credited = goods._get_credited_by(allocations)
        verdict = judge(
            self._get_valued_lines(),
            worths,
            [share._get_part(allocations, credited) for share in shares],
            credits,
            holds._get_claimants(shares),
            {part.bill for parts in credited.values() for part in parts},
            rest,
            self.currency_id.round,
        )
        return Dispute(verdict, credits, credited)

    # === What is not clear is asked === #

    def _ask_about_credits(self, dispute):
        """Ask debtor control once what credit notes are for, where nobody can know.

        What it answers, it enters as the disputed amount of a hold; until then nothing
        disputed gets smaller.
        """
        self.ensure_one()
        known = self.env["account.move"].browse(self.dunning_credits_asked or [])
        asked = known & self._get_credit_notes()
        new = self.env["account.move.line"].browse(dispute.verdict.unclear).move_id
        if not self.amount_residual:
            new = asked  # nothing is open, so nothing has to be known
        if asked == known and new <= asked:
            return
        self.dunning_credits_asked = (asked | new).ids
        questions = self._get_credit_questions()
        if not (asked | new):
            questions.unlink()
        elif questions:
            questions.note = self._get_credit_words(asked | new)
        elif new - asked:
            self.activity_schedule(
                "aftersales_dunning.activity_credit",
                user_id=self._get_debtor_controller(new).id,
                note=self._get_credit_words(new),
            )

    def _get_credit_words(self, notes):
        return self.env._(
            "It is not clear which part of the disputed amount %(notes)s is for. Enter on"
            " the hold what is still disputed, or mark this as done if nothing changes.",
            notes=", ".join(notes.mapped("name")),
        )

    def _get_debtor_controller(self, notes):
        """Return who is asked about credit notes: who made them, else who may decide."""
        makers = self.env.user | notes.create_uid
        candidates = self.env["aftersales.dunning.hold"]._get_debtor_control(
            self.company_id
        )
        return ((makers & candidates) or candidates or makers)[:1]

    def _get_credit_questions(self):
        """Return the open questions about credit notes of these invoices."""
        kind = self.env.ref("aftersales_dunning.activity_credit", False)
        # sudo: it is answered for everyone, whoever it was planned for
        return self.sudo().activity_ids.filtered(
            lambda activity: kind and activity.activity_type_id == kind
        )

    def _answer_credit_questions(self):
        """Close the questions: somebody said what is still disputed."""
        self.filtered("dunning_credits_asked")._get_credit_questions().unlink()

    def _close_credit_questions(self):
        """Close the questions about invoices of which nothing is disputed any more."""
        asked = self.filtered("dunning_credits_asked")
        asked.filtered(
            lambda move: all(h.state not in RUNNING_STATES for h in move.hold_ids)
        )._answer_credit_questions()
