"""Cases and hours as nobody should enter them: every clock still says what it counts."""

from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at, new_calendar


class TestReportedAt(SlaCommon):
    """Four working hours from the report, whenever that is said to have been."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._policy({"metric": "resolved", "quantity": 4})

    def test_in_the_future(self):
        """What is told for tomorrow begins tomorrow, with all of its time left."""
        with self._at():
            [clock] = self._clocks(self._new_case(reported_at=at(0, 1)))
            self.assertEqual((clock.state, clock.start_at), ("running", at(0, 1)))
            self.assertEqual(clock.due_at, at(5, 1))
        with self._at(8):
            self._run_job()
            self.assertEqual(clock.state, "running")
        with self._at(6, 1):
            self._run_job()
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5, 1)))

    def test_ten_years_back(self):
        """It was due ten years ago, and is missed since then."""
        # A Wednesday, at nine.
        reported = at().replace(year=2016)
        with self._at():
            [clock] = self._clocks(self._new_case(reported_at=reported))
            self._run_job()
            due = reported.replace(hour=14)
            self.assertEqual((clock.state, clock.breached_at), ("breached", due))

    def test_corrected_into_the_future(self):
        """A report that is corrected into the future takes no time that has passed."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self._flush()
        with self._at(2):
            case.reported_at = at(0, 1)
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.due_at), ("running", at(5, 1)))


class TestHours(SlaCommon):
    """Working hours that are other ones while clocks run by them."""

    @feature("P-13")
    def test_another_time_zone(self):
        """Eight to five is elsewhere by then: what is due moves with it."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            [clock] = self._clocks(self._new_case())
            self.assertEqual(clock.due_at, at(0, 1))
        with self._at(1):
            self.calendar.tz = "America/New_York"
            self._run_job()
            # It came in at four in the morning there; five in the afternoon is ten UTC.
            self.assertEqual(clock.due_at, at(13))

    def test_holiday_for_yesterday(self):
        """What was due today is due tomorrow, when yesterday turns out to be a holiday."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            [clock] = self._clocks(self._new_case())
        with self._at(-1, 1):
            midnight = at().replace(hour=0)
            self._new_holiday(
                self.calendar, self.company, midnight, midnight.replace(day=3)
            )
            self._run_job()
            self.assertEqual((clock.state, clock.due_at), ("running", at(8, 1)))

    def test_too_little_time_for_it(self):
        """More hours than five years have: the clock says so, and what to do."""
        short = new_calendar(
            self.env,
            (9, 10),
            days=[0],
            name="Monday's hour",
            company_id=self.company.id,
        )
        policy = self._policy(
            {"metric": "resolved", "quantity": 400}, calendar_id=short.id
        )
        with self._at():
            [clock] = self._clocks(self._new_case())
            self.assertRegex(
                clock.error, "^Within: .* five years. Give less time, or add"
            )
            self.assertFalse(clock.due_at)
            self.assertEqual(policy.activity_ids.user_id, self.manager)
            policy.target_ids.quantity = 4
            self._run_job()
            self.assertFalse(clock.error)


class TestCompany(SlaCommon):
    def test_another_company(self):
        """What is promised is what the company promises that has the case by now."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent.company_ids |= other
        self.type_complaint.write({"team_id": False, "company_id": False})
        self._policy({"metric": "resolved", "quantity": 4})
        theirs = self._policy(
            {"metric": "resolved", "quantity": 2},
            company_id=other.id,
            calendar_id=False,
        )
        with self._at():
            case = self._new_case(user_id=self.agent.id, team_id=False)
            self._flush()
        with self._at(1):
            case.company_id = other
            clock = self._clocks(case).filtered(lambda one: not one.ended_at)
            self.assertEqual((clock.policy_id, clock.company_id), (theirs, other))
            self.assertEqual(clock.due_at, at(2))


class TestDays(SlaCommon):
    """Days of no calendar, as only a slip of the pen or a program enters them."""

    FIRST, LAST = "0001-01-05 00:00:00", "9999-12-31 23:59:59"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy({"metric": "resolved", "quantity": 4})
        cls.agreement = cls._agreement()
        cls.type_complaint.is_deadline_promised = True

    def test_refused(self):
        """Whoever enters them is told by which field, before anything counts with them."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            [clock] = self._clocks(case)
        manager = self._as(self.manager)
        due = manager["aftersales.sla.due"].create({"clock_id": clock.id})
        for record, name, label in (
            (case, "reported_at", "Reported On"),
            (case, "date_deadline", "Deadline"),
            (due, "due_at", "Due"),
            (self.agreement, "start_date", "Valid From"),
            (self.agreement, "end_date", "Valid Until"),
            (self.agreement, "sla_review_on", "Next Review"),
            (self.policy, "date_from", "Valid From"),
            (manager["aftersales.sla.review"], "date_to", "Until"),
            (manager["aftersales.sla.match"], "day", "Reported On"),
            (manager["aftersales.sla.change"], "day", "Valid From"),
            (manager["aftersales.sla.scenario"], "date_to", "Until"),
            (
                manager["aftersales.legal.term"].search([], limit=1),
                "date_from",
                "Valid From",
            ),
        ):
            mine = record.with_user(self.manager)
            enter = mine.write if record else mine.create
            for moment in (self.FIRST, self.LAST):
                with (
                    self.subTest(model=record._name, name=name, moment=moment),
                    self.assertRefused(
                        ValidationError, f"{label}: enter a date from 1900 to 2199"
                    ),
                ):
                    enter({name: moment})
