import pytz

from odoo import models
from odoo.fields import Domain


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_aftersales_intervals(self, company, start, end, resources=None):
        """Return working time as the after-sales of one company counts it.

        Cases read calendars with sudo, and core then takes the public holidays of all
        companies: here those of another company do not count. Without a calendar it is
        working time round the clock.

        :param company: the company whose public holidays count
        :param start: naive UTC, as ``end``
        :param resources: whose own leave counts too; none for the calendar as such
        :returns: ``{resource id: [(start, end)]}``, naive UTC; the id is False for the
            calendar as such, which is always there
        """
        resources = resources or self.env["resource.resource"]
        if not self:
            return {key: [(start, end)] for key in (*resources.ids, False)}
        holidays = Domain("company_id", "in", [company.id, False])
        intervals = self._work_intervals_batch(
            pytz.utc.localize(start),
            pytz.utc.localize(end),
            resources,
            domain=[
                ("time_type", "=", "leave"),
                *(holidays | Domain("resource_id", "!=", False)),
            ],
        )
        return {
            key: [(_to_naive(first), _to_naive(last)) for first, last, _leaves in found]
            for key, found in intervals.items()
        }


def _to_naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
