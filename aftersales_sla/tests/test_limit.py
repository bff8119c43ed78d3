"""Limits of stages: clocks without an agreement, and nobody is told twice."""

import base64
import json
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from ..models.limit import aftersales_type_stage
from .common import SlaCommon, at


class TestLimit(SlaCommon):
    def setUp(self):
        super().setUp()
        self.link = self._link(self.type_complaint, self.stage_progress)

    def _link(self, case_type, stage):
        return case_type.link_ids.filtered(lambda link: link.stage_id == stage)

    def _limit(self, quantity=4, **vals):
        self.link.write({"limit_quantity": quantity, **vals})
        return self.link.limit_ids

    def _run_limits(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_sla.cron_limits").method_direct_trigger()
        self.env.invalidate_all()

    @feature("P-15")
    def test_each_stay(self):
        """A manager gives a stage a time; each stay runs by the team's hours."""
        with self._at():
            with Form(self._as(self.manager, self.link)) as form:
                form.limit_quantity = 4
                form.limit_unit = "hours"
                form.limit_warn_percent = 50
            case = self._new_case(user_id=self.agent.id)
            self.assertFalse(self._clocks(case))
            case.stage_id = self.stage_progress
            [clock] = self._clocks(case)
            self.assertEqual((clock.due_at, clock.warn_at), (at(5), at(2)))
            self.assertEqual((clock.party, clock.policy_id.ids), ("team", []))
            self.assertEqual(
                clock.target_id._get_what(), "Time in a stage: In Progress"
            )
        with self._at(1):
            case.stage_id = self.stage_wait_customer
            self.assertEqual(self._clocks(case).state, "met")
        with self._at(2):
            case.stage_id = self.stage_progress
            first, second = self._clocks(case)
            self.assertEqual((first.state, second.due_at), ("met", at(7)))
        with self._at(0, 1):
            self._run_job()
            self.assertEqual((second.state, second.breached_at), ("breached", at(7)))
            self.assertTrue(case.is_late)
            self.assertIn(
                "within 4 working hours", self._as(self.agent, second).sentence
            )

    def test_waiting_stage(self):
        """A limit on waiting runs while we wait."""
        self.link = self._link(self.type_complaint, self.stage_wait_customer)
        with self._at():
            self._limit(2)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_wait_customer
            self.assertEqual(self._clocks(case).due_at, at(2))

    def test_cases_that_stand_there(self):
        """Whoever stands in the stage already gets a clock at once, late ones too."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            other = self._new_case(user_id=self.agent.id)
        with self._at(0, 1):
            self._limit(4)
            self._clocks(case)
        with self._at(1, 1):
            self._run_job()
            [clock] = self._clocks(case)
            self.assertEqual((clock.start_at, clock.due_at), (at(), at(5)))
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(0, 1)))
            self.assertTrue(clock.is_born_late)
            self.assertFalse(self._clocks(other))

    def test_many_that_stand_there(self):
        """Where there are too many at once, the job starts their clocks."""
        self.patch(aftersales_type_stage, "MOST_AT_ONCE", 1)
        with self._at():
            cases = self._new_case(user_id=self.agent.id)
            cases |= self._new_case(user_id=self.agent.id)
            cases.stage_id = self.stage_progress
        with self._at(1):
            self._limit(4)
            self.assertFalse(self._clocks(cases))
            self._run_limits()
            self.assertEqual(self._clocks(cases).case_id, cases)
            self._run_limits()

    def test_changed(self):
        """A changed time counts for what runs; without one the clock is cancelled."""
        with self._at():
            target = self._limit(4)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            [clock] = self._clocks(case)
        with self._at(1):
            self._limit(6)
            self._run_job()
            self.assertEqual(clock.due_at, at(7))
        with self._at(2):
            self.link.limit_quantity = 0
            self.assertFalse(self.link.limit_ids)
            self._run_job()
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(2)))
        with self._at(3):
            self.assertNotEqual(self._limit(8), target)
            old, new = self._clocks(case)
            self.assertEqual((old.state, new.due_at), ("cancelled", at(0, 1)))

    def test_stage_taken_away(self):
        """With a stage goes its limit, also when it is added again; what was, stays."""
        with self._at():
            self._limit(4)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            self._clocks(case)
        with self._at(1):
            case.stage_id = self.stage_wait_customer
            [clock] = self._clocks(case)
            self.assertEqual(clock.state, "met")
        with self._at(2):
            self._as(self.manager, self.link).unlink()
            self.type_complaint.link_ids = [
                Command.create({"stage_id": self.stage_progress.id})
            ]
            case.stage_id = self.stage_progress
            self.assertEqual(self._clocks(case), clock)
            self.assertEqual(clock.state, "met")

    def test_changed_in_part(self):
        """What is not changed of a limit stays; a new one counts hours, and warns."""
        self._limit(4)
        self.assertEqual(
            (self.link.limit_unit, self.link.limit_warn_percent), ("hours", 80)
        )
        for vals in (
            {"limit_unit": "days"},
            {"limit_warn_percent": 50},
            {"limit_quantity": 5},
        ):
            self.link.write(vals)
            self.env.invalidate_all()
        target = self.link.limit_ids
        self.assertEqual((target.quantity, target.unit), (5, "days"))
        self.assertEqual(target.warn_percent, 50)

    def test_other_type(self):
        """With another type other limits hold; the stay goes on."""
        with self._at():
            self._limit(4)
            other = self._copy_type("aftersales_case.type_complaint", "OTHER")
            self.link = self._link(other, self.stage_progress)
            self._limit(6)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
        with self._at(2):
            case.type_id = other
            old, new = self._clocks(case)
            self.assertEqual((old.state, old.ended_at), ("cancelled", at(2)))
            self.assertEqual((new.start_at, new.due_at), (at(), at(7)))

    def test_hours_of_the_team(self):
        """Other hours of the team move what is due."""
        with self._at():
            self._limit(4)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            [clock] = self._clocks(case)
            mornings = self.calendar.copy({"name": "Mornings"})
            mornings.attendance_ids.filtered(lambda one: one.hour_from > 12).unlink()
            self.team.resource_calendar_id = mornings
            self._run_job()
            self.assertEqual((clock.calendar_id, clock.due_at), (mornings, at(0, 1)))

    @mute_logger("odoo.addons.aftersales_case.models.case.aftersales_job_mixin")
    def test_hours_that_count_nothing(self):
        """Hours of a team by which no clock runs are told on the clock."""
        with self._at():
            self._limit(4)
            empty = self.calendar.copy()
            empty.write({"name": "Nothing", "attendance_ids": [Command.clear()]})
            self.team.resource_calendar_id = empty
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            self.assertIn("no working time in Nothing", self._clocks(case).error)

    @feature("I2-28")
    def test_told_once(self):
        """What the clock tells, the core's signal leaves out."""
        self.type_complaint.write({"max_days_open": 0, "max_changes": 0})
        self.link.max_hours = 2
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            case._plan_signals()
            self.assertTrue(case.stage_due_at)
            self._limit(4)
            self.assertFalse(case.signals_planned_at)
        with self._at(6):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                cron = self.env.ref("aftersales_case.cron_signals")
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertFalse(case.attention)
            self.assertNotIn("signal", case.event_ids.mapped("kind"))
            self._run_job()
            self.assertEqual(self._clocks(case).state, "breached")

    def test_refused(self):
        """Times that are none are refused, by the name of the field."""
        for vals, text in (
            ({"limit_quantity": -1}, "Leave Within: enter a number from 0"),
            ({"limit_quantity": 1e9}, "Leave Within: enter a number from 0"),
            ({"limit_quantity": 1.5, "limit_unit": "days"}, "enter whole days"),
            ({"limit_quantity": 2, "limit_warn_percent": 100}, "Warn At .* 0 to 99"),
        ):
            with self.subTest(**vals), self.assertRefused(ValidationError, text):
                self.link.write(vals)

    def test_copied(self):
        """A copied type has limits of its own."""
        self._limit(4, limit_unit="days")
        copied = self.type_complaint.copy({"code": "COPY"})
        link = self._link(copied, self.stage_progress)
        self.assertEqual((link.limit_quantity, link.limit_unit), (4, "days"))
        self.assertNotEqual(link.limit_ids, self.link.limit_ids)
        copied.unlink()
        self.assertTrue(self.link.limit_ids)

    def test_package(self):
        """Limits and reserve come along in a type's file."""
        self._limit(4, limit_unit="days", limit_warn_percent=50)
        self.type_complaint.write({"chain_reserve": 2, "chain_unit": "days"})
        data = json.loads(json.dumps(self.type_complaint._export_package()))
        data["type"]["code"] = "ELSE"
        file = base64.b64encode(json.dumps(data).encode())
        wizard = self._as(self.manager)["aftersales.type.import"].create({"file": file})
        made = self.type_complaint.browse(wizard.action_import()["res_id"])
        link = self._link(made, self.stage_progress)
        self.assertEqual(
            (link.limit_quantity, link.limit_unit, link.limit_warn_percent),
            (4, "days", 50),
        )
        self.assertEqual((made.chain_reserve, made.chain_unit), (2, "days"))
        self.assertEqual(len(made.link_ids.limit_ids), 1)

    def test_queries(self):
        """Twenty cases with limits take as many queries as one."""
        with self._at():
            self._limit(4)
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _each in range(22))
            )
            self._flush()
            counts = [
                self._count_queries(lambda some=some: self._enter(some))
                for some in (cases[:1], cases[1:2], cases[2:])
            ]
            self.assertEqual(counts[1], counts[2])

    def _enter(self, cases):
        cases.stage_id = self.stage_progress
        self._flush()

    def test_why(self):
        """The table explains a limit like any other clock."""
        with self._at():
            self._limit(4)
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_progress
            [clock] = self._clocks(case)
        with self._at(1):
            values = self._as(self.agent, clock)._get_why_values()
            self.assertFalse(values["error"] or values["differs"])
            self.assertEqual(sum(1 for _day in values["days"]), 1)
            self.assertEqual(clock.due_at - clock.start_at, timedelta(hours=5))
