import io
import json
import zipfile
from urllib.parse import quote

from odoo.tests import tagged

from ..engine import uploads
from ..engine.bodies import DEEPEST, BodyError, read_json
from .links import LinkSetup
from .test_web_hook import HookSetup
from .web import GIF, WebSetup

PAGE = "/aftersales/form/website"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}


def pack(*parts):
    """Return a body of parts, each ``(what follows form-data, content)``."""
    found = b"".join(
        b"--x\r\nContent-Disposition: form-data%s\r\n\r\n%s\r\n"
        % (said.encode(), content)
        for said, content in parts
    )
    return found + b"--x--\r\n"


NAMELESS = {
    "text": ("", b"x"),
    "file": ('; filename="a.gif"', GIF),
    "value": ("; name", b"x"),
}


@tagged("post_install", "-at_install")
class TestHostileInput(WebSetup):
    """Whatever somebody sends is refused or taken; nothing of it is an error of ours."""

    def _check_refused(self, body, status=422, **kwargs):
        answer = self._send(body, **kwargs)
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertIn("problem+json", answer.headers["Content-Type"])
        return answer

    def test_start(self):
        """A moment that no calendar has says nothing about when a form was opened."""
        for start in (
            "999999999999-x",
            "٣-x",
            "0-",
            "-1-x",
            "1e9-x",
            "\0-x",
            "9" * 250,
        ):
            with self.subTest(start=start):
                answer = self._check_refused(self._body(start=start))
                self.assertEqual(answer.json()["errors"][0]["field"], "start")

    def test_signs(self):
        """Signs that no text has are no part of an answer, of a name, nor of a row."""
        for body in (
            self._body(**{"a\0b": 1}),
            self._body(**{"\0": "\0"}),
            self._body(email="a\0@b.example"),
            self._body(urgency="\0"),
            self._body(type="\0"),
        ):
            with self.subTest(body=body):
                answer = self._check_refused(body)
                self.assertNotIn("\0", answer.json()["detail"])
        case = self._case(self._send(self._body(description="It \0leaks\x1b")))
        self.assertEqual(case.name, "It leaks")
        case = self._case(self._send(self._body(reporter_name="S\0am\x1b")))
        self.assertIn("Sam", self._arrived()[0].email_from)
        files = [("files", ("a\0b.gif", GIF)), ("files", ("\x1b\r\n", GIF))]
        self._case(self._send(self._body(), files=files))

    def test_depth(self):
        """Brackets within brackets, at every depth, are no report."""
        for depth in (DEEPEST + 1, 300, 600, 700, 800, 850, 900, 950, 990, 5000):
            for sent in (
                "[" * depth + "]" * depth,
                '{"a":' * depth + "1" + "}" * depth,
            ):
                with self.subTest(depth=depth, sent=sent[0]):
                    body = json.dumps(self._body(description="HERE"))
                    body = body.replace('"HERE"', sent)
                    self._check_refused(body, 400)
        self._check_refused(self._body(description=[[[]]]))
        with self.assertRaises(BodyError):
            read_json(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
        self.assertTrue(read_json(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST))

    def test_numbers(self):
        """Numbers that are none, or too long for anybody."""
        for number in ("1e400", "-1e400", "9" * 4000, "-0", "1e-400", "1E+5"):
            with self.subTest(number=number[:9]):
                body = json.dumps(self._body(description="HERE"))
                self._check_refused(body.replace('"HERE"', number))
        self._check_refused('{"a": ' + "9" * 5000 + "}", 400)

    def test_twice_said(self):
        """Of what is said twice the last counts, for who judges and who keeps it."""
        body = json.dumps(self._body()).removesuffix("}")
        case = self._case(self._send(body + ', "description": "Last"}'))
        self.assertEqual(case.name, "Last")
        self._check_refused(body + ', "description": 1}')

    def test_many_fields(self):
        """Of thousands of fields that nobody asked, some are told."""
        body = self._body(**{f"f{number}": 1 for number in range(50000)})
        answer = self._check_refused(body)
        self.assertEqual(len(answer.json()["errors"]), 50)
        self.assertLess(answer.elapsed.total_seconds(), 10)

    def test_parts(self):
        """Parts without a name, with the same name, with odd sets of signs."""
        known = [
            (f'; name="{name}"', value.encode()) for name, value in self._body().items()
        ]
        for name, part in NAMELESS.items():
            with self.subTest(name):
                self._check_refused(pack(part, *known), 400, headers=MULTIPART)
        odd = ('; name="a"\r\nContent-Type: text/plain; charset=rot13', b"x")
        self._check_refused(pack(odd, *known), headers=MULTIPART)
        many = [(f'; name="f{number}"', b"x") for number in range(1100)]
        self._check_refused(pack(*many, *known), 413, headers=MULTIPART)
        twice = [('; name="files"; filename="a.gif"', GIF)] * 2
        case = self._case(self._send(pack(*twice, *known), headers=MULTIPART))
        self.assertEqual(len(case.message_ids.attachment_ids), 2)
        for control in ("start", "type", "homepage", "email", "description"):
            with self.subTest(control):
                file = (f'; name="{control}"; filename="a.gif"', GIF)
                rest = [one for one in known if control not in one[0]]
                answer = self._send(pack(file, *rest), headers=MULTIPART)
                self.assertIn(answer.status_code, (201, 422), answer.text)

    def test_headers(self):
        """Languages, kinds and lengths that nobody has."""
        table = (
            {"Accept-Language": "\xff;q=nan, x-" + "y" * 9000},
            {"Accept-Language": ",".join(["*;q=2", "en_US@euro", "../../etc", "-"])},
            {"Idempotency-Key": "\xff" * 9},
            {"Authorization": "Bearer \xff"},
            {"Authorization": "Bearer"},
            {"Authorization": "Basic " + "=" * 99},
            {"If-None-Match": '"' * 999},
            {"Cookie": "session_id=../../x; frontend_lang=xx_XX\xff"},
            {"X-Forwarded-For": "x, \xff", "Forwarded": "for=evil"},
            {"Content-Type": "application/json; charset=utf-16"},
            {"Origin": "null"},
            {"Origin": "https://www.shop.example."},
            {"Origin": "https://www.shop.example@evil.example"},
            {"Origin": "\xff"},
            {"Host": "evil.example"},
        )
        for headers in table:
            with self.subTest(headers=headers):
                headers = {
                    name: value.encode("latin-1") for name, value in headers.items()
                }
                answer = self._send(self._body(), headers=headers)
                self.assertLess(answer.status_code, 500, answer.text)
                answer = self._send(path="/website/form", method="GET", headers=headers)
                self.assertLess(answer.status_code, 500, answer.text)
        for origin in ("null", "https://www.shop.example.", "http://www.shop.example"):
            self._check_refused(self._body(), 403, headers={"Origin": origin})

    def test_archive_of_many(self):
        """An archive that lists more than any document has is not looked through."""
        found = io.BytesIO()
        with zipfile.ZipFile(found, "w") as archive:
            archive.writestr("[Content_Types].xml", "x")
            archive.writestr("word/document.xml", "x")
            for number in range(uploads.MOST_PACKED):
                archive.writestr(str(number), "")
        self.assertFalse(uploads.find_kind(found.getvalue()))


@tagged("post_install", "-at_install")
class TestHostilePages(WebSetup, LinkSetup):
    """Our pages for who has no log-in break of nothing that is sent to them."""

    def _call_page(self, method, url, body=None, **headers):
        self.env.flush_all()
        return self.opener.request(
            method,
            self.base_url() + url,
            data=body,
            headers={"Accept-Language": "en"} | headers,
            timeout=60,
            allow_redirects=False,
        )

    def test_names(self):
        """Parts without a name, and names that our own program uses."""
        link = self._get_link(self._new_case())
        for url in (link, "/aftersales/l/x", PAGE, "/aftersales/embed.js"):
            for name in ("self", "secret", "channel", "_kwargs", "args", "lang", "\0"):
                asked = f"{url}?{quote(name)}=x"
                with self.subTest(url=asked):
                    answer = self._call_page("GET", asked)
                    self.assertIn(answer.status_code, (200, 404))
            for name, part in NAMELESS.items():
                with self.subTest(url=url, part=name):
                    answer = self._call_page("GET", url, pack(part), **MULTIPART)
                    self.assertIn(answer.status_code, (200, 404))
                    if "embed" not in url:
                        answer = self._call_page("POST", url, pack(part), **MULTIPART)
                        self.assertIn(answer.status_code, (200, 400, 404, 422))

    def test_many_parts(self):
        """Too many parts are too much, told on the page."""
        body = pack(*[(f'; name="f{number}"', b"x") for number in range(1100)])
        link = self._get_link(self._new_case())
        for url in (link, PAGE):
            with self.subTest(url=url):
                answer = self._call_page("POST", url, body, **MULTIPART)
                self.assertEqual(answer.status_code, 413, answer.text)
                self.assertIn("text/html", answer.headers["Content-Type"])

    def test_no_length(self):
        """What comes without an end is not read."""
        link = self._get_link(self._new_case())
        for url in (link, PAGE):
            with self.subTest(url=url):
                chunks = iter([pack(('; name="description"', b"x"))])
                answer = self._call_page("POST", url, chunks, **MULTIPART)
                self.assertEqual(answer.status_code, 411, answer.text)
                self.assertIn("text/html", answer.headers["Content-Type"])

    def test_frames(self):
        """No other page shows the page of a link in a frame, to have it clicked."""
        answer = self._call_page("GET", self._get_link(self._new_case()))
        policy = answer.headers["Content-Security-Policy"]
        self.assertIn("frame-ancestors 'none'", policy)

    def test_signs(self):
        """Signs that no text has stand on no page, and in no case."""
        body = self._body(description="It \0leaks", reporter_name="\0Sam")
        shown = [("shown", name) for name in body]
        parts = [(f'; name="{n}"', v.encode()) for n, v in [*body.items(), *shown]]
        body = pack(*parts)
        answer = self._call_page("POST", PAGE, body, **MULTIPART)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(self._arrived().case_id.name, "It leaks")


@tagged("post_install", "-at_install")
class TestHostileHook(HookSetup):
    """The hook answers the same to whatever it is sent."""

    def test_input(self):
        """What no plug-in sends: kept, or refused, in a row."""
        form = "application/x-www-form-urlencoded"
        table = (
            (b"\0", "text/plain"),
            (b"\0{", "application/json"),
            (b"{}", "a/\xff".encode("latin-1")),
            (b'{"a\\u0000": "\\u0000", "b": 1e400}', "application/json"),
            (b"[" * 900 + b"]" * 900, "application/json"),
            (b'{"a":' * 900 + b"1" + b"}" * 900, "application/json"),
            (b"a%00=%00&" + b"[" * 999 + b"=x", form),
            (b"a=1&" * 5000, form),
            (b"%ff=%ff&%ed%a0%80=%ed%a0%80", form),
            (pack(NAMELESS["text"]), "multipart/form-data; boundary=x"),
            (b"", ""),
        )
        for number, (body, mimetype) in enumerate(table, 1):
            with self.subTest(body=body[:20], mimetype=mimetype):
                self._submit(body, mimetype)
                self._judge()
                self.assertEqual(len(self._arrived()), number)

    def test_names(self):
        """A field without a name is none that a manager could map."""
        form = "application/x-www-form-urlencoded"
        for body, mimetype in (
            (b"=x&%00=y&a=1&+=z", form),
            (b'{"": 1, "\\u0000": 2, "a": 3, " ": 4}', "application/json"),
        ):
            with self.subTest(body=body):
                self.channel.mapping_ids.unlink()
                self._submit(body, mimetype)
                self._as(self.manager, self.channel).action_take_paths()
                self.assertEqual(self.channel.mapping_ids.mapped("path"), ["a"])

    def test_unfit_ones_count(self):
        """What is not signed, unreadable or too late counts as what is taken does."""
        self.channel.write({"most_an_hour": 2, "hook_secret": "s3cret"})
        for number in range(9):
            self._submit({"a": str(number)})
        self.channel.active = False
        for number in range(9):
            self._submit({"b": str(number)})
        self.assertEqual(len(self._arrived()), 4)

    def test_refused_before(self):
        """What was refused is taken when it is sent again and nothing is wrong any more."""
        self.channel.active = False
        refused = self._submit({"a": "It leaks"})
        self.assertEqual(refused.state, "refused")
        self.channel.active = True
        taken = self._submit({"a": "It leaks"})
        self.assertNotEqual(taken, refused)
        self.assertEqual(taken.state, "waiting")
        self.assertEqual(self._submit({"a": "It leaks"}), taken)
