from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .test_change import ChangeSetup


@tagged("post_install", "-at_install")
class TestFollow(ChangeSetup, HttpCase):
    """A customer with a browser follows his case, and corrects what he told."""

    @feature("I2-45")
    def test_follow(self):
        """From the home page to what was said, and an answer."""
        self.case.write({"name": "Leak", "stage_id": self.stage_progress.id})
        self._as(self.agent, self.case).message_post(
            body="We look at it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.contact.ids,
        )
        self.start_tour("/my", "aftersales_portal_follow", login=self.anna.login)
        said = self.case.message_ids.filtered(lambda m: m.author_id == self.contact)
        self.assertIn("Thank you", str(said[:1].body))

    @feature("I2-48")
    def test_change(self):
        """What the type lets him change."""
        url = f"/my/cases/{self.case.id}"
        self.start_tour(url, "aftersales_portal_change", login=self.anna.login)
        self.assertEqual(self.case.properties["quantity"], 5)
