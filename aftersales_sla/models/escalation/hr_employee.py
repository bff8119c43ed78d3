from odoo import models


class HrEmployee(models.Model):
    """Who stands above an employee."""

    _inherit = "hr.employee"

    def _get_chain(self):
        """Return the active superiors of an employee, then his department's manager."""
        self.ensure_one()
        # sudo: who leads whom is asked on behalf of the levels
        employee = self.sudo()
        seen, chain, superior = employee, employee.browse(), employee.parent_id
        while superior and superior not in seen:
            seen |= superior
            chain |= superior
            superior = superior.parent_id
        return (chain | employee.department_id.manager_id).filtered("active")
