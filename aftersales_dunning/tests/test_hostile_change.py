from odoo.addons.aftersales_case.tests.hostile import VALUES, call, get_private_keys

from .goods import GoodsCommon


class TestHostileHolds(GoodsCommon):
    """No key of a request's context keeps holds from following their case."""

    def setUp(self):
        super().setUp()
        self.case, self.invoice = self._held_case()

    def _held_case(self):
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order)
        case = self._complain(slip, user_id=self.agent.id)
        self.assertTrue(invoice.held_amount)
        return self._as(self.agent, case), invoice

    def test_goods_ticked_off(self):
        """Goods that are ticked off give their invoice back, whatever is sent along."""
        line = self.case.line_ids
        for key in get_private_keys():
            for value in VALUES:
                with self.subTest(key=key, value=value), self.env.cr.savepoint() as sp:
                    call(line, "write", {"concerned": False}, **{key: value})
                    self.assertFalse(self.invoice.held_amount)
                    sp.rollback()
                    self.env.invalidate_all()

    def test_case_closed(self):
        """A solved case gives its invoice back, whatever is sent along."""
        self._complete(self.case.sudo())
        vals = {"stage_id": self.stage_solved.id}
        for key in get_private_keys():
            for value in VALUES:
                with self.subTest(key=key, value=value), self.env.cr.savepoint() as sp:
                    call(self.case, "write", vals, **{key: value})
                    self.assertFalse(self.invoice.held_amount)
                    sp.rollback()
                    self.env.invalidate_all()
