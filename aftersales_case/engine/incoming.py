"""What an incoming e-mail says about itself, before anybody looks for its case.

Takes ``email.message.EmailMessage`` objects, returns values; no ORM, no database.
"""

import email
import email.policy
import hashlib
import re
from email.utils import getaddresses, parseaddr

from ..const import (
    REASON_AUTO_REPLY,
    REASON_BOUNCE,
    REASON_BULK,
    REASON_NULL_SENDER,
)

BULK_PRECEDENCE = {"bulk", "list", "junk"}
DAEMONS = {"mailer-daemon", "postmaster"}
REFUSED_HEADERS = (
    ("X-Autoreply", REASON_AUTO_REPLY),
    ("X-Autorespond", REASON_AUTO_REPLY),
    ("List-Id", REASON_BULK),
    ("List-Unsubscribe", REASON_BULK),
)
ADDRESS = re.compile(r"([^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+)")
ADDRESS_IN_BRACKETS = re.compile(r"<\s*([^\s<>]+@[^\s<>]+)\s*>")
# Local parts of addresses that nobody reads.
MACHINE = re.compile(
    r"(^|[-._+])(no|do[-._]?not|dont)[-._]?reply([-._+]|$)|noreply"
    r"|^(ne[-._]?pas[-._]?repondre|niet[-._]?(be)?antwoorden|keine?[-._]?antwort"
    r"|nie[-._]?odpowiadaj|mailer|bounces?|notifications?)([-._+]|$)",
    re.IGNORECASE,
)
# Where everybody can have an address: a common domain makes no colleagues.
PUBLIC_DOMAINS = frozenset(
    [
        "aol.com",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hetnet.nl",
        "home.nl",
        "hotmail.com",
        "hotmail.de",
        "hotmail.nl",
        "icloud.com",
        "interia.pl",
        "kpnmail.nl",
        "live.com",
        "live.nl",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "o2.pl",
        "online.nl",
        "onet.pl",
        "op.pl",
        "outlook.com",
        "outlook.de",
        "planet.nl",
        "poczta.onet.pl",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "upcmail.nl",
        "web.de",
        "wp.pl",
        "xs4all.nl",
        "yahoo.com",
        "yahoo.de",
        "ziggo.nl",
    ]
)
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
    """Say whether two mails with one Message-Id are copies of each other.

    Servers change subjects and texts on the way; sender and date they leave alone.
    """
    first, second = (
        email.message_from_bytes(raw, policy=email.policy.compat32)
        for raw in (source, other)
    )
    return all(
        str(first.get(name)).strip() == str(second.get(name)).strip()
        for name in ("From", "Date")
    )


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
    sender = _find_sender(message)
    if _header(message, "Return-Path") == "<>" or not sender:
        return REASON_NULL_SENDER
    if sender.partition("@")[0].lower() in DAEMONS:
        return REASON_BOUNCE
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return REASON_AUTO_REPLY
    precedence = _header(message, "Precedence").lower()
    if precedence == "auto_reply":
        return REASON_AUTO_REPLY
    if precedence in BULK_PRECEDENCE:
        return REASON_BULK
    for name, reason in REFUSED_HEADERS:
        if _header(message, name):
            return reason
    return None


def is_machine(address):
    """Say whether an address is one that nobody reads, as noreply@shop.example."""
    local = address.partition("@")[0].lower()
    return local in DAEMONS or bool(MACHINE.search(local))


def is_public_domain(address):
    """Say whether anybody can have an address of this domain."""
    return address.rpartition("@")[2].lower() in PUBLIC_DOMAINS


def find_reply_to(message):
    """Return the addresses that answers to a mail should go to, as its sender says.

    :param message: ``EmailMessage``
    """
    headers = [str(value) for value in message.get_all("Reply-To") or ()]
    return [address for _name, address in getaddresses(headers) if "@" in address]


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


def _find_sender(message):
    """Return the first address in From, also where a name looks like one."""
    header = _header(message, "From")
    found = ADDRESS_IN_BRACKETS.search(header) or ADDRESS.search(header)
    return found.group(1) if found else parseaddr(header)[1]


def _is_charset(name):
    try:
        b"x".decode(name, errors="replace")
    except (LookupError, ValueError):
        return False
    return True


def _header(message, name):
    return str(message.get(name) or "").strip()
