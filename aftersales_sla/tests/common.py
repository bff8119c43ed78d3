from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

# A Monday, at nine in the morning of a company that works from eight to five.
MONDAY = datetime(2026, 3, 2, 9, 0, 0)


class SlaSetup(AftersalesSetup):
    """A company that works on weekdays from eight to noon and from one to five, UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                        }
                    )
                    for day in range(5)
                    for start, end in ((8, 12), (13, 17))
                ],
            }
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.company.partner_id.tz = "UTC"

    @classmethod
    def _policy(cls, *targets, **vals):
        """Return a policy of the company with targets of these values."""
        return cls.env["aftersales.sla.policy"].create(
            {
                "name": "Standard",
                "company_id": cls.company.id,
                "calendar_id": cls.calendar.id,
                "target_ids": [Command.create(target) for target in targets],
                **vals,
            }
        )

    def _at(self, hours=0, days=0):
        """Return a context in which it is so much later than Monday at nine."""
        return freeze_time(MONDAY + timedelta(hours=hours, days=days))

    def _flush(self):
        """Replay what the end of the transaction would."""
        self.env["aftersales.case"]._flush_clocks()

    def _run_job(self):
        """Let the scheduled job look after the clocks."""
        self._flush()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_sla.cron_clocks").method_direct_trigger()
        self.env.invalidate_all()

    def _clocks(self, case):
        self._flush()
        return case.clock_ids.sorted(lambda clock: (clock.target_id.id, clock.cycle))


@tagged("post_install", "-at_install")
class SlaCommon(SlaSetup, TransactionCase):
    pass
