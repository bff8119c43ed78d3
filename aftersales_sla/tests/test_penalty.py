from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from odoo.addons.aftersales_case.tests.common import feature

from ..const import DUE_BACK, DUE_REACHED, DUE_RISK
from .common import MONDAY, SlaCommon, at


class PenaltyCommon(SlaCommon):
    """An agreement that promises an answer in two hours, on Monday until eleven."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._agreement(sla_monthly_fee=400)
        cls.policy = cls._policy(
            {"metric": "response", "quantity": 2}, agreement_id=cls.agreement.id
        )

    @classmethod
    def _penalty(cls, **vals):
        return cls.env["aftersales.sla.penalty"].create(
            {"agreement_id": cls.agreement.id, "amount": 50, **vals}
        )

    def _dues(self, cases, *states):
        """Return ``[(state, amount)]`` of the penalties of cases, in their order."""
        self._flush()
        dues = cases.penalty_due_ids.sorted(lambda due: (due.case_id.id, due.id))
        return [(due.state, due.amount) for due in dues]

    def _money(self, records):
        """Return what leaders see of money: now, next, at most."""
        records = self._as(self.leader, records)
        names = ("money_now", "money_next", "money_most")
        return [tuple(record[name] for name in names) for record in records]


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

    def test_merged(self):
        """What is due of a case that is merged is due once, of the one that is left."""
        self._penalty()
        with self._at():
            gone, left = self._new_case(), self._new_case()
        with self._at(5):
            self._run_job()
            self.assertEqual(
                self._dues(gone | left), [(DUE_REACHED, 50), (DUE_REACHED, 50)]
            )
            gone._merge_into(left)
            self.assertEqual(
                self._dues(gone | left), [(DUE_BACK, 50), (DUE_REACHED, 50)]
            )
            self.assertIn(left.number, gone.penalty_due_ids.back_reason)

    def test_merged_into_one_that_waits(self):
        """What was missed is still owed after a merge, and grows when work goes on."""
        self._penalty(per="hour", amount=10, metric="resolved")
        self.policy.target_ids = [Command.create({"metric": "resolved", "quantity": 2})]
        with self._at():
            gone = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(1):
            left = self._complete(self._new_case(user_id=self.agent.id))
            left.stage_id = self.stage_wait_customer
        with self._at(2.5):
            self._run_job()
            self.assertEqual(self._dues(gone | left)[0], (DUE_REACHED, 10))
            gone._merge_into(left)
            self.assertEqual(self._dues(gone | left)[0], (DUE_BACK, 10))
            self.assertEqual(self._dues(left), [(DUE_REACHED, 10)])
        with self._at(3):
            left.stage_id = self.stage_progress
        with self._at(5.5):
            self._run_job()
            self.assertEqual(self._dues(left), [(DUE_REACHED, 20)])
        with self._at(5.6):
            self._run_job()
            self.assertEqual(self._dues(left), [(DUE_REACHED, 30)])


class TestLimits(PenaltyCommon):
    """Limits over rules, cases and months, and what penalties are percentages of."""

    @feature("N-09")
    def test_month_over_cases(self):
        """Two missed at once share what the month has left."""
        self._penalty()
        self.agreement.sla_month_cap = 80
        with self._at():
            cases = self._new_case() | self._new_case()
        with self._at(5):
            self._run_job()
            self.assertEqual(self._dues(cases), [(DUE_REACHED, 50), (DUE_REACHED, 30)])
        with self._at(0, 30):
            other = self._new_case()
        with self._at(5, 30):
            self._run_job()
            self.assertEqual(self._dues(other), [(DUE_REACHED, 50)])

    def test_first_reached_first(self):
        """What was missed first is paid first, whichever case is older."""
        self._penalty()
        self.agreement.sla_month_cap = 80
        with self._at(1):
            cases = self._new_case() | self._new_case(reported_at=at())
        with self._at(5):
            self._run_job()
            self.assertEqual(self._dues(cases), [(DUE_REACHED, 30), (DUE_REACHED, 50)])

    def test_first_one_grows(self):
        """What was missed first takes from what is over, within the month."""
        self._penalty(per="hour", amount=30)
        self.agreement.sla_month_cap = 80
        with self._at():
            cases = self._new_case(user_id=self.agent.id)
        with self._at(0.5):
            later = self._new_case(user_id=self.agent.id)
            cases |= later
        with self._at(2.75):
            self._run_job()
            self._answer(later)
            self.assertEqual(self._dues(cases), [(DUE_REACHED, 30), (DUE_REACHED, 30)])
        with self._at(5.5):
            self._run_job()
            self.assertEqual(self._dues(cases), [(DUE_REACHED, 80), (DUE_REACHED, 0)])

    def test_case_over_months(self):
        """What a case cost in a former month counts for its limit."""
        self.policy.target_ids = [
            Command.create({"metric": "resolved", "quantity": 22, "unit": "days"})
        ]
        self._penalty()
        self.agreement.sla_case_cap = 70
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(5):
            self._run_job()
            self._answer(case)
        with self._at(5, 30):
            self._run_job()
            dues = case.penalty_due_ids.sorted("reached_at")
            self.assertEqual(dues.mapped("amount"), [50, 20])
            self.assertEqual([due.month.month for due in dues], [3, 4])

    def test_month_of_the_company(self):
        """It counts in the month that it is where the company is."""
        self.company.partner_id.tz = "Pacific/Auckland"
        self._penalty()
        with self._at(0, 29):
            case = self._new_case()
        with self._at(5, 29):
            self._run_job()
            # Missed at eleven on 31 March, when it is midnight there.
            self.assertEqual(case.penalty_due_ids.month, date(2026, 4, 1))

    def test_case_over_rules(self):
        """A case costs no more than was agreed, whatever is missed."""
        self.env["aftersales.sla.target"].create(
            {"policy_id": self.policy.id, "metric": "resolved", "quantity": 2}
        )
        self._penalty()
        self._penalty(metric="resolved", amount=40)
        self.agreement.sla_case_cap = 110
        with self._at():
            case = self._new_case()
        with self._at(5):
            self._run_job()
            self.assertEqual(sum(amount for _state, amount in self._dues(case)), 110)

    def test_former_months(self):
        """What is over since a former month stays, whatever the limit is today."""
        self._penalty()
        self.agreement.sla_month_cap = 30
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(5):
            self._run_job()
            self._answer(case)
        self.agreement.sla_month_cap = 500
        with self._at(0, 30):
            other = self._new_case()
        with self._at(5, 30):
            self._run_job()
            self.assertEqual(
                self._dues(case | other), [(DUE_REACHED, 30), (DUE_REACHED, 50)]
            )

    def test_percentages(self):
        """Of a sum, of the monthly fee, of the goods' value; of nothing it is nothing."""
        product = self.env["product.product"].create(
            {"name": "Machine", "lst_price": 200}
        )
        line = Command.create({"product_id": product.id, "quantity": 3})
        self._penalty(basis="sum", percent=2, basis_amount=1000)
        self._penalty(basis="fee", percent=5)
        self._penalty(basis="goods", percent=10)
        with self._at():
            case, empty = self._new_case(line_ids=[line]), self._new_case()
        with self._at(5):
            self._run_job()
            found = [amount for _state, amount in self._dues(case)]
            self.assertEqual(sorted(found), [20, 20, 60])
            found = [amount for _state, amount in self._dues(empty)]
            self.assertEqual(sorted(found), [0, 20, 20])

    def test_foreign_currency(self):
        """A penalty is in the currency of its agreement, lists add up the company's."""
        crown = self.env["res.currency"].create(
            {"name": "KRO", "symbol": "K", "rounding": 1}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": crown.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 10,
            }
        )
        self.agreement.sla_currency_id = crown
        self._penalty(basis="fee", percent=1.125)
        with self._at():
            case = self._new_case()
        with self._at(5):
            self._run_job()
            # 4.5 crowns
            self.assertEqual(self._dues(case), [(DUE_REACHED, 5)])
            self.assertEqual(case.penalty_due_ids.currency_id, crown)
            self.assertEqual(self._money(case), [(0.5, 0.5, 0.5)])

    def test_rate_of_its_day(self):
        """It is worth what it was on the day on which it was reached."""
        crown = self.env["res.currency"].create(
            {"name": "KRO", "symbol": "K", "rounding": 1}
        )
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": crown.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in (("2026-01-01", 10), ("2026-03-03", 20))
            ]
        )
        self.agreement.sla_currency_id = crown
        self._penalty()
        with self._at():
            case = self._new_case()
        with self._at(5, 2):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            self.assertEqual(case.penalty_due_ids.company_amount, 5)


class TestMoneyShown(PenaltyCommon):
    """The queue is sorted by money, columns add it up; agents see none of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._penalty(metric="response", amount=10)
        cls._penalty(policy_ids=cls._dear().ids, amount=90)

    @classmethod
    def _dear(cls):
        return cls._policy(
            {"metric": "response", "quantity": 3},
            agreement_id=cls.agreement.id,
            priority="3",
        )

    def _new_cases(self):
        with self._at():
            cheap, dear = self._new_case(), self._new_case(priority="3")
            self._flush()
        return cheap, dear

    @feature("N-09")
    def test_queue(self):
        """What costs most stands first."""
        cheap, dear = self._new_cases()
        clocks = self._as(self.leader)["aftersales.sla.clock"]
        found = clocks.search(
            [("case_id", "in", (cheap | dear).ids), ("state", "=", "running")],
            order="money_next desc",
        )
        self.assertEqual(found.mapped("money_next"), [100, 10])
        self.assertEqual(found.case_id, dear | cheap)

    @feature("N-09")
    def test_column_of_the_board(self):
        """The head of a column says what its cases cost at the next step."""
        cheap, dear = self._new_cases()
        cases = self._as(self.leader)["aftersales.case"]
        [group] = cases.formatted_read_group(
            [("id", "in", (cheap | dear).ids)], ["company_id"], ["money_next:sum"]
        )
        self.assertEqual(group["money_next:sum"], 110)
        arch = cases.get_view(view_type="kanban")["arch"]
        self.assertIn('sum_field="money_next"', arch)
        described = cases.fields_get(["money_next"])["money_next"]
        self.assertEqual(
            (described["aggregator"], described["sortable"]), ("sum", True)
        )

    def test_agents(self):
        """Whoever is no leader sees no money: no field, no column, no penalty."""
        cheap, _dear = self._new_cases()
        case = self._as(self.agent, cheap)
        for records in (case, case.clock_ids):
            with self.assertRaises(AccessError):
                records.read(["money_next"])
            with self.assertRaises(AccessError):
                records.search([], order="money_next")
            self.assertNotIn("money_next", records.fields_get())
            view = records.get_view(view_type="list")
            self.assertNotIn("money_next", view["arch"])
        self.assertNotIn("money_next", case.get_view(view_type="kanban")["arch"])
        self.assertFalse(case.env["aftersales.sla.penalty"].has_access("read"))
        with self.assertRaises(AccessError):
            self._as(self.agent, self.agreement).read(["sla_monthly_fee"])
        self.assertTrue(Form(case))

    def test_confidential(self):
        """A leader of others reads no penalty of a case that he may not read."""
        with self._at():
            case = self._new_case(confidential=True, user_id=self.manager.id)
            self._flush()
        other = new_test_user(
            self.env,
            "as_other_leader",
            groups="aftersales_case.group_aftersales_leader",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        dues = case.penalty_due_ids
        self.assertTrue(self._as(self.leader, dues).has_access("read"))
        self.assertFalse(self._as(other, dues).has_access("read"))

    def test_queries(self):
        """Money of many is asked for as that of one is."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case() for _n in range(8))
            )
            self._flush()
        clocks = self._as(self.leader)["aftersales.sla.clock"].browse(
            cases.clock_ids.ids
        )
        names = ["money_now", "money_next", "money_most"]
        few = self._count_queries(lambda: clocks[:1].read(names))
        many = self._count_queries(lambda: clocks.read(names))
        self.assertLessEqual(many, few)

    def test_queries_of_the_replay(self):
        """Cases whose penalties stay as they are are replayed by as many queries."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case() for _n in range(8))
            )
            self._flush()
            few = self._count_queries(cases[:1]._replay_clocks)
            many = self._count_queries(cases._replay_clocks)
        self.assertEqual(few, many)
