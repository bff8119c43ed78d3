from dataclasses import dataclass, field

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
    PARTY_SUPPLIER,
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
from ...engine.terms import (
    DAYS,
    END_OF_DAY,
    HOURS,
    SECONDS_OF_HOUR,
    Term,
    get_share,
)

PAUSES = {
    "pause_customer": WAIT_CUSTOMER,
    "pause_supplier": WAIT_SUPPLIER,
    "pause_parts": WAIT_PARTS,
}

# The goal of a target that no agreement names one for.
MOST_USUAL = 95


@dataclass(frozen=True)
class Rule:
    """How a target counts for cases of one company, team and type.

    :param aim: what the engine replays
    :param clock: the core's ``WorkClock`` of calendar and company
    :param row: what all rows of its clocks begin with
    :param warning: share of the time after which it is warned, 0 for never
    :param steps: ``{id of a level: Step}``
    """

    aim: Aim
    clock: object
    row: dict
    warning: float = 0
    steps: dict = field(default_factory=dict)


class AftersalesSlaTarget(models.Model):
    """One promise of a policy: what, to whom, within which time, and when it stands still."""

    _name = "aftersales.sla.target"
    _description = "SLA Target"
    _inherit = ["aftersales.sla.setting.mixin", "aftersales.bounded.mixin"]
    _order = "policy_id, sequence, id"
    _rec_name = "sentence"
    # The sentence is not stored.
    _rec_names_search = ["policy_id.name", "stage_id.name", "team_id.name"]
    _bounds = {"warn_percent": (0, 99), "goal_percent": (1, 100)}

    sequence = fields.Integer(default=10)
    policy_id = fields.Many2one(
        "aftersales.sla.policy", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True
    )
    metric = fields.Selection(METRICS, required=True, default=RESPONSE)
    party = fields.Selection(
        PARTIES,
        "Promised To",
        compute="_compute_party",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
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
    warn_percent = fields.Integer(
        "Warn At (%)", default=80, help="Of its time; 0 means never."
    )
    goal_percent = fields.Integer(
        "Goal (%)",
        compute="_compute_goal_percent",
        store=True,
        readonly=False,
        precompute=True,
        help="So many of a hundred are to be met.",
    )

    # === Computes === #

    @api.depends("policy_id.company_id")
    def _compute_company_id(self):
        for target in self:
            target.company_id = target.policy_id.company_id

    @api.depends("metric", "policy_id")
    def _compute_party(self):
        for target in self:
            known = METRIC_PARTIES.get(target.metric)
            if target.policy_id.agreement_id.domain == "purchase":
                known = PARTY_SUPPLIER
            target.party = known or target.party or PARTY_CUSTOMER

    @api.depends("policy_id")
    def _compute_goal_percent(self):
        for target in self:
            agreed = target.policy_id.agreement_id.sla_goal_percent
            target.goal_percent = target.goal_percent or agreed or MOST_USUAL

    # === Checks === #

    def _get_bounds(self, vals):
        unit = vals.get("unit") or self[:1].unit or HOURS
        return super()._get_bounds(vals) | {"quantity": (0, MOST.get(unit, 0))}

    @api.constrains(
        "metric", "stage_id", "unit", "quantity", "policy_id", "goal_percent"
    )
    def _check_complete(self):
        for target in self:
            if target.metric in STAGE_METRICS and not target.stage_id:
                raise ValidationError(
                    self.env._("Stage: choose the stage that this target is about.")
                )
            if not target.goal_percent:
                raise ValidationError(self.env._("Goal: enter 1 to 100."))
            if not target.quantity and target.unit != END_OF_DAY:
                raise ValidationError(
                    self.env._(
                        "Within: enter more than 0. Only the end of the working day may"
                        " be that of the same day, which is 0."
                    )
                )
            if target.unit != HOURS and target.quantity % 1:
                raise ValidationError(
                    self.env._("Within: enter whole days or months, such as 2.")
                )
            if target.unit == HOURS and round(target.quantity * SECONDS_OF_HOUR) < 1:
                raise ValidationError(
                    self.env._("Within: enter at least a second of an hour.")
                )
            policy = target.policy_id
            if target.unit in (DAYS, END_OF_DAY) and policy and not policy.calendar_id:
                raise ValidationError(
                    self.env._(
                        "Within: working days need working hours, and %s has none."
                        " Choose Working Hours there, or count calendar days.",
                        policy.name,
                    )
                )

    @api.constrains("party", "metric", "policy_id")
    def _check_party(self):
        """Keep apart what is promised to whom: a supplier promises us, not the customer."""
        for target in self:
            needed = METRIC_PARTIES.get(target.metric)
            if needed and target.party != needed:
                raise ValidationError(
                    self.env._(
                        "Promised To: %(metric)s is a matter of: %(party)s. Choose that.",
                        metric=target._get_labels("metric")[target.metric],
                        party=target._get_labels("party")[needed],
                    )
                )
            purchased = target.policy_id.agreement_id.domain == "purchase"
            if purchased and target.party != PARTY_SUPPLIER:
                raise ValidationError(
                    self.env._(
                        "Promised To: %s is of an agreement with a supplier. Choose the"
                        " supplier.",
                        target.policy_id.name,
                    )
                )

    @api.constrains("party", "pause_supplier")
    def _check_pauses(self):
        """Refuse a clock of the supplier that stands still while it is his turn."""
        for target in self:
            if target.party == PARTY_SUPPLIER and target.pause_supplier:
                raise ValidationError(
                    self.env._(
                        "Stands Still for the Supplier: what the supplier promises runs"
                        " while we wait for him. Take the tick away."
                    )
                )

    def _get_labels(self, name):
        return dict(self._fields[name]._description_selection(self.env))

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
        """Hook: return the calendar by which the clocks of a case count.

        It is asked for one of many cases of the same company, team and type.
        """
        return self.policy_id.calendar_id

    def _prepare_rule(self, replayed, times):
        """Hook: return the ``Rule`` by which a case, and those like it, are counted.

        :param replayed: ``Replayed`` case
        :param times: ``ClockTimes``
        """
        calendar, company = self._get_calendar(replayed.case), replayed.company
        Clock = self.env["aftersales.sla.clock"]
        return Rule(
            aim=self._prepare_aim(replayed.order),
            clock=times(calendar, company),
            row=Clock._prepare_empty(self, calendar, company),
            warning=self.warn_percent / 100,
        )

    def _prepare_clocks(self, replayed, held, times, now):
        """Return the rows of the clocks that this target has of a case.

        :param replayed: ``Replayed`` case
        :param held: ``Force`` list: when the target held
        :param times: ``ClockTimes``
        """
        self.ensure_one()
        rule, Clock = times.get_rule(self, replayed), self.env["aftersales.sla.clock"]
        story, case = replayed.story, replayed.case
        by_hand = read_by_hand(replayed.told, case.id, self.id)

        def count(time):
            return [
                (one, _get_warning(rule, one), self._get_reached(time, rule, one))
                for one in clock.replay(story, rule.aim, time, now, held, by_hand)
            ]

        try:
            found = rule.clock.ask(count)
        except WorkingTimeError as error:
            text = str(error) or self.env._(
                "Within: there is too little working time for it within five years."
                " Give less time, or add working hours."
            )
            return [Clock._prepare_broken(replayed, rule, text)]
        return [
            Clock._prepare_row(replayed, rule, one, warn_at)
            | self._prepare_levels(replayed, held, one, reached)
            for one, warn_at, reached in found
        ]

    def _get_stages(self, order):
        """Return the ids of the stages that count as the one of the target."""
        stage = self.stage_id.id
        if not stage:
            return frozenset()
        if self.metric == STAY:
            return frozenset([stage])
        return frozenset(order[order.index(stage) :] if stage in order else ())


def _get_warning(rule, one):
    """Return when it is to be warned of a clock, None where that has no moment."""
    if one.state != clock.RUNNING or not rule.warning:
        return None
    pauses = [(pause.start, pause.end) for pause in one.pauses if pause.end]
    return get_share(one.measure, one.start, one.due, rule.warning, pauses)
