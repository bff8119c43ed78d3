from collections import namedtuple
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytz

from odoo import models

from ...const import AT_SITE, HARD, OFF, PARTS_MISSING
from ...engine.judge import (
    ARCHIVED,
    BACKWARDS,
    LOCKED,
    MIDNIGHT,
    OVERLAP,
    STAYS,
    Job,
    Stop,
    judge,
)
from ...engine.spans import local_day, to_spans
from ...engine.travel import Travel
from ..visit.aftersales_visit_book import Booking

Finding = namedtuple("Finding", "rule hard text")
"""What speaks against a plan: a rule, whether it is refused, and a sentence."""

# No company may choose to do what cannot be done.
ALWAYS_HARD = frozenset((BACKWARDS, MIDNIGHT, LOCKED, OVERLAP, ARCHIVED, STAYS))
# What the jobs of a day need of the days around it.
AROUND = timedelta(days=2)


class AftersalesVisit(models.Model):
    """The one judge of plans: for board, list, slots, calendar and portal alike."""

    _inherit = "aftersales.visit"

    def _judge(self, bookings, freed=None):
        """Return what speaks against putting visits where somebody wants them.

        They are judged together: two may change places, and two that meet are found.
        The number of queries does not grow with visits, technicians or days.

        :param bookings: list of ``Booking``; one per visit
        :param freed: visits that leave their places in the same go
        :returns: ``{visit: [Finding]}``, the hard ones first
        """
        found = self._judge_each(bookings, freed)
        return {
            booking.visit: findings
            for booking, findings in zip(bookings, found, strict=True)
        }

    def _judge_now(self):
        """Return ``{visit: [Finding]}`` of these visits where they stand.

        Those that stand nowhere have none.
        """
        return {visit: [] for visit in self} | self._judge(self._get_bookings())

    def _judge_each(self, bookings, freed=None):
        """Return a list of findings for each booking, in their order.

        Of several bookings of one visit each is judged as if it were the only one.
        """
        if not bookings:
            return []
        visits = self.browse().union(*(booking.visit for booking in bookings))
        resources = self.env["resource.resource"].union(
            *(booking.resources for booking in bookings)
        )
        start, stop = _get_range(bookings)
        skills = visits.sudo().skill_ids.skill_id  # sudo: what work needs is no secret
        bookings = _read_together(bookings, visits, resources)
        without = visits | (freed or self.browse())
        people = resources._get_people(start, stop, skills, without=without)
        people = self._add_bookings(people, bookings)
        hours = visits._get_site_hours(start, stop)
        severities = self.env["aftersales.plan.rule"]._get_severities(visits.company_id)
        travels = visits._get_travels()
        verdicts = [
            judge(
                booking.visit._prepare_job(booking, hours),
                people,
                travels[booking.visit.company_id],
            )
            for booking in bookings
        ]
        return self._tell_verdicts(bookings, verdicts, severities)

    def _get_bookings(self):
        """Return where these visits stand, as bookings; the leading one first."""
        # sudo: the crew of visits that the caller has read
        return [
            Booking(
                visit,
                visit.start,
                visit.stop,
                visit.sudo()
                .crew_ids.sorted(lambda row: not row.is_lead)
                .resource_id.with_env(self.env),
            )
            for visit in self
            if visit.start and visit.stop
        ]

    def _add_bookings(self, people, bookings):
        """Return people who have the work of these bookings besides their own."""
        added = {key: list(person.jobs) for key, person in people.items()}
        for visit, start, stop, resources in bookings:
            for resource in resources:
                job = Stop(start, stop, visit.id, visit._get_point())
                added[resource.id].append(job)
        return {
            key: replace(person, jobs=tuple(added[key]))
            for key, person in people.items()
        }

    def _prepare_job(self, booking, hours):
        """Return a booking as the engine knows it.

        :param hours: of ``_get_site_hours``
        """
        self.ensure_one()
        # sudo: what is needed to judge, of a visit that the caller may plan
        visit = self.sudo()
        date, *day = local_day(booking.start, visit._get_zone())
        crew = set(visit.crew_ids.resource_id.ids)
        return Job(
            visit=visit.id,
            start=booking.start,
            stop=booking.stop,
            crew=tuple(booking.resources.ids),
            date=date,
            day=tuple(day),
            company=visit.company_id.id,
            seconds=round(visit.duration * 3600),
            is_at_site=visit.place == AT_SITE,
            has_address=bool(visit.site_id),
            site_hours=hours.get(visit.site_id.calendar_id),
            point=visit._get_point(),
            needs=visit._get_needs(),
            earliest=visit.earliest or None,
            latest=visit.latest or None,
            promised=(visit.window_from or None, visit.window_to or None),
            lacks_parts=visit.parts_state == PARTS_MISSING,
            is_locked=visit.locked,
            is_moved=(visit.start, visit.stop, crew)
            != (booking.start, booking.stop, set(booking.resources.ids)),
        )

    def _get_needs(self):
        """Return ``((skill id, least percent), …)`` of what a crew has to know."""
        self.ensure_one()
        return tuple(
            (need.skill_id.id, need.level_id.level_progress) for need in self.skill_ids
        )

    def _get_point(self):
        """Return where the work is, as (latitude, longitude), or None."""
        self.ensure_one()
        visit = self.sudo()  # sudo: where it is, of a visit that the caller plans
        return visit.site_id._get_point() if visit.place == AT_SITE else None

    def _get_site_hours(self, start, stop):
        """Return ``{calendar: spans}`` of the opening hours of the sites.

        A site without hours, or with hours that cannot be read, has none here: it
        counts as open.
        """
        span, hours = (pytz.utc.localize(start), pytz.utc.localize(stop)), {}
        # sudo: opening hours as such
        for calendar in self.sudo().site_id.calendar_id:
            with suppress(ValueError):
                found = calendar._work_intervals_batch(*span)[False]
                hours[calendar] = tuple(to_spans(found))
        return hours

    def _get_travels(self):
        """Return ``{company: Travel}``."""
        # sudo: how fast a company reckons
        return {one: Travel(one.sudo().visit_speed) for one in self.company_id}

    def _tell_verdicts(self, bookings, verdicts, severities):
        """Return the findings of verdicts, without what a company does not look at."""
        others = {
            verdict.facts["other"]
            for found in verdicts
            for verdict in found
            if "other" in verdict.facts
        }
        names = self.browse(sorted(others))._get_told_names()
        result = []
        for booking, found in zip(bookings, verdicts, strict=True):
            asked = severities[booking.visit.company_id]
            findings = [
                Finding(
                    verdict.rule,
                    verdict.rule in ALWAYS_HARD or asked[verdict.rule] == HARD,
                    booking.visit._tell_verdict(verdict, booking, names),
                )
                for verdict in found
                if verdict.rule in ALWAYS_HARD or asked[verdict.rule] != OFF
            ]
            result.append(sorted(findings, key=lambda one: not one.hard))
        return result

    def _get_told_names(self):
        """Return ``{visit id: name}``; of those that the user may not read, no name."""
        readable = self._filtered_access("read")
        return {
            one.id: one.name
            if one in readable
            else self.env._("another visit that you may not see")
            for one in self
        }


def _read_together(bookings, visits, resources):
    """Return the bookings with records that are read in one go, and their names read."""
    # sudo: names, as every board shows them
    resources.sudo().fetch(["name"])
    return [
        Booking(
            visit.with_prefetch(visits.ids),
            start,
            stop,
            crew.with_prefetch(resources.ids),
        )
        for visit, start, stop, crew in bookings
    ]


def _get_range(bookings):
    starts = [booking.start for booking in bookings]
    stops = [booking.stop for booking in bookings]
    return min(starts + stops) - AROUND, max(starts + stops) + AROUND
