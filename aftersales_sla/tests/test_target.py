from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, new_calendar


class TestTarget(SlaCommon):
    """A promise as people say it, and what cannot be promised."""

    @feature("B4-89")
    def test_sentence_on_the_form(self):
        """While a target is filled in, a sentence says what it promises."""
        policy = self._policy()
        targets = self._as(self.manager)["aftersales.sla.target"]
        form = Form(targets.with_context(default_policy_id=policy.id))
        self.assertEqual(
            form.sentence,
            "Answer within 4 working hours of the report, standing still while we wait"
            " for the customer",
        )
        form.metric = "resolved"
        form.unit = "days"
        form.quantity = 1
        form.pause_customer = False
        self.assertEqual(form.sentence, "Solve within a working day of the report")
        form.metric = "supplier"
        self.assertEqual(form.party, "supplier")

    def test_sentences(self):
        """Each metric and each unit has its words."""
        policy = self._policy({"pause_customer": False})
        target, stage = policy.target_ids, self.stage_progress
        table = [
            ({"metric": "next_reply"}, "Answer what the customer writes %s"),
            ({"metric": "update"}, "Tell the customer how things stand %s"),
            ({"metric": "assigned"}, "Take on %s of the report"),
            (
                {"metric": "reach", "stage_id": stage.id},
                f"Reach {stage.name} %s of the report",
            ),
            ({"metric": "stay", "stage_id": stage.id}, f"Leave {stage.name} %s"),
            ({"metric": "resolved"}, "Solve %s of the report"),
            (
                {"metric": "resolved", "start": "policy"},
                "Solve %s from when the policy applies",
            ),
            (
                {"metric": "resolved", "start": "report", "reopening": "cycle"},
                "Solve %s of the report, anew when it is opened again",
            ),
            ({"metric": "supplier"}, "The supplier answers %s"),
            ({"metric": "team"}, "Each team hands on or solves %s"),
            (
                {"metric": "team", "team_id": self.team.id},
                "Test Team hands on or solves %s",
            ),
        ]
        for vals, sentence in table:
            with self.subTest(**vals):
                target.write(vals)
                self.assertEqual(target.sentence, sentence % "within 4 working hours")
        target.write({"metric": "next_reply", "party": "customer"})
        said = "Answer what the customer writes "
        for vals, within in (
            ({"quantity": 1}, "within a working hour"),
            ({"quantity": 0.5}, "within 0.5 working hours"),
            ({"quantity": 1, "unit": "days"}, "within a working day"),
            ({"quantity": 3}, "within 3 working days"),
            (
                {"quantity": 0, "unit": "end_of_day"},
                "by the end of the working day",
            ),
            ({"quantity": 1}, "by the end of the working day after that"),
            ({"quantity": 2}, "by the end of working day 2 after that"),
            (
                {"quantity": 14, "unit": "calendar_days", "is_rolled": True},
                "within 14 calendar days, or on the working day after that",
            ),
            ({"quantity": 1, "unit": "months", "is_rolled": False}, "within a month"),
            (
                {"quantity": 2, "pause_parts": True},
                "within 2 months, standing still while we wait for parts",
            ),
        ):
            with self.subTest(within=within):
                target.write(vals)
                self.assertEqual(target.sentence, said + within)
        target.write({"unit": "hours", "quantity": 2, "pause_parts": False})
        policy.calendar_id = False
        self.assertEqual(target.sentence, said + "within 2 hours, day and night")

    def test_quantities(self):
        """Nothing, less than nothing, parts of days, and too much are refused."""
        policy = self._policy()
        for vals, text in (
            ({"quantity": 0}, "Within: enter more than 0"),
            ({"quantity": 0.0001}, "Within: enter at least a second"),
            ({"quantity": -1}, "Within: enter a number from 0"),
            ({"quantity": float("nan")}, "Within: enter a number from 0"),
            ({"quantity": 1.5, "unit": "days"}, "Within: enter whole days or months"),
            ({"quantity": 5000, "unit": "days"}, "Within: enter a number from 0 to"),
            ({"quantity": 121, "unit": "months"}, "from 0 to 120"),
            ({"quantity": 0, "unit": "days"}, "Within: enter more than 0"),
            ({"metric": "reach"}, "Stage: choose the stage"),
            ({"metric": "supplier", "party": "customer"}, "Promised To: .*supplier"),
            ({"metric": "team", "party": "supplier"}, "Promised To: "),
            ({"metric": "supplier", "pause_supplier": True}, "Take the tick away"),
        ):
            with self.subTest(**vals), self.assertRefused(ValidationError, text):
                self._add(policy, vals)
        self._add(policy, {"quantity": 0, "unit": "end_of_day"})

    def _add(self, policy, vals):
        policy.target_ids = [Command.create(vals)]

    def test_percents(self):
        """A warning comes before the end; a goal is something of a hundred."""
        policy = self._policy()
        for vals in (
            {"warn_percent": 100},
            {"warn_percent": -1},
            {"goal_percent": 101},
            {"goal_percent": -1},
        ):
            text = "(Warn At|Goal) .*enter a number from"
            with self.subTest(**vals), self.assertRefused(ValidationError, text):
                self._add(policy, vals)

    def test_party_of_a_purchase(self):
        """A supplier's agreement promises us something, not the customer."""
        agreement = self._agreement(domain="purchase")
        policy = self._policy({"metric": "resolved"}, agreement_id=agreement.id)
        self.assertEqual(policy.target_ids.party, "supplier")
        with self.assertRefused(ValidationError, "Choose the supplier"):
            policy.target_ids.party = "customer"
        sold = self._policy({"metric": "resolved"}, priority="3")
        with self.assertRefused(ValidationError, "Choose the supplier"):
            sold.agreement_id = agreement


class TestWorkingHours(SlaCommon):
    """Hours by which no clock can run are refused, by a sentence that says why."""

    def _calendar(self, *hours):
        return new_calendar(
            self.env, *hours, days=[0], name="Odd", company_id=self.company.id
        )

    def test_refused_calendars(self):
        flexible = self._calendar((9, 17))
        flexible.flexible_hours = True
        for calendar, text in (
            (flexible, "Odd are flexible .* Choose working hours with fixed times"),
            (self._calendar(), "no working time in Odd .* Add hours"),
            (self._calendar((22, 30)), "the times of Odd cannot be read"),
        ):
            with self.subTest(text=text), self.assertRefused(ValidationError, text):
                self._policy({}, calendar_id=calendar.id)

    def test_changed_calendars(self):
        """What policies count by is not made useless afterwards."""
        self._policy({})
        with self.assertRefused(ValidationError, "Office are flexible"):
            self.calendar.flexible_hours = True
        with self.assertRefused(ValidationError, "no working time in Office"):
            self.calendar.attendance_ids = [Command.clear()]
        with self.assertRefused(ValidationError, "enter times from 0:00 to 24:00"):
            self.calendar.attendance_ids[:1].hour_to = 30

    def test_days_without_hours(self):
        """Round the clock there are no working days."""
        with self.assertRefused(ValidationError, "Choose Working Hours there"):
            self._policy({"unit": "days", "quantity": 2}, calendar_id=False)
        policy = self._policy({"unit": "days", "quantity": 2})
        with self.assertRefused(ValidationError, "or count calendar days"):
            policy.calendar_id = False

    def test_policy_ends_before_it_begins(self):
        with self.assertRefused(ValidationError, "Valid Until: .* before it begins"):
            self._policy({}, date_from="2026-03-02", date_to="2026-03-01")

    def test_hours_of_an_example(self):
        """Examples bind nobody's working hours; whoever starts from one is told why."""
        template = self.env.ref("aftersales_sla.policy_premium")
        hours = self._calendar((9, 17))
        hours.company_id = False
        template.calendar_id = hours
        hours.flexible_hours = True
        self.assertTrue(template.calendar_id.flexible_hours)
        hours.active = False
        with self.assertRefused(UserError, "cannot be deleted"):
            hours.unlink()
        self.calendar.flexible_hours = True
        agreement = self._as(self.manager, template.agreement_id)
        with self.assertRefused(ValidationError, "Office are flexible"):
            agreement.action_use_sla_template()
