from odoo import api, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        """Guard: whoever leaves, or loses his user, hands his open cases over first."""
        leaves = "active" in vals and not vals["active"]
        if leaves:
            self._check_open_cases(self)
        elif "user_id" in vals:
            self._check_open_cases(
                self.filtered(lambda employee: employee.user_id.id != vals["user_id"])
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_responsible(self):
        self._check_open_cases(self)

    @api.model
    def _check_open_cases(self, leaving):
        """Guard: the users who stay an employee elsewhere may keep their cases.

        :raises RedirectWarning: to the hand-over
        """
        users = leaving.sudo().user_id  # sudo: counted over all companies
        if not users:
            return
        # sudo: colleagues the user may not see count as well
        staying = self.sudo().search(
            [("user_id", "in", users.ids), ("id", "not in", leaving.ids)]
        )
        users = users - staying.user_id
        if users:
            users._raise_for_open_cases(users, employees=leaving)
