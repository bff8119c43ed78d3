import os
from pathlib import Path
from typing import NamedTuple

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..const import REASON_BOUNCE, REASON_NULL_SENDER
from .common import feature
from .gateway import GatewayCommon

BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "mails"
CORPUS = Path(os.environ.get("AFTERSALES_MAILS") or BESIDE_THE_REPOSITORY)
SIZE = 55


class Case(NamedTuple):
    """A mail that becomes a case: how title and text begin, and its files."""

    title: str
    text: str
    files: list
    damaged: bool = False


class Refused(NamedTuple):
    """A mail that makes no case, and why."""

    reason: str


# Looked through by hand: this is what a reader of the mail would expect, or as near to
# it as its damage allows; then the original is attached.
EXPECTED = {
    "attachment_emails-attachment_content_disposition": Case(
        "testing", "This is the first part.", ["api.rb"]
    ),
    "attachment_emails-attachment_content_location": Case(
        "testing", "This is the first part.", ["attachment"]
    ),
    "attachment_emails-attachment_message_rfc822": Case(
        "testing",
        "This is the first part.",
        ["ForwardedMessage.eml", "broken.pdf"],
    ),
    "attachment_emails-attachment_message_rfc822_inline_image": Case(
        "test",
        "Image [1] [1] /web/image/",
        ["Testmail.eml", "img.png", "original_email.eml"],
        damaged=True,
    ),
    "attachment_emails-attachment_nonascii_filename": Case(
        "testing", "This is the first part.", ["ciële.txt"]
    ),
    "attachment_emails-attachment_only_email": Case(
        "this message JUST contains an atta", "", ["blah.gz"]
    ),
    "attachment_emails-attachment_pdf": Case(
        "Another PDF with 🎉 Unicode chars i",
        "Just attaching another PDF,",
        ["broken.pdf"],
    ),
    "attachment_emails-attachment_pdf_lf": Case(
        "Another PDF with 🎉 Unicode chars i",
        "Just attaching another PDF,",
        ["broken.pdf"],
    ),
    "attachment_emails-attachment_pdf_non_ascii": Case(
        "Another PDF with 🎉 Unicode chars i",
        "Just attaching another PDF,",
        ["broken.pdf"],
    ),
    "attachment_emails-attachment_pdf_non_ascii_lf": Case(
        "Another PDF with 🎉 Unicode chars i",
        "Just attaching another PDF,",
        ["broken.pdf"],
    ),
    "attachment_emails-attachment_with_base64_encoded_name": Case(
        "Fwd: Signed email causes file atta",
        "We should not include these",
        ["attachment"],
    ),
    "attachment_emails-attachment_with_encoded_name": Case(
        "Fwd: Signed email causes file atta",
        "We should not include these",
        ["01 Quien Te Dij�at. Pitbull.mp3"],
    ),
    "attachment_emails-attachment_with_quoted_filename": Case(
        "Eelanalüüsi päring", "", ["Eelanalüüsi päring.jpg"]
    ),
    "attachment_emails-attachment_with_unquoted_name": Case(
        "testing", "This is the first part.", ["This"]
    ),
    "mime_emails-email_with_similar_boundaries": Case(
        "Xxxxxx", "Test Test", ["LOGO.png"]
    ),
    "mime_emails-raw_email11": Case(
        "worse when you use them.", "XXXXX Xxxxx", ["attachment"]
    ),
    "mime_emails-raw_email12": Case(
        "testing", "This is the first part.", ["attachment"]
    ),
    "mime_emails-raw_email2": Case(
        "Fwd: Signed email causes file atta",
        "We should not include these",
        ["smime.p7s"],
    ),
    "mime_emails-raw_email4": Case(
        "Filth", "Some text -- This Orange Mul", ["original_email.eml"], damaged=True
    ),
    "mime_emails-raw_email7": Case(
        "testing", "This is the first part.", ["smime.p7s", "test.pdf", "test.rb"]
    ),
    "mime_emails-raw_email_encoded_stack_level_too_deep": Case(
        "Nicolas Fouché has accepted your i", "Nicolas Fouché has accepted", []
    ),
    "mime_emails-raw_email_with_binary_encoded": Case(
        "Testing outlook Another PDF", "", ["original_email.eml"], damaged=True
    ),
    "mime_emails-raw_email_with_illegal_boundary": Case(
        "Testing outlook", "", ["original_email.eml"], damaged=True
    ),
    "mime_emails-raw_email_with_mimepart_without_content_type": Refused(REASON_BOUNCE),
    "mime_emails-raw_email_with_multipart_mixed_quoted_boundary": Case(
        "Testing outlook Another PDF", "Just attaching another PDF,", ["broken.pdf"]
    ),
    "mime_emails-raw_email_with_nested_attachment": Case(
        "Testing attachments",
        "Here is a test of an attachm",
        ["original_email.eml", "smime.p7s", "truncated.png"],
        damaged=True,
    ),
    "mime_emails-raw_email_with_quoted_illegal_boundary": Case(
        "Testing outlook", "Hello *This is an outlook te", []
    ),
    "mime_emails-sig_only_email": Case(
        "Re: Testing multipart/signed",
        "This is random text, not wha",
        ["signature.asc"],
    ),
    "mime_emails-two_from_in_message": Case(
        "Sending messages include last litt", "When sending email: * From H", []
    ),
    "multi_charset-japanese": Case(
        "まみむめも", "かきくえこ -- http://lindsaar.net", []
    ),
    "multi_charset-japanese_attachment": Case(
        "testing", "testing -- http://lindsaar.n", ["てすと.txt"]
    ),
    "multi_charset-japanese_attachment_long_name": Case(
        "まみむめもまみむめもまみむめもまみむめもまみむめもまみむめもまみむめ",
        "",
        ["かきくけこかきくけこかきくけこかきくけこかきくけこ.txt"],
    ),
    "multi_charset-japanese_iso_2022": Case("まみむめも", "すみません。", []),
    "multi_charset-japanese_shift_jis": Case(
        "test", "あいうえお このメールはテスト用のメールです。 今後とも", []
    ),
    "multi_charset-ks_c_5601-1987": Case("test", "스티해", []),
    "plain_emails-basic_email": Case("Testing 123", "Plain email. Hope it works w", []),
    "plain_emails-basic_email_lf": Case(
        "Testing 123", "Plain email. Hope it works w", []
    ),
    "plain_emails-mix_caps_content_type": Case(
        "undef method parameter bug", "foo bar", []
    ),
    "plain_emails-raw_email": Case(
        "NOTE: 한국말로 하는 것",
        "대부분의 마찬가지로, 우리는 하나님을 믿습니다. 제",
        [],
    ),
    "plain_emails-raw_email10": Case(
        "(no subject)", "Test test. Hi. Waving. m ---", []
    ),
    "plain_emails-raw_email5": Case("(no subject)", "Test test. Hi. Waving. m ---", []),
    "plain_emails-raw_email6": Case("(no subject)", "Test test. Hi. Waving. m ---", []),
    "plain_emails-raw_email8": Case(
        "Fwd: Signed email causes file atta",
        "We should not include these",
        ["01 Quien Te Dij�at. Pitbull.mp3"],
    ),
    "plain_emails-raw_email_bad_time": Case(
        "[0]: XXXXXXX XXXXX XXXXX !", "", ["original_email.eml"], damaged=True
    ),
    "plain_emails-raw_email_double_at_in_header": Case(
        "NOTE: 한국말로 하는 것",
        "대부분의 마찬가지로, 우리는 하나님을 믿습니다. 제",
        [],
    ),
    "plain_emails-raw_email_incorrect_header": Refused(REASON_NULL_SENDER),
    "plain_emails-raw_email_multiple_from": Case(
        "\x2fhome/svn/public/minebox revision", "<p><b>recordkick</b> 2007-10", []
    ),
    "plain_emails-raw_email_quoted_with_0d0a": Case(
        "testing", "A fax has arrived from remot", []
    ),
    "plain_emails-raw_email_reply": Case("Re: Test reply email", "Message body", []),
    "plain_emails-raw_email_simple": Case("Testing outlook", "Hello Mikel", []),
    "plain_emails-raw_email_string_in_date_field": Case(
        "NOTE: 한국말로 하는 것",
        "대부분의 마찬가지로, 우리는 하나님을 믿습니다. 제",
        [],
    ),
    "plain_emails-raw_email_trailing_dot": Case(
        "[skynet-help][60666] How are inter", "Testing, testing, 123.", []
    ),
    "plain_emails-raw_email_with_at_display_name": Case(
        "Testing 123", "Plain email. Hope it works w", []
    ),
    "plain_emails-raw_email_with_bad_date": Case(
        "Microsoft Vlsta & Office2007, Just", "hotnewsoft . com", []
    ),
    "plain_emails-raw_email_with_partially_quoted_subject": Case(
        'Re: Test: "漢字" mid "漢字" tail',
        "대부분의 마찬가지로, 우리는 하나님을 믿습니다. 제",
        [],
    ),
}


@tagged("post_install", "-at_install")
class TestCorpus(GatewayCommon):
    """Real mails with the oddities that real mail has: none is lost or doubled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.intake_unclear = "case"
        cls.paths = sorted(CORPUS.glob("*.eml"))

    def setUp(self):
        super().setUp()
        if not self.paths:
            self.skipTest(f"No mails in {CORPUS}; AFTERSALES_MAILS names their folder")

    def _feed(self, path):
        """Let a mail of the corpus come in, as from a mailbox for complaints."""
        self.env["mail.thread"].message_process(
            "aftersales.case",
            path.read_bytes(),
            custom_values={"type_id": self.type_complaint.id},
        )

    def test_corpus_is_complete(self):
        """Every mail of the folder has its line in the table."""
        self.assertEqual(len(self.paths), SIZE)
        self.assertEqual({path.stem for path in self.paths}, EXPECTED.keys())

    @feature("B4-02")
    def test_each_mail(self):
        """Each mail for itself becomes the case, or the refusal, that it should."""
        rows, cases = self.Intake.search([]), self._count_cases()
        for path in self.paths:
            with self.subTest(path.stem), self.env.cr.savepoint() as savepoint:
                self._feed(path)
                intake = self.Intake.search([]) - rows
                expected = EXPECTED[path.stem]
                check = getattr(self, f"_check_{type(expected).__name__.lower()}")
                check(intake, expected, path)
                wanted = cases + isinstance(expected, Case)
                self.assertEqual(self._count_cases(), wanted)
                savepoint.rollback()
            self.env.invalidate_all()

    def _check_case(self, intake, expected, path):
        self.assertEqual(intake.state, "case", intake.reason)
        self.assertEqual(intake.damaged, expected.damaged)
        case = intake.case_id
        self.assertEqual(case.name[:34].strip(), expected.title)
        self.assertTrue(case.email)
        message = self._get_messages(intake.message_id)
        self.assertEqual((message.model, message.res_id), (case._name, case.id))
        text = " ".join(html2plaintext(message.body).split())
        self.assertTrue(text.startswith(expected.text), text)
        self.assertEqual(bool(text), bool(expected.text))
        files = message.attachment_ids
        self.assertEqual(sorted(files.mapped("name")), expected.files)
        self.assertTrue(all(files.mapped("raw")))
        if expected.damaged:
            original = files.filtered(lambda file: file.name == "original_email.eml")
            self.assertEqual(original.raw, path.read_bytes())

    def _check_refused(self, intake, expected, path):
        self.assertEqual(intake.state, "refused")
        self.assertEqual(intake.reason, expected.reason)
        self.assertFalse(intake.case_id)
        self.assertTrue(intake.source)

    @feature("B4-02")
    def test_all_mails_in_a_row(self):
        """Fed one after the other all are counted, and none makes two cases."""
        rows, cases = self.Intake.search([]), self._count_cases()
        for path in self.paths:
            before = self._count_cases()
            self._feed(path)
            self.assertLessEqual(self._count_cases() - before, 1, path.stem)
        new = self.Intake.search([]) - rows
        self.assertEqual(sum(new.mapped("copies")), SIZE)
        states = [intake.state for intake in new]
        # 20 of the 55 are variants of another one, with its Message-Id and date.
        self.assertEqual(
            {state: states.count(state) for state in set(states)},
            {"case": 33, "refused": 2},
        )
        self.assertEqual(self._count_cases() - cases, 33)
        self.assertEqual(len(new.case_id), 33)
