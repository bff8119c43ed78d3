"""What the headers of a mail say of its sender, its receivers and its list.

Takes ``email.message.EmailMessage`` objects, returns values; no ORM, no database.
"""

import re
from email.utils import getaddresses, parseaddr

RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc")
# Where servers write whom a mail was for, if its head does not say so: Bcc.
ENVELOPE_HEADERS = (
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-Forwarded-To",
    "X-Rcpt-To",
)
RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]+@[^\s<>;]+)>?")
# Where lists write whose mail it is, when they put their own address into From.
ORIGINAL_SENDER = ("X-Original-From", "X-Original-Sender", "X-Google-Original-From")
LIST_NAME = re.compile(r"<\s*([^<>]+?)\s*>")
ADDRESS = re.compile(r"([^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+)")
ADDRESS_IN_BRACKETS = re.compile(r"<\s*([^\s<>]+@[^\s<>]+)\s*>")


def find_addresses(message, names):
    """Return the addresses in some headers, in small letters, in order."""
    found = []
    for name in names:
        for value in message.get_all(name) or ():
            found += ADDRESS.findall(str(value).lower())
    return list(dict.fromkeys(found))


def find_envelope(message):
    """Return the addresses a mail was delivered to, also where its head hides them."""
    found = find_addresses(message, ENVELOPE_HEADERS)
    for value in message.get_all("Received") or ():
        found += RECEIVED_FOR.findall(str(value).lower())
    return list(dict.fromkeys(found))


def find_original_sender(message):
    """Return the address that a list put its own in place of, or ""."""
    for name in ORIGINAL_SENDER:
        found = ADDRESS.search(get_header(message, name))
        if found:
            return found.group(1)
    return ""


def find_reply_to(message):
    """Return the addresses that answers to a mail should go to, as its sender says.

    :param message: ``EmailMessage``
    """
    headers = [str(value) for value in message.get_all("Reply-To") or ()]
    return [address for _name, address in getaddresses(headers) if "@" in address]


def get_list_id(message):
    """Return the name of the list that a mail came through, or "".

    That of List-Id (RFC 2919), else the address to which one writes to the list.
    """
    header = get_header(message, "List-Id")
    found = LIST_NAME.search(header)
    name = found.group(1) if found else header
    if not name:
        found = ADDRESS.search(get_header(message, "List-Post").replace("mailto:", ""))
        name = found.group(1) if found else ""
    return "".join(name.split()).lower()


def is_of_list(message):
    """Say whether a list brought a mail, also one that does not give its name."""
    return get_header(message, "Precedence").lower() == "list"


def find_sender(message):
    """Return the first address in From, also where a name looks like one."""
    header = get_header(message, "From")
    found = ADDRESS_IN_BRACKETS.search(header) or ADDRESS.search(header)
    return found.group(1) if found else parseaddr(header)[1]


def get_header(message, name):
    return str(message.get(name) or "").strip()
