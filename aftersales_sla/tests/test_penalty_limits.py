"""Limits of penalties, and what they are percentages of."""

from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import feature

from ..const import DUE_REACHED, DUE_RISK
from .common import at
from .penalty import PenaltyCommon


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

    def test_other_currency_later(self):
        """While nothing is owed the currency may be another one; then limits count by it."""
        self._penalty()
        crown = self.env["res.currency"].create(
            {"name": "KRO", "symbol": "K", "rounding": 1}
        )
        with self._at():
            case = self._new_case()
            self.assertEqual(self._dues(case), [(DUE_RISK, 0)])
            self.agreement.sla_currency_id = crown
        with self._at(5):
            self._run_job()
            self.assertEqual(case.penalty_due_ids.currency_id, crown)
            with self.assertRefused(ValidationError, "are owed in KRO already"):
                self.agreement.sla_currency_id = self.company.currency_id
            self.agreement.write({"sla_currency_id": crown.id, "sla_month_cap": 80})

    def test_moved_to_another_currency(self):
        """A rule by which something is owed goes to no agreement in another currency."""
        rule = self._penalty()
        crown = self.env["res.currency"].create(
            {"name": "KRO", "symbol": "K", "rounding": 1}
        )
        crowns, same = (
            self._agreement(code=f"A{number}", **vals)
            for number, vals in enumerate(({"sla_currency_id": crown.id}, {}))
        )
        rules = self._as(self.manager, rule)
        with self._at():
            case = self._new_case()
            self.assertEqual(self._dues(case), [(DUE_RISK, 0)])
            rules.agreement_id = crowns
            rules.agreement_id = self.agreement
        with self._at(5):
            self._run_job()
            self.assertEqual(self._dues(case), [(DUE_REACHED, 50)])
            with self.assertRefused(ValidationError, "is owed in .* already"):
                rules.agreement_id = crowns
            rules.agreement_id = same
            with self.assertRefused(ValidationError, "is owed in .* already"):
                same.sla_currency_id = crown

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
