from .goods import GoodsCommon


class TestGoodsValue(GoodsCommon):
    """What the goods of a case are worth: what was invoiced for them, without tax."""

    def test_invoiced(self):
        """Three of ten at 100 less 10 %: tax and list price play no part."""
        self.machine.lst_price = 999
        _order, slip, invoice = self._sell((10, 100, 10))
        case = self._complain(slip, [3])
        self.assertShares(case, {invoice: 3})
        self.assertEqual(case._get_goods_value(), {case: 270})

    def test_partly_invoiced(self):
        """What nobody has billed yet is worth its list price."""
        self.machine.lst_price = 50
        order = self._new_order(10)
        order.order_line.price_unit = 100
        case = self._complain(self._deliver(order))
        self.assertEqual(case._get_goods_value(), {case: 500})
        self._bill(order, quantity=4)
        self.assertEqual(case._get_goods_value(), {case: 4 * 100 + 6 * 50})

    def test_not_concerned(self):
        """Goods that nobody complains about count nothing."""
        _order, slip, _invoice = self._sell((10, 100), (4, 30))
        case = self._complain(slip, [0, 2])
        self.assertEqual(case._get_goods_value(), {case: 60})
