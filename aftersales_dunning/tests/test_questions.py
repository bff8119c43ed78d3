from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestQuestions(GoodsCommon):
    """What debtor control is asked about a hold: answered once, and for that hold only."""

    def _resolution(self, name):
        return name and self.env.ref(f"aftersales_case.resolution_{name}")

    def _close(self, resolution=False):
        """Close a case about 3 of 10, 363 of 1210; return case, invoice and hold."""
        _order, slip, invoice = self._sell((10, 100))
        case = self._complain(slip, [3], user_id=self.agent.id)
        case.resolution_id = self._resolution(resolution)
        case._force_stage(self.stage_solved, "No time")
        return case, invoice, case.hold_ids

    @feature("N-27")
    def test_resolution_entered_later(self):
        """It answers with what outcome the hold of the closed case ends."""
        for name, outcome, part, due in (
            ("replaced", "remedied", "waiting", 847),
            ("explained", "rejected", "dunned", 1210),
            ("credited", "credited", "to_credit", 847),
        ):
            with self.subTest(resolution=name):
                case, invoice, hold = self._close()
                self.assertEqual(hold.part_state, "undecided")
                self._as(self.agent, case).resolution_id = self._resolution(name)
                self.assertEqual((hold.outcome, hold.part_state), (outcome, part))
                self.assertEqual(invoice.due_now, due)
                notes = "".join(invoice.activity_ids.mapped("note"))
                self.assertNotIn("without a resolution", notes)
                self.assertEqual("Make the credit note" in notes, part == "to_credit")

    def test_resolution_corrected(self):
        """Credited by mistake: what was to be credited is decided again, or asked."""
        case, invoice, hold = self._close("credited")
        self.assertEqual(hold.part_state, "to_credit")
        case.resolution_id = False
        self.assertEqual((hold.part_state, invoice.due_now), ("undecided", 847))
        self.assertEqual(len(invoice.activity_ids), 1)
        case.resolution_id = self._resolution("explained")
        self.assertEqual((hold.outcome, invoice.due_now), ("rejected", 1210))
        case.resolution_id = self._resolution("credited")
        self.assertEqual((hold.outcome, invoice.due_now), ("rejected", 1210))
        self.assertFalse(invoice.activity_ids)

    def test_decided_by_hand(self):
        """What somebody decided on the hold the resolution does not decide again."""
        case, _invoice, hold = self._close("credited")
        hold._release_by_hand({}, "partly", 121)
        granted = case.hold_ids - hold
        second, _invoice, by_hand = self._close()
        by_hand._release_by_hand({}, "credited")
        second.resolution_id = self._resolution("credited")
        for one in (case, second):
            one.resolution_id = self._resolution("explained")
        self.assertEqual(granted.part_state, "to_credit")
        self.assertEqual(by_hand.part_state, "to_credit")

    def test_open_case(self):
        """A resolution of a case that is open, or reopened with it, decides nothing."""
        case, invoice, hold = self._close()
        case._reopen("It leaks again")
        case.resolution_id = self._resolution("explained")
        self.assertEqual((hold.state, hold.part_state), ("active", False))
        self.assertEqual(invoice.due_now, 847)

    def test_each_its_own(self):
        """Two holds of one invoice are asked about; the answer of one leaves the other's."""
        for outcome in ("rejected", "credited", "partly"):
            with self.subTest(outcome=outcome):
                invoice = self._new_invoice(1000)
                holds = self.env["aftersales.dunning.hold"]
                for amount in (100, 200):
                    case = self._complete(self._new_case(user_id=self.agent.id))
                    holds |= self._hold(invoice, "amount", amount, case)
                    case.resolution_id = False
                    case._force_stage(self.stage_solved, "No time")
                first, second = holds
                self.assertEqual(len(invoice.activity_ids), 2)
                first._release_by_hand({}, outcome, 40)
                left = invoice.activity_ids
                self.assertIn(second.question_id, left)
                asked = left.filtered(lambda one: "without a resolution" in one.note)
                self.assertEqual(asked, second.question_id)
                self.assertIn("200.00", asked.note)
                self.assertEqual(len(left), 1 if outcome == "rejected" else 2)
                second._release_by_hand({}, "rejected")
                self.assertEqual(len(invoice.activity_ids), outcome != "rejected")

    def test_answered_already(self):
        """A question that was marked as done stays in the history."""
        _case, invoice, hold = self._close()
        question = hold.question_id
        question.action_feedback("I will look")
        hold._release_by_hand({}, "rejected")
        self.assertTrue(question.exists())
        self.assertFalse(invoice.activity_ids)
