from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .links import LinkSetup


@tagged("post_install", "-at_install")
class TestStill(LinkSetup, HttpCase):
    """One click of who was reminded: it is still a problem."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(contact_id=self.dora.id)
        self.case.stage_id = self.stage_wait_customer
        self.env.flush_all()
        self.path = self._get_link(self.case, "still_a_problem")

    def _kinds(self):
        return self.case.event_ids.mapped("kind")

    @feature("P-36")
    def test_still(self):
        """Opening it does nothing; sending it says so under his name, once."""
        page = self._ask("GET", self.path).text
        self.assertIn("This is still a problem", page)
        self.assertNotIn("customer_message", self._kinds())
        answer = self._ask("POST", self.path, data={"button": "still", "text": "Wet"})
        self.assertIn("We go on with it.", answer.text)
        said = self.case.message_ids.filtered(lambda m: "Wet" in str(m.body))
        self.assertEqual(said.author_id, self.dora)
        self.assertEqual(self._kinds().count("customer_message"), 1)
        self.assertEqual(self.case.stage_id, self.stage_progress, "as an answer does")
        self.assertEqual(
            self._ask("POST", self.path, data={"button": "still"}).status_code, 404
        )
        self.assertEqual(self._kinds().count("customer_message"), 1)

    def test_closed_meanwhile(self):
        """Who clicks after his case was closed opens it again, for some days."""
        self.case.stage_id = self.stage_cancelled
        self.env.flush_all()
        self._ask("POST", self.path, data={"button": "still", "text": "Wet"})
        self.assertTrue(self.case.is_open)
        other = self._new_case(contact_id=self.dora.id)
        other.stage_id = self.stage_cancelled
        self.type_complaint.portal_reopen_days = 0
        self.env.flush_all()
        path = self._get_link(other, "still_a_problem")
        self.assertEqual(self._ask("GET", path).status_code, 404)
        self._ask("POST", path, data={"button": "still"})
        self.assertFalse(other.is_open)
