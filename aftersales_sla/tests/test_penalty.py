"""What is agreed for a miss, and what a promise costs as it goes on."""

from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from ..const import DUE_BACK, DUE_REACHED, DUE_RISK
from .common import MONDAY, at
from .penalty import PenaltyCommon


class TestPenaltyRules(PenaltyCommon):
    """What was agreed for the case that a promise is missed."""

    @feature("N-09")
    def test_agreed_on_the_form(self):
        """A manager adds a penalty to an agreement; a sentence says what it is."""
        penalties = self._as(self.manager)["aftersales.sla.penalty"]
        form = Form(penalties.with_context(default_agreement_id=self.agreement.id))
        form.per = "day"
        form.basis = "fee"
        form.percent = 5
        form.grace_hours = 2
        form.case_cap = 100
        form.metric = "response"
        self.assertEqual(
            form.sentence.replace("\xa0", " "),
            "First answer: 5 % of the monthly fee for each working day late that was"
            f" started, after a grace of 2 h, at most {self._tell(100)} per case",
        )
        form.save()
        shown = Form(self._as(self.leader, self.agreement))
        self.assertEqual(len(shown.sla_penalty_ids), 1)

    def _tell(self, amount):
        return self.company.currency_id.format(amount).replace("\xa0", " ")

    def test_wrong_numbers(self):
        """Each number that makes no sense is refused by its name."""
        for vals, text in (
            ({"amount": 0}, "Amount: enter more than 0"),
            ({"amount": -1}, "Amount: enter a number"),
            ({"basis": "fee"}, "Percentage: enter more than 0"),
            ({"basis": "fee", "percent": 101}, "Percentage: enter a number"),
            ({"basis": "sum", "percent": 5}, "Of This Sum: enter more than 0"),
            ({"grace_hours": -1}, "Grace .Hours.: enter a number"),
            ({"case_cap": -1}, "At Most per Case: enter a number"),
            ({"month_cap": 10**16}, "At Most per Month: enter a number"),
        ):
            with self.subTest(text), self.assertRefused(ValidationError, text):
                self._penalty(**vals)
        for name, label in (
            ("sla_monthly_fee", "Monthly Fee"),
            ("sla_case_cap", "All Penalties per Case"),
        ):
            with self.assertRefused(ValidationError, label):
                self.agreement[name] = -1

    def test_whose(self):
        """Suppliers owe us nothing here, and policies of others are not named."""
        purchase = self._agreement(code="BUY", domain="purchase")
        with self.assertRefused(ValidationError, "an agreement with a supplier"):
            self._penalty(agreement_id=purchase.id)
        other = self._policy({"quantity": 1}, name="Everybody")
        with self.assertRefused(ValidationError, "targets of Service only"):
            self._penalty(policy_ids=other.ids)
        self._penalty()
        with self.assertRefused(ValidationError, "an agreement with a supplier"):
            self.agreement.sla_policy_ids.active = False
            self.agreement.domain = "purchase"

    def test_narrowed(self):
        """A penalty is for all promises to the customer, or for those that it names."""
        policy = self._policy(
            {"metric": "resolved", "quantity": 4},
            {"metric": "team", "quantity": 4},
            agreement_id=self.agreement.id,
            priority="3",
        )
        resolved, team = policy.target_ids
        response = self.policy.target_ids
        of_all = self._penalty()
        of_metric = self._penalty(metric="resolved")
        of_policy = self._penalty(policy_ids=self.policy.ids)
        of_target = self._penalty(target_ids=resolved.ids)
        self._penalty(active=False)
        self.assertEqual(resolved._get_penalties(), of_all | of_metric | of_target)
        self.assertEqual(response._get_penalties(), of_all | of_policy)
        self.assertFalse(team._get_penalties())

    def test_next_version(self):
        """A penalty that names a policy follows it when that is changed."""
        penalty = self._penalty(
            policy_ids=self.policy.ids, target_ids=self.policy.target_ids.ids
        )
        made = self._as(self.manager, self.policy)._change_from(date(2026, 5, 1), False)
        self.assertEqual(penalty.policy_ids, self.policy | made)
        self.assertIn(made.target_ids, penalty.target_ids)

    def test_example(self):
        """An agreement that is made of an example gets its penalties, with its policies."""
        template = self.env.ref("aftersales_sla.agreement_premium")
        urgent = self.env.ref("aftersales_sla.policy_premium_urgent")
        self.env["aftersales.sla.penalty"].create(
            {"agreement_id": template.id, "amount": 9, "policy_ids": urgent.ids}
        )
        made = self._as(self.manager, template).action_use_sla_template()
        [penalty] = self.env["agreement"].browse(made["res_id"]).sla_penalty_ids
        self.assertEqual(penalty.policy_ids.mapped("name"), urgent.mapped("name"))
        self.assertNotEqual(penalty.policy_ids, urgent)

    def test_rule_that_was_used(self):
        """A penalty by which something is due is archived, not deleted."""
        penalty, unused = self._penalty(), self._penalty(metric="update")
        with self._at():
            self._new_case()
        with self.assertRefused(UserError, "Archive it instead"):
            penalty.unlink()
        self.assertTrue(unused.unlink())


class TestMoneyAtRisk(PenaltyCommon):
    """What a promise costs: before it is missed, when it is, and afterwards."""

    @feature("N-09")
    def test_missed(self):
        """At risk while it runs, due when it is missed, with date and reason."""
        self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertEqual(self._dues(case), [(DUE_RISK, 0)])
            self.assertEqual(self._money(case), [(0, 50, 50)])
            self.assertEqual(self._money(self._clocks(case)), [(0, 50, 50)])
        with self._at(5):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self.assertEqual(self._money(case), [(50, 50, 50)])
            form = Form(self._as(self.leader, case))
            [row] = form.penalty_due_ids._records
            self.assertEqual(row["company_amount"], 50)
            due = case.penalty_due_ids
            self.assertIn("First answer", due.reason)
            self.assertEqual(due.reached_at, at(2))
            self.assertEqual(due.month, date(2026, 3, 1))
        with self._at(6):
            self._answer(case)
            self._flush()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self.assertEqual(self._money(case), [(50, 50, 50)])
        self.assertFalse(self.env["account.move"].search([("ref", "=", case.number)]))

    def test_late_from_the_start(self):
        """What was late already when it was promised is owed at once, waiting or not."""
        self._penalty()
        with self._at():
            self.policy.active = False
            case = self._new_case(user_id=self.agent.id)
        with self._at(6):
            self.policy.active = True
            case.stage_id = self.stage_wait_customer
            self.assertEqual(self._clocks(case).state, "breached")
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])

    def test_kept(self):
        """What was done in time costs nothing, and nothing of it stays."""
        self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(2):
            self._answer(case)
            self.assertEqual(self._dues(case), [])
            self.assertEqual(self._money(case), [(0, 0, 0)])

    def test_growing(self):
        """Each hour that is started costs more, as far as the case goes; the job looks."""
        self._penalty(per="hour", amount=10, case_cap=25)
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.assertEqual(self._money(case), [(0, 10, 25)])
        # Due at eleven, the second hour begins after lunch.
        for hours, now, following, look in (
            (2.5, 10, 20, at(4) + timedelta(seconds=1)),
            (4.5, 20, 25, at(5) + timedelta(seconds=1)),
            (5.5, 25, 25, at(6) + timedelta(seconds=1)),
        ):
            with self._at(hours):
                self._run_job()
                self.assertEqual(self._dues(case), [(DUE_REACHED, now)])
                self.assertEqual(self._money(case), [(now, following, 25)])
                self.assertEqual(self._clocks(case).next_at, look)
        with self._at(5.75):
            self._answer(case)
            [clock] = self._clocks(case)
            self.assertEqual(clock.seconds_late, 2.75 * 3600)
            self.assertFalse(clock.next_at)
        with self._at(7, 3):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 25)])

    def test_endless(self):
        """Where no limit was agreed nothing is said of the most."""
        self._penalty(per="day", amount=10)
        with self._at():
            case = self._new_case()
            self.assertTrue(self._as(self.leader, self._clocks(case)).is_endless)

    def test_standing_still(self):
        """While it stands still nothing more is due, and nobody looks."""
        self.policy.target_ids.pause_customer = True
        self._penalty(per="hour", amount=10)
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(2.5):
            self._run_job()
            case.stage_id = self.stage_wait_customer
            [clock] = self._clocks(case)
            self.assertFalse(clock.next_at)
        with self._at(7, 1):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 10)])
            case.stage_id = self.stage_progress
            self.assertEqual(self._dues(case), [(DUE_REACHED, 10)])
            self.assertTrue(self._clocks(case).next_at)

    def test_grace(self):
        """Within the grace it is missed, and costs nothing."""
        self._penalty(grace_hours=1)
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(2.5):
            self._run_job()
            self.assertEqual(self._clocks(case).state, "breached")
            self.assertEqual(self._dues(case), [(DUE_RISK, 0)])
        with self._at(4.1):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self.assertEqual(case.penalty_due_ids.reached_at, at(3))

    @feature("N-09")
    def test_repaired(self):
        """A repair takes back what was due, and says why."""
        self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(5):
            self._run_job()
            midnight = MONDAY.replace(hour=0)
            self._new_holiday(
                self.calendar, self.company, midnight, midnight + timedelta(days=1)
            )
            self._flush()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self._as(self.leader, case)._repair_clocks("A holiday was missing")
            back, risk = case.penalty_due_ids.sorted("id")
            self.assertEqual((back.state, back.amount), (DUE_BACK, 50))
            self.assertEqual(back.back_reason, "A holiday was missing")
            self.assertEqual(back.back_at, at(5))
            self.assertIn("A holiday was missing", back.reason)
            self.assertEqual(risk.state, DUE_RISK)
            self.assertEqual(self._money(case), [(0, 50, 50)])
        with self._at(5, 2):
            self._run_job()
            states = case.penalty_due_ids.sorted("id").mapped("state")
            self.assertEqual(states, [DUE_BACK, DUE_REACHED])

    def test_repaired_for_nothing(self):
        """What is missed after a repair as before is still due."""
        self._penalty()
        with self._at():
            case = self._new_case()
        with self._at(5):
            self._run_job()
            self._as(self.leader, case)._repair_clocks("To be sure")
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])

    def test_other_terms_later(self):
        """What is over stays what it was when the agreement changes."""
        penalty = self._penalty()
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(5):
            self._run_job()
            self._answer(case)
        penalty.amount = 80
        with self._at(5, 1):
            self._answer(case)
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self._as(self.leader, case)._repair_clocks("New terms hold")
            self.assertEqual(self._dues(case), [(DUE_REACHED, 80)])

    def test_month_stays(self):
        """Missed in March it is owed for March, though more time was agreed since."""
        self._penalty()
        with self._at(days=29):
            case = self._new_case(user_id=self.agent.id)
        with self._at(5, 29):
            self._run_job()
            self.policy.target_ids.quantity = 12
        with self._at(6, 31):
            case.stage_id = self.stage_progress
            self.assertEqual(self._clocks(case).breached_at, at(2, 29))
            due = case.penalty_due_ids
            self.assertEqual((due.reached_at, due.month), (at(2, 29), date(2026, 3, 1)))

    def test_archived_rule(self):
        """A penalty that is given up costs nothing from then on; what was due stays."""
        penalty = self._penalty()
        with self._at():
            late, early = self._new_case(), self._new_case()
        with self._at(1):
            early.stage_id = self.stage_wait_customer
        with self._at(5):
            self._run_job()
            penalty.active = False
            self._run_job()
            self.assertEqual(self._dues(late), [(DUE_REACHED, 50)])
            self.assertEqual(self._dues(early), [])

    def test_archived_rule_and_repair(self):
        """A repair takes nothing back of what is missed as before, by a former rule."""
        penalty = self._penalty()
        with self._at():
            case = self._new_case()
        with self._at(5):
            self._run_job()
            penalty.active = False
            self._as(self.leader, case)._repair_clocks("To be sure")
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
