"""What an incoming e-mail says about itself, before anybody looks for its case.

Takes ``email.message.EmailMessage`` objects, returns values; no ORM, no database.
"""

import email
import email.policy
import hashlib
import re

from ..const import (
    REASON_AUTO_REPLY,
    REASON_BOUNCE,
    REASON_BULK,
    REASON_NULL_SENDER,
)
from .mail_headers import ADDRESS, find_sender, get_header
from .mail_reports import is_report

BULK_PRECEDENCE = {"bulk", "list", "junk"}
REFUSED_HEADERS = (
    ("X-Autoreply", REASON_AUTO_REPLY),
    ("X-Autorespond", REASON_AUTO_REPLY),
    ("List-Id", REASON_BULK),
    ("List-Unsubscribe", REASON_BULK),
)
PAGES = ("application/pdf", "image/tiff", "image/jpeg", "image/png")
PAGE_NAME = re.compile(r"\.(pdf|tiff?|jpe?g|png)$", re.IGNORECASE)
CASE_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z][0-9A-Za-z]{0,9}[-_/ .]\d{2,4}[-_/ .]\d{3,8}(?![0-9])"
)
MOST_NUMBERS = 10
UNREADABLE = re.compile(r"[^\x20-\x7e]|[<>@:;,]")
END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
SAID_BY_SENDER = ("From", "To", "Cc", "Date", "Subject", "In-Reply-To")
CONTENT_ID = "<%s@content.aftersales>"
# RFC 8601: comments and quoted texts may hold anything, only a result counts.
QUOTED_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')
COMMENT = re.compile(r"\((?:\\.|[^()\\])*\)")
DMARC_FAILED = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*fail\b", re.IGNORECASE)


def repair_charsets(message):
    """Give every part a charset that Python knows; an unknown one becomes UTF-8.

    Without this, one part in ``X-UNKNOWN`` makes the parser of the whole mail fail.

    :param message: ``EmailMessage``, changed in place
    :returns: the names of the charsets that were replaced
    """
    replaced = []
    for part in message.walk():
        charset = part.get_param("charset")
        if not isinstance(charset, str):
            continue
        if not _is_charset(charset):
            part.set_param("charset", "utf-8")
            replaced.append(charset)
    return replaced


def get_content_id(source):
    """Return a Message-Id made of a mail's content, for mails that come without one.

    :param source: bytes of the mail; what servers add on its way makes no other id
    """
    message = email.message_from_bytes(source, policy=email.policy.compat32)
    said = [f"{name}: {message.get(name)}".encode() for name in SAID_BY_SENDER]
    _head, _line, text = source.replace(b"\r\n", b"\n").partition(b"\n\n")
    return CONTENT_ID % hashlib.sha256(b"\n".join([*said, text])).hexdigest()


def repair_headers(message):
    """Replace headers that Python's own parser fails on by what can be made out.

    :param message: ``EmailMessage``, changed in place
    """
    for name in {key.lower() for key in message}:
        try:
            message.get_all(name)
        except Exception:  # whatever the parser stumbles over
            lines = [text for key, text in message.raw_items() if key.lower() == name]
            text = " ".join(" ".join(map(str, lines)).split())
            del message[name]
            message[name] = ", ".join(ADDRESS.findall(text)) or UNREADABLE.sub("", text)


def is_same_mail(source, other):
    """Say whether two mails with one Message-Id are copies of each other."""
    return get_origin_key(source) == get_origin_key(other)


def get_origin_key(source):
    """Return as a short key what servers leave alone on the way: sender and date.

    Subjects and texts they change.
    """
    message = email.message_from_bytes(source, policy=email.policy.compat32)
    said = [str(message.get(name)).strip() for name in ("From", "Date")]
    return hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()


def read_headers(source):
    """Return a mail without its content, for one whose content cannot be read.

    :param source: bytes of the mail
    :returns: ``EmailMessage`` with an empty text and the headers that say who and what
    """
    head = END_OF_HEADERS.split(clean_headers(source), maxsplit=1)[0]
    message = email.message_from_bytes(head + b"\n\n", policy=email.policy.SMTP)
    repair_headers(message)
    for name in set(message.keys()):
        if name.lower().startswith("content-"):
            del message[name]
    return message


def parse(source):
    """Return (message, bytes that core can read, or None for those of the mail).

    Python's parser gives up on multiparts that stand in each other by the hundred.

    :param source: bytes of the mail
    """
    clean = clean_headers(source)
    try:
        message, readable = (
            email.message_from_bytes(clean, policy=email.policy.SMTP),
            None,
        )
        repair_headers(message)
    except RecursionError:
        message = read_headers(source)
        readable = message.as_bytes()
    return message, readable


def clean_headers(source):
    """Return the bytes of a mail without zero bytes in its headers."""
    found = END_OF_HEADERS.search(source)
    end = found.start() if found else len(source)
    return source[:end].replace(b"\0", b"") + source[end:]


def drop_zero_bytes(values):
    """Return a dict without the zero bytes in its texts: PostgreSQL refuses them."""
    return {
        name: value.replace("\0", "") if isinstance(value, str) else value
        for name, value in values.items()
    }


def find_refusal(message):
    """Say why a mail must not open a case, by its headers alone.

    Answering a machine invites it to answer back: RFC 3834 §2 names ``Auto-Submitted``
    and the null return path, RFC 2919 ``List-Id``; ``Precedence`` and the ``X-``
    headers are what vacation programs send in practice.

    :param message: ``EmailMessage``
    :returns: a ``REASON_`` constant, or None for a mail that a person may have written
    """
    sender = find_sender(message)
    if get_header(message, "Return-Path") == "<>" or not sender:
        return REASON_NULL_SENDER
    if is_report(message):
        return REASON_BOUNCE
    submitted = get_header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return REASON_AUTO_REPLY
    precedence = get_header(message, "Precedence").lower()
    if precedence == "auto_reply":
        return REASON_AUTO_REPLY
    if precedence in BULK_PRECEDENCE:
        return REASON_BULK
    for name, reason in REFUSED_HEADERS:
        if get_header(message, name):
            return reason
    return None


def is_generated(message):
    """Say whether a program wrote a mail that answers none: a form, an order, an alarm."""
    return get_header(message, "Auto-Submitted").lower().startswith("auto-generated")


def is_page(kind, name):
    """Say whether a file of a mail can be a scanned page."""
    return kind in PAGES or bool(PAGE_NAME.search(name))


def find_case_numbers(text):
    """Return the forms of what may be the number of a case, also in a file's name.

    No file's name has slashes: CMP-2026-00017.pdf and "cmp_2026_00017 (2).pdf" are
    scans for CMP/2026/00017.
    """
    found = (CASE_NUMBER.findall(text)[:MOST_NUMBERS]) if text else []
    return {
        "/".join(re.split(r"[^0-9A-Za-z]+", number)).upper() for number in found
    } | {number.upper() for number in found}


def is_forged(message, server=None):
    """Say whether our own mail server found the address in From to be forged.

    Servers write what they checked into ``Authentication-Results``, on top. Below may
    stand what others wrote, the forger among them: RFC 8601 §5.

    :param message: ``EmailMessage``
    :param server: the name (authserv-id) under which our server writes; its topmost
        headers count then. Without it only the topmost header of all counts.
    :returns: True for ``dmarc=fail``; without such a header the address is believed
    """
    results = [
        _read_results(str(value))
        for value in message.get_all("Authentication-Results", ())
    ]
    return any(
        DMARC_FAILED.match(result)
        for _server, found in _get_own_results(results, server)
        for result in found
    )


def _get_own_results(results, server):
    """Return the results that our own server wrote: the first run of its headers."""
    server = (server or "").strip().lower()
    if not server:
        return results[:1]
    own = []
    for result in results:
        if result[0] == server:
            own.append(result)
        elif own:
            break
    return own


def _read_results(value):
    """Return (server, results) of one header; a server that gives no name is None."""
    value, found = QUOTED_TEXT.sub("", value), 1
    while found:  # comments may stand in each other
        value, found = COMMENT.subn("", value)
    first, *others = value.split(";")
    if "=" in first:
        return None, [first, *others]
    return (first.split() or [""])[0].lower(), others


def is_damaged(message, body, files):
    """Say whether text or files of a mail may have been lost to broken MIME.

    :param message: ``EmailMessage`` as parsed
    :param body: what was read as its text
    :param files: what was read as its attachments
    """
    if not (body or "").strip() and not files:
        return True
    return any(part.defects for part in message.walk())


def _is_charset(name):
    try:
        b"x".decode(name, errors="replace")
    except (LookupError, ValueError):
        return False
    return True
