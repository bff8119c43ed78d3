from odoo import models
from odoo.exceptions import UserError


class Agreement(models.Model):
    """Examples: agreements without a partner, from which others are made."""

    _inherit = "agreement"

    def action_use_sla_template(self):
        """Make an agreement of this example, with its policies and targets.

        :returns: an action that opens the new one, whose partner is to be chosen
        """
        self.ensure_one()
        self.check_access("read")
        if not self.is_template:
            raise UserError(
                self.env._("%s is no template: duplicate it instead.", self.name)
            )
        company = self.company_id or self.env.company
        # Of an example nobody has to be reminded; of this one whoever makes it.
        vals = {"company_id": company.id, "sla_user_id": self.env.user.id}
        made = self.copy({"is_template": False} | vals)
        made.check_access("write")
        copies = {}
        # sudo: examples are read by all companies, their policies included
        for policy in self.sudo().sla_policy_ids:
            # sudo: off again, to write with his own rights
            copies[policy] = policy.sudo(self.env.su).copy(
                {
                    "agreement_id": made.id,
                    "company_id": company.id,
                    "name": policy.name,
                    "calendar_id": policy.calendar_id.id
                    and company.resource_calendar_id.id,
                }
            )
        # sudo: as above; what he may write was asked of the agreement
        made.sudo()._copy_sla_penalties(self.sudo(), copies)
        return made.get_formview_action()
