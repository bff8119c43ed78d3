from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext

from .common import feature
from .gateway import COMPLAINTS, GatewayCommon, write_mail
from .test_forwarded_engine import FORWARDS
from .test_mail_content import TEXT, encode, write_parts

AAGJE = "Aagje Agent <as_agent@aftersales.example>"
JPEG = b"\xff\xd8\xff\xe0 not much of a picture \xff\xd9"
PICTURE = (
    "Content-Type: image/jpeg; name=leak.jpg\r\nContent-Transfer-Encoding: base64",
    encode(JPEG),
)


@tagged("post_install", "-at_install")
class TestForwardedByAColleague(GatewayCommon):
    """A mail that a colleague forwards is the customer's."""

    def _forward(self, text, **headers):
        headers = {"From": AAGJE, "Subject": "FW: Machine lekt"} | headers
        with freeze_time("2026-03-12 12:00:00"):
            return self._receive(write_mail(text, **headers))

    def _assert_original(self, case, address="anna@janssen.example"):
        self.assertEqual(case.name, "Machine lekt")
        self.assertEqual(case.email, address)
        self.assertEqual(case.reporter_id, self.agent.partner_id)
        self.assertEqual(html2plaintext(case.description).strip(), "De machine lekt.")
        self.assertIn("Kijk jij hiernaar?", self._get_texts(case))

    @feature("B4-06")
    def test_customer_is_a_claim(self):
        """It waits with the customer as candidate; confirmed, it is his case."""
        intake = self._forward(FORWARDS["Outlook, nl"])
        self.assertEqual(intake.state, "waiting")
        self.assertFalse(intake.partner_id)
        self.assertEqual(intake.claimed_partner_id, self.contact)
        self.assertEqual(intake.claim_reason, "forwarded")
        self._as(self.agent, intake).action_confirm_claim()
        with freeze_time("2026-03-12 12:00:00"):
            intake.action_make_case()
        case = intake.case_id
        self._assert_original(case)
        self.assertEqual(case.contact_id, self.contact)
        self.assertIn("2026-03-10", str(case.reported_at))

    @feature("B4-06")
    def test_answers_go_to_the_customer(self):
        """Where unclear mails become cases, the confirmation is the customer's."""
        self.type_complaint.intake_unclear = "case"
        for number, (name, text) in enumerate(FORWARDS.items()):
            address = f"anna{number}@janssen.example"
            self.contact.email = address
            with self.subTest(name):
                text = text.replace("anna@janssen.example", address)
                case = self._forward(text).case_id
                self._assert_original(case, address)
                self.assertEqual(case.claimed_partner_id, self.contact)
                sent = self._get_last_sent(case)
                self.assertIn(address, sent.email_to)
                self.assertNotIn("as_agent", sent.email_to)

    @feature("B4-06")
    def test_attached(self):
        """A mail that is attached is read like one in the text, and so are its files."""
        self.type_complaint.intake_unclear = "case"
        inner = write_parts(
            ("Content-Type: text/plain", b"De machine lekt."),
            PICTURE,
            Subject="Machine lekt",
            Date="Tue, 10 Mar 2026 09:12:00 +0000",
        ).replace(b"=_part", b"=_inner")
        source = write_parts(
            (TEXT[0], b"Kijk jij hiernaar?"),
            ("Content-Type: message/rfc822", inner),
            From=AAGJE,
            Subject="FW: Machine lekt",
        )
        with freeze_time("2026-03-12 12:00:00"):
            case = self._receive(source).case_id
        self._assert_original(case)
        self.assertEqual(str(case.reported_at), "2026-03-10 09:12:00")
        files = case.message_ids.attachment_ids
        self.assertEqual(sorted(files.mapped("name")), ["Machine lekt.eml", "leak.jpg"])
        picture = files.filtered(lambda file: file.name == "leak.jpg")
        self.assertEqual(picture.raw, JPEG)

    def test_unknown_customer(self):
        """A sender whom nobody knows is answered all the same."""
        text = FORWARDS["Gmail, nl"].replace("anna@janssen", "new@elsewhere")
        intake = self._forward(text)
        self.assertEqual((intake.state, intake.reason), ("waiting", "sender_unknown"))
        intake.action_make_case()
        self.assertEqual(intake.case_id.email, "new@elsewhere.example")

    def test_only_colleagues_forward(self):
        """A customer who forwards his supplier's mail speaks for himself."""
        case = self._forward(
            FORWARDS["Outlook, nl"].replace("anna@janssen", "sales@supplier"),
            From="anna@janssen.example",
        ).case_id
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(case.contact_id, self.contact)

    def test_forged_colleague(self):
        """Who only claims to be a colleague forwards nothing."""
        intake = self._forward(
            FORWARDS["Outlook, nl"],
            Authentication_Results="mx.aftersales.example; dmarc=fail",
        )
        self.assertEqual((intake.state, intake.reason), ("waiting", "sender_forged"))
        self.assertFalse(intake.claimed_partner_id)


@tagged("post_install", "-at_install")
class TestScan(GatewayCommon):
    """What our own copier scans goes into the dossier that its number names."""

    def _scan(self, name, **headers):
        headers = {
            "From": "scanner@aftersales.example",
            "Subject": "Message from scanner",
        } | headers
        said = f'Content-Type: application/pdf; name="{name}"'
        said += "\r\nContent-Transfer-Encoding: base64"
        pdf = (said, encode(b"%PDF-1.4 " + name.encode()))
        return self._receive(write_parts(pdf, **headers))

    @feature("B4-02")
    def test_number_in_subject_or_file(self):
        """A number in the subject or in a file's name is enough, however written."""
        case = self._receive_case(write_mail())
        stage, number = case.stage_id, case.number
        dashed, low = number.replace("/", "-"), number.replace("/", "_").lower()
        for headers, name in (
            ({"Subject": f"Scan {number}"}, "scan.pdf"),
            ({"Subject": dashed}, "scan2.pdf"),
            ({}, f"{dashed}.pdf"),
            ({}, f"{low} (2).pdf"),
            ({"From": COMPLAINTS}, f"{low}.pdf"),
        ):
            with self.subTest(headers=headers, name=name):
                intake = self._scan(name, **headers)
                self.assertEqual((intake.state, intake.reason), ("added", "scan"))
                self.assertEqual(intake.case_id, case)
                self.assertIn(name, case.message_ids.attachment_ids.mapped("name"))
        self.assertEqual(case.stage_id, stage)

    def test_without_a_number(self):
        """A scan that names no case, or an unknown one, waits."""
        self.type_complaint.intake_unclear = "case"
        for headers in ({}, {"From": COMPLAINTS}, {"Subject": "CMP/2020/99999"}):
            intake = self._scan("scan.pdf", **headers)
            self.assertEqual((intake.state, intake.reason), ("waiting", "scan"))

    def test_what_is_no_scan(self):
        """Our own address without a page is refused as ever; a form is its customer's."""
        self._assert_refused(write_mail(From=COMPLAINTS), "our_address")
        form = self._scan(
            "photo.pdf",
            From="copyshop@aftersales.example",
            Reply_To="anna@janssen.example",
        )
        self.assertEqual((form.state, form.reason), ("waiting", "sender_unknown"))
        self.assertEqual(form.claimed_partner_id, self.contact)

    def test_forged_scan(self):
        """A stranger who writes as our scanner adds nothing to a dossier."""
        case = self._receive_case(write_mail())
        intake = self._scan(
            f"{case.number.replace('/', '-')}.pdf",
            Authentication_Results="mx.aftersales.example; dmarc=fail",
        )
        self.assertEqual((intake.state, intake.reason), ("waiting", "sender_forged"))
