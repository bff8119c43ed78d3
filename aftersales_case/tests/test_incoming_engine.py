import email
import email.policy

from odoo.tests import BaseCase, tagged

from ..const import (
    REASON_AUTO_REPLY,
    REASON_BOUNCE,
    REASON_BULK,
    REASON_NULL_SENDER,
)
from ..engine import addresses, incoming, mail_headers
from .gateway import MAILS, read_mail, write_mail


def parse(source):
    return email.message_from_bytes(source, policy=email.policy.SMTP)


@tagged("post_install", "-at_install")
class TestSender(BaseCase):
    """Who can be answered."""

    def test_machines(self):
        """Addresses that nobody reads are known by their name, in four languages."""
        for local in (
            "noreply",
            "No-Reply",
            "do_not_reply",
            "shop-noreply",
            "noreply+42",
            "postmaster",
            "niet-beantwoorden",
            "keine-antwort",
            "nie-odpowiadaj",
        ):
            self.assertTrue(addresses.is_machine(f"{local}@shop.example"), local)
        for local in ("anna", "nora", "reply", "note", "info", "replies"):
            self.assertFalse(addresses.is_machine(f"{local}@shop.example"), local)

    def test_reply_to(self):
        """All addresses of the header are read; a name alone is none."""
        for header, found in (
            (None, []),
            ("", []),
            ("Anna", []),
            ("Anna <a@x.example>, b@x.example", ["a@x.example", "b@x.example"]),
        ):
            mail = parse(write_mail(Reply_To=header))
            self.assertEqual(mail_headers.find_reply_to(mail), found)

    def test_public_domains(self):
        """A domain where everybody can have an address makes no colleagues."""
        self.assertTrue(addresses.is_public_domain("anna@GMail.com"))
        self.assertFalse(addresses.is_public_domain("anna@janssen.example"))


@tagged("post_install", "-at_install")
class TestFindRefusal(BaseCase):
    """What headers alone say about a mail."""

    def _find(self, **headers):
        return incoming.find_refusal(parse(write_mail(**headers)))

    def test_table(self):
        """Machines are known by their headers, people by the lack of them."""
        for headers, reason in (
            ({}, None),
            ({"Auto_Submitted": "no"}, None),
            ({"Auto_Submitted": "No"}, None),
            ({"Auto_Submitted": "auto-replied"}, REASON_AUTO_REPLY),
            ({"Auto_Submitted": "Auto-Replied; owner=x"}, REASON_AUTO_REPLY),
            ({"Auto_Submitted": "auto-generated"}, REASON_AUTO_REPLY),
            ({"Auto_Submitted": ""}, None),
            ({"Precedence": "bulk"}, REASON_BULK),
            ({"Precedence": "Junk"}, REASON_BULK),
            ({"Precedence": "list"}, REASON_BULK),
            ({"Precedence": "auto_reply"}, REASON_AUTO_REPLY),
            ({"Precedence": "first-class"}, None),
            ({"X_Autoreply": "yes"}, REASON_AUTO_REPLY),
            ({"X_Autorespond": "1"}, REASON_AUTO_REPLY),
            ({"X_Auto_Response_Suppress": "All"}, None),
            ({"List_Id": "<news.example>"}, REASON_BULK),
            ({"List_Unsubscribe": "<https://a.example>"}, REASON_BULK),
            ({"Return_Path": "<>"}, REASON_NULL_SENDER),
            ({"Return_Path": " <> "}, REASON_NULL_SENDER),
            ({"Return_Path": "<anna@janssen.example>"}, None),
            ({"From": ""}, REASON_NULL_SENDER),
            ({"From": "<>"}, REASON_NULL_SENDER),
            ({"From": None}, REASON_NULL_SENDER),
            ({"From": "MAILER-DAEMON@mx.example"}, REASON_BOUNCE),
            (
                {
                    "From": "Postmaster <postmaster@mx.example>",
                    "Subject": "Unzustellbar: Angebot",
                },
                REASON_BOUNCE,
            ),
            ({"From": "Postmaster <postmaster@mx.example>"}, None),
            ({"X_Failed_Recipients": "anna@janssen.example"}, REASON_BOUNCE),
            ({"From": "MAILER-DAEMON (Mail Delivery System)"}, REASON_BOUNCE),
            ({"From": "postmaster.jansen@mx.example"}, None),
            ({"From": "anna@janssen.example <anna@janssen.example>"}, None),
            ({"From": "Anna <anna@janssen.example>, kees@janssen.example"}, None),
            ({"From": "Janssen, Anna <anna@janssen.example>"}, None),
            ({"From": "anna@janssen.example (Anna (sales))"}, None),
            ({"From": "Anna @ Janssen <anna@janssen.example>"}, None),
            ({"From": "Anna Janssen"}, None),
            ({"From": '"Janssen, Anna" <anna@janssen.example>'}, None),
            ({"From": "=?utf-8?q?=C5=81ukasz?= <l@kawiarnia.example>"}, None),
        ):
            with self.subTest(**headers):
                self.assertEqual(self._find(**headers), reason)

    def test_examples(self):
        """The example mails of people pass, those of machines do not."""
        found = {
            path.stem: incoming.find_refusal(parse(path.read_bytes()))
            for path in MAILS.glob("*.eml")
        }
        machines = {name: reason for name, reason in found.items() if reason}
        self.assertEqual(
            machines,
            {
                "auto_reply": REASON_AUTO_REPLY,
                "bounce": REASON_NULL_SENDER,
                "bulk_newsletter": REASON_BULK,
                "out_of_office": REASON_NULL_SENDER,
            },
        )
        self.assertEqual(len(found), 11)


@tagged("post_install", "-at_install")
class TestRepair(BaseCase):
    """What can be done for a mail that is not as it should be."""

    def test_unknown_charset_becomes_utf8(self):
        """An unknown charset is named and replaced, the text is read."""
        message = parse(read_mail("unknown_charset.eml"))
        self.assertEqual(incoming.repair_charsets(message), ["X-UNKNOWN"])
        self.assertIn("café-bestelling", message.get_content())

    def test_known_charsets_stay(self):
        """Charsets that Python knows are left alone."""
        for name in ("pl_complaint_photo.eml", "de_service.eml", "nl_reply.eml"):
            with self.subTest(name=name):
                source = read_mail(name)
                message = parse(source)
                self.assertEqual(incoming.repair_charsets(message), [])
                self.assertEqual(message.as_bytes(), parse(source).as_bytes())

    def test_odd_charsets(self):
        """Names that break the look-up itself are unknown charsets as well."""
        for charset in ("x\u2026", "undefined-8bit", "a" * 500, "utf-8\0"):
            with self.subTest(charset=charset):
                message = parse(write_mail(Content_Type="text/plain"))
                message.set_param("charset", charset)
                incoming.repair_charsets(message)
                self.assertIn("The machine leaks.", message.get_content())

    def test_codecs_that_are_no_charsets(self):
        """Python's codecs that turn bytes into bytes are no charsets."""
        for charset in ("hex", "base64", "zlib", "rot13"):
            with self.subTest(charset=charset):
                message = parse(
                    write_mail(Content_Type=f"text/plain; charset={charset}")
                )
                self.assertEqual(incoming.repair_charsets(message), [charset])
                self.assertIn("The machine leaks.", message.get_content())

    def test_zero_bytes(self):
        """Zero bytes leave texts, and nothing else changes."""
        values = {"subject": "a\0b", "parent_id": 5, "attachments": [b"\0"]}
        self.assertEqual(
            incoming.drop_zero_bytes(values),
            {"subject": "ab", "parent_id": 5, "attachments": [b"\0"]},
        )

    def test_headers_that_break_the_parser(self):
        """Of headers that Python's parser fails on, the addresses remain."""
        for header, wanted in (
            ("a: b: c@d.example;;", "c@d.example"),
            ('"a" <,b@c.example>, :d:;', "b@c.example"),
            ("x@y.example, a: b: c@d.example;;", "x@y.example, c@d.example"),
            ("Anna <anna@janssen.example>", "Anna <anna@janssen.example>"),
        ):
            with self.subTest(header=header):
                message = parse(write_mail(To=header))
                incoming.repair_headers(message)
                self.assertEqual(str(message["To"]), wanted)

    def test_good_headers_stay(self):
        """Headers that can be read are left alone."""
        for path in MAILS.glob("*.eml"):
            with self.subTest(path.stem):
                message = parse(path.read_bytes())
                before = message.as_bytes()
                incoming.repair_headers(message)
                self.assertEqual(message.as_bytes(), before)

    def test_zero_bytes_in_headers(self):
        """Zero bytes leave the headers; what follows stays as it is."""
        self.assertEqual(
            incoming.clean_headers(b"From: a\0b\r\n\r\nx\0y"), b"From: ab\r\n\r\nx\0y"
        )
        self.assertEqual(incoming.clean_headers(b"From: a\0b"), b"From: ab")

    def test_headers_alone(self):
        """Of an unreadable mail sender, subject and references remain."""
        message = incoming.read_headers(read_mail("nl_complaint_photo.eml"))
        self.assertEqual(message["From"], "Anna Janssen <anna@janssen.example>")
        self.assertIn("zó snel", message["Subject"])
        self.assertEqual(message["Message-Id"], "<7c1f0d52-nl@janssen.example>")
        self.assertEqual(message.get_content_type(), "text/plain")
        self.assertEqual(message.get_content().strip(), "")


@tagged("post_install", "-at_install")
class TestContentId(BaseCase):
    """A mail without Message-Id is known by what its sender wrote."""

    def test_same_content(self):
        """Lines that servers add on the way make no other mail."""
        source = read_mail("no_message_id.eml")
        wanted = incoming.get_content_id(source)
        for added in (
            b"",
            b"Received: from a.example\n\tby b.example; Tue, 10 Mar 2026 12:05:01\n",
            b"Delivered-To: a@b.example\nReturn-Path: <anna@janssen.example>\n",
            b"X-Spam-Score: 0.1\n",
        ):
            with self.subTest(added=added):
                self.assertEqual(incoming.get_content_id(added + source), wanted)
        self.assertEqual(
            incoming.get_content_id(source.replace(b"\n", b"\r\n")), wanted
        )

    def test_other_content(self):
        """Another sender, subject, date or text is another mail."""
        source = read_mail("no_message_id.eml")
        wanted = incoming.get_content_id(source)
        for old, new in (
            (b"Anna Janssen", b"Kees Janssen"),
            (b"Verkeerde molen", b"Kapotte molen"),
            (b"12:05:00", b"12:06:00"),
            (b"dan besteld", b"dan gekocht"),
        ):
            with self.subTest(new=new):
                other = incoming.get_content_id(source.replace(old, new))
                self.assertNotEqual(other, wanted)

    def test_form(self):
        """The id looks like a Message-Id and names its kind."""
        self.assertRegex(
            incoming.get_content_id(b"x"), r"^<[0-9a-f]{64}@content\.aftersales>$"
        )


@tagged("post_install", "-at_install")
class TestIsSameMail(BaseCase):
    """Two mails with one Message-Id are copies, or not."""

    def test_table(self):
        """Sender and date decide; subject and text may change on the way."""
        date = "Tue, 10 Mar 2026 12:05:00 +0100"
        first = write_mail(Date=date)
        for other, wanted in (
            (first, True),
            (b"Received: by mx.example\n" + first, True),
            (write_mail(Date=date, Subject="[EXTERN] Machine leaks"), True),
            (write_mail("The machine leaks.\n-- scanned", Date=date), True),
            (write_mail(Date="Wed, 11 Mar 2026 08:00:00 +0100"), False),
            (write_mail(Date=None), False),
            (write_mail(Date=date, From="kees@janssen.example"), False),
        ):
            with self.subTest(other=other):
                self.assertEqual(incoming.is_same_mail(first, other), wanted)


@tagged("post_install", "-at_install")
class TestIsDamaged(BaseCase):
    """When text or files may have been lost."""

    def test_table(self):
        """A mail is damaged when it came to nothing, or its structure is broken."""
        fine = parse(write_mail())
        broken = parse(read_mail("broken_mime.eml"))
        photo = parse(read_mail("nl_complaint_photo.eml"))
        for message, body, files, wanted in (
            (fine, "<pre>text</pre>", [], False),
            (fine, "", ["photo"], False),
            (fine, "", [], True),
            (fine, "  \n", [], True),
            (fine, None, None, True),
            (broken, "<p>text</p>", ["photo"], True),
            (photo, "<p>text</p>", ["photo"], False),
        ):
            with self.subTest(body=body, files=files, wanted=wanted):
                self.assertEqual(incoming.is_damaged(message, body, files), wanted)


@tagged("post_install", "-at_install")
class TestIsForged(BaseCase):
    """What our own mail server found out about the address in From."""

    def test_table(self):
        """Only dmarc=fail, only as a result, and only of our own server counts."""
        fail = "mx.us.example; spf=pass; dmarc=fail (p=reject) header.from=x.example"
        other = fail.replace("mx.us", "mx.them")
        split = ("mx.us.example 1; spf=pass", "MX.US.example; DMARC = Fail")
        for results, server, wanted in (
            ((), None, False),
            ((fail,), None, True),
            ((fail.replace("=fail", "=pass"),), None, False),
            (("mx.us.example; none",), None, False),
            (("mx.us.example; dmarc=temperror",), None, False),
            (("spf=fail (sender IP is 1.2.3.4); dmarc=fail action=none",), None, True),
            (('mx.us.example; spf=none reason="dmarc=fail; dmarc=fail"',), None, False),
            (
                ("mx.us.example; spf=none (x (y; dmarc=fail) ; dmarc=fail)",),
                None,
                False,
            ),
            (("mx.us.example; xdmarc=fail",), None, False),
            (("mx.us.example; dmarc/1=fail",), None, True),
            (("mx.us.example; dmarc=pass", other), None, False),
            ((other, fail), "mx.us.example", True),
            ((other,), "mx.us.example", False),
            (split, "mx.us.example", True),
            (("mx.us.example; dmarc=pass", other, fail), "mx.us.example", False),
            ((fail,), " ", True),
        ):
            message = parse(write_mail())
            for result in results:
                message["Authentication-Results"] = result
            with self.subTest(results=results, server=server):
                self.assertEqual(incoming.is_forged(message, server), wanted)
