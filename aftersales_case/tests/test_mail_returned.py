from odoo.tests import tagged

from .common import feature
from .gateway import GatewayCommon, read_mail, write_mail

ANNA = "anna@janssen.example"


@tagged("post_install", "-at_install")
class TestReturnedMail(GatewayCommon):
    """A confirmation or message of a stage that comes back shows on its case."""

    def setUp(self):
        super().setUp()
        self.case = self._receive_case(write_mail())
        self.mail = self._get_last_sent(self.case)
        self.mail.state = "sent"

    def _report(self, text, **headers):
        headers = {
            "From": "Mail Delivery System <MAILER-DAEMON@mx.example>",
            "To": "bounce@aftersales.example",
            "Subject": "Mail delivery failed: returning message to sender",
        } | headers
        return write_mail(text, **headers)

    def _assert_shown(self, source, shown=True):
        intake = self._receive(source)
        self.assertEqual((intake.state, intake.reason), ("refused", "bounce"))
        self.assertEqual(intake.company_id, self.company)
        kinds = self.case.event_ids.mapped("kind")
        self.assertEqual(kinds.count("mail_failed"), int(shown))
        self.assertEqual(bool(self.case.activity_ids), shown)

    @feature("B4-02")
    def test_report_in_words_alone(self):
        """A server that only writes a text, with our mail below, is understood."""
        self._assert_shown(
            self._report(
                f"Could not be delivered to {ANNA}: user unknown\n\n--- Original ---\n"
                f"Message-ID: {self.mail.message_id}\nSubject: We received your mail"
            )
        )

    def test_report_that_answers_our_mail(self):
        """Our message may stand in the head of the report only."""
        self._assert_shown(
            self._report("550 No such user.", In_Reply_To=self.mail.message_id)
        )

    def test_report_of_exim(self):
        """X-Failed-Recipients tells it, whatever the sender is called."""
        self._assert_shown(
            self._report(
                f"Message-ID: {self.mail.message_id}",
                From="Mail System <system@mx.example>",
                X_Failed_Recipients=ANNA,
            )
        )

    def test_report_without_recipient(self):
        """A standard report that names no receiver is about the case's own."""
        source = read_mail(
            "bounce.eml", message_id=self.mail.message_id, address=ANNA
        ).replace(f"Final-Recipient: rfc822; {ANNA}\n".encode(), b"")
        self._assert_shown(source)

    def test_what_is_no_failure(self):
        """Delays, deliveries and receipts of readers lose no message."""
        source = read_mail("bounce.eml", message_id=self.mail.message_id, address=ANNA)
        for action in (b"delayed", b"delivered", b"relayed"):
            with self.subTest(action):
                report = source.replace(b"Action: failed", b"Action: " + action)
                report = report.replace(b"<bounce-1@", b"<" + action + b"@")
                self._assert_shown(report, shown=False)
        receipt = source.replace(
            b"message/delivery-status", b"message/disposition-notification"
        ).replace(b"<bounce-1@", b"<read@")
        self._assert_shown(receipt, shown=False)

    def test_report_on_somebody_elses_mail(self):
        """A report that names no message of ours changes no case."""
        self._receive(self._report("Message-ID: <other@aftersales.example>"))
        self.assertFalse(self.case.activity_ids)
