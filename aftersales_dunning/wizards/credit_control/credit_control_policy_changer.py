from odoo import models
from odoo.exceptions import UserError


class CreditControlPolicyChanger(models.TransientModel):
    _inherit = "credit.control.policy.changer"

    def set_new_policy(self):
        """Put nothing on a level that is held, or not due before a date that we gave.

        A policy that does nothing may be set.

        :raises UserError: naming the invoices and cases
        """
        self.ensure_one()
        if not self.new_policy_id.do_nothing:
            due = self.move_line_ids._get_dunnable()
            given = self.move_line_ids._filter_due_later()
            held = given | self.move_line_ids.filtered(
                lambda line: not due.get(line.id, 1)
            )
            if held:
                words = held._get_words_of_less() | given._get_words_of_date()
                raise UserError(held.move_id._get_held_message(words=words))
        return super().set_new_policy()
