"""What our teams promise each other, as agents and leaders meet it."""

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestOla(SlaCommon):
    @feature("P-08")
    def test_hand_over(self):
        """A manager promises it on a form; each hand-over ends one clock, begins another."""
        second_line = self.env["aftersales.team"].create(
            {
                "name": "Second line",
                "company_id": self.company.id,
                "leader_id": self.leader.id,
                "member_ids": [(6, 0, self.agent2.ids)],
            }
        )
        policy = Form(self._as(self.manager)["aftersales.sla.policy"])
        policy.name = "Between teams"
        with policy.target_ids.new() as target:
            target.metric = "team"
            target.quantity = 4
            self.assertEqual(target.party, "team")
            self.assertIn("Each team hands on or solves", target.sentence)
        policy.save()
        with self._at():
            case = self._as(self.agent, self._new_case(user_id=self.agent.id))
            self.assertEqual(self._clocks(case).due_at, at(5))
        with self._at(2):
            self._hand_over(case, second_line)
            first, second = self._clocks(case)
            self.assertEqual((first.state, first.seconds_elapsed), ("met", 7200))
            self.assertEqual((second.start_at, second.due_at), (at(2), at(7)))
        with self._at(3):
            self._hand_over(case, self.team)
            _first, second, third = self._clocks(case)
            self.assertEqual((second.state, third.due_at), ("met", at(8)))
            self.assertTrue(case.next_due_at)
            self.assertFalse(case._get_promised_at()[case])
        with self._at(0, 1):
            self._run_job()
            self.assertEqual((third.state, third.breached_at), ("breached", at(8)))
            told = self._as(self.agent, third)
            self.assertEqual(told.party, "team")
            self.assertIn("Missed", told.state_text)
        with self._at(1, 1):
            self._hand_over(case, second_line)
        # Two hours and, with a night between, six; one hour, and what goes on in time.
        self.assertEqual(self._report(case), {self.team: 8, second_line: 1})

    def test_hold_without_waiting(self):
        """The hold of a team is its own time: what the case waited is not in it."""
        self._policy({"metric": "team", "quantity": 1})
        with self._at():
            case = self._complete(self._new_case(user_id=self.agent.id))
            case.stage_id = self.stage_wait_customer
        with self._at(1):
            case.stage_id = self.stage_progress
        with self._at(2.5):
            case.stage_id = self.stage_solved
        self.assertEqual(self._report(case), {self.team: 1.5})

    def _report(self, case):
        """Return ``{team: hours}`` that each had a case, as the report shows it."""
        reports = self._as(self.leader)["aftersales.sla.report"]
        groups = reports.formatted_read_group(
            [("case_id", "=", case.id)], ["team_id"], ["held_hours:sum"]
        )
        teams = self.env["aftersales.team"]
        return {
            teams.browse(group["team_id"][0]): group["held_hours:sum"]
            for group in groups
        }

    def _hand_over(self, case, team):
        with Form(self._as(self.leader, case)) as form:
            form.team_id = team
