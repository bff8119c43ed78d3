from zlib import crc32

from ..const import CLAIM_ADDRESS, CLAIM_DOCUMENT, CLAIM_PHONE, SLIP_CLAIMED
from .common import AftersalesCommon, feature

MAIL = """\
From: {sender}
To: tcmp@aftersales.example
Subject: {subject}
Message-Id: <{key}@match.example>

{text}
"""


class TestCustomerMatch(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.nl")
        cls.type_complaint.write({"alias_name": "tcmp", "intake_unclear": "case"})
        cls.type_complaint.alias_domain_id = cls.alias_domain
        cls.other = cls.env["res.partner"].create(
            {"name": "De Boer", "is_company": True, "email": "shared@office.example"}
        )
        cls.contact.email = "anna@janssen.example"

    def _receive(self, text, sender="new@unknown.example", subject="Klacht"):
        content = crc32(f"{sender} {subject} {text}".encode())
        key = f"{self._testMethodName}-{content}"
        source = MAIL.format(sender=sender, subject=subject, text=text, key=key)
        self.env["mail.thread"].message_process(False, source)
        return self.env["aftersales.intake"].search([], limit=1)

    def _assert_claimed(self, record, partner, reason, hint):
        """Nothing is taken over from what a mail names, but for the candidate."""
        self.assertFalse(record.partner_id)
        self.assertEqual(record.claimed_partner_id, partner)
        self.assertEqual((record.claim_reason, record.claim_hint), (reason, hint))

    @feature("B4-08", "N-28")
    def test_phone_in_the_signature_is_a_candidate(self):
        """The phone under a stranger's text names the customer; one click takes him."""
        intake = self._receive("De machine lekt.\n--\nAnna\n020-794 00 01")
        case = intake.case_id
        self._assert_claimed(case, self.customer, CLAIM_PHONE, "+31207940001")
        self._assert_claimed(intake, self.customer, CLAIM_PHONE, "+31207940001")
        self.assertFalse(case.contact_id or case.phone or case.site_id)
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.email, "new@unknown.example")
        self.assertFalse(case.contact_id, "his address is not Anna's")
        self.assertFalse(case.claim_reason or intake.claim_reason)

    @feature("B4-08", "N-28")
    def test_document_is_a_candidate(self):
        """A delivery or order named by a stranger is offered; one click takes it."""
        slip = self._make_slip()
        for text, word in (
            ("Bon TST/OUT/00042 klopt niet", "TST/OUT/00042"),
            ("Bestelling SO-9917 incompleet", "SO-9917"),
        ):
            with self.subTest(text):
                case = self._receive(text).case_id
                self._assert_claimed(case, self.customer, CLAIM_DOCUMENT, word)
                self.assertEqual(case.slip_number, word)
                self.assertEqual(case.slip_state, SLIP_CLAIMED)
                self.assertEqual(case.claimed_picking_id, slip)
                self.assertFalse(case.picking_id or case.line_ids or case.site_id)
                self._as(self.agent, case).action_confirm_claim()
                self.assertEqual(case.partner_id, self.customer)
                self.assertEqual(case.picking_id, slip)

    def _make_slip(self):
        picking_type = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["stock.picking"].create(
            {
                "name": "TST/OUT/00042",
                "origin": "SO-9917",
                "partner_id": self.contact.id,
                "picking_type_id": picking_type.id,
                "location_id": picking_type.default_location_src_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )

    @feature("B4-08", "N-28")
    def test_a_hint_narrows_two_down(self):
        """Two customers share the address; the phone number offers one of them."""
        self.contact.email = "shared@office.example"
        intake = self._receive("Bel 020 7940001", "shared@office.example")
        self._assert_claimed(
            intake.case_id, self.contact, CLAIM_ADDRESS, "+31207940001"
        )
        unclear = self._receive("Zonder nummer", "shared@office.example")
        self.assertFalse(unclear.case_id.partner_id)
        self.assertFalse(unclear.case_id.claim_reason)
        self.assertEqual(
            unclear.candidate_ids.commercial_partner_id, self.customer | self.other
        )

    def test_a_clear_sender_is_not_overruled(self):
        """Who writes from a known address is that customer, whatever he quotes."""
        intake = self._receive("Zie ook 020 7940001", "shared@office.example")
        self.assertEqual(intake.case_id.partner_id, self.other)
        self.assertFalse(intake.case_id.claim_reason)

    @feature("N-28")
    def test_we_are_nobodys_customer(self):
        """Who quotes our own phone, or a supplier's, is neither of them."""
        self.company.partner_id.write(
            {"phone": "+31 20 794 0099", "country_id": self.env.ref("base.nl").id}
        )
        self.env["res.partner"].create(
            {
                "name": "Vaporetta",
                "phone": "+31 20 794 0098",
                "supplier_rank": 1,
                "country_id": self.env.ref("base.nl").id,
            }
        )
        self.env["res.partner"].create(
            {
                "name": "Our Service Desk",
                "parent_id": self.company.partner_id.id,
                "phone": "+31 20 794 0097",
                "country_id": self.env.ref("base.nl").id,
            }
        )
        for number in ("020 794 0099", "020 794 0098", "020 794 0097"):
            with self.subTest(number):
                intake = self._receive(f"U schreef: bel {number}")
                self.assertFalse(intake.candidate_ids)
                self.assertFalse(intake.case_id.claim_reason)

    @feature("N-28")
    def test_quoted_lines_do_not_count(self):
        """What a stranger quotes is not his: no candidate comes of it."""
        self._make_slip()
        for text in (
            "Dit is niet van mij.\n\n> Bon TST/OUT/00042\n> 020 794 0001",
            "Nee.\nOp di 3 mrt 2026 om 10:00 schreef Anna <a@b.example>:\n020 794 0001",
        ):
            with self.subTest(text):
                intake = self._receive(text)
                self.assertFalse(intake.candidate_ids)
                self.assertFalse(intake.case_id.claim_reason)
                self.assertFalse(intake.case_id.slip_number)
