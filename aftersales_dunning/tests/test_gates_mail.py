from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.aftersales_case.tests.common import feature

from ..models.credit_control import mail_mail
from ..models.hold.dunning_lock import lock_for_hold
from .reminders import RemindersCommon


class TestLateHold(RemindersCommon):
    """A hold takes back what is on its way; the rest goes out anew."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.lines = self._queue(self.held, self.free)
        self.held_line, self.free_line = self.lines
        self.communication = self.lines.communication_id
        self.mail = self._get_mails(self.communication)

    @feature("I2-55")
    def test_mail_is_cancelled_and_rest_goes_out(self):
        """The mail names the held invoice, so it is cancelled; a new one does not."""
        self.assertEqual(self.mail.state, "outgoing")
        self.assertIn(self.held.name, self.mail.body_html)
        self._hold(self.held, case=self.case)
        self.assertEqual(self.mail.state, "cancel")
        self.assertTrue(self.communication.is_stopped)
        self.assertFalse(self.communication.credit_control_line_ids)
        self.assertEqual(self.held_line.state, "ignored")
        self.assertEqual(self.free_line.state, "to_be_sent")
        self.free_line.run_id.run_channel_action()
        self.assertNotEqual(self.free_line.communication_id, self.communication)
        [body] = self._send(self._get_mails(self.free_line.communication_id))
        self.assertIn(self.free.name, body)
        self.assertNotIn(self.held.name, body)
        self.assertEqual(self.free_line.state, "sent")
        self.assertEqual(self.free_line.date_sent, self.today)

    @feature("I2-56")
    def test_solved_case_lets_the_reminder_leave(self):
        """When the case is closed the next run mails about the invoice again."""
        self._hold(self.held, case=self.case, release_policy="go_on")
        self.assertFalse(self._remind(self.held))
        self._complete(self.case).action_done()
        lines = self._queue(self.held)
        [body] = self._send(self._get_mails(lines.communication_id))
        self.assertIn(self.held.name, body)
        self.assertIn("1,000.00", body)
        self.assertEqual(lines.state, "sent")

    @feature("P-47", "N-02")
    def test_partial_hold_restates(self):
        """The new mail says open, in review with the case number, and due now."""
        self._hold(self.held, "amount", 400, self.case)
        self.assertEqual(self.mail.state, "cancel")
        self.assertEqual(set(self.lines.mapped("state")), {"to_be_sent"})
        self.assertEqual(self.held_line.balance_due, 600)
        self.held_line.run_id.run_channel_action()
        [body] = self._send(self._get_mails(self.lines.communication_id))
        for text in ("In review (case)", self.case.number, "1,000.00", "400.00"):
            self.assertIn(text, body)
        self.assertIn("600.00", body)
        self.assertIn("800.00", body)  # the total
        self.assertEqual(set(self.lines.mapped("state")), {"sent"})

    def test_rest_below_tolerance_is_ignored(self):
        """A hold that leaves 0.05 ignores the line."""
        self._hold(self.held, "amount", 999.95)
        self.assertEqual(self.held_line.state, "ignored")

    def test_twice_is_once(self):
        """What was taken back already is left alone."""
        self._hold(self.held, "amount", 400)
        self.held_line.run_id.run_channel_action()
        mail = self._get_mails(self.lines.communication_id)
        self.held._stop_reminders()
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(set(self.lines.mapped("state")), {"queued"})

    def test_level_counts_as_not_reached(self):
        """After the hold the invoice gets the reminder that was stopped."""
        hold = self._hold(self.held, release_policy="go_on")
        hold._end("by_hand")
        line = self._remind(self.held)
        self.assertEqual(line.level, 1)

    def test_failed_mail_is_cancelled_too(self):
        """A mail that could not be sent would go out by the button Retry."""
        self.mail.state = "exception"
        self.lines.state = "email_error"
        self._hold(self.held)
        self.assertEqual(self.mail.state, "cancel")
        self.assertEqual(self.held_line.state, "ignored")

    def test_what_left_stays(self):
        """Nothing that was sent is taken back."""
        [body] = self._send(self.mail)
        self.assertIn(self.held.name, body)
        self._hold(self.held)
        self.assertEqual(set(self.lines.mapped("state")), {"sent"})
        self.assertEqual(self.mail.state, "sent")
        self.assertFalse(self.communication.is_stopped)


class TestMailGate(RemindersCommon):
    """Exits 11 to 14: no mail about a held invoice leaves, whatever made it."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.lines = self._queue(self.held, self.free)
        self.held_line, self.free_line = self.lines
        self.communication = self.lines.communication_id
        self.mail = self._get_mails(self.communication)
        self.patch(self.registry["account.move"], "_stop_reminders", lambda moves: None)

    def _assert_stopped(self, mail):
        self.assertEqual(mail.state, "cancel")
        self.assertIn(self.held.name, mail.failure_reason)
        self.assertIn(self.case.number, mail.failure_reason)

    @feature("I2-55")
    def test_queue(self):
        """The queue cancels the mail and lets the lines follow; others leave."""
        other = self.env["mail.mail"].create(
            {"body_html": "<p>Hello</p>", "email_to": "x@example.com"}
        )
        self._hold(self.held, case=self.case)
        [body] = self._send(self.mail | other)
        self.assertIn("Hello", body)
        self._assert_stopped(self.mail)
        self.assertEqual(self.held_line.state, "ignored")
        self.assertEqual(self.free_line.state, "to_be_sent")
        self.assertFalse(self.free_line.communication_id)
        self.assertEqual(
            set(
                self.mail.mail_message_id.notification_ids.mapped("notification_status")
            )
            | {"canceled"},
            {"canceled"},
        )

    def test_free_mail_leaves(self):
        """Without a hold it leaves, and its lines are done."""
        self.assertEqual(len(self._send(self.mail)), 1)
        self.assertEqual(set(self.lines.mapped("state")), {"sent"})

    def test_partial_hold_stops_what_asks_too_much(self):
        """A mail that asks for 1000 does not leave when 600 are due."""
        self._hold(self.held, "amount", 400, self.case)
        self.assertFalse(self._send(self.mail))
        self._assert_stopped(self.mail)
        self.assertEqual(self.held_line.balance_due, 600)

    def test_retry_and_send_now(self):
        """Neither button lets it out."""
        self._hold(self.held, case=self.case)
        self.mail.state = "exception"
        self.mail.action_retry()
        with self.mock_mail_gateway():
            self.mail.action_send_and_close()
            self.assertFalse(self._mails)
        self._assert_stopped(self.mail)

    def test_old_mail_of_a_stopped_communication(self):
        """A cancelled mail that somebody puts back does not leave, its text is old."""
        hold = self._hold(self.held, case=self.case)
        self._send(self.mail)
        hold._end("by_hand")
        self.mail.mark_outgoing()
        self.assertFalse(self._send(self.mail))
        self.assertEqual(self.mail.state, "cancel")
        self.assertIn("stopped this communication", self.mail.failure_reason)

    def test_old_mail_of_which_a_line_was_marked(self):
        """It names what was marked as sent, and what is held: it does not leave."""
        self.free_line.state = "sent"
        hold = self._hold(self.held, case=self.case)
        self._send(self.mail)
        self.assertEqual(self.communication.credit_control_line_ids, self.free_line)
        hold._end("by_hand")
        self.mail.mark_outgoing()
        self.assertFalse(self._send(self.mail))
        self.assertEqual(self.mail.state, "cancel")

    def test_mail_that_left_stays_as_it_is(self):
        """Sent before the hold: sending it again does nothing, and it is no failure."""
        self.assertEqual(len(self._send(self.mail)), 1)
        mail = self.mail.exists() or self.mail.create(
            {
                "model": self.communication._name,
                "res_id": self.communication.id,
                "email_to": "x@example.com",
                "state": "sent",
            }
        )
        self._hold(self.held, case=self.case)
        self.assertFalse(self._send(mail))
        self.assertEqual(mail.state, "sent")

    def test_message_about_what_was_sent(self):
        """The reminder was sent before the hold; what is written since does not leave."""
        self._send(self.mail)
        self.assertEqual(self.held_line.state, "sent")
        self._hold(self.held, case=self.case)
        message = self.communication.message_post(
            body="Please pay at once",
            partner_ids=self.customer.ids,
            force_send=False,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertFalse(self._send(mail))
        self._assert_stopped(mail)
        self.assertEqual(self.held_line.state, "sent")

    def test_whoever_sends_is_told(self):
        """Who waits for the mails of a batch hears of those that were stopped, too."""
        self._hold(self.held, case=self.case)
        told = []
        with self.mock_mail_gateway():
            self.mail.send(post_send_callback=told.extend)
        self.assertEqual(self.mail.state, "cancel")
        self.assertEqual(told, self.mail.ids)

    def test_composer(self):
        """A message to the customer in the communication's chatter has no subtype."""
        self._hold(self.held, case=self.case)
        message = self.communication.message_post(
            body="Please pay at once",
            partner_ids=self.customer.ids,
            force_send=False,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(self._send(mail))
        self._assert_stopped(mail)

    def test_template(self):
        """A template that sends by itself, as automations do, is stopped too."""
        template = self.policy.level_ids[0].email_template_id
        self._hold(self.held, case=self.case)
        self.communication.invalidate_recordset()
        template.report_template_ids = False
        mail_id = template.send_mail(self.communication.id)
        mail = self.env["mail.mail"].browse(mail_id)
        self.assertFalse(self._send(mail))
        self._assert_stopped(mail)

    def test_tracking_mail_of_a_line(self):
        """Followers of a line, the customer among them, get no mail about it."""
        self._hold(self.held, case=self.case)
        message = self.held_line.message_post(
            body="State: To Do",
            partner_ids=self.customer.ids,
            subtype_xmlid="mail.mt_comment",
            force_send=False,
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertFalse(self._send(mail))
        self._assert_stopped(mail)

    def test_customer_hold(self):
        """A hold of the customer stops mails about all its invoices."""
        self._hold(
            self.env["account.move"],
            scope="customer",
            partner_id=self.customer.id,
            case=self.case,
        )
        self.assertFalse(self._send(self.mail))
        self._assert_stopped(self.mail)
        self.assertEqual(set(self.lines.mapped("state")), {"ignored"})

    def test_busy_stays_in_queue(self):
        """While somebody is just holding the invoice the mail waits, and leaves later."""

        @contextmanager
        def busy(env, move_ids, partner_ids=()):
            yield None

        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        with patch.object(mail_mail, "lock_for_sending", busy):
            self.assertFalse(self._send(self.mail))
        new = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers
        self.assertEqual(self.mail.state, "outgoing")
        self.assertEqual(set(self.lines.mapped("state")), {"queued"})
        self.assertEqual(len(new), 1)
        self.assertEqual(len(self._send(self.mail)), 1)

    def test_own_hold_is_no_obstacle(self):
        """Who holds a part and sends the rest in one go is not stopped by own locks."""
        lock_for_hold(self.env.cr, self.held.ids)
        self.assertEqual(len(self._send(self.mail)), 1)
