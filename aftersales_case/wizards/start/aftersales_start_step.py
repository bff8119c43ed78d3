from odoo import fields, models


class AftersalesStartStep(models.TransientModel):
    """One of the first steps, as it was when somebody looked."""

    _name = "aftersales.start.step"
    _description = "First Step"
    _order = "is_done, id"

    start_id = fields.Many2one(
        "aftersales.start", required=True, readonly=True, ondelete="cascade", index=True
    )
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    text = fields.Char(readonly=True)
    is_done = fields.Boolean(readonly=True)
    can_open = fields.Boolean(readonly=True)

    def action_open(self):
        """Go where this is set up.

        :returns: an action; None for who may not do it
        """
        self.ensure_one()
        self.check_access("read")
        actions = {step.key: step.action for step in self.start_id._get_steps()}
        action = actions.get(self.key)
        return action and self.env["ir.actions.actions"]._for_xml_id(action)
