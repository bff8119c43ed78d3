from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.const import CLAIM_FORWARDED, CLAIM_SLIP

from ..const import OFFER_HIDDEN, SHARE_ALL, SHARE_CHOSEN, SHARE_OFF
from .common import PortalCommon


class TestSeen(PortalCommon):
    """Who sees which cases in the portal."""

    def assertSeenBy(self, case, *users):
        customers = (self.anna, self.ben, self.cleo, self.ivo)
        seen = {user.login for user in customers if self._sees(user, case)}
        self.assertEqual(seen, {user.login for user in users})

    def test_own(self):
        """The contact sees his case; colleagues and others do not."""
        self.assertSeenBy(self._new_case(), self.anna)

    def test_reporter_of_a_colleague(self):
        """Who reported a case sees it, also when a colleague is its contact."""
        case = self._new_case(reporter_id=self.ben.partner_id.id)
        self.assertSeenBy(case, self.anna, self.ben)

    def test_reporter_of_another_customer(self):
        """Who reports for somebody else sees that case, and no other of the customer."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        self.assertSeenBy(case, self.anna, self.ivo)
        self._share(SHARE_ALL)
        self.assertSeenBy(self._new_case(), self.anna, self.ben)

    def test_sharing(self):
        """Off, chosen people, everybody: as agents set it, with date and name."""
        case = self._new_case()
        row = self._share(SHARE_OFF)
        self.assertSeenBy(case, self.anna)
        self._share(SHARE_CHOSEN, self.ben)
        self.assertSeenBy(case, self.anna, self.ben)
        self._share(SHARE_ALL)
        self.assertSeenBy(case, self.anna, self.ben)
        self.assertEqual(row.user_id, self.agent)
        self.assertTrue(row.since)
        self._share(SHARE_OFF)
        self.assertSeenBy(case, self.anna)

    def test_sharing_with_strangers(self):
        """Nobody is chosen who does not belong to the customer."""
        with self.assertRefused(ValidationError, "Chosen People: Cleo Smit"):
            self._share(SHARE_CHOSEN, self.cleo)

    def test_sharing_says_itself_who(self):
        """Who set the sharing, and when, is not said by the caller."""
        rows = self._as(self.agent)["aftersales.portal.sharing"]
        row = rows.create(
            {
                "partner_id": self.customer.id,
                "user_id": self.manager.id,
                "since": "2001-01-01",
            }
        )
        self.assertEqual(row.user_id, self.agent)
        self.assertNotEqual(str(row.since), "2001-01-01")

    def test_confidential(self):
        """A confidential case is never a colleague's; who reported it sees it."""
        case = self._new_case(confidential=True)
        self._share(SHARE_ALL)
        self.assertSeenBy(case, self.anna)

    def test_claim(self):
        """A claim that nobody has confirmed shows nothing."""
        case = self._new_case(
            contact_id=False, partner_id=False, reporter_id=self.anna.partner_id.id
        )
        case.sudo().write(
            {
                "claim_reason": CLAIM_FORWARDED,
                "claimed_partner_id": self.contact.id,
            }
        )
        self.assertSeenBy(case)
        case.action_confirm_claim()
        self.assertSeenBy(case, self.anna)

    def test_claim_of_a_slip(self):
        """Whose delivery it is may be open: the customer is proven all the same."""
        case = self._new_case()
        case.sudo().write({"claim_reason": CLAIM_SLIP, "claim_hint": "WH/OUT/1"})
        self.assertSeenBy(case, self.anna)

    def test_other_customer(self):
        """With the customer the view changes at once, the reporter's included."""
        case = self._new_case(reporter_id=self.anna.partner_id.id)
        self._share(SHARE_ALL)
        self.assertSeenBy(case, self.anna, self.ben)
        case.contact_id = self.cleo.partner_id
        self.assertSeenBy(case, self.cleo)
        case.contact_id = self.contact
        self.assertSeenBy(case, self.anna, self.ben)

    def test_other_customer_same_contact(self):
        """A contact who does not belong to the customer sees nothing."""
        case = self._new_case()
        case.write({"partner_id": self.other.id, "contact_id": self.contact.id})
        self.assertEqual(case.contact_id, self.contact)
        self.assertSeenBy(case)

    def test_hidden_type(self):
        """Nobody sees a case of a type that customers see nothing of."""
        case = self._new_case()
        self.type_complaint.portal_offer = OFFER_HIDDEN
        self.assertSeenBy(case)

    def test_merged(self):
        """A merged case is in no list; its page leads to the one that goes on."""
        case, other = self._new_case(), self._new_case(name="Second")
        other._merge_into(case)
        service, partner = self._service(self.anna)
        self.assertEqual(service._count_cases(partner), 1)
        found = service._find_case(partner, other.id)
        self.assertEqual(service._find_survivor(partner, found), case)
        case.contact_id = self.cleo.partner_id
        self.assertFalse(service._find_survivor(partner, found))

    def test_own_word_in_menu(self):
        """The type's own word stands in the menu where there is but one type."""
        service, _partner = self._service(self.anna)
        self.env["aftersales.case.type"].search([]).portal_offer = OFFER_HIDDEN
        self.type_complaint.write(
            {"portal_offer": "new", "portal_word": "Report", "portal_words": "Reports"}
        )
        self.assertEqual(service._get_menu_words(), "Reports")
        self.type_service.portal_offer = "new"
        self.assertEqual(service._get_menu_words(), "Cases")

    def test_customer_url(self):
        """Who has a log-in and sees the case gets its page in mails; others do not."""
        case = self._new_case()
        url = case._get_customer_url(self.contact)
        self.assertTrue(url.endswith(f"/my/cases/{case.id}"))
        self.assertEqual(case._make_link("view", self.contact), url)
        self.assertFalse(case._get_customer_url(self.ben.partner_id))
        self.assertFalse(case._get_customer_url(self.customer))
        self.assertFalse(case._make_link("view", self.env["res.partner"]))
