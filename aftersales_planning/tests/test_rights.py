from datetime import timedelta

from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import AftersalesCommon
from odoo.addons.aftersales_case.tests.walks import ELSEWHERE, RightsSetup, RightsWalk

from ..models.visit.aftersales_visit_book import Booking
from .common import PlanningCommon, at


class TestRights(RightsWalk, RightsSetup, AftersalesCommon):
    """Nobody changes by this addon what he may not change otherwise."""

    walk_addon = "aftersales_planning"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env, case = cls.env, cls.walk_case
        region = env["aftersales.region"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "postcode_ids": [
                    Command.create(
                        {"country_id": env.ref("base.nl").id, "zip_from": "1000"}
                    )
                ],
            }
        )
        site = env["aftersales.site"].create({"partner_id": cls.customer.id})
        skill_type = env["hr.skill.type"].create({"name": "Walked"})
        skill, other_skill = env["hr.skill"].create(
            [
                {"name": name, "skill_type_id": skill_type.id}
                for name in ("Pumps", "Motors")
            ]
        )
        resource = env["resource.resource"].create(
            {
                "name": "Sub",
                "resource_type": "material",
                "company_id": cls.company.id,
                "does_visits": True,
                "visit_skill_ids": [Command.create({"skill_id": skill.id})],
            }
        )
        visit = env["aftersales.visit"].create(
            {
                "case_id": case.id,
                "site_id": site.id,
                "skill_ids": [Command.create({"skill_id": skill.id})],
            }
        )
        start = at()
        worker = env["hr.employee"].create(
            {
                "name": "Walker",
                "company_id": cls.company.id,
                "user_id": cls.manager.id,
            }
        )
        crew = resource | worker.resource_id
        visit._book([Booking(visit, start, start + timedelta(hours=1), crew)])
        failure = env["aftersales.visit.failure"].create({"name": "Walked"})
        recurrence = env["aftersales.visit.recurrence"].create(
            {
                "name": "Walked",
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "site_id": site.id,
                "type_id": case.type_id.id,
                "skill_ids": [Command.create({"skill_id": skill.id})],
            }
        )
        employee = env["hr.employee"].create(
            {"name": "Walked", "company_id": cls.company.id}
        )
        known = env["hr.employee.skill"].create(
            {
                "employee_id": employee.id,
                "skill_id": skill.id,
                "skill_type_id": skill_type.id,
                "skill_level_id": env["hr.skill.level"]
                .create({"name": "Walked", "skill_type_id": skill_type.id})
                .id,
            }
        )
        plan = env["aftersales.visit.plan"].create({"visit_ids": visit.ids})
        unplan = {
            "id": visit.id,
            "revision": visit.revision,
            "start": False,
            "stop": False,
            "resource_ids": False,
        }
        cls.walk_records = {
            "aftersales.case": case,
            "aftersales.case.type": case.type_id,
            "aftersales.visit": visit,
            "aftersales.visit.crew": visit.crew_ids[:1],
            "aftersales.visit.skill": visit.skill_ids,
            "aftersales.visit.failure": failure,
            "aftersales.visit.recurrence": recurrence,
            "aftersales.visit.recurrence.skill": recurrence.skill_ids,
            "aftersales.region": region,
            "aftersales.region.postcode": region.postcode_ids,
            "aftersales.site": site,
            "aftersales.resource.skill": resource.visit_skill_ids,
            "resource.resource": resource,
            "aftersales.plan.rule": env["aftersales.plan.rule"].search(
                [("company_id", "=", cls.company.id)], limit=1
            ),
            "aftersales.visit.plan": {"visit_ids": [Command.set(visit.ids)]},
            "aftersales.visit.plan.slot": {
                "plan_id": plan.id,
                "visit_id": visit.id,
                "resource_id": resource.id,
                "start": start + timedelta(days=1),
                "stop": start + timedelta(days=1, hours=1),
                "revision": visit.revision,
            },
            "aftersales.technician.ill": {"resource_id": resource.id},
            "aftersales.visit.gone": env["aftersales.visit.gone"].create(
                {
                    "visit_id": visit.id,
                    "resource_id": resource.id,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                }
            ),
            "aftersales.day.list": {"resource_ids": [Command.set(resource.ids)]},
            "calendar.event": visit.event_ids,
            "calendar.attendee": visit.event_ids.attendee_ids,
            "hr.employee.skill": known,
            "aftersales.visit.ask": {"case_ids": [Command.set(case.ids)]},
            "aftersales.visit.fail": {
                "visit_ids": [Command.set(visit.ids)],
                "failure_id": failure.id,
            },
            "aftersales.visit.promise": {
                "visit_id": visit.id,
                "window_from": start,
                "window_to": start + timedelta(hours=1),
            },
        }
        defaults = [["case_id"]], {}
        cls.walk_calls = {
            ("aftersales.visit", "default_get"): defaults,
            ("aftersales.visit.crew", "default_get"): defaults,
            ("aftersales.visit.crew", "write"): ([{"is_lead": False}], {}),
            ("aftersales.visit.crew", "create"): ([{"visit_id": visit.id}], {}),
            ("aftersales.visit.skill", "default_get"): defaults,
            ("aftersales.visit.skill", "write"): ([{"level_id": False}], {}),
            ("aftersales.visit.skill", "create"): (
                [{"visit_id": visit.id, "skill_id": other_skill.id}],
                {},
            ),
            ("aftersales.visit.recurrence.skill", "write"): (
                [{"skill_id": other_skill.id}],
                {},
            ),
            ("aftersales.resource.skill", "write"): (
                [{"skill_id": other_skill.id}],
                {},
            ),
            ("aftersales.visit.ask", "default_get"): ([["case_ids"]], {}),
            ("aftersales.visit", "plan_move"): ([[unplan]], {}),
            ("aftersales.visit", "action_technician_ill"): (
                [resource.id, start - timedelta(days=1), start + timedelta(days=1)],
                {},
            ),
            ("aftersales.visit", "get_board"): (
                [[], "lead_id", str(start), str(start + timedelta(days=1))],
                {},
            ),
            ("aftersales.visit", "get_lane"): ([[], "lead_id"], {}),
            ("aftersales.visit", "get_case_slots"): ([case.id], {}),
            ("aftersales.visit", "plan_case"): (
                [
                    case.id,
                    {
                        "start": str(start + timedelta(days=1)),
                        "stop": str(start + timedelta(days=1, hours=1)),
                        "resource_ids": resource.ids,
                    },
                ],
                {},
            ),
            ("aftersales.visit.gone", "default_get"): defaults,
            ("aftersales.visit.gone", "create"): ([{"visit_id": visit.id}], {}),
            ("aftersales.visit.gone", "write"): ([{"stop": str(start)}], {}),
            ("aftersales.todo", "default_get"): defaults,
            ("aftersales.todo", "create"): ([{"case_id": case.id}], {}),
            ("aftersales.todo", "write"): ([{"state": "to_plan"}], {}),
            ("aftersales.site", "name_create"): (["Forged"], {}),
            ("calendar.event", "write"): (
                [{"start": str(start + timedelta(hours=5))}],
                {},
            ),
            ("calendar.event", "create"): (
                [{"name": "Forged", "start": str(start), "visit_id": visit.id}],
                {},
            ),
            ("hr.employee.skill", "create"): (
                [
                    {
                        "employee_id": employee.id,
                        "skill_id": other_skill.id,
                        "skill_type_id": skill_type.id,
                        "skill_level_id": known.skill_level_id.id,
                    }
                ],
                {},
            ),
            ("calendar.attendee", "create"): (
                [{"event_id": visit.event_ids.id, "partner_id": cls.customer.id}],
                {},
            ),
            ("aftersales.site", "create"): ([{"partner_id": cls.contact.id}], {}),
            ("aftersales.region.postcode", "create"): (
                [
                    {
                        "region_id": region.id,
                        "country_id": env.ref("base.nl").id,
                        "zip_from": "9000",
                    }
                ],
                {},
            ),
            ("aftersales.visit.recurrence", "create"): (
                [
                    {
                        "name": "Forged",
                        "company_id": cls.company.id,
                        "partner_id": cls.customer.id,
                        "site_id": site.id,
                        "type_id": case.type_id.id,
                    }
                ],
                {},
            ),
            ("hr.employee.skill", "write"): ([{"is_confirmed": False}], {}),
        }

    # Who leads any team plans for the whole company: who knows what, where work is done,
    # and what recurs.
    walk_allowed = {
        ("hr.employee.skill", "action_confirm"): ELSEWHERE,
        ("hr.employee.skill", "create"): ELSEWHERE,
        ("aftersales.resource.skill", "write"): ELSEWHERE,
        ("aftersales.visit.recurrence.skill", "write"): ELSEWHERE,
        ("aftersales.site", "create"): ELSEWHERE,
        ("aftersales.site", "name_create"): ELSEWHERE,
        ("aftersales.visit.recurrence", "create"): ELSEWHERE,
        ("aftersales.visit.recurrence", "action_make_visits"): ELSEWHERE,
        ("resource.resource", "action_make_feed"): ELSEWHERE,
    }

    def test_methods(self):
        self.assertMethodsAskForRights()

    def test_models(self):
        self.assertModelsHaveAccess()
        self.assertWizardsAreOwn()


class TestAccess(PlanningCommon):
    """Who may do what with the models of the addon."""

    def test_matrix(self):
        visit = {"reporter": "r", "agent": "r", "leader": "rwc", "manager": "rwcd"}
        config = {"reporter": "r", "agent": "r", "leader": "r", "manager": "rwcd"}
        self.assertAccessMatrix(
            "aftersales_planning",
            {
                "aftersales.visit": visit,
                "aftersales.visit.skill": visit,
                "aftersales.visit.crew": {
                    "reporter": "r",
                    "agent": "r",
                    "manager": "r",
                },
                "aftersales.visit.recurrence": {**visit, "reporter": ""},
                "aftersales.visit.recurrence.skill": {
                    "reporter": "",
                    "agent": "r",
                    "leader": "rwcd",
                    "manager": "rwcd",
                },
                "aftersales.visit.failure": config,
                "aftersales.region": config,
                "aftersales.region.postcode": config,
                "aftersales.site": visit,
                "aftersales.resource.skill": {
                    "reporter": "r",
                    "agent": "r",
                    "leader": "rwcd",
                    "manager": "rwcd",
                },
                "aftersales.visit.ask": {"reporter": "", "agent": "rwc"},
                "aftersales.visit.fail": {"reporter": "rwc", "agent": "rwc"},
                "aftersales.visit.promise": {"agent": "", "leader": "rwc"},
                "aftersales.plan.rule": {"agent": "", "leader": "r", "manager": "rw"},
                "aftersales.visit.plan": {"agent": "", "leader": "rwc"},
                "aftersales.visit.plan.slot": {"agent": "", "leader": "rwc"},
                "aftersales.technician.ill": {"agent": "", "leader": "rwc"},
                "aftersales.visit.gone": {"agent": "", "leader": "", "manager": "r"},
                "aftersales.todo": {"reporter": "", "agent": "r", "manager": "r"},
                "aftersales.day.list": {"reporter": "rwcd", "agent": "rwcd"},
                "aftersales.feed.address": {"reporter": "rwcd", "agent": "rwcd"},
            },
        )

    def test_visits_follow_their_case(self):
        """A confidential case hides its visits; another company's too."""
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        visit = self._book(self._visit(secret), at())
        for records in (visit, visit.crew_ids):
            self.assertTrue(self._as(self.manager, records).has_access("read"))
            self.assertFalse(self._as(self.agent, records).has_access("read"))
            self.assertFalse(self._as(self.tina.user_id, records).has_access("read"))

    def test_reporter_reads_his_own(self):
        """A technician who is no agent reads the visits that are his, and their cases."""
        user = self._technician("Rob", "reporter").user_id
        rob = self.env["resource.resource"].search([("user_id", "=", user.id)])
        case = self._new_case()
        mine, other = self._visit(case), self._visit(case)
        self.assertFalse(self._as(user, case).has_access("read"))
        self._book(mine, at(), rob)
        self.assertTrue(self._as(user, mine).has_access("read"))
        self.assertTrue(self._as(user, case).has_access("read"))
        self.assertFalse(self._as(user, case).has_access("write"))
        self.assertFalse(self._as(user, other).has_access("read"))
        self.assertFalse(self._as(user, self._new_case()).has_access("read"))
        case.confidential = True
        self.env.flush_all()
        self.assertFalse(self._as(user, mine).has_access("read"))
