"""What becomes of a mail that reaches us: the verdict, from what is known of it.

Pure Python: values in, values out. ``models/intake/aftersales_intake_screen.py`` gathers
what is asked here and does what is answered.
"""

from dataclasses import dataclass

from ..const import (
    INTAKE_CASE,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_AUTO_REPLY,
    REASON_BULK,
    REASON_INBOX,
    REASON_LOOP,
    REASON_OTHER_SENDER,
    REASON_OUR_ADDRESS,
    REASON_SCAN,
    REASON_SENDER_AMBIGUOUS,
    REASON_SENDER_FORGED,
    REASON_SENDER_UNKNOWN,
    REASON_TYPE_ARCHIVED,
)

# A sender's mails, in times of the threshold for equal ones, that make him a robot.
BUSY = 10
# What a person may be behind: of a known customer it waits, it is not refused.
DOUBTFUL = (REASON_BULK, REASON_LOOP, REASON_OUR_ADDRESS)


@dataclass(frozen=True)
class Verdict:
    """What a mail becomes, and why; None where nothing speaks against it."""

    state: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Arrival:
    """What is known of a mail before its case or its customer is looked for."""

    # What its headers say against it, and whether a program wrote it unasked.
    refusal: str | None = None
    generated: bool = False
    # From is an address of ours; it names who really wrote, as our lists do.
    from_us: bool = False
    names_writer: bool = False
    own_list: bool = False
    # A scan from our own copier.
    scan: bool = False
    # Somebody allowed sender, domain, or list; the sender is a customer.
    allowed: bool = False
    known: bool = False
    # Mails of this content, and of this sender, in the last hours.
    equal: int = 0
    recent: int = 0
    threshold: int = 20


@dataclass(frozen=True)
class NewMail:
    """What is known of a mail that belongs to no case yet."""

    archived: bool = False
    inbox: bool = False
    scan: bool = False
    unclear_waits: bool = True
    proven: bool = False
    forged: bool = False
    candidates: int = 0


def judge_arrival(mail):
    """Return the ``Verdict`` on a mail by itself, whatever it is about.

    A machine that answers is refused, so that nobody answers it. A list, a loop or a
    program that a customer of ours may have written through waits for a person.
    """
    reason = _find_reason(mail)
    if not reason:
        return Verdict()
    written = reason in DOUBTFUL or (reason == REASON_AUTO_REPLY and mail.generated)
    return Verdict(INTAKE_WAITING if mail.known and written else INTAKE_REFUSED, reason)


def judge_new(mail):
    """Return the ``Verdict`` on a mail that nothing speaks against."""
    if mail.scan:
        return Verdict(INTAKE_WAITING, REASON_SCAN)
    if mail.archived:
        return Verdict(INTAKE_WAITING, REASON_TYPE_ARCHIVED)
    if mail.inbox:
        return Verdict(INTAKE_WAITING, REASON_INBOX)
    if mail.proven:
        return Verdict(INTAKE_CASE)
    state = INTAKE_WAITING if mail.unclear_waits else INTAKE_CASE
    if mail.forged:
        return Verdict(state, REASON_SENDER_FORGED)
    if mail.candidates > 1:
        return Verdict(state, REASON_SENDER_AMBIGUOUS)
    return Verdict(state, REASON_SENDER_UNKNOWN)


def judge_answer(reason, scan=False, forged=False, stranger=False):
    """Return why a mail on a case is not the word of one of its people, or None."""
    if reason:
        return reason
    if forged:
        return REASON_SENDER_FORGED
    if scan:
        return REASON_SCAN
    return REASON_OTHER_SENDER if stranger else None


def _find_reason(mail):
    reason = mail.refusal
    if reason == REASON_BULK and (mail.own_list or mail.allowed):
        reason = None
    if reason == REASON_AUTO_REPLY and mail.generated and mail.allowed:
        reason = None
    if reason:
        return reason
    if mail.from_us and not (mail.scan or mail.names_writer):
        return REASON_OUR_ADDRESS
    if mail.allowed:
        return None
    busy = mail.recent >= mail.threshold * BUSY
    return REASON_LOOP if busy or mail.equal >= mail.threshold else None
