"""When levels are reached, and that each is told once."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import feature

from .common import at, new_calendar
from .escalation import EscalationCommon

WARNED, MISSED = "At 80 % of the time", "When it is missed"


class TestReached(EscalationCommon):
    @feature("P-12", "B4-90")
    def test_warned_once(self):
        """At four fifths of its time the responsible is told, and never again."""
        self._level("responsible")
        case = self._start()
        clock = self._clocks(case)
        self.assertNext(clock, 5)
        self._run_at(4.9)
        self.assertFalse(case.alert_ids)
        self._run_at(5)
        [alert] = self._alerts(case)
        self.assertEqual(self._get_told(case), [(WARNED, self.agent, "inbox")])
        self.assertEqual((alert.reached_at, alert.sent_at), (at(5), at(5)))
        message = alert.message_id
        self.assertEqual(message.partner_ids, self.agent.partner_id)
        self.assertIn(case.number, message.subject)
        self.assertIn(f"/odoo/cases/{case.id}", message.body)
        self.assertEqual(message.notification_ids.notification_type, "inbox")
        self.assertEqual(clock.next_at.hour, 15)
        self._run_at(5)
        self._run_at(5.5)
        self.assertEqual(case.alert_ids, alert)

    @feature("B4-92", "I2-28")
    def test_to_two_superiors(self):
        """Still late two working days after: the superior, and his superior."""
        self._employ(self.agent, self.leader, self.manager)
        self._level("responsible", percent=100)
        level = self._level(
            "superior", "next_superior", when="after", quantity=2, unit="days"
        )
        case = self._start()
        self._run_at(6.1)
        self.assertEqual(self._get_told(case), [(MISSED, self.agent, "inbox")])
        clock = self._clocks(case)
        self.assertEqual(clock.state, "breached")
        self.assertNext(clock, 6, 2)
        self._run_at(6, 2)
        text = level._tell_when()
        self.assertEqual(
            self._get_told(case)[1:],
            [(text, self.leader, "inbox"), (text, self.manager, "inbox")],
        )
        self.assertFalse(clock.next_at)

    def test_stands_still(self):
        """What stands still tells nobody; the moment moves with what is due."""
        self._level("responsible")
        case = self._start()
        with self._at(4.5):
            case.stage_id = self.stage_wait_customer
        self._run_at(7)
        self.assertFalse(case.alert_ids)
        self.assertFalse(self._clocks(case).next_at)
        with self._at(7.5):
            case.stage_id = self.stage_progress
            # Half an hour was left until four fifths; at five the office closes.
            self.assertNext(self._clocks(case), 23)
        self._run_at(0, 1)
        self.assertEqual(self._get_told(case), [(WARNED, self.agent, "inbox")])

    def test_late_and_waiting(self):
        """After a miss, too, nobody is told while the case waits for its customer."""
        self._level("leader", when="after", quantity=1)
        case = self._start()
        with self._at(6.5):
            self._run_job()
            case.stage_id = self.stage_wait_customer
        self._run_at(7.5)
        self.assertFalse(case.alert_ids)
        with self._at(0, 1):
            case.stage_id = self.stage_progress
            # Half an hour of lateness was counted, half an hour is left.
            self.assertNext(self._clocks(case), 0.5, 1)

    def test_done_in_time(self):
        """What was solved before is told to nobody."""
        self._level("responsible")
        case = self._complete(self._start())
        with self._at(4):
            case.stage_id = self.stage_solved
        self._run_at(5)
        self.assertFalse(case.alert_ids)

    def test_solved_before_it_was_told(self):
        """What waits for the receiver's morning is not told when it is solved by then."""
        self._policy(
            {"metric": "resolved", "quantity": 12}, priority="1", calendar_id=False
        )
        policy = self.env["aftersales.sla.policy"].search([], order="id desc", limit=1)
        self._level("responsible", "leader", owner=policy)
        case = self._complete(self._start())
        self._run_at(9.75)  # a quarter to seven in the evening
        waiting = self._alerts(case)
        self.assertEqual(waiting.mapped("state"), ["waiting", "waiting"])
        self.assertEqual(waiting.mapped("send_at"), [at(23), at(23)])
        with self._at(10):
            case.stage_id = self.stage_solved
        self._run_at(23)
        self.assertEqual(waiting.mapped("state"), ["over", "over"])

    def test_two_levels_at_once(self):
        """After a night without the job both levels are told, each to its own people."""
        self._level("responsible")
        self._level("leader", percent=100)
        case = self._start()
        self._run_at(7)
        told = [(WARNED, self.agent, "inbox"), (MISSED, self.leader, "inbox")]
        self.assertEqual(self._get_told(case), told)

    def test_born_late(self):
        """Reported long before it was entered: only the highest level is told."""
        self._level("responsible")
        self._level("leader", percent=100)
        with self._at(7):
            case = self._new_case(user_id=self.agent.id, reported_at=at())
        self._run_at(7)
        self.assertEqual(self._get_told(case), [(MISSED, self.leader, "inbox")])
        self.assertEqual(
            case.alert_ids.filtered(lambda a: a.state == "passed").level_text, WARNED
        )

    def test_passed_and_then_another_policy(self):
        """A step that was passed over is told when another policy names it anew."""
        level = self._level("responsible")
        level.condition_ids = [
            Command.create({"key": "priority", "value_shown": "Urgent"})
        ]
        urgent = self._policy(
            {"metric": "resolved", "quantity": 6}, name="Urgent", priority="3"
        )
        self._level("leader", owner=urgent)
        case = self._start()
        self._run_at(5)
        self.assertEqual(case.alert_ids.mapped("state"), ["passed"])
        with self._at(5.1):
            case.write({"urgency": "3", "impact": "3"})
        self._run_at(5.9)
        self.assertEqual(self._get_told(case), [(WARNED, self.leader, "inbox")])

    def test_every_answer_anew(self):
        """Each message of the customer is a promise of its own."""
        policy = self._policy({"metric": "next_reply", "quantity": 2}, sequence=1)
        self._level("responsible", owner=policy, percent=50)
        case = self._start()
        for hours in (0, 6):
            with self._at(hours):
                self._write_as_customer(case)
            self._run_at(hours + 1)
            with self._at(hours + 1.5):
                self._answer(case)
        self.assertEqual(len(self._alerts(case, "sent")), 2)

    def test_target_before_policy(self):
        """Where both name the same moment, the target's level holds."""
        self._level("responsible")
        own = self._level("leader", owner=self.policy.target_ids)
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).level_id, own)
        self.assertEqual(self._alerts(case).told_user_id, self.leader)

    def test_kept_without_clock(self):
        """What was told stays, when the replay takes the clock away."""
        self._level("responsible")
        case = self._start()
        self._run_at(5)
        with self._at(5.1):
            self.env.cr.execute(
                "DELETE FROM aftersales_sla_clock WHERE case_id = %s", case.ids
            )
            self.env.invalidate_all()
            case._mark_clocks()
        self._run_at(5.2)
        self.assertEqual(len(self._alerts(case)), 1)
        self.assertEqual(self._alerts(case).target_id, self.policy.target_ids)

    def test_level_after_the_due_moment(self):
        """A level that comes after the due moment is not the next that happens."""
        self._level("leader", when="after", quantity=1)
        case = self._start()
        clock = self._clocks(case)
        due = at(6) + timedelta(seconds=1)
        self.assertEqual(clock.next_at, due)
        self._run_at(6.1)
        self.assertEqual(clock.state, "breached")
        self.assertNext(clock, 7)

    def test_level_that_comes_later(self):
        """A new level reaches what runs, and what is late already."""
        case = self._start()
        self._run_at(6.5)
        with self._at(6.6):
            self._level("leader", when="after", quantity=1)
        self._run_at(6.6)
        self.assertNext(self._clocks(case), 7)
        self._run_at(7)
        self.assertEqual(self._alerts(case, "sent").told_user_id, self.leader)


class TestChanged(EscalationCommon):
    """What becomes of levels when another policy comes to hold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._level("responsible")
        cls._level("leader", percent=100)
        cls.urgent = cls._policy(
            {"metric": "resolved", "quantity": 2}, name="Urgent", priority="3"
        )
        for percent in (50, 80, 100):
            cls._level("leader", owner=cls.urgent, percent=percent)

    @feature("P-12")
    def test_priority(self):
        """A change of priority tells nothing again; of what is past the highest only."""
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._get_told(case), [(WARNED, self.agent, "inbox")])
        with self._at(5.5):
            case.write({"urgency": "3", "impact": "3"})
        self._run_at(5.5)
        self.assertEqual(self._get_told(case)[1:], [(MISSED, self.leader, "inbox")])
        passed = case.alert_ids.filtered(lambda alert: alert.state == "passed")
        self.assertEqual(passed.mapped("level_text"), ["At 50 % of the time"])
        with self._at(5.6):
            case.write({"urgency": "2", "impact": "2"})
        self._run_at(6.5)
        self.assertEqual(len(self._get_told(case)), 2)

    def test_all_told_before(self):
        """After the last level was told no earlier one of another policy is."""
        case = self._start()
        self._run_at(6.5)
        told = self._get_told(case)
        self.assertEqual([level for level, _user, _by in told], [WARNED, MISSED])
        with self._at(6.6):
            case.write({"urgency": "3", "impact": "3"})
        self._run_at(6.6)
        self.assertEqual(self._get_told(case), told)
        passed = case.alert_ids.filtered(lambda alert: alert.state == "passed")
        self.assertEqual(passed.mapped("level_text"), ["At 50 % of the time"])

    def test_waiting_moves_over(self):
        """What waits to be told is told of the clock that took the place."""
        self.env["aftersales.escalation.level"].search([]).unlink()
        self._level({"kind": "person", "user_id": self.manager.id})
        self._level("responsible", owner=self.urgent)
        self._employ(self.manager, resource_calendar_id=self._mornings().id)
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).state, "waiting")
        with self._at(5.5):
            case.write({"urgency": "3", "impact": "3"})
        self._run_at(0, 1)
        self.assertEqual(self._alerts(case).told_user_id, self.manager)
        self.assertIn("Missed", self._alerts(case).message_id.body)

    def test_archived_before_it_was_told(self):
        """What waits for the morning is not told when its policy is archived by then."""
        self.env["aftersales.escalation.level"].search([]).unlink()
        self.policy.target_ids.quantity = 7.5
        self._level({"kind": "person", "user_id": self.manager.id})
        self._employ(self.manager, resource_calendar_id=self._mornings().id)
        case = self._start()
        self._run_at(7.5)
        self.assertEqual(self._alerts(case).state, "waiting")
        with self._at(8):
            self.policy.active = False
        self._run_at(23)
        self.assertEqual(self._alerts(case).state, "over")

    def _mornings(self):
        return new_calendar(
            self.env, (8, 12), name="Mornings", company_id=self.company.id
        )

    def test_side_by_side(self):
        """Two promises that run at once are told each for itself."""
        self.policy.target_ids = [
            Command.create({"metric": "resolved", "quantity": 10})
        ]
        case = self._start()
        self._run_at(5)
        self._run_at(0, 1)
        warned = [one for one in self._alerts(case) if one.level_text == WARNED]
        self.assertEqual(len(warned), 2)

    def test_new_version(self):
        """Cases that move over to a new version are told nothing again."""
        case = self._start()
        self._run_at(5)
        with self._at(5.2):
            self.policy._change_from(at(0, 1).date(), True)
        with self._at(1, 1):
            self._run_job()
            self.policy._mark_clocks()
            self._run_job()
        self.assertEqual(
            [level for level, _user, _by in self._get_told(case)], [WARNED, MISSED]
        )
