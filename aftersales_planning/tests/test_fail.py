"""A visit that fails, and the one that follows."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from ..const import FAILED, TO_PLAN
from .common import PlanningCommon, at


class TestFail(PlanningCommon):
    def _fail(self, user, visit, **vals):
        action = self._as(user, visit).action_fail()
        wizard = self._as(user)[action["res_model"]].with_context(**action["context"])
        form = Form(wizard)
        form.failure_id = self.env.ref("aftersales_planning.failure_absent")
        for name, value in vals.items():
            form[name] = value
        return form.save().action_fail()

    def test_go_again(self):
        visit = self._book(
            self._visit(note="Replace the pump", parts_state="ready"), at()
        )
        self._fail(self.tom.user_id, visit, note="Shop closed")
        self.assertEqual((visit.state, visit.failure_id.fault), (FAILED, "customer"))
        again = self.env["aftersales.visit"].search([("previous_id", "=", visit.id)])
        self.assertEqual((again.state, again.note), (TO_PLAN, "Replace the pump"))
        self.assertEqual((again.wish_id, again.number), (self.tom, 2))
        told = visit.case_id.event_ids.filtered(lambda one: one.kind == "visit_failed")
        self.assertEqual(told.reason, "Nobody was there: Shop closed")
        self.assertEqual(visit._plan_again(), again, "followed once")

    def test_does_not_block(self):
        visit = self._book(self._visit(), at())
        self._fail(self.tom.user_id, visit, go_again=False)
        self._book(self._visit(), at())
        self.assertFalse(visit.search([("previous_id", "=", visit.id)]))

    def test_another_technician(self):
        visit = self._book(self._visit(), at())
        with self.assertRaises(AccessError):
            self._as(self.tina.user_id, visit).action_fail()
        wizard = self._as(self.tina.user_id)["aftersales.visit.fail"].create(
            {
                "visit_ids": visit.ids,
                "failure_id": self.env.ref("aftersales_planning.failure_absent").id,
            }
        )
        with self.assertRaises(AccessError):
            wizard.action_fail()
