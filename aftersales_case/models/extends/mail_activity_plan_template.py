from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import MOST_DAYS

CASE_RESPONSIBLE = "case_responsible"


class MailActivityPlanTemplate(models.Model):
    """Steps of a plan that fall to whoever is responsible for the case."""

    _name = "mail.activity.plan.template"
    _inherit = ["mail.activity.plan.template", "aftersales.bounded.mixin"]

    responsible_type = fields.Selection(
        selection_add=[(CASE_RESPONSIBLE, "Responsible of the case")],
        ondelete={CASE_RESPONSIBLE: "cascade"},
    )

    @api.constrains("responsible_type", "plan_id")
    def _check_case_responsible(self):
        for template in self:
            if (
                template.responsible_type == CASE_RESPONSIBLE
                and template.plan_id.res_model != "aftersales.case"
            ):
                raise ValidationError(
                    self.env._(
                        "Assignment: only plans for cases know a responsible of the"
                        " case."
                    )
                )

    def _get_bounds(self, vals):
        """Dates of actions stay in the calendar; plans for other things are core's."""
        plans = self.plan_id.browse(vals.get("plan_id")) or self.plan_id
        bounds = super()._get_bounds(vals)
        if "aftersales.case" in plans.mapped("res_model"):
            bounds = bounds | {"delay_count": (0, MOST_DAYS)}
        return bounds

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type != CASE_RESPONSIBLE:
            return super()._determine_responsible(
                on_demand_responsible, applied_on_record
            )
        return {
            "responsible": applied_on_record.user_id,
            "error": False,
            "warning": False,
        }
