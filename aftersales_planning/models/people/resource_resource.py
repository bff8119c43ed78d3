from odoo import fields, models


class ResourceResource(models.Model):
    """Who goes on visits: employees, and subcontractors without an employee."""

    _inherit = "resource.resource"

    does_visits = fields.Boolean(
        "Goes on Visits", index="btree_not_null", help="Stands on the planning board."
    )
    visit_partner_id = fields.Many2one(
        "res.partner",
        "Subcontractor",
        help="For whom he works, when he is no employee.",
        index="btree_not_null",
    )
    visit_start_id = fields.Many2one(
        "res.partner",
        "Sets Out From",
        help="Where the day begins and ends; empty is the company.",
    )
    visit_region_ids = fields.Many2many(
        "aftersales.region",
        "aftersales_region_resource_rel",
        "resource_id",
        "region_id",
        "Regions",
    )
    visit_skill_ids = fields.One2many(
        "aftersales.resource.skill",
        "resource_id",
        "Skills of the Subcontractor",
        help="Those of employees stand in Employees.",
    )
