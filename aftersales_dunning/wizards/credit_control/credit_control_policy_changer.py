from odoo import models
from odoo.exceptions import UserError


class CreditControlPolicyChanger(models.TransientModel):
    _inherit = "credit.control.policy.changer"

    def set_new_policy(self):
        """Put no held invoice on a level; a policy that does nothing may be set.

        :raises UserError: naming the invoices and cases
        """
        self.ensure_one()
        if not self.new_policy_id.do_nothing:
            due = self.move_line_ids._get_dunnable()
            held = self.move_line_ids.filtered(lambda line: not due.get(line.id, 1))
            if held:
                raise UserError(held.move_id._get_held_message())
        return super().set_new_policy()
