"""What the tests of incoming mail share: a mailbox, example mails, their writers."""

from itertools import count
from pathlib import Path
from unittest.mock import patch

from odoo.tools import html2plaintext

from .common import AftersalesCommon

MAILS = Path(__file__).parent / "mails"
ANNA = "Anna Janssen <anna@janssen.example>"
COMPLAINTS = "complaints@aftersales.example"
REPAIRS = "repairs@aftersales.example"
INBOX = "service@aftersales.example"

_numbers = count(1)


def read_mail(name, **values):
    """Return an example mail as bytes, its ``{placeholders}`` filled in."""
    source = (MAILS / name).read_bytes()
    for key, value in values.items():
        source = source.replace(b"{%s}" % key.encode(), value.encode())
    return source


def write_mail(text="The machine leaks.", **headers):
    """Return a mail as bytes; underscores of header names become dashes.

    A header that is None is left out. Every mail gets a Message-Id of its own.
    """
    headers = {
        "From": ANNA,
        "To": COMPLAINTS,
        "Subject": "Machine leaks",
        "Message_Id": f"<mail-{next(_numbers)}@janssen.example>",
        "Content_Type": "text/plain; charset=utf-8",
    } | headers
    lines = [
        f"{name.replace('_', '-')}: {value}"
        for name, value in headers.items()
        if value is not None
    ]
    return "\n".join([*lines, "", text]).encode()


class GatewayCommon(AftersalesCommon):
    """Base of tests that let mail come in, through core's own gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.alias_name = "complaints"
        cls.type_service.alias_name = "repairs"
        cls.team.alias_name = "service"
        cls.Intake = cls.env["aftersales.intake"]
        cls.polish_customer = cls.env["res.partner"].create(
            {"name": "Kawiarnia Łukasz", "email": "lukasz@kawiarnia.example"}
        )

    def setUp(self):
        super().setUp()
        self.log_apart = self._log_in_the_test()
        self.startPatcher(self.log_apart)

    def _log_in_the_test(self):
        """Keep what is logged apart in the test's transaction, which is rolled back."""

        def log(intake, mail, reason, error=None):
            intake._log_refused(mail, reason, error)
            mail.logged, mail.intake = True, None

        return patch.object(type(self.Intake), "_log_apart", log)

    def _receive(self, source, model=None):
        """Let a mail come in; return the rows of the intake that it added."""
        before = self.Intake.search([])
        self.env["mail.thread"].message_process(model, source)
        self.env.flush_all()
        return self.Intake.search([]) - before

    def _receive_case(self, source):
        """Let a mail come in that must become a case, and return the case."""
        intake = self._receive(source)
        self.assertEqual(intake.mapped("state"), ["case"], intake.mapped("reason"))
        return intake.case_id

    def _count_cases(self):
        return self.env["aftersales.case"].search_count([])

    def _get_messages(self, message_id):
        return self.env["mail.message"].search([("message_id", "=", message_id)])

    def _get_texts(self, record):
        """Return the text of all messages and notes of a record."""
        return "\n".join(map(html2plaintext, record.message_ids.mapped("body")))

    def _get_last_sent(self, case):
        """Return the last mail that went out to the customer of a case."""
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)],
            order="id desc",
            limit=1,
        )

    def _assert_refused(self, source, reason):
        """A mail makes no case and leaves one row that says why."""
        cases = self._count_cases()
        intake = self._receive(source)
        self.assertEqual(intake.mapped("state"), ["refused"])
        self.assertEqual(intake.reason, reason)
        self.assertFalse(intake.case_id)
        self.assertEqual(self._count_cases(), cases)
        return intake
