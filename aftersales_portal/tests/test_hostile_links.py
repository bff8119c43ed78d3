import logging
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import LINK_VIEW
from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.gateway import GatewayCommon, write_mail

from ..const import LINK_REPORT
from ..engine.bodies import Report
from ..engine.logs import LOGGERS
from ..models.case.aftersales_case_rating import RATE_LINK
from ..models.case.aftersales_case_still import STILL
from ..models.question.aftersales_question_asked_link import LINK_ANSWER
from .common import PortalCommon
from .questions import QuestionSetup


class TestInformedOnly(QuestionSetup, PortalCommon):
    """Who is only kept informed of a case reads and writes, and decides nothing."""

    def setUp(self):
        super().setUp()
        self.case = self._new_service(
            contact_id=self.contact.id, stage_id=self.settle.id
        )
        self.asked = self.case._ask(self.question)
        self._inform(self.ben.partner_id)
        self._inform(self.dora)

    def _inform(self, partner):
        vals = {"case_id": self.case.id, "partner_id": partner.id}
        return self.env["aftersales.portal.informed"].create(vals)

    def test_links(self):
        """Letters bring him no link that acts; what he had acts no more."""
        colleague = self._new_person("Eva", "eva@janssen.example", self.customer)
        purposes = (f"question_{self.question.id}", STILL)
        for purpose in purposes:
            with self.subTest(purpose=purpose):
                self.assertFalse(self._get_link(self.case, purpose))
                self.assertTrue(self._get_link(self.case, purpose, colleague))
        self.assertTrue(self._get_link(self.case))
        self._inform(colleague)
        service = self.env["aftersales.portal.service"].sudo()
        pages = [service._get_link_page(link) for link in self.case.link_ids.sudo()]
        purposes = self.case.link_ids.mapped("purpose")
        self.assertEqual(sorted(purposes), sorted((LINK_ANSWER, STILL, LINK_VIEW)))
        self.assertEqual(
            [bool(page) for page in pages],
            [purpose == LINK_VIEW for purpose in purposes],
        )

    def test_rating(self):
        """He rates nothing either."""
        self.type_service.portal_rate = True
        with self.case._changing(forced=True, reason="Set-up") as cases:
            cases.stage_id = self.type_service._get_stage_for_state("done")
        self.case.sudo()._open_rating()
        for partner, found in ((self.dora, False), (self.customer, True)):
            with self.subTest(partner=partner.name):
                link = self.case.sudo()._make_link("rate_5", partner)
                self.assertEqual(bool(link), found)

    def test_change(self):
        """He corrects nothing: neither what a gate asks for nor where it is."""
        self.type_service.portal_change = True
        self.env["aftersales.field.rule"].create(
            {"type_id": self.type_service.id, "key": "phone", "portal": "editable"}
        )
        for user, is_asked in ((self.anna, True), (self.ben, False)):
            service, partner = self._service(user)
            found = service._find_case(partner, self.case.id)
            with self.subTest(user=user.login):
                form = MultiDict({"phone": "+31 20 794 0009", "was-phone": ""})
                form["was-phone"] = self.case.phone or ""
                asked = service._get_change_form(partner, found)
                self.assertEqual(bool(asked), is_asked)
                self.assertEqual(self._page(user, self.case)["may_change"], is_asked)
                before = self.case.phone
                service._change(partner, found, form)
                self.env.invalidate_all()
                self.assertEqual(self.case.phone == before, not is_asked)

    def test_portal(self):
        """He reads what was asked, and has no page to answer it."""
        service, partner = self._service(self.ben)
        for is_shared in (False, True):
            with self.subTest(shared=is_shared):
                if is_shared:
                    self._share("all")
                [question] = self._page(self.ben, self.case)["questions"]
                self.assertEqual(question["name"], self.question.name)
                self.assertEqual(bool(question["url"]), is_shared)
                found = service._find_asked(partner, self.case.id, self.asked.id)[1]
                self.assertEqual(bool(found), is_shared)
        [question] = self._page(self.anna, self.case)["questions"]
        self.assertTrue(question["url"])


class TestQuoted(QuestionSetup, GatewayCommon, PortalCommon):
    """Customers answer mails with the links of theirs in them."""

    def test_answer(self):
        """Neither colleagues nor the customer's people find one in what is kept."""
        case = self._new_service(contact_id=self.contact.id)
        path = self._get_link(case)
        secret, token = path.rpartition("/")[2], "0123456789abcdef" * 2
        html = (
            f'<p>Thanks</p><a href="https://us.example{path}">See</a>'
            f"<p>https://us.example{path}<br>/rate/{token}/5</p>"
        )
        mail = write_mail(html, Content_Type="text/html; charset=utf-8")
        new = self._receive_case(mail)
        said = case.message_post(
            body=Markup(html),
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.contact.id,
        )
        for text in (said.body, new.description, new.message_ids.mapped("body")):
            self.assertIn("Thanks", str(text))
            self.assertNotIn(secret, str(text))
            self.assertNotIn(token, str(text))
        self.assertIn('/aftersales/l/***"', said.body)


@tagged("post_install", "-at_install")
class TestLog(PortalCommon):
    """Whoever reads the log of the server opens no page of a customer."""

    def test_secrets(self):
        """Of our links and of core's to rate, as requests and refusals are logged."""
        secret = "0123456789abcdef" * 2
        for path, logged in (
            (f"/aftersales/l/{secret}-_A", "/aftersales/l/***"),
            (f"/aftersales/l/{secret}'", "/aftersales/l/***"),
            (f"/aftersales/feed/{secret}.ics", "/aftersales/feed/***"),
            (f"/aftersales/v1/a/hook/{secret}", "/aftersales/v1/a/hook/***"),
            (f"/aftersales/v1/a/cases/{secret}?x", "/aftersales/v1/a/cases/***?x"),
            (f"/rate/{secret}/5?x=1", "/rate/***/5?x=1"),
            (f"/nl/rate/{secret}/submit_feedback", "/nl/rate/***/submit_feedback"),
            ("/my/cases/17", "/my/cases/17"),
        ):
            for name in LOGGERS:
                with self.subTest(path=path, logger=name):
                    logger = logging.getLogger(name)
                    with self.assertLogs(name, "INFO") as log:
                        logger.info('"%s" %s', f"POST {path} HTTP/1.1", 200)
                        logger.warning(f"Refused '{path}'")
                    for line in log.output:
                        self.assertIn(logged, line)
                        self.assertNotIn(secret, line)


@tagged("post_install", "-at_install")
class TestLooking(QuestionSetup, HttpCase):
    """Scanners of mails, prefetching browsers, forms without a button: nothing done."""

    def setUp(self):
        super().setUp()
        self.type_service.portal_rate = True
        self.case = self._new_service(stage_id=self.wait.id)
        self.closed = self._new_service()
        with self.closed._changing(forced=True, reason="Set-up") as cases:
            cases.stage_id = self.type_service._get_stage_for_state("done")
        self.closed.sudo()._open_rating()
        asked = self.case._ask(self.question)
        # {(model, purpose): paths}: a purpose without a row fails below.
        self.paths = {
            ("aftersales.case", LINK_VIEW): [self._get_link(self.case)],
            ("aftersales.case", LINK_REPORT): [self._report()],
            ("aftersales.case", STILL): [
                self._get_link(self.case, STILL),
                self._get_link(self.closed, STILL),
            ],
            (asked._name, LINK_ANSWER): [
                self._get_link(self.case, f"question_{self.question.id}")
            ],
        }
        self.rate = self._get_link(self.closed, f"{RATE_LINK}5")
        self.env.flush_all()
        self.env.invalidate_all()

    def _report(self):
        """Return the path of the link of who reported by a channel of the web."""
        channel = self.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "website",
                "company_id": self.company.id,
                "type_ids": self.type_service.ids,
            }
        )
        service = self.env["aftersales.portal.service"]._of_channel(channel)
        body = {"email": "sam@elsewhere.example", "description": "It leaks"}
        receipt = service._process_report(
            channel, Report(body=body, is_program=True), ""
        )
        return urlsplit(receipt["link"]).path

    def _count_changes(self):
        """Return ``{table: (rows written, rows)}`` of what is ours, and of messages."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                 FROM pg_stat_xact_user_tables
                WHERE relname LIKE 'aftersales%' OR relname LIKE 'mail%'
                   OR relname LIKE 'rating%' OR relname LIKE 'ir_attach%'"""
        )
        return dict(self.env.cr.fetchall())

    def test_all_purposes_are_tried(self):
        """A new purpose of links comes into this table; siblings try their own."""
        mixin = self.env.registry["aftersales.link.mixin"]
        known = {
            (name, purpose)
            for name, model in self.env.items()
            if isinstance(model, mixin) and name.startswith("aftersales.")
            if not model._abstract
            for purpose in model._get_link_purposes()
        }
        self.assertEqual(known, set(self.paths))

    @feature("N-17")
    def test_looking(self):
        """Every link, looked at in every way, with what it asks for in its address."""
        button = self.question.answer_ids[0].id
        paths = [path for paths in self.paths.values() for path in paths]
        paths += [self.rate, f"{self.rate.removesuffix('/5')}/submit_feedback"]
        headers = {"Purpose": "prefetch", "X-HTTP-Method-Override": "POST"}
        before = self._count_changes()
        for path in paths:
            for method in ("GET", "HEAD", "OPTIONS"):
                for query in (
                    f"button={button}",
                    "button=still&text=x",
                    "rate=5&feedback=x",
                    "_method=POST&button=still",
                ):
                    with self.subTest(path=path, method=method, query=query):
                        url = f"{path}?{query}"
                        answer = self._ask(method, url, headers=headers)
                        self.assertLess(answer.status_code, 400)
                        self.assertEqual(self._count_changes(), before)

    def test_sent_without_a_button(self):
        """Sending what the page does not offer is no use of a link, nor a sign of life."""
        before = self._count_changes()
        for paths in self.paths.values():
            for data in (
                {},
                {"text": "x"},
                {"button": ""},
                {"button": "steal"},
                {"button": ["steal", "still"]},
                {"Button": "still"},
            ):
                for path in paths:
                    with self.subTest(path=path, data=data):
                        answer = self._ask("POST", path, data=data)
                        self.assertEqual(answer.status_code, 200)
                        self.assertEqual(self._count_changes(), before)
        self.assertFalse(self.case.link_ids.filtered("last_used_at"))
        path = self.paths["aftersales.case", STILL][0]
        answer = self._ask("POST", path, data={"button": "still"})
        self.assertIn("We go on with it", answer.text)
        self.assertNotEqual(self._count_changes(), before)
