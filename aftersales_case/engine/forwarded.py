"""A mail that somebody forwards: whose it was, when and what he wrote.

Mail programs write the head of the original into the text, each in its own way and in
the language of whoever forwards; or they attach it. Pure Python: text in, values out.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parseaddr, parsedate_to_datetime

from lxml import etree, html

FROM, SENT, SUBJECT, OTHER = "from", "sent", "subject", "other"
# English, Dutch, German, Polish; Outlook, Gmail, Apple Mail, Thunderbird.
LABELS = {
    FROM: ("from", "van", "von", "od"),
    SENT: (
        "sent",
        "date",
        "verzonden",
        "datum",
        "gesendet",
        "wysłano",
        "wyslano",
        "data",
    ),
    SUBJECT: ("subject", "onderwerp", "betreff", "temat"),
    OTHER: (
        *(
            "to",
            "aan",
            "an",
            "do",
            "cc",
            "kopie",
            "dw",
            "bcc",
            "reply-to",
            "importance",
        ),
        *("antwoord aan", "beantwoorden", "antwort an", "odpowiedz do", "odpowiedź do"),
        *(
            "prioriteit",
            "urgentie",
            "priorität",
            "wichtigkeit",
            "ważność",
            "resent-from",
        ),
        *("attachments", "bijlagen", "anlagen", "załączniki"),
    ),
}
KINDS = {label: kind for kind, labels in LABELS.items() for label in labels}
HEADER = re.compile(
    rf"^[\s>*_|]*({'|'.join(sorted(map(re.escape, KINDS), key=len, reverse=True))})"
    r"\s*[*_]*\s*:\s*[*_]*\s*(.*)$",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# What stands above the head: dashes with or without words, or a sentence of Apple's.
SEPARATOR = re.compile(
    r"^[\s>]*(?:[-_=]{3,}.*|(?:begin|start|anfang|początek)\b.*:|.{0,60}[-_]{5,})\s*$",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"^\s*(?:(?:fwd?|fw|wg|pd|tr|doorst|doorgestuurd|weitergeleitet|podaj dalej)\s*:\s*)+",
    re.IGNORECASE,
)
MOST_LINES = 400
# Stands for a line break that HTML keeps, while it is read.
KEPT_BREAK = "\ue000"
# Lines of a head may be wrapped, or stand apart.
LONGEST_GAP = 1
FEWEST_HEADERS = 3
BLOCKS = ("br", "p", "div", "tr", "li", "hr", "table", "blockquote", "h1", "h2", "h3")
MONTHS = (
    ("jan", "sty"),
    ("feb", "lut"),
    ("mar", "mrt", "maa", "mär", "mrz"),
    ("apr", "kwi"),
    ("may", "mei", "mai", "maj"),
    ("jun", "cze"),
    ("jul", "lip"),
    ("aug", "sie"),
    ("sep", "wrz"),
    ("oct", "okt", "paź", "paz"),
    ("nov", "lis"),
    ("dec", "dez", "gru"),
)
MONTH = {name: place for place, names in enumerate(MONTHS, 1) for name in names}
TIME = re.compile(
    r"\b(\d{1,2})(?::(\d{2})(?::(\d{2}))?|\.(\d{2})(?![.\d]))\s*([ap]\.?m\b)?",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:GMT|UTC|\s)([+-])(\d{1,2}):?(\d{2})?\b")
ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|e)?\b")
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Forwarded:
    """The original of a forwarded mail, and what was written above it.

    ``sent`` is naive where the program that wrote it gives no time zone.
    """

    address: str
    name: str = ""
    sent: datetime | None = None
    subject: str = ""
    words: str = ""
    comment: str = ""


def find_forwarded(text, is_ours=lambda address: False):
    """Return the newest mail of somebody else that a text holds, or None.

    :param text: plain text, see ``get_text``
    :param is_ours: says whether an address is one of ours: forwarded mails may have
        passed several colleagues
    """
    lines = (text or "").splitlines()[:MOST_LINES]
    place, comment = 0, None
    while place < len(lines):
        head, end = _read_head(lines, place)
        if head:
            if comment is None:
                comment = _get_comment(lines[:place])
            address, name = _get_sender(head[FROM])
            if address and not is_ours(address):
                return Forwarded(
                    address=address,
                    name=name,
                    sent=read_date(head.get(SENT)),
                    subject=strip_forward(head.get(SUBJECT, "")),
                    words=_get_words(lines[end:]),
                    comment=comment,
                )
        place = max(end, place + 1)
    return None


def read_attached(message, words, comment):
    """Return the ``Forwarded`` of a mail that was attached, or None without a sender.

    :param message: ``EmailMessage``
    :param words: its text
    :param comment: what was written in the mail that brought it
    """
    name, address = parseaddr(str(message.get("From") or ""))
    if "@" not in address:
        return None
    try:
        sent = parsedate_to_datetime(str(message.get("Date") or ""))
    except (TypeError, ValueError, IndexError):
        sent = None
    subject = strip_forward(str(message.get("Subject") or ""))
    return Forwarded(
        address.lower(), name, sent, subject, words.strip(), comment.strip()
    )


def strip_forward(subject):
    """Return a subject without what programs put before that of a forwarded mail."""
    return FORWARD.sub("", " ".join(subject.split()))


def get_text(body):
    """Return the text of an HTML mail in lines, with the addresses behind its names."""
    if not (body or "").strip():
        return ""
    try:
        parser = html.HTMLParser(encoding="utf-8")
        tree = html.document_fromstring(body.encode(), parser=parser)
    except etree.LxmlError:
        return body
    for element in tree.xpath("//style | //script | //comment()"):
        element.drop_tree()
    for link in tree.xpath("//a[starts-with(@href, 'mailto:')]"):
        if "@" not in link.text_content():
            address = link.get("href")[len("mailto:") :].partition("?")[0]
            link.tail = f" <{address}>{link.tail or ''}"
    for pre in tree.xpath("//pre//text()"):
        parent = pre.getparent()
        kept = pre.replace("\n", KEPT_BREAK)
        if pre.is_tail:
            parent.tail = kept
        else:
            parent.text = kept
    for element in tree.iter():
        for name in ("text", "tail"):
            value = getattr(element, name)
            if isinstance(value, str):
                setattr(element, name, re.sub(r"[ \t\r\n\xa0]+", " ", value))
    for element in tree.iter(*BLOCKS):
        element.tail = f"\n{element.tail or ''}"
        if element.tag != "br":
            element.text = f"\n{element.text or ''}"
    lines = tree.text_content().replace(KEPT_BREAK, "\n").splitlines()
    text = "\n".join(line.strip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def read_date(text):
    """Return when a mail was sent, as a mail program wrote it in four languages.

    :returns: ``datetime``, naive without a time zone; None where it cannot be made out
    """
    text = text or ""
    with suppress(TypeError, ValueError, IndexError):
        return parsedate_to_datetime(text)
    time = TIME.search(text)
    rest = text.replace(time.group(), " ") if time else text
    date = _read_day(rest)
    if not date:
        return None
    try:
        sent = datetime(*date, *_read_time(time))
    except ValueError:
        return None
    offset = OFFSET.search(rest)
    if offset and time:
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if shift < timedelta(hours=15):
            sent = sent.replace(tzinfo=timezone(-shift if sign == "-" else shift))
    return sent


def _read_time(found):
    """Return (hour, minute, second) of what ``TIME`` found, midnight without."""
    if not found:
        return 0, 0, 0
    hour, minute, second, dotted, half = found.groups()
    hour, half = int(hour), (half or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour, int(minute or dotted or 0), int(second or 0)


def _read_day(text):
    """Return (year, month, day) of a text, or None."""
    found = ISO.search(text)
    if found:
        return tuple(map(int, found.groups()))
    found = NUMBERS.search(text)
    if found:
        day, month, year = map(int, found.groups())
        return (year, day, month) if month > 12 else (year, month, day)
    year = YEAR.search(text)
    months = [MONTH.get(word[:3].lower()) for word in WORD.findall(text)]
    # "Marzec" and "Mai" are months, "Mar" may be a name: the last word that is one.
    months = [month for month in months if month]
    day = DAY.search(text.replace(year.group(), " ", 1)) if year else None
    if not (year and months and day):
        return None
    return int(year.group()), months[-1], int(day.group(1))


def _read_head(lines, start):
    """Return (headers, place behind them) of a mail's head, or ({}, start)."""
    if not HEADER.match(lines[start]):
        return {}, start
    head, place, last, count = {}, start, None, 0
    while place < len(lines):
        found = HEADER.match(lines[place])
        if found:
            last = KINDS[found.group(1).lower()]
            count += 1
            head.setdefault(last, found.group(2).strip())
        elif lines[place].strip(" >*_|"):
            # A header that was wrapped: what follows an empty line is the text.
            wrapped = place > start and lines[place - 1].strip(" >*_|")
            if not wrapped or not _goes_on(lines, place):
                break
            if last != OTHER:
                head[last] = f"{head[last]} {lines[place].strip(' >*_|')}".strip()
        elif not _goes_on(lines, place):
            break
        place += 1
    complete = FROM in head and (SENT in head or SUBJECT in head)
    if not complete or count < FEWEST_HEADERS or not ADDRESS.search(head[FROM]):
        return {}, start
    return head, place


def _goes_on(lines, place):
    """Say whether the head goes on right behind a line that is no header."""
    following = lines[place + 1 : place + 2 + LONGEST_GAP]
    return any(map(HEADER.match, following))


def _get_sender(value):
    found = ADDRESS.search(value)
    if not found:
        return "", ""
    name = (
        value[: found.start()].replace("mailto:", "").strip(" *_\"'<>([,:;\u201c\u201d")
    )
    return found.group().lower(), name


def _get_comment(lines):
    while lines and (not lines[-1].strip(" >*_") or SEPARATOR.match(lines[-1])):
        lines = lines[:-1]
    return "\n".join(line for line in lines if line.strip()).strip()


def _get_words(lines):
    written = [line for line in lines if line.strip()]
    quoted = written and all(line.lstrip().startswith(">") for line in written)
    if quoted:
        lines = [re.sub(r"^\s*>\s?", "", line) for line in lines]
    return "\n".join(lines).strip()
