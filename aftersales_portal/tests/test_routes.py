from urllib.parse import urljoin, urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.walks import find_routes

from .common import PortalSetup


@tagged("post_install", "-at_install")
class TestPages(PortalSetup, HttpCase):
    """The pages, as customers open them."""

    def _open(self, user, url, **kwargs):
        self.authenticate(user.login, user.login)
        return self.url_open(url, timeout=120, **kwargs)

    @feature("P-18", "I2-45")
    def test_follow(self):
        """A customer finds his case by the card, the list and its page."""
        case = self._new_case(name="It leaks")
        self._tell(case, "We look into it", self.contact)
        home = self._open(self.anna, "/my")
        self.assertIn('href="/my/cases"', home.text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["aftersales_case_count"]}
        )
        self.assertEqual(counters, {"aftersales_case_count": 1})
        listed = self.url_open("/my/cases").text
        self.assertIn("It leaks", listed)
        self.assertIn(f'href="/my/cases/{case.id}"', listed)
        page = self.url_open(f"/my/cases/{case.id}").text
        self.assertIn("Received", page)
        self.assertIn("We look into it", page)
        title = f"<title>{case.customer_word} {case.number}: "
        self.assertIn(title, page)
        self.assertIn("We have received it and will look at it soon.", page)

    def test_empty(self):
        """Who has no cases reads what he will find here, not an error."""
        page = self._open(self.cleo, "/my/cases")
        self.assertEqual(page.status_code, 200)
        self.assertIn('name="no_cases_text"', page.text)

    def test_pages(self):
        """Twenty cases a page; a page that is not there shows the nearest."""
        for number in range(21):
            self._new_case(name=f"Case number {number}")
        first = self._open(self.anna, "/my/cases").text
        self.assertEqual(first.count("stretched-link"), 20)
        second = self.url_open("/my/cases/page/2").text
        self.assertEqual(second.count("stretched-link"), 1)
        self.assertEqual(self.url_open("/my/cases/page/99").text.count("stretched-"), 1)

    def test_merged(self):
        """The address of a merged case leads to the one that goes on."""
        case, other = self._new_case(), self._new_case()
        other._merge_into(case)
        answer = self._open(self.anna, f"/my/cases/{other.id}")
        self.assertEqual(urlsplit(answer.url).path, f"/my/cases/{case.id}")
        case.contact_id = self.cleo.partner_id
        page = self.url_open(f"/my/cases/{other.id}")
        self.assertIn("handled under another number", page.text)
        self.assertNotIn(case.number, page.text)

    def test_link_of_a_mail(self):
        """The link of a notification leads to the page of the case."""
        case = self._new_case()
        answer = self._open(
            self.anna, f"/mail/view?model={case._name}&res_id={case.id}"
        )
        self.assertEqual(urlsplit(answer.url).path, f"/my/cases/{case.id}")
        answer = self._open(
            self.cleo, f"/mail/view?model={case._name}&res_id={case.id}"
        )
        self.assertEqual(urlsplit(answer.url).path, "/my")

    def test_file(self):
        """Files are downloaded, but for pictures and PDF, and run nowhere."""
        case = self._new_case()
        vals = {"res_model": case._name, "res_id": case.id}
        page, picture = self.env["ir.attachment"].create(
            [
                {"name": "a.html", "raw": b"<script>alert(1)</script>"} | vals,
                {"name": "a.gif", "raw": b"GIF89a" + bytes(20)} | vals,
            ]
        )
        self._tell(case, "Look", self.contact, attachment_ids=(page | picture).ids)
        answer = self._open(self.anna, f"/my/cases/{case.id}/files/{page.id}")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn("no-store", answer.headers["Cache-Control"])
        answer = self.url_open(f"/my/cases/{case.id}/files/{picture.id}")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("inline"))
        self.assertEqual(answer.content[:6], b"GIF89a")

    def test_queries(self):
        """A list of twenty cases takes as many queries as one of a single case."""
        self._new_case()
        self._open(self.anna, "/my/cases")

        def count():
            # What the registry keeps for all requests is read by the first one.
            self.url_open("/my/cases")
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(self.url_open("/my/cases").status_code, 200)
            return self.env.cr.sql_log_count - start

        one = count()
        for _number in range(19):
            self._new_case()
        self.assertEqual(count(), one)


# Its secret is the right, whoever asks: see test_link.py.
LINK = "AftersalesLinks.aftersales_link"
# Core's, by a token of the mail: see test_hostile_rating.py.
RATING = ("CaseRating.action_open_rating", "CaseRating.action_submit_rating")
# Of no case that customers see, or asked for by scripts: each is tried where it is
# tested.
ELSEWHERE = (
    LINK,
    "PortalCaseDrafts.portal_case_draft",
    "PortalCaseForms.aftersales_preview",
    "PortalCaseReport.portal_case_goods",
    "PortalCaseReport.portal_case_similar",
    "PortalProblem.portal_my_invoice_problem",
)


@tagged("post_install", "-at_install")
class TestSpeed(PortalSetup, HttpCase):
    """How much a page asks of the database."""

    def test_case(self):
        """The page of a case with messages, files and goods."""
        product = self.env["product.product"].create({"name": "Pump"})
        case = self._new_case(
            description="<p>It leaks</p>",
            line_ids=[Command.create({"product_id": product.id})],
        )
        self._show("description", portal="editable")
        for number in range(5):
            vals = {"name": f"{number}.txt", "raw": b"x", "res_model": case._name}
            file = self.env["ir.attachment"].create(vals | {"res_id": case.id})
            self._tell(case, "Look", self.contact, attachment_ids=file.ids)
        self.authenticate(self.anna.login, self.anna.login)
        url = f"/my/cases/{case.id}"
        self.url_open(url, timeout=120)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(url).status_code, 200)
        count = self.env.cr.sql_log_count - start
        # One more where a sibling knows who comes.
        self.assertLessEqual(count, 31)


# What one does with one's own cases only.
OWN_ONLY = (
    "PortalCaseForms.portal_my_case_close",
    "PortalCaseForms.portal_my_case_reopen",
    "PortalCaseInform.portal_my_case_inform",
)
# Open to strangers: {method of the controller: (address, {method: status})}
READ = {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "OPTIONS": 204}
SENT = {"GET": 405, "HEAD": 405, "POST": 401, "DELETE": 405, "OPTIONS": 204}
WEB_ROUTES = {
    "WebForm.aftersales_api_form": ("site/form", READ),
    # Core answers OPTIONS as GET.
    "WebForm.aftersales_embed": ("/aftersales/embed.js", READ | {"OPTIONS": 200}),
    "WebPage.aftersales_form": (
        "/aftersales/form/site",
        {"GET": 200, "HEAD": 200, "POST": 200, "PUT": 405, "OPTIONS": 204},
    ),
    "WebHook.aftersales_api_hook": (
        "site/hook/" + "x" * 43,
        {"GET": 405, "HEAD": 405, "POST": 200, "PUT": 405, "OPTIONS": 204},
    ),
    "WebIntake.aftersales_api_document": ("openapi.json", READ),
    "WebIntake.aftersales_api_report": ("site/cases", SENT),
    "WebIntake.aftersales_api_rest": (
        "site/else",
        {"GET": 404, "HEAD": 404, "POST": 404, "OPTIONS": 204},
    ),
    "WebIntake.aftersales_api_schema": ("site/schema", READ),
    # Who has the link of a report: see test_web_status.py.
    "WebStatus.aftersales_api_status": (
        "site/cases/" + "x" * 43,
        READ | {"GET": 404, "HEAD": 404},
    ),
}


@tagged("post_install", "-at_install")
class TestRoutes(PortalSetup, HttpCase):
    """Every route × everybody × every method: status and text."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name="Secret leak")
        self.closed = self._new_case(name="Secret leak")
        self.file = self._new_file(self.case, "secret.txt", b"Secret leak")
        self._tell(self.case, "Secret leak", self.contact, attachment_ids=self.file.ids)
        url = f"/my/cases/{self.case.id}"
        # {method of the controller: (address, methods, answer to who sees nothing)}
        self._show("description", portal="editable", label="Secret leak")
        self._complete(self.closed).stage_id = self.stage_solved
        closed = f"/my/cases/{self.closed.id}"
        self.table = {
            LINK: ("/aftersales/l/" + "x" * 43, {"GET", "POST"}, 404),
            # Of colleagues: see test_type.py.
            "PortalCaseForms.aftersales_preview": (
                f"/aftersales/preview/{self.case.id}",
                {"GET"},
                404,
            ),
            "PortalCaseDecision.portal_my_case_agree": (
                f"{closed}/agree",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseDecision.portal_my_case_rate": (
                f"{closed}/rate",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseDecision.portal_my_case_refuse": (
                f"{closed}/refuse",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseDrafts.portal_case_draft": ("/my/cases/draft", {"POST"}, 404),
            "PortalCaseForms.portal_my_case_change": (
                f"{url}/change",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseForms.portal_my_case_close": (
                f"{url}/close",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseForms.portal_my_case_reopen": (
                f"{closed}/reopen",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseQuestions.portal_my_case_question": (
                f"{url}/questions/{self._ask_secret().id}",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseInform.portal_my_case_inform": (
                f"{url}/inform",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseReport.portal_case_choose": ("/my/cases/new", {"GET"}, None),
            "PortalCaseReport.portal_case_goods": (
                # Of types that ask for goods: see test_report_goods.py.
                f"/my/cases/new/{self.type_complaint.id}/goods",
                {"GET"},
                404,
            ),
            "PortalCaseReport.portal_case_report": (
                f"/my/cases/new/{self.type_complaint.id}",
                {"GET", "POST"},
                None,
            ),
            "PortalProblem.portal_my_invoice_problem": (
                # Of whose invoice it is: see test_problem.py.
                f"/my/invoices/{2**31 - 1}/problem",
                {"GET", "POST"},
                404,
            ),
            "PortalCaseReport.portal_case_similar": (
                "/my/cases/similar",
                {"POST"},
                404,
            ),
            "PortalCases.home": ("/my", {"GET", "POST"}, None),
            "PortalCases.portal_my_cases": ("/my/cases", {"GET"}, 200),
            "PortalCases.portal_my_case": (url, {"GET", "POST"}, 404),
            "PortalCases.portal_my_case_file": (
                f"{url}/files/{self.file.id}",
                {"GET"},
                404,
            ),
        }

    def _ask_secret(self):
        vals = {"case_id": self.case.id, "name": "Secret leak", "kind": "text"}
        return self.case._ask(self.env["aftersales.question"].create(vals))

    def test_table_is_complete(self):
        """A new route without a row fails here."""
        known = sorted({*self.table, *WEB_ROUTES, *RATING})
        self.assertEqual(find_routes("aftersales_portal"), known)

    def test_web(self):
        """What is open to strangers answers everybody alike, and sets no cookie."""
        self.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "site",
                "company_id": self.company.id,
                "type_ids": self.type_complaint.ids,
            }
        )
        for user in (None, self.anna, self.reporter):
            self.authenticate(user and user.login, user and user.login)
            for name, (url, answers) in WEB_ROUTES.items():
                for method, status in answers.items():
                    with self.subTest(user=user, route=name, method=method):
                        answer = self._ask(method, urljoin("/aftersales/v1/", url))
                        self.assertEqual(answer.status_code, status)
                        self.assertNotIn("Secret leak", answer.text)
                        self.assertNotIn("Set-Cookie", answer.headers)

    def _ask(self, method, url):
        with mute_logger("odoo.http"):  # says that a token is missing
            return self.opener.request(
                method,
                self.base_url() + url,
                timeout=120,
                allow_redirects=False,
                headers={"Accept-Language": "en"},
            )

    def assertAnswers(self, who, sees, own=True):
        """Assert what each route answers.

        :param sees: whether this person sees the case
        :param own: whether it is his own: others neither close nor reopen it
        """
        for name, (url, methods, refused) in self.table.items():
            for method in ("GET", "HEAD", "POST", "OPTIONS"):
                with self.subTest(who=who, route=name, method=method):
                    # Everybody may report; nobody reads there of what others did.
                    is_open = refused is None
                    seen = sees and (own or name not in OWN_ONLY) and not is_open
                    seen = seen and name not in ELSEWHERE
                    answer = self._ask(method, url)
                    shown = seen and method in ("GET", "OPTIONS")
                    self.assertEqual("Secret leak" in answer.text, shown)
                    if ("GET" if method == "HEAD" else method) not in (
                        *methods,
                        "OPTIONS",
                    ):
                        self.assertEqual(answer.status_code, 405)
                    elif name == LINK:
                        self.assertEqual(answer.status_code, 404)
                    elif who == "nobody":
                        self.assertEqual(answer.status_code, 303)
                        self.assertIn("/web/login", answer.headers["Location"])
                    elif method == "POST":
                        # Without the token of the page nothing is done.
                        self.assertEqual(answer.status_code, 400)
                    else:
                        # Core answers OPTIONS as GET.
                        self.assertEqual(
                            answer.status_code, 200 if seen or is_open else refused
                        )

    def test_nobody(self):
        """Without a log-in: to the log-in."""
        self.assertAnswers("nobody", sees=False)

    def test_customer(self):
        """The contact of the case."""
        self.authenticate(self.anna.login, self.anna.login)
        self.assertAnswers("anna", sees=True)

    @feature("P-53")
    def test_colleague(self):
        """His colleague, before and after the customer shares."""
        self.authenticate(self.ben.login, self.ben.login)
        self.assertAnswers("ben", sees=False)
        self._share("all")
        self.assertAnswers("ben", sees=True, own=False)

    def test_other_customer(self):
        """Somebody of another customer."""
        self.authenticate(self.cleo.login, self.cleo.login)
        self.assertAnswers("cleo", sees=False)

    def test_employee(self):
        """An employee without a role in after-sales."""
        self.authenticate(self.reporter.login, self.reporter.login)
        name = "PortalCaseReport.portal_case_report"
        # He reports in the back office.
        self.table[name] = (*self.table[name][:2], 404)
        self.assertAnswers("employee", sees=False)
