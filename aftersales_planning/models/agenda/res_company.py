from odoo import fields, models


class ResCompany(models.Model):
    """How the calendars of technicians show their visits."""

    _inherit = "res.company"

    visit_alarm_id = fields.Many2one(
        "calendar.alarm",
        "Reminder of Visits",
        ondelete="set null",
        help="Stands on the visits that are planned from now on. Empty: none.",
    )
    visit_crew_moves = fields.Boolean(
        "Technicians Move Visits",
        help="Who goes on a visit may move it in his calendar, or take it out; otherwise"
        " planners alone do so.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    visit_alarm_id = fields.Many2one(
        related="company_id.visit_alarm_id", readonly=False
    )
    visit_crew_moves = fields.Boolean(
        related="company_id.visit_crew_moves", readonly=False
    )
