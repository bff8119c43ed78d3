import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.races import SECONDS
from odoo.addons.sms.tools.sms_api import SmsApi, SmsApiBase

from .races import SendingRace


class TestRaceSms(SendingRace):
    """Holds and new terms against text messages that are just being sent."""

    def setUp(self):
        super().setUp()
        self.left = []
        self.stopped_at = None
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.addCleanup(self.go_on.set)
        with self._transaction() as env:
            texts = env["sms.sms"].create(
                [
                    {
                        "number": "+31201234567",
                        "body": name,
                        "reminder_model": "account.move",
                        "reminder_res_id": invoice_id,
                    }
                    for name, invoice_id in zip(
                        self.names, self.invoice_ids, strict=True
                    )
                ]
            )
            self.text_ids = texts.ids
        self.addCleanup(self._remove_texts)

    def _remove_texts(self):
        with self._transaction() as env:
            env["sms.sms"].browse(self.text_ids).unlink()

    def _leave(self, messages, delivery_reports_url=False):
        """Take a text as the paid service does; stop at one until told to go on."""
        [message] = messages
        if self.stopped_at == message["content"]:
            self.reached.set()
            self.go_on.wait(SECONDS)
        self.left.append(message["content"])
        return [
            {"uuid": number["uuid"], "state": "success"}
            for number in message["numbers"]
        ]

    @contextmanager
    def _texting(self, stop_at):
        """Let a thread send all; the block runs while a text is on its way."""
        self.stopped_at = self.names[stop_at]
        errors = []

        def send():
            try:
                with self._transaction() as env:
                    env["sms.sms"].browse(self.text_ids).send(unlink_sent=False)
            except Exception as error:
                errors.append(error)

        with (
            patch.object(SmsApi, "__init__", SmsApiBase.__init__),
            patch.object(SmsApi, "_send_sms_batch", self._leave),
        ):
            thread = threading.Thread(target=send)
            thread.start()
            try:
                self.assertTrue(self.reached.wait(SECONDS))
                yield
            finally:
                self.go_on.set()
                thread.join(SECONDS)
        self.assertFalse(errors)

    def _read_texts(self):
        with self._transaction() as env:
            return env["sms.sms"].browse(self.text_ids).mapped("state")

    @feature("I2-55")
    def test_hold_while_texts_are_sent(self):
        """No text about the invoice leaves after the commit of its hold."""
        with self._texting(stop_at=1):
            self._place_hold(3)
            self.assertNotIn(self.names[3], self.left)
        self.assertNotIn(self.names[3], self.left)
        self.assertEqual(len(self.left), 4)
        self.assertEqual(self._read_texts(), ["pending"] * 3 + ["canceled", "pending"])

    def test_hold_waits_for_text_in_flight(self):
        """The hold commits only when the text is out."""
        done = threading.Event()

        def hold():
            self._place_hold(1)
            done.set()

        with self._texting(stop_at=1):
            thread = threading.Thread(target=hold)
            thread.start()
            self._wait_for_lock(1)
            self.assertFalse(done.is_set())
        thread.join(SECONDS)
        self.assertTrue(done.is_set())
        self.assertEqual(self.left.count(self.names[1]), 1)
