"""What kind of address one is, by its name alone. Pure Python."""

import re

DAEMONS = {"mailer-daemon", "postmaster"}
# Local parts of addresses that nobody reads.
MACHINE = re.compile(
    r"(^|[-._+])(no|do[-._]?not|dont)[-._]?reply([-._+]|$)|noreply"
    r"|^(ne[-._]?pas[-._]?repondre|niet[-._]?(be)?antwoorden|keine?[-._]?antwort"
    r"|nie[-._]?odpowiadaj|mailer|bounces?|notifications?)([-._+]|$)",
    re.IGNORECASE,
)
DEVICE = re.compile(
    r"scan|skan|copier|kopie|copy|print|druck|druk|multifunction|^mf[cp]|xerox|ricoh"
    r"|canon|konica|kyocera|brother|lexmark|sharp",
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


def is_machine(address):
    """Say whether an address is one that nobody reads, as noreply@shop.example."""
    local = address.partition("@")[0].lower()
    return local in DAEMONS or bool(MACHINE.search(local))


def is_device(address):
    """Say whether an address is that of a copier, scanner or printer."""
    return bool(DEVICE.search(address.partition("@")[0]))


def is_public_domain(address):
    """Say whether anybody can have an address of this domain."""
    return address.rpartition("@")[2].lower() in PUBLIC_DOMAINS


def is_of_domain(name, domains):
    """Say whether an address or the name of a list is of one of some domains."""
    name = name.rpartition("@")[2].lower()
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def get_mailbox_patterns(address):
    """Return patterns of SQL for the ways in which the mailbox of an address is written.

    Most servers deliver what has a tag, as ``me+shop@home.example``, to who has no tag.

    >>> get_mailbox_patterns("me+shop@home.example")
    ['me@home.example', 'me+%@home.example']
    """
    local, at, domain = re.sub(r"([\\%_])", r"\\\1", address).rpartition("@")
    name = local.partition("+")[0] or local
    return [f"{name}{at}{domain}", f"{name}+%{at}{domain}"]
