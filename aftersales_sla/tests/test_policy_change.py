from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import MONDAY, SlaCommon

TUESDAY = date(2026, 3, 3)


class TestPolicyChange(SlaCommon):
    """What becomes of running clocks when what they stand on is changed."""

    def _change(self, policy, running="keep", day=TUESDAY):
        """Change a policy from a day on, as a manager does; return the new version."""
        dialogs = self._as(self.manager)["aftersales.sla.change"].with_context(
            default_policy_id=policy.id
        )
        with Form(dialogs) as form:
            form.day = day
            if running != "keep":
                form.running = running
        action = form.record.action_apply()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _states(self, case):
        return {clock.policy_id: clock.state for clock in self._clocks(case)}

    def _move_over(self):
        self._flush()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_sla.cron_move_over").method_direct_trigger()
        self._run_job()

    @feature("B4-89")
    def test_running_cases_keep(self):
        """From a day on another version holds for new cases; what runs keeps its promise."""
        old = self._policy({"quantity": 20}, name="Standard")
        with self._at():
            case = self._new_case()
            self.assertEqual(self._states(case), {old: "running"})
            dialogs = self._as(self.manager)["aftersales.sla.change"]
            form = Form(dialogs.with_context(default_policy_id=old.id))
            self.assertEqual(form.running_count, 1)
            new = self._change(old)
            new.target_ids.quantity = 10
        self.assertEqual((old.date_to, new.date_from), (MONDAY.date(), TUESDAY))
        self.assertEqual(old.next_policy_id, new)
        self.assertEqual(new.name, "Standard")
        with self._at(days=1):
            self._move_over()
            self.assertEqual(self._states(case), {old: "running"})
            self.assertEqual(self._states(self._new_case()), {new: "running"})
            case.priority = "3"
            self.assertEqual(self._states(case), {old: "running"})

    def test_running_cases_move(self):
        """Where they move over, they do on the day, from the same start."""
        old = self._policy({"quantity": 20})
        with self._at():
            case = self._new_case()
            new = self._change(old, "move")
            new.target_ids.quantity = 10
            self._move_over()
            self.assertEqual(self._states(case), {old: "running"})
        with self._at(days=1):
            self._move_over()
            self.assertEqual(self._states(case), {old: "cancelled", new: "running"})
            dialogs = self._as(self.manager)["aftersales.sla.match"]
            answer = Form(dialogs.with_context(default_case_id=case.id)).answer
            self.assertIn(f"“{new.name}” holds in its version from 03/03/2026", answer)
            [clock] = case.clock_ids.filtered(lambda one: one.state == "running")
            self.assertEqual(clock.start_at, MONDAY)
            self.assertEqual(clock.due_at, MONDAY + timedelta(days=1, hours=2))
            # Changed again: they follow to the last version.
            newest = self._change(new, "move", date(2026, 3, 4))
        with self._at(days=2):
            self._move_over()
            self.assertEqual(self._states(case)[newest], "breached")

    def test_moved_from_an_archived_version(self):
        """Archiving the version that ended leaves those who moved over where they are."""
        old = self._policy({"quantity": 20})
        with self._at():
            case = self._new_case()
            new = self._change(old, "move")
        with self._at(days=1):
            self._move_over()
            old.active = False
            self._run_job()
            self.assertEqual(self._states(case)[new], "running")

    def test_refused_days(self):
        """A version begins after the one it follows, not in the past, and only once."""
        with self._at():
            policy = self._policy({}, date_from="2026-03-02", date_to="2026-03-31")
            for day, text in (
                (date(2026, 3, 1), "choose today or a later day"),
                (date(2026, 3, 2), "choose a day after 2026-03-02"),
                (date(2026, 4, 1), "ends on 2026-03-31"),
            ):
                with self.assertRefused(UserError, f"Valid From: .*{text}"):
                    self._change(policy, day=day)
            new = self._change(policy)
            self.assertEqual(new.date_to, date(2026, 3, 31))
            with self.assertRefused(UserError, "was changed already, into Standard"):
                self._change(policy)
        with self.assertRefused(UserError, "Changed Into: use the button"):
            self._as(self.manager, policy).write({"is_moved_over": True})

    def test_archived(self):
        """Archiving a policy cancels its clocks; what was missed stays missed."""
        policy = self._policy(
            {"metric": "response", "quantity": 1}, {"metric": "resolved", "quantity": 8}
        )
        with self._at():
            case = self._new_case()
            self._flush()
        with self._at(2):
            self._run_job()
            policy.active = False
            self._run_job()
            self.assertEqual(
                self._clocks(case).mapped("state"), ["breached", "cancelled"]
            )

    def test_changed_target(self):
        """A changed or added target is counted for what runs, at the next look."""
        policy = self._policy({"quantity": 4})
        with self._at():
            case = self._new_case()
            [clock] = self._clocks(case)
            policy.target_ids.quantity = 2
            self._run_job()
            self.assertEqual(clock.due_at, MONDAY + timedelta(hours=2))
            policy.target_ids = [Command.create({"metric": "resolved"})]
            self._run_job()
            self.assertEqual(len(self._clocks(case)), 2)

    def test_changed_calendar(self):
        """Another calendar, or none, moves what is due."""
        policy = self._policy({"quantity": 4})
        with self._at():
            [clock] = self._clocks(self._new_case())
            self.assertEqual(clock.due_at, MONDAY + timedelta(hours=5))
            policy.calendar_id = False
            self._run_job()
            self.assertEqual(clock.due_at, MONDAY + timedelta(hours=4))

    def test_not_deleted(self):
        """What clocks tell of, or count by, is not deleted; the sentence says what to do."""
        policy = self._policy({"quantity": 4})
        other = self._policy({"quantity": 4}, sequence=20)
        with self._at():
            self._clocks(self._new_case())
        for records, text in (
            (policy, "Archive the policy Standard"),
            (policy.target_ids, "Archive the policy Standard"),
            (self.calendar, "Office cannot be deleted"),
        ):
            with self.assertRefused(UserError, text):
                records.unlink()
        with self.assertRefused(ValidationError, "Office are the working hours of"):
            self.calendar.active = False
        other.unlink()
        self.assertFalse(other.exists())

    def test_duplicate(self):
        """A copy would tie with its original: it is archived until it is changed."""
        policy = self._policy({"quantity": 4}, name="Standard")
        copied = policy.copy()
        self.assertEqual((copied.name, copied.active), ("Standard (copy)", False))
        self.assertEqual(copied.target_ids.quantity, 4)
        with self.assertRefused(ValidationError, "may both hold"):
            copied.active = True
