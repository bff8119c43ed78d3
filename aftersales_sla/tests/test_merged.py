"""What becomes of clocks when a case is merged late, or opened again and again."""

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestMerged(SlaCommon):
    def setUp(self):
        super().setUp()
        self._policy({"metric": "resolved", "quantity": 4})
        with self._at():
            self.old = self._new_case(user_id=self.agent2.id)

    def _merge(self, new):
        self._as(self.agent, self.old)._merge_into(new)
        return self._clocks(new)

    @feature("P-13")
    def test_missed_while_the_other_waited(self):
        """A miss passes on with moment and holder, though the other one was paused."""
        with self._at(1):
            new = self._new_case(user_id=self.agent.id)
            new.stage_id = self.stage_wait_customer
        with self._at(6):
            self._run_job()
            self.assertEqual(self._clocks(self.old).state, "breached")
            self.assertEqual(self._clocks(new).state, "paused")
            clock = self._merge(new)
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self.assertEqual((clock.due_at, clock.ended_at), (at(5), False))
            self.assertEqual(clock.breached_user_id, self.agent2)
            self.assertTrue(new.is_late)
            misses = new.event_ids.filtered(lambda event: event.kind == "sla_breach")
            self.assertEqual(misses.mapped("to_at"), [at(5)])
        with self._at(7):
            new.stage_id = self.stage_progress
            clock = self._clocks(new)
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self._as(self.leader, new)._repair_clocks("To be sure")
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self.assertEqual(clock.breached_user_id, self.agent2)

    def test_missed_in_the_same_moment(self):
        """No job had seen the miss yet: it is found when they are merged."""
        with self._at(1):
            new = self._new_case(user_id=self.agent.id)
            new.stage_id = self.stage_wait_customer
        with self._at(6):
            clock = self._merge(new)
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(5)))
            self.assertEqual(clock.breached_user_id, self.agent2)

    def test_done_before(self):
        """What the other one had done by then, it has not missed."""
        self._policy({"metric": "response", "quantity": 2}, sequence=1)
        with self._at():
            old = self.old = self._new_case(user_id=self.agent2.id)
        with self._at(1):
            new = self._new_case(user_id=self.agent.id)
            self._answer(new)
        with self._at(6):
            self._run_job()
            self.assertEqual(self._clocks(old).state, "breached")
            self.assertEqual(self._merge(new).state, "met")

    def test_merged_twice(self):
        """A miss passes on through every merge."""
        with self._at(1):
            new, last = (self._new_case(user_id=self.agent.id) for _each in range(2))
            (new | last).stage_id = self.stage_wait_customer
        with self._at(6):
            self._merge(new)
            self.old = new
            self.assertEqual(self._merge(last).breached_at, at(5))


class TestOpenedAgain(SlaCommon):
    def _open_thrice(self, reopening):
        self._policy({"metric": "resolved", "quantity": 6, "reopening": reopening})
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
        for day in range(3):
            with self._at(1, day):
                case.stage_id = self.stage_solved
            with self._at(2, day):
                self._as(self.agent, case)._reopen("It leaks again")
        return self._clocks(case)

    @feature("P-15")
    def test_goes_on(self):
        """Closed three times: three pauses, one clock."""
        [clock] = self._open_thrice("continue")
        # An hour of the first day; of the others eight less the hour it was closed.
        self.assertEqual((clock.state, clock.seconds_closed), ("breached", 3 * 3600))

    @feature("P-15")
    def test_starts_anew(self):
        """Closed three times: three that were met or missed, and one that runs."""
        clocks = self._open_thrice("cycle")
        self.assertEqual(clocks.mapped("cycle"), [1, 2, 3, 4])
        states = ["met", "breached", "breached", "running"]
        self.assertEqual(clocks.mapped("state"), states)

    @feature("P-15")
    def test_stays_met(self):
        """The first solution counts."""
        [clock] = self._open_thrice("met")
        self.assertEqual((clock.state, clock.ended_at), ("met", at(1)))
