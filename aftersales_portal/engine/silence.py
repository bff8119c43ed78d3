"""How long a customer has been silent, and what follows. Pure Python: values in and out."""

from dataclasses import dataclass, field
from datetime import datetime

# What happened, as far as it matters here.
LIFE, REMINDED, LEFT, LOST, KEPT = "life", "reminded", "left", "lost", "kept"
# What is to be done next.
REMIND, CLOSE, WAIT = "remind", "close", "wait"


@dataclass
class Silence:
    """What was done since the last sign of life.

    :param since: when that was
    :param left: when the reminders left, in their order
    """

    since: datetime | None = None
    reminders: int = 0
    left: list = field(default_factory=list)
    is_over: bool = False  # nothing more is done until the next sign of life


def replay(events):
    """Return the ``Silence`` at the end of a history.

    :param events: pairs of what happened and when, oldest first

    >>> replay([(LIFE, 1), (REMINDED, 2), (LIFE, 3)]).reminders
    0
    """
    silence = Silence()
    for kind, at in events:
        if kind == LIFE:
            silence = Silence(since=at)
        elif kind == REMINDED:
            silence.reminders += 1
        elif kind == LEFT:
            silence.left.append(at)
        elif kind in (LOST, KEPT):
            # Who was not reached is not silent.
            silence.is_over = True
    return silence


def find_next(silence, reminders, close_after):
    """Return ``(what is next, since when its days count, days)``, or None for nothing.

    :param reminders: working days before each reminder; those of 0 are left out
    :param close_after: working days from the last reminder; 0 means never

    >>> find_next(Silence(since=1), [5, 3], 2)
    ('remind', 1, 5)
    >>> find_next(Silence(since=1, reminders=2, left=[2, 4]), [5, 3], 2)
    ('close', 4, 2)
    >>> find_next(Silence(since=1, reminders=1), [5, 3], 2)
    ('wait', 1, 0)
    """
    reminders = [days for days in reminders if days > 0]
    if not reminders or silence.since is None or silence.is_over:
        return None
    if len(silence.left) < silence.reminders:
        return WAIT, silence.since, 0
    last = silence.left[-1] if silence.reminders else silence.since
    if silence.reminders < len(reminders):
        return REMIND, last, reminders[silence.reminders]
    return (CLOSE, last, close_after) if close_after > 0 else None
