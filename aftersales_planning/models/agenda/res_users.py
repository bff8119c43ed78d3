from odoo import fields, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    """Technicians make their calendar address in their own preferences."""

    _inherit = "res.users"

    does_visits = fields.Boolean(
        compute="_compute_does_visits", compute_sudo=True, string="Goes on Visits"
    )

    def _compute_does_visits(self):
        found = self.env["resource.resource"].search_fetch(
            [("user_id", "in", self.ids), ("does_visits", "=", True)], ["user_id"]
        )
        for user in self:
            user.does_visits = user in found.user_id

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "does_visits"]

    def action_make_visit_feed(self):
        """Make a new calendar address for one's own visits, and show it, this once.

        :returns: an action
        :raises UserError: for who does not go on visits
        """
        resources = self.env["resource.resource"]
        mine = resources.search(
            [("user_id", "=", self.env.uid), ("does_visits", "=", True)], limit=1
        )
        if not mine:
            raise UserError(self.env._("Calendar Address: you do not go on visits."))
        return mine.action_make_feed()
