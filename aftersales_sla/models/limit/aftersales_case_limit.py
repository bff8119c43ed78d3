from datetime import datetime

from odoo import api, models

from odoo.addons.aftersales_case.const import EVENT_TYPE
from odoo.addons.aftersales_case.engine.replay import values_at

from ...engine.clock import Force


class AftersalesCase(models.Model):
    """The limits of the stages of a case's type, of each type that it had."""

    _inherit = "aftersales.case"

    def _get_told_targets(self, raw):
        result = super()._get_told_targets(raw)
        limits, _owned = self.env["aftersales.sla.target"]._get_own_ids()
        for case in self if limits else ():
            periods = _get_periods(raw.get(case.id, ()))
            if found := self._get_limits(limits, periods):
                result.setdefault(case, []).extend(found)
        return result

    @api.model
    def _get_limits(self, limits, periods):
        """Return ``[(target, [Force])]`` of the limits of the types that a case had.

        :param limits: ``{type id: ids of targets}``
        :param periods: ``{type id: [Force]}``
        """
        found = []
        for case_type, stretches in periods.items():
            # sudo: as the replay
            Target = self.env["aftersales.sla.target"].sudo()
            for target in Target.browse(limits.get(case_type, ())):
                own = target._get_own_force()
                forces = [force for one in stretches if (force := _meet(own, one))]
                if forces:
                    found.append((target, forces))
        return found

    @api.model
    def _cron_limits(self):
        """Start the clocks of cases that stand in a stage with a limit, and have none."""
        # sudo: a job
        links = self.env["aftersales.type.stage"].sudo().search([])
        self._run_in_batches(
            links._get_unlimited_domain(), type(self)._replay_clocks, task="limits"
        )


def _get_periods(told):
    """Return ``{type id: [Force]}``: when the case was of which type."""
    periods, since, before = {}, datetime.min, None
    for row, case_type in zip(
        told, values_at(told, EVENT_TYPE, "type_id"), strict=True
    ):
        if before is not None and case_type != before:
            periods.setdefault(before, []).append(Force(since, row.at))
            since = row.at
        before = case_type
    if before is not None:
        periods.setdefault(before, []).append(Force(since))
    return periods


def _meet(one, other):
    """Return the stretch in which both hold, or None."""
    since = max(one.since, other.since)
    ends = [force.until for force in (one, other) if force.until]
    until = min(ends, default=None)
    return None if until and until <= since else Force(since, until)
