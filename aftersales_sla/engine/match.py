"""Which policy holds for a case: values in, values out, no ORM.

Whose agreement it is goes first, then how much it narrows, then its sequence.
"""

from datetime import date
from typing import NamedTuple

# Why a policy does not hold.
NOT_YET, OVER, NOT_THEIRS = "not_yet", "over", "not_theirs"
# Why one that fits loses against another, in the order of the rank.
FARTHER, WIDER, LATER = "farther", "wider", "later"
REASONS = (FARTHER, WIDER, LATER)


class Offer(NamedTuple):
    """One policy as far as matching goes.

    :param criteria: ``{name: value}`` of what narrows it, ids or keys
    :param owner: id of the partner whose agreement it is of, None for everybody
    :param periods: (first day, last day) pairs that all must hold; None is open
    """

    key: int
    criteria: dict
    owner: int | None
    sequence: int
    periods: tuple = ()


class Verdict(NamedTuple):
    """What a policy is to a case: its rank where it fits, else why it does not.

    :param misses: names of criteria that do not fit, and of ``NOT_YET``, ``OVER``,
        ``NOT_THEIRS``
    """

    key: int
    rank: tuple
    misses: tuple


def judge(offer, facts, owners, day):
    """Return the ``Verdict`` of a policy.

    :param facts: ``{name of a criterion: set of what the case has of it}``, or a function
        that returns the set
    :param owners: ids of the case's customer and his parents, the nearest first
    :param day: local date of the report
    """
    misses = [
        name
        for name, value in offer.criteria.items()
        if value not in _get_fact(facts, name)
    ]
    for first, last in offer.periods:
        if first and day < first:
            misses.append(NOT_YET)
        if last and day > last:
            misses.append(OVER)
    near = len(owners)
    if offer.owner:
        if offer.owner in owners:
            near = owners.index(offer.owner)
        else:
            misses.append(NOT_THEIRS)
    rank = (near, -len(offer.criteria), offer.sequence, offer.key)
    return Verdict(offer.key, rank, tuple(dict.fromkeys(misses)))


def order(offers, facts, owners, day):
    """Return all verdicts, those that fit first, the best of them first."""
    verdicts = [judge(offer, facts, owners, day) for offer in offers]
    return sorted(verdicts, key=lambda one: (bool(one.misses), one.rank))


def find(offers, facts, owners, day: date):
    """Return the key of the policy that holds, or None."""
    best = next(iter(order(offers, facts, owners, day)), None)
    return best.key if best and not best.misses else None


def compare(loser, winner):
    """Return what decided between two verdicts that both fit."""
    for reason, mine, theirs in zip(REASONS, loser.rank, winner.rank, strict=False):
        if mine != theirs:
            return reason
    return LATER


def _get_fact(facts, name):
    fact = facts[name]
    return fact() if callable(fact) else fact
