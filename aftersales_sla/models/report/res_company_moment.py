import datetime

import pytz

from odoo import models


class ResCompany(models.Model):
    """Moments of days where a company is."""

    _inherit = "res.company"

    def _get_sla_moment(self, day):
        """Return when a date begins where the company is, as naive UTC."""
        zone = pytz.timezone(self.partner_id.tz or "UTC")
        midnight = zone.localize(datetime.datetime.combine(day, datetime.time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)
