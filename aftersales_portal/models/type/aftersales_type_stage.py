from odoo import fields, models

from odoo.addons.aftersales_case.const import (
    STATE_CANCELLED,
    STATE_DONE,
    STATE_NEW,
    STATE_REJECTED,
    STATE_WAITING,
    WAIT_CUSTOMER,
)


class AftersalesTypeStage(models.Model):
    _inherit = "aftersales.type.stage"

    customer_next = fields.Char(
        "What Happens Next",
        translate=True,
        help="A sentence for the customer, in the portal; empty means one that fits the"
        " state of the stage.",
    )

    def _get_customer_next(self):
        """Return what happens next in this stage, as a sentence for the customer."""
        self.ensure_one()
        if self.customer_next:
            return self.customer_next
        stage = self.stage_id
        if stage.state == STATE_WAITING and stage.waiting_for == WAIT_CUSTOMER:
            return self.env._("We need your answer before we can go on.")
        usual = {
            STATE_NEW: self.env._("We have received it and will look at it soon."),
            STATE_DONE: self.env._("We have finished this for you."),
            STATE_REJECTED: self.env._("We have closed this."),
            STATE_CANCELLED: self.env._("This was withdrawn; nothing more happens."),
        }
        return usual.get(
            stage.state, self.env._("We are working on it. You need not do anything.")
        )
