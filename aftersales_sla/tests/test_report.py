from base64 import b64decode
from datetime import date, timedelta
from io import BytesIO

import openpyxl

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class ReportCommon(SlaCommon):
    """Five answers were due within two hours of Monday at nine.

    Two came in time, one in the afternoon, one never; one case was cancelled in time.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = "en_US"
        cls.agreement = cls._agreement(sla_goal_percent=60)
        cls.policy = cls._policy(
            {"metric": "response", "quantity": 2, "goal_percent": 60},
            {"metric": "team", "quantity": 1},
            agreement_id=cls.agreement.id,
        )
        cls.response, cls.ola = cls.policy.target_ids
        cls.env["aftersales.sla.penalty"].create(
            {"agreement_id": cls.agreement.id, "per": "hour", "amount": 10}
        )

    def setUp(self):
        super().setUp()
        with self._at():
            self.early, self.later, self.late, self.open, self.gone = (
                self._new_case(user_id=self.agent.id, name=f"Case {number}")
                for number in range(5)
            )
        with self._at(0.5):
            self._answer(self.early)
        with self._at(1):
            self.gone.stage_id = self.stage_cancelled
        with self._at(1.5):
            self._answer(self.later)
        with self._at(2.5):
            self._run_job()
        with self._at(5):
            self._answer(self.late)
        with self._at(6):
            self._run_job()
        self.cases = self.early | self.later | self.late | self.open | self.gone

    def _report(self, user=None):
        return self._as(user or self.leader)["aftersales.sla.report"]


class TestReport(ReportCommon):
    """How what was promised was kept."""

    @feature("I2-63", "P-16")
    def test_attainment(self):
        """Met against missed and against the goal; what is late and open is missed."""
        report = self._report()
        [group] = report.formatted_read_group(
            [("target_id", "=", self.response.id)],
            ["agreement_id"],
            [
                "met_count:sum",
                "missed_count:sum",
                "attainment:avg",
                "goal_percent:avg",
                "difference:avg",
                "median_hours:avg",
                "p90_hours:avg",
                "late_hours:avg",
                "penalty:sum",
            ],
        )
        found = {
            name: round(value, 3)
            for name, value in group.items()
            if name.count(":") and isinstance(value, (int, float))
        }
        self.assertEqual(
            found,
            {
                "met_count:sum": 2,
                "missed_count:sum": 2,
                "attainment:avg": 50,
                "goal_percent:avg": 60,
                "difference:avg": -10,
                # 0:30, 1:30 and, without lunch, 4:00
                "median_hours:avg": 1.5,
                "p90_hours:avg": 3.5,
                "late_hours:avg": 2,
                # The late one two hours, the open one three.
                "penalty:sum": 50,
            },
        )

    def test_rounded_down(self):
        """Two of three are 66.6 %, here as in words: a share never looks better."""
        [group] = self._report().formatted_read_group(
            [("target_id", "=", self.response.id), ("case_id", "!=", self.open.id)],
            [],
            ["attainment:avg", "difference:avg"],
        )
        shares = (group["attainment:avg"], group["difference:avg"])
        self.assertEqual([float(share) for share in shares], [66.6, 6.6])
        self.assertIn("66.6 % (2 of 3)", self.response._tell_reached(2, 1, 60))

    def test_counted_when_it_ended(self):
        """A clock counts in the month in which it ended; the late and open ones now."""
        rows = self._report().search([("target_id", "=", self.response.id)])
        months = {row.case_id: row.counted_at.month for row in rows if not row.is_open}
        self.assertEqual(months, dict.fromkeys(self.early | self.later | self.late, 3))
        [row] = rows.filtered("is_open")
        self.assertEqual(row.case_id, self.open)
        self.assertGreater(row.counted_at, row.due_at)

    def test_held_by(self):
        """The report names who was responsible at the miss."""
        with self._at(7):
            self.late.user_id = self.agent2
        row = self._report().search(
            [("case_id", "=", self.late.id), ("target_id", "=", self.response.id)]
        )
        self.assertEqual(row.held_by_id, self.agent)

    def test_merged(self):
        """A case that was merged counts with the other one, once."""
        with self._at(7):
            self.open._merge_into(self.late)
        rows = self._report().search([("target_id", "=", self.response.id)])
        self.assertEqual(rows.case_id, self.early | self.later | self.late)

    def test_taken_back(self):
        """A penalty that a repair took back costs nothing."""
        midnight = at().replace(hour=0)
        with self._at(7):
            self._new_holiday(
                self.calendar, self.company, midnight, midnight + timedelta(days=1)
            )
            self._as(self.leader, self.late)._repair_clocks("A holiday was missing")
            self.assertIn("back", self.late.penalty_due_ids.mapped("state"))
        row = self._report().search(
            [("case_id", "=", self.late.id), ("target_id", "=", self.response.id)]
        )
        self.assertEqual((row.state, row.penalty), ("met", 0))

    def test_each_answer(self):
        """Each of several promises of one kind has the penalty of its own."""
        self.policy.target_ids = [
            Command.create({"metric": "next_reply", "quantity": 2})
        ]
        target = self.policy.target_ids - self.response - self.ola
        with self._at(0, 1):
            case = self._new_case(user_id=self.agent.id)
            self._write_as_customer(case)
        with self._at(5, 1):
            self._answer(case)
        with self._at(6, 1):
            self._write_as_customer(case)
        with self._at(6.5, 1):
            self._answer(case)
        rows = self._report().search(
            [("case_id", "=", case.id), ("target_id", "=", target.id)],
            order="start_at",
        )
        self.assertEqual(
            [(row.state, row.penalty) for row in rows], [("breached", 20), ("met", 0)]
        )

    def test_up_to_date(self):
        """What happened in this very transaction is in the report already."""
        with self._at(7):
            self._answer(self.open)
            row = self._report().search(
                [("case_id", "=", self.open.id), ("target_id", "=", self.response.id)]
            )
            self.assertEqual((row.is_open, row.ended_at), (False, at(7)))

    def test_rights(self):
        """Leaders read it, of cases that they read; nobody writes it."""
        with self.assertRaises(AccessError):
            self._report(self.agent).search([])
        self.late.write({"confidential": True, "user_id": self.manager.id})
        other = self._hire_other_leader()
        domain = [("target_id", "=", self.response.id)]
        self.assertEqual(self._report(self.leader).search_count(domain), 4)
        self.assertEqual(self._report(other).search_count(domain), 3)
        [row] = self._report(other).formatted_read_group(
            domain, [], ["missed_count:sum"]
        )
        self.assertEqual(row["missed_count:sum"], 1)

    @feature("P-16")
    def test_goal_in_words(self):
        """The form of a policy says of each target how it stands to its goal."""
        self.response.goal_percent = 60
        form = Form(self._as(self.leader, self.policy))
        texts = [row["reached_text"] for row in form.target_ids._records]
        self.assertEqual(
            texts[0], "50.0 % (2 of 4): 10.0 points below the goal of 60 %"
        )
        with self.assertRaises(AccessError):
            self._as(self.agent, self.response).read(["reached_text"])

    def test_words(self):
        """Just below the goal is below it, the goal is kept, nothing is no miss."""
        tell = self.response._tell_reached
        self.assertEqual(
            tell(1898, 102, 95),
            "94.9 % (1898 of 2000): 0.1 points below the goal of 95 %",
        )
        self.assertEqual(
            tell(95, 5, 95), "95.0 % (95 of 100): the goal of 95 % is kept"
        )
        self.assertEqual(tell(0, 0, 95), "Nothing to judge yet; the goal is 95 %")


class TestReview(ReportCommon):
    """The service review of an agreement and a period."""

    def _review(self, first=date(2026, 3, 1), last=date(2026, 3, 31), user=None):
        action = self.env.ref("aftersales_sla.aftersales_sla_review_action")
        reviews = self._as(user or self.leader)[action.res_model]
        form = Form(reviews.with_context(default_agreement_id=self.agreement.id))
        form.date_from, form.date_to = first, last
        return form.save()

    def _print(self, review):
        action = review.action_print()
        reports = review.env["ir.actions.report"]
        content, _kind = reports._render_qweb_html(action["report_name"], review.ids)
        return " ".join(content.decode().split())

    @feature("I2-63")
    def test_for_the_customer(self):
        """He reads what was promised to him and missed, and who held it; no more."""
        text = self._print(self._review())
        self.assertIn("50.0 % (2 of 4): 10.0 points below the goal of 60 %", text)
        for case in self.late | self.open:
            self.assertIn(case.number, text)
        for case in self.early | self.later | self.gone:
            self.assertNotIn(case.number, text)
        self.assertIn(self.agent.name, text)
        self.assertIn("still open", text)
        self.assertIn("2:00", text)
        self.assertNotIn("Each team", text)
        self.assertNotIn("enalt", text)

    @feature("I2-63")
    def test_sheet(self):
        """The sheet has penalties and our own teams; text in it is no formula."""
        self.late.name = "=1+1"
        review = self._review()
        action = review.action_export()
        self.assertIn(f"id={review.id}&field=sheet", action["url"])
        book = openpyxl.load_workbook(BytesIO(b64decode(review.sheet)))
        figures, missed = book.worksheets
        rows = list(figures.iter_rows(min_row=8, values_only=True))
        self.assertEqual(rows[0][2:7], (2, 2, 1, 50, 60))
        self.assertIn("Each team", rows[1][0])
        head, *rows = missed.iter_rows(values_only=True)
        self.assertEqual(head[0], "Case")
        [row] = [
            row
            for row in rows
            if row[0] == self.late.number and row[2] == "First answer"
        ]
        self.assertEqual(row[1], "=1+1")
        self.assertEqual(row[5:7], ("2:00", self.agent.name))
        self.assertEqual((head[9], row[9]), (f"Penalty ({self._own()})", 20))
        [kind] = {cell.data_type for cell in missed["B"] if cell.value == "=1+1"}
        self.assertEqual(kind, "s")

    def _own(self):
        return self.company.currency_id.name

    @feature("I2-63")
    def test_currencies(self):
        """What is owed in another currency has a column and a sum of its own."""
        crown = self.env["res.currency"].create(
            {"name": "KRO", "symbol": "K", "rounding": 1}
        )
        other = self._agreement(code="KRO", sla_currency_id=crown.id)
        rule = self.env["aftersales.sla.penalty"].create(
            {"agreement_id": other.id, "amount": 500}
        )
        # As after a merge: owed for the same clock by another agreement.
        [due] = self.late.penalty_due_ids
        due.copy(
            {
                "penalty_id": rule.id,
                "agreement_id": other.id,
                "currency_id": crown.id,
                "state": due.state,
                "amount": 500,
            }
        )
        review = self._review()
        review.action_export()
        book = openpyxl.load_workbook(BytesIO(b64decode(review.sheet)))
        head, *rows, sums = book.worksheets[1].iter_rows(values_only=True)
        own = self._own()
        self.assertEqual(set(head[9:]), {f"Penalty ({own})", "Penalty (KRO)"})
        crowns, owns = (head.index(f"Penalty ({name})") for name in ("KRO", own))
        [row] = [row for row in rows if row[0] == self.late.number and row[owns]]
        self.assertEqual((row[owns], row[crowns]), (20, 500))
        self.assertEqual((sums[0], sums[crowns]), ("Sum", 500))
        self.assertEqual(sums[owns], sum(row[owns] or 0 for row in rows))

    def test_other_period(self):
        """What ended before counts no more; what is late and open still does."""
        review = self._review(date(2026, 4, 1), date(2026, 4, 30))._get_review()
        [row] = review["missed"]
        self.assertEqual((row["case"], row["late"]), (self.open.number, ""))
        # Nothing has ended: nobody knows how long it takes.
        [row] = review["targets"]
        self.assertEqual((row["open"], row["median"], row["p90_text"]), (1, None, ""))
        review = self._review(date(2026, 2, 1), date(2026, 2, 28))
        self.assertIn("No deadline of this agreement ended", self._print(review))

    def test_bounds_of_the_day(self):
        """Days are those where the company is."""
        self.company.partner_id.tz = "Pacific/Auckland"
        review = self._review(date(2026, 3, 2), date(2026, 3, 2))
        self.assertEqual(
            [str(moment) for moment in review._get_period()],
            ["2026-03-01 11:00:00", "2026-03-02 11:00:00"],
        )

    def test_bad_period(self):
        with self.assertRefused(ValidationError, "Until: the period cannot end before"):
            self._review(date(2026, 3, 2), date(2026, 3, 1))

    def test_agents(self):
        """Agents make no review."""
        with self.assertRaises(AccessError):
            self._review(user=self.agent)

    def test_language(self):
        """It is in the language of the customer, not of whoever prints it."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.customer.lang = "nl_NL"
        self.response.policy_id.with_context(lang="nl_NL").name = "Snel"
        text = self._print(self._review())
        self.assertIn("50,0 %", text)
