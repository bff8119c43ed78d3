from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Datetime

from ..const import MOST_HOURS_OF_VISIT
from ..engine.spans import MissingHour, local_moment
from ..models.visit.aftersales_visit_book import Booking

# How far the form looks ahead, and how many places it lists.
DAYS, SLOTS = 14, 6


class AftersalesVisitPlan(models.TransientModel):
    """Plan a visit where it fits best, or somewhere else; several in one step."""

    _name = "aftersales.visit.plan"
    _description = "Plan Visits"

    visit_ids = fields.Many2many("aftersales.visit", string="Visits", readonly=True)
    without_ids = fields.Many2many("resource.resource", readonly=True)
    is_single = fields.Boolean(compute="_compute_is_single")
    slot_ids = fields.One2many(
        "aftersales.visit.plan.slot", "plan_id", "Best Places", readonly=False
    )
    refused_text = fields.Text("Not Possible", readonly=True)

    # One visit, by hand.
    day = fields.Date()
    hour = fields.Float("At")
    zone = fields.Char("Time Zone", compute="_compute_zone")
    hours = fields.Float(
        "Takes", help="Hours from its start to its end, breaks in between included."
    )
    resource_id = fields.Many2one(
        "resource.resource", "Technician", domain=[("does_visits", "=", True)]
    )
    other_ids = fields.Many2many(
        "resource.resource",
        "aftersales_visit_plan_other_rel",
        string="With",
        domain=[("does_visits", "=", True)],
    )
    revision = fields.Integer(readonly=True)
    hard_text = fields.Text("Refused", compute="_compute_findings")
    soft_text = fields.Text("Warnings", compute="_compute_findings")

    reason = fields.Char(help="Why it is planned against what warns.")

    @api.depends("visit_ids")
    def _compute_is_single(self):
        for wizard in self:
            wizard.is_single = len(wizard.visit_ids) == 1

    @api.depends("visit_ids")
    def _compute_zone(self):
        for wizard in self:
            # A form that is not saved holds what its client says: nobody has asked.
            visit = wizard.visit_ids[:1]._origin._filtered_access("read")
            wizard.zone = visit._get_zone() if visit else False

    @api.depends("day", "hour", "hours", "resource_id", "other_ids")
    @api.depends_context("lang", "uid")
    def _compute_findings(self):
        for wizard in self:
            hard, soft = wizard._get_texts()
            wizard.hard_text = "\n".join(hard) or False
            wizard.soft_text = "\n".join(soft) or False

    def _get_texts(self):
        """Return what is refused and what warns of the place chosen by hand."""
        self.ensure_one()
        visit = self.visit_ids._origin
        if len(visit) != 1 or not (self.day and self.hours and self.resource_id):
            return [], []
        try:
            booking = self._get_booking()
        except UserError as error:
            return [str(error)], []
        findings = visit._judge([booking])[visit]
        return (
            [one.text for one in findings if one.hard],
            [one.text for one in findings if not one.hard],
        )

    def _get_booking(self):
        """Return the place chosen by hand.

        :raises AccessError: for a visit or a technician out of the user's reach
        :raises UserError: for a local time that does not exist, or that nobody means
        """
        self.ensure_one()
        visit = self.visit_ids._origin
        resources = (self.resource_id | self.other_ids)._origin
        # A form that is not saved holds what its client says: nobody has asked.
        visit.check_access("write")
        resources.check_access("read")
        self._ensure_within_bounds()
        try:
            start = local_moment(self.day, self.hour, visit._get_zone())
        except MissingHour as error:
            raise UserError(
                self.env._(
                    "The clock is put forward that night: there is no such time on that"
                    " day. Choose another one."
                )
            ) from error
        return Booking(visit, start, start + timedelta(hours=self.hours), resources)

    def _ensure_within_bounds(self):
        """Guard: no calendar is computed to the end of time.

        :raises UserError: naming the field
        """
        if not 0 <= self.hour < 24:
            raise UserError(self.env._("At: enter a time of day, from 0:00 to 23:59."))
        if not 0 < self.hours <= MOST_HOURS_OF_VISIT:
            raise UserError(
                self.env._(
                    "Takes: enter the hours of work, more than none and at most %s.",
                    MOST_HOURS_OF_VISIT,
                )
            )
        self.env["aftersales.visit"]._ensure_near(datetime.combine(self.day, time.min))

    # === Proposing === #

    def _propose(self):
        """List the best places, and take the best one as what is chosen by hand."""
        self.ensure_one()
        if self.is_single:
            self._propose_one()
        else:
            self._propose_many()

    def _propose_one(self):
        visit = self.visit_ids
        found = visit.get_best_slots(DAYS, SLOTS, refusals=True)
        found = [one for one in found if one["resource_id"] not in self.without_ids.ids]
        slots = [one for one in found if one["start"]]
        refused = [one["reason"] for one in found if not one["start"]]
        self.write(
            {
                "slot_ids": [
                    Command.create(self._prepare_slot_vals(visit, one)) for one in slots
                ],
                "refused_text": "\n".join(refused) or False,
                "revision": visit.revision,
                "hours": visit.duration,
                **self._prepare_choice(visit, slots),
            }
        )

    @api.model
    def _prepare_slot_vals(self, visit, slot):
        return {
            "visit_id": visit.id,
            "revision": visit.revision,
            "resource_id": slot["resource_id"],
            "start": slot["start"],
            "stop": slot["stop"],
            "cost": slot["cost"],
            "day_load": slot["load"],
            "reason": " ".join([slot["reason"], *slot["warnings"]]),
            "has_warnings": bool(slot["warnings"]),
        }

    @api.model
    def _prepare_choice(self, visit, slots):
        """Return where it stands now, else the best place, as chosen by hand."""
        if not slots and not visit.start:
            return {}
        # sudo: the crew of a visit that the caller may write
        crew = visit.sudo().crew_ids.sorted(lambda row: not row.is_lead).resource_id
        if visit.start:
            start, stop = visit.start, visit.stop
            who, others = crew[:1].id, crew[1:].ids
        else:
            start, stop = (
                Datetime.to_datetime(slots[0][at]) for at in ("start", "stop")
            )
            who, others = slots[0]["resource_id"], []
        zone = pytz.timezone(visit._get_zone())
        local = pytz.utc.localize(start).astimezone(zone)
        return {
            "day": local.date(),
            "hour": local.hour + local.minute / 60,
            # Longer than the work where a break lies in between.
            "hours": (stop - start).total_seconds() / 3600,
            "resource_id": who,
            "other_ids": [Command.set(others)],
        }

    def _propose_many(self):
        """Propose one place for each visit, as if those before it were planned."""
        offers = self.visit_ids._find_offers(DAYS, self.without_ids)
        best = {
            visit: visit._get_slot_booking(offer.slots[0])
            for visit, offer in offers.items()
            if offer.slots
        }
        findings = self.visit_ids._judge(list(best.values()))
        rows = []
        for visit, offer in offers.items():
            found = findings.get(visit, [])
            if visit in best and not any(one.hard for one in found):
                slot = visit._prepare_slot(offer.slots[0], best[visit], found)
                vals = self._prepare_slot_vals(visit, slot) | {"is_taken": not found}
            else:
                texts = [*offer.refusals.values(), *(one.text for one in found)]
                vals = {
                    "visit_id": visit.id,
                    "revision": visit.revision,
                    "reason": " ".join(texts) or self.env._("Nobody goes on visits."),
                }
            rows.append(Command.create(vals))
        self.slot_ids = rows

    # === Planning === #

    def action_plan(self):
        """Plan the visit where it was put by hand.

        :returns: an action
        :raises UserError: for what is refused, and for a warning without a reason
        """
        self.ensure_one()
        if not (self.day and self.resource_id):
            raise UserError(self.env._("Choose a day and a technician."))
        booking = self._get_booking()
        return self._plan([(booking, self.revision)])

    def action_plan_all(self):
        """Plan the visits that are ticked, all or none.

        :returns: an action
        :raises UserError: for what is refused, and for a warning without a reason
        """
        self.ensure_one()
        taken = self.slot_ids.filtered(lambda slot: slot.is_taken and slot.resource_id)
        if not taken:
            raise UserError(self.env._("Tick at least one visit."))
        return self._plan([(slot._get_booking(), slot.revision) for slot in taken])

    def _plan(self, chosen):
        """Move visits where they were chosen to be.

        :param chosen: list of (``Booking``, revision that the form was opened with)
        """
        answer = self.env["aftersales.visit"].plan_move(
            [
                {
                    "id": booking.visit.id,
                    "revision": revision,
                    "start": Datetime.to_string(booking.start),
                    "stop": Datetime.to_string(booking.stop),
                    "resource_ids": booking.resources.ids,
                }
                for booking, revision in chosen
            ],
            self.reason,
        )
        if not answer["done"]:
            texts = [text for asked in answer["ask"] for text in asked["texts"]]
            raise UserError(
                self.env._(
                    "%(warnings)s\nPlan it all the same? Then say why under “Reason”.",
                    warnings="\n".join(texts),
                )
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
