"""Cases whose customers do not answer, for tests."""

from datetime import datetime, timedelta

from odoo.tests import freeze_time

from ..const import EVENT_REMINDED
from .common import PortalSetup

MONDAY = datetime(2026, 3, 2, 9, 0, 0)


def days(count):
    return timedelta(days=count)


class SilenceSetup(PortalSetup):
    """Reminded after three working days and two more, closed after two more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Test Week", "company_id": cls.company.id, "tz": "UTC"}
        )
        cls.type_complaint.write(
            {"silent_days": 3, "silent_again_days": 2, "silent_close_days": 2}
        )
        cls.template = cls.env.ref("aftersales_portal.template_silent")

    def _wait(self, at=MONDAY, **vals):
        """Return a case that has begun to wait for its customer."""
        with freeze_time(at):
            case = self._new_case(user_id=self.agent.id, **vals)
            case.stage_id = self.stage_wait_customer
            self.env.flush_all()
        return case

    def _run(self, moment):
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("aftersales_portal.cron_silent").method_direct_trigger()
        self.env.invalidate_all()

    def _mails(self, case):
        return self.env["mail.mail"].search(
            [
                ("res_id", "in", case.ids),
                ("aftersales_template_id", "=", self.template.id),
            ],
            order="id",
        )

    def _leave(self, case, moment):
        """Let the reminders of a case leave, as the queue does."""
        with freeze_time(moment):
            self._mails(case).filtered(lambda m: m.state == "outgoing").state = "sent"
            self.env.flush_all()

    def _count(self, case, kind=EVENT_REMINDED):
        return case.event_ids.mapped("kind").count(kind)
