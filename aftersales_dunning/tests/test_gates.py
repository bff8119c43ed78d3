from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon


class TestRunGate(RemindersCommon):
    """Exits 1 and 2: no line is made for what is held."""

    @feature("I2-55")
    def test_run_leaves_held_invoice_out_and_shows_it(self):
        """The held invoice is on the run's page Held, the other one gets a reminder."""
        case = self._new_case()
        held, free = self._new_invoice(1000), self._new_invoice(200)
        self._hold(held, case=case)
        run = self._run()
        self.assertEqual(run.line_ids.invoice_id, free)
        self.assertEqual(run.held_line_ids.move_id, held)
        with Form(self._as(self.dunner, run)) as form:
            self.assertEqual(form.held_count, 1)
            self.assertIn(held._get_term_lines(), form.held_line_ids)
        row = self._as(self.dunner, run).held_line_ids
        self.assertEqual(row.hold_cases, case.number)
        self.assertEqual(row.hold_why, "Product complaint")
        self.assertEqual(row.held_amount, 1000)
        self.assertIn("1 instalments of 1 invoices were held back", run.report)

    def test_only_what_would_have_been_dunned_is_held_back(self):
        """An invoice whose reminder is not due yet is not held back from anything."""
        early = self._new_invoice(10, date_due=self.today - timedelta(days=2))
        self._hold(early)
        self.assertFalse(self._run().held_line_ids)

    def test_dry_run_writes_nothing(self):
        """A run that is not saved selects alike, and writes nothing."""
        held, free = self._new_invoice(1000), self._new_invoice(200)
        self._hold(held)
        self.env.flush_all()
        run = self.env["credit.control.run"].new(
            {"date": self.today, "company_id": self.company.id}
        )
        lines = self.policy._get_move_lines_to_process(run)
        self.assertEqual(lines.move_id, free)
        self.assertFalse(run.held_line_ids)

    @feature("P-49")
    def test_customer_hold(self):
        """A hold of the customer stops all its invoices, and nobody else's."""
        self._new_invoice(100)
        self._new_invoice(200)
        other = self._new_invoice(300, partner=self.other_customer)
        hold = self._hold_customer()
        run = self._run()
        self.assertEqual(run.line_ids.invoice_id, other)
        self.assertEqual(len(run.held_line_ids), 2)
        hold._end("by_hand")
        self.assertEqual(len(self._run().line_ids.invoice_id), 3)

    def _hold_customer(self):
        return self._hold(
            self.env["account.move"],
            scope="customer",
            partner_id=self.customer.id,
            release_policy="go_on",
        )

    def test_wait_after_release(self):
        """What is not dunned before a day is judged by the day of the run."""
        invoice = self._new_invoice(100)
        self._wait(invoice, 5)
        self.assertFalse(self._run().line_ids)
        run = self._run(self.today + timedelta(days=5))
        self.assertEqual(run.line_ids.invoice_id, invoice)

    @feature("P-47", "N-02")
    def test_undisputed_part_is_dunned(self):
        """The line asks for what is not in review, rounded."""
        invoice = self._new_invoice(1000.05)
        self._hold(invoice, "amount", 400.02)
        line = self._remind(invoice)
        self.assertEqual(line.amount_due, 1000.05)
        self.assertEqual(line.balance_due, 600.03)

    def test_rest_below_tolerance(self):
        """500 less 499.95 leaves 0.05: below the tolerance of 0.10, nothing is sent."""
        invoice = self._new_invoice(500)
        hold = self._hold(invoice, "amount", 499.95)
        self.assertFalse(self._run().line_ids)
        hold.amount = 499.90
        self.assertEqual(self._remind(invoice).balance_due, 0.1)

    def test_tolerance_in_currency_of_invoice(self):
        """A tolerance of 10 is 20 in a currency of which two make one."""
        currency = self.env["res.currency"].create(
            {
                "name": "TWO",
                "symbol": "2",
                "rate_ids": [
                    Command.create(
                        {"rate": 2, "name": "2020-01-01", "company_id": self.company.id}
                    )
                ],
            }
        )
        self.company.credit_control_tolerance = 10
        small = self._new_invoice(500, currency_id=currency.id)
        large = self._new_invoice(500, currency_id=currency.id)
        self._hold(small, "amount", 480.01)
        self._hold(large, "amount", 480)
        line = self._run().line_ids
        self.assertEqual(line.invoice_id, large)
        self.assertEqual(line.balance_due, 20)

    def test_hold_lies_on_what_is_due_last(self):
        """Of two instalments the first is asked for as far as the hold leaves it."""
        term = self.env["account.payment.term"].create(
            {
                "name": "30/70",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 30, "nb_days": 1}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 70, "nb_days": 10}
                    ),
                ],
            }
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.today - timedelta(days=40),
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": 1000, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        hold = self._hold(invoice, "amount", 600)
        lines = self._run().line_ids.sorted("date_due")
        self.assertEqual(lines.mapped("balance_due"), [300, 100])
        hold.amount = 800
        run = self._run()
        lines = run.line_ids
        self.assertEqual(lines.mapped("balance_due"), [200])
        self.assertEqual(
            run.held_line_ids.date_maturity, self.today - timedelta(days=30)
        )

    def test_policy_changer(self):
        """A level cannot be given by hand while the invoice is held."""
        case = self._new_case()
        invoice = self._new_invoice(100)
        hold = self._hold(invoice, case=case, release_policy="go_on")
        wizard = (
            self.env["credit.control.policy.changer"]
            .with_context(active_ids=invoice.ids)
            .create(
                {
                    "new_policy_id": self.policy.id,
                    "new_policy_level_id": self.policy.level_ids[1].id,
                }
            )
        )
        with self.assertRefused(UserError, f"{invoice.name}: held, case {case.number}"):
            wizard.set_new_policy()
        quiet = self._new_policy()
        quiet.do_nothing = True
        wizard.write(
            {
                "new_policy_id": quiet.id,
                "new_policy_level_id": quiet.level_ids[0].id,
            }
        )
        wizard.set_new_policy()
        self.assertEqual(invoice.credit_policy_id, quiet)
        self.assertFalse(invoice.credit_control_line_ids)
        hold._end("by_hand")
        wizard.write(
            {
                "new_policy_id": self.policy.id,
                "new_policy_level_id": self.policy.level_ids[1].id,
            }
        )
        wizard.set_new_policy()
        self.assertEqual(invoice.credit_control_line_ids.level, 2)

    def test_held_invoice_lifts_no_other(self):
        """A policy that lifts a customer to his highest level leaves out what is held."""
        self.policy.apply_max_policy_level = True
        held = self._new_invoice(1000)
        reached = self._run().line_ids
        reached.write({"state": "sent", "date": self.today - timedelta(days=15)})
        self._hold(held)
        free = self._new_invoice(500)
        lines = self._run().line_ids
        self.assertEqual([(line.invoice_id, line.level) for line in lines], [(free, 1)])

    def test_making_lines_directly(self):
        """Whoever makes lines passes the judge; partly held ones ask for less."""
        stopped, partly = self._new_invoice(100), self._new_invoice(100)
        self._hold(stopped)
        self._hold(partly, "amount", 30)
        items = (stopped | partly)._get_term_lines()
        lines = self.env["credit.control.line"].create_or_update_from_mv_lines(
            items, self.policy.level_ids[0], self.today, self.company, False
        )
        self.assertEqual(lines.invoice_id, partly)
        self.assertEqual(lines.balance_due, 70)

    def test_queries_do_not_grow(self):
        """Forty partly held invoices cost the selection as many queries as one."""
        run = self.env["credit.control.run"].new(
            {"date": self.today, "company_id": self.company.id}
        )

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.policy._get_move_lines_to_process(run)
            return self.cr.sql_log_count - before

        self._hold(self._new_invoice(100), "amount", 10)
        count()
        one = count()
        for _number in range(39):
            self._hold(self._new_invoice(100), "amount", 10)
        self.assertLessEqual(count(), one)


class TestStateGate(RemindersCommon):
    """Exits 3, 4, 5, 15: no held line becomes one that goes to the customer."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.run_ = self._run()
        lines = self.run_.line_ids
        self.held_line = lines.filtered(lambda line: line.invoice_id == self.held)
        self.free_line = lines - self.held_line

    def _hold_late(self, **vals):
        """Hold without taking back what is on its way, as a run does not see it yet."""
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)
        return self._hold(self.held, case=self.case, **vals)

    @feature("I2-55")
    def test_hold_ignores_draft_line(self):
        """Holding an invoice ignores its line, says why, and leaves the other one."""
        self._hold(self.held, case=self.case)
        self.assertEqual(self.held_line.state, "ignored")
        self.assertEqual(self.free_line.state, "draft")
        self.assertIn(self.case.number, self.held_line.message_ids[0].body)
        self.assertEqual(self.held_line.hold_state, "full")

    def test_set_to_ready(self):
        """All are set to ready but the held one, and the run's report says so."""
        self._hold_late()
        self.run_.set_to_ready_lines()
        self.assertEqual(self.held_line.state, "ignored")
        self.assertEqual(self.free_line.state, "to_be_sent")
        self.assertIn(self.held.name, self.run_.report)

    def test_writing_the_state(self):
        """Each state of leaving is refused, naming invoice, case and remedy."""
        self._hold_late()
        for state in ("to_be_sent", "queued", "sent"):
            with self.assertRefused(
                UserError,
                f"{self.held.name}: held, case {self.case.number}"
                "(.|\n)*release the hold first",
            ):
                self.run_.line_ids.write({"state": state})
        self.free_line.write({"state": "sent"})
        self.assertEqual(self.free_line.date_sent, self.today)

    def test_no_context_opens_the_gate(self):
        """What a request can put into the context is not what opens it."""
        self._hold_late()
        line = self.held_line.with_context(dunning_judged=True)
        with self.assertRefused(UserError, "held"):
            line.state = "sent"

    def test_ready_line_is_restated(self):
        """A line of a partly held invoice leaves with what may be asked for."""
        self._hold_late(scope="amount", amount=400)
        self.assertEqual(self.held_line.balance_due, 1000)
        self.run_.set_to_ready_lines()
        self.assertEqual(self.held_line.state, "to_be_sent")
        self.assertEqual(self.held_line.balance_due, 600)

    def test_marker(self):
        """The marker leaves out what is held; with nothing left it says why."""
        self._hold_late()
        for state in ("to_be_sent", "sent"):
            with self.assertRefused(UserError, self.case.number):
                self._wizard("marker", self.held_line, name=state).mark_lines()
        self._wizard("marker", self.run_.line_ids, name="sent").mark_lines()
        self.assertEqual(self.held_line.state, "draft")
        self.assertEqual(self.free_line.state, "sent")
        self._wizard("marker", self.held_line, name="ignored").mark_lines()
        self.assertEqual(self.held_line.state, "ignored")

    def test_phone_list_is_marked(self):
        """Who phones sees what is held, and can leave it out by a filter."""
        self._hold_late()
        self.run_.line_ids.channel = "phone"
        lines = self._as(self.dunner, self.run_.line_ids)
        domain = [("id", "in", lines.ids), ("channel", "=", "phone")]
        held = lines.search([*domain, ("hold_state", "in", ["partial", "full"])])
        self.assertEqual(held.invoice_id, self.held)
        self.assertEqual(held.hold_cases, self.case.number)
        self.assertEqual(held.held_amount, 1000)
        free = lines.search([*domain, ("hold_state", "=", "none")])
        self.assertEqual(free.invoice_id, self.free)


class TestCommunicationGate(RemindersCommon):
    """Exits 6, 7, 8, 9: no communication names what is held."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.run_ = self._run()
        self.lines = self.run_.line_ids
        self.lines.state = "to_be_sent"
        self.held_line = self.lines.filtered(lambda line: line.invoice_id == self.held)
        self.free_line = self.lines - self.held_line
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)

    def test_channel_action(self):
        """The run's action sends the rest, in a mail that does not name the held one."""
        self._hold(self.held, case=self.case)
        self.run_.run_channel_action()
        self.assertEqual(self.held_line.state, "ignored")
        self.assertFalse(self.held_line.communication_id)
        communication = self.free_line.communication_id
        self.assertEqual(communication.credit_control_line_ids, self.free_line)
        body = self._get_mails(communication).body_html
        self.assertIn(self.free.name, body)
        self.assertNotIn(self.held.name, body)

    def test_channel_action_with_all_held(self):
        """A run of letters with nothing left prints nothing."""
        self.lines.channel = "letter"
        self._hold(self.held)
        self._hold(self.free)
        self.assertFalse(self.run_.run_channel_action())
        self.assertEqual(set(self.lines.mapped("state")), {"ignored"})

    def test_generating_communications(self):
        """Whoever makes communications gets them without what is held."""
        self._hold(self.held)
        made = self.env[
            "credit.control.communication"
        ]._generate_comm_from_credit_lines(self.lines)
        self.assertEqual(made.credit_control_line_ids, self.free_line)
        self.assertFalse(made._generate_comm_from_credit_lines(self.held_line))

    def test_emailer(self):
        """The wizard mails the rest; with nothing left it says why."""
        self._hold(self.held, case=self.case)
        with self.assertRefused(UserError, self.case.number):
            self._wizard("emailer", self.held_line).email_lines()
        self._wizard("emailer", self.lines).email_lines()
        self.assertFalse(self.held_line.communication_id)
        self.assertEqual(self.free_line.state, "queued")

    def test_emails_of_a_communication_made_before(self):
        """A communication that was made before the hold is not mailed."""
        made = self.env[
            "credit.control.communication"
        ]._generate_comm_from_credit_lines(self.lines)
        self._hold(self.held, case=self.case)
        with self.assertRefused(UserError, self.case.number):
            made._generate_emails()

    def test_printer(self):
        """The wizard, which prints any state, leaves out what is held."""
        self._hold(self.held, case=self.case)
        self.held_line.state = "ignored"
        with self.assertRefused(UserError, self.case.number):
            self._wizard("printer", self.held_line).print_lines()
        action = self._wizard("printer", self.lines).print_lines()
        [printed] = action["context"]["active_ids"]
        communication = self.free_line.communication_id
        self.assertEqual(printed, communication.id)
        self.assertEqual(self.free_line.state, "sent")
        self.assertEqual(self.held_line.state, "ignored")
