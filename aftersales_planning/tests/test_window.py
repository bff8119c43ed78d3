"""The window that the customer is told."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from .common import PlanningCommon, at


class TestWindow(PlanningCommon):
    """It is a promise in the log of the case, kept when the crew is there."""

    def setUp(self):
        super().setUp()
        self.visit = self._book(self._visit(), at(0, 1))

    def _promise(self, **vals):
        wizard = self._as(self.leader)["aftersales.visit.promise"]
        with freeze_time(at()):
            form = Form(wizard.with_context(default_visit_id=self.visit.id))
            for name, value in vals.items():
                form[name] = value
            return form.save().action_promise()

    def _promised(self):
        key = f"visit:{self.visit.id}"
        return self.visit.case_id._get_promises(key).get(self.visit.case_id.id)

    def test_promise_and_arrive(self):
        self._promise()
        self.assertEqual(self.visit.window_from, at(-1, 1))
        self.assertEqual(self._promised(), at(1, 1))
        with freeze_time(at(0, 1)):
            self._as(self.tom.user_id, self.visit).action_arrive()
        last = self.visit.case_id.event_ids.filtered(lambda one: one.kind == "promise")
        self.assertEqual(last.sorted("id")[-1].reason_text, "kept")
        self.assertTrue(self.visit.window_to, "what was told stays to be read")

    def test_taken_back(self):
        self._promise()
        with freeze_time(at()):
            self.visit._unbook()
        self.assertFalse(self._promised())
        self.assertFalse(self.visit.window_to)

    def test_window_that_misses_the_visit(self):
        with self.assertRaisesRegex(UserError, "arrives outside of it"):
            self._promise(window_from=at(3, 1), window_to=at(4, 1))
        with self.assertRaisesRegex(UserError, "after the one the window begins at"):
            self._promise(window_from=at(1, 1), window_to=at(-1, 1))
        self.assertFalse(self._promised())

    def test_window_that_is_over(self):
        with freeze_time(at(2, 1)), self.assertRaisesRegex(UserError, "is over"):
            self._as(self.leader, self.visit)._promise_window(at(-1, 1), at(1, 1))
        self.assertFalse(self._promised())

    def test_not_planned(self):
        visit = self._visit()
        with self.assertRaisesRegex(UserError, "plan it before you promise it"):
            self._as(self.leader, visit)._promise_window(at(0, 1), at(1, 1))

    def test_only_planners_promise(self):
        with self.assertRaises(AccessError):
            self._as(self.agent, self.visit).action_promise()
