from odoo.addons.aftersales_case.const import LINK_VIEW

from ..models.case.aftersales_case_still import STILL
from ..models.question.aftersales_question_asked_link import LINK_ANSWER
from .common import PortalCommon
from .questions import QuestionSetup


class TestInformedOnly(QuestionSetup, PortalCommon):
    """Who is only kept informed of a case reads and writes, and decides nothing."""

    def setUp(self):
        super().setUp()
        self.case = self._new_service(
            contact_id=self.contact.id, stage_id=self.settle.id
        )
        self.asked = self.case._ask(self.question)
        self._inform(self.ben.partner_id)
        self._inform(self.dora)

    def _inform(self, partner):
        vals = {"case_id": self.case.id, "partner_id": partner.id}
        return self.env["aftersales.portal.informed"].create(vals)

    def test_links(self):
        """Letters bring him no link that acts; what he had acts no more."""
        colleague = self._new_person("Eva", "eva@janssen.example", self.customer)
        purposes = (f"question_{self.asked.id}", STILL)
        for purpose in purposes:
            with self.subTest(purpose=purpose):
                self.assertFalse(self._get_link(self.case, purpose))
                self.assertTrue(self._get_link(self.case, purpose, colleague))
        self.assertTrue(self._get_link(self.case))
        self._inform(colleague)
        service = self.env["aftersales.portal.service"].sudo()
        pages = [service._get_link_page(link) for link in self.case.link_ids.sudo()]
        purposes = self.case.link_ids.mapped("purpose")
        self.assertEqual(sorted(purposes), sorted((LINK_ANSWER, STILL, LINK_VIEW)))
        self.assertEqual(
            [bool(page) for page in pages],
            [purpose == LINK_VIEW for purpose in purposes],
        )

    def test_rating(self):
        """He rates nothing either."""
        self.type_service.portal_rate = True
        with self.case._changing(forced=True, reason="Set-up") as cases:
            cases.stage_id = self.type_service._get_stage_for_state("done")
        self.case.sudo()._open_rating()
        for partner, found in ((self.dora, False), (self.customer, True)):
            with self.subTest(partner=partner.name):
                link = self.case.sudo()._make_link("rate_5", partner)
                self.assertEqual(bool(link), found)

    def test_portal(self):
        """He reads what was asked, and has no page to answer it."""
        service, partner = self._service(self.ben)
        for is_shared in (False, True):
            with self.subTest(shared=is_shared):
                if is_shared:
                    self._share("all")
                [question] = self._page(self.ben, self.case)["questions"]
                self.assertEqual(question["name"], self.question.name)
                self.assertEqual(bool(question["url"]), is_shared)
                found = service._find_asked(partner, self.case.id, self.asked.id)[1]
                self.assertEqual(bool(found), is_shared)
        [question] = self._page(self.anna, self.case)["questions"]
        self.assertTrue(question["url"])
