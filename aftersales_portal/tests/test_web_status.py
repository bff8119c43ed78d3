from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from odoo.addons.aftersales_case.const import REPLY_CONFIRMATION
from odoo.addons.aftersales_case.tests.common import feature

from ..const import OFFER_HIDDEN
from ..engine.links import digest
from .links import LINK
from .web import WebSetup

STRANGER = "stranger@elsewhere.example"
TOLD = {"number", "status", "next", "reported", "promised", "closed"}


@tagged("post_install", "-at_install")
class TestWebStatus(WebSetup):
    """What a reporter gets afterwards: a confirmation, and a link that needs no log-in."""

    def _get_mails(self, case):
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
        )

    def _get_mailed(self, case):
        """Return the text of the confirmation as it leaves, and the path of its link."""
        (values,) = self._get_mails(case)._prepare_outgoing_list()
        self.env.flush_all()
        return values, LINK.search(values["body"])[0]

    def _open(self, path):
        self.env.flush_all()
        self.opener.cookies.clear()
        answer = self.opener.get(self.base_url() + path, timeout=60)
        self.env.invalidate_all()
        return answer

    def _ask_status(self, path, channel="website", **kwargs):
        secret = path.rpartition("/")[2]
        return self._send(path=f"/{channel}/cases/{secret}", method="GET", **kwargs)

    # === On screen === #

    @feature("B4-03", "N-26")
    def test_on_screen(self):
        """The answer brings a link: number, status and what one said oneself."""
        self._ask("urgency")
        body = self._body(
            reporter_name="Sam", urgency="3", description="It leaks\nBadly"
        )
        answer = self._send(body)
        case = self._case(answer)
        link = urlsplit(answer.json()["link"]).path
        page = self._open(link)
        self.assertEqual(page.status_code, 200)
        for text in (case.number, "Received", "It leaks", "Sam", "Urgency", STRANGER):
            self.assertIn(text, page.text)
        self.assertIn("We have received it and will look at it soon.", page.text)
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertNotIn("<form", page.text)
        told = self._ask_status(link)
        self.assertEqual(told.status_code, 200, told.text)
        self.assertEqual(set(told.json()), TOLD)
        self.assertEqual(told.json()["number"], case.number)
        self.assertEqual(told.json()["status"], "Received")
        self.assertEqual(told.headers["Cache-Control"], "no-store")

    def test_answers_as_people_write_them(self):
        """Numbers, days and hours are read as one writes them, not as programs do."""
        self.channel.type_ids = self.env.ref("aftersales_case.type_dispute")
        said = {"properties.dispute_about": "price", "properties.price_agreed": 1250.5}
        answer = self._send(self._body(**said))
        self._case(answer)
        page = self._open(urlsplit(answer.json()["link"]).path).text
        self.assertIn("1,250.50", page)
        # What happens next belongs to the status, before what one may do.
        self.assertLess(page.index("will look at it soon"), page.index("To tell us"))
        self.channel.company_id.partner_id.tz = "Europe/Amsterdam"
        service = self.env["aftersales.portal.service"].with_context(lang="nl_NL")
        self.env["res.lang"]._activate_lang("nl_NL")
        for kind, value, text in (
            ("float", 1250.5, "1.250,50"),
            ("date", "2026-03-02", "02-03-2026"),
            ("datetime", "2026-03-02T23:30:00Z", "3 mrt 2026 00:30"),
            ("boolean", True, "Ja"),
            ("integer", 12, "12"),
            ("date", "soon", "soon"),
            ("float", [], "[]"),
            ("", "x", "x"),
        ):
            with self.subTest(kind=kind, value=value):
                told = service._get_said_text(self.channel, kind, value)
                self.assertEqual(told, text)

    def test_nothing_of_a_candidate(self):
        """Who names a customer learns nothing of him, before it is confirmed and after."""
        body = self._body(email=self.contact.email, description="I am of Janssen, too")
        answer = self._send(body)
        case = self._case(answer)
        link = urlsplit(answer.json()["link"]).path
        self._promise(case)
        secret = [self.customer.name, self.contact.name, "Promised"]
        for confirmed in (False, True):
            with self.subTest(confirmed=confirmed):
                if confirmed:
                    case.with_user(self.agent).action_confirm_claim()
                    case.description = "<p>Told by the customer</p>"
                    self.assertEqual(case.partner_id, self.customer)
                page = self._open(link).text
                self.assertIn("I am of Janssen, too", page)
                self.assertNotIn("Told by the customer", page)
                for text in secret:
                    self.assertNotIn(text, page)
                self.assertFalse(self._ask_status(link).json()["promised"])

    def _promise(self, case):
        """Promise the customer of a case something, in three days."""
        self.type_complaint.is_deadline_promised = True
        case.date_deadline = fields.Datetime.now() + timedelta(days=3)
        self.assertTrue(case._get_promised_at()[case])

    def test_merged(self):
        """A stranger's link leads to no case but his own."""
        answer = self._send(self._body())
        case, other = self._case(answer), self._new_case()
        case._merge_into(other)
        page = self._open(urlsplit(answer.json()["link"]).path)
        self.assertIn("handled under another number", page.text)
        self.assertIn(case.number, page.text)
        self.assertNotIn(other.number, page.text)

    def test_key(self):
        """Sent again under its key, a report gets the same link, which is kept nowhere."""
        key = {"Idempotency-Key": "one"}
        body = self._body()
        first, second = (self._send(body, headers=key) for _time in range(2))
        self.assertEqual(first.json(), second.json())
        case = self._case(first)
        secret = first.json()["link"].rpartition("/")[2]
        self.assertEqual(case.link_ids.digest, digest(secret))
        kept = self.env["aftersales.channel.key"].search([("name", "=", " one")])
        self.assertNotIn(secret, str(kept.answer))

    def test_robot(self):
        """A robot gets neither link nor mail."""
        known = self.env["mail.mail"].search([])
        answer = self._send(self._body(homepage="https://spam.example"))
        self.assertEqual((answer.status_code, answer.json()["link"]), (201, None))
        self.assertEqual(self.env["mail.mail"].search([]), known)

    def test_hidden_type(self):
        """Of a type that customers see nothing of, nobody gets a link."""
        answer = self._send(self._body())
        link = urlsplit(answer.json()["link"]).path
        self.type_complaint.portal_offer = OFFER_HIDDEN
        self.assertEqual(self._open(link).status_code, 404)
        self.assertEqual(self._ask_status(link).status_code, 404)
        self.assertIsNone(self._send(self._body()).json()["link"])

    # === By mail === #

    @feature("B4-03")
    def test_confirmed(self):
        """A mail confirms a report, with a link of its own, in the form's language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        case = self._case(self._send(self._body(), headers={"Accept-Language": "nl"}))
        self.assertEqual(case.letter_language, "nl_NL")
        self.assertEqual(self._get_mails(case).aftersales_reason, REPLY_CONFIRMATION)
        values, link = self._get_mailed(case)
        self.assertEqual(values["email_to_normalized"], [STRANGER])
        self.assertIn("It leaks", values["body"])
        self.assertIn(case.number, self._open(link).text)
        self.assertIn("It leaks", self._open(link).text)
        self.assertEqual(self._ask_status(link).status_code, 200)
        by_mail = case.link_ids.filtered("email")
        self.assertEqual(by_mail.purpose_label, "Follow a web report")
        by_mail.with_user(self.agent).action_revoke()
        self.assertEqual(self._open(link).status_code, 404)

    def test_mail_of_a_claim(self):
        """The mail of a claim greets nobody; once confirmed its link tells more."""
        case = self._case(self._send(self._body(email=self.contact.email)))
        values, link = self._get_mailed(case)
        text = html2plaintext(values["body"])
        for name in (self.contact.name, self.customer.name):
            self.assertNotIn(name, text)
        self._promise(case)
        self.assertNotIn("Promised", self._open(link).text)
        case.with_user(self.agent).action_confirm_claim()
        self.assertIn("Promised", self._open(link).text)
        self.assertTrue(self._ask_status(link).json()["promised"])
        # Answered elsewhere from now on: the former address opens nothing.
        case.email = "other@janssen.example"
        self.assertEqual(self._open(link).status_code, 404)

    def test_few_mails(self):
        """Nobody is flooded by what others type into a form."""
        cases = [self._case(self._send(self._body())) for _number in range(7)]
        counts = [len(self._get_mails(case)) for case in cases]
        self.assertEqual(counts, [1, 1, 1, 1, 1, 0, 0])

    def test_case_of_a_refused_report(self):
        """A refused report that an agent makes a case of is confirmed as well."""
        self._send(self._body(urgency="9"))
        row = self._arrived()
        row.action_reconsider()
        row.type_id = self.type_complaint
        case = row._make_case()
        self.assertEqual(len(self._get_mails(case)), 1)
        _values, link = self._get_mailed(case)
        self.assertIn("It leaks", self._open(link).text)

    # === What opens nothing === #

    def test_dead_links(self):
        """Unknown, expired, revoked, of another channel: alike by text and queries."""
        other = self.channel.copy({"key": "other", "name": "Other"})
        self.assertEqual(other.type_ids, self.type_complaint)
        links = [
            urlsplit(self._send(self._body()).json()["link"]).path
            for _number in range(3)
        ]
        secrets = [digest(link.rpartition("/")[2]) for link in links]
        rows = self.env["aftersales.link"].search([("digest", "in", secrets)])
        expired, revoked, _foreign = rows.sorted("id")
        expired.expires_at = fields.Datetime.now() - timedelta(days=1)
        revoked.action_revoke()
        found = set()
        for path, channel in (
            ("x" * 43, "other"),
            (links[0], "website"),
            (links[1], "website"),
            (links[2], "other"),
        ):
            self._ask_status(path, channel)
            start = self.env.cr.sql_log_count
            answer = self._ask_status(path, channel)
            self.assertEqual(answer.json()["code"], "link_unknown")
            found.add(
                (answer.status_code, answer.text, self.env.cr.sql_log_count - start)
            )
        self.assertEqual(len(found), 1, found)
        self.assertEqual(next(iter(found))[0], 404)
        answer = self._ask_status(links[2], "none")
        self.assertEqual(answer.json()["code"], "channel_unknown")
        self.assertEqual(self._ask_status(links[2]).status_code, 200)

    def test_closed_channel(self):
        """What was reported by a channel that is closed now can still be followed."""
        link = urlsplit(self._send(self._body()).json()["link"]).path
        self.channel.active = False
        self.assertEqual(self._ask_status(link).status_code, 200)

    def test_several_reports_of_one_case(self):
        """Each link tells the words of its own report."""
        first = self._send(self._body(description="First words"))
        other = self._body(description="Other words", email="other@elsewhere.example")
        second = self._send(other)
        case = self._case(second)
        case._merge_into(self._case(first))
        page = self._open(urlsplit(first.json()["link"]).path).text
        self.assertIn("First words", page)
        self.assertNotIn("Other words", page)
        self.type_complaint.write({"field_rule_ids": [Command.clear()]})
        self.assertIn(
            "Other words", self._open(urlsplit(second.json()["link"]).path).text
        )
