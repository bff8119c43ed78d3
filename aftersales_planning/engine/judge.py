"""What speaks against a plan: values in, verdicts out, no ORM.

A job is somebody's work on a visit at a time; a person is whoever may do it. Moments are
naive UTC, spans as in ``spans.py``. The judge names every rule that is broken and says
nothing of how bad that is: each company has its own mind about it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from .spans import clip, first_overlap, length, subtract

# What is impossible.
BACKWARDS, MIDNIGHT, LOCKED, OVERLAP = "backwards", "midnight", "locked", "overlap"
ARCHIVED, STAYS = "archived", "stays"
# What is normally refused.
ABSENT, HOURS, NO_CALENDAR = "absent", "hours", "calendar"
COMPANY, SKILL, SITE_CLOSED, NO_ADDRESS = "company", "skill", "site", "address"
# What normally asks for a reason.
EARLY, LATE, PROMISE, TRAVEL = "early", "late", "promise", "travel"
OVERTIME, BREAK, CLAIMED = "overtime", "break", "claimed"
PENDING, BUSY, PARTS = "pending", "busy", "parts"

# Why a skill is not there.
NEVER, EXPIRED, NOT_YET, TOO_LOW = "never", "expired", "not_yet", "too_low"


class Known(NamedTuple):
    """A skill that somebody has for a time.

    :param level: percent; 0 when it is not told
    :param first: date, or None for always
    :param last: date, or None for ever
    """

    person: int
    skill: int
    level: int
    first: date | None
    last: date | None
    is_confirmed: bool = True


class Stop(NamedTuple):
    """Work that somebody has at a time."""

    start: datetime
    stop: datetime
    visit: int
    point: tuple | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who goes on visits.

    :param hours: when he works by calendar and contract, leave not taken out
    :param away: what approved leave and holidays take from these hours
    :param pending: leave that is asked for
    :param busy: what else stands in his calendar
    :param jobs: ``Stop`` of other work, and of the plan that is judged
    :param home: where his day begins and ends
    """

    key: int
    company: int | None = None
    is_active: bool = True
    does_visits: bool = True
    has_calendar: bool = True
    is_flexible: bool = False
    hours: tuple = ()
    away: tuple = ()
    pending: tuple = ()
    busy: tuple = ()
    jobs: tuple = ()
    skills: tuple = ()
    home: tuple | None = None


@dataclass(frozen=True)
class Job:
    """A visit where somebody wants to put it.

    :param crew: keys of persons, of whom the first one leads
    :param date: local day on which it starts
    :param day: when that day begins and ends
    :param site_hours: when the site is open, None for always
    :param needs: ``[(skill, least level in percent)]``, which one of the crew must have
    :param promised: (from, to), between which the customer expects the crew to arrive
    :param is_moved: whether this is another place than it has now
    """

    visit: int
    start: datetime
    stop: datetime
    crew: tuple
    date: date
    day: tuple
    company: int | None = None
    seconds: int = 0
    is_at_site: bool = False
    has_address: bool = True
    site_hours: tuple | None = None
    point: tuple | None = None
    needs: tuple = ()
    earliest: datetime | None = None
    latest: datetime | None = None
    promised: tuple = (None, None)
    lacks_parts: bool = False
    is_locked: bool = False
    is_moved: bool = True


class Verdict(NamedTuple):
    """A rule that is broken.

    :param person: key of whom it is about, None for the visit as such
    :param facts: what the sentence about it says besides
    """

    rule: str
    person: int | None = None
    facts: dict = {}


def judge(job, people, travel):
    """Return every ``Verdict`` on a job, the worst kinds first.

    :param people: ``{key: Person}`` with at least its crew
    :param travel: ``Travel``
    """
    if job.stop <= job.start:
        return [Verdict(BACKWARDS)]
    crew = [people[key] for key in job.crew]
    found = [*_judge_visit(job)]
    for person in crew:
        found += _judge_person(job, person)
    found += judge_skills(job.needs, job.date, crew)
    if job.is_at_site:
        found += _judge_site(job)
    found += _judge_dates(job)
    for person in crew:
        found += _judge_day(job, person, travel)
    if job.lacks_parts:
        found.append(Verdict(PARTS))
    return found


def _judge_visit(job):
    if job.is_locked and job.is_moved:
        yield Verdict(LOCKED)
    if job.stop > job.day[1]:
        yield Verdict(MIDNIGHT)


def _judge_person(job, person):
    """Yield whether somebody can be there at all."""
    if not person.is_active:
        yield Verdict(ARCHIVED, person.key)
    if not person.does_visits:
        yield Verdict(STAYS, person.key)
    if person.company and person.company != job.company:
        yield Verdict(COMPANY, person.key)
    for other in person.jobs:
        if other.visit != job.visit and _meets(other, job):
            facts = {"other": other.visit, "start": other.start, "stop": other.stop}
            yield Verdict(OVERLAP, person.key, facts)
            break
    if not person.has_calendar:
        yield Verdict(NO_CALENDAR, person.key)
    elif first_overlap(person.away, job.start, job.stop):
        yield Verdict(ABSENT, person.key)
    elif not person.is_flexible:
        yield from _judge_hours(job, person)


def _judge_hours(job, person):
    """Yield what of a job lies outside of somebody's day."""
    day = clip(person.hours, *job.day)
    if not day:
        yield Verdict(HOURS, person.key)
        return
    opens, closes = day[0][0], day[-1][1]
    if not opens <= job.start < closes:
        yield Verdict(HOURS, person.key, {"start": opens, "stop": closes})
    elif job.stop > closes:
        minutes = int((job.stop - closes).total_seconds() // 60)
        yield Verdict(OVERTIME, person.key, {"minutes": minutes, "stop": closes})
    elif job.seconds and length(clip(day, job.start, job.stop)) < min(
        job.seconds, (job.stop - job.start).total_seconds()
    ):
        start, stop = subtract([(job.start, job.stop)], day)[0]
        yield Verdict(BREAK, person.key, {"start": start, "stop": stop})


def judge_skills(needs, day, crew):
    """Yield what a crew does not know, or only says that it knows.

    :param needs: ``[(skill, least level)]``
    :param day: date on which it has to know it
    :param crew: list of ``Person``
    """
    rows = [row for person in crew for row in person.skills]
    for skill, level in needs:
        own = [row for row in rows if row.skill == skill]
        valid = [row for row in own if _holds(row, day)]
        good = [row for row in valid if row.level >= level]
        if any(row.is_confirmed for row in good):
            continue
        if good:
            yield Verdict(CLAIMED, good[0].person, {"skill": skill})
        else:
            lead = crew[0].key if crew else None
            yield Verdict(SKILL, lead, {"skill": skill, **_say_why(own, valid, day)})


def _holds(row, day):
    return (not row.first or row.first <= day) and (not row.last or row.last >= day)


def _say_why(own, valid, day):
    if valid:
        return {"why": TOO_LOW, "who": valid[0].person}
    past = [row for row in own if row.last and row.last < day]
    if past:
        row = max(past, key=lambda one: one.last)
        return {"why": EXPIRED, "day": row.last, "who": row.person}
    if own:
        row = min(own, key=lambda one: one.first)
        return {"why": NOT_YET, "day": row.first, "who": row.person}
    return {"why": NEVER}


def _judge_site(job):
    if not job.has_address:
        yield Verdict(NO_ADDRESS)
    if job.site_hours is not None and subtract([(job.start, job.stop)], job.site_hours):
        yield Verdict(SITE_CLOSED)


def _judge_dates(job):
    if job.earliest and job.start < job.earliest:
        yield Verdict(EARLY, None, {"start": job.earliest})
    if job.latest and job.stop > job.latest:
        yield Verdict(LATE, None, {"stop": job.latest, "start": job.stop})
    first, last = job.promised
    if (first and job.start < first) or (last and job.start > last):
        yield Verdict(PROMISE, None, {"start": first, "stop": last})


def _judge_day(job, person, travel):
    """Yield what makes the day of one of the crew hard."""
    if job.is_at_site:
        yield from _judge_travel(job, person, travel)
    if first_overlap(person.pending, job.start, job.stop):
        yield Verdict(PENDING, person.key)
    if busy := first_overlap(person.busy, job.start, job.stop):
        yield Verdict(BUSY, person.key, {"start": busy[0], "stop": busy[1]})


def _judge_travel(job, person, travel):
    """Yield a way to or from a job for which there is no time."""
    others = [one for one in person.jobs if one.visit != job.visit]
    before = [one for one in others if job.day[0] < one.stop <= job.start]
    after = [one for one in others if job.stop <= one.start < job.day[1]]
    ways = []
    if before:
        other = max(before, key=lambda one: one.stop)
        ways.append((other, job.start - other.stop))
    if after:
        other = min(after, key=lambda one: one.start)
        ways.append((other, other.start - job.stop))
    for other, gap in ways:
        needed = travel.minutes(other.point, job.point)
        there = int(gap.total_seconds() // 60)
        if needed > there:
            facts = {"other": other.visit, "minutes": needed, "there": there}
            yield Verdict(TRAVEL, person.key, facts)


def _meets(other, job):
    return other.start < job.stop and other.stop > job.start
