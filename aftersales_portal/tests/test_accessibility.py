from datetime import timedelta
from threading import current_thread
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..const import OFFER_SHOWN
from .browsing import DESKTOP, PHONE, BrowsingMixin, Page, read_axe
from .invoices import InvoiceSetup

WORD = "Außerordentlichkeitsbescheinigungsverfahren"
# On the first page our card only.
CARD = "a[href='/my/cases']"
ERRORS = "[name=form_errors]"
# What axe finds in core's frame around our pages, {rule: where}: what is new shows.
KNOWN = {"color-contrast": ".js_language_selector"}
# A phone and a desk, at 200 %.
ZOOMED = (PHONE // 2, DESKTOP // 2)
# Addresses of ours that show no page.
NO_PAGES = {
    "/aftersales/embed.js": "a script",
    "/my/cases/<int:case_id>/files/<int:file_id>": "a file",
    "/my/cases/new/<int:type_id>/goods": "a part of the form",
    "/rate/<string:token>/<int:rate>": "core's page",
    "/rate/<string:token>/submit_feedback": "core's page",
}


class PagesSetup(InvoiceSetup):
    """Cases in every state that a page can show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.portal_thanks = "We call you tomorrow."
        cls.company.primary_color = "#8B0000"
        cls.ben.lang = "pl_PL"
        dora = cls._new_person("Dora Janssen", "dora@janssen.example", cls.customer)
        cls.dora = cls._new_customer("dora", dora)
        cls.dora.lang = "de_DE"
        cls.env["aftersales.portal.sharing"].create(
            {"partner_id": cls.customer.id, "mode": "all"}
        )
        cls._ask_questions()
        cls.case, cls.closed, cls.waiting, cls.merged = cls._make_cases()
        cls.decided = cls._make_decided()
        question = cls.env["aftersales.question"].create(
            {"case_id": cls.case.id, "name": f"{WORD * 2}?", "kind": "files"}
        )
        cls.asked = cls.case._ask(question)
        eva = cls._new_person("Eva Janssen", "eva@janssen.example", cls.customer)
        cls.link = urlsplit(cls.case._make_link("view", eva)).path
        cls.send_files = cls._make_answer_link(cls.asked, eva)
        shipped = cls.env.ref("aftersales_portal.question_handover")
        vals = {"type_id": cls.type_service.id, "contact_id": cls.contact.id}
        both = [vals | {"name": name} for name in ("Open", "Answered")]
        answered, choice = cls.env["aftersales.case"].create(both)._ask(shipped)
        cls.choice = cls._make_answer_link(choice, eva)
        cls.answered = cls._make_answer_link(answered, eva)
        answered._answer(shipped.answer_ids[0], "", [], eva, "link")

    @classmethod
    def _make_answer_link(cls, asked, partner):
        return urlsplit(asked._make_answer_link(partner)).path

    @classmethod
    def _ask_questions(cls):
        complaint = cls.type_complaint
        complaint.properties_definition = [
            {"name": "missing", "string": "Part Missing", "type": "boolean"},
            {"name": "count", "string": "How Many", "type": "integer"},
            {
                "name": "colour",
                "string": "Colour",
                "type": "selection",
                "selection": [["red", "Red"], ["blue", "Blue"]],
            },
        ]
        asked = {"type_id": complaint.id, "portal": "asked"}
        editable = asked | {"portal": "editable"}
        cls.env["aftersales.field.rule"].create(
            [
                asked
                | {
                    "key": "description",
                    "label": "What Is Wrong",
                    "help": "In your own words",
                    "portal_required": True,
                },
                asked | {"key": "product_ids", "section": "Goods"},
                asked | {"key": "properties.missing"},
                editable | {"key": "properties.count"},
                editable | {"key": "properties.colour"},
            ]
        )

    @classmethod
    def _make_cases(cls):
        cases = cls.env["aftersales.case"]
        product = cls.env["product.product"].create({"name": WORD})
        common = {
            "type_id": cls.type_complaint.id,
            "contact_id": cls.contact.id,
            "company_id": cls.company.id,
            "description": f"<p>{WORD * 4}</p><p>{f'{WORD} ' * 40}</p>",
            "line_ids": [Command.create({"product_id": product.id})],
        }
        names = ("It leaks", "Done", WORD * 3, "Twice")
        case, closed, waiting, merged = cases.create(
            [common | {"name": name} for name in names]
        )
        file = {"raw": b"x", "res_model": case._name, "res_id": case.id}
        name = f"{WORD * 3}.txt"
        files = cls.env["ir.attachment"].create(file | {"name": name})
        for one in waiting | case:
            for user in (cls.agent, cls.anna):
                one.with_user(user).sudo().message_post(
                    body=f"{WORD * 4} {f'{WORD} ' * 20}",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=cls.contact.ids,
                    attachment_ids=files.ids if one == case else [],
                )
        closed.write(cls._get_closing_vals())
        closed.stage_id = cls.stage_solved
        waiting.stage_id = cls.stage_wait_customer
        merged._merge_into(cases.create(common | {"name": "Other"}))
        merged.merged_into_id.contact_id = cls.cleo.partner_id
        cases.create([common | {"name": f"Leak {number}"} for number in range(20)])
        return case, closed, waiting, merged

    @classmethod
    def _make_decided(cls):
        """A case whose customer accepts or refuses what was done, and rates it."""
        service = cls.type_service
        service.write({"portal_offer": OFFER_SHOWN, "portal_rate": True})
        link = service.link_ids.filtered(lambda one: one.stage_id == cls.stage_finished)
        link.write({"portal_agree": True, "refused_stage_id": cls.stage_progress.id})
        cls.env["aftersales.field.rule"].create(
            {"type_id": service.id, "key": "solution", "portal": "visible"}
        )
        case = cls.env["aftersales.case"].create(
            {
                "name": "Repaired",
                "type_id": service.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
                "solution": f"<p>{WORD * 4}</p>",
            }
            | cls._get_closing_vals()
        )
        case.stage_id = cls.stage_finished
        case.closed_at -= timedelta(hours=2)
        return case

    @classmethod
    def _get_closing_vals(cls):
        """What the type asks for before a case is closed."""
        names = ("category_product", "cause_material", "resolution_replaced")
        fields = ("category_id", "cause_id", "resolution_id")
        return {
            field: cls.env.ref(f"aftersales_case.{name}").id
            for field, name in zip(fields, names, strict=True)
        }

    def _get_pages(self):
        """Return every page in every state: a new page or state is a row here.

        ``test_every_page_is_looked_at`` tells which page has none.
        """
        url = f"/my/cases/{self.case.id}"
        waiting = f"/my/cases/{self.waiting.id}"
        closed = f"/my/cases/{self.closed.id}"
        report = f"/my/cases/new/{self.type_complaint.id}"
        decided = f"/my/cases/{self.decided.id}"
        form = "form.o_aftersales_form"
        errors = ERRORS
        problem, price = self._url(), self._url(self.price, self.pumps)
        damaged = self._url(self.damaged)
        question = f"{url}/questions/{self.asked.id}"
        button, files = "form button[name=button]", "form [type=file]"
        nobody = {"has_scripts": False, "ours": "main"}
        pages = [
            Page("home", "as_anna", "/my", CARD, ours=CARD),
            Page("list, nothing", "as_ivo", "/my/cases", "[name=no_cases_text]"),
            Page("list, one", "as_cleo", "/my/cases", "[name=case_cards]"),
            Page("list, many", "as_anna", "/my/cases", ".o_portal_pager"),
            Page("list, grouped", "as_anna", "/my/cases?groupby=status", "h2"),
            Page("list, search", "as_anna", "/my/cases?search=xyz", "[name=no_cases]"),
            Page("case", "as_anna", url, "[name=case_timeline] ul a"),
            Page("case, error", "as_anna", url, errors, sends=form),
            Page("case, sent", "as_anna", f"{url}?sent=reply", "[name=sent_reply]"),
            Page("case, new", "as_anna", f"{url}?sent=new", "[name=sent_new]"),
            Page("case, waits", "as_anna", waiting, "[name=case_waiting]"),
            Page("case, closed", "as_anna", closed, "[name=case_actions]"),
            Page(
                "merged", "as_anna", f"/my/cases/{self.merged.id}", "[name=elsewhere]"
            ),
            Page("change", "as_anna", f"{url}/change", form),
            Page("close", "as_anna", f"{url}/close", form),
            Page("close, error", "as_anna", f"{url}/close", errors, sends=form),
            Page("reopen", "as_anna", f"{closed}/reopen", form),
            Page("inform", "as_anna", f"{url}/inform", form),
            Page("inform, error", "as_anna", f"{url}/inform", errors, sends=form),
            Page("question", "as_anna", question, files),
            Page("question, error", "as_anna", question, errors, sends=button),
            Page("decision", "as_anna", decided, "[name=case_decision]"),
            Page("agree", "as_anna", f"{decided}/agree", form),
            Page("agree, error", "as_anna", f"{decided}/agree", errors, sends=form),
            Page("refuse", "as_anna", f"{decided}/refuse", form),
            Page("refuse, error", "as_anna", f"{decided}/refuse", errors, sends=form),
            Page("rate", "as_anna", f"{decided}/rate", form),
            Page("rate, error", "as_anna", f"{decided}/rate", errors, sends=form),
            Page("problem", "as_anna", problem, "h1"),
            Page("problem, goods", "as_anna", damaged, form),
            Page("problem, goods, error", "as_anna", damaged, errors, sends=form),
            Page("problem, price", "as_anna", price, form),
            Page("problem, price, error", "as_anna", price, errors, sends=form),
            Page("link", "", self.link, "[name=link_status]", **nobody),
            Page(
                "link, dead", "", f"{self.link[:-4]}xxxx", "[name=link_dead]", **nobody
            ),
            Page("link, choice", "", self.choice, button, **nobody),
            Page("link, files", "", self.send_files, files, **nobody),
            Page("link, error", "", self.send_files, errors, sends=button, **nobody),
            Page(
                "link, answered", "", self.answered, "[name=question_answer]", **nobody
            ),
            Page("choose", "as_anna", "/my/cases/new", "[name=case_choices]"),
            Page("report", "as_anna", report, form),
            Page("report, errors", "as_anna", report, errors, sends=form),
            Page(
                "preview",
                "as_agent",
                f"/aftersales/preview/{self.case.id}",
                "[name=preview]",
            ),
        ]
        for login, lang in (("as_ben", "pl-PL"), ("as_dora", "de-DE")):
            home = Page(f"home, {lang}", login, "/my", CARD, lang=lang, ours=CARD)
            pages += [home] + [
                Page(f"{name}, {lang}", login, address, shows, sends, lang)
                for name, address, shows, sends in (
                    ("list", "/my/cases", "[name=case_table]", ""),
                    ("case", waiting, "[name=case_waiting]", ""),
                    ("report", report, errors, form),
                )
            ]
        return pages + self._get_web_pages()

    def _get_web_pages(self):
        """Return the pages of forms for strangers, with a script and without."""
        vals = {"company_id": self.company.id, "type_ids": self.type_complaint.ids}
        self.env["aftersales.channel"].create(vals | {"name": "Site", "key": "site"})
        # The script comes without the cookie of the test, as it does to strangers.
        self.http_request_allow_all = True
        form, ready = "/aftersales/form/site", "[data-aftersales-ready=shown]"
        nobody = {"has_scripts": False, "ours": "main"}
        return [
            Page("web form", "", form, ready, **nobody),
            Page("web form, errors", "", form, ERRORS, sends="main form", **nobody),
            Page("web form, none", "", f"{form}x", "[name=web_gone]", **nobody),
        ]


@tagged("post_install", "-at_install")
class TestAccessibility(PagesSetup, BrowsingMixin, HttpCase):
    """WCAG 2.1 AA, on a phone and on a desk."""

    def _visit(self, *scripts):
        """Yield each page, opened in a browser."""
        pages = sorted(self._get_pages(), key=lambda page: page.login)
        login = None
        with self._browse(*scripts) as browser:
            for page in pages:
                if page.login != login:
                    login = page.login
                    self._sit_down(browser, login)
                self._set_width(browser, DESKTOP)
                self._open_page(browser, page)
                yield browser, page

    def test_pages(self):
        """No page has a serious barrier, nor makes one scroll sideways at 200 %."""
        for browser, page in self._visit(read_axe()):
            for width in (DESKTOP, PHONE):
                self._set_width(browser, width)
                with self.subTest(page=page.name, width=width):
                    found = self._find_barriers(browser, KNOWN)
                    self.assertEqual(found, [])
            for width in ZOOMED:
                self._set_width(browser, width)
                with self.subTest(page=page.name, width=width):
                    self.assertEqual(self._find_wide(browser, page), [])

    def test_keyboard(self):
        """Tab goes through a page in its order, and one always sees where one is."""
        report = f"/my/cases/new/{self.type_complaint.id}"
        form = "form.o_aftersales_form"
        with self._browse() as browser:
            self._set_width(browser, PHONE)
            self._sit_down(browser, "as_anna")
            page = Page("report", "as_anna", report, "[name=form_errors]", sends=form)
            self._open_page(browser, page)
            focus = "document.activeElement.getAttribute('name')"
            self.assertEqual(self._run(browser, focus), "form_errors")
            self.assertStops(
                browser,
                "#field-description",
                "description",
                "properties-missing",
                # What the customer got: search, found, how many of it.
                "search",
                "step",
                "product_ids",
                f"quantity-{self.pump.id}",
                "files",
                "Send",
            )
            self._open_page(browser, Page("list", "as_cleo", "/my/cases", ".badge"))
            # Past core's frame at once.
            self.assertStops(browser, "#wrap")
            self._press(browser, "Enter")
            self.assertStops(browser, "/my/home")

    def test_titles(self):
        """The tab of the browser says what a page is about."""
        self.authenticate("as_anna", "as_anna")
        url = f"/my/cases/{self.case.id}"
        case = f"Complaint {self.case.number}: It leaks"
        for address, title in (
            ("/my/cases", "Cases"),
            ("/my/cases/new", "Cases"),
            (f"/my/cases/new/{self.type_complaint.id}", "Complaint"),
            (url, case),
            (f"{url}/change", case),
            (f"{url}/close", case),
        ):
            with self.subTest(address=address):
                page = self.url_open(address, timeout=120).text
                self.assertIn(f"<title>{title} | Kaapse Brander</title>", page)

    def assertStops(self, browser, *names):
        stops = self._get_stops(browser, len(names))
        self.assertEqual([stop["name"] for stop in stops], list(names))
        self.assertEqual([stop for stop in stops if not stop["isSeen"]], [])

    def test_every_page_is_looked_at(self):
        """A new page without a row fails here."""
        with patch.object(current_thread(), "dbname", self.env.cr.dbname, create=True):
            router = self.env["ir.http"].routing_map().bind("")
        rules = {
            rule.rule
            for rule in router.map.iter_rules()
            if rule.endpoint.__module__.startswith("odoo.addons.aftersales_portal.")
            and rule.endpoint.routing["type"] in ("http", "aftersales_page")
            and "GET" in (rule.methods or {"GET"})
        }
        seen = set()
        for page in self._get_pages():
            rule, _arguments = router.match(
                page.url.partition("?")[0], method="GET", return_rule=True
            )
            seen.add(rule.endpoint.func)
        left = {
            rule.rule
            for rule in router.map.iter_rules()
            if rule.rule in rules and rule.endpoint.func not in seen
        }
        self.assertEqual(left, set(NO_PAGES))
