from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import CONFIRMED
from .common import PlanningCommon, at

WEEK = (str(at(-9)), str(at(-9, 7)))


class BoardSetup:
    """The week of the tests as a planner sees it."""

    def _board(self, group_by="lead_id", domain=(), user=None, span=WEEK):
        Visit = self._as(user or self.leader, self.env["aftersales.visit"])
        return Visit.get_board(list(domain), group_by, *span)

    def _lane(self, group_by="lead_id", domain=(), user=None, **kwargs):
        Visit = self._as(user or self.leader, self.env["aftersales.visit"])
        return Visit.get_lane(list(domain), group_by, **kwargs)

    def _count_warm(self, action):
        """Count queries once what Odoo remembers of users and rights is there."""
        self._count_queries(action)
        return self._count_queries(action)

    def _own(self, rows):
        """Leave out what other addons' demo brought."""
        return [row["name"] for row in rows if row["name"] in ("Tom", "Tina", "Sub")]


@tagged("post_install", "-at_install")
class TestBoard(BoardSetup, PlanningCommon):
    @feature("B4-46")
    def test_rows_of_all_technicians(self):
        """Who has nothing to do has a row as well: he is whom one looks for."""
        self._book(self._visit(), at(), self.tom)
        board = self._board()
        self.assertEqual(self._own(board["rows"]), ["Sub", "Tina", "Tom"])
        self.assertEqual([v["rows"] for v in board["visits"]], [[self.tom.id]])
        self.tina.active = False
        self.assertEqual(self._own(self._board()["rows"]), ["Sub", "Tom"])

    def test_visit_of_two_stands_in_two_rows(self):
        visit = self._book(self._visit(), at(), self.tom, self.tina)
        shown = self._board()["visits"][0]
        self.assertEqual(shown["rows"], (self.tom | self.tina).ids)
        self.assertEqual(shown["start"], "2026-03-02 09:00:00")
        self.assertEqual(shown["revision"], visit.revision)
        self.assertTrue(shown["can_move"])

    def test_visit_that_began_before_the_window(self):
        """A window may begin in the middle of a visit, seen here or not."""
        visit = self._book(self._visit(), at(), self.tom)
        span = (str(at(1)), str(at(5)))
        self.assertEqual([v["id"] for v in self._board(span=span)["visits"]], visit.ids)
        board = self._board(domain=[("id", "!=", visit.id)], span=span)
        self.assertIn(
            [self.tom.id, "busy", "2026-03-02 09:00:00", "2026-03-02 11:00:00"],
            board["grounds"],
        )

    @feature("B4-47")
    def test_rows_of_regions(self):
        """All regions are rows, and the lane holds what is to plan in each."""
        north, south = self.env["aftersales.region"].create(
            [
                {"name": "North", "company_id": self.company.id},
                {"name": "South", "company_id": self.company.id},
            ]
        )
        planned = self._book(self._visit(region_id=north.id), at())
        waiting = self._visit(region_id=south.id)
        board = self._board(
            "region_id", [("case_id", "in", (planned | waiting).case_id.ids)]
        )
        names = [row["name"] for row in board["rows"]]
        self.assertLessEqual({"North", "South"}, set(names))
        self.assertEqual(board["visits"][0]["rows"], [north.id])
        lane = self._lane("region_id", [("region_id", "=", south.id)])
        self.assertEqual(
            [card["group"] for card in lane["cards"]], [[south.id, "South"]]
        )
        both = self._lane(
            "region_id", [("region_id", "child_of", [north.id, south.id])], planned=True
        )
        self.assertEqual(
            {card["id"] for card in both["cards"]}, set((planned | waiting).ids)
        )

    def test_rows_of_customers_teams_and_subcontractors(self):
        self._book(self._visit(), at(), self.sub)
        for group_by, row in (
            ("partner_id", self.customer),
            ("team_id", self.team),
            ("subcontractor_id", self.sub.visit_partner_id),
            ("company_id", self.company),
        ):
            with self.subTest(group_by):
                board = self._board(group_by)
                self.assertIn(row.id, [one["id"] for one in board["rows"]])
                self.assertEqual(board["visits"][0]["rows"], [row.id])

    def test_work_without_a_record_for_the_row(self):
        self._book(self._visit(), at())
        rows = self._board("region_id")["rows"]
        self.assertEqual((rows[-1]["id"], rows[-1]["name"]), (False, "Without region"))

    @feature("P-29")
    def test_closed_hours_are_grey(self):
        """No working time, absence and what is asked for as leave lie behind the visits."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "resource_id": self.tom.id,
                "calendar_id": self.calendar.id,
                "date_from": at(-1, 1),
                "date_to": at(8, 1),
            }
        )
        board = self._board()
        closed = [g[1:] for g in board["grounds"] if g[0] == self.tom.id]
        self.assertIn(["off", "2026-03-02 12:00:00", "2026-03-02 13:00:00"], closed)
        self.assertIn(["off", "2026-03-02 17:00:00", "2026-03-04 08:00:00"], closed)

    @feature("P-29")
    def test_leave_asked_for(self):
        kind = self.env["hr.leave.type"].create(
            {
                "name": "Days Off",
                "requires_allocation": False,
                "leave_validation_type": "manager",
                "company_id": self.company.id,
            }
        )
        self.env["hr.leave"].create(
            {
                "employee_id": self.tom.employee_id.id,
                "holiday_status_id": kind.id,
                "request_date_from": at(0, 3).date(),
                "request_date_to": at(0, 3).date(),
            }
        )
        pending = [g for g in self._board()["grounds"] if g[1] == "pending"]
        self.assertEqual([g[0] for g in pending], [self.tom.id])
        self.assertEqual(pending[0][2][:10], "2026-03-05")

    def test_without_working_hours(self):
        """Who has no calendar could always work for Odoo; here he never does."""
        self.sub.calendar_id = False
        board = self._board()
        row = next(one for one in board["rows"] if one["id"] == self.sub.id)
        self.assertEqual(sum(row["time"]), 0)
        self.assertEqual(row["note"], "Has no working hours")

    @feature("B4-48")
    def test_load(self):
        """Hours of work and of working time, for each row and day."""
        self._book(self._visit(duration=4), at(-1), self.tom)
        self._book(self._visit(duration=2), at(0, 1), self.tom)
        board = self._board()
        row = next(one for one in board["rows"] if one["id"] == self.tom.id)
        self.assertEqual(
            [day for day, *_span in board["days"]][:2], ["2026-03-02", "2026-03-03"]
        )
        self.assertEqual(row["work"], [240, 120, 0, 0, 0, 0, 0])
        self.assertEqual(row["time"], [480] * 5 + [0, 0])

    def test_hours_of_the_day(self):
        """The board leaves nights out, unless somebody works then."""
        self.env["resource.resource"].search(
            [("does_visits", "=", True), ("company_id", "!=", self.company.id)]
        ).does_visits = False
        self.leader.tz = "UTC"
        self.assertEqual(self._board()["hours"], [7, 18])
        self._book(self._visit(), at(11.5), self.tom)
        self.assertEqual(self._board()["hours"], [7, 24])

    def test_badges(self):
        late = self._book(self._visit(latest=at(1)), at(), self.tom)
        away = self._book(self._visit(), at(9), self.tina)
        away.sudo().parts_state = "missing"
        sure = self._book(self._visit(), at(0, 1), self.sub)
        sure._enter(CONFIRMED)
        badges = {
            v["id"]: [badge["key"] for badge in v["badges"]]
            for v in self._board()["visits"]
        }
        self.assertEqual(badges[late.id], ["late"])
        self.assertEqual(badges[away.id], ["conflict", "parts"])
        self.assertEqual(badges[sure.id], ["confirmed"])

    def test_what_one_may_not_read_is_taken_time(self):
        """A confidential visit of others takes the time, and says nothing."""
        visit = self._book(self._visit(), at(), self.tom)
        visit.case_id.confidential = True
        board = self._board(user=self.agent2)
        self.assertFalse(board["visits"])
        self.assertIn(
            [self.tom.id, "busy", "2026-03-02 09:00:00", "2026-03-02 11:00:00"],
            board["grounds"],
        )
        self.assertNotIn("Janssen", str(board["rows"]) + str(board["grounds"]))

    def test_technician_sees_himself(self):
        """Who may not see the visits of others has one row."""
        self.tom.user_id.group_ids -= self.env.ref(
            "aftersales_case.group_aftersales_agent"
        )
        self._book(self._visit(), at(), self.tina)
        own = self._book(self._visit(), at(), self.tom)
        own.case_id.message_subscribe(self.tom.user_id.partner_id.ids)
        board = self._board(user=self.tom.user_id)
        self.assertEqual([row["id"] for row in board["rows"]], [self.tom.id])
        self.assertEqual([v["id"] for v in board["visits"]], own.ids)
        self.assertFalse(board["visits"][0]["can_move"])
        self.assertFalse([g for g in board["grounds"] if g[1] == "busy"])

    def test_portal_reads_nothing(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "as_board_portal",
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        Visit = self.env["aftersales.visit"].with_user(portal)
        with self.assertRaises(AccessError):
            Visit.get_board([], "lead_id", *WEEK)
        with self.assertRaises(AccessError):
            Visit.get_lane([], "lead_id")
        with self.assertRaises(AccessError):
            Visit.plan_case(self._new_case().id, {})

    def test_bad_questions(self):
        for group_by in ("state", "crew_ids", "nothing", ["lead_id"]):
            with self.subTest(group_by), self.assertRaises(UserError):
                self._board(group_by)
        for span in (
            (WEEK[1], WEEK[0]),
            (WEEK[0], WEEK[0]),
            (WEEK[0], str(at(0, 300))),
            ("yesterday", WEEK[1]),
            (False, False),
        ):
            with self.subTest(span), self.assertRaises(UserError):
                self._board(span=span)

    def test_queries_do_not_grow_with_rows(self):
        """Five rows and thirty, with visits on each: the same number of queries."""
        people = [self._technician(f"Extra {n}") for n in range(3)]
        for person in people:
            self._book(self._visit(), at(), person)
        few = self._count_warm(self._board)
        for n in range(3, 28):
            self._book(self._visit(), at(), self._technician(f"Extra {n}"))
        self.assertEqual(self._count_warm(self._board), few)

    def test_days_of_the_users_zone(self):
        """A day begins at midnight where the planner is, also when clocks change."""
        self.leader.tz = "Europe/Amsterdam"
        board = self._board(span=("2026-03-27 23:00:00", "2026-03-30 22:00:00"))
        self.assertEqual(board["zone"], "Europe/Amsterdam")
        self.assertEqual(
            [(day, start) for day, start, _stop in board["days"]],
            [
                ("2026-03-28", "2026-03-27 23:00:00"),
                ("2026-03-29", "2026-03-28 23:00:00"),
                ("2026-03-30", "2026-03-29 22:00:00"),
            ],
        )


@tagged("post_install", "-at_install")
class TestLane(BoardSetup, PlanningCommon):
    @feature("I2-67", "I2-69")
    def test_what_is_to_be_planned(self):
        """Visits without a day and cases without a visit, in the order of their date."""
        later = self._visit(latest=at(0, 3))
        never = self._visit()
        case = self._new_case(
            name="Nobody planned it",
            date_deadline=at(0, 2),
            site_id=self.customer.id,
        )
        soon = self._visit(latest=at(0, 1))
        cards = self._lane(
            domain=[("case_id", "in", (later | never | soon).case_id.ids + case.ids)]
        )["cards"]
        self.assertEqual(
            [(card["kind"], card["id"]) for card in cards],
            [
                ("visit", soon.id),
                ("case", case.id),
                ("visit", later.id),
                ("visit", never.id),
            ],
        )
        self.assertEqual(cards[1]["missing"], [])
        self._book(soon, at())
        self._visit(case)
        cards = self._lane(domain=[("case_id", "in", (soon.case_id | case).ids)])[
            "cards"
        ]
        self.assertEqual([card["kind"] for card in cards], ["visit"])

    @feature("B4-47")
    def test_planned_work_keeps_its_crew(self):
        """A card of planned work says who goes and until when: it is moved with them."""
        visit = self._book(self._visit(), at(), self.tom | self.tina)
        wanted = self._visit(wish_id=self.tina.id)
        cards = self._lane(domain=[("id", "in", (visit | wanted).ids)], planned=True)
        found = {card["id"]: card for card in cards["cards"] if card["kind"] == "visit"}
        self.assertEqual(found[visit.id]["resource_ids"], (self.tom | self.tina).ids)
        self.assertEqual(found[visit.id]["stop"], str(at(2)))
        self.assertEqual(found[wanted.id]["resource_ids"], self.tina.ids)

    def test_searched_by_the_bar(self):
        """Cases are found as if each had a new visit."""
        case = self._new_case(name="Nobody planned it")
        for domain, found in (
            ([("partner_id", "child_of", self.customer.id)], True),
            ([("team_id", "=", self.team.id)], True),
            ([("state", "=", "to_plan")], True),
            ([("state", "not in", ["done", "failed", "cancelled"])], True),
            ([("state", "in", ["planned", "confirmed"])], False),
            ([("case_id", "ilike", "Nobody planned")], True),
            ([("name", "ilike", "Nobody planned")], True),
            ([("name", "ilike", "something else")], False),
            ([("lead_id", "ilike", "Tom")], False),
            ([("lead_id", "=", False)], True),
            (["!", ("lead_id", "=", False)], False),
            ([("site_id", "=", self.site.id)], False),
            ([("crew_ids.resource_id.user_id", "=", self.leader.id)], False),
            ([("region_id", "child_of", 99999999)], False),
        ):
            with self.subTest(domain):
                cards = self._lane(domain=domain)["cards"]
                ids = [card["id"] for card in cards if card["kind"] == "case"]
                self.assertEqual(case.id in ids, found, domain)

    def test_case_stands_in_the_region_of_its_site(self):
        region = self.env["aftersales.region"].create(
            {"name": "North", "company_id": self.company.id}
        )
        self.site.region_id = region
        case = self._new_case(site_id=self.customer.id)
        cards = self._lane("region_id", [("region_id", "=", region.id)])["cards"]
        self.assertEqual([card["id"] for card in cards], case.ids)
        self.assertEqual(cards[0]["group"], [region.id, "North"])

    def test_confidential_case_of_others(self):
        case = self._new_case(confidential=True)
        ids = [c["case_id"] for c in self._lane(user=self.agent2)["cards"]]
        self.assertNotIn(case.id, ids)

    def test_what_is_missing(self):
        visit = self._visit(parts_state="missing")
        self.site.phone = False
        away = self._visit(site_id=False)
        away.site_id = False
        cards = {
            card["id"]: card
            for card in self._lane()["cards"]
            if card["kind"] == "visit"
        }
        self.assertEqual(cards[visit.id]["missing"], ["Phone", "Parts"])
        self.assertEqual(cards[away.id]["missing"], ["Address"])

    def test_queries_do_not_grow_with_cards(self):
        def add(number):
            for _n in range(number):
                self._visit()
                self._new_case()

        add(2)
        few = self._count_warm(self._lane)
        add(20)
        self.assertEqual(self._count_warm(self._lane), few)

    @feature("I2-67")
    def test_list_by_date(self):
        """The lane as a list: planned and not, visits and cases, in one order."""
        planned = self._book(self._visit(latest=at(0, 1)), at())
        case = self._new_case(date_deadline=at(0, 2))
        done = self._book(self._visit(), at(0, 1))
        done._enter("done")
        Todo = self._as(self.agent, self.env["aftersales.todo"])
        rows = Todo.search([("case_id", "in", (planned | done).case_id.ids + case.ids)])
        self.assertEqual(rows.case_id, planned.case_id | case)
        self.assertEqual(rows.mapped("state"), ["planned", "case"])
        self.assertEqual(rows[0].action_open()["res_id"], planned.id)
        self.assertEqual(rows[1].action_open()["res_model"], "aftersales.case")
        case.confidential = True
        self.assertFalse(
            self._as(self.agent2, Todo).search([("case_id", "=", case.id)])
        )


@tagged("post_install", "-at_install")
class TestBoardMoves(BoardSetup, PlanningCommon):
    def _plan_case(self, case, start, reason=None, who=None):
        Visit = self._as(self.leader, self.env["aftersales.visit"])
        move = {
            "start": str(start),
            "stop": str(start + timedelta(hours=1)),
            "resource_ids": (who or self.tom).ids,
        }
        return Visit.plan_case(case.id, move, reason)

    @feature("I2-69")
    def test_case_is_planned_in_one_step(self):
        case = self._new_case(site_id=self.customer.id)
        result = self._plan_case(case, at())
        self.assertTrue(result["done"])
        self.assertEqual(case.visit_ids.ids, [result["visit_id"]])
        self.assertEqual(case.visit_ids.start, at())

    def test_what_is_refused_leaves_no_visit(self):
        """Neither a refusal nor a question leaves half of it behind."""
        self._book(self._visit(), at(), self.tom)
        case = self._new_case(site_id=self.customer.id)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._plan_case(case, at())
        self.assertFalse(case.visit_ids)
        # Through the break: asked first.
        result = self._plan_case(case, at(2.5))
        self.assertFalse(result["done"])
        self.assertTrue(result["ask"])
        self.assertFalse(result["visit_id"])
        self.assertFalse(case.visit_ids)
        self.assertTrue(self._plan_case(case, at(2.5), "They wait")["done"])

    def test_slots_of_a_case_make_no_visit(self):
        case = self._new_case(site_id=self.customer.id)
        slots = self._as(self.leader, self.env["aftersales.visit"]).get_case_slots(
            case.id
        )
        self.assertTrue(slots[0]["start"])
        self.assertFalse(case.visit_ids)

    def test_only_who_plans(self):
        """An agent of another team, and a reporter, plan no case of others."""
        case = self._new_case()
        for user in (self.reporter, self.accountant):
            Visit = self._as(user, self.env["aftersales.visit"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                Visit.plan_case(case.id, {})
            with self.subTest(user.login), self.assertRaises(AccessError):
                Visit.get_case_slots(case.id)

    @feature("B4-46")
    def test_other_boards_hear_of_it_once(self):
        """A change of twenty visits is one message, and it says nothing of them."""
        visits = self.env["aftersales.visit"].union(*(self._visit() for _n in range(3)))
        self.env.flush_all()
        self.env.cr.precommit.clear()
        with patch.object(
            self.env.registry["bus.bus"], "_sendone", autospec=True
        ) as sent:
            for visit in visits:
                visit.note = "Bring the long ladder"
        ours = [
            call.args[1:]
            for call in sent.call_args_list
            if call.args[2] == "aftersales_planning.board_changed"
        ]
        group = self.env.ref("aftersales_case.group_aftersales_agent")
        self.assertEqual(ours, [(group, "aftersales_planning.board_changed", {})])
