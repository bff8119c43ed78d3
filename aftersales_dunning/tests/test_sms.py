from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.sms.tools.sms_api import SmsApi

from .reminders import RemindersCommon


class TestSms(RemindersCommon):
    """Text messages that ask for money: gated when they are sent, like mails."""

    def setUp(self):
        super().setUp()
        self.customer.phone = "+31 20 123 4567"
        self.held, self.free = self._new_invoice(1000), self._new_invoice(200)
        self.template = self.env["sms.template"].create(
            {
                "name": "Please pay",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "body": "Please pay {{ object.name }}",
                "is_dunning_reminder": True,
            }
        )

    def _write(self, records, template=None, **vals):
        """Write texts from a template, as the list's action does; they wait in the queue."""
        records._message_sms_schedule_mass(
            template=template or self.template, **({"use_exclusion_list": False} | vals)
        )
        return self._find()

    def _find(self):
        return self.env["sms.sms"].search([], order="id")

    @contextmanager
    def _gateway(self):
        """Collect what leaves, in place of the paid service."""
        sent = []

        def contact(api, endpoint, params, timeout=15):
            for message in params["messages"]:
                sent.append(message["content"])
            return [
                {"uuid": number["uuid"], "state": "success", "credit": 1}
                for message in params["messages"]
                for number in message["numbers"]
            ]

        with patch.object(SmsApi, "_contact_iap", contact):
            yield sent

    def _send(self, texts):
        with self._gateway() as sent:
            texts.send(unlink_sent=False)
        return sent

    def assertGated(self, change):
        """Assert that of two texts the one does not leave after a change, and says so."""
        self._find().unlink()
        held, free = self._write(self.held), self._write(self.free)
        free -= held
        change()
        [left] = self._send(held | free)
        self.assertIn(self.free.name, left)
        self.assertEqual((held.state, free.state), ("canceled", "pending"))
        self.assertIn("was not sent", self.held.message_ids[:1].body)

    @feature("I2-55")
    def test_hold(self):
        """Queued before the hold: it does not leave."""
        self.assertGated(lambda: self._hold(self.held, case=self._new_case()))

    def test_part(self):
        """A part is held: a text cannot be restated, so it does not leave either."""
        self.assertGated(lambda: self._hold(self.held, "amount", 400))

    def test_new_due_date(self):
        """The invoice is due later by now."""
        hold = self._hold(self.held)
        hold._release_by_hand({"release_policy": "go_on"})
        due = self.today + timedelta(days=14)
        self.assertGated(lambda: self.held.write({"invoice_date_due": due}))

    def test_paid(self):
        """It is paid, wholly or in part."""
        self.assertGated(lambda: self._pay(self.held, 10))

    def test_written_under_a_hold(self):
        """One that is written while all is held does not leave."""
        self._hold(self.held)
        self.assertGated(lambda: None)

    def test_part_that_was_held_before(self):
        """What asks for the rest of a partly held invoice may leave."""
        self._hold(self.held, "amount", 400)
        text = self._write(self.held)
        self.assertEqual(text.reminder_amount, 600)
        self.assertEqual(len(self._send(text)), 1)

    def test_other_texts(self):
        """A template that asks for nothing is sent under a hold as ever."""
        other = self.template.copy({"is_dunning_reminder": False})
        text = self._write(self.held, other)
        self._hold(self.held)
        self.assertEqual(len(self._send(text)), 1)

    def test_composer(self):
        """One that somebody writes on the invoice, with the template; put back by hand."""
        with self._gateway() as sent:
            composer = Form(
                self.env["sms.composer"].with_context(
                    default_res_model="account.move",
                    default_res_id=self.held.id,
                    default_template_id=self.template.id,
                    default_composition_mode="comment",
                )
            ).save()
            composer.action_send_sms()
            self.assertEqual(len(sent), 1)
            text = self._find()
            self.assertEqual(text.reminder_res_id, self.held.id)
            text.write({"state": "error", "to_delete": False})
            self._hold(self.held)
            text.resend_failed()
            self.assertEqual(len(sent), 1)
        self.assertEqual(text.state, "canceled")

    def test_composer_to_numbers(self):
        """Sent to a number, without a word on the invoice, it is gated as well."""
        for hold in (False, True):
            if hold:
                self._hold(self.held)
            with self._gateway() as sent:
                composer = self.env["sms.composer"].create(
                    {
                        "res_model": "account.move",
                        "res_id": self.held.id,
                        "template_id": self.template.id,
                        "composition_mode": "numbers",
                        "numbers": "+31201234567",
                        "body": "Please pay",
                    }
                )
                text = composer._action_send_sms()
                self.assertEqual(len(sent), 0 if hold else 1)
                if hold:
                    self.assertEqual(text.state, "canceled")

    def test_about_the_customer(self):
        """A reminder written on the customer is stopped when less may be asked for."""
        template = self.env["sms.template"].create(
            {
                "name": "You owe us",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Please pay what you owe",
                "is_dunning_reminder": True,
            }
        )
        text = self._write(self.customer, template)
        self.assertEqual(text.reminder_amount, 1200)
        self.assertEqual(len(self._send(text)), 1)
        text.unlink()
        text = self._write(self.customer, template)
        self._hold(self.held, "amount", 100)
        self.assertFalse(self._send(text))
        self.assertEqual(text.state, "canceled")

    def test_about_something_else(self):
        """A template that is about no invoice is sent as ever."""
        order = self._new_order(1)
        template = self.env["sms.template"].create(
            {
                "name": "Your order",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "body": "Please pay",
                "is_dunning_reminder": True,
            }
        )
        text = self._write(order, template)
        self.assertFalse(text.reminder_model)
        self.assertEqual(len(self._send(text)), 1)

    def test_automation(self):
        """One that an automation sends by the template."""
        with self._gateway() as sent:
            message = self.held._message_sms_with_template(
                self.template, put_in_queue=True
            )
            text = self._find().filtered(lambda one: one.mail_message_id == message)
            self._hold(self.held)
            text.send()
            self.assertFalse(sent)
        self.assertEqual(text.state, "canceled")

    def test_about_a_reminder(self):
        """A text on a communication or on a line is one, whatever wrote it."""
        lines = self._queue(self.held, self.free)
        for record in (lines.communication_id, lines[0]):
            with self._gateway() as sent:
                record._message_sms(
                    "Pay", partner_ids=self.customer.ids, put_in_queue=True
                )
                text = self._find()
                self.assertEqual(text.reminder_model, record._name)
            text.reminder_amount += 0.01  # as if it had asked for more
            self.assertFalse(self._send(text))
            text.unlink()
        self.assertFalse(sent)

    def test_queries_do_not_grow(self):
        """Twenty texts cost as many queries as two to know what they are about."""
        invoices = self.held.union(*(self._new_invoice(100) for _number in range(19)))

        def count(moves):
            self.env.flush_all()
            self.env.invalidate_all()
            vals = [
                {"reminder_model": "account.move", "reminder_res_id": move.id}
                for move in moves
            ]
            before = self.cr.sql_log_count
            self.env["sms.sms"].create(vals)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(invoices[:2])
        self.assertLessEqual(count(invoices), count(invoices[:2]) + 2)
