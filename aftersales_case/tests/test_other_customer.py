from odoo.tests import Form

from .common import AftersalesCommon


class TestOtherCustomer(AftersalesCommon):
    """A case turns out to be another customer's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.contact.write({"email": "anna@janssen.example", "phone": "+31201234567"})
        cls.shop = partners.create(
            {"name": "Shop", "parent_id": cls.customer.id, "type": "delivery"}
        )
        cls.other = partners.create({"name": "Cafe Cleo", "is_company": True})
        cls.cleo = partners.create(
            {
                "name": "Cleo Smit",
                "parent_id": cls.other.id,
                "email": "cleo@cleo.example",
            }
        )

    def _read(self, case):
        self.env.flush_all()
        return (case.contact_id, case.site_id, case.email, case.phone)

    def test_nothing_of_the_former_stays(self):
        """Neither contact nor site, address and number; the agent sees so at once."""
        case = self._new_case(site_id=self.shop.id)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(case.phone, "+31201234567")
        case.with_user(self.agent).partner_id = self.other
        self.assertEqual(self._read(case), (*[self.contact.browse()] * 2, False, False))

    def test_contact(self):
        """By its contact, too; his address takes the place of the former."""
        case = self._new_case(site_id=self.shop.id)
        case.with_user(self.agent).contact_id = self.cleo
        self.assertEqual(case.partner_id, self.other)
        self.assertEqual(
            self._read(case),
            (self.cleo, self.shop.browse(), "cleo@cleo.example", False),
        )

    def test_what_is_said_with_it(self):
        """What is written together with the new customer stays."""
        case = self._new_case()
        case.with_user(self.agent).write(
            {"partner_id": self.other.id, "email": "new@else.example"}
        )
        self.assertEqual(case.email, "new@else.example")
        with Form(case.with_user(self.agent)) as form:
            form.partner_id = self.customer
            form.phone = "+31 20 999 9999"
        self.assertEqual(case.phone, "+31 20 999 9999", "as typed")

    def test_what_is_not_the_formers(self):
        """Who wrote for the former customer from elsewhere stays reached."""
        case = self._new_case(email="ivo@installs.example", phone="+31209876543")
        case.with_user(self.agent).partner_id = self.other
        self.assertEqual(case.email, "ivo@installs.example")
        self.assertEqual(case.phone, "+31209876543")

    def test_same_customer(self):
        """An address of the same customer is the same customer."""
        case = self._new_case()
        case.partner_id = self.shop
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")

    def test_many(self):
        """Many cases at once take as many queries as two."""

        def move(count):
            cases = self.env["aftersales.case"].union(
                *(self._new_case() for _number in range(count))
            )
            self.env.flush_all()
            return self._count_queries(
                lambda: cases._leave_customer({"partner_id": self.other.id})
            )

        move(1)
        self.assertEqual(move(2), move(8))
