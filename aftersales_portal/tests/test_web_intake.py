from odoo.tests import Form, tagged

from odoo.addons.aftersales_case.const import (
    CHANNEL_API,
    CHANNEL_WEB,
    CLAIM_TYPED,
    INTAKE_CASE,
)
from odoo.addons.aftersales_case.tests.common import feature

from .web import GIF, SITE, WebSetup


@tagged("post_install", "-at_install")
class TestWebIntake(WebSetup):
    """A website and a program report cases by a channel."""

    @feature("B4-03")
    def test_report(self):
        """A report becomes a case: what was answered, by whom, by which way."""
        answer = self._send(self._body(reporter_name="Sam Stranger"))
        case = self._case(answer)
        self.assertEqual(case.name, "It leaks")
        self.assertIn("It leaks", case.description)
        self.assertEqual(case.email, "stranger@elsewhere.example")
        self.assertEqual(case.channel, CHANNEL_WEB)
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.company_id, self.company)
        self.assertFalse(case.reporter_id | case.partner_id | case.contact_id)
        self.assertTrue(case.user_id)
        told = answer.json()
        self.assertEqual(set(told), {"number", "status", "next", "message", "link"})
        self.assertEqual(told["next"], "We have received it and will look at it soon.")
        row = self._arrived()
        self.assertEqual((row.state, row.case_id), (INTAKE_CASE, case))
        self.assertEqual(row.email_from, '"Sam Stranger" <stranger@elsewhere.example>')
        self.assertNotIn("Set-Cookie", answer.headers)

    def test_about_nothing(self):
        """An address alone is no report; where a rule wants another answer, that counts."""
        self._ask("description", portal_required=False)
        answer = self._send(self._body(description=None))
        self.assertEqual(answer.status_code, 422, answer.text)
        self.assertEqual([e["field"] for e in answer.json()["errors"]], ["description"])
        self._ask("slip_number", portal_required=True)
        self._case(self._send(self._body(description=None, slip_number="12")))

    def test_inbox(self):
        """Who sorts what came in sees by which way: it is no mail."""
        self._send(self._body())
        row = self._as(self.agent, self._arrived())
        with Form(row) as form:
            self.assertEqual(form.channel_label, "Web form")
            self.assertEqual(form.channel_id, self.channel)
        self.assertEqual(row.with_context(lang="nl_NL").channel_label, "Webformulier")

    @feature("B4-03")
    def test_files(self):
        """A form with files: they are the customer's message, under true names."""
        body = self._body()
        files = [
            ("files", (name, GIF, "text/html"))
            for name in ("leak.html", "leak.gif", "../../x.gif")
        ]
        case = self._case(self._send(body, files=files))
        message = case.message_ids.filtered("attachment_ids")
        self.assertEqual(
            sorted(message.attachment_ids.mapped("name")),
            ["leak.gif", "leak.html.gif", "x.gif"],
        )
        self.assertEqual(set(message.attachment_ids.mapped("raw")), {GIF})
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, "stranger@elsewhere.example")

    def test_program(self):
        """A program shows the token: no website, no time it must take."""
        headers = {"Origin": None, "Authorization": f"Bearer {self.token}"}
        case = self._case(self._send(self._body(start=None), headers=headers))
        self.assertEqual(case.channel, CHANNEL_API)

    def test_log_in_counts_for_nothing(self):
        """Whoever is logged in is a stranger here all the same."""
        self.authenticate(self.anna.login, self.anna.login)
        case = self._case(self._send(self._body()))
        self.assertFalse(case.partner_id | case.reporter_id)

    def test_html_is_text(self):
        """Nothing that somebody types runs anywhere."""
        evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
        case = self._case(self._send(self._body(description=evil, reporter_name=evil)))
        self.assertNotIn("<img", case.description)
        self.assertNotIn("<script", case.description)
        self.assertIn("&lt;script&gt;", case.description)

    def test_questions(self):
        """Every question that the rules ask, by JSON and by a form alike."""
        self._ask("urgency")
        self._ask("phone")
        self._ask("product_ids", label="Article")
        answers = {
            "urgency": "3",
            "phone": "+31 20 794 0009",
            "product_ids": "Pump & valve 3",
        }
        for files in (None, [("files", ("a.gif", GIF))]):
            with self.subTest(files=bool(files)):
                kwargs = {"files": files} if files else {}
                case = self._case(self._send(self._body(**answers), **kwargs))
                self.assertEqual(case.urgency, "3")
                self.assertEqual(case.phone, "+31 20 794 0009")
                self.assertIn("Article: Pump &amp; valve 3", case.description)
                self.assertIn("It leaks", case.description)
                self.assertFalse(case.product_ids)

    def test_claim(self):
        """The address of a customer proves nothing: he is a candidate."""
        case = self._case(self._send(self._body(email=self.contact.email)))
        self.assertFalse(case.partner_id | case.contact_id | case.reporter_id)
        self.assertEqual(case.claimed_partner_id, self.contact)
        self.assertEqual(case.claim_reason, CLAIM_TYPED)
        self.assertFalse(self._sees(self.anna, case))
        self.assertEqual(self.channel.claimed_count, 1)
        case.with_user(self.agent).action_confirm_claim()
        self.assertEqual(case.partner_id, self.customer)
        self.assertTrue(self._sees(self.anna, case))

    def test_several_types(self):
        """A channel of several types: the report says which."""
        self.channel.type_ids |= self.type_service
        answer = self._send(self._body())
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(answer.json()["errors"][0]["field"], "type")
        case = self._case(self._send(self._body(type="TCMP")))
        self.assertEqual(case.type_id, self.type_complaint)

    # === The form === #

    @feature("N-26")
    def test_schema(self):
        """The form of a type, in the language of who asks; kept until it changes."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.with_context(lang="nl_NL").portal_word = "Klacht"
        self.type_complaint.portal_word = "Complaint"

        def ask(**headers):
            return self._send(path="/website/schema", method="GET", headers=headers)

        answer = ask()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["title"], "Complaint")
        self.assertIn("description", answer.json()["required"])
        self.assertEqual(answer.headers["Content-Language"], "en-US")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SITE)
        self.assertIn("max-age", answer.headers["Cache-Control"])
        self.assertTrue(answer.headers["Aftersales-Start"])
        tag = answer.headers["ETag"]
        again = ask(**{"If-None-Match": tag})
        self.assertEqual((again.status_code, again.text), (304, ""))
        self.assertTrue(again.headers["Aftersales-Start"])
        dutch = ask(**{"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.8"})
        self.assertEqual(dutch.json()["title"], "Klacht", dutch.text)
        self.assertNotEqual(dutch.headers["ETag"], tag)
        self._ask("urgency")
        self.env.flush_all()
        self.assertEqual(ask(**{"If-None-Match": tag}).status_code, 200)

    def test_schema_of_several_types(self):
        self.channel.type_ids |= self.type_service

        def ask(query):
            return self._send(path=f"/website/schema{query}", method="GET")

        self.assertEqual(ask("").status_code, 422)
        self.assertEqual(ask("?type=none").status_code, 422)
        schema = ask("?type=TSRV").json()
        self.assertIn("type", schema["required"])
        self.assertEqual(schema["properties"]["type"], {"const": "TSRV"})
