"""What people decide about a clock, and how it is explained to them."""

from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aftersales_case.tests.common import feature

from .common import MONDAY, SlaCommon, at


class TestByHand(SlaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._policy({"metric": "resolved", "quantity": 4})

    def setUp(self):
        super().setUp()
        with self._at():
            self.case = self._new_case(user_id=self.agent.id)
            self.clock = self._clocks(self.case)

    def _open(self, user):
        clock = self._as(user, self.clock)
        action = clock.action_set_due()
        model = self._as(user)[action["res_model"]].with_context(**action["context"])
        return Form(model)

    @feature("P-15")
    def test_set_by_a_leader(self):
        """It keeps moment, author and reason, whatever is replayed or waited for."""
        with self._at(1):
            form = self._open(self.leader)
            form.due_at = at(1, 3)
            form.reason = "Agreed by phone"
            form.save().action_set()
            self.assertEqual(self.clock.due_at, at(1, 3))
            self.assertTrue(self.clock.is_by_hand)
            self.assertEqual(self.clock.hand_text, "Lies Leader: Agreed by phone")
            event = self.case.event_ids[-1]
            self.assertEqual((event.kind, event.to_at), ("sla_due", at(1, 3)))
        with self._at(2):
            self.case.stage_id = self.stage_wait_customer
            self.assertEqual(self.clock.due_at, at(1, 3))
            self.assertEqual(self.case.next_due_at, at(1, 3))
        with self._at(3):
            self.case.stage_id = self.stage_progress
            form = self._open(self.leader)
            form.reason = "A mistake"
            form.save().action_reset()
            self.assertEqual(self.clock.due_at, at(6))
            self.assertFalse(self.clock.is_by_hand)

    def test_refused(self):
        """No leader, no reason, the past, what is missed, and other people's cases."""
        with self._at(1):
            with self.assertRefused(AccessError, "only leaders"):
                self._as(self.agent, self.clock).action_set_due()
            clock = self._as(self.leader, self.clock)
            with self.assertRefused(UserError, "lies ahead"):
                clock._set_due(at(1), "Why not")
            with self.assertRefused(UserError, "say why"):
                clock._set_due(at(2), "  ")
            with self.assertRefused(AccessError, "not allowed"):
                self._as(self.agent)["aftersales.sla.due"].create(
                    {"clock_id": self.clock.id}
                )
        with self._at(5.5):
            self._run_job()
            with self.assertRefused(UserError, "missed already"):
                self._as(self.leader, self.clock)._set_due(at(9), "Late")

    @feature("P-06")
    def test_thanks(self):
        """A message that asks for no answer takes its clock away, and is not "met"."""
        self._policy({"metric": "next_reply", "quantity": 2}, sequence=1)
        with self._at(0.5):
            case = self._new_case(user_id=self.agent.id)
            self._write_as_customer(case)
            [clock] = self._clocks(case)
            self._as(self.agent, clock).action_dismiss()
            self.assertEqual(clock.state, "cancelled")
            self.assertEqual(case.event_ids[-1].kind, "sla_dismissed")
            with self.assertRefused(UserError, "still due"):
                self._as(self.agent, clock).action_dismiss()
        with self._at(1):
            self._write_as_customer(case)
            states = self._clocks(case).mapped("state")
            self.assertEqual(states, ["cancelled", "running"])

    def test_number_of_cases(self):
        """A leader repairs one case, a manager a list."""
        cases = self.case | self._new_case(user_id=self.agent.id)
        with self.assertRefused(AccessError, "repaired by leaders"):
            self._as(self.agent, self.case).action_repair_clocks()
        with self.assertRefused(AccessError, "repaired by leaders"):
            self._as(self.leader, cases).action_repair_clocks()
        self.assertTrue(self._as(self.leader, self.case).action_repair_clocks())
        self.assertTrue(self._as(self.manager, cases).action_repair_clocks())

    @feature("P-14")
    def test_repair(self):
        """A holiday entered too late: the miss goes by a repair only, with a reason."""
        with self._at(8):
            self._run_job()
            self.assertEqual(self.clock.state, "breached")
            midnight = MONDAY.replace(hour=0)
            self._new_holiday(
                self.calendar, self.company, midnight, midnight + timedelta(days=1)
            )
            self._run_job()
            self.assertEqual(self.clock.state, "breached")
            action = self._as(self.leader, self.case).action_repair_clocks()
            model = self._as(self.leader)[action["res_model"]]
            form = Form(model.with_context(**action["context"]))
            self.assertEqual(form.change_count, 1)
            self.assertIn("Missed", form.changes_html)
            self.assertIn("Due", form.changes_html)
            self.assertEqual(self.clock.state, "breached")
            form.reason = "King's Day was missing"
            form.save().action_repair()
            self.assertEqual(
                (self.clock.state, self.clock.due_at), ("running", at(3, 1))
            )
            self.assertFalse(self.clock.breached_user_id)
            event = self.case.event_ids.filtered(lambda e: e.kind == "sla_repair")
            self.assertEqual(event.reason, "King's Day was missing")
            self.assertEqual(event.actor_id, self.leader)
            form = Form(model.with_context(**action["context"]))
            self.assertFalse(form.change_count)

    def test_repair_keeps_the_holder(self):
        """What is missed after a repair as before is still held by whom it was."""
        with self._at(8):
            self._run_job()
            self._as(self.leader, self.case)._repair_clocks("To be sure")
            self.assertEqual(self.clock.breached_user_id, self.agent)
            self.assertEqual(self.clock.breached_at, at(5))


class TestWhy(SlaCommon):
    @feature("P-14")
    def test_day_by_day(self):
        """The table: a weekend, a holiday by name, waiting for whom, the sum."""
        self._policy({"metric": "resolved", "quantity": 12})
        day = MONDAY.replace(hour=0) + timedelta(days=1)
        holiday = self._new_holiday(
            self.calendar, self.company, day, day + timedelta(days=1)
        )
        holiday.name = "Carnival"
        with self._at(2):
            case = self._new_case(user_id=self.agent.id)
        with self._at(4):
            case.stage_id = self.stage_wait_customer
        with self._at(5):
            case.stage_id = self.stage_progress
            [clock] = self._clocks(case)
            self.assertEqual(clock.due_at, at(8, 2))
            values = self._as(self.agent, clock)._get_why_values()
        told = [
            (
                d["worked"],
                d["counted"],
                d["paused"],
                d["total"],
                d["left"],
                d["holiday"],
            )
            for d in values["days"]
        ]
        self.assertEqual(
            told,
            [
                ("8:00", "4:00", {"customer": "1:00"}, "4:00", "8:00", ""),
                ("0:00", "0:00", {}, "4:00", "8:00", "Carnival"),
                ("8:00", "8:00", {}, "12:00", "0:00", ""),
            ],
        )

    @feature("P-14")
    def test_printed(self):
        """Dialog and paper say the same: the table, and the events under it."""
        self._policy({"metric": "resolved", "quantity": 12})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            case.stage_id = self.stage_wait_customer
        with self._at(2):
            case.stage_id = self.stage_progress
            [clock] = self._as(self.agent, self._clocks(case))
            action = clock.action_why()
            form = Form(clock, view=action["views"][0][0])
            self.assertIn("Mon 2 Mar", form.why_html)
            self.assertIn("Waiting for the customer", form.why_html)
            self.assertIn("Stage: ", form.why_html)
            report = self._as(self.agent)["ir.actions.report"]
            content, kind = report._render_qweb_html(
                "aftersales_sla.report_clock_why", clock.ids
            )
            self.assertIn("Mon 2 Mar", content.decode())
            self.assertEqual(kind, "html")

    def test_another_history(self):
        """Where the history says otherwise by now, the table says so."""
        self._policy({"metric": "resolved", "quantity": 4})
        with self._at():
            [clock] = self._clocks(self._new_case())
        with self._at(8):
            self._run_job()
            self.assertFalse(clock._get_why_values()["differs"])
            midnight = MONDAY.replace(hour=0)
            self._new_holiday(
                self.calendar, self.company, midnight, midnight + timedelta(days=1)
            )
            self.assertTrue(clock._get_why_values()["differs"])

    def test_other_company(self):
        """Nobody is told about a case that he may not read."""
        self._policy({"metric": "resolved", "quantity": 4})
        with self._at():
            [clock] = self._clocks(self._new_case(confidential=True))
        with self.assertRefused(AccessError, ""):
            self._as(self.reporter, clock).action_why()


class TestShown(SlaCommon):
    @feature("B4-53")
    def test_on_the_card(self):
        """What is late before what is due, what is due before what stands still."""
        self._policy(
            {"metric": "resolved", "quantity": 8}, {"metric": "response", "quantity": 2}
        )
        with self._at():
            case = self._as(self.agent, self._new_case(user_id=self.agent.id))
            shown = case.next_clock
            self.assertEqual(shown["what"], "First answer")
            self.assertEqual(shown["state"], "running")
            self.assertEqual(shown["due"] - shown["now"], 2 * 3600 * 1000)
            self.assertFalse(case.is_late)
        with self._at(1):
            case.stage_id = self.stage_wait_customer
            shown = case.next_clock
            self.assertEqual(shown["state"], "paused")
            self.assertEqual(shown["waits"], "Waiting for the customer")
        with self._at(2):
            case.stage_id = self.stage_progress
        with self._at(6):
            self._run_job()
            shown = case.next_clock
            self.assertEqual((shown["what"], shown["state"]), ("First answer", "late"))
            self.assertTrue(case.is_late)
            found = self._as(self.agent)["aftersales.case"].search(
                [("is_late", "=", True), ("id", "=", case.id)]
            )
            self.assertEqual(found, case)
            # What is late is still the first thing to do.
            self.assertEqual(case.next_due_at, at(3))
        with self._at(6.5):
            self._answer(case)
            self.assertEqual(case.next_clock["what"], "Solved")

    @feature("B4-53")
    def test_own_deadline(self):
        """The desk's own deadline stands there where it is nearer."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            case = self._new_case(user_id=self.agent.id, date_deadline=at(3))
            self.assertEqual(case.next_clock["what"], "Deadline")
            case.date_deadline = at(0, 9)
            self.assertEqual(case.next_clock["what"], "Solved")

    @feature("B4-53")
    def test_sorted(self):
        """The list sorts by what is due next; what stands still comes last."""
        self._policy({"metric": "resolved", "quantity": 8})
        cases = self.env["aftersales.case"]
        for hours in (3, 1, 2):
            with self._at(hours):
                cases |= self._new_case(user_id=self.agent.id)
        third, first, second = cases
        with self._at(4):
            second.stage_id = self.stage_wait_customer
            found = cases.search([("id", "in", cases.ids)], order="next_due_at, id")
            self.assertEqual(found, first | third | second)

    @feature("B4-53")
    def test_queue(self):
        """The queue holds what runs, stands still or is late; not what is over."""
        self._policy({"metric": "resolved", "quantity": 2})
        with self._at():
            late, paused, solved = (
                self._complete(self._new_case(user_id=self.agent.id)) for _n in range(3)
            )
        with self._at(1):
            paused.stage_id = self.stage_wait_customer
            solved.stage_id = self.stage_solved
        with self._at(4):
            self._run_job()
            action = self.env.ref("aftersales_sla.aftersales_sla_clock_action")
            found = self._as(self.agent)["aftersales.sla.clock"].search(
                [*literal_eval(action.domain), ("company_id", "=", self.company.id)]
            )
            self.assertEqual(found.case_id, late | paused)
            names = found.mapped("display_name")
            self.assertIn(f"{late.number} Solved", names)

    def test_filters(self):
        """Each filter of the queue finds what its name says."""
        self._policy({"metric": "resolved", "quantity": 2})
        with self._at():
            late, paused = (self._new_case(user_id=self.agent.id) for _n in range(2))
        with self._at(1):
            paused.stage_id = self.stage_wait_customer
        with self._at(6):
            self._run_job()
            today = self._new_case(user_id=self.agent2.id)
            self._flush()
            view = self.env.ref("aftersales_sla.aftersales_sla_clock_view_search")
            tree = etree.fromstring(view.arch)
            found = {
                node.get("name"): self._find(node.get("domain"), late | paused | today)
                for node in tree.iter("filter")
                if node.get("domain")
            }
        self.assertEqual(
            found,
            {
                "mine": late | paused,
                "overdue": late,
                "today": today,
                "week": today,
                "paused": paused,
                "broken": late.browse(),
            },
        )

    def _find(self, text, cases):
        domain = safe_eval(text, {"uid": self.agent.id})
        clocks = self._as(self.agent)["aftersales.sla.clock"]
        return clocks.search([*domain, ("case_id", "in", cases.ids)]).case_id

    def test_queries_of_a_board(self):
        """Eighty cards take two queries more than without clocks."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _n in range(10))
            )
        names = ["name", "next_due_at"]
        cases = self._as(self.agent, cases)
        plain = self._count_queries(lambda: cases.read(names))
        shown = self._count_queries(lambda: cases.read([*names, "next_clock"]))
        few = self._count_queries(lambda: cases[:1].read([*names, "next_clock"]))
        self.assertEqual(shown, few)
        self.assertLessEqual(shown - plain, 2)

    def test_form_of_a_case(self):
        """Changing a case with clocks on its form asks for no clock that is not there."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            case = self._as(self.agent, self._new_case(user_id=self.agent.id))
            with Form(case) as form:
                form.name = "Machine leaks a lot"
                form.stage_id = self.stage_progress
            self.assertEqual(case.next_due_at, at(0, 1))
