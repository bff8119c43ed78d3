from odoo import api, fields, models


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
    is_visit_employee = fields.Boolean(
        "Is an Employee", compute="_compute_is_visit_employee"
    )
    visit_employee_skill_ids = fields.Many2many(
        "hr.employee.skill",
        string="Skills of the Employee",
        compute="_compute_visit_employee_skill_ids",
    )

    @api.depends("employee_id")
    def _compute_is_visit_employee(self):
        for resource in self:
            # sudo: that he is one; who plans is rarely Human Resources
            resource.is_visit_employee = bool(resource.sudo().employee_id)

    @api.depends("employee_id")
    def _compute_visit_employee_skill_ids(self):
        skills = self.env["hr.employee.skill"].search(
            [("employee_id.resource_id", "in", self.ids)], order="skill_id, valid_from"
        )
        # sudo: whose they are; the skills are read as the user
        found = skills.grouped(lambda skill: skill.sudo().employee_id.resource_id.id)
        for resource in self:
            resource.visit_employee_skill_ids = found.get(resource._origin.id)
