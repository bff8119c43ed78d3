"""What a term means where it matters: pauses, days, whose agreement, the law."""

from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_case.engine.working_time import WorkingTime

from ..engine.clock import BREACHED, MET, RUNNING, Aim, replay
from ..engine.cycles import RESOLVED
from ..engine.story import Moment, Story
from ..engine.terms import CALENDAR_DAYS, Term
from .common import MONDAY, SlaCommon, at

START = datetime(2026, 3, 2, 10)


class TestMeanings(SlaCommon):
    def test_paused_has_no_next_look(self):
        """What stands still has no due time, no warning, and is not asked for by the job."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            [clock] = self._clocks(case)
            self.assertEqual(clock.next_at, at(0, 1) + timedelta(seconds=1))
            self.assertTrue(clock.warn_at)
        with self._at(2):
            case.stage_id = self.stage_wait_customer
            self._clocks(case)
            self.assertEqual(
                (clock.due_at, clock.warn_at, clock.next_at), (False, False, False)
            )

    def test_letter_of_a_stage(self):
        """What is sent by itself when a stage is entered answers nobody."""
        self._policy({"metric": "response", "quantity": 4})
        template = self.env["mail.template"].create(
            {
                "name": "We are on it",
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
                "subject": "We are on it",
                "body_html": "<p>We are on it.</p>",
                "email_to": "{{ object.email }}",
                "use_default_to": False,
            }
        )
        links = self.type_complaint.link_ids
        link = links.filtered(lambda one: one.stage_id == self.stage_progress)
        link.mail_template_id = template
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            self._as(self.agent, case).stage_id = self.stage_progress
            mail = self.env["mail.mail"].search(
                [("model", "=", case._name), ("res_id", "=", case.id)]
            )
            mail.state = "sent"
            told = case.event_ids[-1]
            self.assertEqual((told.kind, told.reason), ("reply", "stage"))
            self.assertEqual(self._clocks(case).state, "running")

    def test_days(self):
        """The same working day's end; what is told after closing counts as told next day."""
        self._policy(
            {"metric": "response", "quantity": 0, "unit": "end_of_day"},
            {"metric": "assigned", "quantity": 1, "unit": "days"},
            {"metric": "resolved", "quantity": 1, "unit": "calendar_days"},
        )
        for hours, expected in (
            (0, (at(8), at(0, 1), at(days=2).replace(hour=0))),
            (9, (at(8, 1), at(-1, 2), at(days=2).replace(hour=0))),
        ):
            with self._at(hours):
                case = self._new_case(user_id=False)
                dues = self._clocks(case).mapped("due_at")
            self.assertEqual(dues[:2], list(expected[:2]))
            self.assertEqual(dues[2], expected[2] - timedelta(seconds=1))

    def test_another_customer(self):
        """Whose agreement it is then: what was promised is replaced, from the report on."""
        other = self.env["res.partner"].create({"name": "Hotel", "is_company": True})
        self._policy({"metric": "resolved", "quantity": 8})
        agreement = self._agreement(partner_id=other.id)
        self._policy({"metric": "resolved", "quantity": 2}, agreement_id=agreement.id)
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            case.write({"partner_id": other.id, "contact_id": False})
            old, new = self._clocks(case)
            self.assertEqual((old.state, old.ended_at), ("cancelled", at(1)))
            self.assertEqual((new.state, new.start_at), ("running", at()))
            self.assertEqual(new.due_at, at(2))

    def test_closed_with_the_team(self):
        """A team that solves the case has met its time."""
        self._policy({"metric": "team", "party": "team", "quantity": 4})
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(2):
            case.stage_id = self.stage_solved
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(2)))


@tagged("post_install", "-at_install")
class TestLaw(BaseCase):
    """A term of the law: nothing stops it but the first solution."""

    def _replay(self, story, now, is_legal=True):
        aim = Aim(
            RESOLVED,
            Term(14, CALENDAR_DAYS),
            frozenset(["customer"]),
            is_legal=is_legal,
        )
        time = WorkingTime([(MONDAY, MONDAY + timedelta(days=400))], "UTC")
        moments = tuple(
            Moment(START + timedelta(days=days), "stage", number, state, waiting)
            for number, (days, state, waiting) in enumerate(story)
        )
        [clock] = replay(Story(START, moments), aim, time, START + timedelta(days=now))
        return clock

    def test_waiting_moves_nothing(self):
        story = [(0, "open", None), (1, "waiting", "customer"), (9, "open", None)]
        due = datetime(2026, 3, 16, 23, 59, 59)
        clock = self._replay(story, 10)
        self.assertEqual((clock.state, clock.due), (RUNNING, due))
        self.assertEqual(self._replay(story, 10, is_legal=False).due.day, 24)
        waiting = self._replay(story[:2], 20)
        self.assertEqual((waiting.state, waiting.breached_at), (BREACHED, due))

    def test_opened_again(self):
        """What was answered in time was answered, be it that it goes on."""
        story = [(0, "open", None), (5, "done", None), (8, "open", None)]
        clock = self._replay(story, 30)
        self.assertEqual(clock.state, MET)
        self.assertEqual(clock.ended_at, START + timedelta(days=5))
        self.assertEqual(self._replay(story, 30, is_legal=False).state, BREACHED)
