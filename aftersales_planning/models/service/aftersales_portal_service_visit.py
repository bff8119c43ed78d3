from odoo import api, models
from odoo.tools import format_datetime, format_time

from ...const import (
    AT_SITE,
    BOOKED_STATES,
    DONE,
    FAILED,
    ON_SITE,
    TO_PLAN,
    UNDER_WAY,
)

# What the customer is told of; a visit that was called off is none of his.
TOLD_STATES = (*BOOKED_STATES, UNDER_WAY, ON_SITE, DONE, FAILED)
# Above the timeline: it is what he waits for.
PLACE = 5


class AftersalesPortalService(models.AbstractModel):
    """The customer reads on the page of his case who comes when."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_portal_blocks(self, case, partner):
        blocks = super()._get_portal_blocks(case, partner)
        visits = self._get_told_visits(case)
        if not visits:
            return blocks
        body = self.env["ir.qweb"]._render(
            "aftersales_planning.portal_case_visits", {"visits": visits}
        )
        return [*blocks, (PLACE, body)]

    @api.model
    def _get_told_visits(self, case):
        """Return what the page tells of visits: dicts, what comes next first."""
        # sudo: the service found the case by the rights of the customer
        visits = case.sudo().visit_ids.filtered(
            lambda one: (
                one.place == AT_SITE
                and (one.state in TOLD_STATES or one.state == TO_PLAN)
            )
        )
        open_ones = visits.filtered(lambda one: one._is_open())
        over = (visits - open_ones).sorted("start", reverse=True)
        shown = open_ones.filtered("start").sorted("start") | over
        if not open_ones.filtered("start"):
            shown = open_ones[:1] | shown
        return [self._get_told_visit(visit) for visit in shown]

    @api.model
    def _get_told_visit(self, visit):
        """Hook: return what the page tells of one visit.

        The time of day only where it was promised: what is planned may still move.
        """
        zone = visit._get_zone()
        return {
            "state": visit.state,
            "title": self._get_visit_title(visit),
            "day": visit.start
            and format_datetime(self.env, visit.start, zone, dt_format="EEEE d MMMM"),
            "window": visit.window_to
            and self.env._(
                "between %(start)s and %(stop)s",
                start=self._format_time(visit.window_from, zone),
                stop=self._format_time(visit.window_to, zone),
            ),
            "crew": visit.lead_id.name,
            "is_open": visit._is_open(),
        }

    @api.model
    def _format_time(self, moment, zone):
        return format_time(self.env, moment, zone, time_format="short")

    @api.model
    def _get_visit_title(self, visit):
        titles = {
            TO_PLAN: self.env._("We are planning a visit."),
            UNDER_WAY: self.env._("We are on our way."),
            ON_SITE: self.env._("We are with you."),
            DONE: self.env._("We have been with you."),
            FAILED: self.env._("The visit did not succeed."),
        }
        return titles.get(visit.state) or self.env._("We come to you.")
