from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import (
    AT_SITE,
    BY_DAY,
    BY_WEEKDAY,
    FREQUENCIES,
    MONTH_DAYS,
    MONTHLY,
    MONTHS,
    MOST_HOURS_OF_VISIT,
    OPEN_VISITS,
    PLACES,
    POSITIONS,
    RECURRENCE_ENDED,
    RECURRENCE_PAUSED,
    RECURRENCE_RUNS,
    RECURRENCE_STATES,
    RECURRENCE_TO_COME,
    SHORT_LAST,
    SHORT_MONTHS,
    WEEKDAYS,
    WEEKLY,
    WHEN_CLOSED,
)
from ...engine.recurrence import Pattern, RuleError, check_rule, write_rule

# Of what the rule is made, besides the weekdays.
RULE_FIELDS = (
    "by_text",
    "rule_text",
    "frequency",
    "interval",
    "month_day",
    "monthday",
    "position",
    "weekday",
    "month",
    "short_months",
    "count",
    "date_start",
)
DAY_FIELDS = [f"on_{key.lower()}" for key, _label in WEEKDAYS]


class AftersalesVisitRecurrence(models.Model):
    """An agreement of visits: what is done at a customer's, how often, until when.

    Visits are made some days ahead, each with a case of its own. What becomes of a visit
    does not change the agreement, and the agreement changes no visit that is there.
    """

    _name = "aftersales.visit.recurrence"
    _description = "Recurring Visits"
    _inherit = [
        "aftersales.staying.mixin",
        "aftersales.kept.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "aftersales.job.mixin",
        "aftersales.bounded.mixin",
    ]
    _order = "name, id"
    _check_company_auto = True
    _bounds = {
        "interval": (1, 1000),
        "monthday": (1, 31),
        "count": (0, 10000),
        "time_of_day": (0, 23.99),
        "duration": (0, MOST_HOURS_OF_VISIT),
        "days_ahead": (0, 366),
        "tolerance_days": (0, 366),
    }

    # === What is done, and for whom === #
    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Looked After By",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        check_company=True,
        help="Is told when visits cannot be made.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        check_company=True,
        domain="[('id', 'child_of', partner_id)]",
    )
    place = fields.Selection(PLACES, required=True, default=AT_SITE)
    site_id = fields.Many2one(
        "aftersales.site",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
    )
    contract = fields.Char(help="Number or name of what was agreed.")
    product_id = fields.Many2one("product.product", check_company=True)
    lot_id = fields.Many2one(
        "stock.lot",
        "Device",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
        help="Its lot or serial number.",
    )
    type_id = fields.Many2one(
        "aftersales.case.type",
        "Type of the Cases",
        required=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    duration = fields.Float(required=True, default=1.0, help="Hours of work.")
    wish_id = fields.Many2one(
        "resource.resource",
        "Wanted",
        domain=[("does_visits", "=", True)],
        check_company=True,
        help="Whom the customer knows.",
    )
    skill_ids = fields.One2many(
        "aftersales.visit.recurrence.skill", "recurrence_id", "Skills", copy=True
    )
    note = fields.Text("What Is To Be Done")
    checklist = fields.Text(
        help="One thing to tick off on each line; each case gets them all."
    )

    # === How often === #
    by_text = fields.Boolean("Write the Rule as Text", tracking=True)
    rule_text = fields.Char(
        "Rule as Text",
        tracking=True,
        help="RRULE of RFC 5545, such as FREQ=MONTHLY;BYDAY=1MO,3MO",
    )
    rule = fields.Char(compute="_compute_rule", store=True)
    interval = fields.Integer("Every", required=True, default=1, tracking=True)
    frequency = fields.Selection(
        FREQUENCIES, required=True, default=MONTHLY, tracking=True
    )
    on_mo = fields.Boolean("Mon", tracking=True)
    on_tu = fields.Boolean("Tue", tracking=True)
    on_we = fields.Boolean("Wed", tracking=True)
    on_th = fields.Boolean("Thu", tracking=True)
    on_fr = fields.Boolean("Fri", tracking=True)
    on_sa = fields.Boolean("Sat", tracking=True)
    on_su = fields.Boolean("Sun", tracking=True)
    month_day = fields.Selection(MONTH_DAYS, "By", required=True, default=BY_DAY)
    monthday = fields.Integer(
        "On Day", default=lambda self: self._today().day, tracking=True
    )
    short_months = fields.Selection(
        SHORT_MONTHS, "When a Month Lacks the Day", required=True, default=SHORT_LAST
    )
    position = fields.Selection(POSITIONS, default="1", tracking=True)
    weekday = fields.Selection(WEEKDAYS, default="MO", tracking=True)
    month = fields.Selection(
        MONTHS, "In", default=lambda self: str(self._today().month), tracking=True
    )
    count = fields.Integer(
        "Number of Visits",
        tracking=True,
        help="Counted from the start; 0: as many as there are until the end.",
    )
    time_of_day = fields.Float(
        "Not Before", default=8.0, help="Time of day at the place of work."
    )
    tolerance_days = fields.Integer(
        "Days of Grace", help="So many days later is not too late."
    )
    when_closed = fields.Selection(
        WHEN_CLOSED,
        "On a Day Without Work",
        required=True,
        default="after",
        tracking=True,
        help="Public holidays and other days on which the company does not work.",
    )
    season_from = fields.Selection(MONTHS)
    season_to = fields.Selection(MONTHS)

    # === From when until when === #
    date_start = fields.Date(
        "Start", required=True, default=lambda self: self._today(), tracking=True
    )
    date_end = fields.Date("End", tracking=True, help="Empty: goes on.", copy=False)
    pause_from = fields.Date("Paused From", tracking=True, copy=False)
    pause_to = fields.Date(
        "Paused To", tracking=True, copy=False, help="Empty: until further notice."
    )
    days_ahead = fields.Integer(
        "Made Ahead",
        default=30,
        help="So many days before its day a visit is made, to be planned.",
    )
    state = fields.Selection(
        RECURRENCE_STATES, compute="_compute_state", search="_search_state"
    )
    made_on = fields.Date("Made Last", readonly=True, copy=False)
    error = fields.Char("Why It Stopped", readonly=True, copy=False)

    # === Visits === #
    visit_ids = fields.One2many("aftersales.visit", "recurrence_id", "Visits")
    visit_count = fields.Integer(compute="_compute_visit_counts")
    overdue_count = fields.Integer(compute="_compute_visit_counts")
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_visit_counts", search="_search_is_overdue"
    )

    _interval_positive = models.Constraint(
        "CHECK(interval > 0)", "Every: enter one or more."
    )
    _duration_positive = models.Constraint(
        "CHECK(duration > 0)", "Duration: enter the hours of work, more than none."
    )
    _dates = models.Constraint(
        "CHECK(date_end >= date_start)",
        "End: choose a day that is not before the start.",
    )
    _pause = models.Constraint(
        "CHECK(pause_to IS NULL OR (pause_from IS NOT NULL AND pause_to >= pause_from))",
        "Paused To: choose a day that is not before “Paused From”.",
    )
    _season = models.Constraint(
        "CHECK((season_from IS NULL) = (season_to IS NULL))",
        "Season: choose its first and its last month, or neither.",
    )

    # === Defaults === #

    @api.model
    def _today(self):
        return fields.Date.context_today(self)

    # === Computes === #

    @api.depends("partner_id")
    def _compute_site_id(self):
        """Where a customer has one site, it is that one."""
        found = self.env["aftersales.site"].search(
            [("partner_id", "child_of", self.partner_id.ids)]
        )
        by_customer = found.grouped("customer_id")
        for recurrence in self:
            customer = recurrence.partner_id.commercial_partner_id
            sites = by_customer.get(customer, found.browse())
            if recurrence.site_id not in sites:
                recurrence.site_id = sites if len(sites) == 1 else False

    @api.depends(*RULE_FIELDS, *DAY_FIELDS)
    def _compute_rule(self):
        for recurrence in self:
            try:
                recurrence.rule = recurrence._get_rule()
            except RuleError:
                recurrence.rule = False

    def _get_rule(self):
        """Return the rule that is asked for, checked.

        :raises RuleError: when it cannot be followed
        """
        self.ensure_one()
        text = self.rule_text if self.by_text else write_rule(self._get_pattern())
        return check_rule(text, self.date_start or self._today())

    def _get_pattern(self):
        """Return what the fields of the form ask."""
        by_weekday = self.frequency != WEEKLY and self.month_day == BY_WEEKDAY
        if by_weekday:
            days = (self.weekday,)
        else:
            days = tuple(key for key, _label in WEEKDAYS if self[f"on_{key.lower()}"])
        return Pattern(
            self.frequency,
            interval=self.interval,
            weekdays=days,
            monthday=self.monthday,
            month=int(self.month or 1),
            position=int(self.position or 1) if by_weekday else 0,
            short_months=self.short_months == SHORT_LAST,
            count=self.count,
        )

    @api.depends("date_start", "date_end", "pause_from", "pause_to", "active")
    def _compute_state(self):
        today = self._today()
        for recurrence in self:
            recurrence.state = recurrence._get_state(today)

    def _get_state(self, today):
        if not self.active or (self.date_end and self.date_end < today):
            return RECURRENCE_ENDED
        if self.pause_from and self.pause_from <= today <= (self.pause_to or today):
            return RECURRENCE_PAUSED
        if self.date_start and self.date_start > today:
            return RECURRENCE_TO_COME
        return RECURRENCE_RUNS

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    def _get_state_domains(self):
        """Return ``{state: domain}``, as ``_get_state`` says it."""
        today = self._today()
        ended = Domain("active", "=", False) | Domain("date_end", "<", today)
        paused = Domain("pause_from", "<=", today) & (
            Domain("pause_to", "=", False) | Domain("pause_to", ">=", today)
        )
        to_come = Domain("date_start", ">", today)
        return {
            RECURRENCE_ENDED: ended,
            RECURRENCE_PAUSED: ~ended & paused,
            RECURRENCE_TO_COME: ~ended & ~paused & to_come,
            RECURRENCE_RUNS: ~ended & ~paused & ~to_come,
        }

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_visit_counts(self):
        visits = self.env["aftersales.visit"]
        domain = Domain("recurrence_id", "in", self.ids)
        every = dict(visits._read_group(domain, ["recurrence_id"], ["__count"]))
        late = dict(
            visits._read_group(
                domain & self._get_overdue_domain(), ["recurrence_id"], ["__count"]
            )
        )
        for recurrence in self:
            recurrence.visit_count = every.get(recurrence, 0)
            recurrence.overdue_count = late.get(recurrence, 0)
            recurrence.is_overdue = bool(recurrence.overdue_count)

    @api.model
    def _get_overdue_domain(self):
        """Return the domain of visits that should have been done by now."""
        return Domain("state", "in", OPEN_VISITS) & Domain(
            "latest", "<", fields.Datetime.now()
        )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("visit_ids", "any", self._get_overdue_domain())
        return Domain.OR(late if wanted else ~late for wanted in value)

    # === Constraints === #

    @api.constrains(*RULE_FIELDS, *DAY_FIELDS)
    def _check_rule(self):
        for recurrence in self:
            try:
                recurrence._get_rule()
            except RuleError as error:
                raise ValidationError(
                    recurrence._explain(error.why, error.part)
                ) from error

    def _explain(self, why, part):
        """Say in a sentence why a rule cannot be followed."""
        sentences = {
            "frequency": self.env._(
                "Rule: visits recur by days, weeks, months or years. Write"
                " FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."
            ),
            "time": self.env._(
                "Rule: leave out %s. The time of day has a field of its own.", part
            ),
            "part": self.env._(
                "Rule: “%s” is not understood. Write it as in"
                " FREQ=MONTHLY;BYDAY=1MO,3MO.",
                part,
            ),
            "number": self.env._("Rule: the number in %s is out of bounds.", part),
            "both_ends": self.env._(
                "Rule: give a number of visits (COUNT) or a last day (UNTIL), not both."
            ),
            "never": self.env._(
                "Rule: it comes to no day in the ten years after the start."
            ),
        }
        return sentences[why]

    @api.constrains("place", "site_id", "partner_id")
    def _check_site(self):
        for recurrence in self:
            if recurrence.place == AT_SITE and not recurrence.site_id:
                raise ValidationError(
                    self.env._(
                        "Site: choose the address at which %s is done.", recurrence.name
                    )
                )

    # === CRUD === #

    def write(self, vals):
        if vals.get("active"):
            # What fell into the time in which it was archived is not made up for.
            # sudo: kept by the system
            self.sudo().filtered(lambda one: not one.active).made_on = False
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_visits(self):
        # sudo: visits of confidential cases count as well
        used = self.sudo().filtered("visit_ids")[:1]
        if used:
            raise UserError(
                self.env._(
                    "%s has visits and cannot be deleted. Archive it instead.",
                    used.name,
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for recurrence, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", recurrence.name)
        return vals_list

    # === Buttons === #

    def action_open_visits(self):
        """Open the visits that were made by these agreements.

        :returns: an action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_planning.aftersales_visit_action"
        )
        return action | {
            "domain": [("recurrence_id", "in", self.ids)],
            "context": {"create": False},
        }

    def action_open_cases(self):
        """Open the cases that were made by these agreements.

        :returns: an action
        """
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "domain": [("visit_ids.recurrence_id", "in", self.ids)],
            "context": {"create": False},
        }
