from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import AftersalesCommon
from odoo.addons.aftersales_case.tests.walks import ELSEWHERE, RightsSetup, RightsWalk

from .common import SlaCommon


class TestRights(RightsWalk, RightsSetup, AftersalesCommon):
    """Nobody changes by this addon what he may not change otherwise."""

    walk_addon = "aftersales_sla"
    walk_allowed = {
        # Managers of another company have policies and agreements of theirs.
        ("aftersales.sla.policy", "create"): ELSEWHERE,
        ("aftersales.sla.target", "create"): ELSEWHERE,
        ("agreement", "create"): ELSEWHERE,
        # The law is the same for all companies.
        ("aftersales.legal.term", "create"): ELSEWHERE,
        ("aftersales.sla.penalty", "create"): ELSEWHERE,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env, case = cls.env, cls.walk_case
        agreement = env["agreement"].create(
            {
                "name": "Service",
                "code": "WALK",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )
        policy = env["aftersales.sla.policy"].create(
            {
                "name": "Walked",
                "agreement_id": agreement.id,
                "company_id": cls.company.id,
            }
        )
        target = env["aftersales.sla.target"].create({"policy_id": policy.id})
        penalty = env["aftersales.sla.penalty"].create(
            {"agreement_id": agreement.id, "amount": 50}
        )
        cls.walk_case._mark_clocks()
        env["aftersales.case"]._flush_clocks()
        level = env["aftersales.escalation.level"].create(
            {
                "policy_id": policy.id,
                "receiver_ids": [Command.create({"kind": "responsible"})],
                "condition_ids": [
                    Command.create({"key": "team_id", "operator": "set"})
                ],
            }
        )
        alerts = env["aftersales.sla.alert"]._insert(
            [
                {
                    "case_id": case.id,
                    "target_id": target.id,
                    "cycle": 1,
                    "level_id": level.id,
                    "user_id": cls.manager.id,
                    "what": target._get_alert_key(),
                    "step": level._get_step_key(),
                    "state": "waiting",
                    "reached_at": "2026-03-02 10:00:00",
                    "send_at": "2026-03-02 10:00:00",
                }
            ]
        )
        calendar = env["resource.calendar"].create(
            {"name": "Walked", "company_id": cls.company.id}
        )
        cls.walk_records = {
            "aftersales.case": case,
            "aftersales.case.type": case.type_id,
            "aftersales.sla.clock": case.clock_ids,
            "aftersales.sla.policy": policy,
            "aftersales.sla.target": target,
            "aftersales.sla.match": {"case_id": case.id},
            "aftersales.sla.match.line": {},
            "aftersales.sla.change": {"policy_id": policy.id},
            "aftersales.sla.due": {"clock_id": case.clock_ids[:1].id},
            "aftersales.sla.repair": {"reason": "Wrong holiday"},
            "aftersales.sla.promise": {"case_id": case.id},
            "aftersales.type.stage": case.type_id.link_ids[:1],
            "aftersales.team": case.team_id,
            "res.company": cls.company,
            **cls._new_scenario(agreement, case),
            "aftersales.escalation.level": level,
            "aftersales.escalation.receiver": level.receiver_ids,
            "aftersales.escalation.condition": level.condition_ids,
            "aftersales.escalation.preview": {
                "level_id": level.id,
                "case_id": case.id,
            },
            "aftersales.escalation.preview.line": {},
            "aftersales.sla.alert": alerts,
            "aftersales.sla.penalty": penalty,
            "aftersales.sla.penalty.due": case.penalty_due_ids,
            "aftersales.sla.report": env["aftersales.sla.report"].browse(
                case.clock_ids.ids
            ),
            "aftersales.sla.review": {"agreement_id": agreement.id},
            "agreement": agreement,
            "resource.calendar": calendar,
            "resource.calendar.attendance": calendar.attendance_ids[:1],
            "resource.calendar.leaves": env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": calendar.id,
                    "company_id": cls.company.id,
                    "date_from": "2026-03-03 00:00:00",
                    "date_to": "2026-03-03 23:00:00",
                }
            ),
            "res.partner": cls.customer,
        }
        remedy = env["aftersales.remedy"].create({"name": "Walked"})
        cls.walk_records |= {
            "aftersales.remedy": remedy,
            "aftersales.legal.term": env["aftersales.legal.term"].create(
                {"name": "Walked", "remedy_id": remedy.id, "quantity": 14}
            ),
        }
        name = [{"name": "Forged"}], {}
        cls.walk_calls = {
            ("aftersales.legal.term", "create"): (
                [{"name": "Forged", "remedy_id": remedy.id}],
                {},
            ),
            ("aftersales.sla.clock", "create"): (
                [{"case_id": case.id, "target_id": target.id}],
                {},
            ),
            ("aftersales.sla.clock", "default_get"): ([["case_id", "state"]], {}),
            ("aftersales.sla.penalty.due", "default_get"): ([["case_id", "state"]], {}),
            ("aftersales.sla.report", "default_get"): ([["case_id", "state"]], {}),
            ("aftersales.sla.report", "create"): ([{"case_id": case.id}], {}),
            ("aftersales.sla.report", "write"): ([{"state": "met"}], {}),
            ("aftersales.sla.repair", "default_get"): ([["case_ids"]], {}),
            ("aftersales.sla.scenario.case", "default_get"): ([["case_id"]], {}),
            ("aftersales.sla.scenario.case", "create"): ([{"case_id": case.id}], {}),
            ("aftersales.sla.scenario.case", "write"): ([{"seconds_late": 1}], {}),
            ("aftersales.sla.alert", "default_get"): ([["case_id", "state"]], {}),
            ("agreement", "create"): ([{"name": "Forged", "code": "F"}], {}),
            ("agreement", "write"): name,
            ("aftersales.sla.policy", "create"): name,
            ("aftersales.sla.policy", "write"): name,
            ("aftersales.sla.target", "create"): (
                [{"policy_id": policy.id, "quantity": 1}],
                {},
            ),
            ("aftersales.sla.target", "write"): ([{"quantity": 1}], {}),
            ("aftersales.escalation.level", "create"): (
                [{"policy_id": policy.id, "is_raised": True}],
                {},
            ),
            ("aftersales.escalation.level", "write"): ([{"is_raised": True}], {}),
            ("aftersales.escalation.condition", "create"): (
                [{"level_id": level.id, "key": "team_id", "operator": "set"}],
                {},
            ),
            ("aftersales.escalation.condition", "write"): (
                [{"operator": "not set"}],
                {},
            ),
            ("aftersales.escalation.receiver", "write"): ([{"kind": "leader"}], {}),
            ("aftersales.sla.alert", "create"): ([{"case_id": case.id}], {}),
            ("aftersales.sla.alert", "write"): ([{"state": "sent"}], {}),
            ("aftersales.sla.penalty", "create"): (
                [{"agreement_id": agreement.id, "amount": 1}],
                {},
            ),
            ("aftersales.sla.penalty", "write"): ([{"amount": 1}], {}),
        }

    @classmethod
    def _new_scenario(cls, agreement, case):
        scenario = cls.env["aftersales.sla.scenario"].create(
            {
                "name": "Walked",
                "company_id": cls.company.id,
                "agreement_id": agreement.id,
            }
        )
        worst = cls.env["aftersales.sla.scenario.case"].create(
            {
                "scenario_id": scenario.id,
                "company_id": cls.company.id,
                "case_id": case.id,
                "metric": "resolved",
            }
        )
        return {scenario._name: scenario, worst._name: worst}

    def test_methods(self):
        self.assertMethodsAskForRights()

    def test_models(self):
        self.assertModelsHaveAccess()
        self.assertWizardsAreOwn()

    def test_clocks_follow_their_case(self):
        """Who merely reads a case reads its clocks; nobody writes them."""
        for user, reads in ((self.agent, True), (self.reporter, False)):
            clocks = self._as(user, self.walk_case.clock_ids)
            self.assertTrue(clocks)
            self.assertEqual(clocks.has_access("read"), reads)
        for operation in ("write", "unlink", "create"):
            clocks = self._as(self.manager, self.walk_case.clock_ids)
            self.assertFalse(clocks.has_access(operation))


class TestAccess(SlaCommon):
    """Who may do what with the models of the addon."""

    def test_matrix(self):
        config = {"reporter": "", "agent": "r", "leader": "r", "manager": "rwcd"}
        coded = config | {"reporter": "r"}
        dialog = {"reporter": "", "agent": "rwc", "manager": "rwc"}
        kept = {"reporter": "", "agent": "", "leader": "r", "manager": "r"}
        self.assertAccessMatrix(
            "aftersales_sla",
            {
                "aftersales.sla.policy": config,
                "aftersales.sla.target": config,
                "aftersales.sla.clock": {"reporter": "", "agent": "r", "manager": "r"},
                "aftersales.legal.term": config,
                "aftersales.remedy": coded,
                "aftersales.sla.scenario": {
                    "reporter": "",
                    "agent": "",
                    "leader": "rwcd",
                    "manager": "rwcd",
                },
                "aftersales.sla.scenario.line": kept,
                "aftersales.sla.scenario.case": kept,
                "aftersales.escalation.level": config,
                "aftersales.escalation.receiver": config,
                "aftersales.escalation.condition": config,
                "aftersales.escalation.preview": dialog,
                "aftersales.escalation.preview.line": dialog,
                "aftersales.sla.alert": {
                    "reporter": "",
                    "agent": "r",
                    "leader": "r",
                    "manager": "r",
                },
                "aftersales.sla.match": dialog,
                "aftersales.sla.match.line": dialog,
                "aftersales.sla.promise": dialog,
                "aftersales.sla.change": {
                    "reporter": "",
                    "agent": "",
                    "manager": "rwc",
                },
                "aftersales.sla.due": {
                    "reporter": "",
                    "agent": "",
                    "leader": "rwc",
                    "manager": "rwc",
                },
                "aftersales.sla.repair": {
                    "reporter": "",
                    "agent": "",
                    "leader": "rwc",
                    "manager": "rwc",
                },
                "aftersales.sla.penalty": {
                    "reporter": "",
                    "agent": "",
                    "leader": "r",
                    "manager": "rwcd",
                },
                "aftersales.sla.penalty.due": {
                    "reporter": "",
                    "agent": "",
                    "leader": "r",
                    "manager": "r",
                },
                "aftersales.sla.report": {
                    "reporter": "",
                    "agent": "",
                    "leader": "r",
                    "manager": "r",
                },
                "aftersales.sla.review": {
                    "reporter": "",
                    "agent": "",
                    "leader": "rwc",
                    "manager": "rwc",
                },
            },
        )

    def test_examples_of_another_company(self):
        """Every company reads the examples, and writes none of another's policies."""
        template = self.env.ref("aftersales_sla.policy_premium")
        self.assertNotEqual(template.company_id, self.company)
        mine = self._as(self.manager, template)
        self.assertTrue(mine.has_access("read"))
        self.assertTrue(mine.target_ids.has_access("read"))
        self.assertFalse(mine.has_access("write"))
        self.assertFalse(mine.target_ids.has_access("write"))
        other = template.copy({"agreement_id": False, "sequence": 99})
        self.assertFalse(self._as(self.manager, other).has_access("read"))
