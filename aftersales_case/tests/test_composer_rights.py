from odoo.exceptions import AccessError

from .common import feature
from .test_field_rights import FieldRightsCommon


class TestComposerRights(FieldRightsCommon):
    """Core renders an unchanged template with sudo; of cases, as who sends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("email", "resolution_id"):
            cls._restrict(name, read=["leader"])
        cls.case = cls._new_case(cls, user_id=cls.agent.id)
        cls.case.resolution_id = cls.env.ref("aftersales_case.resolution_replaced")
        cls.template = (
            cls._as(cls, cls.agent)["mail.template"]
            .sudo()
            .create(
                {
                    "name": "Mine",
                    "user_id": cls.agent.id,
                    "model_id": cls.env["ir.model"]._get_id("aftersales.case"),
                    "subject": "Subject {{ object.letter_solution }}",
                    "body_html": '<p>Body <t t-out="object.letter_solution"/></p>',
                    "email_to": "mine@elsewhere.example",
                }
            )
        )

    def _mail(self, user, case):
        """Send the template unchanged, by the dialog for many; return what leaves."""
        self.env.flush_all()
        self.env.invalidate_all()
        composer = (
            self._as(user)["mail.compose.message"]
            .with_context(
                default_composition_mode="mass_mail",
                default_model=case._name,
                default_res_ids=case.ids,
                default_template_id=self.template.id,
            )
            .create({"force_send": False})
        )
        composer.action_send_mail()
        mail = self.env["mail.mail"].search([("res_id", "=", case.id)])[:1]
        return f"{mail.subject} {mail.body_html}"

    @feature("B4-98")
    def test_field_for_few(self):
        """Nobody mails himself what he may not see."""
        text = self._mail(self.agent, self.case)
        self.assertIn("Body", text)
        self.assertNotIn("Solution", text)
        self.assertEqual(self._mail(self.leader, self.case).count("Solution"), 2)
        self.template.subject = "Subject {{ object.email }}"
        with self.assertRefused(AccessError, "only Team Leader"):
            self._mail(self.agent, self.case)

    def test_case_for_few(self):
        """Nobody mails himself a case that he may not read."""
        self.case.confidential = True
        with self.assertRaises(AccessError):
            self._mail(self.agent2, self.case)
