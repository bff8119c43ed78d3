from datetime import datetime, timedelta

import vobject

from odoo.tests import BaseCase, tagged

from ..engine.ics import CANCELLED, LONGEST_LINE, Entry, build, escape

START = datetime(2026, 3, 2, 9)
ENTRY = Entry(
    uid="visit-7@x",
    sequence=3,
    stamp=START - timedelta(days=1),
    start=START,
    stop=START + timedelta(hours=2),
    summary="Pump; leaks, badly",
)


def read(content):
    return vobject.readOne(content.decode())


@tagged("post_install", "-at_install")
class TestIcsEngine(BaseCase):
    """Files of calendars, read by another program."""

    def test_whole(self):
        entry = ENTRY._replace(
            location="Dorpsstraat 1, Leiden",
            description="First line\nSecond\\line",
            url="https://x.example/odoo/1",
            is_private=True,
        )
        calendar = read(build("Tom, visits", [entry]))
        self.assertEqual(calendar.x_wr_calname.value, "Tom, visits")
        event = calendar.vevent
        self.assertEqual(event.uid.value, "visit-7@x")
        self.assertEqual(event.sequence.value, "3")
        self.assertEqual(event.dtstart.value.isoformat(), "2026-03-02T09:00:00+00:00")
        self.assertEqual(event.dtend.value.isoformat(), "2026-03-02T11:00:00+00:00")
        self.assertEqual(event.summary.value, "Pump; leaks, badly")
        self.assertEqual(event.location.value, "Dorpsstraat 1, Leiden")
        self.assertEqual(event.description.value, "First line\nSecond\\line")
        self.assertEqual(event.url.value, "https://x.example/odoo/1")
        self.assertEqual(event.contents["class"][0].value, "PRIVATE")

    def test_nothing_smuggled_in(self):
        """A text cannot end its line, whatever its writer knows of the format."""
        for evil in (
            "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:y",
            "x\nATTENDEE:mailto:a@b.example",
            "x\x0bURL:http://evil",
            "x\u2028URL:http://evil",
            "x\x00\x1b\x7f",
        ):
            for name in ("summary", "location", "description"):
                with self.subTest(evil=evil, name=name):
                    content = build("", [ENTRY._replace(**{name: evil})])
                    calendar = read(content)
                    self.assertEqual(len(calendar.vevent_list), 1)
                    known = set(calendar.vevent.contents)
                    self.assertFalse(known & {"attendee", "url"})
                    signs = content.replace(b"\r\n", b"")
                    self.assertFalse([sign for sign in signs if sign < 32])
        url = build("", [ENTRY._replace(url="https://x\r\nATTENDEE:y")])
        self.assertNotIn("attendee", read(url).vevent.contents)

    def test_folded(self):
        """No line is longer than allowed, no sign is cut, and nothing is lost."""
        for text in ("a" * 500, "é" * 300, "日本語" * 90, "🔧" * 100, "x;" * 99, ""):
            content = build("", [ENTRY._replace(summary=text)])
            self.assertTrue(content.endswith(b"END:VCALENDAR\r\n"))
            for line in content.split(b"\r\n"):
                self.assertLessEqual(len(line), LONGEST_LINE)
                line.decode()
            self.assertEqual(read(content).vevent.summary.value, text)

    def test_cancelled(self):
        content = build("", [ENTRY._replace(status=CANCELLED)])
        self.assertEqual(read(content).vevent.status.value, "CANCELLED")

    def test_the_same_twice(self):
        self.assertEqual(build("x", [ENTRY] * 3), build("x", [ENTRY] * 3))

    def test_empty(self):
        self.assertFalse(hasattr(read(build("x", [])), "vevent"))

    def test_escape(self):
        self.assertEqual(escape("a\\n"), "a\\\\n")
