from datetime import timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...engine.clock import BREACHED, PAUSED

# Missed, and still not done.
LATE = "late"


class AftersalesSlaClock(models.Model):
    """How a clock is told to people: in words, and counting down."""

    _inherit = "aftersales.sla.clock"

    countdown = fields.Json(
        compute="_compute_countdown",
        help="What a page needs to count down by the server's time.",
    )
    sentence = fields.Char("Promise", related="target_id.sentence")
    state_text = fields.Char("How It Stands", compute="_compute_state_text")

    @api.model
    def _get_open_domain(self):
        """Return the domain of what somebody still has to do something about."""
        return Domain("ended_at", "=", False)

    @api.depends("case_id", "target_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for clock in self:
            what = clock.target_id._get_what()
            clock.display_name = f"{clock.case_id.number} {what}"

    @api.depends("state", "due_at", "ended_at")
    def _compute_countdown(self):
        for clock in self:
            clock.countdown = clock._prepare_countdown()

    def _prepare_countdown(self):
        """Return what a page counts down: moments as milliseconds, words as text."""
        self.ensure_one()
        is_late = self.state == BREACHED and not self.ended_at
        return {
            "state": LATE if is_late else self.state,
            "what": self.target_id._get_what(),
            "waits": self._get_pause_text() if self.state == PAUSED else "",
            "error": self.error or "",
            "due": to_milliseconds(self.due_at),
            "warn": to_milliseconds(self.warn_at),
            "left": self.seconds_left,
            "now": to_milliseconds(fields.Datetime.now()),
        }

    @api.depends("state", "due_at", "ended_at", "error")
    @api.depends_context("lang", "tz", "uid")
    def _compute_state_text(self):
        for clock in self:
            clock.state_text = clock._tell_row(clock)

    def _get_pause_text(self):
        """Return for whom it stands still, in words."""
        waiting_for = self.case_id.waiting_for
        names = self._get_party_names()
        return names.get(waiting_for, "")

    @api.model
    def _get_party_names(self):
        return {
            "customer": self.env._("Waiting for the customer"),
            "supplier": self.env._("Waiting for the supplier"),
            "parts": self.env._("Waiting for parts"),
            "closed": self.env._("Closed"),
        }

    @api.model
    def _tell_row(self, row, zone=None):
        """Return how a clock stands, in one short sentence.

        :param row: a clock, or a dict of its columns; None where there is none
        :param zone: name of the time zone of what is told; None is the user's
        """
        if not row:
            return self.env._("No such deadline")
        if row["error"]:
            return row["error"]

        def tell(moment):
            if not moment:
                return "?"
            return format_datetime(self.env, moment, tz=zone, dt_format="short")

        texts = {
            "running": self.env._("Due %s", tell(row["due_at"])),
            "paused": self.env._(
                "Standing still, %s left", format_seconds(row["seconds_left"] or 0)
            ),
            "met": self.env._("Met %s", tell(row["ended_at"])),
            "cancelled": self.env._("Cancelled %s", tell(row["ended_at"])),
            BREACHED: self.env._("Missed, was due %s", tell(row["due_at"])),
        }
        return texts[row["state"]]


def to_milliseconds(moment):
    """Return a naive UTC moment as a browser counts it."""
    return moment and int(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)


def format_seconds(seconds):
    """Return a duration as hours and minutes, such as 4:30."""
    minutes = round(abs(seconds) / 60)
    sign = "\u2212" if seconds < 0 and minutes else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02d}"
