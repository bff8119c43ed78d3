from werkzeug.datastructures import MultiDict

from odoo.addons.aftersales_case.tests.deliveries import DeliveriesMixin

from ..const import SHARE_ALL, SHARE_OFF
from .common import PortalCommon


class TestHostile(PortalCommon):
    """Customers who look for what is not theirs."""

    def _read(self, user, case):
        return str(self._page(user, case))

    def _mail(self, case, body, address):
        """Send a mail about a case to an address, as templates do."""
        message = self._tell(case, body)
        self.env["mail.mail"].create(
            {
                "mail_message_id": message.id,
                "email_to": f"Somebody <{address}>",
                "state": "sent",
            }
        )

    # === Addresses are said by customers themselves === #

    def test_address_with_wildcards(self):
        """An address with signs that a search takes for any text finds its own mails."""
        case = self._new_case(contact_id=self.ben.partner_id.id)
        self._mail(case, "To the maker", "maker@vendor.example")
        for address in ("%@%.%", "%@vendor.example", "_aker@vendor.example"):
            with self.subTest(address=address):
                self.ben.partner_id.email = address
                self.assertNotIn("To the maker", self._read(self.ben, case))
                case.email = address
                self.assertNotIn("To the maker", self._read(self.ben, case))

    def test_address_of_somebody_else(self):
        """Who enters the address of a supplier reads nothing of what he was sent."""
        case = self._new_case(supplier_id=self.installers.id)
        self._mail(case, "To the supplier", self.ivo.email)
        case.email = self.ivo.email
        self.contact.email = self.ivo.email
        self.assertNotIn("To the supplier", self._read(self.anna, case))

    # === A case that was of another customer === #

    def test_customer_before(self):
        """Whose case it is now reads nothing of the people whose it was."""
        case = self._new_case(reporter_id=self.anna.partner_id.id)
        case.message_post(
            body="Said by Anna",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.contact.id,
        )
        self._tell(case, "Said to Anna", self.contact)
        self._mail(case, "Mailed to Anna", self.contact.email)
        case.partner_id = self.other
        self._share(SHARE_OFF)
        self.env["aftersales.portal.sharing"].create(
            {"partner_id": self.other.id, "mode": SHARE_ALL}
        )
        page = self._read(self.cleo, case)
        self.assertNotIn("Anna", page)
        service, partner = self._service(self.cleo)
        options = service._get_list_options(partner, {"group": "reporter"})
        self.assertNotIn("Anna", str(service._get_rows(partner, options, 0, 20)))

    def test_colleagues_of_ours_are_no_heading(self):
        """Who of us took down a case is no heading of the customer's list."""
        self._new_case(reporter_id=self.agent.partner_id.id)
        service, partner = self._service(self.anna)
        options = service._get_list_options(partner, {"group": "reporter"})
        [(heading, _rows)] = service._get_rows(partner, options, 0, 20)
        self.assertEqual(heading, "Anna Janssen")

    # === Somebody who reports for another customer === #

    def test_files_for_the_customer(self):
        """What is meant for the customer is not for who reported it for him."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        kind = self.env["aftersales.attachment.kind"].create(
            {"name": "Offer", "is_for_customer": True}
        )
        file = self.env["ir.attachment"].create(
            {
                "name": "offer.txt",
                "raw": b"1000",
                "res_model": case._name,
                "res_id": case.id,
                "aftersales_kind_id": kind.id,
            }
        )
        for user, found in ((self.anna, True), (self.ivo, False)):
            service, partner = self._service(user)
            with self.subTest(user=user.login):
                self.assertEqual(
                    bool(service._find_file(partner, case.id, file.id)), found
                )
                self.assertEqual("offer.txt" in self._read(user, case), found)

    def test_people_of_the_customer(self):
        """Who reported it for the customer puts none of his own people there."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        self._show("contact_id", portal="editable")
        self._show("site_id", portal="editable")
        self._show("phone", portal="editable")
        for user, names in (
            (self.anna, {"contact_id", "site_id", "phone"}),
            (self.ivo, {"phone"}),
        ):
            service, partner = self._service(user)
            found = service._find_case(partner, case.id)
            asked = service._get_change_form(partner, found)
            with self.subTest(user=user.login):
                self.assertEqual({question["name"] for question in asked}, names)
        form = MultiDict({"contact_id": str(partner.id)})
        form["was-contact_id"] = str(case.contact_id.id)
        service._change(partner, found, form)
        self.assertEqual(case.contact_id, self.contact)

    def test_contact_of_a_colleague(self):
        """Who sees a colleague's case does not make himself its contact."""
        self._share(SHARE_ALL)
        self._show("contact_id", portal="editable")
        case = self._new_case()
        for user, is_asked in ((self.anna, True), (self.ben, False)):
            service, partner = self._service(user)
            found = service._find_case(partner, case.id)
            asked = service._get_change_form(partner, found)
            with self.subTest(user=user.login):
                self.assertEqual(
                    [question["name"] for question in asked],
                    ["contact_id"] if is_asked else [],
                )
        form = MultiDict({"contact_id": str(self.ben.partner_id.id)})
        form["was-contact_id"] = str(self.contact.id)
        service._change(partner, found, form)
        self.assertEqual(case.contact_id, self.contact)

    # === Search === #

    def _finds(self, text):
        service, partner = self._service(self.anna)
        options = service._get_list_options(partner, {"search": text})
        return bool(service._count_cases(partner, options))

    def test_search_finds_what_is_shown(self):
        """What a rule shows only later, or to some roles, is not found by guessing."""
        pump = self.env["product.product"].create({"name": "Secret Pump"})
        case = self._new_case(slip_number="SECRET-1", product_ids=pump.ids)
        rules = self._show("slip_number") | self._show("product_ids")
        for text in ("secret-1", "secret pump"):
            self.assertTrue(self._finds(text))
        rules.visible_from_id = self.stage_solved
        for text in ("secret-1", "secret pump"):
            with self.subTest(text=text):
                self.assertNotIn(text.upper(), self._read(self.anna, case).upper())
                self.assertFalse(self._finds(text))
        rules.visible_from_id = False
        rules.active = False
        for text in ("secret-1", "secret pump"):
            with self.subTest(text=text, active=False):
                self.assertFalse(self._finds(text))

    # === Sharing === #

    def test_sharing_of_another_customer(self):
        """Who gives a sharing to another customer has set it, and it is told there."""
        row = self._share(SHARE_ALL)
        row.sudo().write({"since": "2001-01-01"})
        row = row.with_user(self.manager)
        row.partner_id = self.other
        self.assertEqual(row.user_id, self.manager)
        self.assertIn("Everybody sees all", str(self.other.message_ids[:1].body))


class TestHostileSlips(DeliveriesMixin, PortalCommon):
    """Customers who name the delivery of somebody else."""

    def test_slip_of_another_customer(self):
        """He learns nothing of it, neither in a report nor by a correction."""
        slip = self._picking((self.pump, 2))
        self._show("slip_number", portal="editable")
        self._show("product_ids")
        pages = []
        for number in (slip.name, "WH/OUT/NONE"):
            case = self._new_case(contact_id=self.cleo.partner_id.id)
            service, partner = self._service(self.cleo)
            found = service._find_case(partner, case.id)
            form = MultiDict({"slip_number": number, "was-slip_number": ""})
            _questions, errors = service._change(partner, found, form)
            self.assertFalse(errors)
            self.env.invalidate_all()
            self.assertFalse(case.picking_id)
            self.assertFalse(case.line_ids)
            page = self._page(self.cleo, case)
            pages.append([page["status"], page["goods"], len(page["answers"])])
        self.assertEqual(*pages)

    def test_report(self):
        """The report of somebody else's delivery takes no goods and no address."""
        slip = self._picking((self.pump, 2))
        self._show("slip_number", portal="asked")
        service, partner = self._service(self.cleo)
        case_type = service._find_type(self.type_complaint.id)
        form = MultiDict({"slip_number": slip.name})
        _case, asked = service._get_report_form(partner, case_type)
        form.setlist("shown", [question["name"] for question in asked])
        case, _asked, errors, _more = service._report(partner, case_type, form, [])
        self.assertFalse(errors)
        self.assertEqual(case.partner_id, self.other)
        self.assertFalse(case.picking_id)
        self.assertFalse(case.line_ids)
        self.assertFalse(case.site_id)
