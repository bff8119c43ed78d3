from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import (
    AT_SITE,
    EVENT_VISIT,
    MOST_HOURS_OF_VISIT,
    OPEN_VISITS,
    ORIGIN_PLANNER,
    PARTS_NONE,
    PARTS_STATES,
    PLACES,
    TO_PLAN,
    VISIT_ORIGINS,
    VISIT_STATES,
)


class AftersalesVisit(models.Model):
    """Work of a case that somebody does at a time: a visit, a workshop job, a call.

    What hangs on a day (start, crew, state) is set by ``_book`` and the steps alone, so
    that everything is judged, logged and told once.
    """

    _name = "aftersales.visit"
    _description = "Visit"
    _inherit = ["aftersales.bounded.mixin", "aftersales.case.part"]
    _order = "start, latest, id"
    _rec_name = "name"
    _check_company_auto = True

    # === Identity === #
    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="restrict", index=True
    )
    number = fields.Integer(
        "No.", readonly=True, copy=False, help="Counts the visits of one case."
    )
    name = fields.Char(compute="_compute_name", store=True)
    note = fields.Text("What Is To Be Done")
    place = fields.Selection(PLACES, required=True, default=AT_SITE)
    origin = fields.Selection(
        VISIT_ORIGINS,
        required=True,
        readonly=True,
        default=ORIGIN_PLANNER,
        copy=False,
    )

    # === Relations === #
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, index=True
    )
    team_id = fields.Many2one(related="case_id.team_id", store=True, index=True)
    site_id = fields.Many2one(
        "aftersales.site",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
        help="Where the work is done, when it is done at the customer's.",
    )
    region_id = fields.Many2one(
        "aftersales.region",
        compute="_compute_region_id",
        store=True,
        readonly=False,
        check_company=True,
        index=True,
    )
    crew_ids = fields.One2many(
        "aftersales.visit.crew", "visit_id", readonly=True, copy=False
    )
    lead_id = fields.Many2one(
        "resource.resource",
        "Technician",
        readonly=True,
        copy=False,
        index=True,
        help="Who goes; of several, who leads.",
    )
    wish_id = fields.Many2one(
        "resource.resource",
        "Wanted",
        domain=[("does_visits", "=", True)],
        check_company=True,
        help="Whom the customer knows, or who was there before.",
    )
    skill_ids = fields.One2many(
        "aftersales.visit.skill", "visit_id", "Skills", copy=True
    )

    # === State === #
    state = fields.Selection(
        VISIT_STATES, required=True, readonly=True, default=TO_PLAN, copy=False
    )
    revision = fields.Integer(
        readonly=True,
        copy=False,
        help="Rises with every change of day, time, crew or state.",
    )
    locked = fields.Boolean(
        readonly=True, copy=False, help="Stays on its day, at its time, with its crew."
    )
    parts_state = fields.Selection(
        PARTS_STATES, "Parts", required=True, default=PARTS_NONE
    )
    parts_note = fields.Char("Which Parts")
    failure_id = fields.Many2one(
        "aftersales.visit.failure", "Why It Failed", readonly=True, copy=False
    )
    failure_note = fields.Char("How It Failed", readonly=True, copy=False)
    previous_id = fields.Many2one(
        "aftersales.visit", "Follows", readonly=True, copy=False, index="btree_not_null"
    )

    # === Dates === #
    duration = fields.Float(required=True, default=1.0, help="Hours of work.")
    start = fields.Datetime(readonly=True, copy=False)
    stop = fields.Datetime("End", readonly=True, copy=False)
    earliest = fields.Datetime("Not Before")
    latest = fields.Datetime(help="By when it has to be done.")
    latest_by_hand = fields.Boolean(copy=False)
    latest_stands = fields.Boolean("The Clock Stands Still", copy=False)
    window_from = fields.Datetime("Promised From", readonly=True, copy=False)
    window_to = fields.Datetime("Promised To", readonly=True, copy=False)
    sequence = fields.Integer(default=10)

    _number_unique = models.Constraint(
        "UNIQUE(case_id, number)", "A case has one visit of each number."
    )
    _duration_positive = models.Constraint(
        f"CHECK(duration > 0 AND duration <= {MOST_HOURS_OF_VISIT})",
        "Duration: enter the hours of work, more than none and at most 24. What takes"
        " several days is several visits.",
    )
    _booked_whole = models.Constraint(
        "CHECK((start IS NULL) = (stop IS NULL) AND start < stop)",
        "End: a visit ends after it starts.",
    )
    _days_idx = models.Index(
        "(start) WHERE start IS NOT NULL AND state NOT IN ('cancelled', 'failed')"
    )
    # In the order of the lane; what is over is left out.
    _open_idx = models.Index(
        "(state, latest, id) WHERE state IN"
        " ('to_plan', 'planned', 'confirmed', 'under_way', 'on_site')"
    )

    # === Computes === #

    @api.depends("number", "case_id.number", "case_id.partner_id.name")
    def _compute_name(self):
        for visit in self:
            case = visit.case_id
            parts = [
                case.number and f"{case.number}-{visit.number}",
                case.partner_id.name,
            ]
            visit.name = " ".join(filter(None, parts)) or False

    @api.depends("case_id", "place")
    def _compute_site_id(self):
        """A visit goes where the case says that the goods are."""
        wanting = self.filtered(lambda one: one.place == AT_SITE and not one.site_id)
        sites = wanting.case_id._get_visit_sites()
        for visit in self:
            if visit.place != AT_SITE:
                visit.site_id = False
            elif visit in wanting:
                visit.site_id = sites.get(visit.case_id, False)

    @api.depends("site_id.region_id")
    def _compute_region_id(self):
        """Of a site of all companies the region may be another company's."""
        for visit in self:
            region = visit.site_id.region_id
            shared = region.company_id in (visit.company_id, region.company_id.browse())
            visit.region_id = region if shared else False

    # === Constraints === #

    @api.constrains("earliest", "latest", "duration")
    def _check_span(self):
        for visit in self:
            if not visit.earliest or not visit.latest:
                continue
            if visit.earliest + timedelta(hours=visit.duration) > visit.latest:
                raise ValidationError(
                    self.env._(
                        "Latest: there is no time for %s between “Not Before” and then."
                        " Choose a later moment, an earlier one under “Not Before”, or a"
                        " shorter duration.",
                        visit.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits.case_id._ensure_takes_visits()
        visits._make_sites()
        visits.sudo()._number()  # sudo: numbers are kept by the system
        visits._log(TO_PLAN)
        return visits

    def write(self, vals):
        if "case_id" in vals:
            self._ensure_case_stays(vals["case_id"])
        return super().write(vals)

    def _make_sites(self):
        """The first visit to an address makes a site of it."""
        lost = self.filtered(lambda one: one.place == AT_SITE and not one.site_id)
        sites = lost.case_id._make_visit_sites()
        for visit in lost.filtered(lambda one: one.case_id in sites):
            visit.site_id = sites[visit.case_id]

    def _ensure_case_stays(self, case_id):
        """Guard: number, promise and history of a visit are those of its case.

        :raises UserError: naming the first one that would leave it
        """
        gone = self.filtered(lambda one: one.case_id.id != case_id)[:1]
        if gone and not self.env.su:
            raise UserError(
                self.env._(
                    "Case: %s stays with its case. Call it off, and ask for a visit in"
                    " the other one.",
                    gone.name,
                )
            )

    def _number(self):
        """Count the visits of each case on."""
        last = dict(
            self._read_group(
                [("case_id", "in", self.case_id.ids)], ["case_id"], ["number:max"]
            )
        )
        for visit in self.sorted("id"):
            visit.number = last[visit.case_id] = (last.get(visit.case_id) or 0) + 1

    def _go_over_to(self, case):
        """Make these the visits of another case, which goes on for theirs."""
        last = max(case.visit_ids.mapped("number"), default=0)
        for number, visit in enumerate(self.sorted("id"), start=last + 1):
            visit.write({"case_id": case.id, "number": number})

    # === History === #

    def _log(self, what, reason=None, before=None):
        """Log in the history of the cases what became of their visits.

        :param what: a state, or a whole kind as ``visit_moved``
        :param reason: short words of ours, or a key
        :param before: ``{visit: datetime}``, when it was planned before
        """
        kind = what if what.startswith(EVENT_VISIT) else f"{EVENT_VISIT}{what}"
        # sudo: the snapshot of the case, whoever does it
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": visit.case_id,
                    "kind": kind,
                    "key": f"visit:{visit.id}",
                    "from_at": (before or {}).get(visit) or False,
                    "to_at": visit.start or False,
                    "reason": reason or False,
                }
                for visit in self.sudo()
            ]
        )

    def _is_open(self):
        """Say whether something is still to be done."""
        self.ensure_one()
        return self.state in OPEN_VISITS

    def _get_zone(self):
        """Return the name of the time zone by whose days the visit is planned."""
        self.ensure_one()
        return self.site_id._get_zone_at(self.place, self.company_id)
