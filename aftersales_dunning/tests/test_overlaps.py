from functools import partial
from itertools import permutations

from .goods import GoodsCommon


class TestOverlaps(GoodsCommon):
    """Several holds on one invoice: what they have in common counts once."""

    def _get_sums(self, invoice):
        active = invoice.hold_ids.filtered(lambda hold: hold.state == "active")
        return sum(active.mapped("held_amount")), sum(active.mapped("held_company"))

    def test_holds_add_up_to_the_invoice(self):
        """Two holds by hand above what is open: the second holds what the first left."""
        invoice = self._new_invoice(1000)
        first = self._hold(invoice, scope="amount", amount=700)
        second = self._hold(invoice, scope="amount", amount=600)
        self.assertEqual((first.held_amount, second.held_amount), (700, 300))
        self.assertHeld({invoice: 1000})
        self._pay(invoice, 400)
        self.assertEqual((first.held_amount, second.held_amount), (600, 0))
        self.assertHeld({invoice: 600})
        first._release_by_hand({"release_policy": "go_on"})
        self.assertEqual((first.held_amount, second.held_amount), (0, 600))
        self.assertEqual(self._get_sums(invoice), (600, 600))

    def test_two_cases_about_one_of_two_lines(self):
        """Both dispute all of line 1: it is held once, line 2 is dunned."""
        _order, slip, invoice = self._sell((10, 100), (10, 100))
        first = self._complete(self._complain(slip, [10, 0], user_id=self.agent.id))
        second = self._complain(slip, [10, 0])
        self.assertDue(invoice, 1210, 1210)
        self.assertEqual(
            [case.hold_ids.held_amount for case in (first, second)], [1210, 0]
        )
        self._as(self.agent, first).action_done()
        self.assertDue(invoice, 1210, 1210)
        self.assertEqual(second.hold_ids.held_amount, 1210)

    def test_two_cases_about_parts_of_a_line(self):
        """6 and 6 of 10: the line is held; when one is refused, 6 are."""
        _order, slip, invoice = self._sell((10, 100), (1, 500))
        first = self._complete(self._complain(slip, [6, 0], user_id=self.agent.id))
        self._complain(slip, [6, 0])
        self.assertDue(invoice, 1210, 605)
        first.resolution_id = self.env.ref("aftersales_case.resolution_explained")
        self._as(self.agent, first).action_done()
        self.assertDue(invoice, 726, 1089)

    def test_overlap_of_a_part_that_waits(self):
        """6 and 6 of 10: one is repaired and due later; nothing of the line is due."""
        _order, slip, invoice = self._sell((10, 100), (1, 500))
        first = self._complete(self._complain(slip, [6, 0], user_id=self.agent.id))
        second = self._complain(slip, [6, 0])
        self._as(self.agent, first).action_done()
        self.assertDue(invoice, 1210, 605)
        second.hold_ids._release_by_hand({"release_policy": "go_on"})
        self.assertDue(invoice, 726, 1089)

    def test_overlap_is_credited_in_part(self):
        """2 and 3 of 3 at a discount, tax included; 2 are credited: the other line is due.

        The total of the credit note is a cent above that of its line.
        """
        _order, slip, invoice = self._sell(
            (3, 33.33, 12.5), (2, 9.99), tax=self.vat_included
        )
        cases = self._complain(slip, [2, 0]) | self._complain(slip, [3, 0])
        self.assertDue(invoice, 87.49, 19.98)
        self.assertEqual(
            cases.hold_ids.sorted("id").mapped("held_amount"), [58.33, 29.16]
        )
        self._credit_lines(invoice, {invoice.invoice_line_ids[0]: {"quantity": 2}})
        self.assertDue(invoice, 29.16, 19.98)

    def test_two_cases_about_the_same_slip(self):
        """3 of 10 billed are from one slip; two cases are about just these three."""
        first, second = self._new_order(3), self._new_order(7)
        slip = self._deliver(first)
        self._deliver(second)
        invoice = self._bill(first | second)
        cases = self._complain(slip) | self._complain(slip)
        self.assertDue(invoice, 345, 805)
        order = self._new_order(10)
        early = self._deliver(order, 4)
        self._deliver(order)
        invoice = self._bill(order)
        self._complain(early, [3])
        self._complain(early, [3])
        self.assertDue(invoice, 460, 690)
        self.assertEqual(len(cases.hold_ids), 2)

    def test_amount_by_hand_beside_goods(self):
        """400 by hand for one line, and another case about all of it: once."""
        _order, slip, invoice = self._sell((10, 100), (10, 100))
        first = self._complain(slip, [3, 0])
        first.hold_ids.amount = 400
        self._complain(slip, [10, 0])
        self.assertDue(invoice, 1210, 1210)
        self._pay(invoice, 1500)
        self.assertDue(invoice, 920, 0)

    def test_amount_by_hand_whose_goods_were_credited(self):
        """What is left of it still lies on their line, where another case disputes it."""
        _order, slip, invoice = self._sell((10, 100), (10, 100))
        first = self._complain(slip, [3, 0])
        first.hold_ids.amount = 700
        line = invoice.invoice_line_ids[0]
        self._credit_lines(invoice, {line: {"quantity": 3}})
        self.assertDue(invoice, 337, 1720)
        self._complain(slip, [10, 0])
        self.assertDue(invoice, 847, 1210)

    def test_goods_beside_a_held_invoice(self):
        """The invoice is held as a whole, and one of its lines by a case."""
        _order, slip, invoice = self._sell((10, 100))
        self._complain(slip, [4])
        whole = self._hold(invoice)
        self.assertDue(invoice, 1210, 0)
        self.assertEqual(whole.held_amount, 726)
        whole._release_by_hand({"release_policy": "go_on"})
        self.assertDue(invoice, 484, 726)

    def test_order_of_events_does_not_matter(self):
        """4 disputed, 2 of them credited, 50 off one more, 100 paid: in any order."""
        for order in permutations("abcd", 4):
            if order[0] > order[2]:
                continue  # half of them is enough
            with self.subTest(order=order):
                _order, slip, invoice = self._sell((10, 100))
                line = invoice.invoice_line_ids
                events = {
                    "a": partial(self._complain, slip, [4]),
                    "b": partial(self._credit_lines, invoice, {line: {"quantity": 2}}),
                    "c": partial(
                        self._credit_lines,
                        invoice,
                        {line: {"quantity": 1, "price_unit": 50}},
                    ),
                    "d": partial(self._pay, invoice, 100),
                }
                for name in order:
                    events[name]()
                self.assertDue(invoice, 181.5, 626)

    def test_held_in_booked_value(self):
        """1000 USD booked at 800 EUR: half of it is 400 EUR, whatever the rate is now."""
        dollar = self.env.ref("base.USD")
        if self.company.currency_id == dollar:
            dollar = self.env.ref("base.EUR")
        dollar.active = True
        day = self.today.replace(day=1).replace(year=self.today.year - 1)
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                    "name": name,
                    "rate": rate,
                }
                for name, rate in ((day, 1.25), (self.today, 2.0))
            ]
        )
        invoice = self._new_invoice(
            1000, currency_id=dollar.id, invoice_date=day, date_due=day
        )
        self.assertEqual(invoice.amount_residual_signed, 800)
        hold = self._hold(invoice, scope="amount", amount=500)
        self.assertEqual((hold.held_amount, hold.held_company), (500, 400))
        other = self._hold(invoice, scope="amount", amount=333.33)
        self.assertEqual((other.held_amount, other.held_company), (333.33, 266.66))
        hold.amount = 333.34
        self.assertEqual(self._get_sums(invoice), (666.67, 533.34))
