from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import AftersalesCommon
from odoo.addons.aftersales_case.tests.walks import ELSEWHERE, RightsSetup, RightsWalk

from .common import PortalCommon


class TestRights(RightsWalk, RightsSetup, AftersalesCommon):
    """Nobody changes by this addon what he may not change otherwise."""

    walk_addon = "aftersales_portal"
    walk_allowed = {
        # Agents say who of a customer's people sees what.
        ("aftersales.portal.sharing", "create"): ELSEWHERE,
        ("aftersales.portal.sharing", "write"): ELSEWHERE,
        # Managers of another company have channels of theirs.
        ("aftersales.channel", "create"): ELSEWHERE,
        # Core lets who reads a record send a message about it; it asks nothing for him.
        ("mail.template", "send_mail_batch"): {
            "mail_mail",
            "mail_mail_res_partner_rel",
            "mail_message",
        },
        ("aftersales.webhook", "create"): ELSEWHERE,
        # They copy a type of all companies: what is copied stays as it was.
        ("aftersales.case.type", "copy"): ELSEWHERE,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sharing = "aftersales.portal.sharing"
        reported = "aftersales.reported.line"
        site = cls.env["res.partner"].create({"name": "Elsewhere", "is_company": True})
        informed, customer = "aftersales.portal.informed", cls.walk_case.partner_id
        person = cls.env["res.partner"].create(
            {"name": "Kim", "parent_id": customer.id}
        )
        cls.walk_calls = {
            (reported, "create"): ([{"case_id": cls.walk_case.id}], {}),
            (reported, "default_get"): ([["case_id", "quantity"]], {}),
            (reported, "write"): ([{"quantity": 5}], {}),
            ("aftersales.channel", "create"): ([{"name": "Forged", "key": "x"}], {}),
            ("aftersales.webhook", "create"): (
                [{"name": "Forged", "url": "https://shop.example/"}],
                {},
            ),
            (informed, "create"): (
                [{"case_id": cls.walk_case.id, "partner_id": person.id}],
                {},
            ),
            (informed, "default_get"): ([["case_id"]], {}),
            (informed, "write"): ([{"partner_id": person.id}], {}),
            (sharing, "create"): ([{"partner_id": site.id}], {}),
            (sharing, "write"): ([{"mode": "all"}], {}),
            ("mail.template", "send_mail_batch"): ([cls.walk_case.ids], {}),
            ("aftersales.link", "default_get"): ([["case_id"]], {}),
            ("aftersales.webhook.delivery", "default_get"): ([["case_id"]], {}),
            ("aftersales.question", "default_get"): ([["case_id"]], {}),
            ("aftersales.question.answer", "default_get"): ([["case_id"]], {}),
            ("aftersales.question.asked", "default_get"): ([["case_id"]], {}),
        }
        questions = cls._new_questions()
        answer = {"question_id": questions["aftersales.question"].id, "name": "x"}
        cls.walk_calls["aftersales.question.answer", "create"] = [answer], {}
        cls.walk_records = {
            "aftersales.portal.sharing": cls.env["aftersales.portal.sharing"].create(
                {"partner_id": cls.customer.id}
            ),
            "aftersales.portal.draft": cls.env["aftersales.portal.draft"].create(
                {"user_id": cls.portal.id, "key": "reply-1"}
            ),
            "aftersales.link": cls._new_link(),
            "resource.calendar.leaves": cls.env["resource.calendar.leaves"].create(
                {"date_from": "2026-03-03 00:00:00", "date_to": "2026-03-03 23:00:00"}
            ),
            "aftersales.refusal.reason": cls.env["aftersales.refusal.reason"].create(
                {"name": "Too late"}
            ),
            "aftersales.reported.line": cls._new_reported_line(cls.walk_case),
            "aftersales.portal.problem": cls.env["aftersales.portal.problem"].create(
                {"name": "Damaged", "type_id": cls.type_complaint.id}
            ),
            "aftersales.channel": cls.env["aftersales.channel"].create(
                {
                    "name": "Website",
                    "key": "walked",
                    "type_ids": cls.type_complaint.ids,
                    "company_id": cls.company.id,
                }
            ),
            "aftersales.channel.mapping": cls._new_mapping(),
            "aftersales.intake": cls._new_row(),
            "aftersales.channel.token": {},
            **cls._new_webhook(),
            **questions,
            "aftersales.portal.informed": cls.env["aftersales.portal.informed"].create(
                {"case_id": cls.walk_case.id, "partner_id": cls.walk_case.partner_id.id}
            ),
            "aftersales.case": cls.walk_case,
            "res.partner": cls.customer,
            "mail.template": cls._new_template(),
        }

    @classmethod
    def _new_webhook(cls):
        """A webhook that has something to tell of the case."""
        hook = cls.env["aftersales.webhook"].create(
            {
                "name": "Shop",
                "url": "https://shop.example/",
                "company_id": cls.company.id,
            }
        )
        delivery = cls.env["aftersales.webhook.delivery"].create(
            {
                "webhook_id": hook.id,
                "case_id": cls.walk_case.id,
                "event_id": cls.walk_case.event_ids[:1].id,
                "news": "created",
            }
        )
        return {hook._name: hook, delivery._name: delivery}

    @classmethod
    def _new_mapping(cls):
        channel = cls.env["aftersales.channel"].create(
            {
                "name": "Hooked",
                "key": "hooked",
                "type_ids": cls.type_complaint.ids,
                "company_id": cls.company.id,
            }
        )
        return cls.env["aftersales.channel.mapping"].create(
            {"channel_id": channel.id, "path": "email"}
        )

    @classmethod
    def _new_row(cls):
        return cls.env["aftersales.intake"].create(
            {
                "channel": "web",
                "is_hooked": True,
                "received_at": "2026-11-20 09:00:00",
                "company_id": cls.company.id,
                "team_id": cls.walk_case.team_id.id,
            }
        )

    @classmethod
    def _new_link(cls):
        cls.walk_case._make_link("view", cls.customer)
        return cls.walk_case.link_ids

    @classmethod
    def _new_reported_line(cls, case):
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        move = cls.env["account.move"].create(
            {"move_type": "out_invoice", "company_id": cls.company.id}
        )
        return cls.env["aftersales.reported.line"].create(
            {"case_id": case.id, "move_id": move.id}
        )

    @classmethod
    def _new_template(cls):
        """A message that asks a question by itself."""
        template = cls.env.ref("aftersales_case.template_taken").copy()
        template.body_html = '<t t-out="object.letter_questions"/>'
        question = cls.env["aftersales.question"].create(
            {"type_id": cls.walk_case.type_id.id, "name": "Where?", "kind": "text"}
        )
        template.aftersales_question_ids = question
        return template

    @classmethod
    def _new_questions(cls):
        """A question of an agent's own, on the case."""
        question = cls.env["aftersales.question"].create(
            {
                "case_id": cls.walk_case.id,
                "name": "Stranger to all?",
                "answer_ids": [Command.create({"name": "Yes"})],
            }
        )
        asked = cls.walk_case._ask(question)
        return {
            question._name: question,
            "aftersales.question.answer": question.answer_ids,
            asked._name: asked,
            "aftersales.question.ask": {"case_id": cls.walk_case.id, "name": "x"},
            "aftersales.question.reply": {"asked_id": asked.id, "text": "x"},
        }

    def test_methods(self):
        self.assertMethodsAskForRights()

    def test_models(self):
        self.assertModelsHaveAccess()
        self.assertWizardsAreOwn()


class TestAccess(PortalCommon):
    """Who may do what with the models of the portal."""

    def test_matrix(self):
        config = {"anna": "", "reporter": "", "agent": "r", "manager": "rwcd"}
        wizard = {"anna": "", "reporter": "", "agent": "rwc", "manager": "rwc"}
        self.assertAccessMatrix(
            "aftersales_portal",
            {
                "aftersales.refusal.reason": {
                    "anna": "",
                    "reporter": "",
                    "agent": "r",
                    "manager": "rwcd",
                },
                "aftersales.channel": {
                    "anna": "",
                    "agent": "",
                    "leader": "",
                    "manager": "rwcd",
                },
                "aftersales.webhook": {
                    "anna": "",
                    "agent": "",
                    "leader": "",
                    "manager": "rwcd",
                },
                "aftersales.webhook.delivery": {
                    "anna": "",
                    "agent": "",
                    "leader": "",
                    "manager": "r",
                },
                "aftersales.channel.count": {"anna": "", "agent": "", "manager": ""},
                "aftersales.channel.key": {"anna": "", "agent": "", "manager": ""},
                "aftersales.channel.mapping": {
                    "anna": "",
                    "agent": "",
                    "leader": "",
                    "manager": "rwcd",
                },
                "aftersales.channel.token": {
                    "anna": "",
                    "agent": "",
                    "manager": "rwcd",
                },
                "aftersales.portal.draft": {
                    "anna": "",
                    "agent": "",
                    "manager": "",
                },
                "aftersales.link": {
                    "anna": "",
                    "reporter": "",
                    "agent": "rw",
                    "manager": "rw",
                },
                "aftersales.portal.problem": {
                    "anna": "",
                    "reporter": "r",
                    "agent": "r",
                    "manager": "rwcd",
                },
                "aftersales.reported.line": {
                    "anna": "",
                    "reporter": "",
                    "agent": "r",
                    "manager": "r",
                },
                "aftersales.question": config,
                "aftersales.question.answer": config,
                "aftersales.question.asked": {
                    "anna": "",
                    "reporter": "",
                    "agent": "rw",
                    "manager": "rw",
                },
                "aftersales.question.ask": wizard,
                "aftersales.question.reply": wizard,
                "aftersales.portal.informed": {
                    "anna": "",
                    "reporter": "",
                    "agent": "rwcd",
                    "manager": "rwcd",
                },
                "aftersales.portal.sharing": {
                    "anna": "",
                    "reporter": "",
                    "agent": "rwc",
                    "manager": "rwcd",
                },
            },
        )

    def test_customers_have_no_access(self):
        """Customers have no access to any model of cases: pages are all they have."""
        self.assertNoAccess("aftersales_case", self.anna)
        self.assertNoAccess("aftersales_portal", self.anna)
