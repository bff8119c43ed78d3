from datetime import timedelta

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon


class TestHeldScreens(RemindersCommon):
    """Accountants see what is held, why, by which case, until when."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.partly = self._new_invoice(1000), self._new_invoice(200)
        self.free = self._new_invoice(50)
        self.lines = self._remind(self.held, self.partly, self.free)
        self.hold = self._hold(self.held, case=self.case)
        self._hold(self.partly, "amount", 80, self.case)

    @feature("P-46")
    def test_line(self):
        """A line's form and list say it; a filter finds it."""
        held, partly, free = self._as(self.dunner, self.lines)
        self.env.flush_all()
        with Form(held) as form:
            self.assertEqual(form.hold_state, "full")
            self.assertEqual(form.held_amount, 1000)
            self.assertEqual(form.hold_cases, self.case.number)
            self.assertEqual(form.hold_why, "Product complaint")
            self.assertEqual(form.hold_until, str(self.hold.date_until))
        self.assertEqual(partly.hold_state, "partial")
        self.assertEqual(partly.held_amount, 80)
        self.assertEqual(partly.due_now, 120)
        self.assertEqual(free.hold_state, "none")
        self.assertFalse(free.held_amount)
        own = [("id", "in", self.lines.ids)]
        for states, expected in (
            (["partial", "full"], held | partly),
            (["partial"], partly),
            (["none"], free),
        ):
            found = held.search([*own, ("hold_state", "in", states)])
            self.assertEqual(found, found & expected)
            self.assertEqual(len(found), len(expected))

    def test_waiting_line(self):
        """What waits after a release is shown as held, until its day."""
        day = self.today + timedelta(days=300)
        self._wait(self.free, 300)
        line = self.lines[2]
        self.assertEqual(line.hold_state, "full")
        self.assertEqual(line.hold_until, day)
        self.assertIn("not before", line.hold_why)
        self.assertIn(line, line.search([("hold_state", "=", "full")]))

    def test_customer_hold(self):
        """A hold of the customer shows on every line, and is found."""
        self._hold(
            self.env["account.move"], scope="customer", partner_id=self.customer.id
        )
        self.lines.invalidate_recordset()
        self.assertEqual(set(self.lines.mapped("hold_state")), {"full"})
        found = self.lines.search([("hold_state", "=", "full")])
        self.assertEqual(found & self.lines, self.lines)

    def test_communication(self):
        """A communication says how much of it is in review, and asks for the rest."""
        self.lines[1:].state = "to_be_sent"
        made = self.env[
            "credit.control.communication"
        ]._generate_comm_from_credit_lines(self.lines)
        self.assertEqual(made.hold_state, "partial")
        self.assertEqual(made.held_amount, 80)
        self.assertEqual(made.total_due, 170)
        self.assertEqual(made.hold_cases, self.case.number)
        found = made.search([("hold_state", "in", ["partial", "full"])])
        self.assertIn(made, found)
        self.assertNotIn(made, made.search([("hold_state", "=", "none")]))
        with Form(self._as(self.dunner, made)) as form:
            self.assertEqual(form.held_amount, 80)

    @feature("P-49")
    def test_partner(self):
        """The button on the customer shows what is held of what it owes."""
        customer = self._as(self.accountant, self.customer)
        self.assertEqual(customer.dunning_held, 1080)
        action = self._press(customer, "action_view_dunning_held")
        holds = self.env["aftersales.dunning.hold"].search(action["domain"])
        self.assertEqual(holds.move_id, self.held | self.partly)
        self._hold(
            self.env["account.move"], scope="customer", partner_id=self.customer.id
        )
        customer.invalidate_recordset()
        self.assertEqual(customer.dunning_held, 1250)

    def test_analysis(self):
        """Overdue is less what is held, which stands beside it."""
        self.env.flush_all()
        row = self.env["credit.control.analysis"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(row.open_balance, 170)
        self.assertEqual(row.held_balance, 1080)
        self.hold._end("by_hand")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.open_balance, 1170)
        self.assertEqual(row.held_balance, 80)
        self._wait(self.held, 300)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.open_balance, 170, "what waits for its date is held too")
        self.assertEqual(row.held_balance, 1080)

    def test_queries(self):
        """A list of many lines costs as many queries as one of each kind."""
        names = ["hold_state", "held_amount", "hold_cases", "hold_until", "hold_why"]
        for _number in range(20):
            self._hold(self._new_invoice(100), "amount", 10)
        lines = self.lines | self._run().line_ids

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.read(names)
            return self.cr.sql_log_count - before

        count(self.lines)
        few = count(self.lines)
        self.assertLessEqual(count(lines), few)
        self.assertGreater(len(lines), 20)


class TestOtherCompany(RemindersCommon):
    def test_customer_hold_is_of_one_company(self):
        """Holding a customer in one company does not stop it in another."""
        other = self.env["res.company"].create({"name": "Andere BV"})
        self.env.user.company_ids |= other
        self._hold(
            self.env["account.move"],
            scope="customer",
            partner_id=self.customer.id,
            company_id=other.id,
        )
        invoice = self._new_invoice(100)
        self.assertEqual(self._run().line_ids.invoice_id, invoice)
        self.assertFalse(
            self.env["aftersales.dunning.hold"].search_count(
                [
                    ("company_id", "=", self.company.id),
                    ("partner_id", "=", self.customer.id),
                ]
            )
        )
