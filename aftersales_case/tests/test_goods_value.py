from odoo.fields import Command

from .common import AftersalesCommon


class TestGoodsValue(AftersalesCommon):
    """What the goods of a case are worth: a contract with addons that count money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.machine, cls.filter = cls.env["product.product"].create(
            [
                {"name": "Machine", "lst_price": 1249.5},
                {"name": "Filter", "lst_price": 3.333},
            ]
        )

    def test_list_price(self):
        """Quantity by list price, to the cent; what is not concerned counts nothing."""
        lines = [(self.machine, 2, True), (self.filter, 10, True)]
        lines.append((self.machine, 5, False))
        case = self._new_case(
            line_ids=[
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": quantity,
                        "concerned": concerned,
                    }
                )
                for product, quantity, concerned in lines
            ]
        )
        empty = self._new_case()
        self.assertEqual((case | empty)._get_goods_value(), {case: 2532.33, empty: 0.0})
