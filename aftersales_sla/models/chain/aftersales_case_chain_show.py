from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...engine.clock import BREACHED
from ...engine.cycles import CHAIN, REASON_LATE

AGENT = "aftersales_case.group_aftersales_agent"


class AftersalesCase(models.Model):
    """How a chain stands, in one line on both of its cases."""

    _inherit = "aftersales.case"

    chain_text = fields.Char("Supplier in Time", compute="_compute_chain", groups=AGENT)
    is_chain_late = fields.Boolean(compute="_compute_chain", groups=AGENT)

    @api.depends("clock_ids", "parent_id", "child_ids.clock_ids")
    @api.depends_context("lang", "tz")
    def _compute_chain(self):
        ids = self._origin.ids
        # sudo: how a case that may be read hangs together with another
        clocks = self.env["aftersales.sla.clock"].sudo()
        clocks = clocks.search(
            Domain("target_id.metric", "=", CHAIN)
            & Domain("ended_at", "=", False)
            & (Domain("case_id", "in", ids) | Domain("case_id.parent_id", "in", ids))
        )
        told = clocks.case_id._get_told_chain()
        late = clocks.filtered(
            lambda clock: (
                clock.state == BREACHED or told[clock.case_id.id][1] == REASON_LATE
            )
        )
        for case in self:
            mine = clocks.filtered(
                lambda clock, case=case._origin: (
                    case in (clock.case_id | clock.case_id.parent_id)
                )
            )
            first = (mine & late)[:1] or mine[:1]
            case.is_chain_late = first in late
            case.chain_text = (
                self._tell_chain_line(first, first in late) if first else False
            )

    @api.model
    def _tell_chain_line(self, clock, is_late):
        """Return how one chain stands, in words.

        :param clock: of the subcase
        """
        case = clock.case_id
        names = {
            "child": case.number,
            "parent": case.parent_id.number,
            "due": format_datetime(self.env, clock.due_at, dt_format="short"),
        }
        if clock.state == BREACHED:
            return self.env._(
                "Too late: what we promised in %(parent)s left the supplier until"
                " %(due)s, and %(child)s is not done.",
                **names,
            )
        if is_late:
            return self.env._(
                "Will be too late: what we promised in %(parent)s leaves the supplier"
                " until %(due)s, and in %(child)s a later date is agreed.",
                **names,
            )
        return self.env._(
            "What we promised in %(parent)s leaves the supplier until %(due)s"
            " (%(child)s).",
            **names,
        )
