from odoo import api, fields, models


class ResCompany(models.Model):
    """How a company plans."""

    _inherit = "res.company"

    visit_speed = fields.Integer(
        "Speed on the Road",
        default=50,
        help="km/h, to reckon with from place to place. 0: nobody looks at the way.",
    )

    _visit_speed_sane = models.Constraint(
        "CHECK(visit_speed BETWEEN 0 AND 200)",
        "Speed on the Road: enter a number of km/h from 0 to 200.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["aftersales.plan.rule"]._make(companies)
        return companies
