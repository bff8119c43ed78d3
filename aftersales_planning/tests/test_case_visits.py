"""What a case and its stages have to do with visits."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from ..const import CANCELLED, CONFIRMED, DONE, ON_SITE, TO_PLAN
from .common import PlanningCommon, at


class TestAsk(PlanningCommon):
    """Who works on a case asks for visits."""

    def _ask(self, user, cases, **vals):
        wizard = self._as(user)["aftersales.visit.ask"]
        form = Form(wizard.with_context(active_model=cases._name, active_ids=cases.ids))
        for name, value in vals.items():
            form[name] = value
        return form.save().action_ask()

    @feature("I2-69")
    def test_many_cases_at_each_place(self):
        """Calls are asked for wherever they are done: customer, workshop, desk."""
        for place in ("site", "workshop", "desk"):
            cases = self._new_case(user_id=self.agent.id) | self._new_case(
                user_id=self.agent.id
            )
            self._ask(self.agent, cases, place=place, duration=3, visits=2)
            visits = cases.visit_ids
            self.assertEqual(len(visits), 4)
            self.assertEqual(set(visits.mapped("place")), {place})
            self.assertEqual(visits.mapped("number"), [1, 2, 1, 2])
            sites = self.site if place == "site" else self.env["aftersales.site"]
            self.assertEqual(visits.site_id, sites)

    @feature("I2-69")
    def test_first_visit_to_an_address(self):
        """Who asks for a visit need not make a site first; where is no street is none."""
        bakery, stall = self.env["res.partner"].create(
            [
                {"name": "Bakery", "street": "Voorstraat 1", "city": "Utrecht"},
                {"name": "Market Stall", "city": "Utrecht"},
            ]
        )
        cases = self.env["aftersales.case"]
        for partner in (bakery, stall, bakery):
            cases |= self._new_case(contact_id=partner.id, user_id=self.agent.id)
        self._ask(self.agent, cases, place="site", duration=3, visits=1)
        first, nowhere, second = (case.visit_ids for case in cases)
        self.assertEqual(first.site_id.partner_id, bakery)
        self.assertEqual(second.site_id, first.site_id)
        self.assertFalse(nowhere.site_id)
        stall.street = "Square"
        self._ask(self.agent, cases[1], place="site", duration=3, visits=1)
        self.assertEqual(cases[1].visit_ids[1].site_id.partner_id, stall)

    def test_not_his_case(self):
        team = self.env["aftersales.team"].create(
            {"name": "Others", "company_id": self.company.id}
        )
        case = self._new_case(team_id=team.id, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self._ask(self.agent, case)

    def test_closed_case(self):
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_cancelled
        with self.assertRaisesRegex(UserError, "Reopen it before"):
            self._ask(self.agent, case)


class TestStages(PlanningCommon):
    """Stages ask for visits, wait for them, and follow them."""

    def setUp(self):
        super().setUp()
        self.case = self._complete(self._new_case(user_id=self.agent.id))
        self.links = {link.stage_id: link for link in self.type_complaint.link_ids}

    def test_asks_by_itself(self):
        self.links[self.stage_progress].write(
            {"visit_place": "workshop", "visit_duration": 4}
        )
        self.case.stage_id = self.stage_progress
        self.assertEqual(self.case.visit_ids.place, "workshop")
        self.case.stage_id = self.stage_wait_customer
        self.case.stage_id = self.stage_progress
        self.assertEqual(len(self.case.visit_ids), 1, "one is open")

    @feature("I2-67")
    def test_gates(self):
        """The card says what is missing until a visit is planned, and done."""
        link, free = self.links[self.stage_solved], iter((at(), at(5)))
        for kind, label in (
            ("visit_planned", "A visit is planned"),
            ("visit_done", "A visit is done"),
        ):
            link.requirement_ids = [Command.clear(), Command.create({"kind": kind})]
            case = self._complete(self._new_case(user_id=self.agent.id))
            missing = case._missing_for(self.stage_solved)[case]
            self.assertEqual([item.label for item in missing], [label])
            visit = self._book(self._visit(case), next(free))
            if kind == "visit_done":
                self.assertTrue(case._missing_for(self.stage_solved)[case])
                visit._enter(DONE)
            self.assertFalse(case._missing_for(self.stage_solved)[case])
            other = self._complete(self._new_case(user_id=self.agent.id))
            with self.assertRaisesRegex(UserError, label):
                self._as(self.agent, other).stage_id = self.stage_solved

    def test_follows(self):
        """A stage moves the case when its visit is confirmed, or fails."""
        link = self.links[self.stage_new]
        link.visit_confirmed_stage_id = self.stage_progress
        visit = self._book(self._visit(self.case), at())
        visit._enter(CONFIRMED)
        self.assertEqual(self.case.stage_id, self.stage_progress)

    def test_shut_gate(self):
        """What the next stage asks for is noted; the visit is a fact all the same."""
        self.links[self.stage_new].visit_done_stage_id = self.stage_solved
        self.links[self.stage_solved].requirement_ids = [
            Command.create({"kind": "checklist", "checklist_text": "Cleaned up"})
        ]
        visit = self._book(self._visit(self.case), at())
        visit._enter(DONE)
        self.assertEqual((visit.state, self.case.stage_id), (DONE, self.stage_new))
        self.assertIn("Cleaned up", self.case.message_ids[0].body)

    def test_stage_of_another_type(self):
        strange = self.env["aftersales.case.stage"].create(
            {"name": "Strange", "state": "open"}
        )
        with self.assertRaisesRegex(ValidationError, "When It Is Done: Strange"):
            self.links[self.stage_new].visit_done_stage_id = strange

    def test_package(self):
        """A type takes along what its stages say of visits."""
        self.links[self.stage_new].visit_done_stage_id = self.stage_solved
        self.links[self.stage_progress].write(
            {"visit_place": "site", "visit_duration": 2}
        )
        point = {
            "stage": {
                link.stage_id.id: number
                for number, link in enumerate(self.type_complaint.link_ids.sorted())
            }
        }
        content = self.type_complaint._export_visits(point)
        other = self.type_complaint.copy({"code": "PACK"})
        other.link_ids.write({"visit_place": False, "visit_done_stage_id": False})
        stages = self.type_complaint.link_ids.sorted().stage_id
        other._take_visits(content, {"stage": list(stages)})
        taken = {link.stage_id: link for link in other.link_ids}
        self.assertEqual(taken[self.stage_new].visit_done_stage_id, self.stage_solved)
        self.assertEqual(taken[self.stage_progress].visit_place, "site")


class TestClosing(PlanningCommon):
    """Nobody goes for a case that is closed, or was merged away."""

    def test_closed(self):
        case = self._complete(self._new_case(user_id=self.agent.id))
        waiting, booked = self._visit(case), self._book(self._visit(case), at())
        there = self._book(self._visit(case), at(3))
        there._enter(ON_SITE)
        case.stage_id = self.stage_solved
        self.assertEqual(waiting.state, CANCELLED)
        self.assertEqual(booked.state, CANCELLED)
        self.assertEqual(there.state, ON_SITE, "they are at work")
        self._book(self._visit(), at())
        with self.assertRaisesRegex(UserError, "is closed"):
            self._visit(case)

    def test_merge(self):
        case, other = self._new_case(), self._new_case()
        first, second = self._visit(case), self._book(self._visit(other), at())
        other._merge_into(case)
        self.assertEqual(second.case_id, case)
        self.assertEqual((first.number, second.number), (1, 2))
        self.assertEqual(first.state, TO_PLAN)
        self.assertEqual(second.crew_ids.case_id, case)
