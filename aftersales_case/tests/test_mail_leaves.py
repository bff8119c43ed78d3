from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .common import feature
from .gateway import GatewayCommon, read_mail, write_mail
from .mail_servers import HOST, Exchange, find_free_port

ANNA = "anna@janssen.example"
BUSY = "451 4.3.2 Try again later"
UNKNOWN = "550 5.1.1 No such user here"
CORE_LOGGERS = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models")


class TestMailLeaves(GatewayCommon):
    """The history says that a message was sent when a server has taken it."""

    @classmethod
    def setUpClass(cls):
        cls.exchange = Exchange("aftersales.example", None)
        super().setUpClass()
        cls.enterClassContext(mute_logger("mail.log"))
        cls.enterClassContext(cls.exchange.running())
        cls.server = cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": HOST,
                "smtp_port": cls.exchange.port,
                "smtp_encryption": "none",
                "from_filter": "aftersales.example",
            }
        )
        cls.template = cls.env.ref("aftersales_case.template_received").copy(
            {"name": "Taken"}
        )
        cls.link = cls.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == cls.stage_progress
        )
        cls.link.mail_template_id = cls.template
        cls.link.assignment = "keep"

    def setUp(self):
        super().setUp()
        # Odoo sends nothing while it is tested.
        servers = type(self.server)
        self.patch(servers, "_disable_send", classmethod(lambda cls: False))
        self.exchange.refused.clear()
        self.exchange.delivered.clear()
        self.enterContext(mute_logger(*CORE_LOGGERS))

    def _moved(self):
        case = self._complete(self._new_case(user_id=self.agent.id))
        self._as(self.agent, case).stage_id = self.stage_progress
        return case

    def _mails(self, case):
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
            + [("aftersales_template_id", "!=", False)]
        )

    def _kinds(self, case):
        kinds = case.event_ids.mapped("kind")
        return [kind for kind in kinds if kind.startswith("mail_")]

    def _send(self, case):
        self.env.flush_all()
        mails = self._mails(case)
        self.env["mail.mail"].process_email_queue(mails.ids)
        return mails

    def _retry(self, moment=None):
        self.env.flush_all()
        cron = self.env.ref("aftersales_case.cron_mail_retry")
        with freeze_time(moment or datetime.now()), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _warnings(self, case):
        return case.activity_ids.filtered(lambda a: "did not reach" in a.summary)

    @feature("I2-29")
    def test_sent_when_it_left(self):
        """A queued message is no event; the one that left is, of who moved the case."""
        case = self._moved()
        self.assertEqual(self._kinds(case), [])
        self._send(case)
        self.assertEqual(len(self.exchange.delivered), 1)
        self.assertEqual(self._kinds(case), ["mail_out"])
        event = case.event_ids.filtered(lambda event: event.kind == "mail_out")
        self.assertEqual(event.to_id, self.template.id)
        self.assertEqual(event.actor_id, self.agent)

    def test_busy_server_is_tried_again(self):
        """A server that has no time now gets the message again, and it is said once."""
        self.exchange.refused[ANNA] = BUSY
        case = self._moved()
        mail = self._send(case)
        self.assertEqual(mail.state, "exception")
        self.assertIn("451", mail.failure_reason)
        self._retry()
        self.assertEqual(mail.state, "outgoing")
        self._send(case)
        self.assertEqual(self._kinds(case), [])
        self.assertFalse(self._warnings(case))
        self.exchange.refused.clear()
        self._retry()
        self._send(case)
        self.assertEqual(self._kinds(case), ["mail_out"])
        self.assertEqual(len(self.exchange.delivered), 1)
        self._retry()
        self.assertEqual(mail.state, "sent")

    def test_server_that_is_down(self):
        """What waits for the server is not queued twice; after a day the case says so."""
        self.server.smtp_port = find_free_port()
        case = self._moved()
        mail = self._send(case)
        self.assertEqual(mail.state, "exception")
        case.stage_id = self.stage_wait_customer
        case.stage_id = self.stage_progress
        self.assertEqual(self._mails(case), mail)
        self._retry()
        self._send(case)
        self._retry(datetime.now() + timedelta(hours=25))
        self.assertEqual(mail.state, "exception")
        self.assertEqual(self._kinds(case), ["mail_failed"])
        self.assertIn("could not be reached", case.event_ids[-1].reason_text)
        self.assertEqual(self._warnings(case).user_id, self.agent)
        self.assertIn("“Taken” did not reach the customer", self._get_texts(case))
        self._retry(datetime.now() + timedelta(hours=26))
        self.assertEqual(self._kinds(case), ["mail_failed"])
        # Lost for good does not count as said.
        case.stage_id = self.stage_wait_customer
        case.stage_id = self.stage_progress
        self.assertEqual(len(self._mails(case)), 2)

    def test_receiver_is_refused(self):
        """An address that does not exist is shown at once, and asked about but once."""
        self.exchange.refused[ANNA] = UNKNOWN
        case = self._moved()
        mail = self._send(case)
        self.assertTrue(mail.aftersales_lost)
        self.assertEqual(self._kinds(case), ["mail_failed"])
        self.assertEqual(case.event_ids[-1].reason, "refused")
        self.assertIn("No such user here", self._get_texts(case))
        self._retry()
        self.assertEqual(mail.state, "exception")
        case.stage_id = self.stage_wait_customer
        case.stage_id = self.stage_progress
        self._send(case)
        self.assertEqual(self._kinds(case), ["mail_failed"] * 2)
        self.assertEqual(len(self._warnings(case)), 1)

    def test_batch_with_one_bad_address(self):
        """One address of a batch is refused: the others are sent, and said so."""
        self.exchange.refused["nobody@janssen.example"] = UNKNOWN
        cases = self._complete(
            self._new_case(user_id=self.agent.id)
            | self._new_case(user_id=self.agent.id, email="nobody@janssen.example")
        )
        cases.stage_id = self.stage_progress
        for case in cases:
            self._send(case)
        self.assertEqual(
            [self._kinds(case) for case in cases], [["mail_out"], ["mail_failed"]]
        )

    @feature("B4-05")
    def test_confirmation_of_receipt(self):
        """The confirmation of a mail follows the same rule."""
        self.exchange.refused[ANNA] = BUSY
        case = self._receive_case(write_mail())
        self._send(case)
        self.assertEqual(self._kinds(case), ["mail_in"])
        self.exchange.refused.clear()
        self._retry()
        self._send(case)
        self.assertEqual(self._kinds(case), ["mail_in", "mail_out"])

    def test_message_that_comes_back(self):
        """A confirmation that bounces is no longer told as said, and the case shows it."""
        case = self._moved()
        mail = self._send(case)
        self._receive(self._write_bounce(mail.message_id))
        self.assertEqual(self._kinds(case), ["mail_out", "mail_failed"])
        self.assertEqual(case.event_ids[-1].reason, "bounced")
        self.assertEqual(self._warnings(case).user_id, self.agent)
        case.stage_id = self.stage_wait_customer
        case.stage_id = self.stage_progress
        self.assertEqual(len(self._mails(case)), 2)

    def test_answer_of_an_agent_that_comes_back(self):
        """What a colleague wrote by hand and came back is shown as well."""
        case = self._new_case(user_id=self.agent.id)
        message = self._as(self.agent, case).message_post(
            body="When may we come?",
            partner_ids=self.contact.ids,
            subtype_xmlid="mail.mt_comment",
        )
        self._receive(self._write_bounce(message.message_id))
        self.assertEqual(self._kinds(case), [])
        self.assertEqual(self._warnings(case).user_id, self.agent)
        self.assertIn(f"A message came back from {ANNA}", self._get_texts(case))

    def test_history_in_trouble_sends_nothing_twice(self):
        """A message that left stays sent, whatever goes wrong with its event."""
        case = self._moved()
        log = patch.object(
            type(case), "_log_mail_out", side_effect=ValueError("Too bad")
        )
        with log, mute_logger("odoo.addons.aftersales_case.models.intake.mail_mail"):
            mail = self._send(case)
        self.assertEqual(mail.state, "sent")
        self.assertEqual(len(self.exchange.delivered), 1)

    def _write_bounce(self, message_id):
        """Return the report that a mail server sends of a mail it could not deliver."""
        return read_mail("bounce.eml", message_id=message_id, address=ANNA)
