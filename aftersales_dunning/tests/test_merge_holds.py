from odoo.tests import tagged

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestMergeHolds(DunningCommon):
    """Cases are merged: what they disputed of one invoice is disputed afterwards."""

    def _merge(self, *holds):
        """Merge the cases of holds into that of the first; return the hold that goes on."""
        target = holds[0].case_id
        target.union(*(hold.case_id for hold in holds))._merge_into(target)
        self.env.flush_all()
        running = target.hold_ids.filtered(
            lambda hold: hold.state in ("active", "requested")
        )
        self.assertEqual(len(running), 1)
        return running

    def test_amounts(self):
        """Two amounts by hand add up, never to more than the invoice."""
        invoice = self._new_invoice(1000)
        holds = [
            self._hold(invoice, "amount", amount, case=self._new_case())
            for amount in (300, 200)
        ]
        self.assertHeld({invoice: 500})
        self._merge(*holds)
        self.assertHeld({invoice: 500})
        more = self._hold(invoice, "amount", 900, case=self._new_case())
        self.assertHeld({invoice: 1000})
        self._merge(holds[0], more)
        self.assertHeld({invoice: 1000})

    def test_amount_and_goods(self):
        """Goods go on with the case; what was entered for the other one is kept."""
        for by_hand_first in (True, False):
            with self.subTest(by_hand_first=by_hand_first):
                order = self._new_order(4, 6)
                case = self._complain(self._deliver(order), [2, 0])
                invoice = self._bill(order)
                by_hand = self._hold(invoice, "amount", 100, case=self._new_case())
                self.assertHeld({invoice: 330})
                holds = [case.hold_ids, by_hand]
                self._merge(*(reversed(holds) if by_hand_first else holds))
                self.assertHeld({invoice: 330})

    def test_whole_invoice(self):
        """Where one disputed all of it, all of it is disputed."""
        invoice = self._new_invoice(1000)
        part = self._hold(invoice, "amount", 300, case=self._new_case())
        whole = self._hold(invoice, case=self._new_case())
        self._merge(part, whole)
        self.assertHeld({invoice: 1000})

    def test_asked_for(self):
        """What works goes on; what was only asked for makes it no larger."""
        invoice = self._new_invoice(1000)
        works = self._hold(invoice, "amount", 300, case=self._new_case())
        self._set_limit("hold", 10, group="account.group_account_invoice")
        case = self._as(self.agent, self._new_case())
        asked = case._request_hold({"move_id": invoice.id, "by_customer": True})
        self.assertEqual((works.state, asked.state), ("active", "requested"))
        running = self._merge(asked.with_env(self.env), works)
        self.assertEqual(running.state, "active")
        self.assertHeld({invoice: 300})
