from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.clock import BREACHED, RUNNING
from .aftersales_sla_clock_show import to_milliseconds

# What is read of a clock that is shown.
SHOWN = (
    "case_id",
    "target_id",
    "company_id",
    "calendar_id",
    "state",
    "start_at",
    "due_at",
    "ended_at",
    "warn_at",
    "seconds_left",
    "error",
)
AGENT = "aftersales_case.group_aftersales_agent"


class AftersalesCase(models.Model):
    """The deadline that somebody has to see first: on the card, in lists and the form."""

    _inherit = "aftersales.case"

    open_clock_ids = fields.Many2many(
        "aftersales.sla.clock",
        string="Open Clocks",
        compute="_compute_open_clock_ids",
        groups=AGENT,
    )
    next_clock = fields.Json(compute="_compute_next_clock", groups=AGENT)
    is_late = fields.Boolean(
        "Deadline Missed",
        compute="_compute_next_clock",
        search="_search_is_late",
        groups=AGENT,
    )

    @api.depends("clock_ids")
    def _compute_open_clock_ids(self):
        """What somebody still has to do something about: read once for all who tell it."""
        # sudo: clocks of cases that may be read
        Clock = self.env["aftersales.sla.clock"].sudo()
        domain = Domain("case_id", "in", self._origin.ids) & Clock._get_open_domain()
        found = Clock.search_fetch(domain, SHOWN).grouped("case_id")
        found = {case.id: clocks for case, clocks in found.items()}
        for case in self:
            case.open_clock_ids = found.get(case._origin.id, Clock)

    @api.depends("open_clock_ids", "date_deadline", "state")
    def _compute_next_clock(self):
        for case in self:
            # sudo: as above, and what their targets say
            clocks = case.sudo().open_clock_ids
            case.is_late = any(clock.state == BREACHED for clock in clocks)
            case.next_clock = case._get_next_countdown(clocks)

    def _get_next_countdown(self, clocks):
        """Return what is late, else what is due first, else what stands still."""
        self.ensure_one()
        first = clocks.sorted(
            lambda clock: (
                clock.state != BREACHED,
                not clock.due_at,
                clock.due_at or clock.start_at,
            )
        )[:1]
        own = self.is_open and self.date_deadline
        if own and (not first or (first.state != BREACHED and _is_before(own, first))):
            return {
                "state": RUNNING,
                "what": self._fields["date_deadline"]._description_string(self.env),
                "waits": "",
                "error": "",
                "due": to_milliseconds(own),
                "warn": False,
                "left": False,
                "now": to_milliseconds(fields.Datetime.now()),
            }
        return first._prepare_countdown() if first else False

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain(
            "clock_ids", "any", [("state", "=", BREACHED), ("ended_at", "=", False)]
        )
        return Domain.OR(late if wanted else ~late for wanted in value)


def _is_before(moment, clock):
    return not clock.due_at or moment < clock.due_at
