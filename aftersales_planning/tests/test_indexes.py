import re

from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from ..const import DONE
from .common import PlanningCommon, at
from .plans import explain
from .test_board import BoardSetup

VISIT, CREW = "aftersales_visit", "aftersales_visit_crew"
# Visits that are over.
OLD = 2000


@tagged("post_install", "-at_install")
class TestIndexes(BoardSetup, PlanningCommon):
    """What planners look at is found by an index, be there a million visits of old.

    PostgreSQL is asked for the queries themselves, as if it could read no whole table.
    """

    def setUp(self):
        super().setUp()
        self.waiting = self._visit(latest=at(0, 3))
        self.booked = self._book(self._visit(), at(), self.tom)
        self._new_case(site_id=self.customer.id)
        done = self._book(self._visit(), at(0, -7), self.tom, self.tina)
        done._enter(DONE)
        self._copy_done(done)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")

    def _copy_done(self, visit):
        """Let more visits be over than PostgreSQL would like to read one by one."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO aftersales_visit
                   (case_id, number, company_id, partner_id, team_id, site_id, lead_id,
                    place, origin, state, parts_state, duration, start, stop)
            SELECT case_id, 1 + n, company_id, partner_id, team_id, site_id, lead_id,
                   place, origin, state, parts_state, duration,
                   start - n * interval '3 hours', stop - n * interval '3 hours'
              FROM aftersales_visit, generate_series(1, %(count)s) AS n
             WHERE id = %(visit)s;
            INSERT INTO aftersales_visit_crew
                   (visit_id, case_id, company_id, resource_id, start, stop, is_blocking)
            SELECT v.id, c.case_id, c.company_id, c.resource_id, v.start, v.stop, TRUE
              FROM aftersales_visit v JOIN aftersales_visit_crew c USING (case_id)
             WHERE c.visit_id = %(visit)s AND v.id != %(visit)s;
            INSERT INTO calendar_event (visit_id, name, start, stop, show_as, active)
            SELECT id, 'Over', start, stop, 'busy', TRUE
              FROM aftersales_visit
             WHERE case_id = (SELECT case_id FROM aftersales_visit WHERE id = %(visit)s)
                   AND id != %(visit)s;
            ANALYZE aftersales_visit, aftersales_visit_crew, calendar_event
            """,
            {"visit": visit.id, "count": OLD},
        )

    def assertFound(self, table, index, conditions, action):
        """Assert that an action finds rows of a table by an index.

        :param conditions: of its columns, as PostgreSQL words them; none for all rows
            of a part of the table
        """
        plans = "\n".join(explain(self.env, table, action))
        self.assertNotIn(f"Seq Scan on {table}", plans)
        found = re.findall(rf"(?:using|on) {index}\b.*\n *(.*)", plans)
        self.assertTrue(
            [one for one in found if all(part in one for part in conditions)], plans
        )

    @feature("I2-67")
    def test_lane(self):
        """Open visits alone are looked at."""
        index = f"{VISIT}_open_idx"
        self.assertFound(VISIT, index, ["Index Cond: ((state)::text ="], self._lane)
        self.assertFound(VISIT, index, [], lambda: self._lane(planned=True))

    @feature("I2-67")
    def test_list_by_date(self):
        todo = self._as(self.leader, self.env["aftersales.todo"])
        self.assertFound(
            VISIT, f"{VISIT}_open_idx", [], lambda: todo.search([], limit=80)
        )

    @feature("B4-46")
    def test_window_of_the_board(self):
        """By when visits start, from both sides: half of all there were start before."""
        self.assertFound(
            VISIT, f"{VISIT}_days_idx", ["start <", "start >"], self._board
        )
        self.assertFound(
            CREW,
            f"{CREW}_days_idx",
            ["resource_id =", "start <", "start >"],
            lambda: self._board(domain=[("id", "=", self.booked.id)]),
        )

    @feature("B4-46")
    def test_customers_with_work_to_plan(self):
        self.assertFound(
            VISIT,
            f"{VISIT}_open_idx",
            ["Index Cond: ((state)::text ="],
            lambda: self._board("partner_id"),
        )

    @feature("P-28")
    def test_judge_reads_other_work(self):
        visits = self._as(self.leader, self.env["aftersales.visit"])
        move = {
            "id": self.waiting.id,
            "revision": self.waiting.revision,
            "start": str(at(4)),
            "stop": str(at(6)),
            "resource_ids": (self.tom | self.tina).ids,
        }
        self.assertFound(
            CREW,
            f"{CREW}_days_idx",
            ["resource_id =", "start <", "start >"],
            lambda: self.assertTrue(visits.plan_move([move])["done"]),
        )

    def test_judge_reads_other_appointments(self):
        """Those that are no visits alone: of these there are a thousand a day."""
        self.assertFound(
            "calendar_event",
            "calendar_event_others_idx",
            ["start >", "start <"],
            lambda: self.tom._get_people(at(), at(1)),
        )

    def test_days_of_one_technician(self):
        """His feed, and what he had to do when he is ill."""
        self.assertFound(
            CREW,
            f"{CREW}_days_idx",
            ["resource_id =", "start <", "start >"],
            self.tom._get_feed,
        )
        visits = self._as(self.leader, self.env["aftersales.visit"])
        self.assertFound(
            VISIT,
            f"{VISIT}_days_idx",
            ["start <", "start >"],
            lambda: visits._get_visits_of(self.tom, at(-9), at(9)),
        )
