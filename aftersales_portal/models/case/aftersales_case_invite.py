from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesCase(models.Model):
    """The customer of a case is invited to the portal."""

    _inherit = "aftersales.case"

    may_invite = fields.Boolean(compute="_compute_may_invite")

    @api.depends("contact_id", "partner_id")
    @api.depends_context("uid")
    def _compute_may_invite(self):
        allowed = self.env["portal.wizard"].has_access("create")
        for case in self:
            # sudo: whether somebody has a log-in, which is shown to nobody
            person = case.sudo()._get_customer_partners()[:1]
            case.may_invite = allowed and bool(person) and not person.user_ids

    def action_invite_customer(self):
        """Open core's wizard that gives the customer of this case a log-in."""
        self.ensure_one()
        self.check_access("read")
        person = self._get_customer_partners()
        if not person:
            raise UserError(
                self.env._("Contact: say who is to be invited to the portal.")
            )
        wizards = self.env["portal.wizard"].with_context(
            active_ids=person.ids, default_partner_ids=person.ids
        )
        return wizards.create({})._action_open_modal()
