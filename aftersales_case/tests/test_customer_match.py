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
        key = f"{self._testMethodName}-{len(text)}-{sender}".replace("@", "-")
        source = MAIL.format(sender=sender, subject=subject, text=text, key=key)
        self.env["mail.thread"].message_process(False, source)
        return self.env["aftersales.intake"].search([], limit=1)

    @feature("B4-08")
    def test_by_phone_in_the_signature(self):
        """An unknown address, but the customer's phone number under the text."""
        intake = self._receive("De machine lekt.\n--\nAnna\n020-794 00 01")
        self.assertEqual(intake.case_id.partner_id, self.customer)
        self.assertEqual(intake.case_id.email, "new@unknown.example")

    @feature("B4-08")
    def test_by_document(self):
        """A delivery named in the text tells whose complaint it is."""
        picking_type = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.picking"].create(
            {
                "name": "TST/OUT/00042",
                "origin": "SO-9917",
                "partner_id": self.contact.id,
                "picking_type_id": picking_type.id,
                "location_id": picking_type.default_location_src_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        for text in ("Bon TST/OUT/00042 klopt niet", "Bestelling SO-9917 incompleet"):
            with self.subTest(text):
                intake = self._receive(text)
                self.assertEqual(intake.case_id.partner_id, self.customer)

    def test_a_hint_decides_between_two(self):
        """Two customers share the address; the phone number says which one writes."""
        self.contact.email = "shared@office.example"
        intake = self._receive("Bel 020 7940001", "shared@office.example")
        self.assertEqual(intake.case_id.partner_id, self.customer)
        unclear = self._receive("Zonder nummer", "shared@office.example")
        self.assertFalse(unclear.case_id.partner_id)
        self.assertEqual(
            unclear.candidate_ids.commercial_partner_id, self.customer | self.other
        )

    def test_a_clear_sender_is_not_overruled(self):
        """Who writes from a known address is that customer, whatever he quotes."""
        intake = self._receive("Zie ook 020 7940001", "shared@office.example")
        self.assertEqual(intake.case_id.partner_id, self.other)
