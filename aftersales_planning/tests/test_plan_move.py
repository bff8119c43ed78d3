from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import PARTS_MISSING, PLANNED, TO_PLAN
from .common import MONDAY, PlanningCommon, at


@tagged("post_install", "-at_install")
@freeze_time(MONDAY)
class TestPlanMove(PlanningCommon):
    """What the planner drags, as the leader's browser sends it."""

    def setUp(self):
        super().setUp()
        self.visits = self._as(self.leader)["aftersales.visit"]

    def _move(self, visit, start, *resources, hours=2, **values):
        resources = resources or (self.tom,)
        return {
            "id": visit.id,
            "revision": visit.revision,
            "start": start and Datetime.to_string(start),
            "stop": start and Datetime.to_string(at(hours) + (start - at())),
            "resource_ids": start and [one.id for one in resources],
            **values,
        }

    def _off(self, visit):
        return self._move(visit, False)

    @feature("I2-67", "P-29")
    def test_plan_move_and_undo(self):
        visit = self._visit()
        answer = self.visits.plan_move([self._move(visit, at(), self.tom, self.tina)])
        self.assertEqual(answer["done"], True)
        self.assertEqual((visit.state, visit.start, visit.stop), (PLANNED, at(), at(2)))
        self.assertEqual(visit.lead_id, self.tom)
        moved = self.visits.plan_move([self._move(visit, at(4), self.tina)])
        self.assertEqual(visit.crew_ids.resource_id, self.tina)
        back = self.visits.plan_move(moved["before"])
        self.assertEqual((visit.start, visit.lead_id), (at(), self.tom))
        self.assertEqual(visit.crew_ids.resource_id, self.tom | self.tina)
        self.visits.plan_move(back["before"])
        self.assertEqual((visit.start, visit.lead_id), (at(4), self.tina))
        answer["before"][0]["revision"] = visit.revision
        self.visits.plan_move(answer["before"])
        self.assertEqual((visit.state, visit.start), (TO_PLAN, False))

    @feature("P-29")
    def test_refused_and_nothing_half_written(self):
        """One of two does not fit: neither is moved, and the reason is one sentence."""
        one, other, there = (self._visit() for _number in range(3))
        self._book(there, at(4))
        with self.assertRefused(
            UserError, f"^Tom is on {there.name} from .* to .*\\.$"
        ):
            self.visits.plan_move([self._move(one, at()), self._move(other, at(5))])
        self.assertEqual((one.state, other.state), (TO_PLAN, TO_PLAN))

    def test_two_that_meet(self):
        one, other = self._visit(), self._visit()
        with self.assertRefused(UserError, f"Tom is on {other.name} from"):
            self.visits.plan_move([self._move(one, at()), self._move(other, at(1))])

    @feature("B4-48")
    def test_change_places(self):
        """Two change day and technician at once, and a third makes room."""
        one, other = self._book(self._visit(), at()), self._book(self._visit(), at(4))
        third = self._book(self._visit(), at(days=1))
        self.visits.plan_move(
            [
                self._move(one, at(4)),
                self._move(other, at(days=1)),
                self._off(third),
            ]
        )
        self.assertEqual(
            (one.start, other.start, third.state), (at(4), at(days=1), TO_PLAN)
        )

    def test_warning_asks_for_a_reason(self):
        """Without one nothing is done; with one it is logged; later it is not asked."""
        visit = self._visit(parts_state=PARTS_MISSING)
        answer = self.visits.plan_move([self._move(visit, at())])
        text = f"The parts for {visit.name} are not ready yet."
        self.assertEqual(answer["ask"], [{"id": visit.id, "texts": [text]}])
        self.assertEqual((answer["done"], visit.state), (False, TO_PLAN))
        for blank in ("  ", None, 7):
            self.assertFalse(
                self.visits.plan_move([self._move(visit, at())], blank)["done"]
            )
        answer = self.visits.plan_move([self._move(visit, at())], "They come by van")
        self.assertEqual(answer["warnings"], {visit.id: [text]})
        event = visit.case_id.event_ids.filtered(
            lambda one: one.kind == "visit_overruled"
        )
        self.assertEqual(event.reason, "parts: They come by van")
        self.assertEqual(event.actor_id, self.leader)
        self.assertTrue(self.visits.plan_move([self._move(visit, at(4))])["done"])

    def test_changed_meanwhile(self):
        visit = self._visit()
        stale = self._move(visit, at())
        self._as(self.manager)["aftersales.visit"].plan_move([stale])
        with self.assertRefused(
            UserError, f"^{visit.name} was changed meanwhile by Mees Manager. Look"
        ):
            self.visits.plan_move([stale | {"start": Datetime.to_string(at(1))}])

    def test_locked(self):
        visit = self._book(self._visit(), at())
        own = self._as(self.leader, visit)
        own.action_lock()
        for move in (self._move(visit, at(4)), self._off(visit)):
            with self.assertRefused(UserError, "is locked. Unlock it"):
                self.visits.plan_move([move])
        with self.assertRefused(UserError, "is locked"):
            own.action_unplan()
        own.action_unlock()
        self.assertTrue(self.visits.plan_move([self._move(visit, at(4))])["done"])
        kinds = visit.case_id.event_ids.mapped("kind")
        self.assertIn("visit_locked", kinds)
        self.assertIn("visit_unlocked", kinds)
        with self.assertRefused(UserError, "is not planned, and cannot be locked"):
            self._as(self.leader, self._visit()).action_lock()

    def test_rights(self):
        """Technicians read the board; leaders of others plan nothing here."""
        visit = self._visit()
        for user in (self.agent, self.tom.user_id, self.reporter, self.accountant):
            with self.subTest(user.login), self.assertRefused(AccessError, ""):
                self._as(user)["aftersales.visit"].plan_move([self._move(visit, at())])
            for name in ("action_lock", "action_unlock", "action_unplan"):
                with self.subTest(f"{user.login} {name}"):
                    with self.assertRefused(AccessError, ""):
                        getattr(self._as(user, visit), name)()
        self.assertEqual(visit.state, TO_PLAN)

    def test_what_makes_no_sense(self):
        visit = self._visit()
        good = self._move(visit, at())
        gone = self._visit()
        gone_move = self._move(gone, at())
        gone.sudo().unlink()
        for moves, text in (
            ([], "Choose the visits to move"),
            ("all", "Choose the visits to move"),
            ([good, good], "to one place only"),
            ([{"id": visit.id}], "cannot be read"),
            ([None], "cannot be read"),
            ([good | {"start": "monday"}], "cannot be read"),
            ([good | {"id": "x"}], "cannot be read"),
            ([good | {"stop": False}], "a start, an end and somebody"),
            ([good | {"resource_ids": []}], "a start, an end and somebody"),
            ([good | {"resource_ids": [self.tom.id] * 2}], "each person goes once"),
            ([good | {"resource_ids": [0x7FFFFFFF]}], "somebody was deleted"),
            ([gone_move], "deleted meanwhile"),
            ([good | {"stop": good["start"]}], "ends after it starts"),
            ([good | {"start": "2226-03-02 09:00:00"}], "within three years"),
            ([self._move(visit, at(12), hours=4)], "over midnight"),
        ):
            with self.subTest(text), self.assertRefused(UserError, text):
                self.visits.plan_move(moves)
        self.assertEqual((visit.state, visit.revision), (TO_PLAN, 0))

    def test_other_company(self):
        """A technician of a company that the leader cannot see is not his to send."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.sub.copy({"name": "Stranger", "company_id": other.id})
        stranger.does_visits = True
        visit = self._visit()
        with self.assertRefused((AccessError, UserError), ""):
            self.visits.plan_move([self._move(visit, at(), stranger)])

    def test_queries_do_not_grow(self):
        """Asking for one visit and for ten, each with another technician, costs the same."""
        case = self._new_case()
        visits = [self._visit(case, parts_state=PARTS_MISSING) for _number in range(10)]
        crew = [self._technician(f"T{number}") for number in range(10)]
        pairs = list(zip(visits, crew, strict=True))
        moves = [self._move(visit, at(), one) for visit, one in pairs]

        def ask(count):
            return lambda: self.assertEqual(
                len(self.visits.plan_move(moves[:count])["ask"]), count
            )

        ask(1)()
        ask(10)()
        one = self._count_queries(ask(1))
        self.assertEqual(self._count_queries(ask(10)), one)
