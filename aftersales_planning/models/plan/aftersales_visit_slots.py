from collections import namedtuple
from dataclasses import replace
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import OFF, OPEN_VISITS
from ...engine.insertion import Day, Wish, find_slots
from ...engine.judge import CLAIMED, SKILL, Stop, Verdict, judge_skills
from ...engine.spans import clip, local_day, tidy
from ..visit.aftersales_visit_book import Booking

Offer = namedtuple("Offer", "slots refusals")
"""Where a visit fits: ``[Slot]``, the best first, and ``{resource: text}`` of those who
cannot take it."""

MOST_DAYS, MOST_SLOTS = 60, 50


class AftersalesVisit(models.Model):
    """The best places for visits, and why not others."""

    _inherit = "aftersales.visit"

    def get_best_slots(self, days=14, limit=10, refusals=False):
        """Return where this visit fits best, the cheapest first.

        Of those that cost the same, the soonest; of one day, who has least to do.

        :param days: how far ahead, at most 60
        :param limit: how many slots, at most 50
        :param refusals: whether those are named, too, who cannot take it
        :returns: list of ``{"resource_id", "resource", "start", "stop", "cost", "load",
            "reason", "warnings"}``: start and stop as texts of naive UTC, cost in minutes
            on the road, load in percent of the day; of those who cannot take it, which
            come last, these four are False and the reason says why
        :raises AccessError: for who may not plan this visit
        :raises UserError: for a visit that has ended, and for other numbers
        """
        self.ensure_one()
        self.check_access("write")
        self._ensure_may_look(days, limit)
        offer = self._find_offers(days)[self]
        # Some may be refused for what only the judge knows.
        slots = offer.slots[: 2 * limit]
        bookings = [self._get_slot_booking(slot) for slot in slots]
        answer = [
            self._prepare_slot(slot, booking, findings)
            for slot, booking, findings in zip(
                slots, bookings, self._judge_each(bookings), strict=True
            )
            if not any(one.hard for one in findings)
        ]
        if not refusals:
            return answer[:limit]
        return answer[:limit] + [
            self._prepare_refusal(resource, text)
            for resource, text in offer.refusals.items()
        ]

    def _ensure_may_look(self, days, limit):
        if not all(isinstance(one, int) for one in (days, limit)) or not (
            0 < days <= MOST_DAYS and 0 < limit <= MOST_SLOTS
        ):
            raise UserError(
                self.env._(
                    "Look at most %(days)s days ahead, for at most %(slots)s places.",
                    days=MOST_DAYS,
                    slots=MOST_SLOTS,
                )
            )
        ended = self.filtered(lambda one: one.state not in OPEN_VISITS)[:1]
        if ended:
            raise UserError(
                self.env._("%s is over, and cannot be planned.", ended.name)
            )

    def _get_slot_booking(self, slot):
        self.ensure_one()
        resource = self.env["resource.resource"].browse(slot.person)
        return Booking(self, slot.start, slot.stop, resource)

    # === Looking === #

    def _find_offers(self, days, without=None):
        """Return ``{visit: Offer}``; the best slot of one is taken for those after it.

        By a constant number of queries, for one visit and for many.

        :param days: how far ahead of each visit's first moment
        :param without: ``resource.resource`` that are asked for nothing
        """
        technicians = self._get_candidates()
        if without:
            technicians -= without
        now = fields.Datetime.now()
        spans = {
            visit: (first, first + timedelta(days=days))
            for visit in self
            for first in [max(now, visit.earliest or now)]
        }
        start = min(span[0] for span in spans.values()) - timedelta(days=1)
        stop = max(span[1] for span in spans.values()) + timedelta(days=1)
        # sudo: what work needs is no secret of who plans it
        skills = self.sudo().skill_ids.skill_id
        people = technicians._get_people(start, stop, skills, without=self)
        hours = self._get_site_hours(start, stop)
        travels = self._get_travels()
        severities = self.env["aftersales.plan.rule"]._get_severities(self.company_id)
        offers = {}
        for visit in self:
            look = (people, hours, travels[visit.company_id])
            asked = severities[visit.company_id]
            offers[visit] = visit._find_offer(spans[visit], *look, asked)
            people = visit._take_best(people, offers[visit])
        return offers

    def _get_candidates(self):
        """Return who may be asked to take these visits."""
        companies = [*self.company_id.ids, False]
        return self.env["resource.resource"].search(
            Domain("does_visits", "=", True) & Domain("company_id", "in", companies)
        )

    def _find_offer(self, span, people, hours, travel, severities):
        """Return the ``Offer`` of one visit."""
        self.ensure_one()
        wish = self._prepare_wish(span, hours)
        days, refusals = [], {}
        for resource in self.env["resource.resource"].browse(people):
            found, refusal = self._get_days(resource, people, span, severities)
            days += found
            if refusal:
                refusals[resource] = refusal
        slots = find_slots(wish, days, travel)
        fitting = {slot.person for slot in slots}
        for resource in self.env["resource.resource"].browse(people):
            if resource.id not in fitting and resource not in refusals:
                refusals[resource] = self._tell_no_gap(resource)
        return Offer(slots, refusals)

    def _prepare_wish(self, span, hours):
        self.ensure_one()
        # sudo: what is needed to plan, of a visit that the caller may write
        visit = self.sudo()
        return Wish(
            duration=timedelta(hours=visit.duration),
            earliest=span[0],
            latest=visit.latest or None,
            promised=(visit.window_from or None, visit.window_to or None),
            opening=hours.get(visit.site_id.calendar_id),
            point=visit._get_point(),
        )

    def _get_days(self, resource, people, span, severities):
        """Return the days on which somebody might go, or why he cannot at all.

        :returns: ``([Day], text or None)``
        """
        person = people[resource.id]
        # sudo: what is needed to plan, of a visit that the caller may write
        visit = self.sudo()
        if person.company and person.company != visit.company_id.id:
            return [], self._tell_other_company(resource)
        if not person.has_calendar or not person.hours:
            return [], self._tell_no_hours(resource)
        closed = tidy([*person.away, *person.pending, *person.busy])
        stranger = visit._is_stranger(resource)
        needs = () if severities[SKILL] == OFF else visit._get_needs()
        days, lacking = [], None
        for date, start, stop in self._get_local_days(span):
            found = list(judge_skills(needs, date, [person]))
            missing = [one for one in found if one.rule == SKILL]
            if missing:
                lacking = lacking or missing[0]
                continue
            claimed = any(one.rule == CLAIMED for one in found)
            days.append(
                Day(
                    person=resource.id,
                    date=date,
                    hours=tuple(clip(person.hours, start, min(stop, span[1]))),
                    closed=tuple(clip(closed, start, stop)),
                    jobs=tuple(j for j in person.jobs if start <= j.start < stop),
                    home=person.home,
                    penalty=claimed + stranger,
                    is_wished=resource == visit.wish_id,
                )
            )
        if not days and lacking:
            return [], self._tell_lacking(resource, lacking, span)
        return days, None

    def _get_local_days(self, span):
        """Return ``[(date, start, stop)]`` of the local days of a span."""
        zone, moment, days = self._get_zone(), span[0], []
        while moment < span[1]:
            days.append(local_day(moment, zone))
            moment = days[-1][2]
        return days

    def _is_stranger(self, resource):
        """Say whether somebody has regions of his own, and this is in none of them."""
        # sudo: who works where is no secret of those who plan
        own = set(resource.sudo().visit_region_ids.ids)
        path = self.region_id.parent_path or ""
        return bool(own) and not own & {int(one) for one in path.split("/") if one}

    def _take_best(self, people, offer):
        """Return people of whom one has this visit already, where it fits best."""
        if not offer.slots:
            return people
        best = offer.slots[0]
        person = people[best.person]
        job = Stop(best.start, best.stop, self.id, self._get_point())
        return people | {best.person: replace(person, jobs=(*person.jobs, job))}

    # === Telling === #

    def _prepare_slot(self, slot, booking, findings):
        resource = booking.resources
        return {
            "resource_id": resource.id,
            # sudo: names, as every board shows them
            "resource": resource.sudo().name,
            "start": fields.Datetime.to_string(slot.start),
            "stop": fields.Datetime.to_string(slot.stop),
            "cost": slot.cost,
            "load": slot.load,
            "reason": self._tell_slot(slot),
            "warnings": [one.text for one in findings],
        }

    def _prepare_refusal(self, resource, text):
        return {
            "resource_id": resource.id,
            # sudo: names, as every board shows them
            "resource": resource.sudo().name,
            "start": False,
            "stop": False,
            "cost": False,
            "load": False,
            "reason": text,
            "warnings": [],
        }

    def _tell_slot(self, slot):
        """Return what speaks for a slot."""
        env = self.env
        if not self._get_point():
            road = env._("The way is not known.")
        elif slot.cost:
            road = env._("%s minutes more on the road.", slot.cost)
        else:
            road = env._("No minute more on the road.")
        texts = [road, env._("%s%% of the day is planned.", slot.load)]
        if slot.is_wished:
            texts.insert(0, env._("Wanted by the customer."))
        return " ".join(texts)

    def _tell_no_gap(self, resource):
        return self.env._(
            "%(who)s has no time for %(hours)s hours while the site is open.",
            # sudo: names, as every board shows them
            who=resource.sudo().name,
            hours=f"{self.duration:g}",
        )

    def _tell_no_hours(self, resource):
        # sudo: names, as every board shows them
        return self.env._("%s does not work in these days.", resource.sudo().name)

    def _tell_other_company(self, resource):
        return self.env._(
            "%(who)s does not work for %(company)s.",
            # sudo: names, as every board shows them
            who=resource.sudo().name,
            company=self.company_id.name,
        )

    def _tell_lacking(self, resource, verdict: Verdict, span):
        return self._tell_skill(verdict, Booking(self, *span, resource))
