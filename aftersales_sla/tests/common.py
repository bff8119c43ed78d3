from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

# A Monday, at nine in the morning of a company that works from eight to five.
MONDAY = datetime(2026, 3, 2, 9, 0, 0)


def at(hours=0, days=0):
    """Return the moment so much later than Monday at nine."""
    return MONDAY + timedelta(hours=hours, days=days)


def new_calendar(env, *slots, days=range(5), **vals):
    """Return working hours in UTC: slots ``(from, to)`` on each of some weekdays."""
    return env["resource.calendar"].create(
        {
            "tz": "UTC",
            "attendance_ids": [
                Command.create(
                    {
                        "name": f"{day} {start}",
                        "dayofweek": str(day),
                        "hour_from": start,
                        "hour_to": end,
                    }
                )
                for day in days
                for start, end in slots
            ],
            **vals,
        }
    )


def new_day_and_night(env, **vals):
    """Return working hours by which somebody is always at work."""
    return new_calendar(env, (0, 24), days=range(7), name="Always", **vals)


class SlaSetup(AftersalesSetup):
    """A company that works on weekdays from eight to noon and from one to five, UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = new_calendar(
            cls.env, (8, 12), (13, 17), name="Office", company_id=cls.company.id
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.company.partner_id.tz = "UTC"

    @classmethod
    def _flexible(cls):
        """Return working hours of which nobody knows when they are."""
        return cls.env["resource.calendar"].create(
            {"name": "Flexible", "flexible_hours": True, "company_id": cls.company.id}
        )

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

    @classmethod
    def _agreement(cls, **vals):
        """Return an agreement with the customer."""
        return cls.env["agreement"].create(
            {
                "name": "Service",
                "code": "SV",
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "sla_user_id": cls.manager.id,
                **vals,
            }
        )

    @classmethod
    def _hire_other_leader(cls):
        """Return a leader of the company who leads none of its teams."""
        return new_test_user(
            cls.env,
            "as_other_leader",
            groups="aftersales_case.group_aftersales_leader",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @contextmanager
    def _at(self, hours=0, days=0):
        """It is so much later than Monday at nine, and a transaction ends afterwards."""
        with freeze_time(at(hours, days)):
            yield
            self._flush()

    def _answer(self, case, user=None, **values):
        """Let a colleague write to the customer, as the chatter does."""
        vals = {
            "body": "We are on it.",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
            "partner_ids": self.contact.ids,
        }
        return self._as(user or self.agent, case).message_post(**vals | values)

    def _write_as_customer(self, case):
        """Let the customer write on a case."""
        return case.message_post(
            body="And now?",
            author_id=self.contact.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

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
