from datetime import timedelta

from odoo import api, fields, models


class AftersalesTechnicianIll(models.TransientModel):
    """Asks when somebody cannot come, and finds others for his visits."""

    _name = "aftersales.technician.ill"
    _description = "Technician Cannot Come"

    resource_id = fields.Many2one(
        "resource.resource",
        "Technician",
        required=True,
        domain=[("does_visits", "=", True)],
        ondelete="cascade",
    )
    start = fields.Datetime("From", required=True, default=fields.Datetime.now)
    stop = fields.Datetime(
        "Until",
        required=True,
        default=lambda self: fields.Datetime.now() + timedelta(days=1),
    )
    reason = fields.Char(default=lambda self: self.env._("Ill"))
    visit_ids = fields.Many2many(
        "aftersales.visit", string="His Visits", compute="_compute_visit_ids"
    )

    @api.depends("resource_id", "start", "stop")
    def _compute_visit_ids(self):
        for wizard in self:
            Visit = self.env["aftersales.visit"]
            if wizard.resource_id and wizard.start and wizard.stop:
                wizard.visit_ids = Visit._get_visits_of(
                    wizard.resource_id._origin, wizard.start, wizard.stop
                )
            else:
                wizard.visit_ids = False

    def action_free(self):
        """Take his visits back, and propose others for them.

        :returns: an action
        :raises UserError: when he has none then, or the time ends before it begins
        """
        self.ensure_one()
        return self.env["aftersales.visit"].action_technician_ill(
            self.resource_id.id, self.start, self.stop, self.reason
        )
