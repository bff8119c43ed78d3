from odoo import fields

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon
from .test_gates_letter import REPORT, get_rows


class TestOneCommunication(RemindersCommon):
    """A customer gets one letter or mail about all that he is reminded of at once."""

    def setUp(self):
        super().setUp()
        self.old = self._new_invoice(1000)
        self._remind(self.old).state = "sent"
        self.new = self._new_invoice(200)
        self.later = fields.Date.add(self.today, days=10)
        self.lines = self._remind(self.old, self.new, date=self.later)
        self.assertEqual(self.lines.mapped("level"), [2, 1])
        self.run_ = self.lines.run_id

    def _set_channel(self, level, channel):
        self.lines.filtered(lambda line: line.level == level).channel = channel

    @feature("N-02")
    def test_mail(self):
        """Two levels, one mail: it speaks as the second reminder and names both."""
        self.lines.state = "to_be_sent"
        self.run_.run_channel_action()
        communication = self.lines.communication_id
        self.assertEqual(len(communication), 1)
        self.assertEqual(communication.policy_level_id.level, 2)
        [body] = self._send(self._get_mails(communication))
        self.assertIn("Second reminder", body)
        for invoice in (self.old, self.new):
            self.assertIn(invoice.name, body)
        for amount in ("1,000.00", "200.00"):
            self.assertIn(amount, body)
        self.assertEqual(set(self.lines.mapped("state")), {"sent"})

    def test_channel_of_the_highest(self):
        """The second reminder is a letter: what is due besides stands in it."""
        self._set_channel(2, "letter")
        self.lines.state = "to_be_sent"
        action = self.run_.run_channel_action()
        communication = self.lines.communication_id
        self.assertEqual(action["context"]["active_ids"], communication.ids)
        self.assertFalse(self._get_mails(communication))
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, communication.ids
        )
        self.assertIn(b"Second reminder", content)
        names = {row[0] for row in get_rows(content)}
        self.assertLessEqual({self.old.name, self.new.name}, names)

    def test_mail_with_a_letter_of_a_lower_level(self):
        """The other way round all goes by mail."""
        self._set_channel(1, "letter")
        self.lines.state = "to_be_sent"
        self.assertFalse(self.run_.run_channel_action())
        self.assertEqual(set(self.lines.mapped("channel")), {"email"})
        self.assertEqual(len(self._get_mails(self.lines.communication_id)), 1)

    def test_calls_stay_calls(self):
        """A call is made by somebody: it neither joins a mail nor takes it along."""
        self._set_channel(2, "phone")
        self.lines.state = "to_be_sent"
        self.run_.run_channel_action()
        self.assertEqual(self.lines.mapped("state"), ["to_be_sent", "queued"])
        self.assertEqual(self.lines.communication_id.policy_level_id.level, 1)

    def test_two_policies(self):
        """An invoice under a policy of its own goes along."""
        own = self.policy.copy()
        third = self._new_invoice(50, credit_policy_id=own.id)
        self.run_.policy_ids |= own
        run = self._run(self.later)
        run.policy_ids |= own
        run._generate_credit_lines()
        line = run.line_ids.filtered(lambda line: line.invoice_id == third)
        self.assertEqual(line.policy_id, own)
        lines = line | run.line_ids.filtered(lambda line: line.invoice_id == self.old)
        made = self._generate(lines)
        self.assertEqual(len(made), 1)
        self.assertEqual(made.policy_level_id, self.policy.level_ids[1])

    def _generate(self, lines):
        return self.env[
            "credit.control.communication"
        ]._generate_comm_from_credit_lines(lines)

    def test_others_apart(self):
        """Another customer and another currency get their own."""
        currency = self.env["res.currency"].create(
            {"name": "TWO", "symbol": "2", "rate_ids": [(0, 0, {"rate": 2})]}
        )
        other = self._new_invoice(30, partner=self.other_customer)
        foreign = self._new_invoice(40, currency_id=currency.id)
        lines = self._remind(self.old, self.new, other, foreign, date=self.later)
        made = self._generate(lines)
        self.assertEqual(
            {
                (one.partner_id, one.currency_id, len(one.credit_control_line_ids))
                for one in made
            },
            {
                (self.customer, self.company.currency_id, 2),
                (self.other_customer, self.company.currency_id, 1),
                (self.customer, currency, 1),
            },
        )
        # All of a statement is stopped and made anew together.
        mine = made.filtered(lambda one: len(one.credit_control_line_ids) == 2)
        lines.state = "to_be_sent"
        made._generate_emails()
        self._hold(self.old)
        self.assertEqual(mine.mapped("is_stopped"), [True])
        self.assertEqual(
            lines.mapped("state"), ["ignored", "to_be_sent", "queued", "queued"]
        )
