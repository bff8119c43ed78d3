import base64
import email
import email.policy
from contextlib import contextmanager
from email.utils import parseaddr
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import html2plaintext

from ..const import REASON_ERROR
from .common import FeatureTags, feature
from .gateway import COMPLAINTS, read_mail, write_mail
from .mail_round import DOMAIN, MailRoundCommon, get_fetchmail_vals, write_answer
from .mail_servers import Dovecot


def read_photo(source):
    """Return the first picture of a mail."""
    message = email.message_from_bytes(source, policy=email.policy.SMTP)
    parts = [p for p in message.walk() if p.get_content_maintype() == "image"]
    return parts[0].get_content()


@tagged("post_install", "-at_install")
class TestMailRound(MailRoundCommon):
    """A customer and an agent write to each other."""

    @feature("B4-02", "B4-05")
    def test_question_and_answer(self):
        """A customer writes, an agent answers, the customer answers: one case."""
        self.assertEqual(self.incoming.state, "done")
        self.outgoing.test_smtp_connection()

        question = read_mail("nl_complaint_photo.eml")
        self.exchange.send(question, "anna@janssen.example", COMPLAINTS)
        self.assertEqual(self.mailbox.count("UNSEEN"), 1)
        intake = self._fetch()
        self.assertEqual(intake.state, "case")
        self.assertEqual(
            base64.b64decode(intake.source).splitlines(), question.splitlines()
        )
        case = intake.case_id
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.name, "Espressomachine lekt, graag zó snel mogelijk")
        self.assertIn("plas water op de bar", html2plaintext(case.description))
        message = self._get_messages(intake.message_id)
        self.assertEqual(message.attachment_ids.raw, read_photo(question))
        self.assertEqual(self.mailbox.count("UNSEEN"), 0)

        case.user_id = self.agent
        self.exchange.delivered.clear()
        self._send_from(case, "<p>Wij komen morgen, één monteur.</p>")
        [(envelope, received)] = self.exchange.delivered
        self.assertEqual(envelope.rcpt_tos, ["anna@janssen.example"])
        self.assertEqual(envelope.mail_from, f"bounce@{DOMAIN}")
        self.assertEqual(parseaddr(received["From"]), ("Aagje Agent", COMPLAINTS))
        self.assertEqual(parseaddr(received["Reply-To"])[1], COMPLAINTS)
        for kind in ("plain", "html"):
            text = received.get_body((kind,)).get_content()
            self.assertIn("Wij komen morgen, één monteur.", text)

        answer = write_answer(received, "Graag na tienen, vóór het café opengaat.")
        self.exchange.send(answer.as_bytes(), "anna@janssen.example", COMPLAINTS)
        cases = self._count_cases()
        added = self._fetch()
        self.assertEqual(added.state, "added")
        self.assertEqual(added.case_id, case)
        self.assertEqual(self._count_cases(), cases)
        message = self._get_messages(added.message_id)
        self.assertEqual((message.model, message.res_id), (case._name, case.id))
        self.assertEqual(message.author_id, self.contact)
        self.assertFalse(message.is_internal)
        self.assertIn("Graag na tienen", html2plaintext(message.body))

        messages = case.message_ids
        self.assertFalse(self._fetch())
        self.assertEqual(case.message_ids, messages)

    @feature("B4-05")
    def test_receipt_is_confirmed(self):
        """Who writes gets, by mail, the number of the case, in the same thread."""
        source = write_mail(Message_Id="<first@janssen.example>")
        self.exchange.send(source, "anna@janssen.example", COMPLAINTS)
        case = self._fetch().case_id
        self.exchange.delivered.clear()
        self._get_last_sent(case).send()
        [(_envelope, received)] = self.exchange.delivered
        self.assertEqual(received["Auto-Submitted"], "auto-replied")
        self.assertIn("<first@janssen.example>", received["References"])
        self.assertEqual(parseaddr(received["Reply-To"])[1], COMPLAINTS)
        self.assertIn(case.number, received.get_body(("plain",)).get_content())

    @feature("B4-02", "B4-05")
    def test_mailbox_that_comes_back(self):
        """Mails that lie unread again, as after a restore, come in but once."""
        source = write_mail("Twice?", Message_Id="<twice@janssen.example>")
        self.exchange.send(source, "anna@janssen.example", COMPLAINTS)
        intake = self._fetch()
        cases = self._count_cases()
        messages = intake.case_id.message_ids
        self.mailbox.mark_unread()
        self.assertFalse(self._fetch())
        self.assertEqual(intake.copies, 2)
        self.assertEqual(self._count_cases(), cases)
        self.assertEqual(intake.case_id.message_ids, messages)


@tagged("post_install", "-at_install")
class TestFailedFetch(FeatureTags, BaseCase):
    """What fetchmail rolls back and forgets; all transactions here are real."""

    @classmethod
    def setUpClass(cls):
        cls.mailbox = Dovecot()
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.enterClassContext(cls.mailbox.running())

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.server_id = (
                env["fetchmail.server"]
                .create(
                    get_fetchmail_vals(
                        self.mailbox,
                        state="done",
                        object_id=env["ir.model"]._get_id("aftersales.case"),
                    )
                )
                .id
            )
        self.addCleanup(self._remove, "fetchmail.server", [("id", "=", self.server_id)])

    @contextmanager
    def _transaction(self):
        """Yield an environment; commit at the end of the block."""
        # Otherwise the scheduled action would be switched on.
        context = {"fetchmail_cron_running": True}
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, context)

    def _remove(self, model, domain):
        with self._transaction() as env:
            env[model].search(domain).unlink()

    def _fetch(self):
        with self._transaction() as env:
            env["fetchmail.server"].browse(self.server_id).fetch_mail()

    @feature("B4-02", "B4-05")
    def test_mail_that_fails_stays_visible(self):
        """A mail that cannot be processed is refused with its error and its source."""
        source = write_mail("Lost?", Message_Id="<failing@janssen.example>")
        row = [("message_id", "=", "<failing@janssen.example>")]
        self.addCleanup(self._remove, "aftersales.intake", row)
        self.mailbox.append(source)
        case = self.registry["aftersales.case"]
        with patch.object(case, "message_new", side_effect=ValueError("Too bad")):
            self._fetch()
        self.assertEqual(self.mailbox.count("UNSEEN"), 0)
        with self._transaction() as env:
            intake = env["aftersales.intake"].search(row)
            self.assertEqual(intake.state, "refused")
            self.assertEqual(intake.reason, REASON_ERROR)
            self.assertEqual(intake.error, "Too bad")
            self.assertEqual(intake.subject, "Machine leaks")
            kept = base64.b64decode(intake.source)
            self.assertEqual(kept.splitlines(), source.splitlines())
            self.assertFalse(intake.case_id)
        self._fetch()
        with self._transaction() as env:
            self.assertEqual(env["aftersales.intake"].search(row).copies, 1)
