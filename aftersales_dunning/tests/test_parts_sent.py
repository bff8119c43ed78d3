from datetime import timedelta

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon


class TestPartsSent(RemindersCommon):
    """Reminders about parts pass the same gates as those about the rest."""

    def _ready(self):
        """Rest and part of an invoice, both ready at the first level."""
        invoice = self._new_invoice(1000)
        self.case = self._new_case(user_id=self.agent.id)
        hold = self._hold(invoice, "amount", 300, self.case)
        hold._release_by_hand({"release_policy": "restart"})
        run = self._run()
        run.set_to_ready_lines()
        lines = run.line_ids
        part = lines.filtered("hold_id")
        self.assertEqual(part.hold_id, hold)
        return invoice, run, lines - part, part

    @feature("N-27", "N-02")
    def test_two_rows_in_one_mail(self):
        """Part and rest stand in one mail as two rows; they add up."""
        invoice, run, rest, part = self._ready()
        run.run_channel_action()
        communication = (rest | part).communication_id
        self.assertEqual(len(communication), 1)
        self.assertEqual(communication.total_due, 1000)
        table = str(communication._get_credit_control_communication_table())
        self.assertEqual(communication.credit_control_line_ids, rest | part)
        self.assertIn(invoice.name, table)
        self.assertIn("300.00", table)
        self.assertIn("700.00", table)
        self.assertTrue(set((rest | part).mapped("state")) <= {"queued", "sent"})

    @feature("N-02")
    def test_part_is_held_again(self):
        """What is disputed anew is not asked for; the rest is, as it was."""
        invoice, run, rest, part = self._ready()
        self._hold(invoice, "amount", 300, self.case)
        self.assertEqual((part.state, rest.state), ("ignored", "to_be_sent"))
        self.assertEqual((rest.balance_due, invoice.held_amount), (700, 300))
        run.run_channel_action()
        self.assertEqual(rest.communication_id.total_due, 700)

    def test_part_is_paid_in_between(self):
        """The rest is paid first; then the part asks for what is left of it."""
        invoice, run, rest, part = self._ready()
        self._pay(invoice, 800)
        run.run_channel_action()
        self.assertEqual((rest.state, part.balance_due), ("ignored", 200))
        self.assertEqual(part.communication_id.total_due, 200)

    def test_customer_is_held_in_between(self):
        """Nothing leaves about a customer that is held, parts neither."""
        _invoice, run, rest, part = self._ready()
        self._hold_customer()
        self.assertEqual((rest | part).mapped("state"), ["ignored", "ignored"])
        self.assertFalse(self._run(self.today + timedelta(days=3)).line_ids)
        self.assertEqual(run.line_ids, rest | part)

    def test_two_parts_at_two_levels(self):
        """Two parts of one invoice, each in a series of its own beside the rest."""
        invoice = self._new_invoice(1000)
        first, second = (self._hold(invoice, "amount", x) for x in (100, 200))
        first._release_by_hand({"release_policy": "restart"})
        self._run().line_ids.write({"state": "sent"})
        second._release_by_hand({"release_policy": "new_due", "due_days": 2})
        lines = self._run(self.today + timedelta(days=12)).line_ids
        self.assertEqual(
            {line.hold_id: (line.level, line.balance_due) for line in lines},
            {
                first: (2, 100),
                second: (1, 200),
                first.browse(): (2, 700),
            },
        )

    def test_draft_and_posted_again(self):
        """A reset to draft holds nothing; once it is posted the part is out as before."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 9})
        invoice.button_draft()
        self.assertEqual(hold.held_amount, 0)
        invoice.action_post()
        self.assertEqual((hold.part_state, hold.held_amount), ("waiting", 300))
        self.assertEqual(invoice.due_now, 700)

    def test_customer_terms_leave_parts_alone(self):
        """A customer's release with a new date moves no invoice with a part of its own."""
        whole, parted = self._new_invoice(500), self._new_invoice(1000)
        old = parted.invoice_date_due
        self._hold(parted, "amount", 300)
        customer = self._hold_customer()
        customer._release_by_hand({"release_policy": "new_due", "due_days": 9})
        self.assertEqual(whole.invoice_date_due, self.today + timedelta(days=9))
        self.assertEqual(parted.invoice_date_due, old)
        self.assertEqual((parted.held_amount, parted.due_now), (300, 700))
