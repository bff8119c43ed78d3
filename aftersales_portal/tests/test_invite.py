from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon


class TestInvite(PortalCommon):
    """Agents who may edit contacts invite the customer of a case."""

    @feature("I2-45")
    def test_invite(self):
        """The contact gets a log-in, and mails lead to his page from then on."""
        person = self._new_person("Dora", "dora@janssen.example", self.customer)
        case = self._new_case(contact_id=person.id)
        self.agent.group_ids |= self.env.ref("base.group_partner_manager")
        mine = self._as(self.agent, case)
        self.assertTrue(mine.may_invite)
        action = mine.action_invite_customer()
        wizard = self._as(self.agent)["portal.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.user_ids.partner_id, person)
        wizard.user_ids.action_grant_access()
        self.assertTrue(person.user_ids._is_portal())
        self.env.invalidate_all()
        self.assertFalse(mine.may_invite)
        self.assertIn(f"/my/cases/{case.id}", case._make_link("view", person))

    def test_who_may_not(self):
        """Odoo's own right is asked for; somebody has to be named."""
        person = self._new_person("Dora", "dora@janssen.example", self.customer)
        case = self._new_case(contact_id=person.id)
        self.assertFalse(self._as(self.agent, case).may_invite)
        with self.assertRaises(AccessError):
            self._as(self.agent, case).action_invite_customer()
        keeper = new_test_user(
            self.env,
            "as_keeper",
            groups="base.group_partner_manager,base.group_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            self._as(keeper, case).action_invite_customer()
        self.agent.group_ids |= self.env.ref("base.group_partner_manager")
        case.write({"contact_id": False, "partner_id": False})
        with self.assertRefused(UserError, "who is to be invited"):
            self._as(self.agent, case).action_invite_customer()
