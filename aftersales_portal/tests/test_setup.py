from odoo import http
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import OFFER_HIDDEN, OFFER_NEW
from .common import PortalSetup


@tagged("post_install", "-at_install")
class TestSetup(PortalSetup, HttpCase):
    """A manager sets up the portal in the form of a type; the customer then meets it."""

    @feature("I2-46", "I2-47", "P-18")
    def test_set_up(self):
        types = self.env["aftersales.case.type"].search([])
        types.portal_offer = OFFER_HIDDEN
        self.authenticate(self.anna.login, self.anna.login)
        page = self.url_open("/my/cases/new", timeout=120).text
        self.assertIn("Nothing can be reported here", page)
        with Form(self._as(self.manager, self.type_complaint)) as form:
            form.portal_offer = OFFER_NEW
            form.portal_word = "Grievance"
            form.portal_words = "Grievances"
            form.portal_sentence = "Tell us what grieves you."
            form.portal_thanks = "A colleague calls you."
            form.portal_timeline = False
            form.portal_close = False
            with form.field_rule_ids.new() as line:
                line.key = "slip_number"
                line.label = "Number of the Delivery"
                line.portal = "asked"
        link = self.type_complaint.link_ids.sorted()[0]
        with Form(self._as(self.manager, link)) as form:
            form.customer_label = "Arrived"
            form.customer_next = "We read it today."
        self.assertIn("Grievances", self.url_open("/my").text)
        # A single choice leads to its form at once.
        answer = self.url_open("/my/cases/new")
        self.assertIn(f"/my/cases/new/{self.type_complaint.id}", answer.url)
        for text in ("Grievance", "Number of the Delivery"):
            self.assertIn(text, answer.text)
        names = ["slip_number", "description", "files"]
        data = {"slip_number": "WH/OUT/7", "shown": names}
        data["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(answer.url, data=data)
        for text in (
            "A colleague calls you.",
            "Arrived",
            "We read it today.",
            "WH/OUT/7",
        ):
            self.assertIn(text, answer.text)
        self.assertNotIn('name="case_timeline"', answer.text)
        self.assertNotIn("/close", answer.text)
        self.assertIn('name="message"', answer.text)
