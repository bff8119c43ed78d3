from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import AftersalesCommon, AftersalesSetup


class TestReplyTemplates(AftersalesCommon):
    """Prepared answers are offered by type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.general, cls.of_service, cls.of_others = cls.env["mail.template"].create(
            [
                {
                    "name": f"Answer {name}",
                    "model_id": cls.env["ir.model"]._get_id("aftersales.case"),
                    "aftersales_type_ids": types.ids,
                    "user_id": user.id,
                }
                for name, types, user in (
                    ("General", cls.type_service.browse(), cls.env["res.users"]),
                    ("Service", cls.type_service, cls.env["res.users"]),
                    ("Somebody's", cls.type_service, cls.leader),
                )
            ]
        )

    def _offered(self, cases, user=None):
        found = self._as(user or self.agent, cases).get_reply_templates()
        return [one["id"] for one in found]

    def test_by_type(self):
        """A complaint is not answered as a repair; the type's answers come first."""
        complaint = self._new_case()
        service = self._new_case(type_id=self.type_service.id)
        offered = self._offered(service)
        self.assertLess(
            offered.index(self.of_service.id), offered.index(self.general.id)
        )
        self.assertNotIn(self.of_others.id, offered, "another one's own")
        self.assertEqual(self._offered(service, self.leader)[0], self.of_others.id)
        for cases in (complaint, complaint | service):
            offered = self._offered(cases)
            self.assertIn(self.general.id, offered)
            self.assertNotIn(self.of_service.id, offered)

    def test_shipped_answers(self):
        """A photo is asked for on complaints, a serial number on repairs."""
        photo = self.env.ref("aftersales_case.template_reply_photo")
        serial = self.env.ref("aftersales_case.template_reply_serial")
        shipped = self.env.ref("aftersales_case.type_complaint")
        offered = self._offered(self._new_case(type_id=shipped.id))
        self.assertIn(photo.id, offered)
        self.assertNotIn(serial.id, offered)

    def test_of_a_case_that_one_may_not_read(self):
        """What is offered tells nothing of a case that one may not read."""
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self._offered(secret)


@tagged("post_install", "-at_install")
class TestReplyTour(AftersalesSetup, HttpCase):
    def test_menu_of_the_composer(self):
        """The composer's menu offers the answers of the case's type, and fills one in."""
        case = self._new_case(
            name="Cracked cup of the tour",
            type_id=self.env.ref("aftersales_case.type_complaint").id,
            user_id=self.agent.id,
        )
        self.start_tour(
            f"/odoo/aftersales.case/{case.id}",
            "aftersales_case_reply",
            login="as_agent",
        )
        self.assertIn("A photo of the damage", case.message_ids[:1].body)
