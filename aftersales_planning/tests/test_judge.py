from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import AT_DESK, HARD, OFF, PARTS_MISSING, SOFT
from ..engine import judge as rules
from ..models.plan.aftersales_visit_judge import Finding
from ..models.visit.aftersales_visit_book import Booking
from .common import PlanningCommon, at


class JudgeCommon(PlanningCommon):
    """Visits judged as the leader's board asks for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skill_type = cls.env["hr.skill.type"].create(
            {
                "name": "Gas",
                "skill_ids": [Command.create({"name": "Gas boilers"})],
                "skill_level_ids": [
                    Command.create({"name": "Helper", "level_progress": 30}),
                    Command.create({"name": "Master", "level_progress": 90}),
                ],
            }
        )
        cls.gas = cls.skill_type.skill_ids
        cls.helper, cls.master = cls.skill_type.skill_level_ids.sorted("level_progress")

    def _teach(self, resource, level=None, user=None, **vals):
        """Give an employee the skill, as somebody wrote it down."""
        env = self._as(user) if user else self.env
        return env["hr.employee.skill"].create(
            {
                "employee_id": resource.employee_id.id,
                "skill_type_id": self.skill_type.id,
                "skill_id": self.gas.id,
                "skill_level_id": (level or self.master).id,
                "valid_from": date(2020, 1, 1),
                **vals,
            }
        )

    def _findings(self, visit, start, *resources, hours=None):
        """Return what the judge finds where a visit might stand."""
        stop = start + timedelta(hours=hours or visit.duration)
        crew = self.env["resource.resource"].union(*(resources or [self.tom]))
        found = visit._judge([Booking(visit, start, stop, crew)])[visit]
        # Times of the clock have a space of their own.
        return [one._replace(text=one.text.replace("\u202f", " ")) for one in found]

    def _rule(self, key):
        return self.env["aftersales.plan.rule"].search(
            [("company_id", "=", self.company.id), ("key", "=", key)]
        )

    def assert_found(self, found, *expected):
        """Assert the rules that were found, in their order."""
        self.assertEqual([one.rule for one in found], list(expected))


@tagged("post_install", "-at_install")
class TestJudge(JudgeCommon):
    """What speaks against a plan, from what stands in the database."""

    def test_free_day(self):
        self.assert_found(self._findings(self._visit(), at()))

    @feature("P-29")
    def test_absence(self):
        """Approved leave is refused, leave that is asked for warns, holidays too."""
        kind = self.env["hr.leave.type"].create(
            {"name": "Private reason", "requires_allocation": False}
        )
        leave = self.env["hr.leave"].create(
            {
                "holiday_status_id": kind.id,
                "employee_id": self.tom.employee_id.id,
                "request_date_from": "2026-03-02",
                "request_date_to": "2026-03-02",
            }
        )
        visit = self._visit()
        self.assert_found(self._findings(visit, at()), rules.PENDING)
        leave._action_validate()
        self.assertEqual(
            self._findings(visit, at()),
            [Finding(rules.ABSENT, True, "Tom is away then: leave or a holiday.")],
        )
        self.assert_found(self._findings(visit, at(), self.tina))
        self._new_holiday(
            self.calendar, self.company, datetime(2026, 3, 3), datetime(2026, 3, 4)
        )
        self.assert_found(self._findings(visit, at(days=1), self.tina), rules.ABSENT)

    @feature("P-29")
    def test_working_hours(self):
        visit = self._visit()
        found = self._findings(visit, at(-2))
        self.assert_found(found, rules.HOURS)
        self.assertEqual(found[0].text, "Tom works from 8:00 AM to 5:00 PM.")
        found = self._findings(visit, at(7))
        self.assert_found(found, rules.OVERTIME)
        self.assertIn("60 minutes longer", found[0].text)
        self.assert_found(self._findings(visit, at(days=5)), rules.HOURS)
        self.assert_found(self._findings(visit, at(2)), rules.BREAK)

    def test_contract_ended(self):
        self.tom.employee_id.version_id.write(
            {"contract_date_start": "2026-01-01", "contract_date_end": "2026-03-02"}
        )
        visit = self._visit()
        self.assert_found(self._findings(visit, at()))
        self.assert_found(self._findings(visit, at(days=1)), rules.HOURS)

    def test_who_goes_nowhere(self):
        visit = self._visit()
        self.sub.calendar_id = False
        self.assert_found(self._findings(visit, at(), self.sub), rules.NO_CALENDAR)
        self.sub.write({"calendar_id": self.calendar.id, "does_visits": False})
        self.assert_found(self._findings(visit, at(), self.sub), rules.STAYS)
        self.sub.write({"does_visits": True, "active": False})
        self.assert_found(self._findings(visit, at(), self.sub), rules.ARCHIVED)
        other = self.env["res.company"].create({"name": "Other"})
        self.sub.write({"active": True, "company_id": other.id})
        self.assert_found(self._findings(visit, at(), self.sub), rules.COMPANY)

    def test_overlap_names_the_other(self):
        """What the leader may not read is not named, and takes its time all the same."""
        first = self._book(self._visit(), at())
        found = self._findings(self._visit(), at(1))
        self.assert_found(found, rules.OVERLAP)
        self.assertTrue(found[0].hard)
        self.assertIn(first.name, found[0].text)
        first.case_id.confidential = True
        visit = self._as(self.agent, self._visit())
        found = self._findings(visit, at(1))
        self.assertNotIn(first.name, found[0].text)
        self.assertIn("another visit that you may not see", found[0].text)

    @feature("P-28")
    def test_skill_on_the_day(self):
        visit = self._visit(
            skill_ids=[
                Command.create({"skill_id": self.gas.id, "level_id": self.helper.id})
            ]
        )
        found = self._findings(visit, at())
        self.assertEqual(found[0].text, "Tom does not know “Gas boilers”.")
        self._teach(self.tina, valid_to=date(2026, 3, 2))
        self.assert_found(self._findings(visit, at(), self.tom, self.tina))
        found = self._findings(visit, at(days=1), self.tina)
        self.assertEqual(found[0].text, "“Gas boilers” of Tina ends on 03/02/2026.")
        self.sub.visit_skill_ids = [
            Command.create({"skill_id": self.gas.id, "level_id": self.helper.id})
        ]
        self.assert_found(self._findings(visit, at(), self.sub))
        visit.skill_ids.level_id = self.master
        self.assert_found(self._findings(visit, at(), self.sub), rules.SKILL)

    @feature("P-28")
    def test_skills_of_an_employee_are_shown(self):
        """The form of a technician shows the leader what an employee can do."""
        skill = self._teach(self.tom)
        tom, sub = self._as(self.leader, self.tom), self._as(self.leader, self.sub)
        self.assertTrue(tom.is_visit_employee)
        self.assertEqual(tom.visit_employee_skill_ids.ids, skill.ids)
        self.assertEqual(tom.visit_employee_skill_ids.skill_id.name, self.gas.name)
        self.assertFalse(sub.is_visit_employee)
        self.assertFalse(sub.visit_employee_skill_ids)

    @feature("P-28")
    def test_claimed_skill(self):
        """What somebody says of himself counts when a leader confirms it."""
        self.gas.needs_confirmation = True
        visit = self._visit(skill_ids=[Command.create({"skill_id": self.gas.id})])
        row = self._teach(self.tom, user=self.tom.user_id, is_confirmed=True)
        self.assertFalse(row.is_confirmed)
        self.assert_found(self._findings(visit, at()), rules.CLAIMED)
        row.with_user(self.tom.user_id).write({"is_confirmed": True})
        self.assertFalse(row.is_confirmed)
        with self.assertRaises(AccessError):
            row.with_user(self.tom.user_id).action_confirm()
        self._as(self.leader, row).action_confirm()
        self.assertEqual(row.confirmed_by_id, self.leader)
        self.assert_found(self._findings(visit, at()))
        row.with_user(self.tom.user_id).write({"skill_level_id": self.helper.id})
        self.assert_found(self._findings(visit, at()), rules.CLAIMED)

    def test_site(self):
        shop = self.calendar.copy({"name": "Shop"})
        shop.attendance_ids.filtered(lambda one: one.hour_from == 8).unlink()
        self.site.calendar_id = shop
        visit = self._visit()
        found = self._findings(visit, at())
        text = f"{self.site.display_name} is not open all that time."
        self.assertEqual(found, [Finding(rules.SITE_CLOSED, True, text)])
        self.assert_found(self._findings(visit, at(4)))
        bare = self._visit()
        bare.site_id = False
        self.assert_found(self._findings(bare, at()), rules.NO_ADDRESS)
        desk = self._visit(place=AT_DESK)
        self.assert_found(self._findings(desk, at()))

    def test_dates(self):
        visit = self._visit(earliest=at(1), latest=at(3), parts_state=PARTS_MISSING)
        visit.sudo().write({"window_from": at(1), "window_to": at(3)})
        self.assert_found(
            self._findings(visit, at()), rules.EARLY, rules.PROMISE, rules.PARTS
        )
        self.assert_found(
            self._findings(visit, at(4)), rules.LATE, rules.PROMISE, rules.PARTS
        )
        late = self._findings(visit, at(4))[0].text
        self.assertRegex(late, r"done by 12:00\WPM, and would end at 3:00\WPM\.$")
        late = self._findings(visit, at(days=1))[0].text
        self.assertRegex(
            late, r"done by 3/2/26, 12:00\WPM, and .* 3/3/26, 11:00\WAM\.$"
        )

    def test_over_midnight_of_the_site(self):
        """The day is the site's: 23:00 UTC is one o'clock in Amsterdam."""
        self._rule(rules.HOURS).severity = OFF
        visit = self._visit()
        self.assert_found(self._findings(visit, at(14)), rules.MIDNIGHT)
        self.site.tz = "Europe/Amsterdam"
        self.assert_found(self._findings(visit, at(14)))
        self.assert_found(self._findings(visit, at(13)), rules.MIDNIGHT)

    def test_travel(self):
        far = self.env["aftersales.site"].create(
            {
                "partner_id": self.contact.id,
                "latitude": 52.09,
                "longitude": 5.12,
                "is_placed": True,
            }
        )
        self.site.write({"latitude": 52.37, "longitude": 4.9, "is_placed": True})
        first = self._book(self._visit(site_id=far.id), at())
        found = self._findings(self._visit(), at(2), hours=1)
        self.assert_found(found, rules.TRAVEL)
        self.assertIn(f"about 54 minutes between {first.name}", found[0].text)
        self.company.visit_speed = 0
        self.assert_found(self._findings(self._visit(), at(2), hours=1))

    def test_other_appointments(self):
        """They warn; what was declined, is free or is about leave does not."""
        partner = self.tom.user_id.partner_id
        event = self.env["calendar.event"].create(
            {
                "name": "Private",
                "start": at(),
                "stop": at(1),
                "partner_ids": [Command.set(partner.ids)],
            }
        )
        found = self._findings(self._visit(), at())
        self.assertEqual(
            found[0].text, "Tom has another appointment from 9:00 AM to 10:00 AM."
        )
        event.show_as = "free"
        self.assert_found(self._findings(self._visit(), at()))
        event.show_as = "busy"
        event.attendee_ids.state = "declined"
        self.assert_found(self._findings(self._visit(), at()))

    def test_company_decides(self):
        """Each rule is refused, warns or is left out, as the company says."""
        visit = self._visit(parts_state=PARTS_MISSING)
        rule = self._as(self.manager, self._rule(rules.PARTS))
        for severity, expected in ((SOFT, [False]), (HARD, [True]), (OFF, [])):
            with self.subTest(severity):
                rule.severity = severity
                found = self._findings(visit, at())
                self.assertEqual([one.hard for one in found], expected)
        with self.assertRaises(AccessError):
            self._as(self.leader, rule).severity = SOFT
        with self.assertRaises(AccessError):
            rule.unlink()
        other = self.env["res.company"].create({"name": "Other"})
        keys = self.env["aftersales.plan.rule"].search([("company_id", "=", other.id)])
        self.assertIn(rules.ABSENT, keys.mapped("key"))
        self.assertNotIn(rules.OVERLAP, keys.mapped("key"))

    def test_queries_do_not_grow(self):
        """One visit of one technician, and 80 of 20 technicians over four weeks."""
        crew = [self._technician(f"T{number}") for number in range(20)]
        case = self._new_case()
        visits = [self._visit(case) for _number in range(80)]

        def judge(count):
            bookings = [
                Booking(
                    visit,
                    at(days=7 * (number // 20)),
                    at(2, days=7 * (number // 20)),
                    crew[number % 20],
                )
                for number, visit in enumerate(visits[:count])
            ]
            return lambda: visits[0]._judge(bookings)

        judge(80)()  # what is cached once is cached
        one = self._count_queries(judge(1))
        self.assertEqual(self._count_queries(judge(80)), one)
