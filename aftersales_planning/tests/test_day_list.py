from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.papers import (
    LETTERHEAD,
    find_tops,
    use_letterhead,
)

from .common import PlanningCommon, PlanningSetup, at


class DayListSetup(PlanningSetup):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "Dorpsstraat 1", "city": "Leiden"})
        cls.site.write({"access_note": "Key under the mat", "phone": "+31 71 1234"})

    def _list(self, user, *resources, **vals):
        resources = self.env["resource.resource"].union(*resources)
        return self._as(user)["aftersales.day.list"].create(
            {"day": date(2026, 3, 2), "resource_ids": [Command.set(resources.ids)]}
            | vals
        )


class TestDayList(DayListSetup, PlanningCommon):
    """What technicians do on a day, as far as who prints it may know."""

    def _rows(self, user, *resources, **vals):
        sheets = self._list(user, *resources, **vals)._get_sheets()
        return [row for sheet in sheets for row in sheet["rows"]]

    @feature("B4-79")
    def test_who_visits_when(self):
        """A sheet for each technician, in the order of the day, with all he needs."""
        late = self._book(self._visit(note="Then this"), at(4))
        early = self._book(
            self._visit(note="First this", parts_state="ready", parts_note="Pump P-7"),
            at(),
            self.tom,
            self.tina,
        )
        self._book(self._visit(), at(days=1))
        self._book(self._visit(), at(6))._unbook()
        sheets = self._list(self.leader, self.tom, self.tina)._get_sheets()
        names = [sheet["resource"].name for sheet in sheets]
        self.assertEqual(names, ["Tina", "Tom"])
        rows = sheets[1]["rows"]
        self.assertEqual([row["work"] for row in rows], ["First this", "Then this"])
        self.assertEqual(rows[0]["times"], ["09:00", "11:00"])
        self.assertEqual(rows[0]["customer"], "Janssen Horeca")
        self.assertIn("Dorpsstraat 1", rows[0]["address"])
        self.assertEqual(rows[0]["phone"], "+31 71 1234")
        self.assertEqual(rows[0]["access"], "Key under the mat")
        self.assertEqual(rows[0]["parts"], "Ready: Pump P-7")
        self.assertEqual(rows[0]["others"], "Tom, Tina")
        self.assertTrue(early and late)

    def test_day_of_the_technician(self):
        """A day is that of the technician's own zone."""
        self.tom.tz = "Pacific/Auckland"
        self._book(self._visit(), at(4))
        self.assertFalse(self._rows(self.leader, self.tom))
        rows = self._rows(self.leader, self.tom, day=date(2026, 3, 3))
        self.assertEqual([row["times"][0] for row in rows], ["02:00"])

    def test_several_days(self):
        for days in (0, 1, 4):
            self._book(self._visit(), at(days=days))
        sheets = self._list(self.leader, self.tom, days=3)._get_sheets()
        self.assertEqual(len(sheets), 2)
        self.assertIn("Tuesday", sheets[1]["day"])

    @feature("B4-79")
    def test_from_lists(self):
        """From the list of visits, of technicians, and from the menu."""
        visit = self._book(self._visit(), at())
        wizard = self._as(self.leader)["aftersales.day.list"].with_context(
            active_model=visit._name, active_ids=visit.ids
        )
        with Form(wizard) as form:
            self.assertEqual(form.day, date(2026, 3, 2))
            self.assertEqual(form.resource_ids.ids, self.tom.ids)
        action = form.save().action_print()
        self.assertEqual(action["type"], "ir.actions.report")
        wizard = self._as(self.leader)["aftersales.day.list"].with_context(
            active_model="resource.resource", active_ids=self.tina.ids
        )
        with Form(wizard) as form:
            self.assertEqual(form.resource_ids.ids, self.tina.ids)
            form.day = date(2026, 3, 2)
        with self.assertRaisesRegex(UserError, "Choose another day"):
            form.save().action_print()
        with Form(self._as(self.tom.user_id)["aftersales.day.list"]) as form:
            self.assertEqual(form.resource_ids.ids, self.tom.ids)

    @feature("B4-79")
    def test_everybody(self):
        """A planner who names nobody prints the day of all who go on visits."""
        self._book(self._visit(), at(), self.tom)
        self._book(self._visit(), at(), self.tina)
        form = Form(self._as(self.leader)["aftersales.day.list"])
        self.assertFalse(form.resource_ids)
        form.day = date(2026, 3, 2)
        wizard = form.save()
        sheets = wizard._get_sheets()
        found = [sheet["resource"] for sheet in sheets]
        self.assertLessEqual({self.tom, self.tina}, set(found))
        self.assertIn(self.company, wizard._get_senders())
        self.assertEqual(wizard.action_print()["type"], "ir.actions.report")

    @feature("B4-79")
    def test_confidential(self):
        """The sheet of who may not read a case says number and time alone."""
        visit = self._book(self._visit(note="Secret work"), at(), self.tom, self.sub)
        visit.case_id.confidential = True
        for resource in (self.tom, self.sub):
            (row,) = self._rows(self.manager, resource)
            self.assertEqual(set(row), {"times", "name", "secret"})
        visit.case_id.user_id = self.tom.user_id
        (row,) = self._rows(self.manager, self.tom)
        self.assertEqual(row["work"], "Secret work")
        # Nor does who prints it learn of it.
        self.assertFalse(self._rows(self.agent, self.tom))

    def test_others(self):
        """Plain employees print nothing of others; a list is its maker's own."""
        self._book(self._visit(), at())
        self.assertFalse(self._rows(self.reporter, self.tom))
        self.assertFalse(self._rows(self.accountant, self.tom))
        mine = self._list(self.leader, self.tom)
        with self.assertRaises(AccessError):
            self._as(self.agent, mine).action_print()


@tagged("post_install", "-at_install")
class TestDayListOnPaper(DayListSetup, HttpCase):
    @feature("B4-79")
    def test_paper(self):
        """It is printed below the head of the company, a sheet for each technician."""
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        use_letterhead(self.company)
        for hours in (0, 3, 6):
            self._book(
                self._visit(note="Replace the pump\nTest it", parts_state="missing"),
                at(hours),
                self.tom,
            )
        secret = self._book(self._visit(), at(9), self.tom)
        secret.case_id.confidential = True
        self._book(self._visit(), at(), self.tina)
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = self._list(self.manager, self.tom, self.tina)
        report = self._as(self.manager)["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        content, kind = report._render_qweb_pdf(
            "aftersales_planning.report_day_list", wizard.ids
        )
        self.assertEqual(kind, "pdf")
        tops = find_tops(content, 1)
        head = tops[LETTERHEAD[-1]]
        title = next(top for text, top in tops.items() if text.startswith("Tom"))
        self.assertGreater(title, head + 10)
        for text in ("Key under the mat", "Replace the pump", "+31 71 1234"):
            self.assertTrue([known for known in tops if text in known], text)
