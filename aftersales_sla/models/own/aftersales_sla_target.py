from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

from ...const import PARTY_TEAM
from ...engine.clock import Force
from ...engine.cycles import OWN_METRICS, STAY
from ...engine.terms import HOURS

PAUSES = ("pause_customer", "pause_supplier", "pause_parts")
# What makes clocks of a target count otherwise.
COUNTED = {"quantity", "unit", "is_rolled", "warn_percent", "held_until"}


class AftersalesSlaTarget(models.Model):
    """Targets of no policy: the limit of a stage, and what each company has one of.

    They hold from a moment on until another, whatever agreements say, and count by the
    working hours of the case's team or company.
    """

    _name = "aftersales.sla.target"
    _inherit = ["aftersales.cached.mixin", "aftersales.sla.target"]

    case_type_id = fields.Many2one(
        "aftersales.case.type",
        readonly=True,
        copy=False,
        ondelete="cascade",
        index="btree_not_null",
    )
    type_stage_id = fields.Many2one(
        "aftersales.type.stage",
        "Limit Of",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    owner_company_id = fields.Many2one(
        "res.company", readonly=True, copy=False, ondelete="cascade"
    )
    held_from = fields.Datetime("Holds From", readonly=True, copy=False)
    held_until = fields.Datetime(readonly=True, copy=False)

    _type_stage_uniq = models.UniqueIndex(
        "(type_stage_id) WHERE held_until IS NULL",
        "A stage of a type has one limit.",
    )
    _owner_company_uniq = models.UniqueIndex(
        "(owner_company_id, metric) WHERE owner_company_id IS NOT NULL",
        "A company has one target of each kind.",
    )

    @api.depends("case_type_id.company_id", "owner_company_id")
    def _compute_company_id(self):
        own = self.filtered("case_type_id") | self.filtered("owner_company_id")
        for target in own:
            target.company_id = (
                target.owner_company_id or target.case_type_id.company_id
            )
        return super(AftersalesSlaTarget, self - own)._compute_company_id()

    @api.constrains("metric", "policy_id", "owner_company_id")
    def _check_own(self):
        for target in self:
            if target.metric in OWN_METRICS and not target.owner_company_id:
                raise ValidationError(
                    self.env._(
                        "Metric: %s is kept without a policy. Choose another one.",
                        target._get_labels("metric")[target.metric],
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        own = self.filtered(lambda target: not target.policy_id)
        if own and COUNTED & vals.keys():
            own._mark_own_clocks()
        return result

    def _mark_own_clocks(self):
        # sudo: what follows from an allowed change
        clocks = self.env["aftersales.sla.clock"].sudo()
        clocks._mark(SQL("c.target_id = ANY(%s)", self.ids))

    # === Found by their owner === #

    @api.model
    @ormcache()
    def _get_own_ids(self):
        """Return ``({type id: ids of limits}, {(company id, metric): id})``."""
        # sudo: what holds for a case does not depend on who looks
        targets = self.sudo().search([("policy_id", "=", False)])
        limits, owned = {}, {}
        for target in targets:
            if target.case_type_id:
                known = limits.get(target.case_type_id.id, ())
                limits[target.case_type_id.id] = (*known, target.id)
            elif target.owner_company_id:
                owned[target.owner_company_id.id, target.metric] = target.id
        return limits, owned

    @api.model
    def _get_owned(self, company, metric):
        """Return the target that a company has of a metric, made where there is none."""
        target_id = self._get_own_ids()[1].get((company.id, metric))
        # sudo: as above
        return (
            self.sudo().browse(target_id)
            if target_id
            else self._make_owned(company, metric)
        )

    @api.model
    def _make_owned(self, company, metric):
        # sudo: kept by the system
        return self.sudo().create(
            {
                **dict.fromkeys(PAUSES, False),
                "metric": metric,
                "owner_company_id": company.id,
                "quantity": 1,
                "unit": HOURS,
            }
        )

    def _get_own_force(self):
        """Return the stretch in which a target of no policy held."""
        self.ensure_one()
        return Force(self.held_from or datetime.min, self.held_until or None)

    def _prepare_limit(self, link):
        """Return the values of the limit of a stage of a type, but for its time."""
        return {
            **dict.fromkeys(PAUSES, False),
            "metric": STAY,
            "party": PARTY_TEAM,
            "stage_id": link.stage_id.id,
            "case_type_id": link.type_id.id,
            "type_stage_id": link.id,
            "held_from": fields.Datetime.now(),
        }

    # === Counting === #

    def _get_calendar(self, case):
        if self.case_type_id or self.owner_company_id:
            return case._get_calendar()
        return super()._get_calendar(case)


class AftersalesSlaClock(models.Model):
    _inherit = "aftersales.sla.clock"

    @api.model
    def _mark_own(self, condition):
        """Have the open clocks of no policy replayed of the cases of a condition.

        :param condition: ``SQL`` about the cases, as ``k``
        """
        self._mark(
            SQL(
                "c.policy_id IS NULL AND c.case_id IN"
                " (SELECT k.id FROM aftersales_case k WHERE %s)",
                condition,
            )
        )
