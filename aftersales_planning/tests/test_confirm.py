from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import (
    ASK_ACCESS,
    AT_DESK,
    AT_WORKSHOP,
    CONFIRMED,
    OFF,
    PARTS_MISSING,
    PARTS_READY,
    PLANNED,
    SOFT,
)
from .common import MONDAY, at
from .test_judge import JudgeCommon


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class TestConfirm(JudgeCommon):
    """(N-20) Before a visit is confirmed, everything that it needs is there."""

    def _form(self, visit):
        return Form(self._as(self.leader, visit))

    @feature("N-20")
    def test_confirm(self):
        """The form lists what is missing, the button refuses with the same list."""
        self.customer.phone = self.contact.phone = False
        case = self._new_case(contact_id=False, partner_id=self.customer.id)
        case.phone = False
        self.site.phone = False
        visit = self._visit(case, parts_state=PARTS_MISSING)
        self.assertFalse(self._form(visit).missing_text)
        self._book(visit, at())
        texts = (
            "The parts are not ready",
            "Nobody knows when the site is open",
            "There is no contact",
            "There is no phone number",
            "Nothing says how one gets in",
        )
        own = self._as(self.leader, visit)
        shown = self._form(visit).missing_text
        for text in texts:
            with self.subTest(text):
                self.assertIn(text, shown)
                with self.assertRefused(UserError, text):
                    own.action_confirm()
        self.site.write(
            {
                "is_always_open": True,
                "contact_id": self.contact.id,
                "phone": "+31 20 794 0001",
                "access_note": "Ring twice",
            }
        )
        visit.parts_state = PARTS_READY
        self.assertFalse(self._form(visit).missing_text)
        own.action_confirm()
        self.assertEqual(visit.state, CONFIRMED)

    @feature("N-20")
    def test_coverage(self):
        """A later part answers who pays; until then it is asked by the hook."""
        visit = self._ready()
        Case = type(self.env["aftersales.case"])
        with patch.object(Case, "_is_coverage_decided", lambda case: False):
            with self.assertRefused(UserError, "not decided who pays"):
                visit.action_confirm()
        visit.action_confirm()
        self.assertEqual(visit.state, CONFIRMED)

    def _ready(self, **vals):
        self.site.write(
            {"is_always_open": True, "phone": "1", "access_note": "Ring twice"}
        )
        return self._as(self.leader, self._book(self._visit(**vals), at()))

    @feature("N-20")
    def test_planner_decides(self):
        """What a company does not ask is not missing; what it only notes, is shown."""
        visit = self._ready()
        self.site.access_note = " "
        rule = self._as(self.manager, self._rule(ASK_ACCESS))
        rule.severity = SOFT
        self.assertIn("how one gets in", self._form(visit).missing_text)
        rule.severity = OFF
        visit.invalidate_recordset()
        self.assertFalse(self._form(visit).missing_text)
        rule.severity = SOFT
        visit.action_confirm()
        self.assertEqual(visit.state, CONFIRMED)

    @feature("N-20")
    def test_place(self):
        """Access and opening hours are asked at the customer's alone."""
        case = self._new_case()
        for place, count in ((AT_WORKSHOP, 0), (AT_DESK, 0)):
            with self.subTest(place):
                visit = self._book(
                    self._visit(case, place=place),
                    at(2 if count else 0, days=len(place)),
                )
                self.assertFalse(self._form(visit).missing_text)
        self.assertEqual(
            len(
                self._form(
                    self._book(self._visit(case), at(days=1))
                ).missing_text.splitlines()
            ),
            2,
        )

    @feature("N-20", "P-29")
    def test_plan_broken_since(self):
        """Who went on leave after it was planned cannot confirm it."""
        visit = self._ready()
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.tom.id,
                "calendar_id": self.calendar.id,
                "date_from": at(-9),
                "date_to": at(9),
            }
        )
        self.assertIn("Tom is away then", self._form(visit).warning_text)
        with self.assertRefused(UserError, "Tom is away then"):
            visit.action_confirm()
        self.assertEqual(visit.state, PLANNED)

    def test_rights(self):
        visit = self._ready()
        for user in (self.agent, self.tom.user_id):
            with self.assertRefused(AccessError, ""):
                self._as(user, visit).action_confirm()

    def test_queries_do_not_grow(self):
        visits = self.env["aftersales.visit"].union(
            *(self._book(self._visit(), at(days=day)) for day in range(5))
        )

        def read(some):
            return lambda: some.mapped("missing_text") + some.mapped("warning_text")

        read(visits[:1])()
        read(visits)()
        one = self._count_queries(read(visits[:1]))
        self.assertLessEqual(self._count_queries(read(visits)), one)
