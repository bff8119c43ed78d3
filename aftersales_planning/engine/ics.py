"""Calendars as files (RFC 5545) that other programs subscribe to.

Pure Python: values in, bytes out. What is asked for twice is the same, byte for byte, so
that a program which imports a changed entry replaces the one it had.
"""

from datetime import datetime
from typing import NamedTuple

CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"
LONGEST_LINE = 75  # bytes, of which RFC 5545 lets a line have no more
ENCODED = "utf-8"


class Entry(NamedTuple):
    """One entry of a calendar.

    :param uid: the same for ever
    :param sequence: rises when the entry changes
    :param stamp: naive UTC, when it was changed
    :param start: naive UTC
    :param stop: naive UTC
    :param summary: what stands in the calendar
    :param status: ``CONFIRMED``, ``TENTATIVE`` or ``CANCELLED``
    :param location: one line
    :param description: lines
    :param url: where more is to be read
    :param is_private: not to be shown to others with whom the calendar is shared
    """

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    stop: datetime
    summary: str
    status: str = CONFIRMED
    location: str = ""
    description: str = ""
    url: str = ""
    is_private: bool = False


def build(name, entries):
    """Return the file of a calendar.

    :param name: what the calendar is called, or ""
    :param entries: iterable of ``Entry``
    :returns: bytes
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Aftersales//Planning//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    if name:
        lines += [
            f"X-WR-CALNAME:{escape(name)}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
        ]
    for entry in entries:
        lines += _describe(entry)
    lines.append("END:VCALENDAR")
    return b"".join(_fold(line) for line in lines)


def escape(text):
    r"""Return a text as a value of the format.

    >>> escape("a;b,c\nd")
    'a\\;b\\,c\\nd'
    """
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = "\\n".join(text.splitlines())
    return "".join(char for char in lines if char >= " " and char != "\x7f")


def _describe(entry):
    optional = (
        ("LOCATION", escape(entry.location)),
        ("DESCRIPTION", escape(entry.description)),
        ("URL", "".join(entry.url.split())),
        ("CLASS", "PRIVATE" if entry.is_private else ""),
    )
    return [
        "BEGIN:VEVENT",
        f"UID:{escape(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_moment(entry.stamp)}",
        f"LAST-MODIFIED:{_moment(entry.stamp)}",
        f"DTSTART:{_moment(entry.start)}",
        f"DTEND:{_moment(entry.stop)}",
        f"SUMMARY:{escape(entry.summary)}",
        f"STATUS:{entry.status}",
        *(f"{key}:{value}" for key, value in optional if value),
        "END:VEVENT",
    ]


def _moment(at):
    return at.strftime("%Y%m%dT%H%M%SZ")


def _fold(line):
    """Return a line cut into pieces of the allowed length, never inside of a sign."""
    pieces, piece = [], b""
    for char in line:
        code = char.encode(ENCODED, errors="replace")
        if len(piece) + len(code) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += code
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
