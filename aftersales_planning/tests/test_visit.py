from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..const import DONE, PLANNED, TO_PLAN
from ..models.visit.aftersales_visit_book import Booking
from .common import PlanningCommon, at


@tagged("post_install", "-at_install")
class TestVisit(PlanningCommon):
    """A visit from the lane to somebody's day, and to its end."""

    def test_book_and_unbook(self):
        visit = self._visit()
        self.assertEqual((visit.state, visit.number), (TO_PLAN, 1))
        self._book(visit, at(), self.tom, self.tina)
        self.assertEqual((visit.state, visit.lead_id), (PLANNED, self.tom))
        self.assertEqual(visit.crew_ids.resource_id, self.tom | self.tina)
        visit._unbook()
        self.assertEqual((visit.state, visit.start), (TO_PLAN, False))
        self.assertFalse(visit.crew_ids)
        kinds = visit.case_id.event_ids.filtered(
            lambda event: event.key == f"visit:{visit.id}"
        )
        self.assertEqual(
            kinds.sorted("id").mapped("kind"),
            ["visit_to_plan", "visit_planned", "visit_to_plan"],
        )

    def test_overlap_is_refused_by_the_database(self):
        self._book(self._visit(), at())
        other = self._visit()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._book(other, at(1))
        self._book(other, at(2))

    def test_two_change_places(self):
        one, other = self._book(self._visit(), at()), self._book(self._visit(), at(2))
        one._book(
            [
                Booking(one, at(2), at(4), self.tom),
                Booking(other, at(), at(2), self.tom),
            ]
        )
        self.assertEqual((one.start, other.start), (at(2), at()))

    def test_name_of_a_new_one(self):
        """A visit has no name before it is known which case it belongs to."""
        case = self._new_case()
        form = Form(self._as(self.leader)["aftersales.visit"])
        self.assertFalse(form.name)
        form.case_id = case
        self.assertIn(case.number, form.name)

    def test_how_to_get_there(self):
        """A technician finds on his visit where it is, whom to call, how to get in."""
        self.customer.write({"street": "Dorpsstraat 1", "city": "Leiden"})
        self.site.write({"access_note": "Key under the mat", "phone": "+31 71 1234"})
        own = self._as(self.tom.user_id, self._book(self._visit(), at()))
        form = Form(own)
        self.assertIn("Dorpsstraat 1", form.site_address)
        self.assertEqual(form.site_phone, "+31 71 1234")
        self.assertEqual(form.site_access_note, "Key under the mat")

    def test_steps(self):
        visit = self._book(self._visit(), at())
        own = self._as(self.tom.user_id, visit)
        own.action_set_out()
        own.action_arrive()
        own.action_done()
        self.assertEqual(visit.state, DONE)
        with self.assertRaises(UserError):
            own.action_set_out()
        with self.assertRaises(AccessError):
            self._as(self.tina.user_id, self._book(self._visit(), at(5))).action_done()

    def test_kept_by_the_system(self):
        visit = self._as(self.manager, self._visit())
        for name, value in (("state", DONE), ("start", at()), ("lead_id", 1)):
            with self.subTest(name), self.assertRaises(AccessError):
                visit.write({name: value})
