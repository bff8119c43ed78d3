"""By when a visit has to be done."""

from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time

from .common import PlanningCommon, at


class TestLatest(PlanningCommon):
    """It follows what the customer was promised, until somebody types it."""

    def setUp(self):
        super().setUp()
        self.type_complaint.is_deadline_promised = True
        with freeze_time(at()):
            self.case = self._new_case(date_deadline=at(0, 2))
            self.visit = self._visit(self.case)
            self.env.flush_all()

    def _flush(self):
        self.env["aftersales.case"]._flush_due_change()

    def test_follows_the_promise(self):
        self.assertEqual(self.visit.latest, at(0, 2))
        with freeze_time(at()):
            self.case.date_deadline = at(0, 4)
            self._flush()
        self.assertEqual(self.visit.latest, at(0, 4))
        self.assertFalse(self.visit.latest_by_hand)

    def test_typed(self):
        with freeze_time(at()):
            form = Form(self._as(self.leader, self.visit))
            form.latest = at(0, 1)
            form.save()
            self.case.date_deadline = at(0, 4)
            self._flush()
            self.assertEqual(self.visit.latest, at(0, 1))
            self.assertTrue(self.visit.latest_by_hand)
            form.latest = False
            form.save()
        self.assertEqual(self.visit.latest, at(0, 4))
        self.assertFalse(self.visit.latest_by_hand)

    def test_typed_goes_along(self):
        """What was typed stays when the system hands the visit to another case."""
        with freeze_time(at()):
            self._as(self.leader, self.visit).latest = at(0, 1)
            self.visit.case_id = self._new_case(date_deadline=at(0, 5))
        self.assertEqual(self.visit.latest, at(0, 1))
        self.assertTrue(self.visit.latest_by_hand)

    def test_what_makes_no_sense(self):
        """A moment that is over, and less time than the work takes, are refused."""
        own = self._as(self.leader, self.visit)
        for vals, text in (
            ({"latest": at(-1)}, "would be late at once"),
            ({"earliest": at(2, 1), "latest": at(2, 1)}, "there is no time for"),
            (
                {"earliest": at(2, 1), "latest": at(3, 1), "duration": 1.5},
                "there is no time for",
            ),
        ):
            with freeze_time(at()), self.assertRefused(ValidationError, text):
                own.write(vals)
        with freeze_time(at()):
            own.write({"earliest": at(2, 1), "latest": at(3, 1), "duration": 1})
        self.assertEqual(self.visit.latest, at(3, 1))

    def test_copied_and_shown(self):
        """What a form shows of the promise, and a copy, is not typed by anybody."""
        with freeze_time(at()):
            copied = self._as(self.leader, self.visit).copy()
            shown = self._as(self.leader)["aftersales.visit"].create(
                {"case_id": self.case.id, "latest": at(0, 2), "site_id": self.site.id}
            )
        for visit in (copied, shown):
            self.assertEqual(visit.latest, at(0, 2))
            self.assertFalse(visit.latest_by_hand)

    def test_clock_stands_still(self):
        """While nothing is promised because we wait, the last date is kept, and marked."""
        with freeze_time(at()):
            self.case.stage_id = self.stage_wait_customer
            self.case.date_deadline = False
            self._flush()
        self.assertEqual(self.visit.latest, at(0, 2))
        self.assertTrue(self.visit.latest_stands)
        with freeze_time(at(1)):
            self.case.stage_id = self.stage_progress
            self.case.date_deadline = at(0, 3)
            self._flush()
        self.assertEqual(self.visit.latest, at(0, 3))
        self.assertFalse(self.visit.latest_stands)
