"""Each term of a promise, lived through by a case as its people live it."""

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestAnswers(SlaCommon):
    """First answer, next answer, regular update: what is said, and to whom."""

    @feature("P-01", "P-15")
    def test_first_answer(self):
        """The first public message of a colleague to the customer; no note, no receipt."""
        self._policy({"metric": "response", "quantity": 4})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            [clock] = self._clocks(case)
            self.assertEqual(clock.due_at, at(5))
        with self._at(1):
            self._answer(case, subtype_xmlid="mail.mt_note", partner_ids=[])
            self._write_as_customer(case)
            self.assertEqual(self._clocks(case).state, "running")
        with self._at(2):
            self._answer(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(2)))
            self.assertEqual(clock.seconds_elapsed, 2 * 3600)

    @feature("P-06", "P-15")
    def test_next_answer(self):
        """From the oldest unanswered message of the customer to the next answer."""
        self._policy({"metric": "next_reply", "quantity": 2})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertFalse(self._clocks(case))
        with self._at(1):
            self._write_as_customer(case)
            self.assertEqual(self._clocks(case).due_at, at(3))
        with self._at(2):
            self._write_as_customer(case)
            self.assertEqual(self._clocks(case).due_at, at(3))
            self._answer(case)
        with self._at(5):
            self._write_as_customer(case)
            first, second = self._clocks(case)
            self.assertEqual((first.state, first.ended_at), ("met", at(2)))
            self.assertEqual((second.cycle, second.state), (2, "running"))
            self.assertEqual((second.start_at, second.due_at), (at(5), at(7)))

    @feature("P-15")
    def test_regular_update(self):
        """From each answer to the next one, until the case is closed."""
        self._policy({"metric": "update", "quantity": 1, "unit": "days"})
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
            self._answer(case)
        with self._at(2):
            self._answer(case)
            first, second = self._clocks(case)
            self.assertEqual((first.state, first.ended_at), ("met", at(2)))
            self.assertEqual((second.state, second.due_at), ("running", at(2, 1)))
        with self._at(6):
            case.stage_id = self.stage_solved
            self.assertEqual(self._clocks(case)[1].state, "cancelled")

    @feature("P-06")
    def test_waiting(self):
        """Time in which the customer has to answer is not counted, and moves the due."""
        self._policy({"metric": "next_reply", "quantity": 4})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self._write_as_customer(case)
        with self._at(1):
            case.stage_id = self.stage_wait_supplier
            self.assertEqual(self._clocks(case).state, "running")
        with self._at(2):
            case.stage_id = self.stage_wait_customer
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.due_at), ("paused", False))
            self.assertEqual(clock.seconds_left, 2 * 3600)
        with self._at(days=30):
            self._run_job()
            self.assertEqual(clock.state, "paused")


class TestSteps(SlaCommon):
    """Taken on, stage reached, time in a stage, a team's time, the supplier's."""

    @feature("P-15")
    def test_taken_on(self):
        """Somebody takes it on purpose; that it fell to somebody is not enough."""
        self._policy({"metric": "assigned", "quantity": 1})
        self.team.assignment_method = "leader"
        with self._at():
            case = self._new_case()
            self.assertTrue(case.is_unassigned)
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.due_at), ("running", at(1)))
        with self._at(0.5):
            self._as(self.agent, case).action_take()
            self.assertEqual((clock.state, clock.ended_at), ("met", at(0.5)))

    @feature("P-15")
    def test_stage_reached(self):
        """The first entry of the stage, or of a later one of the type."""
        target = {"metric": "reach", "quantity": 4, "stage_id": self.stage_progress.id}
        self._policy(target)
        with self._at():
            cases = [self._new_case(user_id=self.agent.id) for _each in range(3)]
            direct, beyond, dropped = cases
            self._complete(beyond)
        with self._at(1):
            direct.stage_id = self.stage_progress
            beyond.stage_id = self.stage_solved
            with dropped._changing(forced=True) as moved:
                moved.stage_id = self.stage_cancelled
        states = [self._clocks(case).state for case in cases]
        self.assertEqual(states, ["met", "met", "cancelled"])

    def test_stage_of_another_type(self):
        """A stage that the type does not have is no promise."""
        stage = self.env["aftersales.case.stage"].create(
            {"name": "Elsewhere", "state": "open"}
        )
        self._policy({"metric": "reach", "quantity": 4, "stage_id": stage.id})
        with self._at():
            self.assertFalse(self._clocks(self._new_case()))

    @feature("P-15")
    def test_time_in_a_stage(self):
        """Each stay is a cycle, from its first moment to its last."""
        target = {"metric": "stay", "quantity": 2, "stage_id": self.stage_progress.id}
        self._policy(target)
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertFalse(self._clocks(case))
            case.stage_id = self.stage_progress
        with self._at(1):
            case.stage_id = self.stage_wait_supplier
        with self._at(2):
            case.stage_id = self.stage_progress
            first, second = self._clocks(case)
            self.assertEqual((first.state, first.seconds_elapsed), ("met", 3600))
            self.assertEqual((second.start_at, second.due_at), (at(2), at(5)))

    @feature("P-15")
    def test_time_with_a_team(self):
        """It runs while the team has the case; coming back is a new cycle."""
        second_line = self.env["aftersales.team"].create(
            {
                "name": "Second line",
                "company_id": self.company.id,
                "leader_id": self.leader.id,
                "member_ids": [(6, 0, self.agent2.ids)],
            }
        )
        target = {"metric": "team", "party": "team", "quantity": 4}
        self._policy(target | {"team_id": self.team.id})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            case.team_id = second_line
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.party), ("met", "team"))
        with self._at(2):
            case.team_id = self.team
            self.assertEqual(self._clocks(case)[1].due_at, at(7))
        with self._at(2.5):
            case.stage_id = self.stage_wait_customer
            self.assertEqual(self._clocks(case)[1].state, "paused")

    @feature("P-15")
    def test_supplier(self):
        """The customer's clock stands still while the supplier's runs."""
        self._policy(
            {"metric": "resolved", "quantity": 8, "pause_supplier": True},
        )
        supplier = self.env["res.partner"].create({"name": "Grinder Works"})
        agreement = self.env["agreement"].create(
            {
                "name": "Grinder contract",
                "code": "GRIND",
                "partner_id": supplier.id,
                "company_id": self.company.id,
                "domain": "purchase",
            }
        )
        self._policy({"metric": "supplier", "quantity": 2}, agreement_id=agreement.id)
        with self._at():
            case = self._new_case(user_id=self.agent.id, supplier_id=supplier.id)
            [ours] = self._clocks(case)
        with self._at(1):
            case.stage_id = self.stage_wait_supplier
            ours, theirs = self._clocks(case)
            self.assertEqual((ours.state, ours.seconds_left), ("paused", 7 * 3600))
            self.assertEqual((theirs.state, theirs.due_at), ("running", at(3)))
        with self._at(2):
            case.stage_id = self.stage_progress
            ours, theirs = self._clocks(case)
            self.assertEqual((ours.state, theirs.state), ("running", "met"))
            self.assertEqual(ours.seconds_supplier, 3600)


class TestSolved(SlaCommon):
    """Solved, and opened again: the three rules."""

    def _solve_and_reopen(self, reopening):
        self._policy({"metric": "resolved", "quantity": 6, "reopening": reopening})
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(2):
            case.stage_id = self.stage_solved
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(2)))
        with self._at(5):
            self._as(self.agent, case)._reopen("It leaks again")
            return self._clocks(case)

    @feature("P-15")
    def test_goes_on(self):
        """What was closed is a pause of its own, never shown as waiting."""
        [clock] = self._solve_and_reopen("continue")
        self.assertEqual((clock.state, clock.seconds_closed), ("running", 2 * 3600))
        self.assertFalse(clock.seconds_customer)
        self.assertEqual(clock.due_at, at(0, 1))

    @feature("P-15")
    def test_starts_anew(self):
        first, second = self._solve_and_reopen("cycle")
        self.assertEqual((first.state, first.ended_at), ("met", at(2)))
        self.assertEqual((second.state, second.start_at), ("running", at(5)))
        self.assertEqual(second.due_at, at(2, 1))

    @feature("P-15")
    def test_stays_met(self):
        [clock] = self._solve_and_reopen("met")
        self.assertEqual((clock.state, clock.ended_at), ("met", at(2)))

    def test_rejected_is_an_answer(self):
        """Rejected is solved; cancelled is not, and takes the clock with it."""
        self._policy({"metric": "resolved", "quantity": 6})
        with self._at():
            cases = self._complete(self._new_case(user_id=self.agent.id))
            cases |= self._complete(self._new_case(user_id=self.agent.id))
        with self._at(1), cases._changing(forced=True) as moved:
            moved[0].stage_id = self.stage_rejected
            moved[1].stage_id = self.stage_cancelled
        states = [self._clocks(case).state for case in cases]
        self.assertEqual(states, ["met", "cancelled"])
