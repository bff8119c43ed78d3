from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import PARTS_MISSING, PLANNED, TO_PLAN
from ..engine import judge as rules
from .common import MONDAY, at
from .test_judge import JudgeCommon


@freeze_time(MONDAY)
class SlotsCommon(JudgeCommon):
    """Tom and Tina alone go on visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        others = cls.env["resource.resource"].search([("does_visits", "=", True)])
        (others - cls.tom - cls.tina).does_visits = False
        cls.visits = cls.env["aftersales.visit"]

    def _slots(self, visit, **values):
        found = self._as(self.leader, visit).get_best_slots(refusals=True, **values)
        return [one for one in found if one["start"]], {
            one["resource"]: one["reason"] for one in found if not one["start"]
        }


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class TestSlots(SlotsCommon):
    """The best places for a visit."""

    @feature("B4-48")
    def test_least_loaded_gets_it(self):
        """Of two who are there in equal time, who has less to do goes first."""
        self._book(self._visit(), at(4), self.tom)
        slots, refused = self._slots(self._visit(), limit=2)
        self.assertEqual([one["resource"] for one in slots], ["Tina", "Tom"])
        self.assertEqual([one["load"] for one in slots], [0, 25])
        self.assertEqual(slots[0]["start"], "2026-03-02 09:00:00")
        self.assertFalse(refused)
        plain = self._as(self.leader, self._visit()).get_best_slots(limit=3)
        self.assertTrue(all(one["start"] for one in plain))

    @feature("B4-48")
    def test_shortest_way_first(self):
        """Who is near already costs nothing, however much he has to do."""
        self.site.write({"latitude": 52.09, "longitude": 5.12, "is_placed": True})
        home = self.env["res.partner"].create(
            {"name": "Home", "partner_latitude": 52.37, "partner_longitude": 4.9}
        )
        (self.tom | self.tina).visit_start_id = home
        self._book(self._visit(), at(), self.tom)
        slots, _refused = self._slots(self._visit())
        self.assertEqual((slots[0]["resource"], slots[0]["cost"]), ("Tom", 0))
        self.assertEqual(slots[0]["start"], "2026-03-02 13:00:00")
        tina = next(one for one in slots if one["resource"] == "Tina")
        self.assertEqual(tina["cost"], 108)
        self.assertIn("108 minutes more on the road.", tina["reason"])

    @feature("P-28")
    def test_who_cannot(self):
        """Those who cannot take it are named, with the reason."""
        self._teach(self.tina, valid_to=datetime(2026, 3, 3).date())
        visit = self._visit(skill_ids=[Command.create({"skill_id": self.gas.id})])
        slots, refused = self._slots(visit)
        self.assertEqual(
            [(one["resource"], one["start"][:10]) for one in slots],
            [("Tina", "2026-03-02"), ("Tina", "2026-03-03")],
        )
        self.assertEqual(refused, {"Tom": "Tom does not know “Gas boilers”."})
        visit.duration = 9
        _slots, refused = self._slots(visit)
        self.assertEqual(
            refused["Tina"], "Tina has no time for 9 hours while the site is open."
        )

    def test_hours_that_cannot_be_read(self):
        """Broken hours of one stop no work of the others; those of a site count as open."""
        broken = self.calendar.copy({"name": "Broken"})
        broken.attendance_ids[0].write({"hour_from": 22, "hour_to": 30})
        self.tom.employee_id.resource_calendar_id = broken
        self.site.calendar_id = broken
        visit = self._visit()
        slots, refused = self._slots(visit)
        self.assertEqual({one["resource"] for one in slots}, {"Tina"})
        self.assertIn("Tom", refused)
        self.assert_found(self._findings(visit, at(), self.tom), rules.HOURS)
        self.assert_found(self._findings(visit, at(), self.tina))

    def test_windows(self):
        """Not before, promised and late: what is promised is kept, late goes last."""
        visit = self._visit(earliest=at(days=1), latest=at(4, days=1))
        slots, _refused = self._slots(visit, days=3)
        self.assertEqual([one["start"][:10] for one in slots][:2], ["2026-03-03"] * 2)
        self.assertIn("has to be done by", slots[-1]["warnings"][0])
        visit.sudo().write({"window_from": at(5, days=1), "window_to": at(8, days=1)})
        slots, _refused = self._slots(visit, days=3)
        self.assertEqual({one["start"] for one in slots}, {"2026-03-03 14:00:00"})

    @feature("B4-47")
    def test_regions(self):
        """Who works in other regions comes after those of this one."""
        north, south = self.env["aftersales.region"].create(
            [{"name": "North"}, {"name": "South"}]
        )
        self.tina.visit_region_ids = south
        self.tom.visit_region_ids = north
        visit = self._visit()
        visit.region_id = north.create({"name": "Drenthe", "parent_id": north.id})
        slots, _refused = self._slots(visit, limit=3)
        self.assertEqual({one["resource"] for one in slots}, {"Tom"})

    def test_wish(self):
        visit = self._visit(wish_id=self.tina.id)
        slots, _refused = self._slots(visit, limit=2)
        self.assertEqual({one["resource"] for one in slots}, {"Tina"})
        self.assertIn("Wanted by the customer.", slots[0]["reason"])

    def test_rights_and_numbers(self):
        visit = self._visit()
        for user in (self.agent, self.tom.user_id, self.reporter):
            with self.assertRefused(AccessError, ""):
                self._as(user, visit).get_best_slots()
        for values in ({"days": 9999}, {"limit": 0}, {"days": "9"}, {"limit": 10**9}):
            with self.assertRefused(UserError, "at most 60 days"):
                self._slots(visit, **values)
        visit.sudo().action_cancel()
        with self.assertRefused(UserError, "is over"):
            self._slots(visit)

    def test_queries_do_not_grow(self):
        """Places for one visit and for twenty, among three and thirteen technicians."""
        case = self._new_case()
        visits = self.visits.union(*(self._visit(case) for _number in range(20)))

        def find(some):
            return lambda: some._find_offers(14)

        find(visits)()
        one = self._count_queries(find(visits[:1]))
        self.assertEqual(self._count_queries(find(visits)), one)
        for number in range(10):
            self._technician(f"T{number}")
        find(visits)()
        self.assertEqual(self._count_queries(find(visits)), one)


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class TestPlanForm(SlotsCommon):
    """The form that lists the best places, as the leader fills it in."""

    def _open(self, visits, action="action_plan"):
        action = getattr(self._as(self.leader, visits), action)()
        wizard = self._as(self.leader)[action["res_model"]].browse(action["res_id"])
        return Form(wizard)

    @feature("B4-46", "B4-48")
    def test_one_click(self):
        visit = self._visit()
        form = self._open(visit)
        self.assertEqual(len(form.slot_ids), 6)
        first = form.record.slot_ids[0]
        self.assertEqual(first.when_text, "Mon 2 Mar, 9:00\u202fAM")
        first.action_take()
        self.assertEqual((visit.state, visit.start), (PLANNED, at()))

    def test_by_hand(self):
        visit = self._visit()
        form = self._open(visit)
        self.assertEqual(str(form.day), "2026-03-02")
        self.assertEqual((form.hour, form.hours), (9, 2))
        form.hour = 5
        self.assertIn("works from", form.hard_text)
        wizard = form.save()
        with self.assertRefused(UserError, "works from"):
            wizard.action_plan()
        form.hour = 16.5
        self.assertIn("90 minutes longer", form.soft_text)
        wizard = form.save()
        with self.assertRefused(UserError, "say why"):
            wizard.action_plan()
        form.reason = "He agreed"
        form.save().action_plan()
        self.assertEqual(visit.start, at(7.5))

    def test_by_hand_over_a_break(self):
        """The place proposed is the one entered below: it ends after the break."""
        visit = self._visit(duration=6)
        form = self._open(visit)
        first = form.record.slot_ids[0]
        self.assertEqual((form.hour, form.hours), (9, 7))
        self.assertFalse(form.soft_text)
        form.save().action_plan()
        self.assertEqual((visit.start, visit.stop), (first.start, first.stop))
        self.assertEqual(self._open(visit).hours, 7)

    def test_hour_that_does_not_exist(self):
        """The site's clock is put forward at two in that night."""
        self.site.tz = "Europe/Amsterdam"
        visit = self._visit()
        form = self._open(visit)
        form.day, form.hour = "2026-03-29", 2.5
        self.assertIn("there is no such time on that day", form.hard_text)
        wizard = form.save()
        with self.assertRefused(UserError, "no such time"):
            wizard.action_plan()

    @feature("B4-48")
    def test_many(self):
        """Each gets a place of its own; what warns has to be ticked."""
        visits = self.visits.union(*(self._visit() for _number in range(5)))
        visits[4].parts_state = PARTS_MISSING
        planned = self._book(self._visit(), at(days=3))
        form = self._open(visits | planned)
        wizard = form.save()
        self.assertEqual(wizard.slot_ids.mapped("is_taken"), [True] * 4 + [False])
        wizard.action_plan_all()
        self.assertEqual(visits.mapped("state"), [PLANNED] * 4 + [TO_PLAN])
        work = visits[:4].crew_ids.mapped(lambda row: (row.resource_id, row.start))
        self.assertEqual(len(set(work)), 4)
        self.assertEqual(
            len(visits[:4].filtered(lambda one: one.lead_id == self.tom)), 2
        )

    def test_taken_meanwhile(self):
        visit = self._visit()
        form = self._open(visit)
        self._as(self.manager, visit).plan_move(
            [
                {
                    "id": visit.id,
                    "revision": 0,
                    "start": "2026-03-03 09:00:00",
                    "stop": "2026-03-03 11:00:00",
                    "resource_ids": self.tom.ids,
                }
            ]
        )
        with self.assertRefused(UserError, "changed meanwhile by Mees Manager"):
            form.record.slot_ids[0].action_take()

    @feature("B4-48")
    def test_technician_ill(self):
        """His visits go back to the lane, and others are proposed for them."""
        first = self._book(self._visit(), at())
        locked = self._book(self._visit(), at(4))
        self._as(self.leader, locked).action_lock()
        later = self._book(self._visit(), at(days=2))
        begun = self._book(self._visit(), at(days=1))
        self._as(self.tom.user_id, begun).action_set_out()
        action = self._as(self.leader, self.tom).action_open_ill()
        form = Form(
            self._as(self.leader)[action["res_model"]].with_context(**action["context"])
        )
        form.stop = at(days=1, hours=8)
        self.assertEqual(form.visit_ids.ids, [first.id, locked.id])
        action = form.save().action_free()
        self.assertEqual((first.state, locked.state), (TO_PLAN, TO_PLAN))
        self.assertEqual((later.state, begun.state), (PLANNED, "under_way"))
        wizard = self._as(self.leader)[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.slot_ids.resource_id, self.tina)
        wizard.action_plan_all()
        self.assertEqual((first.lead_id, locked.lead_id), (self.tina, self.tina))
        reasons = first.case_id.event_ids.mapped("reason")
        self.assertIn("Ill", reasons)
        for user in (self.agent, self.tom.user_id):
            with self.assertRefused(AccessError, ""):
                self._as(user, self.tina).action_open_ill()
            with self.assertRefused((AccessError, UserError), ""):
                self._as(user)["aftersales.visit"].action_technician_ill(
                    self.tina.id, at(-24), at(99)
                )
        self.assertEqual(first.lead_id, self.tina)
