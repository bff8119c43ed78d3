from odoo import api, fields, models

from odoo.addons.aftersales_case.const import WAIT_CUSTOMER, WAIT_PARTS, WAIT_SUPPLIER

from ...const import START_POLICY
from ...engine.cycles import (
    ASSIGNED,
    CHAIN,
    NEW_CYCLE,
    NEXT_REPLY,
    PROMISE,
    REACH,
    RESOLVED,
    RESPONSE,
    STAY,
    STAYS_MET,
    SUPPLIER,
    TEAM,
    UPDATE,
)
from ...engine.terms import CALENDAR_DAYS, DAYS, END_OF_DAY, HOURS, MONTHS
from .aftersales_sla_target import PAUSES

# Those that count from the report, or from when their policy applies.
FROM_REPORT = (RESPONSE, ASSIGNED, REACH, RESOLVED)


class AftersalesSlaTarget(models.Model):
    """A target as people say it."""

    _inherit = "aftersales.sla.target"

    sentence = fields.Char("Target", compute="_compute_sentence")

    @api.depends(
        "metric",
        "quantity",
        "unit",
        "is_rolled",
        "stage_id.name",
        "team_id.name",
        "start",
        "reopening",
        "policy_id.calendar_id",
        *PAUSES,
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for target in self:
            parts = [
                target._get_promise(),
                target._get_roll(),
                target._get_waits(),
                target._get_reopened(),
            ]
            target.sentence = ", ".join(filter(None, parts))

    @api.depends("sentence")
    @api.depends_context("lang")
    def _compute_display_name(self):
        return super()._compute_display_name()

    def _get_what(self):
        """Return what is counted, in few words: for cards and lists."""
        self.ensure_one()
        what = self._get_labels("metric").get(self.metric, "")
        about = self.stage_id.name or self.team_id.name
        return f"{what}: {about}" if about else what

    def _get_promise(self):
        """Return what is to be done, within which time of what."""
        self.ensure_one()
        within = self._get_within()
        if self.metric in FROM_REPORT:
            within = self._get_since(within)
        stage = self.stage_id.name or "…"
        texts = {
            RESPONSE: self.env._("Answer %s", within),
            NEXT_REPLY: self.env._("Answer what the customer writes %s", within),
            UPDATE: self.env._("Tell the customer how things stand %s", within),
            ASSIGNED: self.env._("Take on %s", within),
            REACH: self.env._("Reach %(stage)s %(within)s", stage=stage, within=within),
            STAY: self.env._("Leave %(stage)s %(within)s", stage=stage, within=within),
            RESOLVED: self.env._("Solve %s", within),
            SUPPLIER: self.env._("The supplier answers %s", within),
            PROMISE: self.env._("Keep the dates promised to the customer"),
            CHAIN: self.env._("The supplier is done in time for what we promised"),
            TEAM: self.env._(
                "%(team)s hands on or solves %(within)s",
                team=self.team_id.name or self.env._("Each team"),
                within=within,
            ),
        }
        return texts.get(self.metric, "").rstrip(",")

    def _get_since(self, within):
        if self.start == START_POLICY:
            return self.env._("%s from when the policy applies", within)
        return self.env._("%s of the report", within)

    def _get_within(self):
        env, one = self.env, self.quantity == 1
        if self.unit == END_OF_DAY:
            if not self.quantity:
                return env._("by the end of the working day")
            if one:
                return env._("by the end of the working day after that")
        number = f"{self.quantity:g}"
        if self.unit == HOURS and self.policy_id and not self.policy_id.calendar_id:
            if one:
                return env._("within an hour, day and night,")
            return env._("within %s hours, day and night,", number)
        texts = {
            HOURS: (env._("within a working hour"), env._("within %s working hours")),
            DAYS: (env._("within a working day"), env._("within %s working days")),
            END_OF_DAY: ("", env._("by the end of working day %s after that")),
            CALENDAR_DAYS: (
                env._("within a calendar day"),
                env._("within %s calendar days"),
            ),
            MONTHS: (env._("within a month"), env._("within %s months")),
        }
        single, many = texts.get(self.unit, ("", "%s"))
        return single if one else many.replace("%s", number)

    def _get_roll(self):
        if self.is_rolled and self.unit in (CALENDAR_DAYS, MONTHS):
            return self.env._("or on the working day after that")
        return None

    def _get_waits(self):
        names = {
            WAIT_CUSTOMER: self.env._("the customer"),
            WAIT_SUPPLIER: self.env._("the supplier"),
            WAIT_PARTS: self.env._("parts"),
        }
        waits = [names[party] for name, party in PAUSES.items() if self[name]]
        if not waits:
            return None
        return self.env._("standing still while we wait for %s", ", ".join(waits))

    def _get_reopened(self):
        if self.metric != RESOLVED:
            return None
        texts = {
            NEW_CYCLE: self.env._("anew when it is opened again"),
            STAYS_MET: self.env._("kept even if it is opened again"),
        }
        return texts.get(self.reopening)
