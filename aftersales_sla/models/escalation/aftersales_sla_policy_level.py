from dataclasses import replace

from odoo import fields, models

from odoo.addons.aftersales_case.const import EVENT_MERGE, EVENT_REPORTED

from ...const import EVENT_DUE
from ...engine.levels import Reached, get_moment, is_counting

# Events that move a clock: what is past then is not reached, but passed.
MOVING = (EVENT_DUE, EVENT_MERGE, EVENT_REPORTED)


class AftersalesSlaPolicy(models.Model):
    """The levels that hold for all targets of a policy."""

    _inherit = "aftersales.sla.policy"

    level_ids = fields.One2many(
        "aftersales.escalation.level", "policy_id", "Escalation", copy=True
    )


class AftersalesSlaTarget(models.Model):
    """The levels of a target, and when a clock of it reaches them."""

    _inherit = "aftersales.sla.target"

    level_ids = fields.One2many(
        "aftersales.escalation.level", "target_id", "Escalation", copy=True
    )

    def _get_levels(self):
        """Return the levels of this target: its own, and of its policy the others."""
        self.ensure_one()
        Level = self.env["aftersales.escalation.level"]
        # Most have none: nothing is read of those.
        targets, policies = Level._get_owner_ids()
        own = self.level_ids if self.id in targets else Level
        if self.policy_id.id not in policies:
            return own
        taken = {level._get_step_key() for level in own}
        return own | self.policy_id.level_ids.filtered(
            lambda level: level._get_step_key() not in taken
        )

    def _prepare_rule(self, replayed, times):
        steps = {level.id: level._get_step() for level in self._get_levels()}
        return replace(super()._prepare_rule(replayed, times), steps=steps)

    def _get_reached(self, time, rule, one):
        """Return the ``Reached`` list of the levels of a clock, as it counts now."""
        if not rule.steps or not is_counting(one):
            return []
        moments = {
            level: get_moment(step, one, one.measure, time)
            for level, step in rule.steps.items()
        }
        return [Reached(level, moment) for level, moment in moments.items() if moment]

    def _prepare_levels(self, replayed, held, one, reached):
        """Return what a row of a clock carries for the levels, beside its columns."""
        if not reached:
            return {}
        case, told = replayed.case, replayed.told
        moments = [held[-1].since, one.start]
        moments += [row.at for row in told if row.case_id == case.id][:1]
        moments += [
            row.at
            for row in told
            if row.kind in MOVING and (row.kind != EVENT_DUE or row.to_id == self.id)
        ]
        return {"reached": reached, "born_at": max(moments)}

    def _get_alert_key(self):
        """Hook: return what is promised, as a text that outlives its policy.

        Of two targets with the same text one takes the place of the other, as when the
        priority changes: people are not told the same again.
        """
        self.ensure_one()
        if not self.policy_id:
            return f"target:{self.id}"
        about = self.stage_id.id or 0, self.team_id.id or 0
        return ":".join(map(str, (self.metric, self.party, *about)))

    def _ensure_not_promised(self):
        """Guard: what people were told of is not deleted either."""
        # sudo: alerts of confidential cases count too
        alerts = self.env["aftersales.sla.alert"].sudo()
        told = alerts.search([("target_id", "in", self.ids)], limit=1).target_id
        self._refuse_promised(told)
        return super()._ensure_not_promised()
