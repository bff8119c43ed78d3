import base64
import io
import random

from PIL import Image

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import feature
from .gateway import ANNA, COMPLAINTS, GatewayCommon, write_mail

MIXED = 'multipart/mixed; boundary="=_part"'


def write_parts(*parts, kind=MIXED, **headers):
    """Return a mail of parts, each as (headers, bytes)."""
    head = write_mail("", Content_Type=kind, MIME_Version="1.0", **headers)
    body = b"".join(
        b"--=_part\r\n" + said.encode() + b"\r\n\r\n" + data + b"\r\n"
        for said, data in parts
    )
    return head.rstrip(b"\n") + b"\n\n" + body + b"--=_part--\r\n"


def encode(data):
    return base64.encodebytes(data).rstrip(b"\n")


def draw(kind, size=(300, 200)):
    """Return a picture of noise, which no program makes much smaller."""
    noise = random.Random(7).randbytes(size[0] * size[1] * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", size, noise).save(out, kind)
    return out.getvalue()


TEXT = ("Content-Type: text/plain; charset=utf-8", b"The boiler leaks.")


@tagged("post_install", "-at_install")
class TestFiles(GatewayCommon):
    """Files of a mail stay byte for byte what their sender sent."""

    def _get_files(self, case):
        return {f.name: f for f in case.message_ids.attachment_ids.sorted("id")}

    @feature("B4-02")
    def test_picture_that_was_cut(self):
        """A picture that ends in its middle is kept as it came, and said to be broken."""
        for name, kind, cut in (("a.png", "PNG", 9000), ("b.jpg", "JPEG", 9000)):
            with self.subTest(name):
                data = draw(kind)[:cut]
                said = f"Content-Type: image/{kind.lower()}; name={name}"
                said += "\r\nContent-Transfer-Encoding: base64"
                intake = self._receive(write_parts(TEXT, (said, encode(data))))
                self.assertEqual(intake.state, "case")
                self.assertTrue(intake.damaged)
                case = intake.case_id
                self.assertIn("boiler leaks", html2plaintext(case.description))
                self.assertEqual(self._get_files(case)[name].raw, data)

    def test_waiting_picture_that_was_cut(self):
        """A mail with a broken picture that waits can be made a case by hand."""
        data = draw("PNG")[:9000]
        said = (
            "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64"
        )
        mail = write_parts(TEXT, (said, encode(data)), From="new@customer.example")
        intake = self._receive(mail)
        self.assertEqual(intake.state, "waiting")
        intake.action_make_case()
        self.assertEqual(self._get_files(intake.case_id)["a.png"].raw, data)

    def test_big_picture_is_not_made_smaller(self):
        """A photo larger than the screen is evidence as it was taken."""
        data = draw("JPEG", (2400, 400))
        said = (
            "Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64"
        )
        case = self._receive_case(write_parts(TEXT, (said, encode(data))))
        self.assertEqual(self._get_files(case)["a.jpg"].raw, data)

    @feature("B4-02")
    def test_file_whose_kind_is_missing_or_wrong(self):
        """Without, with a broken, and with a wrong Content-Type a file is a file."""
        data = draw("JPEG")
        where = "Content-Disposition: attachment; filename=a.jpg"
        for said in (
            where,
            f"Content-Type: jpeg\r\n{where}",
            f"Content-Type: text/plain\r\n{where}",
            f"Content-Type: text/html; charset=utf-16\r\n{where}",
            f"Content-Type: */*\r\n{where}",
            "Content-Type: text/plain; name=a.jpg",
            "Content-Disposition: inline; filename=a.jpg",
        ):
            with self.subTest(said):
                said += "\r\nContent-Transfer-Encoding: base64"
                intake = self._receive(write_parts(TEXT, (said, encode(data))))
                self.assertFalse(intake.damaged)
                self.assertEqual(self._get_files(intake.case_id)["a.jpg"].raw, data)

    def test_text_file_in_another_charset(self):
        """A list of numbers in an old charset is the sender's file, not ours."""
        data = "Größe;Menge\r\n10;20 €\r\n".encode("cp1252")
        said = "Content-Type: text/csv; charset=utf-8; name=list.csv"
        said += "\r\nContent-Transfer-Encoding: base64"
        case = self._receive_case(write_parts(TEXT, (said, encode(data))))
        self.assertEqual(self._get_files(case)["list.csv"].raw, data)

    @feature("B4-02")
    def test_mail_in_a_mail(self):
        """Who attaches a mail is read by his own words; that mail is a file."""
        inner = write_parts(
            ("Content-Type: text/plain", b"Inner words"),
            ("Content-Type: text/html", b"<p>Inner words</p>"),
            kind='multipart/alternative; boundary="=_part"',
            From="shop@elsewhere.example",
            Subject="Your order",
        ).replace(b"=_part", b"=_inner")
        message = ("Content-Type: message/rfc822", inner)
        html = ("Content-Type: text/html", b"<p>See <b>below</b></p>")
        for first, words in ((TEXT, "boiler leaks"), (html, "See below")):
            case = self._receive_case(write_parts(first, message))
            text = html2plaintext(case.description).replace("*", "")
            self.assertIn(words, text)
            self.assertNotIn("Inner words", text)
            [name] = self._get_files(case)
            self.assertEqual(name, "Your order.eml")
            kept = self._get_files(case)[name].raw.replace(b"\r\n", b"\n")
            self.assertEqual(kept.strip(), inner.replace(b"\r\n", b"\n").strip())


@tagged("post_install", "-at_install")
class TestWords(GatewayCommon):
    """The words of a mail can be read, or somebody is told that they cannot."""

    def _read(self, data, kind):
        source = write_mail("", Content_Type=kind) + data
        intake = self._receive(source)
        self.assertEqual(intake.state, "case")
        return html2plaintext(intake.case_id.description), intake.damaged

    @feature("B4-02")
    def test_text_without_its_charset(self):
        """What names no charset, or too narrow a one, is read as what it can be."""
        said = "Één bar, 90 °C, € 250"
        for kind, charset in (
            ("text/plain", "utf-8"),
            ("text/plain; charset=us-ascii", "utf-8"),
            ("text/plain", "cp1252"),
            ("text/plain; charset=ascii", "cp1252"),
            ("text/plain; charset=iso-8859-1", "cp1252"),
            ("text/html", "utf-8"),
        ):
            with self.subTest(kind=kind, charset=charset):
                text, damaged = self._read(said.encode(charset), kind)
                self.assertIn(said, text)
                self.assertFalse(damaged)

    def test_charset_that_is_not_the_one_said(self):
        """What its charset cannot be is read as what Windows writes, and flagged."""
        said = "Één bar, 90 °C, € 250"
        for charset in ("utf-8", "x-unknown", "us-ascii"):
            with self.subTest(charset):
                kind = f"text/plain; charset={charset}"
                text, damaged = self._read(said.encode("cp1252"), kind)
                self.assertIn(said, text)
                self.assertEqual(damaged, charset != "us-ascii")

    def test_one_byte_lost(self):
        """A byte lost on the way makes the rest of a text no other charset's."""
        said = "Één bar, 90 °C, € 250".encode()
        for kind in ("text/plain", "text/plain; charset=utf-8"):
            with self.subTest(kind):
                text, damaged = self._read(said + b" \xe2\x82", kind)
                self.assertIn(said.decode(), text)
                self.assertTrue(damaged)

    def test_charset_inside_the_text(self):
        """A web page says itself how it is written."""
        page = '<html><head><meta charset="iso-8859-2"></head><p>pęknięte</p></html>'
        text, damaged = self._read(page.encode("iso-8859-2"), "text/html")
        self.assertIn("pęknięte", text)
        self.assertFalse(damaged)

    def test_what_cannot_be_read_is_said(self):
        """Bytes that their charset does not know are flagged."""
        text, damaged = self._read(b"90 \xb0C", "text/plain; charset=utf-8")
        self.assertIn("90", text)
        self.assertTrue(damaged)

    @feature("B4-02")
    def test_text_inside_a_file(self):
        """A mail that is only a file of Outlook's, or is encrypted, says where to look."""
        for kind, name in (
            ("application/ms-tnef", "winmail.dat"),
            ("application/pkcs7-mime", "smime.p7m"),
        ):
            with self.subTest(name):
                said = f"Content-Type: {kind}; name={name}"
                source = write_parts((said, b"\x78\x9f\x3e\x22"))
                intake = self._receive(source)
                self.assertEqual(intake.state, "case")
                hint = f"The text of this mail is inside the file {name}."
                self.assertEqual(intake.preview, hint)
                self.assertIn(hint, self._get_texts(intake.case_id))

    def test_thousands_of_parts(self):
        """Who sends more parts than we read still gets a case, with the original."""
        source = write_parts(TEXT, *[TEXT] * 3000)
        intake = self._receive(source)
        self.assertEqual(intake.state, "case")
        self.assertTrue(intake.damaged)
        self.assertLess(len(intake.case_id.description), 50_000)
        files = intake.case_id.message_ids.attachment_ids
        self.assertEqual(files.mapped("name"), ["original_email.eml"])
        self.assertEqual(files.raw, source)

    def test_parts_in_each_other(self):
        """Multiparts that stand in each other by the hundred end no process."""
        deep = b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n)
            for n in range(1500)
        )
        head = f"From: {ANNA}\nTo: {COMPLAINTS}\nSubject: Deep\nMessage-Id: <deep@x>\n"
        source = head.encode() + deep + b"Content-Type: text/plain\n\nWords"
        intake = self._receive(source)
        self.assertEqual((intake.state, intake.damaged), ("case", True))
        files = intake.case_id.message_ids.attachment_ids
        self.assertEqual(files.raw, source)
