import re

from odoo import http
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalSetup


@tagged("post_install", "-at_install")
class TestInform(PortalSetup, HttpCase):
    """A customer keeps a colleague informed about one of his cases."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name="It leaks")
        self.page = f"/my/cases/{self.case.id}"
        self.url = f"{self.page}/inform"
        self.authenticate(self.anna.login, self.anna.login)

    def _post(self, **data):
        token = http.Request.csrf_token(self)
        answer = self.url_open(self.url, data={"csrf_token": token} | data, timeout=120)
        self.env.invalidate_all()
        return answer

    def _inform(self, user):
        return self._post(person=user.partner_id.id)

    def _people(self):
        return self.case.portal_informed_ids.partner_id

    @feature("P-53")
    def test_inform(self):
        """He sees this case, and no other, gets a mail and what is said to the customer."""
        other = self._new_case()
        self.assertFalse(self._sees(self.ben, self.case))
        self.assertIn(f'href="{self.url}"', self.url_open(self.page).text)
        self.assertIn("Ben Janssen", self.url_open(self.url).text)
        answer = self._inform(self.ben)
        self.assertIn('name="sent_informed"', answer.text)
        self.assertIn("Ben Janssen", answer.text)
        self.assertTrue(self._sees(self.ben, self.case))
        self.assertFalse(self._sees(self.ben, other))
        self.assertEqual(
            self.case._get_customer_partners(), self.contact | self.ben.partner_id
        )
        told = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("model", "=", self.case._name),
                ("res_id", "=", self.case.id),
                ("author_id", "=", self.contact.id),
            ]
        )
        self.assertEqual(told.partner_ids, self.ben.partner_id)
        self.assertIn(self.case.number, told.subject)
        notes = self.case.message_ids.mapped("preview")
        self.assertIn("Also informed: Ben Janssen", notes)
        self.authenticate(self.ben.login, self.ben.login)
        self.assertIn("It leaks", self.url_open("/my/cases").text)
        self._tell(self.case, "We come on Monday", self.contact)
        page = self.url_open(self.page).text
        self.assertIn("We come on Monday", page)
        self.assertIn('name="message"', page)
        self.assertNotIn("/close", page, "it is not his own")

    def test_mail(self):
        """A colleague is told in his language, with a link to the page."""
        self.ben.lang = "de_DE"
        self.type_complaint.with_context(lang="de_DE").name = "Reklamation"
        self._inform(self.ben)
        [mail] = self.env["mail.mail"].search(
            [
                ("model", "=", self.case._name),
                ("res_id", "=", self.case.id),
                ("recipient_ids", "in", self.ben.partner_id.ids),
            ]
        )
        self.assertTrue(mail.subject.startswith("Reklamation "), mail.subject)
        [values] = mail._prepare_outgoing_list()
        self.assertIn("auf dem Laufenden", values["body"])
        self.assertIn(f'{self.page}"', values["body"])
        self.assertIn("online verfolgen", values["body"])

    def test_no_more(self):
        """Who added him, the contact, and he himself end it; others do not."""
        self._share("all")
        kim = self._new_customer(
            "kim", self._new_person("Kim", "kim@janssen.example", self.customer)
        )
        self.case.reporter_id = kim.partner_id
        for user, is_allowed in ((self.anna, True), (self.ben, True), (kim, False)):
            with self.subTest(user=user.login):
                self.authenticate(self.anna.login, self.anna.login)
                self._inform(self.ben)
                row = self.case.portal_informed_ids
                self.assertEqual(row.added_by_id, self.contact)
                self.authenticate(user.login, user.login)
                answer = self._post(informed=row.id)
                self.assertEqual(answer.status_code, 200 if is_allowed else 404)
                self.assertEqual(bool(row.exists()), not is_allowed)
        self.assertIn(
            "Not informed any more: Ben Janssen",
            self.case.message_ids.mapped("preview"),
        )

    def test_leaves(self):
        """Who informs himself no more sees the case no more, and is led to his list."""
        self._inform(self.ben)
        self.authenticate(self.ben.login, self.ben.login)
        self.assertIn(f'href="{self.url}"', self.url_open(self.page).text)
        answer = self._post(informed=self.case.portal_informed_ids.id)
        self.assertTrue(answer.url.endswith("/my/cases"))
        self.assertEqual(self.url_open(self.page).status_code, 404)

    def test_who_can_be_informed(self):
        """People of the same customer only, each once; nobody by a tampered form."""
        for person in (
            self.cleo.partner_id.id,
            self.agent.partner_id.id,
            self.contact.id,
            self.customer.id,
            "",
            "x",
            "9" * 5000,
        ):
            with self.subTest(person=str(person)[:9]):
                self.assertEqual(self._post(person=person).status_code, 422)
        self._inform(self.ben)
        self.assertEqual(self._inform(self.ben).status_code, 422)
        self.assertEqual(self._people(), self.ben.partner_id)

    def test_twice(self):
        """A second click informs him once, and leads where the first one did."""
        once = re.search(r'"once" value="([^"]+)"', self.url_open(self.url).text)[1]
        for _click in range(2):
            answer = self._post(person=self.ben.partner_id.id, once=once)
            self.assertIn('name="sent_informed"', answer.text)
        self.assertEqual(len(self.case.portal_informed_ids), 1)

    def test_who_informs(self):
        """The case's own people, where the type lets them, and never confidential ones."""
        self._share("all")
        self.authenticate(self.ben.login, self.ben.login)
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertEqual(self._inform(self.ben).status_code, 404)
        self.case.reporter_id = self.ivo.partner_id
        self.authenticate(self.ivo.login, self.ivo.login)
        self.assertNotIn("/inform", self.url_open(self.page).text)
        self.assertEqual(self._inform(self.ben).status_code, 404)
        self.authenticate(self.anna.login, self.anna.login)
        self.type_complaint.portal_inform = False
        self.assertEqual(self._inform(self.ben).status_code, 404)
        self.type_complaint.portal_inform = True
        self.case.confidential = True
        self.assertEqual(self._inform(self.ben).status_code, 404)
        self.assertFalse(self._people())

    def test_ends(self):
        """It ends at once when the case becomes confidential or another customer's."""
        self._inform(self.ben)
        self.case.confidential = True
        self.assertFalse(self._sees(self.ben, self.case))
        self.assertEqual(self.case._get_customer_partners(), self.contact)
        self.case.confidential = False
        self.assertTrue(self._sees(self.ben, self.case))
        self.case.partner_id = self.other
        self.assertFalse(self._sees(self.ben, self.case))
        self.assertEqual(self.case._get_customer_partners(), self.other)

    def test_merged(self):
        """Who was informed about a case that is merged is so about the one that goes on."""
        other = self._new_case()
        self._inform(self.ben)
        self.case._merge_into(other)
        self.assertTrue(self._sees(self.ben, other))
        self.assertEqual(other.portal_informed_ids.partner_id, self.ben.partner_id)

    def test_agent(self):
        """Agents see who is informed, and change it in the form of the case."""
        self._inform(self.ben)
        with Form(self.case.with_user(self.agent)) as form:
            form.portal_informed_ids.remove(0)
        self.assertFalse(self._people())
        with Form(self.case.with_user(self.agent)) as form:
            with form.portal_informed_ids.new() as line:
                line.partner_id = self.ben.partner_id
        self.assertEqual(
            self.case.portal_informed_ids.added_by_id, self.agent.partner_id
        )
        rows = self._as(self.agent)["aftersales.portal.informed"]
        with self.assertRefused(ValidationError, "Person: Cleo Smit"):
            rows.create(
                {"case_id": self.case.id, "partner_id": self.cleo.partner_id.id}
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(AccessError):
            rows.create(
                {
                    "case_id": self.case.id,
                    "partner_id": self.ben.partner_id.id,
                    "added_by_id": self.contact.id,
                }
            )
