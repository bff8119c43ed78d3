from odoo.fields import Command
from odoo.tests import Form

from .test_customer_holds import CustomerHoldCommon


class TestPartnerMoves(CustomerHoldCommon):
    """What was held stays held when its customer becomes part of another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.person = partners.create(
            {"name": "Petra Person", "email": "petra@person.example"}
        )
        cls.firm = partners.create(
            {"name": "Firm", "is_company": True, "email": "firm@firm.example"}
        )

    def _get_notes(self, partner):
        """Return the texts of what debtor control was told about a customer."""
        notes = partner.message_ids.filtered(
            lambda message: self.dunner.partner_id in message.notified_partner_ids
        )
        return [note.preview or "" for note in notes]

    def _ask(self):
        """Return what a run asks for of each open item."""
        return sorted(line.balance_due for line in self._run().line_ids)

    # === A person gets a company === #

    def test_person_gets_parent(self):
        """Invoices and entries stay held; the company is dunned, and somebody is told."""
        self._new_invoice(1000, partner=self.person)
        self._new_entry((self.person, 700), (self.other_customer, 5))
        self._new_invoice(40, partner=self.firm)
        hold = self._hold_customer(self.person)
        with Form(self.person) as form:
            form.parent_id = self.firm
        self.assertEqual(self.person.commercial_partner_id, self.firm)
        self.assertEqual(self._ask(), [5, 40])
        [note] = self._get_notes(self.person)
        self.assertIn("Petra Person now belongs to Firm", note)
        self.assertIn(hold.display_name, note)
        hold.release_policy = "go_on"
        hold._end("by_hand")
        self.assertEqual(self._ask(), [5, 40, 700, 1000])

    def test_what_comes_later(self):
        """What is addressed to the person later is held, what the company owes is not."""
        self._hold_customer(self.person)
        self.person.parent_id = self.firm
        later = self._new_invoice(1000, partner=self.person)
        self._new_invoice(40, partner=self.firm)
        self._new_entry((self.firm, 7))
        self.assertEqual(self._ask(), [7, 40])
        self.assertEqual(later.dunning_state, "full")
        notice = self._as(self.dunner, later).dunning_notice
        self.assertIn("No invoice of Firm, Petra Person is dunned", notice)

    def test_contacts_of_the_person(self):
        """What is addressed to a contact below the person stays held with it."""
        contact = self.env["res.partner"].create(
            {"name": "Paul", "parent_id": self.person.id, "type": "invoice"}
        )
        self._new_invoice(300, partner=contact)
        self._new_entry((contact, 20))
        self._hold_customer(self.person)
        self.person.parent_id = self.firm
        self.assertFalse(self._ask())

    def test_company_becomes_a_contact(self):
        """A company that is none any more, and belongs to another one."""
        self._new_invoice(1000)
        self._new_entry((self.customer, 700))
        self._new_invoice(40, partner=self.firm)
        self._hold_customer()
        self.customer.write({"is_company": False, "parent_id": self.firm.id})
        self.assertEqual(self.customer.commercial_partner_id, self.firm)
        self.assertEqual(self._ask(), [40])

    def test_hold_that_waits(self):
        """A hold that is asked for covers the same when it is approved after the move."""
        self._new_entry((self.person, 700))
        hold = self._hold_customer(self.person)
        hold.state = "requested"
        self.person.parent_id = self.firm
        self.assertEqual(hold.kept_item_ids.mapped("debit"), [700])
        hold._activate()
        self.assertFalse(self._ask())

    # === A contact changes the company === #

    def test_contact_moves_to_another_company(self):
        """What was held of the family stays held, the other company is dunned."""
        contact = self.env["res.partner"].create(
            {"name": "Paul", "parent_id": self.customer.id}
        )
        self._new_entry((contact, 700))
        self._new_invoice(1000, partner=contact)
        self._new_invoice(40, partner=self.firm)
        hold = self._hold_customer()
        contact.parent_id = self.firm
        self.assertEqual(self._ask(), [40])
        self.assertIn("Paul now belongs to Firm", self._get_notes(self.customer)[0])
        self._new_invoice(8, partner=contact)
        self.assertEqual(self._ask(), [8, 40])
        self.assertEqual(hold.kept_item_ids.mapped("debit"), [700])

    def test_contact_becomes_a_company(self):
        """A contact that owes for itself now: what was held stays held."""
        contact = self.env["res.partner"].create(
            {"name": "Paul", "parent_id": self.customer.id}
        )
        self._new_entry((contact, 700))
        self._hold_customer()
        contact.is_company = True
        self.assertEqual(contact.commercial_partner_id, contact)
        self._new_invoice(8, partner=contact)
        self.assertEqual(self._ask(), [8])

    def test_moves_to_a_held_company(self):
        """Who becomes part of a held customer is held, and somebody is told."""
        invoice = self._new_invoice(1000, partner=self.person)
        line = self._run().line_ids
        line.state = "to_be_sent"
        self._hold_customer(self.firm)
        self.assertEqual(line.state, "to_be_sent")
        self.firm.child_ids = [Command.link(self.person.id)]
        self.assertEqual(line.state, "ignored")
        self.assertEqual(invoice.dunning_state, "full")
        [note] = self._get_notes(self.firm)
        self.assertIn("so its open items are held too", note)

    def test_nobody_is_told_without_a_change(self):
        """An address that moves with its customer, or nowhere, is no news."""
        self._new_invoice(1000, partner=self.person)
        self._hold_customer(self.person)
        address = self.env["res.partner"].create({"name": "Shed"})
        address.parent_id = self.person
        self.person.write({"is_company": True, "parent_id": False})
        self.assertFalse(self._get_notes(self.person))
        self.assertFalse(self._ask())

    # === Merged === #

    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target
        )

    def test_held_customer_is_merged_into_another(self):
        """The hold follows, and covers what the one customer owes now."""
        self._new_invoice(1000, partner=self.person)
        self._new_entry((self.person, 700))
        self._new_invoice(40, partner=self.firm)
        hold = self._hold_customer(self.person)
        self._merge(self.person, self.firm)
        self.assertEqual(hold.partner_id, self.firm)
        self.assertFalse(self._ask())
        self.assertIn("merged into Firm", self._get_notes(self.firm)[0])

    def test_another_is_merged_into_the_held_customer(self):
        """It is the held customer now."""
        self._new_invoice(40, partner=self.firm)
        hold = self._hold_customer(self.person)
        self._merge(self.firm, self.person)
        self.assertEqual(hold.partner_id, self.person)
        self.assertFalse(self._ask())
        self.assertIn("merged into Petra Person", self._get_notes(self.person)[0])

    def test_contact_of_the_held_customer_is_merged_away(self):
        """What was held stays held; who he is merged with is not held."""
        contact = self.env["res.partner"].create(
            {"name": "Paul", "parent_id": self.customer.id}
        )
        self._new_entry((contact, 700))
        self._new_invoice(40, partner=self.firm)
        self._hold_customer()
        self._merge(contact, self.firm)
        self.assertEqual(self._ask(), [40])
