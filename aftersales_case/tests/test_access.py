from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, new_test_user

from .common import AftersalesCommon, feature

NOBODY, OWN, ALL = "nobody", "own", "all"


class TestAccess(AftersalesCommon):
    """Model × group × company, what is allowed and what is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.other_company = env["res.company"].create({"name": "Foreign"})
        cls.foreign = new_test_user(
            env,
            "as_foreign",
            groups="aftersales_case.group_aftersales_manager",
            company_id=cls.other_company.id,
            company_ids=[(6, 0, cls.other_company.ids)],
        )
        cls.portal = new_test_user(env, "as_portal", groups="base.group_portal")
        cls.public = env.ref("base.public_user")
        cls.other_team = env["aftersales.team"].create(
            {"name": "Others", "company_id": cls.company.id}
        )
        Case = env["aftersales.case"]
        common = {"type_id": cls.type_complaint.id, "company_id": cls.company.id}
        cls.own = Case.create(common | {"name": "Own", "user_id": cls.agent.id})
        cls.reported = Case.create(
            common
            | {
                "name": "Reported",
                "user_id": cls.manager.id,
                "reporter_id": cls.reporter.partner_id.id,
            }
        )
        cls.elsewhere = Case.create(
            common
            | {
                "name": "Elsewhere",
                "team_id": cls.other_team.id,
                "user_id": cls.manager.id,
            }
        )
        cls.secret = Case.create(
            common
            | {
                "name": "Secret",
                "confidential": True,
                "team_id": cls.other_team.id,
                "user_id": cls.manager.id,
            }
        )
        cls.secret.message_unsubscribe(cls.env.user.partner_id.ids)
        cls.cases = cls.own | cls.reported | cls.elsewhere | cls.secret

    def _visible(self, user, model="aftersales.case", field="id"):
        records = self._as(user)[model].search(Domain(field, "in", self.cases.ids))
        return self.cases & (records if field == "id" else records[field])

    def _can(self, user, operation, record):
        return self._as(user, record).has_access(operation)

    def test_who_reads_which_case(self):
        """Reporters read their own, agents all but confidential, managers all."""
        public = self.own | self.reported | self.elsewhere
        expected = {
            self.reporter: self.reported,
            self.agent: public,
            self.leader: public,
            self.manager: self.cases,
            self.foreign: self.cases.browse(),
        }
        for user, cases in expected.items():
            with self.subTest(user=user.login):
                self.assertEqual(self._visible(user), cases)
                for case in self.cases:
                    self.assertEqual(self._can(user, "read", case), case in cases)

    def test_parts_follow_their_case(self):
        """Who does not read a case reads neither its events nor its mails."""
        self.env["aftersales.intake"].create(
            [
                {
                    "message_id": f"<{case.id}@test>",
                    "received_at": "2026-03-02 08:00:00",
                    "company_id": self.company.id,
                    "case_id": case.id,
                    "state": "case",
                }
                for case in self.cases
            ]
        )
        for user in (self.agent, self.leader, self.manager):
            with self.subTest(user=user.login):
                cases = self._visible(user)
                for model in ("aftersales.case.event", "aftersales.intake"):
                    self.assertEqual(self._visible(user, model, "case_id"), cases)
        events = self.secret.event_ids
        with self.assertRaises(AccessError):
            self._as(self.agent, events).read(["kind"])

    def test_who_only_reads_a_case_writes_no_part_of_it(self):
        """Goods and checklist are changed by those who may change the case."""
        self.elsewhere.assigned_at = "2026-03-02 08:00:00"
        product = self.env["product.product"].create({"name": "Pump"})
        for model, field, vals in (
            ("aftersales.case.line", "line_ids", {"product_id": product.id}),
            ("aftersales.checklist.item", "checklist_ids", {"name": "Looked at"}),
        ):
            mine, theirs = (
                self._as(
                    self.agent, self.env[model].create(vals | {"case_id": case.id})
                )
                for case in (self.own, self.elsewhere)
            )
            case = self._as(self.agent, self.elsewhere)
            attempts = {
                "write": lambda part=theirs: part.write({"sequence": 1}),
                "unlink": lambda part=theirs: part.unlink(),
                "create": lambda part=theirs, new=vals: part.create(
                    new | {"case_id": self.elsewhere.id}
                ),
                "both": lambda both=mine | theirs: both.write({"sequence": 1}),
                "form": lambda c=case, f=field, p=theirs: c.write(
                    {f: [(1, p.id, {"sequence": 1})]}
                ),
            }
            self.assertTrue(theirs.read(["sequence"]))
            for name, attempt in attempts.items():
                with (
                    self.subTest(model=model, attempt=name),
                    self.assertRefused(AccessError, ""),
                ):
                    attempt()
            self.assertTrue(theirs.exists())
            mine.write({"sequence": 1})
            mine.unlink()

    def test_case_of_a_part_is_opened(self):
        """From a part its case is opened, by whoever may read it."""
        item, secret = self.env["aftersales.checklist.item"].create(
            [
                {"case_id": case.id, "name": "Looked at"}
                for case in (self.own, self.secret)
            ]
        )
        opened = self._as(self.agent, item).action_open_case()
        self.assertEqual(opened["res_model"], "aftersales.case")
        self.assertEqual(opened["res_id"], self.own.id)
        with self.assertRefused(AccessError, ""):
            self._as(self.agent, secret).action_open_case()
        opened = self._as(self.manager, secret).action_open_case()
        self.assertEqual(opened["res_id"], self.secret.id)

    def test_goods_do_not_move_into_a_case_that_one_only_reads(self):
        """A line of one's own case cannot be given to somebody else's."""
        self.elsewhere.assigned_at = "2026-03-02 08:00:00"
        line = self.env["aftersales.case.line"].create(
            {
                "case_id": self.own.id,
                "product_id": self.env["product.product"].create({"name": "Pump"}).id,
            }
        )
        with self.assertRefused(AccessError, ""):
            self._as(self.agent, line).case_id = self.elsewhere
        self._as(self.agent, line).case_id = self.reported
        self.assertEqual(line.case_id, self.reported)

    def test_who_writes_which_case(self):
        """Agents write own, team and unassigned cases; reporters write none."""
        self.elsewhere.assigned_at = "2026-03-02 08:00:00"
        expected = {
            self.reporter: self.cases.browse(),
            self.agent: self.own | self.reported,
            self.leader: self.own | self.reported,
            self.manager: self.cases,
            self.foreign: self.cases.browse(),
        }
        for user, cases in expected.items():
            for case in self.cases:
                with self.subTest(user=user.login, case=case.name):
                    self.assertEqual(self._can(user, "write", case), case in cases)
        self.elsewhere.assigned_at = False
        self.assertTrue(self._can(self.agent, "write", self.elsewhere))

    def test_confidential_is_for_those_concerned(self):
        """Responsible, team leader, reporter and followers see a confidential case."""
        self.assertNotIn(self.secret, self._visible(self.agent))
        for change in (
            lambda: self.secret.message_subscribe(self.agent.partner_id.ids),
            lambda: self.secret.write({"reporter_id": self.agent.partner_id.id}),
            lambda: self.secret.write({"user_id": self.agent.id}),
            lambda: self.other_team.write({"leader_id": self.agent.id}),
        ):
            change()
            self.assertIn(self.secret, self._visible(self.agent))
            self.secret.message_unsubscribe(self.agent.partner_id.ids)
            self.secret.write({"reporter_id": False, "user_id": self.manager.id})
            self.secret.message_unsubscribe(self.agent.partner_id.ids)
            self.other_team.leader_id = False
            self.assertNotIn(self.secret, self._visible(self.agent))

    def test_link_to_a_confidential_case(self):
        """The client reads the names of links with sudo: a secret title is not in it."""
        for user, name in (
            (self.agent, self.secret.number),
            (self.manager, f"{self.secret.number} Secret"),
        ):
            linked = self._as(user, self.secret).sudo()
            self.assertEqual(linked.display_name, name)
        self.assertEqual(
            self._as(self.agent, self.own).sudo().display_name,
            f"{self.own.number} Own",
        )

    def test_strangers_reach_nothing(self):
        """Portal and public users have no access to any of our models."""
        self.assertNoAccess("aftersales_case", self.portal, self.public)

    def test_model_matrix(self):
        """Who may do what with each model, rules aside."""
        config = {"reporter": "r", "agent": "r", "leader": "r", "manager": "rwcd"}
        wizard = dict.fromkeys(config, "rwc") | {"reporter": ""}
        manager = dict.fromkeys(config, "") | {"manager": "rwcd"}
        matrix = {
            "aftersales.case": {
                "reporter": "rwc",
                "agent": "rwc",
                "leader": "rwc",
                "manager": "rwcd",
            },
            "aftersales.case.event": dict.fromkeys(config, "r"),
            "aftersales.intake": {
                "reporter": "",
                "agent": "rw",
                "leader": "rw",
                "manager": "rw",
            },
            "aftersales.intake.allowed": {
                "reporter": "",
                "agent": "r",
                "leader": "rwcd",
                "manager": "rwcd",
            },
            "aftersales.tag": config | {"agent": "rwc", "leader": "rwc"},
            "aftersales.checklist.item": {
                "reporter": "r",
                "agent": "rwcd",
                "leader": "rwcd",
                "manager": "rwcd",
            },
            "aftersales.case.line": {
                "reporter": "r",
                "agent": "rwcd",
                "leader": "rwcd",
                "manager": "rwcd",
            },
            "aftersales.approval": dict.fromkeys(config, "r"),
            "aftersales.signature": dict.fromkeys(config, "r"),
            "aftersales.force": dict.fromkeys(config, "") | {"manager": "rwc"},
            "aftersales.handover": wizard,
            "aftersales.handover.line": wizard,
            "aftersales.merge": wizard,
            "aftersales.move": wizard,
            "aftersales.call": wizard,
            "aftersales.start": dict.fromkeys(config, "") | {"manager": "rwc"},
            "aftersales.start.step": dict.fromkeys(config, "") | {"manager": "rwc"},
            "aftersales.contact": wizard,
            "aftersales.reopen": wizard,
            "aftersales.split": wizard,
            "aftersales.triage": wizard | {"agent": ""},
            "aftersales.field.rule": config,
            "aftersales.field.condition": config,
            "aftersales.stage.requirement": config,
            "aftersales.attachment.kind": config,
            "aftersales.field.right": manager,
            "aftersales.option.labels": manager,
            "aftersales.option.labels.line": manager,
            "aftersales.own.fields": manager,
            "aftersales.own.fields.line": manager,
            "aftersales.type.assistant": manager,
            "aftersales.type.assistant.field": manager,
            "aftersales.type.assistant.gate": manager,
            "aftersales.type.assistant.layout": manager,
            "aftersales.type.assistant.stage": manager,
            "aftersales.type.export": manager,
            "aftersales.type.import": manager,
            "aftersales.case.type": config,
            "aftersales.case.stage": config,
            "aftersales.type.stage": config,
            "aftersales.team": config,
            "aftersales.category": config,
            "aftersales.cause": config,
            "aftersales.resolution": config,
        }
        self.assertAccessMatrix("aftersales_case", matrix)

    def test_companies(self):
        """A case, its type, team and mail belong to a company and stay there."""
        self.assertFalse(self._can(self.foreign, "read", self.type_complaint))
        self.assertFalse(self._can(self.foreign, "read", self.team))
        self.assertFalse(
            self._can(self.foreign, "read", self.type_complaint.link_ids[:1])
        )
        with self.assertRaises(Exception) as caught:
            self.own.user_id = self.foreign
        self.assertIn("company", str(caught.exception).lower())

    def test_reporter_corrects_his_own_report(self):
        """While his report is new he may correct it, but not run the case."""
        case = self._as(self.reporter)["aftersales.case"].create(
            {"name": "Leek", "type_id": self.type_complaint.id}
        )
        case.name = "Leak"
        with self.assertRefused(AccessError, "only agents"):
            case.stage_id = self.stage_solved
        with self.assertRefused(AccessError, "Responsible"):
            case.user_id = self.reporter
        case.sudo().stage_id = self.stage_progress
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            case.name = "Flood"

    @feature("B4-23")
    def test_lists_and_searches_show_what_one_may_see(self):
        """List, search, board and form show each role its own cases and no others."""
        public = self.own | self.reported | self.elsewhere
        expected = {
            self.reporter: self.reported,
            self.agent: public,
            self.manager: self.cases,
            self.foreign: self.cases.browse(),
        }
        domain = [("id", "in", self.cases.ids)]
        for user, cases in expected.items():
            with self.subTest(user=user.login):
                Case = self._as(user)["aftersales.case"]
                names = set(cases.mapped("name"))
                listed = Case.web_search_read(domain, {"name": {}})
                self.assertEqual({row["name"] for row in listed["records"]}, names)
                self.assertEqual(listed["length"], len(cases))
                found = {
                    case_id
                    for name in self.cases.mapped("name")
                    for case_id, _title in Case.name_search(name)
                }
                self.assertEqual(found & set(self.cases.ids), set(cases.ids))
                columns = Case.web_read_group(domain, ["stage_id"], ["__count"])
                counted = sum(column["__count"] for column in columns["groups"])
                self.assertEqual(counted, len(cases))
                for case in self.cases - cases:
                    with self.assertRefused(AccessError, ""):
                        Form(Case.browse(case.id))
                for case in cases:
                    self.assertEqual(Form(Case.browse(case.id)).name, case.name)
        with self.assertRefused(AccessError, ""):
            self._as(self.portal)["aftersales.case"].web_search_read(domain, {})

    def test_write_of_a_stranger_is_refused(self):
        """A refused write changes nothing."""
        with self.assertRaises(AccessError):
            self._as(self.reporter, self.reported).write({"name": "Changed"})
        self.assertEqual(self.reported.name, "Reported")
