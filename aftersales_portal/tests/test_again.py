from odoo import http
from odoo.tests import HttpCase, tagged

from .test_report import ReportSetup


@tagged("post_install", "-at_install")
class TestAgain(ReportSetup, HttpCase):
    """A trouble that comes back after its case cannot be opened again."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(
            name="The pump leaks",
            description="<p>All wet</p>",
            properties={"missing": True, "part": "Hose", "count": 2},
        )
        self._complete(self.case).stage_id = self.stage_solved
        self.type_complaint.portal_reopen_days = 0
        self.page = f"/my/cases/{self.case.id}"
        self.again = f"{self.url}?again={self.case.id}"
        self.known = self.env["aftersales.case"].search([])
        self.authenticate(self.anna.login, self.anna.login)

    def _made(self):
        self.env.invalidate_all()
        return self.env["aftersales.case"].search([]) - self.known

    def _send(self, url, **data):
        data = {name.replace("__", "-"): value for name, value in data.items()}
        data["csrf_token"] = http.Request.csrf_token(self)
        data["shown"] = ("description", "product_ids", "properties-missing")
        data["shown"] += ("properties-count", "properties-part")
        return self.url_open(url, data=data, timeout=120)

    def test_again(self):
        """It becomes a new case, tied to the closed one, with what he told us then."""
        page = self.url_open(self.page).text
        self.assertIn(f'href="{self.again}"', page)
        form = self.url_open(self.again).text
        self.assertIn('name="case_before"', form)
        self.assertIn(self.case.number, form)
        self.assertIn('value="Hose"', form)
        self.assertNotIn("All wet", form, "what happened now is asked anew")
        answer = self._send(
            self.again,
            again=self.case.id,
            description="It leaks again",
            properties__missing="yes",
            properties__part="Hose",
        )
        case = self._made()
        self.assertEqual(case.repeat_of_id, self.case)
        self.assertEqual(case.name, "It leaks again")
        self.assertIn('name="case_before"', answer.text)
        self.assertIn(f'href="{self.page}"', answer.text)
        self.assertIn(f'data-key="again-{self.case.id}"', answer.text)
        self.assertFalse(self.case.is_open)

    def test_draft(self):
        """It has a draft of its own, and what is wrong in it is said like any other."""
        answer = self._send(self.again, again=self.case.id, properties__count="many")
        self.assertEqual(answer.status_code, 422)
        self.assertIn('name="again"', answer.text)
        self.assertIn('value="many"', self.url_open(self.again).text)
        self.assertNotIn('value="many"', self.url_open(self.url).text)
        answer = self._send(
            "/my/cases/draft", draft=f"again-{self.case.id}", description="Again"
        )
        self.assertEqual(answer.status_code, 409)
        answer = self._send(
            "/my/cases/draft",
            draft=f"again-{self.case.id}",
            description="Again",
            anyway="1",
        )
        self.assertEqual(answer.status_code, 200)

    def test_not_possible(self):
        """Not while it is open or can be opened again, nor where nothing is reported."""
        for vals in ({"portal_reopen_days": 9}, {"portal_offer": "shown"}):
            with self.subTest(vals=vals):
                self.type_complaint.write(vals)
                self.assertNotIn("again=", self.url_open(self.page).text)
                self.type_complaint.write(
                    {"portal_reopen_days": 0, "portal_offer": "new"}
                )
        self.case._reopen("It leaks again")
        self.assertNotIn("again=", self.url_open(self.page).text)

    def test_case_of_others(self):
        """Nobody ties his case to one of others, and reads nothing of it."""
        self._share("all")
        for user in (self.cleo, self.ben):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                page = self.url_open(self.again).text
                self.assertNotIn(self.case.number, page)
                self.assertNotIn("Hose", page)
                self._send(
                    self.again,
                    again=self.case.id,
                    description="Mine",
                    properties__missing="no",
                )
                self.assertFalse(self._made()[:1].repeat_of_id)
                self.known |= self._made()

    def test_hostile(self):
        """What names no case is nothing."""
        for again in ("", "x", "9" * 5000, "-1", "99999999", "%00"):
            with self.subTest(again=again[:9]):
                answer = self.url_open(f"{self.url}?again={again}")
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn('name="again"', answer.text)
