"""Reports of mail servers: on which mail, and whether it was lost.

Takes ``email.message.EmailMessage`` objects, returns values; no ORM, no database.
"""

import re

from .addresses import DAEMONS
from .mail_headers import find_addresses, find_sender, get_header

# What servers call their reports, for those who write them as postmaster.
RETURNED = re.compile(
    r"undeliver|delivery (status|failure|report|has failed)|mail delivery failed"
    r"|returned (mail|to sender)|failure notice|delayed mail|warning: message"
    r"|unzustellbar|nicht zugestellt|onbestelbaar|niet (bezorgd|afgeleverd)"
    r"|nie (dostarczono|można dostarczyć)|niedostarczon",
    re.IGNORECASE,
)
DELAYED = re.compile(
    r"delay|warning: message|verzögert|vertraagd|opóźnion", re.IGNORECASE
)
MESSAGE_ID = re.compile(r"<[^<>@\s]{1,200}@[^<>@\s]{1,200}>")
MOST_OF_A_REPORT, MOST_MESSAGE_IDS = 200_000, 100


def is_report(message):
    """Say whether a server wrote a mail about what became of another one.

    A person may write as postmaster, or about a mail that came back.

    :param message: ``EmailMessage``
    """
    local = find_sender(message).partition("@")[0].lower()
    if local.startswith("mailer-daemon") or get_header(message, "X-Failed-Recipients"):
        return True
    if message.get_content_type() == "multipart/report":
        return True
    return bool(local in DAEMONS and RETURNED.search(get_header(message, "Subject")))


def is_failure(message):
    """Say whether a report tells that a mail did not arrive, and will not.

    Servers also report what they delivered, passed on, or still try; readers that they
    have read: RFC 3464 §2.3.3 and RFC 8098.

    :param message: ``EmailMessage``, a report
    """
    actions = set()
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/disposition-notification":
            return False
        if kind == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else ():
                actions.add(str(block.get("Action") or "").strip().lower())
    actions.discard("")
    if actions:
        return "failed" in actions
    return not DELAYED.search(get_header(message, "Subject"))


def find_failed_recipients(message):
    """Return the addresses that a report says it is about, in its own header."""
    return find_addresses(message, ["X-Failed-Recipients"])


def find_message_ids(source):
    """Return whatever in a report may be the id of the mail that it is about.

    :param source: bytes of the report
    """
    found = MESSAGE_ID.findall(source[:MOST_OF_A_REPORT].decode("ascii", "ignore"))
    return list(dict.fromkeys(found))[:MOST_MESSAGE_IDS]
