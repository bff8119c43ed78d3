from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

from ..models.visit.aftersales_visit_book import Booking

# A Monday, at nine in the morning of a company that works from eight to five.
MONDAY = datetime(2026, 3, 2, 9, 0, 0)


def at(hours=0, days=0):
    """Return the moment so much later than Monday at nine."""
    return MONDAY + timedelta(hours=hours, days=days)


class PlanningSetup(AftersalesSetup):
    """A company that works on weekdays from eight to noon and from one to five, UTC.

    Two technicians, Tom and Tina, go on visits; Sub Ltd. is a subcontractor.
    """

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
        cls.tom = cls._technician("Tom")
        cls.tina = cls._technician("Tina")
        cls.sub = cls.env["resource.resource"].create(
            {
                "name": "Sub",
                "resource_type": "material",
                "calendar_id": cls.calendar.id,
                "company_id": cls.company.id,
                "tz": "UTC",
                "does_visits": True,
                "visit_partner_id": cls.env["res.partner"]
                .create({"name": "Sub Ltd.", "is_company": True})
                .id,
            }
        )
        cls.site = cls.env["aftersales.site"].create(
            {"partner_id": cls.customer.id, "tz": "UTC"}
        )

    @classmethod
    def _technician(cls, name, role="agent", **vals):
        """Return the resource of a new employee who goes on visits."""
        user = new_test_user(
            cls.env,
            f"as_{name.lower()}",
            name=name,
            groups=f"base.group_user,aftersales_case.group_aftersales_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
        )
        employee = cls.env["hr.employee"].create(
            {
                "name": name,
                "user_id": user.id,
                "company_id": cls.company.id,
                "resource_calendar_id": cls.calendar.id,
                "tz": "UTC",
            }
        )
        employee.resource_id.write({"does_visits": True, **vals})
        return employee.resource_id

    def _visit(self, case=None, **vals):
        """Return a visit to plan, of two hours."""
        return self.env["aftersales.visit"].create(
            {
                "case_id": (case or self._new_case()).id,
                "site_id": self.site.id,
                "duration": 2,
                **vals,
            }
        )

    def _book(self, visit, start, *resources, hours=None):
        """Put a visit on somebody's day."""
        stop = start + timedelta(hours=hours or visit.duration)
        crew = self.env["resource.resource"].union(*(resources or [self.tom]))
        visit._book([Booking(visit, start, stop, crew)])
        return visit


@tagged("post_install", "-at_install")
class PlanningCommon(PlanningSetup, TransactionCase):
    pass
