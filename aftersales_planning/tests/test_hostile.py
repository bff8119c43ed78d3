"""What a hostile caller tries by RPC: foreign ids, moved parts, values without end."""

import math

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.aftersales_case.tests.hostile import call

from ..const import PLANNED, TO_PLAN
from .common import MONDAY, PlanningCommon, at

ROLE = "aftersales_case.group_aftersales_%s"


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class HostileCommon(PlanningCommon):
    """A leader with a visit of his own, and what is another company's or team's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.other = env["res.company"].create({"name": "Elsewhere"})
        cls.other_leader = new_test_user(
            env,
            "other_leader",
            groups=ROLE % "leader",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )
        cls.other_customer = env["res.partner"].create(
            {"name": "Secret Ltd.", "company_id": cls.other.id, "phone": "+31 999"}
        )
        cls.other_site = env["aftersales.site"].create(
            {"partner_id": cls.other_customer.id}
        )
        cls.other_type = cls.type_complaint.copy(
            {"company_id": cls.other.id, "code": "OTH", "team_id": False}
        )
        cls.other_visit = env["aftersales.visit"].create(
            {
                "case_id": env["aftersales.case"]
                .create(
                    {
                        "name": "Theirs",
                        "company_id": cls.other.id,
                        "type_id": cls.other_type.id,
                        "partner_id": cls.other_customer.id,
                    }
                )
                .id,
                "site_id": cls.other_site.id,
            }
        )
        cls.stranger = cls.sub.copy({"name": "Stranger", "company_id": cls.other.id})
        cls.stranger.write({"name": "Stranger", "does_visits": True})
        cls.other_team = env["aftersales.team"].create(
            {"name": "Others", "company_id": cls.company.id}
        )
        cls.skill_type = env["hr.skill.type"].create(
            {
                "name": "Machines",
                "skill_ids": [Command.create({"name": "Pumps"})],
                "skill_level_ids": [Command.create({"name": "Any"})],
            }
        )
        cls.skill = cls.skill_type.skill_ids

    def setUp(self):
        super().setUp()
        self.case = self._new_case()
        self.visit = self._visit(self.case)
        self.visits = self._as(self.leader)["aftersales.visit"]
        self._forget()

    def _forget(self):
        """As a request begins: nothing is read yet."""
        self.env.flush_all()
        self.env.invalidate_all()

    def _of_other_team(self, **vals):
        """Return a visit that the leader reads and may not plan."""
        case = self._new_case(team_id=self.other_team.id, user_id=self.manager.id)
        visit = self._visit(case, **vals)
        self._forget()
        return visit

    def _agree(self, company, user, **vals):
        return self.env["aftersales.visit.recurrence"].create(
            {
                "name": "Maintenance",
                "company_id": company.id,
                "user_id": user.id,
                "partner_id": self.customer.id,
                "site_id": self.site.id,
                "type_id": self.env.ref("aftersales_case.type_service").id,
                "skill_ids": [Command.create({"skill_id": self.skill.id})],
                **vals,
            }
        )

    def _region(self, name, company, first, last):
        country = self.env.ref("base.nl").id
        return self.env["aftersales.region"].create(
            {
                "name": name,
                "company_id": company.id,
                "postcode_ids": [
                    Command.create(
                        {"country_id": country, "zip_from": first, "zip_to": last}
                    )
                ],
            }
        )


class TestForeign(HostileCommon):
    """What is another company's or team's is neither changed nor read."""

    def test_nothing_is_led_where_one_may_not(self):
        """Rules ask where a row is: a part is not moved to where its mover may not write."""
        need = [Command.create({"skill_id": self.skill.id})]
        mine = self._visit(self.case, skill_ids=need).skill_ids
        known = self.env["aftersales.resource.skill"].create(
            {"resource_id": self.sub.id, "skill_id": self.skill.id}
        )
        region = self._region("Ours", self.company, "1000", "1999")
        other_region = self._region("Theirs", self.other, "5000", "5999")
        address = self.other_customer.copy({"name": "Another"})
        agreed = self._agree(self.company, self.leader)
        other_agreed = self._agree(self.other, self.other_leader, skill_ids=[])
        to_other = {"company_id": self.other.id, "user_id": self.other_leader.id}
        for user, records, vals in (
            (self.leader, mine, {"visit_id": self.other_visit.id}),
            (self.leader, mine, {"visit_id": self._of_other_team().id}),
            (self.leader, known, {"resource_id": self.stranger.id}),
            (self.manager, region.postcode_ids, {"region_id": other_region.id}),
            (self.manager, region, {"company_id": self.other.id}),
            (self.leader, agreed, to_other),
            (self.leader, agreed.skill_ids, {"recurrence_id": other_agreed.id}),
            (self.leader, self.site, {"partner_id": address.id}),
        ):
            self._forget()
            with self.subTest(records), self.assertRefused(AccessError, ""):
                call(self._as(user, records), "write", vals)

    def test_rules_of_planning_are_kept(self):
        """A manager says how bad a rule is; which rule, and whose, is not his to say."""
        rule = self.env["aftersales.plan.rule"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        for vals in (
            {"company_id": self.other.id},
            {"key": "late"},
            {"stage": "confirm"},
            {"sequence": 99},
        ):
            with self.subTest(vals), self.assertRefused(AccessError, "kept by the"):
                call(self._as(self.manager, rule), "write", vals)

    def _preview(self, visit, resource, **vals):
        """Return what the planning dialog says before it is saved."""
        plan = self._as(self.leader)["aftersales.visit.plan"]
        self._forget()
        names = ("hard_text", "soft_text", "zone")
        values = {
            "visit_ids": [Command.link(visit.id)],
            "resource_id": resource.id,
            "day": "2026-03-03",
            "hour": 9,
            "hours": 2,
            **vals,
        }
        args = [
            [],
            values,
            ["visit_ids", "resource_id"],
            {name: {} for name in (*names, *values)},
        ]
        context = {"context": dict(plan.env.context)}
        try:
            found = call_kw(plan, "onchange", args, context)["value"]
        except AccessError as error:
            return str(error)
        return " ".join(str(found.get(name) or "") for name in names)

    def test_preview_of_a_plan(self):
        """The dialog judges nothing that its user may not plan, saved or not."""
        self.sub.calendar_id = False
        self.assertIn("Sub has no working hours", self._preview(self.visit, self.sub))
        for visit, resource in (
            (self.visit, self.stranger),
            (self._of_other_team(), self.sub),
            (self.other_visit, self.sub),
        ):
            said = self._preview(visit, resource)
            with self.subTest(said):
                self.assertIn("Uh-oh", said)
                for name in ("Stranger", "Sub ", "Secret"):
                    self.assertNotIn(name, said)

    def test_window_of_a_foreign_visit(self):
        """The dialog of a promise tells no moment of a visit that one may not read."""
        self._book(self.other_visit, at(3), self.stranger)
        dialog = self._as(self.leader)["aftersales.visit.promise"]
        self._forget()
        names = ("start", "window_from", "window_to", "is_again")
        args = [[], {"visit_id": self.other_visit.id}, ["visit_id"]]
        args.append({name: {} for name in names})
        with self.assertRefused(AccessError, ""):
            call_kw(dialog, "onchange", args, {"context": dict(dialog.env.context)})
        vals = {
            "visit_id": self.other_visit.id,
            "window_from": at(),
            "window_to": at(1),
        }
        made = dialog.browse(call(dialog, "create", vals))
        self._forget()
        with self.assertRefused(AccessError, ""):
            call(made, "read", ["start"])
        with self.assertRefused(AccessError, ""):
            call(made, "action_promise")

    def test_nothing_of_another_company_is_named(self):
        """Clients read the name of a link with sudo: a foreign id is not written."""
        region = self._region("Theirs", self.other, "5000", "5999")
        for vals in ({"wish_id": self.stranger.id}, {"region_id": region.id}):
            with self.subTest(vals), self.assertRefused(UserError, "ompan"):
                call(self._as(self.leader, self.visit), "write", vals)

    def test_how_one_gets_in(self):
        """Keys and codes are for who goes there and who plans, not for all employees."""
        self.site.write({"access_note": "Key under the mat", "phone": "+31 1"})
        rob = self._technician("Rob", "reporter")
        users = (self.accountant, self.reporter, rob.user_id)
        for user in users:
            sites = self._as(user)["aftersales.site"]
            self.assertFalse(sites.search([("access_note", "ilike", "mat")]))
            self.assertFalse(sites.formatted_read_group([], ["phone"], ["__count"]))
            with self.assertRefused(AccessError, ""):
                sites.browse(self.site.id).read(["access_note"])
        self._book(self.visit, at(), rob)
        self._forget()
        for user in (rob.user_id, self.agent):
            site = self._as(user, self.site)
            self.assertEqual(site.access_note, "Key under the mat")
        self.assertFalse(self._as(self.reporter)["aftersales.site"].search([]))

    def test_case_of_a_visit_stays(self):
        """Number, promise and history belong to one case; a closed one gets no visit."""
        closed, other = self._new_case(), self._new_case()
        closed.action_cancel()
        self._book(self.visit, at())
        for case in (closed, other):
            with self.assertRefused(UserError, "stays with its case"):
                call(self._as(self.leader, self.visit), "write", {"case_id": case.id})
        call(self._as(self.leader, self.visit), "write", {"case_id": self.case.id})
        self.assertEqual(self.visit.case_id, self.case)


class TestStrange(HostileCommon):
    """Values of types and sizes that no form sends: one sentence, nothing written."""

    def test_requests_that_cannot_be_read(self):
        """Of the moves of the board, of a case and of an absence."""
        day = {"start": "2026-03-02 09:00:00", "stop": "2026-03-02 11:00:00"}
        good = {**day, "id": self.visit.id, "revision": 0, "resource_ids": self.tom.ids}
        for vals in (
            {"id": math.inf},
            {"revision": math.inf},
            {"resource_ids": [math.inf]},
            {"start": [1]},
            {"start": 5},
        ):
            with self.subTest(vals), self.assertRefused(UserError, "cannot be read"):
                call(self.visits, "plan_move", [good | vals])
        for move in (None, "x", [], {}, {"start": False}):
            with self.subTest(move), self.assertRefused(UserError, "cannot be read"):
                call(self.visits, "plan_case", self.case.id, move)
        for case in (False, None, "x", 0, -1, 2**70, [self.case.id], {"a": 1}):
            for method, args in (("plan_case", [good]), ("get_case_slots", [])):
                with self.subTest(case), self.assertRefused(UserError, "was deleted"):
                    call(self.visits, method, case, *args)
        for args in (
            ("x", *day.values()),
            (None, *day.values()),
            ([self.tom.id], *day.values()),
            (math.inf, *day.values()),
            (2**70, *day.values()),
            (self.tom.id, None, None),
            (self.tom.id, "x", "y"),
            (self.tom.id, 5, {}),
        ):
            with self.subTest(args), self.assertRefused(UserError, "cannot be read"):
                call(self.visits, "action_technician_ill", *args)
        with self.assertRefused(UserError, "after “From”"):
            call(self.visits, "action_technician_ill", self.tom.id, at(hours=2), at())
        self.assertEqual(self.case.visit_ids, self.visit)
        self.assertEqual((self.visit.state, self.visit.revision), (TO_PLAN, 0))

    def test_no_calendar_to_the_end_of_time(self):
        """Working hours are computed for a few years at most, whoever asks."""
        self._book(self.visit, at())
        own = self._as(self.leader, self.visit)
        event = self._as(self.leader, self.visit.event_ids)
        far = "Choose a day within three years"
        for vals, text in (
            ({"stop": "2900-01-01 00:00:00"}, far),
            ({"stop": "9999-12-31 23:59:59"}, far),
            ({"start": "9999-12-31 23:00:00"}, far),
            ({"start": "0001-01-01 00:00:00"}, far),
            ({"duration": 1e12}, "Duration: enter the hours"),
            ({"duration": math.inf}, "Duration: enter the hours"),
            ({"duration": 1e6}, "Duration: enter the hours"),
        ):
            with self.subTest(vals), self.assertRefused(UserError, text):
                call(event, "write", vals)
        for vals, text in (
            ({"earliest": "2190-01-01 00:00:00"}, "Not Before: .* within three years"),
            ({"earliest": "9999-12-31 23:59:59"}, "Not Before: enter a date"),
            ({"latest": "9999-12-31 23:59:59"}, "Latest: enter a date"),
            ({"sequence": 2**40}, "Sequence: enter a number"),
        ):
            with self.subTest(vals), self.assertRefused(ValidationError, text):
                call(own, "write", vals)
        plan = self._as(self.leader)["aftersales.visit.plan"].create(
            {
                "visit_ids": [Command.set(self.visit.ids)],
                "resource_id": self.tom.id,
                "day": "2026-03-03",
                "hour": 9,
                "hours": 2,
            }
        )
        for vals, text in (
            ({"hours": 8e6}, "Takes: enter the hours"),
            ({"hours": -1}, "Takes: enter the hours"),
            ({"hour": 30}, "At: enter a time of day"),
            ({"day": "9999-12-31"}, far),
            ({"day": "0001-01-01"}, far),
        ):
            with self.subTest(vals), self.assertRefused(UserError, text):
                plan.write(vals)
                self.assertRegex(plan.hard_text, text)
                plan.action_plan()
        self.assertEqual((self.visit.state, self.visit.start), (PLANNED, at()))


class TestCalendar(HostileCommon):
    """Entries of visits, which core lets every employee write."""

    def setUp(self):
        super().setUp()
        self._book(self.visit, at())
        self.event = self.visit.event_ids
        self._forget()

    def test_sudo_of_core_asks_for_the_right(self):
        """Core archives with sudo what somebody names as the entry of his leave."""
        for user in (self.accountant, self.tom.user_id):
            event = self._as(user, self.event).sudo()
            for act in (
                lambda event=event: event.write({"active": False}),
                lambda event=event: event.write({"start": at(5)}),
                lambda event=event: event.unlink(),
            ):
                with self.assertRefused(AccessError, "only those who plan it"):
                    act()
        self.assertEqual((self.visit.state, self.visit.start), (PLANNED, at()))
        self._as(self.leader, self.event).sudo().unlink()
        self.assertEqual(self.visit.state, TO_PLAN)

    def test_other_end_of_the_link(self):
        """Nobody attends a visit by what is written on a contact."""
        clerk = new_test_user(
            self.env,
            "contact_clerk",
            groups="base.group_user,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        own = self._as(clerk)["calendar.event"].create({"name": "Lunch"})
        contact = self._as(clerk, self.contact)
        contact.write({"meeting_ids": [Command.link(own.id)]})
        commands = [Command.link(self.event.id)]
        with self.assertRefused(UserError, "planning board"):
            contact.write({"meeting_ids": commands})
        with self.assertRefused(UserError, "planning board"):
            contact.create({"name": "New", "meeting_ids": commands})
        tom = self._as(clerk, self.tom.user_id.partner_id)
        with self.assertRefused(UserError, "planning board"):
            tom.sudo().write({"meeting_ids": [Command.clear()]})
        self._forget()
        self.assertEqual(self.event.partner_ids, self.tom.user_id.partner_id)

    def test_by_rpc(self):
        """Save, copy, import and the ways around, as a plain employee."""
        visit, event = self.visit, self.event
        plain = self._as(self.accountant)["calendar.event"]
        mine = plain.create({"name": "Mine", "start": at(), "stop": at(1)})
        span = {"start": "2026-03-02 13:00:00", "stop": "2026-03-02 14:00:00"}
        new = {"name": "Forged", **span}
        theirs = plain.browse(event.id)
        for name, act in {
            "web_save": lambda: call(theirs, "web_save", span, {"name": {}}),
            "web_save new": lambda: call(
                plain, "web_save", [], {**new, "visit_id": visit.id}, {"name": {}}
            ),
            "default": lambda: call(plain, "create", new, default_visit_id=visit.id),
            "copy": lambda: call(mine, "copy", {"visit_id": visit.id}),
            "keys": lambda: call(
                theirs,
                "unlink",
                no_mail_to_attendees=True,
                dont_notify=True,
                tracking_disable=True,
                active_test=False,
            ),
            "attendee": lambda: call(
                mine, "write", {"attendee_ids": [[4, event.attendee_ids.id]]}
            ),
            "attendee new": lambda: call(
                self._as(self.accountant)["calendar.attendee"],
                "create",
                {"partner_id": self.accountant.partner_id.id},
                default_event_id=event.id,
            ),
        }.items():
            self._forget()
            with self.subTest(name), self.assertRefused((AccessError, UserError), ""):
                act()
        for columns, row in (
            (["name", "visit_id/.id"], ["Forged", str(visit.id)]),
            ([".id", "start", "stop"], [str(event.id), *span.values()]),
        ):
            found = call(plain, "load", columns, [row])
            self.assertFalse(found["ids"])
            self.assertEqual(found["messages"][0]["type"], "error")
        self._forget()
        self.assertEqual((visit.state, visit.start, event.start), (PLANNED, at(), at()))
        self.assertEqual(event.partner_ids, self.tom.user_id.partner_id)
        self.assertFalse(self.env["calendar.event"].search([("name", "=", "Forged")]))


class TestCompanies(HostileCommon):
    """A company that lends people: who may not see them sees the board all the same."""

    def test_crew_of_another_company(self):
        rule = self.env["aftersales.plan.rule"].search(
            [("company_id", "=", self.company.id), ("key", "=", "company")]
        )
        rule.severity = "off"
        self._book(self.visit, at(), self.tom, self.stranger)
        span = ("2026-03-01 00:00:00", "2026-03-08 00:00:00")
        domain = [["id", "=", self.visit.id]]
        self._forget()
        visits = self._as(self.agent)["aftersales.visit"]
        board = call(visits, "get_board", domain, "lead_id", *span)
        self.assertEqual(board["visits"][0]["crew"], ["Tom", "Stranger"])
        self._forget()
        lane = call(visits, "get_lane", domain, "lead_id", True)
        self.assertEqual(lane["cards"][0]["crew"], ["Tom", "Stranger"])
        self._forget()
        sheet = self._as(self.agent)["aftersales.day.list"].create(
            {"day": MONDAY.date(), "resource_ids": [Command.set(self.tom.ids)]}
        )
        self.assertEqual(sheet._get_sheets()[0]["rows"][0]["others"], "Tom, Stranger")
        self._forget()
        call(self._as(self.tom.user_id, self.visit), "action_set_out")
        self.assertEqual(self.visit.state, "under_way")
