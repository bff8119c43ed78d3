from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import PLANNED, TO_PLAN
from ..models.visit.aftersales_visit_book import Booking
from .common import PlanningCommon, at


class AgendaCommon(PlanningCommon):
    """Visits as the calendar of Odoo shows them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tom_user, cls.tina_user = cls.tom.user_id, cls.tina.user_id
        cls.customer.write({"street": "Dorpsstraat 1", "city": "Leiden"})

    def _settle(self):
        """Do what is done before the commit."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _events(self, visits):
        return self.env["calendar.event"].search([("visit_id", "in", visits.ids)])

    def _planned(self, start=None, *resources, **vals):
        visit = self._book(self._visit(**vals), start or at(), *resources)
        return visit, self._events(visit)


@tagged("post_install", "-at_install")
class TestAgenda(AgendaCommon):
    """Each planned visit is one entry of its crew, master is the visit."""

    @feature("I2-68")
    def test_planned_moved_taken_back(self):
        """A visit stands in the calendars of its crew, moves along, and goes."""
        visit, event = self._planned(at(), self.tom, self.tina, note="Pump leaks")
        own = self._as(self.tom_user, event)
        self.assertEqual(own.name, f"Janssen Horeca, {visit.case_id.number}-1")
        self.assertEqual((own.start, own.stop), (at(), at(2)))
        self.assertIn("Dorpsstraat 1, ", own.location)
        self.assertIn("Pump leaks", own.description)
        self.assertEqual(own.partner_ids, (self.tom_user | self.tina_user).partner_id)
        self.assertEqual(set(own.attendee_ids.mapped("state")), {"accepted"})
        self._book(visit, at(4), self.tina)
        self.assertEqual((event.start, event.stop), (at(4), at(6)))
        self.assertEqual(event.partner_ids, self.tina_user.partner_id)
        visit._unbook()
        self.assertFalse(event.exists())

    def test_nobody_is_told(self):
        """No mail, no follower, no notification, no reminder, no activity."""
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        visit, event = self._planned(at(days=2000), self.tom, self.tina)
        self._book(visit, at(days=2001), self.tom)
        told = self.env["mail.message"].search(
            [("id", ">", before), ("model", "=", "calendar.event")]
        )
        self.assertFalse(told)
        self.assertFalse(event.message_follower_ids)
        self.assertFalse(event.alarm_ids)
        self.assertFalse(event.activity_ids)
        self.assertFalse(
            self.env["mail.mail"].search([("mail_message_id", ">", before)])
        )

    def test_reminder_of_the_company(self):
        alarm = self.env["calendar.alarm"].create(
            {"name": "An hour", "alarm_type": "notification", "duration": 1}
        )
        self.company.visit_alarm_id = alarm
        _visit, event = self._planned()
        self.assertEqual(event.alarm_ids, alarm)

    def test_follows_name_site_note(self):
        visit, event = self._planned()
        self.customer.name = "Jansen & Co"
        visit.note = "Bring a ladder"
        self._settle()
        self.assertIn("Jansen & Co", event.name)
        self.assertIn("ladder", event.description)
        self.customer.street = "Kerkstraat 2"
        self._settle()
        self.assertIn("Kerkstraat 2", event.location)

    def test_subcontractor(self):
        """Who has no log-in has no entry; beside one who has, he is not on it."""
        _visit, event = self._planned(at(), self.sub)
        self.assertFalse(event)
        _visit, event = self._planned(at(2), self.sub, self.tom)
        self.assertEqual(event.partner_ids, self.tom_user.partner_id)

    def test_customer_is_no_attendee(self):
        _visit, event = self._planned()
        for commands in (
            [Command.link(self.customer.id)],
            [Command.set((self.customer | self.tom_user.partner_id).ids)],
        ):
            for user in (self.tom_user, self.leader, self.accountant):
                with (
                    self.subTest(user=user.login),
                    self.assertRaises(UserError),
                ):
                    self._as(user, event).write({"partner_ids": commands})
        with self.assertRaisesRegex(UserError, "planning board"):
            self._as(self.leader)["calendar.attendee"].create(
                {"event_id": event.id, "partner_id": self.customer.id}
            )
        with self.assertRaisesRegex(UserError, "planning board"):
            self._as(self.leader, event.attendee_ids).unlink()
        with self.assertRaisesRegex(UserError, "planning board"):
            self._as(self.leader, event.attendee_ids).write(
                {"partner_id": self.customer.id}
            )
        other = self.env["calendar.event"].create({"name": "Lunch"})
        with self.assertRaisesRegex(UserError, "planning board"):
            self._as(self.leader, other.attendee_ids).write({"event_id": event.id})
        self.assertEqual(event.partner_ids, self.tom_user.partner_id)

    @feature("I2-68")
    def test_moved_in_the_calendar(self):
        """A planner drags the entry: the visit moves, once, and its history says so."""
        visit, event = self._planned()
        mine = self._as(self.leader, event)
        self.assertTrue(mine.user_can_edit)
        revision = visit.revision
        with Form(mine) as form:
            form.start = at(1)
            form.stop = at(3)
        self.assertEqual((visit.start, visit.stop), (at(1), at(3)))
        self.assertEqual((event.start, event.stop), (at(1), at(3)))
        self.assertEqual(visit.revision, revision + 1)
        self.assertEqual(visit.crew_ids.mapped("start"), [at(1)])
        self.assertIn("visit_moved", visit.case_id.event_ids.mapped("kind"))
        mine.write({"start": "2026-03-02 13:00:00"})
        self.assertEqual((visit.start, visit.stop), (at(4), at(6)))
        mine.write({"duration": 1})
        self.assertEqual((visit.start, visit.stop), (at(4), at(5)))

    @feature("I2-68")
    def test_who_may_move(self):
        """Core lets every employee move every entry: a visit asks for its own right."""
        visit, event = self._planned()
        for user in (self.accountant, self.reporter, self.agent, self.tom_user):
            mine = self._as(user, event)
            self.assertFalse(mine.user_can_edit)
            for act in (
                lambda mine=mine: mine.write({"start": at(1)}),
                lambda mine=mine: mine.write({"active": False}),
                lambda mine=mine: mine.action_archive(),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.action_mass_archive("self_only"),
                lambda mine=mine: mine.action_unlink_event(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act()
        self.company.visit_crew_moves = True
        self._as(self.tom_user, event).write({"start": at(1)})
        self.assertEqual(visit.start, at(1))
        with self.assertRaises(AccessError):
            self._as(self.tina_user, event).write({"start": at(2)})

    def test_key_of_a_request_opens_nothing(self):
        """Our own writes are told by identity, not by a name that anybody may say."""
        _visit, event = self._planned()
        for value in (True, 1, "x"):
            mine = self._as(self.accountant, event).with_context(
                aftersales_agenda=value
            )
            with self.assertRaises(AccessError):
                mine.write({"start": at(1)})
            with self.assertRaises(AccessError):
                mine.unlink()

    @feature("I2-68")
    def test_refused_in_the_calendar(self):
        """All day, recurrence, name, place: one sentence that names the board."""
        visit, event = self._planned(note="Old")
        mine = self._as(self.leader, event)
        for vals in (
            {"allday": True, "start_date": "2026-03-03", "stop_date": "2026-03-03"},
            {"recurrency": True, "rrule_type": "weekly", "count": 3},
            {"name": "Holiday"},
            {"location": "Elsewhere"},
            {"description": "New"},
            {"privacy": "public"},
            {"user_id": self.leader.id},
            {"visit_id": False},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "planning board"),
            ):
                mine.write(vals)
        # What a client says again is no change.
        mine.write({"allday": False, "name": event.name, "recurrency": False})
        self.assertEqual((visit.start, event.allday), (at(), False))
        self.assertFalse(event.recurrence_id)

    def test_stop_before_start(self):
        _visit, event = self._planned()
        with self.assertRaisesRegex(UserError, "ends after it starts"):
            self._as(self.leader, event).write({"start": at(3), "stop": at(2)})

    @feature("I2-68")
    def test_judged(self):
        """What the board refuses, the calendar refuses; it asks for no reason either."""
        visit, event = self._planned()
        other, _event = self._planned(at(4))
        mine = self._as(self.leader, event)
        for start, text in (
            (at(4), other.name),  # he is on another visit then
            (at(days=5), "Tom"),  # nobody works on Saturdays
            (at(3), "Tom"),  # nor at noon
        ):
            with self.assertRaisesRegex(UserError, text):
                mine.write({"start": start})
        visit.latest = at(days=1)
        with self.assertRaisesRegex(UserError, "Move it on the planning board"):
            mine.write({"start": at(days=2)})
        self.assertEqual((visit.start, event.start), (at(), at()))

    def test_locked(self):
        visit, event = self._planned()
        visit.locked = True
        with self.assertRaisesRegex(UserError, "locked"):
            self._as(self.leader, event).write({"start": at(3)})
        with self.assertRaisesRegex(UserError, "locked"):
            self._as(self.leader, event).unlink()

    @feature("I2-68")
    def test_deleted_in_the_calendar(self):
        """Deleting or archiving the entry sends the visit back, with a note."""
        for delete in (
            lambda event: event.unlink(),
            lambda event: event.action_archive(),
            lambda event: event.action_mass_archive("self_only"),
            lambda event: event.action_unlink_event(),
        ):
            visit, event = self._planned()
            delete(self._as(self.leader, event))
            self.assertEqual((visit.state, visit.start), (TO_PLAN, False))
            self.assertFalse(self._events(visit))
            self.assertFalse(event.exists().active)
            note = visit.case_id.message_ids[0]
            self.assertIn("out of the calendar", note.body)
            self.assertEqual(note.author_id, self.leader.partner_id)

    def test_deleted_with_others(self):
        """A mixed selection: what is no visit goes as core does it."""
        visit, event = self._planned()
        other = self._as(self.leader)["calendar.event"].create({"name": "Lunch"})
        (self._as(self.leader, event) | other).unlink()
        self.assertFalse(other.exists())
        self.assertEqual(visit.state, TO_PLAN)

    @feature("I2-68")
    def test_declined(self):
        """Who declines changes nothing; those who plan are told, and see it."""
        visit, event = self._planned()
        attendee = self._as(self.tom_user, event.attendee_ids)
        attendee.do_decline()
        self.assertEqual((visit.state, visit.is_declined), (PLANNED, True))
        found = self.env["aftersales.visit"].search([("is_declined", "=", True)])
        self.assertIn(visit, found)
        note = visit.case_id.message_ids[0]
        self.assertIn("declined", note.body)
        self.assertEqual(note.author_id, self.tom_user.partner_id)
        self.assertIn(self.leader.partner_id, note.notified_partner_ids)
        attendee.do_decline()
        self.assertEqual(visit.case_id.message_ids[0], note)
        with self.assertRaises(AccessError):
            self._as(self.accountant, event.attendee_ids).do_accept()
        self._book(visit, at(3))
        self.assertFalse(visit.is_declined)

    @feature("I2-68")
    def test_confidential(self):
        """Of a confidential case colleagues see that somebody is busy, and no more."""
        visit, event = self._planned(note="Secret work")
        visit.case_id.confidential = True
        self.assertEqual(event.privacy, "private")
        for name in ("Janssen", "Secret", "Dorps"):
            shown = f"{event.name}{event.description}{event.location}"
            self.assertNotIn(name, shown)
        self.env.invalidate_all()
        mine = self._as(self.accountant, event)
        self.assertEqual(mine.display_name, "Busy")
        number = f"{visit.case_id.number}-1"
        shown = mine.web_read({"visit_id": {"fields": {"display_name": {}}}})
        self.assertEqual(shown[0]["visit_id"]["display_name"], number)
        # Pushed by the system: core refuses it to the planner himself.
        self._as(self.leader, visit)
        self._book(visit, at(3))
        self.assertEqual(event.start, at(3))
        visit.case_id.confidential = False
        self.assertIn("Janssen", event.name)

    def test_nobody_makes_one(self):
        visit = self._visit()
        calendar = self._as(self.accountant)["calendar.event"]
        with self.assertRaises(UserError):
            calendar.create({"name": "x", "visit_id": visit.id})
        with self.assertRaises(UserError):
            calendar.with_context(default_visit_id=visit.id).create({"name": "x"})
        event = calendar.create({"name": "x"})
        with self.assertRaises(AccessError):
            event.write({"visit_id": visit.id})
        _visit, event = self._planned()
        self.assertFalse(event.sudo().copy().visit_id)

    def test_portal_user_reads_none(self):
        """A portal user of the customer reaches no entry and no visit by RPC."""
        _visit, event = self._planned()
        customer = new_test_user(
            self.env, "as_portal", groups="base.group_portal", name="Portal"
        )
        customer.partner_id.parent_id = self.customer
        calendar = self._as(customer)["calendar.event"]
        self.assertFalse(calendar.search([]) & event)
        self.assertFalse(calendar.search([("visit_id", "!=", False)]))
        for act in (
            lambda: calendar.browse(event.id).read(["name"]),
            lambda: calendar.browse(event.id).write({"name": "x"}),
            lambda: calendar.browse(event.id).unlink(),
            lambda: self._as(customer)["aftersales.visit"].search([]),
        ):
            with self.assertRaises(AccessError):
                act()

    def _count(self, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _book_unseen(self, visits, days):
        """Book two visits a day, and leave the calendar as it is."""
        bookings = []
        for n, visit in enumerate(visits):
            start = at(3 * (n % 2), days + n // 2)
            bookings.append(Booking(visit, start, start + timedelta(hours=2), self.tom))
        with patch.object(type(visits), "_push_agenda", lambda self: None):
            visits._book(bookings)

    @feature("I2-68")
    def test_constant_queries(self):
        """The calendar of two hundred visits costs no more queries than that of four."""
        case = self._new_case()
        vals = {"case_id": case.id, "site_id": self.site.id, "duration": 2}
        visits = self.env["aftersales.visit"].create([vals] * 204)
        self._settle()
        costs = []
        for some in (visits[:4], visits[4:]):
            self._book_unseen(some, 1000)
            cost = [self._count(some._push_agenda)]
            self._book_unseen(some, 2000)
            cost.append(self._count(some._push_agenda))
            cost.append(self._count(some._push_agenda))
            costs.append(cost)
            some._unbook()
        (new, moved, same), (news, all_moved, all_same) = costs
        # PostgreSQL gets new rows by the hundred.
        self.assertLess(news, new + 8)
        self.assertLess(all_moved, moved + 4)
        self.assertEqual(all_same, same)
