import pytz

from odoo import models
from odoo.tools import format_date, format_datetime, format_time

from ...engine import judge
from ...engine.spans import local_day


class AftersalesVisit(models.Model):
    """What the judge found, in sentences."""

    _inherit = "aftersales.visit"

    def _tell_verdict(self, verdict, booking, names):
        """Return the sentence of a verdict, in the user's language.

        :param names: ``{visit id: name}`` of other visits
        """
        self.ensure_one()
        if verdict.rule == judge.SKILL:
            return self._tell_skill(verdict, booking)
        words = self._get_words(verdict, booking, names)
        return self._get_sentences(words, verdict.facts)[verdict.rule]

    def _get_words(self, verdict, booking, names):
        """Return what sentences may name."""
        # sudo: names of the crew, as every board shows them
        visit, Resource = self.sudo(), self.env["resource.resource"].sudo()
        facts = verdict.facts
        return {
            "visit": visit.name,
            "who": Resource.browse(verdict.person or []).name or "",
            "other": names.get(facts.get("other"), ""),
            "start": self._say_moment(facts.get("start"), booking.start),
            "stop": self._say_moment(facts.get("stop"), booking.start),
            # What would be too late stands beside the last moment.
            "end": self._say_moment(
                facts.get("start"), facts.get("stop") or booking.start
            ),
            "minutes": facts.get("minutes", 0),
            "there": facts.get("there", 0),
            "skill": self.env["hr.skill"].browse(facts.get("skill", [])).name or "",
            "place": visit.site_id.display_name or "",
            "company": visit.company_id.name,
        }

    def _say_moment(self, moment, beside):
        """Return the time of a moment, with its day where it is not that beside it."""
        if not moment:
            return ""
        zone = self._get_zone()
        env = self.with_context(tz=zone).env
        if local_day(moment, zone)[0] == local_day(beside, zone)[0]:
            local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
            return format_time(env, local.time(), time_format="short")
        return format_datetime(env, moment, tz=zone, dt_format="short")

    def _get_sentences(self, words, facts):
        """Hook: return ``{rule: sentence}``.

        :param words: what the sentences name
        :param facts: of the verdict
        """
        env = self.env
        sentences = self._get_sentences_of_person(words, facts)
        return sentences | {
            judge.BACKWARDS: env._("%(visit)s ends after it starts.", **words),
            judge.MIDNIGHT: env._(
                "%(visit)s would go over midnight. Plan it as two visits.", **words
            ),
            judge.LOCKED: env._(
                "%(visit)s is locked. Unlock it before it is moved.", **words
            ),
            judge.SITE_CLOSED: env._("%(place)s is not open all that time.", **words),
            judge.NO_ADDRESS: env._(
                "%(visit)s is at the customer's, and has no address. Choose a site.",
                **words,
            ),
            judge.EARLY: env._("%(visit)s may not begin before %(start)s.", **words),
            judge.LATE: env._(
                "%(visit)s has to be done by %(stop)s, and would end at %(start)s.",
                **words | {"start": words["end"]},
            ),
            judge.PROMISE: self._tell_promise(words, facts),
            judge.PARTS: env._("The parts for %(visit)s are not ready yet.", **words),
        }

    def _get_sentences_of_person(self, words, facts):
        env = self.env
        return {
            judge.ARCHIVED: env._("%(who)s is archived and goes nowhere.", **words),
            judge.STAYS: env._(
                "%(who)s does not go on visits. Choose somebody who does.", **words
            ),
            judge.COMPANY: env._("%(who)s does not work for %(company)s.", **words),
            judge.OVERLAP: env._(
                "%(who)s is on %(other)s from %(start)s to %(stop)s.", **words
            ),
            judge.NO_CALENDAR: env._(
                "%(who)s has no working hours. Set them before visits are planned.",
                **words,
            ),
            judge.ABSENT: env._("%(who)s is away then: leave or a holiday.", **words),
            judge.HOURS: env._("%(who)s works from %(start)s to %(stop)s.", **words)
            if facts.get("start")
            else env._("%(who)s does not work on that day.", **words),
            judge.OVERTIME: env._(
                "%(who)s works until %(stop)s: this is %(minutes)s minutes longer.",
                **words,
            ),
            judge.BREAK: env._(
                "%(who)s would work through the break from %(start)s to %(stop)s.",
                **words,
            ),
            judge.CLAIMED: env._(
                "%(who)s claims to know “%(skill)s”, and nobody has confirmed it.",
                **words,
            ),
            judge.PENDING: env._("%(who)s has asked for leave then.", **words),
            judge.BUSY: env._(
                "%(who)s has another appointment from %(start)s to %(stop)s.", **words
            ),
            judge.TRAVEL: env._(
                "%(who)s needs about %(minutes)s minutes between %(other)s and"
                " %(visit)s, and has %(there)s.",
                **words,
            ),
        }

    def _tell_promise(self, words, facts):
        env = self.env
        if not facts.get("stop"):
            return env._("%(visit)s was promised from %(start)s on.", **words)
        if not facts.get("start"):
            return env._("%(visit)s was promised until %(stop)s.", **words)
        return env._("%(visit)s was promised for %(start)s to %(stop)s.", **words)

    def _tell_skill(self, verdict, booking):
        """Return why nobody of a crew has a skill on that day."""
        env, facts = self.env, verdict.facts
        # sudo: names of the crew, as every board shows them
        Resource = env["resource.resource"].sudo()
        words = {
            "crew": ", ".join(Resource.browse(booking.resources.ids).mapped("name")),
            "who": Resource.browse(facts.get("who", [])).name or "",
            "skill": env["hr.skill"].browse(facts["skill"]).name,
            "day": format_date(env, facts["day"]) if facts.get("day") else "",
        }
        if not booking.resources:
            return env._("Nobody goes who knows “%(skill)s”.", **words)
        return {
            judge.NEVER: env._("%(crew)s does not know “%(skill)s”.", **words),
            judge.EXPIRED: env._("“%(skill)s” of %(who)s ends on %(day)s.", **words),
            judge.NOT_YET: env._("“%(skill)s” of %(who)s begins on %(day)s.", **words),
            judge.TOO_LOW: env._(
                "%(who)s does not know “%(skill)s” well enough.", **words
            ),
        }[facts["why"]]
