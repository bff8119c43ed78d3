from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.const import WAIT_CUSTOMER, WAIT_PARTS, WAIT_SUPPLIER
from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import (
    METRIC_PARTIES,
    METRICS,
    MOST,
    PARTIES,
    PARTY_CUSTOMER,
    REOPENINGS,
    STAGE_METRICS,
    START_POLICY,
    START_REPORT,
    STARTS,
    UNITS,
)
from ...engine import clock
from ...engine.clock import Aim
from ...engine.cycles import GO_ON, RESOLVED, RESPONSE, STAY
from ...engine.held import read_by_hand
from ...engine.terms import CALENDAR_DAYS, DAYS, HOURS, MONTHS, Term, get_share

PAUSES = {
    "pause_customer": WAIT_CUSTOMER,
    "pause_supplier": WAIT_SUPPLIER,
    "pause_parts": WAIT_PARTS,
}


class AftersalesSlaTarget(models.Model):
    """One promise of a policy: what, to whom, within which time, and when it stands still."""

    _name = "aftersales.sla.target"
    _description = "SLA Target"
    _inherit = ["aftersales.bounded.mixin"]
    _order = "policy_id, sequence, id"
    _rec_name = "sentence"

    sequence = fields.Integer(default=10)
    policy_id = fields.Many2one(
        "aftersales.sla.policy", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    metric = fields.Selection(METRICS, required=True, default=RESPONSE)
    party = fields.Selection(
        PARTIES,
        "Promised To",
        compute="_compute_party",
        store=True,
        readonly=False,
        required=True,
        default=PARTY_CUSTOMER,
    )
    stage_id = fields.Many2one("aftersales.case.stage", ondelete="restrict")
    team_id = fields.Many2one(
        "aftersales.team", ondelete="restrict", help="Empty means each team."
    )
    quantity = fields.Float("Within", required=True, default=4)
    unit = fields.Selection(UNITS, required=True, default=HOURS)
    is_rolled = fields.Boolean(
        "To the Next Working Day",
        help="A last calendar day on which nobody works moves to the next working day.",
    )
    start = fields.Selection(
        STARTS,
        "Counted From",
        required=True,
        default=START_REPORT,
        help="Where another policy comes to hold later, what was before counts too,"
        " unless it is counted from then.",
    )
    pause_customer = fields.Boolean("Stands Still for the Customer", default=True)
    pause_supplier = fields.Boolean("Stands Still for the Supplier")
    pause_parts = fields.Boolean("Stands Still for Parts")
    reopening = fields.Selection(
        REOPENINGS,
        "When Opened Again",
        required=True,
        default=GO_ON,
        help="What becomes of it when a solved case is opened again.",
    )
    warn_percent = fields.Integer("Warn At (%)", default=80)
    goal_percent = fields.Integer(
        "Goal (%)", default=95, help="So many of a hundred are to be met."
    )
    sentence = fields.Char(compute="_compute_sentence")

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0 OR (quantity = 0 AND unit = 'end_of_day'))",
        "Within: enter more than 0; only the end of the working day may be the same day,"
        " which is 0.",
    )
    _percents = models.Constraint(
        "CHECK(warn_percent >= 0 AND warn_percent < 100"
        " AND goal_percent > 0 AND goal_percent <= 100)",
        "Warn At: enter 0 (never) to 99. Goal: enter 1 to 100.",
    )

    # === Computes === #

    @api.depends("metric")
    def _compute_party(self):
        for target in self:
            known = METRIC_PARTIES.get(target.metric)
            target.party = known or target.party or PARTY_CUSTOMER

    @api.depends(
        "metric",
        "quantity",
        "unit",
        "is_rolled",
        "stage_id",
        "team_id",
        "start",
        *PAUSES,
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for target in self:
            target.sentence = target._get_sentence()

    def _get_sentence(self):
        """Return what is promised as people say it."""
        self.ensure_one()
        parts = [
            self.env._(
                "%(what)s %(within)s", what=self._get_what(), within=self._get_within()
            )
        ]
        if self.start == START_POLICY:
            parts.append(self.env._("counted from when the policy applies"))
        if waits := self._get_waits():
            parts.append(
                self.env._("standing still while we wait for %s", ", ".join(waits))
            )
        return ", ".join(parts)

    def _get_what(self):
        label = dict(self._fields["metric"]._description_selection(self.env))
        what = label.get(self.metric, "")
        about = self.stage_id if self.metric in STAGE_METRICS else self.team_id
        return f"{what} ({about.name})" if about else what

    def _get_within(self):
        quantity = f"{self.quantity:g}"
        texts = {
            HOURS: self.env._("within %s working hours", quantity),
            DAYS: self.env._("within %s working days", quantity),
            CALENDAR_DAYS: self.env._("within %s calendar days", quantity),
            MONTHS: self.env._("within %s months", quantity),
        }
        if self.unit in texts:
            return texts[self.unit]
        if not self.quantity:
            return self.env._("by the end of the same working day")
        return self.env._("by the end of working day %s after it", quantity)

    def _get_waits(self):
        names = {
            WAIT_CUSTOMER: self.env._("the customer"),
            WAIT_SUPPLIER: self.env._("the supplier"),
            WAIT_PARTS: self.env._("parts"),
        }
        return [names[party] for name, party in PAUSES.items() if self[name]]

    # === Checks === #

    def _get_bounds(self, vals):
        unit = vals.get("unit") or self[:1].unit or HOURS
        return super()._get_bounds(vals) | {"quantity": (0, MOST.get(unit, 0))}

    @api.constrains("metric", "stage_id", "unit", "quantity", "policy_id")
    def _check_complete(self):
        for target in self:
            if target.metric in STAGE_METRICS and not target.stage_id:
                raise ValidationError(
                    self.env._("Stage: choose the stage that this target is about.")
                )
            if target.unit != HOURS and target.quantity % 1:
                raise ValidationError(
                    self.env._("Within: enter whole days or months, such as 2.")
                )

    # === Counting === #

    def _prepare_aim(self, order=None):
        """Hook: return the ``Aim`` that the engine replays.

        :param order: ids of the stages of a case's type in their order, for a stage that
            is reached by a later one as well
        """
        self.ensure_one()
        return Aim(
            metric=self.metric,
            term=Term(self.quantity, self.unit, self.is_rolled),
            pauses=frozenset(p for name, p in PAUSES.items() if self[name]),
            reopening=self.reopening if self.metric == RESOLVED else GO_ON,
            is_from_policy=self.start == START_POLICY,
            stages=self._get_stages(order or ()),
            team=self.team_id.id or None,
        )

    def _get_calendar(self, _case):
        """Hook: return the calendar by which the clocks of a case count."""
        return self.policy_id.calendar_id

    def _prepare_clocks(self, replayed, held, times, now):
        """Return the rows of the clocks that this target has of a case.

        :param replayed: ``Replayed`` case
        :param held: ``Force`` list: when the target held
        :param times: function of calendar and company: their ``WorkClock``
        """
        self.ensure_one()
        case, aim = replayed.case, self._prepare_aim(replayed.order)
        calendar, Clock = self._get_calendar(case), self.env["aftersales.sla.clock"]
        by_hand = read_by_hand(replayed.told, self.id)

        def count(time):
            clocks = clock.replay(replayed.story, aim, time, now, held, by_hand)
            return [(one, self._get_warning(time, aim, one)) for one in clocks]

        try:
            found = times(calendar, case.company_id).ask(count)
        except WorkingTimeError as error:
            text = str(error) or self.env._("There is too little working time.")
            return [Clock._prepare_broken(case, self, calendar, text)]
        return [
            Clock._prepare_row(case, self, calendar, one, warn_at)
            for one, warn_at in found
        ]

    def _get_warning(self, time, aim, one):
        """Return when it is to be warned of a clock, None where that has no moment."""
        if one.state != clock.RUNNING or not self.warn_percent:
            return None
        pauses = [(pause.start, pause.end) for pause in one.pauses if pause.end]
        measure, share = aim.get_measure(time), self.warn_percent / 100
        return get_share(measure, one.start, one.due, share, pauses)

    def _get_stages(self, order):
        """Return the ids of the stages that count as the one of the target."""
        stage = self.stage_id.id
        if not stage:
            return frozenset()
        if self.metric == STAY:
            return frozenset([stage])
        return frozenset(order[order.index(stage) :] if stage in order else ())
