from datetime import timedelta

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from ..const import OUTCOME_REMIND
from .common import DunningCommon


class TestExplain(DunningCommon):
    """Why an invoice is, or is not, dunned: in sentences that an accountant reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.credit_policy_id = cls.policy
        cls.company.credit_control_tolerance = 5
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )

    def _why(self, move, day=None, user=None):
        move = self._as(user or self.accountant, move)
        return " ".join(move._explain_dunning(day)[move])

    def _send(self, run):
        """Let the reminders of a run have been sent."""
        run.line_ids.write({"state": "sent"})

    @feature("P-50")
    def test_turn_of_a_reminder(self):
        """What has its turn is said with level and amount, what comes later with date."""
        move = self._new_invoice(1150, date_due=self._in(-3))
        self.assertRegex(self._why(move), r"Reminder 1 \(Reminder\) has its turn on")
        self.assertIn(self._day(self._in(7)), self._why(move))
        self.assertRegex(
            self._why(move, self._in(7)),
            r"sends reminder 1 \(Reminder\) about .*1,150\.00",
        )
        self.assertIn(
            "Not due before", self._why(self._new_invoice(50, date_due=self._in(4)))
        )

    def _day(self, day):
        return self.env["ir.qweb.field.date"].value_to_html(day, {})

    @feature("P-50")
    def test_reminders_given_and_next(self):
        """Given reminders are told with day and channel; after the last, that it was."""
        move = self._new_invoice(1150)
        for level, days in enumerate((0, 10, 20), 1):
            day = self._in(days)
            self.assertIn(f"sends reminder {level}", self._why(move, day))
            run = self._run(day)
            self.assertEqual(run.line_ids.level, level)
            self._send(run)
            why = self._why(move, day)
            self.assertRegex(why, rf"Reminder {level} \(.*\) was sent on .* by email")
        self.assertIn("last reminder of the policy “Test policy” has been given", why)

    @feature("P-50")
    def test_part_in_review(self):
        """A partly held invoice: how much, by which case, until when, and what then."""
        move = self._new_invoice(1150)
        self._hold(move, "amount", 460, self.case)
        why = self._why(move)
        self.assertRegex(why, r"460\.00.* of .*1,150\.00.* is in review since")
        self.assertIn(f"case {self.case.number}", why)
        self.assertIn("Product complaint", why)
        self.assertIn(self._day(self._in(90)), why)
        self.assertIn("due 14 days after the release", why)
        self.assertRegex(why, r"sends reminder 1 \(Reminder\) about .*690\.00")

    def test_whole_in_review(self):
        """A held invoice gets no reminder, and the one it would get is named."""
        move = self._new_invoice(1150)
        self._hold(move, case=self.case)
        why = self._why(move)
        self.assertRegex(why, r"1,150\.00.* of .*1,150\.00.* is in review")
        self.assertIn("Without this, reminder 1", why)
        self.assertNotIn("sends reminder", why)

    def test_customer_held(self):
        """A hold on the customer is told on each of his invoices, and on no other's."""
        move = self._new_invoice(100)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        other = self._new_invoice(100, partner=stranger)
        self._hold_customer()
        self.assertIn("All invoices of Janssen Horeca are held", self._why(move))
        self.assertNotIn("held", self._why(other))
        self.assertIn("sends reminder 1", self._why(other))

    def test_confidential_case_is_not_named(self):
        """The hold of a confidential case is told, the case is not."""
        move = self._new_invoice(1150)
        self.case.confidential = True
        self._hold(move, "amount", 460, self.case)
        why = self._why(move)
        self.assertIn("460.00", why)
        self.assertIn("a confidential case", why)
        self.assertNotIn(self.case.number, why)
        self.assertIn(self.case.number, self._why(move, user=self._boss()))

    def _boss(self):
        self.manager.group_ids += self.env.ref("account.group_account_invoice")
        return self.manager

    def test_goes_on_later(self):
        """After a hold with days to wait it is told from when dunning goes on."""
        move = self._new_invoice(1150)
        hold = self._hold(move, case=self.case)
        hold._release_by_hand({"release_policy": "wait", "wait_days": 5})
        self.assertIn(f"Not dunned before {self._day(self._in(5))}", self._why(move))
        self.assertIn("sends reminder 1", self._why(move, self._in(5)))
        with Form(self._as(self.accountant, move)) as form:
            self.assertEqual(form.held_amount, 1150)
            self.assertEqual(form.held_beside, 0)
            self.assertEqual(form.due_now, 0)
            self.assertEqual(
                form.dunning_notice,
                f"Not dunned before {self._day(self._in(5))}, on the terms of a hold that"
                " ended.",
            )
        hold.resume_on = self.today
        hold._resume_parts()
        with Form(self._as(self.accountant, move)) as form:
            self.assertFalse(form.dunning_notice)
            self.assertFalse(form.held_beside)

    def test_asked_for(self):
        """A hold that waits for approval holds nothing, and is told."""
        reason = self.env.ref("aftersales_dunning.reason_product")
        reason.needs_approval = True
        move = self._new_invoice(1150)
        hold = self._hold(move, case=self.case)
        self.assertEqual(hold.state, "requested")
        why = self._why(move)
        self.assertIn("works only when debtor control approves", why)
        self.assertIn("sends reminder 1", why)

    @feature("P-50")
    def test_nothing_to_dun(self):
        """Drafts, paid and cancelled invoices, and policies that leave an invoice out."""
        move = self._new_invoice(100)
        self._pay(move)
        self.assertIn("nothing is open", self._why(move))
        draft = move.copy()
        self.assertIn("not posted", self._why(draft))
        draft.button_cancel()
        self.assertIn("cancelled", self._why(draft))
        move = self._new_invoice(4)
        self.assertRegex(self._why(move), r"4\.00.* is below the tolerance of .*5\.00")
        move = self._new_invoice(100)
        move.credit_policy_id = self.env.ref(
            "account_credit_control.credit_control_no_follow"
        )
        self.assertIn("“No follow” sends no reminders", self._why(move))
        move.credit_policy_id = self._new_policy()
        move.credit_policy_id.account_ids = self.receivable.copy({"code": "121099"})
        self.assertIn("does not cover account", self._why(move))
        move.credit_policy_id = False
        self.company.credit_policy_id = False
        self.assertIn("no reminder policy is set", self._why(move))
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        self.assertFalse(bill._explain_dunning()[bill])

    def test_other_policy(self):
        """Reminders under another policy leave the next step to a person."""
        move = self._new_invoice(100)
        self._send(self._run())
        move.credit_policy_id = self._new_policy()
        self.assertIn("a person decides", self._why(move, self._in(10)))

    def test_instalments(self):
        """Each instalment is told for itself; the hold lies on the last one."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    (0, 0, {"value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value_amount": 50, "nb_days": 5}),
                ],
            }
        )
        move = self._new_invoice(1000, invoice_payment_term_id=term.id)
        self._hold(move, "amount", 500, self.case)
        why = self._why(move)
        self.assertRegex(why, r"Instalment of .*: A run .* about .*500\.00")
        self.assertRegex(
            why, rf"Instalment of .*: In review \(case {self.case.number}\), nothing"
        )

    def test_instalment_that_is_held(self):
        """What lies on the last of three instalments is in review, with its case.

        No rule and no day of the past is given as the reason, with a tolerance or none.
        """
        term = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    (0, 0, {"value_amount": value, "nb_days": days})
                    for value, days in ((33.33, 0), (33.33, 5), (33.34, 10))
                ],
            }
        )
        for tolerance, due in ((0, 1), (5, 1), (5, 0)):
            self.company.credit_control_tolerance = tolerance
            move = self._new_invoice(
                1210,
                invoice_payment_term_id=term.id,
                date_due=self._in(-30 if due else -5),
            )
            lines = move._get_open_lines()
            self._hold(move, "amount", 484, self.case)
            texts = self._as(self.accountant, move)._explain_dunning()[move]
            day = self._day(lines[-1].date_maturity)
            last = next(text for text in texts if f"Instalment of {day}" in text)
            self.assertIn(f"In review (case {self.case.number})", last)
            self.assertNotIn("Another rule", last)
            self.assertNotIn("tolerance", last)
            self.assertEqual("Without this, reminder 1" in last, bool(due))
            self.assertNotIn("In review", " ".join(texts[1:-1]))

    def test_customer_and_waiting_on_instalments(self):
        """So also where two cases hold, and where a part waits for its date.

        700 of 1000 are out: the last half wholly, 200 of the first.
        """
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    (0, 0, {"value_amount": 50, "nb_days": days}) for days in (0, 5)
                ],
            }
        )
        other = self._new_case()
        for waits in (False, True):
            move = self._new_invoice(1000, invoice_payment_term_id=term.id)
            first, last = move._get_open_lines()
            hold = self._hold(move, "amount", 300, other)
            self._hold(move, "amount", 400, self.case)
            if waits:
                hold._release_by_hand({"release_policy": "wait", "wait_days": 80})
            texts = self._as(self.accountant, move)._explain_dunning()[move]

            def told(line, texts=texts):
                day = self._day(line.date_maturity)
                return next(text for text in texts if f"Instalment of {day}" in text)

            with self.subTest(waits=waits):
                self.assertIn("300.00", told(first))
                self.assertNotIn("In review", told(first))
                self.assertIn("In review", told(last))
                self.assertIn(self.case.number, told(last))
                self.assertEqual(other.number in told(last), not waits)
                self.assertNotIn("Another rule", told(last))
                self.assertEqual(self._day(self._in(80)) in " ".join(texts), waits)

    def test_agrees_with_the_engine(self):
        """The day named for a reminder is the first on which the engine offers it."""
        policy = self._new_policy()
        policy.level_ids[0].write(
            {"computation_mode": "end_of_month", "delay_days": 30}
        )
        self.company.credit_policy_id = policy
        move = self._new_invoice(100, date_due=self._in(-3))
        line = move._get_open_lines()
        next_on = line._get_prospects(self.today)[line].next_on
        self.assertNotEqual(
            line._get_prospects(next_on - timedelta(days=1))[line].outcome,
            OUTCOME_REMIND,
        )
        self.assertEqual(line._get_prospects(next_on)[line].outcome, OUTCOME_REMIND)

    @feature("N-03", "P-50")
    def test_on_the_form(self):
        """The accountant reads it on the invoice; who is none sees no such thing."""
        move = self._new_invoice(1150)
        self._hold(move, "amount", 460, self.case)
        with Form(self._as(self.accountant, move)) as form:
            self.assertIn("690.00", form.dunning_explanation)
            self.assertIn(self.case.number, form.dunning_explanation)
        self.assertNotIn(
            "dunning_explanation",
            self._as(self.agent)["account.move"].fields_get(),
        )

    def test_many_at_once(self):
        """Twenty invoices take as many queries as two."""
        moves = self.env["account.move"].union(
            *(self._new_invoice(100 + number) for number in range(20))
        )
        for move in moves[:4]:
            self._hold(move, "amount", 10, self.case)
        moves[:2]._explain_dunning()
        counts = []
        for some in (moves[:2], moves):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some._explain_dunning()), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
