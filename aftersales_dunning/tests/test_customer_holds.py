from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon


class CustomerHoldCommon(RemindersCommon):
    """Entries about what customers owe, made by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.equity = cls.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "=", cls.company.id)],
            limit=1,
        )

    def _new_entry(self, *debts, partner=None, date_due=None):
        """Post an entry: an opening balance, or one about several customers.

        :param debts: ``(partner, amount)``, a line each
        :param partner: the partner of the entry itself, if it has one
        """
        due = date_due or self.today - timedelta(days=30)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "partner_id": partner and partner.id,
                "date": due,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": self.receivable.id,
                            "partner_id": debtor.id,
                            "debit": amount,
                            "date_maturity": due,
                        }
                    )
                    for debtor, amount in debts
                ]
                + [
                    Command.create(
                        {
                            "name": "Opening balance",
                            "account_id": self.equity.id,
                            "credit": sum(amount for _debtor, amount in debts),
                        }
                    )
                ],
            }
        )
        entry.action_post()
        return entry

    def _new_receipt(self, amount, partner=None):
        return self._new_invoice(amount, partner=partner, move_type="out_receipt")

    def _get_asked(self, date=None):
        """Make a run; return ``{customer of the item: amount asked}``."""
        asked = {}
        for line in self._run(date).line_ids:
            customer = line.partner_id
            asked[customer] = asked.get(customer, 0) + line.balance_due
        return asked


class TestCustomerItems(CustomerHoldCommon):
    """A customer-wide hold is judged by the open item, not by its entry."""

    @feature("P-49")
    def test_opening_balance(self):
        """An entry whose customer stands on its line only is not asked for."""
        self._new_entry((self.customer, 700))
        self._hold_customer()
        run = self._run()
        self.assertFalse(run.line_ids)
        self.assertEqual(run.held_line_ids.mapped("debit"), [700])
        with Form(self._as(self.dunner, run)) as form:
            self.assertEqual(form.held_count, 1)

    def test_entry_of_several_customers(self):
        """Each line of it is judged by its own customer, in both directions."""
        third = self.customer.copy({"name": "Third", "email": "third@example.com"})
        entry = self._new_entry(
            (self.customer, 700), (self.other_customer, 300), (third, 50)
        )
        hold = self._hold_customer()
        self.assertEqual(self._get_asked(), {self.other_customer: 300, third: 50})
        states = {line.debit: line.hold_state for line in entry.line_ids}
        self.assertEqual(states, {700: "full", 300: "none", 50: "none", 0: "none"})
        hold._release_by_hand({"release_policy": "go_on"})
        self._hold_customer(self.other_customer)
        self.assertEqual(self._get_asked(), {self.customer: 700, third: 50})

    def test_entry_that_names_another_customer(self):
        """The partner of the entry decides nothing about the lines of others."""
        self._new_entry(
            (self.customer, 700), (self.other_customer, 300), partner=self.customer
        )
        self._new_entry((self.customer, 20), partner=self.other_customer)
        self._hold_customer()
        self.assertEqual(self._get_asked(), {self.other_customer: 300})

    def test_instalment_that_another_owes(self):
        """An insurer owes half of an invoice to the customer: that half is asked for."""
        halves = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 1)
                ],
            }
        )
        invoice = self._new_invoice(1000, invoice_payment_term_id=halves.id)
        second = invoice._get_term_lines().sorted("date_maturity")[1]
        second.with_context(skip_invoice_sync=True).partner_id = self.other_customer
        self._hold_customer()
        self.assertEqual(self._get_asked(), {self.other_customer: 500})

    def test_contact_on_the_line(self):
        """A contact of the customer on an entry is the customer."""
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id, "type": "contact"}
        )
        self._new_entry((contact, 700))
        self._new_entry((contact, 40), (self.other_customer, 300))
        self._hold_customer()
        self.assertEqual(self._get_asked(), {self.other_customer: 300})

    def test_receipt(self):
        """A receipt is held as an invoice is."""
        self._new_receipt(80)
        self._new_receipt(90, partner=self.other_customer)
        self._hold_customer()
        self.assertEqual(self._get_asked(), {self.other_customer: 90})

    def test_subsidiary_is_another_customer(self):
        """A company under the customer owes for itself."""
        subsidiary = self.env["res.partner"].create(
            {
                "name": "Subsidiary",
                "is_company": True,
                "parent_id": self.customer.id,
                "email": "sub@example.com",
            }
        )
        self._new_invoice(100, partner=subsidiary)
        self._new_entry((subsidiary, 30))
        self._new_entry((self.customer, 700))
        self._hold_customer()
        self.assertEqual(self._get_asked(), {subsidiary: 130})

    def test_archived_customer(self):
        """Archived, back again, or kept to a company: that changes nothing."""
        invoice = self._new_invoice(100)
        self._new_entry((self.customer, 700))
        self._hold_customer()
        self.customer.company_id = self.company
        for active in (False, True):
            self.customer.active = active
            self.assertFalse(self._run().line_ids)
        self.assertEqual(invoice.dunning_state, "full")

    # === Every gate looks at the line === #

    def test_line_is_ready_when_the_hold_comes(self):
        """What was prepared about the line of one customer is taken back, not the rest."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        lines = self._run().line_ids
        lines.state = "to_be_sent"
        self._hold_customer()
        states = {line.partner_id: line.state for line in lines}
        self.assertEqual(
            states, {self.customer: "ignored", self.other_customer: "to_be_sent"}
        )
        with self.assertRaisesRegex(UserError, "may not be dunned"):
            lines.filtered(lambda line: line.state == "ignored").state = "to_be_sent"

    def test_mail_in_the_queue(self):
        """A queued mail about an opening balance is cancelled, the other customer's not."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        lines = self._queue()
        self._hold_customer()
        sent = self._send(self._get_mails(lines.communication_id))
        self.assertEqual(len(sent), 1)
        self.assertIn("300.00", sent[0])
        states = {line.partner_id: line.state for line in lines}
        self.assertEqual(
            states, {self.customer: "ignored", self.other_customer: "sent"}
        )

    def test_letter_is_printed_again(self):
        """A letter about an opening balance is refused, that of the other is not."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        lines = self._run().line_ids
        lines.channel = "letter"
        lines.state = "to_be_sent"
        self._wizard("printer", lines).print_lines()
        made = lines.communication_id
        made._get_printable()
        self._hold_customer()
        of_other = made.filtered(lambda one: one.partner_id == self.other_customer)
        of_other._get_printable()
        with self.assertRaisesRegex(UserError, "held"):
            (made - of_other)._get_printable()

    def test_limit_counts_open_items(self):
        """What a hold of the customer is about is more than his invoices."""
        self._new_invoice(100)
        self._new_entry((self.customer, 700), (self.other_customer, 5000))
        self._new_invoice(60, move_type="out_refund")  # no item that he owes
        limit = self._set_limit("hold", 800, group="account.group_account_invoice")
        vals = {
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "scope": "customer",
            "reason_id": self.env.ref("aftersales_dunning.reason_dispute").id,
        }
        holds = self._as(self.dunner)["aftersales.dunning.hold"]
        hold = holds.create(dict(vals))
        self.assertEqual(hold.state, "active")
        limit.amount = 799
        self.assertEqual(holds.create(dict(vals)).waits_for, "manager")
        part = self._hold(self._new_invoice(50), amount=10)
        part.reason_id = vals["reason_id"]
        with self.assertRaisesRegex(AccessError, "accounting manager"):
            self._as(self.dunner, part).scope = "customer"

    def test_locks_of_a_reminder(self):
        """A sender locks who may be held: the item's customer and who is above him."""
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        desk = contact.create({"name": "Desk", "parent_id": contact.id})
        entry = self._new_entry((desk, 700))
        moves, partners = self._run().line_ids._get_locks()
        self.assertEqual(moves, entry.ids)
        self.assertEqual(set(partners), set((desk | contact | self.customer).ids))
        invoice = self._new_invoice(100, partner=contact)
        lines = self._run().line_ids.filtered(lambda line: line.invoice_id == invoice)
        moves, partners = lines._get_locks()
        self.assertEqual(moves, invoice.ids)
        self.assertEqual(set(partners), set((contact | self.customer).ids))

    def test_screens_name_the_line(self):
        """Searching control lines by hold finds the line of the customer alone."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        lines = self._run().line_ids
        self._hold_customer()
        found = lines.search([("hold_state", "=", "full"), ("id", "in", lines.ids)])
        self.assertEqual(found.partner_id, self.customer)
        found = lines.search([("hold_state", "=", "none"), ("id", "in", lines.ids)])
        self.assertEqual(found.partner_id, self.other_customer)
        self.assertEqual(lines.filtered("held_amount").mapped("held_amount"), [700])

    def test_analysis(self):
        """The analysis takes off what is held line by line."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        self._run().line_ids.state = "sent"
        self._hold_customer()
        self.env.flush_all()
        rows = self.env["credit.control.analysis"].search(
            [("partner_id", "in", (self.customer | self.other_customer).ids)]
        )
        found = {row.partner_id: (row.open_balance, row.held_balance) for row in rows}
        self.assertEqual(
            found, {self.customer: (0, 700), self.other_customer: (300, 0)}
        )

    def test_dry_run_is_equal(self):
        """The dry run says of each line what the run makes of it."""
        self._new_entry((self.customer, 700), (self.other_customer, 300))
        self._hold_customer()
        wizard = self.env["aftersales.dunning.dry.run"].create(
            {"date": self.today, "company_id": self.company.id}
        )
        rows = wizard._make_lines()
        found = {row.partner_id: (row.outcome, row.due_now) for row in rows}
        self.assertEqual(
            found,
            {self.customer: ("held", 0), self.other_customer: ("remind", 300)},
        )
        reasons = {row.partner_id: bool(row.reason) for row in rows}
        self.assertEqual(reasons, {self.customer: True, self.other_customer: False})

    def test_terms_leave_others_alone(self):
        """The end of a hold gives no new dates to what other customers owe."""
        due = self.today - timedelta(days=30)
        own = self._new_entry((self.customer, 200))
        both = self._new_entry((self.customer, 700), (self.other_customer, 300))
        hold = self._hold_customer()
        hold.sudo().write({"release_policy": "new_due", "due_days": 14})
        hold._end("by_hand")
        ours = own.line_ids.filtered("debit")
        self.assertEqual(ours.date_maturity, self.today + timedelta(days=14))
        self.assertEqual(
            both.line_ids.filtered("debit").mapped("date_maturity"), [due, due]
        )
