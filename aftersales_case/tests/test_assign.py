from datetime import datetime, timedelta

import psycopg2

from odoo.exceptions import RedirectWarning, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import AftersalesCommon, feature


class TestAssign(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link_new = cls.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == cls.stage_new
        )
        cls.link_progress = cls.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == cls.stage_progress
        )

    def _let_team_choose(self, method):
        self.link_new.assignment = "keep"
        self.team.assignment_method = method

    @feature("I2-30")
    def test_always_one_responsible(self):
        """A case without a name for it goes to the leader, and counts as unassigned."""
        case = self._new_case(user_id=False)
        self.assertEqual(case.user_id, self.leader)
        self.assertTrue(case.is_unassigned)
        self.assertIn(
            case, self.env["aftersales.case"].search([("is_unassigned", "=", True)])
        )

    @feature("I2-30", "N-12")
    def test_responsible_is_never_emptied(self):
        """Emptying the responsible makes the rules choose again."""
        case = self._new_case(user_id=self.agent.id)
        case.write({"user_id": False, "name": "Leaks badly"})
        self.assertTrue(case.user_id)
        self.assertEqual(case.name, "Leaks badly")

    @feature("N-12")
    @mute_logger("odoo.sql_db")
    def test_database_refuses_no_responsible(self):
        """Not even SQL can leave a case without a responsible."""
        case = self._new_case()
        case.flush_recordset()
        with self.assertRefused(psycopg2.errors.NotNullViolation, "user_id"):
            self.env.cr.execute(
                "UPDATE aftersales_case SET user_id = NULL WHERE id = %s", [case.id]
            )

    @feature("P-51")
    def test_least_loaded(self):
        """The member with the fewest open cases gets the next one, batch included."""
        self._let_team_choose("least_loaded")
        self._new_case(user_id=self.agent.id)
        cases = self.env["aftersales.case"].create(
            [
                {
                    "name": f"Case {number}",
                    "type_id": self.type_complaint.id,
                    "company_id": self.company.id,
                }
                for number in range(3)
            ]
        )
        self.assertEqual(
            cases.mapped("user_id.login"), ["as_agent2", "as_agent"], cases.user_id
        )
        owners = [case.user_id for case in cases]
        self.assertEqual(owners, [self.agent2, self.agent, self.agent2])
        self.assertFalse(any(cases.mapped("is_unassigned")))

    @feature("P-51")
    def test_round_robin(self):
        """The member whose last assignment is oldest gets the next one."""
        self._let_team_choose("round_robin")
        owners = [self._new_case().user_id for _number in range(4)]
        self.assertEqual(owners, [self.agent, self.agent2, self.agent, self.agent2])

    @feature("B4-27")
    def test_assign_to_person_or_team(self):
        """A case is assigned to a person, or to a team that then finds the person."""
        case = self._new_case()
        with Form(self._as(self.leader, case)) as form:
            form.user_id = self.agent2
        self.assertEqual(case.user_id, self.agent2)
        self.assertFalse(case.is_unassigned)
        other = self.env["aftersales.team"].create(
            {
                "name": "Workshop",
                "company_id": self.company.id,
                "member_ids": [(6, 0, self.agent.ids)],
            }
        )
        with Form(self._as(self.leader, case)) as form:
            form.team_id = other
        self.assertEqual(case.user_id, self.agent)

    @feature("B4-15")
    def test_stage_hands_the_case_on(self):
        """Entering a stage whose rule is the team's method finds the least loaded."""
        case = self._new_case()
        self._new_case(user_id=self.agent.id)
        self._as(self.leader, case).stage_id = self.stage_progress
        self.assertEqual(case.user_id, self.agent2)
        self.assertTrue(case.assigned_at)

    def _new_workshop(self, *members):
        return self.env["aftersales.team"].create(
            {
                "name": "Workshop",
                "company_id": self.company.id,
                "member_ids": [(6, 0, [user.id for user in members])],
                "assignment_method": "least_loaded",
            }
        )

    @feature("B4-15")
    def test_stage_hands_the_case_to_its_team(self):
        """A stage with a team of its own hands over every case that enters, every time."""
        workshop = self._new_workshop(self.manager)
        self.link_progress.team_id = workshop
        cases = self.env["aftersales.case"]
        for _number in range(2):
            cases |= self._new_case(user_id=self.agent.id)
        there = self._new_case(team_id=workshop.id, user_id=self.manager.id)
        known = (cases | there).event_ids
        moved = cases[0] | there | cases[1]
        moved.stage_id = self.stage_progress
        self.assertEqual(moved.team_id, workshop)
        self.assertEqual(moved.user_id, self.manager)
        events = (moved.event_ids - known).filtered(lambda event: event.kind == "team")
        self.assertEqual(events.case_id, cases, "one was there already")
        self.assertEqual(set(events.mapped("to_id")), {workshop.id})
        # The second time round it is handed over again.
        cases[0].write({"stage_id": self.stage_new.id, "team_id": self.team.id})
        self.assertNotEqual(cases[0].user_id, self.manager)
        cases[0].stage_id = self.stage_progress
        self.assertEqual(cases[0].team_id, workshop)
        self.assertEqual(cases[0].user_id, self.manager)

    def test_stage_chooses_where_a_member_is_there_by_fallback(self):
        """A member keeps the case he took; one who only stands in for nobody does not."""
        self.link_progress.assignment = "team"
        self._new_case(user_id=self.agent.id)  # the other member has less to do
        taken = self._new_case(user_id=self.agent.id)
        fallback = self._new_case(user_id=self.agent.id)
        fallback.assigned_at = False
        (taken | fallback).stage_id = self.stage_progress
        self.assertEqual(taken.user_id, self.agent)
        self.assertEqual(fallback.user_id, self.agent2)
        self.assertTrue(fallback.assigned_at)

    def test_stage_leaves_confidential_cases_where_they_are(self):
        """In a batch only what is not confidential goes to the stage's person."""
        self.link_progress.write({"assignment": "user", "user_id": self.agent2.id})
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        public = self._new_case(user_id=self.agent.id)
        (secret | public).stage_id = self.stage_progress
        self.assertEqual(secret.user_id, self.manager)
        self.assertEqual(public.user_id, self.agent2)

    def test_take(self):
        """An agent takes an unassigned case with one click."""
        case = self._new_case()
        self._as(self.agent, case).action_take()
        self.assertEqual(case.user_id, self.agent)
        self.assertFalse(case.is_unassigned)

    @feature("P-51")
    def test_absent_are_skipped_for_their_deputy(self):
        """Out of office: the deputy takes new cases, unless others are there."""
        self._let_team_choose("least_loaded")
        away = {
            "out_of_office_from": datetime.now() - timedelta(days=1),
            "out_of_office_to": datetime.now() + timedelta(days=1),
        }
        self.agent.write(away)
        self.assertEqual(self._new_case().user_id, self.agent2)
        self.team.member_ids = self.agent
        self.agent.aftersales_deputy_id = self.manager
        self.assertEqual(self._new_case().user_id, self.manager)

    def test_nobody_there_ignores_absence(self):
        """When all are away a case still gets a responsible: the rule's own choice."""
        self._let_team_choose("least_loaded")
        everybody = self.env["res.users"].search([("share", "=", False)])
        everybody.write({"out_of_office_from": datetime.now() - timedelta(days=1)})
        self.assertEqual(self._new_case().user_id, self.agent)

    @freeze_time("2026-03-04 10:00:00")  # a Wednesday
    def test_leave_and_working_hours_count(self):
        """An employee on leave, or off for the coming 24 hours, is absent."""
        self._let_team_choose("least_loaded")
        calendar = self.env["resource.calendar"].create(
            {"name": "Test Week", "company_id": self.company.id, "tz": "UTC"}
        )
        employees = self.env["hr.employee"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": self.company.id,
                    "resource_calendar_id": calendar.id,
                }
                for user in (self.agent, self.agent2)
            ]
        )
        self.assertEqual(self._new_case().user_id, self.agent)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ski",
                "resource_id": employees[1].resource_id.id,
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-03-04 00:00:00",
                "date_to": "2026-03-05 23:00:00",
            }
        )
        self.assertEqual(self._new_case().user_id, self.agent)
        free = calendar.copy({"attendance_ids": [(5, 0, 0)], "name": "Off"})
        free.attendance_ids = [
            (0, 0, {"name": "Mo", "dayofweek": "0", "hour_from": 8, "hour_to": 12})
        ]
        employees[0].resource_calendar_id = free
        self.assertEqual(self._new_case().user_id, self.leader)

    @freeze_time("2026-03-04 10:00:00")  # a Wednesday
    def test_hours_that_cannot_be_read(self):
        """Whose hours core stores but cannot read is there, and keeps no case away."""
        self._let_team_choose("least_loaded")
        hours = {"name": "Late", "dayofweek": "2", "hour_from": 22, "hour_to": 30}
        broken = self.env["resource.calendar"].create(
            {
                "name": "Broken",
                "company_id": self.company.id,
                "attendance_ids": [Command.clear(), Command.create(hours)],
            }
        )
        self.env["hr.employee"].create(
            {
                "name": self.agent.name,
                "user_id": self.agent.id,
                "company_id": self.company.id,
                "resource_calendar_id": broken.id,
            }
        )
        self.assertEqual(self._new_case().user_id, self.agent)

    def test_employees_of_another_company(self):
        """A job that works in one company knows who works for the others."""
        employee = self.env["hr.employee"].create(
            {
                "name": self.agent.name,
                "user_id": self.agent.id,
                "company_id": self.company.id,
            }
        )
        job = self.env(context={})
        self.assertNotEqual(job.company, self.company)
        found = self.agent.with_env(job)._get_aftersales_employees(self.company)
        self.assertEqual(found, employee)

    @freeze_time("2026-03-04 10:00:00")  # a Wednesday
    def test_absence_costs_the_same(self):
        """Who of eighty is away is asked with as many queries as of one."""
        users = self.env["res.users"].create(
            [{"name": f"User {n}", "login": f"absent{n}"} for n in range(80)]
        )
        self.env["hr.employee"].create(
            [
                {"name": u.name, "user_id": u.id, "company_id": self.company.id}
                for u in users
            ]
        )
        counts = [
            self._count_queries(lambda asked=asked: asked._get_absent(self.company))
            for asked in (users[:1], users[:1], users)
        ]
        self.assertEqual(counts[1], counts[2], counts)

    @freeze_time("2026-03-04 10:00:00")  # a Wednesday
    def test_holiday_of_another_company(self):
        """Who works for two companies is there while the other one has a holiday."""
        self._let_team_choose("least_loaded")
        self.team.member_ids = self.agent
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        calendar = self.env["resource.calendar"].create(
            {"name": "Shared Week", "company_id": False, "tz": "UTC"}
        )
        for company in neighbour | self.company:
            self.env["hr.employee"].create(
                {
                    "name": self.agent.name,
                    "user_id": self.agent.id,
                    "company_id": company.id,
                    "resource_calendar_id": calendar.id,
                }
            )
        day = datetime(2026, 3, 4)
        holiday = self._new_holiday(calendar, neighbour, day, day + timedelta(hours=23))
        self.assertEqual(self._new_case().user_id, self.agent)
        holiday.company_id = self.company
        self.assertEqual(self._new_case().user_id, self.leader)

    def test_fallbacks(self):
        """Without team the company's fallback answers, else a manager."""
        self.type_complaint.team_id = False
        self.company.aftersales_user_id = self.agent2
        case = self._new_case()
        self.assertEqual(case.user_id, self.agent2)
        self.assertTrue(case.is_unassigned)
        self.company.aftersales_user_id = False
        self.assertEqual(self._new_case().user_id, self.manager)

    def test_never_bot_portal_or_archived(self):
        """OdooBot, portal and archived users cannot be responsible."""
        case = self._new_case()
        portal = self.agent.copy({"login": "as_portal", "name": "Portal"})
        portal.group_ids = self.env.ref("base.group_portal")
        for user in (self.env.ref("base.user_root"), portal):
            with self.subTest(user=user.name), self.assertRaises(ValidationError):
                case.user_id = user
        self.type_complaint.user_id = self.agent2
        self.agent2.active = False
        self.assertEqual(self._new_case().user_id, self.leader)

    @feature("N-12")
    def test_leaving_user_hands_over_first(self):
        """Whoever answers for open cases is not archived, deleted or locked out."""
        self._new_case(user_id=self.agent.id)
        portal = self.env.ref("base.group_portal")
        other = self.env["res.company"].create({"name": "Other"})
        attempts = {
            "archive": lambda: self.agent.action_archive(),
            "delete": lambda: self.agent.unlink(),
            "portal": lambda: self.agent.write({"group_ids": [(6, 0, portal.ids)]}),
            "company": lambda: self.agent.write(
                {"company_id": other.id, "company_ids": [(6, 0, other.ids)]}
            ),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(name),
                self.assertRefused(RedirectWarning, "Hand them over"),
                self.env.cr.savepoint(),
            ):
                attempt()
        self.agent2.action_archive()
        self.assertFalse(self.agent2.active)

    @feature("I2-27")
    def test_new_cases_are_announced(self):
        """Members, leader and responsible are told of a new case; its maker is not."""
        case = self._new_case().with_env(self._as(self.agent))
        notices = self.env["mail.message"].search(
            [
                ("model", "=", "aftersales.case"),
                ("res_id", "=", case.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertEqual(len(notices), 1)
        self.assertEqual(
            notices.notified_partner_ids,
            (self.agent | self.agent2 | self.leader).partner_id,
        )
        self.assertIn(case.number, notices.subject)

    def _told_since(self, message_id, user):
        """Return all that a user was told since a message, as one text."""
        notices = self.env["mail.message"].search(
            [
                ("id", ">", message_id),
                ("notified_partner_ids", "in", user.partner_id.ids),
            ]
        )
        return " ".join(f"{notice.subject} {notice.body}" for notice in notices)

    def test_confidential_new_cases_are_not_announced_to_the_team(self):
        """The team hears of the public case of a batch; of the other its responsible."""
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        vals = {"type_id": self.type_complaint.id, "company_id": self.company.id}
        public, secret = self.env["aftersales.case"].create(
            [
                vals | {"name": "Pump leaks", "user_id": self.agent.id},
                vals
                | {
                    "name": "Theft in the workshop",
                    "user_id": self.agent.id,
                    "confidential": True,
                },
            ]
        )
        told = self._told_since(before, self.agent2)
        self.assertIn(public.number, told)
        self.assertNotIn(secret.number, told)
        self.assertNotIn("Theft", told)
        self.assertIn(secret.number, self._told_since(before, self.agent))

    def test_a_batch_is_announced_once(self):
        """A hundred imported cases make one message, not a hundred."""
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.env["aftersales.case"].create(
            [{"name": f"Case {n}", "type_id": self.type_complaint.id} for n in range(5)]
        )
        notices = self.env["mail.message"].search_count(
            [("id", ">", before), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(notices, 1)
