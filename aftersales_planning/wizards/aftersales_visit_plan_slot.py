import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_time

from ..models.visit.aftersales_visit_book import Booking


class AftersalesVisitPlanSlot(models.TransientModel):
    """A place proposed for a visit."""

    _name = "aftersales.visit.plan.slot"
    _description = "Place for a Visit"
    _order = "plan_id, id"

    plan_id = fields.Many2one(
        "aftersales.visit.plan", required=True, ondelete="cascade", index=True
    )
    visit_id = fields.Many2one(
        "aftersales.visit", required=True, readonly=True, ondelete="cascade"
    )
    revision = fields.Integer(readonly=True)
    resource_id = fields.Many2one("resource.resource", "Technician", readonly=True)
    start = fields.Datetime(readonly=True)
    stop = fields.Datetime("End", readonly=True)
    cost = fields.Integer("More Driving (min)", readonly=True)
    day_load = fields.Integer("Day Planned (%)", readonly=True)
    when_text = fields.Text(
        "When", compute="_compute_when_text", help="By the clock of the site."
    )
    reason = fields.Text("Why", readonly=True)
    has_warnings = fields.Boolean(readonly=True)
    is_taken = fields.Boolean("Take")

    @api.depends("start", "visit_id")
    @api.depends_context("lang")
    def _compute_when_text(self):
        for slot in self:
            slot.when_text = slot.start and slot._say_when()

    def _say_when(self):
        zone = pytz.timezone(self.visit_id._get_zone())
        local = pytz.utc.localize(self.start).astimezone(zone)
        day = format_date(self.env, local.date(), date_format="E d MMM")
        return f"{day}, {format_time(self.env, local.time(), time_format='short')}"

    def action_take(self):
        """Plan the visit here.

        :returns: an action
        :raises UserError: for a warning without a reason, and when it is taken meanwhile
        """
        self.ensure_one()
        return self.plan_id._plan([(self._get_booking(), self.revision)])

    def _get_booking(self):
        """Return the place as a booking.

        :raises UserError: for a visit that fits nowhere
        """
        self.ensure_one()
        if not (self.start and self.resource_id):
            raise UserError(self.env._("%s fits nowhere.", self.visit_id.name))
        return Booking(self.visit_id, self.start, self.stop, self.resource_id)
