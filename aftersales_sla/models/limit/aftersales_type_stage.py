from odoo import api, fields, models
from odoo.fields import Domain

from ...const import MOST, UNITS
from ...engine.terms import HOURS

WARN_PERCENT = 80
# So many cases get their clocks at once; of more the job looks after.
MOST_AT_ONCE = 500


class AftersalesTypeStage(models.Model):
    """The limit of a stay in a stage of a type: a clock of its own, without a policy."""

    _inherit = "aftersales.type.stage"

    limit_ids = fields.One2many(
        "aftersales.sla.target",
        "type_stage_id",
        domain=[("held_until", "=", False)],
        readonly=True,
        groups="aftersales_case.group_aftersales_agent",
    )
    # Computed one by one: what is not written stays what it was.
    limit_quantity = fields.Float(
        "Leave Within",
        compute="_compute_limit_quantity",
        inverse="_inverse_limit",
        compute_sudo=True,
        copy=True,
        help="Within which time cases leave this stage; 0 means that no clock runs. The"
        " clock takes the place of At Most (Working Hours).",
    )
    limit_unit = fields.Selection(
        UNITS,
        "Unit",
        compute="_compute_limit_unit",
        inverse="_inverse_limit",
        compute_sudo=True,
        copy=True,
    )
    limit_warn_percent = fields.Integer(
        "Warn At (%)",
        compute="_compute_limit_warn_percent",
        inverse="_inverse_limit",
        compute_sudo=True,
        copy=True,
        help="Of its time; 0 means never.",
    )

    @api.depends("limit_ids.quantity")
    def _compute_limit_quantity(self):
        for link in self:
            link.limit_quantity = link.limit_ids[:1].quantity

    @api.depends("limit_ids.unit")
    def _compute_limit_unit(self):
        for link in self:
            link.limit_unit = link.limit_ids[:1].unit or HOURS

    @api.depends("limit_ids.warn_percent")
    def _compute_limit_warn_percent(self):
        for link in self:
            limit = link.limit_ids[:1]
            link.limit_warn_percent = limit.warn_percent if limit else WARN_PERCENT

    def _inverse_limit(self):
        new = []
        for link in self:
            target = link.limit_ids[:1]
            vals = {
                "quantity": link.limit_quantity,
                "unit": link.limit_unit,
                "warn_percent": link.limit_warn_percent,
            }
            if not link.limit_quantity:
                target._end_limit()
            elif target:
                target.write(vals)
            else:
                new.append(target._prepare_limit(link) | vals)
        # sudo: kept by the system, of a stage that may be written
        self.env["aftersales.sla.target"].sudo().create(new)
        self.invalidate_recordset(["limit_ids"])
        self._forget_stage_plans()
        if new:
            self._start_limits()

    def _start_limits(self):
        """Start the clocks of the cases that stand in these stages already."""
        # sudo: what holds for cases does not depend on who looks
        cases = self.env["aftersales.case"].sudo()
        cases = cases.search(self._get_unlimited_domain(), limit=MOST_AT_ONCE + 1)
        if len(cases) > MOST_AT_ONCE:
            self.env.ref("aftersales_sla.cron_limits")._trigger()
        else:
            cases._mark_clocks()

    def _get_unlimited_domain(self):
        """Return the domain of open cases in these stages whose clock does not run yet."""
        return self.env["aftersales.case"]._get_open_domain() & Domain.OR(
            Domain("type_id", "=", link.type_id.id)
            & Domain("stage_id", "=", link.stage_id.id)
            & Domain("clock_ids", "not any!", [("target_id", "in", link.limit_ids.ids)])
            for link in self
            if link.limit_ids
        )

    def _forget_stage_plans(self):
        """Have the core plan anew what it says of stays in these stages."""
        self.env["aftersales.case"]._forget_plans(
            Domain("type_id", "in", self.type_id.ids)
            & Domain("stage_id", "in", self.stage_id.ids)
        )

    def _get_bounds(self, vals):
        unit = vals.get("limit_unit") or self[:1].limit_unit or HOURS
        return super()._get_bounds(vals) | {
            "limit_quantity": (0, MOST.get(unit, 0)),
            "limit_warn_percent": (0, 99),
        }

    def _get_signal_hours(self):
        """The clock tells it: nobody is told twice."""
        # sudo: what holds for a stage does not depend on who looks
        return 0 if self.sudo().limit_ids else super()._get_signal_hours()

    def unlink(self):
        self.sudo().limit_ids._end_limit()  # sudo: with the stage goes its limit
        return super().unlink()


class AftersalesSlaTarget(models.Model):
    """Limits end; they are not deleted, as clocks tell of them."""

    _inherit = "aftersales.sla.target"

    def _end_limit(self):
        """Let limits hold no more: what runs is cancelled, what was missed stays so."""
        if self:
            # sudo: kept by the system
            self.sudo().write({"held_until": fields.Datetime.now()})
