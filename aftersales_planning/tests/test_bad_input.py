"""The list of bad input: each is refused with one sentence, and nothing is half-written."""

from datetime import date, datetime

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Datetime
from odoo.tests import freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import CANCELLED, PLANNED, TO_PLAN
from .common import MONDAY, PlanningCommon, at
from .test_recurrence import RecurrenceCommon


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class TestBadPlans(PlanningCommon):
    """What a planner's browser may send for one visit."""

    def setUp(self):
        super().setUp()
        self.visits = self._as(self.leader)["aftersales.visit"]

    def _move(self, visit, start, *resources, hours=2):
        return {
            "id": visit.id,
            "revision": visit.revision,
            "start": Datetime.to_string(start),
            "stop": Datetime.to_string(at(hours) + (start - at())),
            "resource_ids": [one.id for one in resources or (self.tom,)],
        }

    def _leave(self, resource, day):
        kind = self.env["hr.leave.type"].create(
            {"name": "Private reason", "requires_allocation": False}
        )
        leave = self.env["hr.leave"].create(
            {
                "holiday_status_id": kind.id,
                "employee_id": resource.employee_id.id,
                "request_date_from": day,
                "request_date_to": day,
            }
        )
        leave._action_validate()

    def _look(self, visit):
        """Return all that a plan writes."""
        case = visit.case_id
        return [
            visit.read(["state", "start", "stop", "lead_id", "revision", "crew_ids"]),
            visit.event_ids.ids,
            case.event_ids.ids,
            case.message_ids.ids,
            case.visit_ids.ids,
        ]

    def _assert_refused_once(self, sentence, visit, start, *resources, hours=2):
        """Assert that a plan is refused with this sentence alone, and leaves no trace."""
        self.env.invalidate_all()
        before = self._look(visit)
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.visits.plan_move([self._move(visit, start, *resources, hours=hours)])
        self.assertEqual(str(caught.exception), sentence)
        self.assertEqual(self._look(visit), before)

    @feature("P-29")
    def test_people(self):
        """Without working hours, archived, on leave, of another company, a desk worker."""
        visit = self._visit()
        mia = self.sub.copy()
        mia.write({"name": "Mia", "does_visits": True, "calendar_id": False})
        max_ = self._technician("Max")
        max_.active = False
        self._leave(self.tina, "2026-03-02")
        desk = self._technician("Dirk", does_visits=False)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.leader.company_ids |= other
        self.sub.company_id = other
        self.visits = self._as(self.leader)["aftersales.visit"]
        for resource, sentence in (
            (mia, "Mia has no working hours. Set them before visits are planned."),
            (max_, "Max is archived and goes nowhere."),
            (self.tina, "Tina is away then: leave or a holiday."),
            (desk, "Dirk does not go on visits. Choose somebody who does."),
            (self.sub, "Sub does not work for Kaapse Brander."),
        ):
            with self.subTest(resource.name):
                self._assert_refused_once(sentence, visit, at(), resource)

    @feature("P-28")
    def test_certificate_that_ends_that_day(self):
        """It holds on its last day, and not on the next one."""
        kind = self.env["hr.skill.type"].create(
            {
                "name": "Certificates",
                "skill_ids": [Command.create({"name": "Gas"})],
                "skill_level_ids": [Command.create({"name": "Any"})],
            }
        )
        self.sub.visit_skill_ids = [
            Command.create(
                {"skill_id": kind.skill_ids.id, "valid_to": date(2026, 3, 2)}
            )
        ]
        need = [Command.create({"skill_id": kind.skill_ids.id})]
        visit = self._visit(skill_ids=need)
        sentence = "“Gas” of Sub ends on 03/02/2026."
        self._assert_refused_once(sentence, visit, at(days=1), self.sub)
        answer = self.visits.plan_move([self._move(visit, at(6), self.sub)])
        self.assertTrue(answer["done"])

    def test_times(self):
        """An end before the start, over midnight, also in a night of 23 hours."""
        self.site.tz = "UTC"
        visit = self._visit()
        self._assert_refused_once(
            f"{visit.name} ends after it starts.", visit, at(), hours=-1
        )
        night = f"{visit.name} would go over midnight. Plan it as two visits."
        rule = self.env["aftersales.plan.rule"].search(
            [("company_id", "=", self.company.id), ("key", "=", "hours")]
        )
        rule.severity = "off"
        self._assert_refused_once(night, visit, at(14), hours=2)
        # Saturday's midnight is 23:00 UTC; on Sunday the clocks of Amsterdam go forward.
        self.site.tz = "Europe/Amsterdam"
        saturday, sunday = datetime(2026, 3, 28), datetime(2026, 3, 29)
        self._assert_refused_once(night, visit, saturday.replace(hour=22), hours=2)
        self._assert_refused_once(night, visit, sunday.replace(hour=21), hours=2)
        move = self._move(visit, sunday.replace(hour=20))
        self.assertTrue(self.visits.plan_move([move], "By agreement")["done"])

    def test_without_address(self):
        visit = self._visit()
        visit.site_id = False
        self._assert_refused_once(
            f"{visit.name} is at the customer's, and has no address. Choose a site.",
            visit,
            at(),
        )

    def test_somebody_twice(self):
        """Neither by the board nor in the form is one person two of a crew."""
        visit = self._visit()
        self._assert_refused_once(
            "Crew: each person goes once on a visit.", visit, at(), self.tom, self.tom
        )
        action = self._as(self.leader, visit).action_plan()
        wizard = self._as(self.leader)[action["res_model"]].browse(action["res_id"])
        wizard.write(
            {"resource_id": self.tom.id, "other_ids": [Command.set(self.tom.ids)]}
        )
        wizard.action_plan()
        self.assertEqual(visit.crew_ids.resource_id, self.tom)
        self.assertEqual(len(visit.crew_ids), 1)

    def test_case_closed_meanwhile(self):
        """Who still has board or form open learns that the visit was called off."""
        visit = self._visit()
        case = visit.case_id
        move = self._move(visit, at())
        own = self._as(self.leader, visit)
        action = own.action_plan()
        wizard = self._as(self.leader)[action["res_model"]].browse(action["res_id"])
        self._as(self.manager, case).action_cancel()
        self.assertEqual(visit.state, CANCELLED)
        changed = f"^{visit.name} was changed meanwhile by Mees Manager."
        for act in (
            lambda: self.visits.plan_move([move]),
            wizard.action_plan,
            wizard.slot_ids[0].action_take,
        ):
            with self.assertRefused(UserError, changed):
                act()
        fresh = move | {"revision": visit.revision}
        # Who looked again sees why.
        with self.assertRefused(UserError, f"^Case {case.number} is closed. Reopen it"):
            self.visits.plan_move([fresh])
        with self.assertRefused(UserError, f"^Case {case.number} is closed. Reopen it"):
            self.visits.plan_case(case.id, fresh)
        for name in ("action_plan", "get_best_slots"):
            with self.assertRefused(UserError, "is over, and cannot be planned"):
                getattr(own, name)()
        self.assertEqual((visit.state, visit.start), (CANCELLED, False))
        self.assertEqual(case.visit_ids, visit)

    def test_two_planners_on_one_card(self):
        """The second hears who it was, also when he plans for another day or undoes."""
        visit = self._visit()
        first = self._move(visit, at())
        answer = self._as(self.manager)["aftersales.visit"].plan_move([first])
        sentence = f"^{visit.name} was changed meanwhile by Mees Manager. Look at the"
        with self.assertRefused(UserError, sentence):
            self.visits.plan_move(
                [
                    first
                    | {"start": "2026-03-03 09:00:00", "stop": "2026-03-03 11:00:00"}
                ]
            )
        self._as(self.manager)["aftersales.visit"].plan_move(
            [self._move(visit, at(4), self.tina)]
        )
        with self.assertRefused(UserError, sentence):
            self.visits.plan_move(answer["before"])
        self.assertEqual((visit.state, visit.start), (PLANNED, at(4)))

    def test_little_time(self):
        """A window that is shorter than the work, and one that is over already."""
        own = self._as(self.leader, self._visit(latest=at(days=9)))
        before = own.read(["earliest", "latest", "duration"])
        for vals, sentence in (
            ({"earliest": at(1), "latest": at(2)}, "Latest: there is no time for"),
            ({"latest": at(-1)}, "Latest: .* would be late at once"),
        ):
            with self.subTest(sentence), self.assertRefused(ValidationError, sentence):
                own.write(vals)
        self.assertEqual(own.read(["earliest", "latest", "duration"]), before)
        self.assertEqual(own.state, TO_PLAN)


@tagged("post_install", "-at_install")
class TestBadRules(RecurrenceCommon):
    """Rules of agreements that would run wild."""

    @feature("P-31")
    def test_endless(self):
        """A rule without an end is asked for the days ahead only, in a form too."""
        agreed = self._agree(
            by_text=True, rule_text="FREQ=DAILY", days_ahead=3, when_closed="keep"
        )
        self.assertEqual(agreed.next_html.count("<tr"), 12)
        self._run()
        self.assertEqual(self._days(agreed), ["2.3.", "3.3.", "4.3.", "5.3."])

    @feature("P-31")
    def test_the_31st(self):
        """Shorter months have the visit on their last day, or none, as was agreed."""
        found = {}
        for short in ("last", "skip"):
            agreed = self._agree(
                frequency="MONTHLY",
                monthday=31,
                short_months=short,
                when_closed="keep",
                days_ahead=120,
            )
            self._run()
            found[short] = self._days(agreed)
        self.assertEqual(
            found,
            {"last": ["31.3.", "30.4.", "31.5.", "30.6."], "skip": ["31.3.", "31.5."]},
        )
