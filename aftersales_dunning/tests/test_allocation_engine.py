from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_dunning.engine.allocation import (
    Bill,
    Credited,
    Delivery,
    allocate,
    concern,
    spread_due,
    spread_layers,
)

D1, D2, D3 = 1, 2, 3
I1, I2, I3 = 101, 102, 103


def _goods(*quantities):
    return [
        Delivery(number, qty, (number,)) for number, qty in enumerate(quantities, 1)
    ]


def _bill(number, qty, reverses=None, price=100.0, **values):
    return Bill(number, qty, price, number, reverses, **values)


@tagged("post_install", "-at_install")
class TestAllocationEngine(BaseCase):
    """Which goods stand on which invoice line, from plain values."""

    def _check(self, deliveries, bills, shares, unbilled=None):
        result = allocate(deliveries, bills)
        self.assertEqual(result.shares, shares)
        self.assertEqual(result.unbilled, unbilled or {})
        return result

    def test_one_slip_one_invoice(self):
        """The plain case, and it is exact."""
        result = self._check(_goods(10), [_bill(I1, 10)], {(D1, I1): 10})
        self.assertTrue(result.is_exact(D1))

    def test_one_slip_on_two_invoices(self):
        """Billed in two parts; still exact: there is but one delivery."""
        result = self._check(
            _goods(10), [_bill(I1, 4), _bill(I2, 6)], {(D1, I1): 4, (D1, I2): 6}
        )
        self.assertTrue(result.is_exact(D1))

    def test_two_slips_on_one_invoice(self):
        """A collective invoice bills both."""
        result = self._check(_goods(3, 7), [_bill(I1, 10)], {(D1, I1): 3, (D2, I1): 7})
        self.assertTrue(result.is_exact(D1))

    def test_invoice_before_delivery(self):
        """Goods that are delivered later go to the line that waits for them."""
        self._check([], [_bill(I1, 10)], {})
        self._check(_goods(4), [_bill(I1, 10)], {(D1, I1): 4})
        self._check(_goods(4, 6), [_bill(I1, 10)], {(D1, I1): 4, (D2, I1): 6})

    def test_first_in_first_out_is_a_guess(self):
        """Two deliveries on two invoices: in order, and said to be no more than that."""
        result = self._check(
            _goods(5, 5), [_bill(I1, 5), _bill(I2, 5)], {(D1, I1): 5, (D2, I2): 5}
        )
        self.assertFalse(result.is_exact(D1))
        result = self._check(_goods(5, 5), [_bill(I1, 5)], {(D1, I1): 5}, {D2: 5})
        self.assertFalse(result.is_exact(D1) or result.is_exact(D2))
        result = self._check(
            _goods(8, 5),
            [_bill(I1, 5), _bill(I2, 3)],
            {(D1, I1): 5, (D1, I2): 3},
            {D2: 5},
        )
        self.assertFalse(result.is_exact(D1))

    def test_order_of_ids_and_dates(self):
        """In whatever order they are given: deliveries by date, lines by id."""
        goods = [Delivery(D1, 4, (2,)), Delivery(D2, 6, (1,))]
        bills = [_bill(I2, 6), _bill(I3, -3, reverses=I1), _bill(I1, 4)]
        self._check(goods, bills, {(D2, I1): 1, (D2, I2): 2, (D1, I2): 4}, {D2: 3})

    def test_full_credit_note(self):
        """Credited goods are billed no more; what the other invoice bills stays."""
        self._check(
            _goods(10, 5),
            [_bill(I1, 10), _bill(I2, 5), _bill(I3, -10, reverses=I1)],
            {(D2, I2): 5},
            {D1: 10},
        )

    def test_disputed_goods_are_credited_first(self):
        """Of two deliveries the first is disputed; what was taken last comes after it."""
        bills = [_bill(I1, 10), _bill(I2, -3, reverses=I1), _bill(I3, -2, reverses=I1)]
        result = allocate(_goods(4, 6), bills, disputed=[(D1, 3)])
        self.assertEqual(result.shares, {(D1, I1): 1, (D2, I1): 4})
        self.assertEqual(result.settled, {D1: 3, D2: 2})

    def test_undelivered_goods_are_credited_before_the_disputed(self):
        """4 of 10 billed are still to come, under the negative id of their order line."""
        goods = [*_goods(6), Delivery(-7, 4, (9,))]
        bills = [_bill(I1, 10), _bill(I2, -4, reverses=I1)]
        result = allocate(goods, bills, disputed=[(D1, 6)])
        self.assertEqual(result.shares, {(D1, I1): 6})

    def test_billed_again_is_concerned_there(self):
        """3 were credited by 102 and billed again by 103; the rest stands on the first."""
        shares = [(I1, 7), (I3, 3)]
        self.assertEqual(concern(3, shares), {I1: 3})
        self.assertEqual(concern(3, shares, [(I2, 3)]), {I3: 3})
        self.assertEqual(concern(5, shares, [(I2, 3)]), {I1: 2, I3: 3})
        self.assertEqual(concern(2, shares, [(I2, 3)]), {I3: 2})

    def test_credited_and_billed_again(self):
        """The goods go to the corrected invoice."""
        self._check(
            _goods(10),
            [_bill(I1, 10), _bill(I2, -10, reverses=I1), _bill(I3, 10)],
            {(D1, I3): 10},
        )

    def test_partial_credit_note(self):
        """Three of ten are credited."""
        self._check(
            _goods(10),
            [_bill(I1, 10), _bill(I2, -3, reverses=I1)],
            {(D1, I1): 7},
            {D1: 3},
        )

    def test_price_credit_frees_no_goods(self):
        """A credit at another unit price is money."""
        result = self._check(
            _goods(10),
            [_bill(I1, 10), _bill(I2, -10, reverses=I1, price=5.0)],
            {(D1, I1): 10},
        )
        self.assertEqual(result.money_credits, [I2])
        self.assertEqual(result.money_lines, {I2: (I1,)})

    def test_goods_by_amount_or_terms(self):
        """Net amount, total, or price and discount: one of them as billed is enough."""
        billed = {"net": 100.0, "total": 121.0, "terms": (33.333, 0.0)}
        for credited, is_money in (
            ({"net": 33.33, "total": 40.33}, False),
            ({"net": 33.34, "total": 35.0}, False),  # another tax on top
            ({"net": 30.0, "total": 40.33}, False),  # another tax in the price
            ({"net": 30.0, "total": 36.3, "terms": (33.333, 0.0)}, False),
            ({"net": 30.0, "total": 36.3, "terms": (33.333, 10.0)}, True),
            ({"net": 30.0, "total": 36.3, "terms": (30.0, 0.0)}, True),
            ({"net": 33.36, "total": 40.37}, True),
        ):
            with self.subTest(credited=credited):
                bills = [_bill(I1, 3, **billed), _bill(I2, -1, reverses=I1, **credited)]
                result = allocate(_goods(3), bills)
                self.assertEqual(result.money_credits, [I2] if is_money else [])

    def test_terms_of_large_numbers(self):
        """What a conversion of units adds to a price is no other price."""
        bills = [
            _bill(I1, 3, net=9e10, terms=(3e10, 0.0)),
            _bill(I2, -1, reverses=I1, net=1.0, terms=(3e10 + 1e-5, 0.0)),
        ]
        self.assertFalse(allocate(_goods(3), bills).money_credits)

    def test_more_is_credited_than_billed(self):
        """Ten times a rounded amount differs by ten times the rounding."""
        bills = [_bill(I1, 1, net=0.33), _bill(I2, -10, reverses=I1, net=3.34)]
        result = self._check(_goods(1), bills, {}, {D1: 1})
        self.assertFalse(result.money_credits)

    def test_line_of_the_same_price_comes_first(self):
        """A credit is for the line of its price, and beyond that for the others."""
        bills = [_bill(I1, 4), _bill(I2, 6, price=90.0), _bill(I3, -5)]
        result = self._check(_goods(10), bills, {(D1, I2): 5}, {D1: 5})
        self.assertEqual(result.credits, {(I3, I1): 4, (I3, I2): 1})

    def test_credit_of_the_matched_invoice(self):
        """What it is reconciled with, else the newest; it need not say it reverses one."""
        bills = [_bill(I1, 5), _bill(I2, 5)]
        matched = _bill(I3, -3, matched=(I1,))
        self._check(
            _goods(5, 5), [*bills, matched], {(D1, I1): 2, (D2, I2): 5}, {D1: 3}
        )
        self._check(
            _goods(5, 5), [*bills, _bill(I3, -3)], {(D1, I1): 5, (D2, I2): 2}, {D2: 3}
        )

    def test_credit_takes_the_undelivered_first(self):
        """Ten billed, seven delivered, three credited: the seven stay billed."""
        result = self._check(
            _goods(7), [_bill(I1, 10), _bill(I2, -3, reverses=I1)], {(D1, I1): 7}
        )
        self.assertEqual(result.settled, {})

    def test_return_and_credit(self):
        """What came back and was credited is neither delivered nor billed."""
        goods = [*_goods(10), Delivery(9, -3, (9,), origin=D1)]
        self._check(goods, [_bill(I1, 10), _bill(I2, -3)], {(D1, I1): 7})

    def test_return_before_invoice(self):
        """What came back before the invoice is never billed."""
        goods = [*_goods(10), Delivery(9, -3, (9,), origin=D1)]
        self._check(goods, [_bill(I1, 7)], {(D1, I1): 7})
        goods = [*_goods(10, 3), Delivery(9, -3, (9,), origin=D2)]
        result = self._check(goods, [_bill(I1, 10)], {(D1, I1): 10})
        self.assertTrue(result.is_exact(D1) and not result.is_exact(D2))

    def test_return_never_credited(self):
        """The invoice then bills goods of the next delivery."""
        goods = [*_goods(10, 5), Delivery(9, -3, (9,), origin=D1)]
        self._check(goods, [_bill(I1, 10)], {(D1, I1): 7, (D2, I1): 3}, {D2: 2})

    def test_return_and_credit_with_two_deliveries(self):
        """A credited return of the first delivery leaves the second where it was."""
        goods = [*_goods(10, 10), Delivery(9, -3, (9,), origin=D1)]
        bills = [_bill(I1, 10), _bill(I2, 10), _bill(I3, -3, reverses=I1)]
        self._check(goods, bills, {(D1, I1): 7, (D2, I2): 10})

    def test_returned_goods_stay_billed_until_credited(self):
        """Four of ten came back: billed as ever, until the credit note."""
        goods = [*_goods(10), Delivery(9, -4, (9,), origin=D1)]
        result = self._check(goods, [_bill(I1, 10)], {(D1, I1): 10})
        self.assertEqual(result.settled, {})
        result = self._check(goods, [_bill(I1, 10), _bill(I2, -4)], {(D1, I1): 6})
        self.assertEqual(result.settled, {D1: 4})

    def test_credited_goods_are_settled_until_billed_again(self):
        """What a credit note frees is disputed no more, until an invoice takes it."""
        bills = [_bill(I1, 10), _bill(I2, -4, reverses=I1)]
        result = self._check(_goods(10), bills, {(D1, I1): 6}, {D1: 4})
        self.assertEqual(result.settled, {D1: 4})
        bills.append(_bill(I3, 4))
        result = self._check(_goods(10), bills, {(D1, I1): 6, (D1, I3): 4})
        self.assertEqual(result.settled, {})

    def test_by_which_credits_goods_are_settled(self):
        """The oldest credits first, of what came back, and of each delivery its own."""
        goods = [*_goods(10), Delivery(9, -3, (9,), origin=D1)]
        bills = [_bill(I1, 11), *(_bill(key, -2, reverses=I1) for key in (I2, I3))]
        result = self._check(goods, bills, {(D1, I1): 7})
        self.assertEqual(
            result.settled_by, {D1: [Credited(I2, I1, 2), Credited(I3, I1, 1)]}
        )
        goods = [
            *_goods(10, 10),
            Delivery(8, -3, (8,), origin=D1),
            Delivery(9, -3, (9,), origin=D2),
        ]
        result = self._check(
            goods,
            [_bill(I1, 16), _bill(I2, -2, reverses=I1)],
            {(D1, I1): 7, (D2, I1): 7},
        )
        self.assertEqual(result.settled, {D1: 2})

    def test_billed_again_in_part(self):
        """The oldest credit is undone first; that there were two stays known."""
        bills = [
            _bill(I1, 10),
            _bill(I2, -4, reverses=I1),
            _bill(I3, -3, reverses=I1),
            _bill(104, 5),
        ]
        result = self._check(_goods(10), bills, {(D1, I1): 3, (D1, 104): 5}, {D1: 2})
        self.assertEqual(result.settled_by, {D1: [Credited(I3, I1, 2)]})
        self.assertEqual(
            result.credited_by, {D1: [Credited(I2, I1, 4), Credited(I3, I1, 3)]}
        )

    def test_unknown_return_undoes_the_last(self):
        """A return that names no delivery takes from the last one."""
        goods = [*_goods(10, 5), Delivery(9, -6, (9,))]
        self._check(goods, [_bill(I1, 9)], {(D1, I1): 9})

    def test_concern_spreads_in_order(self):
        """Six of ten that stand on two invoices: the first four, then two."""
        self.assertEqual(concern(6, [(I1, 4), (I2, 6)]), {I1: 4, I2: 2})
        self.assertEqual(concern(6, [(I1, 4)]), {I1: 4})

    def test_hold_lies_on_what_is_due_last(self):
        """Of two instalments the later one is held first."""
        open_amounts = [("a", 600.0), ("b", 1400.0)]
        self.assertEqual(spread_due(open_amounts, 1500), {"a": 500.0, "b": 0.0})
        self.assertEqual(spread_due(open_amounts, 400), {"a": 600.0, "b": 1000.0})
        self.assertEqual(spread_due(open_amounts, 5000), {"a": 0.0, "b": 0.0})
        self.assertEqual(spread_due([("a", -50.0), ("b", 90.0)], 0), {"a": 0, "b": 40})

    def test_parts_lie_in_the_order_in_which_they_are_due(self):
        """The rest first, then each part; what is left over is out."""
        open_amounts = [("a", 600.0), ("b", 1400.0)]
        found = spread_layers(open_amounts, [("rest", 500), ("x", 300), ("y", 200)])
        self.assertEqual(
            {key: amount for key, amount in found.items() if amount},
            {
                ("a", "rest"): 500,
                ("a", "x"): 100,
                ("b", "x"): 200,
                ("b", "y"): 200,
            },
        )
        nothing = spread_layers(open_amounts, [("rest", 0.0)])
        self.assertEqual(nothing, {("a", "rest"): 0.0, ("b", "rest"): 0.0})
