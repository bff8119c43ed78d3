from odoo import api, models
from odoo.exceptions import UserError, ValidationError

LAST_HOUR = 24


class ResourceCalendar(models.Model):
    """Working hours that policies count by stay such that clocks can run by them."""

    _inherit = "resource.calendar"

    @api.constrains("flexible_hours", "schedule_type", "attendance_ids", "active")
    def _check_sla_policies(self):
        # Examples hold for nobody: whoever starts from one gets hours of his company.
        policies = self._get_sla_policies().filtered(
            lambda policy: not policy.agreement_id.is_template
        )
        for policy in policies:
            if not policy.calendar_id.active:
                raise ValidationError(
                    self.env._(
                        "%(calendar)s are the working hours of the SLA policy"
                        " %(policy)s. Choose others there first.",
                        calendar=policy.calendar_id.name,
                        policy=policy.name,
                    )
                )
        policies._check_calendar()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        """Refuse to delete the hours that clocks count by, in words."""
        # sudo: policies and clocks of all companies count
        clocks = self.env["aftersales.sla.clock"].sudo()
        used = self._get_sla_policies().calendar_id
        used |= clocks.search([("calendar_id", "in", self.ids)], limit=1).calendar_id
        if used:
            raise UserError(
                self.env._(
                    "%s cannot be deleted: SLA policies or deadlines count by them."
                    " Choose others there, and archive these.",
                    ", ".join(used.mapped("name")),
                )
            )

    def _get_sla_policies(self):
        # sudo: what others count by is not changed under their feet
        policies = self.env["aftersales.sla.policy"].sudo()
        return policies.search([("calendar_id", "in", self.ids)])


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.constrains("hour_from", "hour_to")
    def _check_sla_hours(self):
        """Refuse hours of no day, which only a program sends, where clocks count."""
        broken = self.filtered(lambda one: one.hour_from < 0 or one.hour_to > LAST_HOUR)
        if broken.calendar_id._get_sla_policies():
            raise ValidationError(
                self.env._("Working hours: enter times from 0:00 to 24:00.")
            )
