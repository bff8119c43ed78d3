"""What if something else had been promised: real events, judged by a draft."""

from datetime import date, timedelta
from types import SimpleNamespace

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from ..engine.held import Held
from ..engine.scenario import get_history
from ..models.scenario import aftersales_sla_scenario_replay
from .common import MONDAY, SlaCommon, at, new_calendar

COUNTS = ("met_count", "missed_count", "open_count")
PREMIUM = (
    {"metric": "response", "quantity": 2},
    {"metric": "resolved", "quantity": 4},
)


class ScenarioCommon(SlaCommon):
    """Two cases of March under one policy, one of them slow; another customer's draft."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy(
            {"metric": "response", "quantity": 4}, {"metric": "resolved", "quantity": 8}
        )
        cls.other = cls.env["res.partner"].create({"name": "Hotel", "is_company": True})
        cls.agreement = cls._agreement(
            partner_id=cls.other.id, start_date="2027-01-01", end_date="2027-12-31"
        )
        cls.premium = cls._policy(
            *PREMIUM, name="Premium", agreement_id=cls.agreement.id
        )

    def setUp(self):
        super().setUp()
        with self._at():
            self.quick, self.slow = (
                self._complete(self._new_case(user_id=self.agent.id, name=name))
                for name in ("Quick", "Slow")
            )
        with self._at(1):
            self._answer(self.quick)
        with self._at(3):
            self._answer(self.slow)
        with self._at(5):
            self.quick.stage_id = self.stage_solved
        with self._at(0, 1):
            self.slow.stage_id = self.stage_solved

    def _ask(self, user=None, **vals):
        """Return what a leader asks about March."""
        values = {
            "name": "Premium for all",
            "company_id": self.company.id,
            "date_from": "2026-03-01",
            "date_to": "2026-03-31",
            "agreement_id": self.agreement.id,
        }
        scenarios = self._as(user or self.leader)["aftersales.sla.scenario"]
        return scenarios.create(values | vals)

    def _run(self, **vals):
        """Return the answer to a question, asked on the first of April."""
        with self._at(days=30):
            scenario = self._ask(**vals)
            scenario.action_run()
        return scenario

    def _read(self, scenario, prefix=""):
        return tuple(scenario[f"{prefix}{name}"] for name in COUNTS)


class TestScenario(ScenarioCommon):
    @feature("N-08")
    def test_another_agreement(self):
        """A leader picks another customer's agreement, and sees what it would have cost."""
        with self._at(days=30):
            form = Form(self._as(self.leader)["aftersales.sla.scenario"])
            form.name = "What if all had what Hotel has?"
            form.agreement_id = self.agreement
            scenario = form.save()
            period = (scenario.date_from, scenario.date_to)
            self.assertEqual(period, (date(2026, 1, 1), date(2026, 3, 31)))
            scenario.action_run()
        self.assertEqual(
            scenario.answer,
            "With the draft 2 of 4 deadlines are missed, 50.0 % kept; as it was, 0 of 4"
            " deadlines are missed, 100.0 % kept.",
        )
        self.assertEqual(self._read(scenario), (2, 2, 0))
        self.assertEqual(self._read(scenario, "was_"), (4, 0, 0))
        self.assertEqual(scenario.case_count, 2)
        self.assertIn("Mar 2026", scenario.months_html)
        self.assertIn("\u221250.0", scenario.months_html)
        worst = [
            (one.case_id, one.metric, one.late, one.due_at, one.was_state)
            for one in scenario.worst_ids
        ]
        self.assertEqual(
            worst,
            [
                (self.slow, "resolved", "19:00", at(5), "met"),
                (self.slow, "response", "1:00", at(2), "met"),
            ],
        )
        action = scenario.worst_ids[0].action_open_case()
        self.assertEqual(action["res_id"], self.slow.id)

    @feature("N-08")
    def test_shown_again(self):
        """The answer stays, with what was promised then, whatever is changed later."""
        scenario = self._run()
        self.assertIn("Premium: All cases, Office", scenario.assumed)
        self.assertIn("Answer within 2 working hours", scenario.assumed)
        shown = (scenario.answer, scenario.months_html, scenario.assumed)
        with self._at(days=31):
            self.premium.target_ids.quantity = 100
            self.premium.name = "Gold"
            self.quick._mark_clocks()
            self._flush()
            self.env.invalidate_all()
            seen = Form(scenario)
            self.assertEqual(shown, (seen.answer, seen.months_html, seen.assumed))
            with self.assertRefused(UserError, "Duplicate it"):
                scenario.date_from = "2026-02-01"
            with self.assertRefused(UserError, "Duplicate it"):
                scenario.action_run()
            scenario.name = "Kept"
            again = scenario.copy()
            self.assertFalse(again.ran_at or again.line_ids or again.missed_count)
            again.action_run()
            self.assertEqual(self._read(again), (4, 0, 0))

    def test_by_month(self):
        """Graph and pivot: missed by month, with the draft beside what was."""
        with self._at(days=28):
            self._new_case(user_id=self.agent.id)
        with self._at(days=61):
            scenario = self._ask(date_to="2026-04-30")
            with self._at(days=59):
                self._new_case(user_id=self.agent.id)
            scenario.action_run()
            action = scenario.action_view_lines()
            groups = self._as(self.leader)[action["res_model"]].formatted_read_group(
                action["domain"], ["month:month", "side"], ["missed_count:sum"]
            )
        found = [
            (group["month:month"][0], group["side"], group["missed_count:sum"])
            for group in groups
        ]
        self.assertEqual(
            found,
            [
                ("2026-03-01", "draft", 4),
                ("2026-03-01", "was", 2),
                ("2026-04-01", "draft", 2),
                ("2026-04-01", "was", 2),
            ],
        )

    def test_nothing_is_written(self):
        """Clocks, events and cases are read: not one row of them is touched."""
        with self._at(days=30):
            scenario = self._ask()
            self.env.flush_all()
            stood, written = self._look(), self._count_written()
            scenario.action_run()
            self.env.flush_all()
            self.assertEqual(self._count_written(), written)
            self.assertEqual(self._look(), stood)

    def _look(self):
        """Return the rows, with the transaction that wrote and locked each."""
        rows = []
        for table in ("aftersales_sla_clock", "aftersales_case_event"):
            self.env.cr.execute(f"SELECT ctid, xmin, xmax, * FROM {table} ORDER BY id")
            rows.append(self.env.cr.fetchall())
        return rows

    def _count_written(self):
        """Return how many rows this transaction wrote, be it that it took them back."""
        self.env.cr.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del"
            " FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('aftersales_sla_clock', 'aftersales_case_event',"
            " 'aftersales_case') ORDER BY relname"
        )
        return self.env.cr.fetchall()

    def test_told_as_elsewhere(self):
        """Shares are rounded down and written as in the review, in the user's language."""
        self.premium.target_ids[1:].unlink()
        with self._at(days=1):
            third = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(1, days=1):
            self._answer(third)
            third.stage_id = self.stage_solved
        scenario = self._run()
        self.assertEqual(self._read(scenario), (2, 1, 0))
        self.assertIn("1 of 3 deadlines are missed, 66.6 % kept", scenario.answer)
        self.assertIn("66.6 %", scenario.months_html)
        # What is shown is what is subtracted: 66.6 of 100.0.
        self.assertIn("\u221233.4", scenario.months_html)
        told = self.env["aftersales.sla.target"]._tell_reached(2, 1, 60)
        self.assertIn("66.6 % (2 of 3)", told)
        self.env["res.lang"]._activate_lang("nl_NL")
        dutch = scenario.with_context(lang="nl_NL")
        self.assertIn("66,6 %", dutch.answer)
        self.assertIn("\u221233,4", dutch.months_html)

    def test_other_hours(self):
        """Only other working hours: half a day misses what a whole one kept."""
        afternoons = new_calendar(
            self.env, (13, 17), name="Afternoons", company_id=self.company.id
        )
        scenario = self._run(
            draft="hours", agreement_id=False, calendar_id=afternoons.id
        )
        # Nobody worked in the morning, so that what was solved by then took no time.
        self.assertEqual(self._read(scenario), (4, 0, 0))
        self.assertIn("Afternoons", scenario.assumed)
        with self._at(days=2):
            late = self._complete(self._new_case(user_id=self.agent.id))
        with self._at(days=2, hours=7.9):
            self._answer(late)
            late.stage_id = self.stage_solved
        self.assertEqual(self._clocks(late).mapped("state"), ["breached", "met"])
        scenario = self._run(
            draft="hours", agreement_id=False, calendar_id=afternoons.id
        )
        self.assertEqual(self._read(scenario), (6, 0, 0))
        self.assertEqual(self._read(scenario, "was_"), (5, 1, 0))

    def test_day_and_night(self):
        """What counts day and night goes on doing so, whatever hours are tried."""
        self.premium.calendar_id = False
        kept = self._run(calendar_id=self.calendar.id)
        # Solved after five hours, and after a day: four were promised.
        self.assertEqual(self._read(kept), (1, 3, 0))
        self.assertIn("Premium: All cases, day and night", kept.assumed)

    def test_policies(self):
        """Archived drafts; the more exact one holds, from when the case is such."""
        urgent, plain = (
            self._policy(
                {"metric": "resolved", "quantity": hours}, active=False, **vals
            )
            for hours, vals in (
                (1, {"name": "Urgent", "priority": "3"}),
                (16, {"name": "Plain"}),
            )
        )
        with self._at(days=2):
            case = self._new_case(user_id=self.agent.id)
        with self._at(days=2, hours=0.5):
            case.write({"urgency": "3", "impact": "3"})
            self.assertEqual(case.priority, "3")
        scenario = self._run(
            draft="policies",
            agreement_id=False,
            policy_ids=[Command.set((urgent | plain).ids)],
        )
        # It was plain for half an hour: that clock is cancelled, and counts nowhere.
        self.assertEqual(self._read(scenario), (2, 1, 0))
        self.assertEqual(scenario.worst_ids.case_id, case)
        self.assertEqual(scenario.worst_ids.due_at, at(1, 2))

    def test_last_version(self):
        """Of a policy and what it was changed into, the later one is the draft."""
        made = self.premium._change_from(date(2027, 6, 1), is_moved_over=False)
        made.target_ids.quantity = 100
        self.assertEqual(self._read(self._run()), (4, 0, 0))

    def test_what_it_was_in_the_end(self):
        """What was is told of the policy that held, not of the one that it replaced."""
        self._policy({"metric": "resolved", "quantity": 1}, name="Urgent", priority="3")
        with self._at(days=2):
            case = self._new_case(user_id=self.agent.id, urgency="3", impact="3")
        with self._at(0.5, 2):
            case.write({"urgency": "1", "impact": "1"})
        self.assertEqual(
            set(self._clocks(case).mapped("state")), {"cancelled", "running"}
        )
        worst = self._run().worst_ids.filtered(lambda one: one.case_id == case)
        [solved] = worst.filtered(lambda one: one.metric == "resolved")
        self.assertEqual(solved.was_state, "breached")

    def test_changed_while_it_is_closed(self):
        """A priority that is raised on a closed case counts from its reopening on."""
        rows = [
            SimpleNamespace(at=at(hours), state=state)
            for hours, state in ((0, "new"), (2, "done"), (3, "open"))
        ]
        history = get_history(
            rows, [7, 7, 7], [1, 3, 3], lambda _type, priority: priority
        )
        self.assertEqual(history, [Held(None, 1), Held(at(3), 3)])

    def test_what_nobody_could_count(self):
        """A clock that could not be counted was neither kept nor missed nor open."""
        with self._at(days=2):
            case = self._new_case(user_id=self.agent.id)
            self._clocks(case).error = "These hours cannot be read."
            self.env.flush_all()
        scenario = self._run()
        self.assertEqual(scenario.case_count, 3)
        self.assertEqual(self._read(scenario, "was_"), (4, 0, 0))

    def test_log_is_ahead(self):
        """What was promised a moment ago stands on both sides."""
        with self._at(days=29):
            self._new_case(user_id=self.agent.id)
            scenario = self._ask()
            scenario.action_run()
        self.assertEqual(self._read(scenario, "was_"), (4, 0, 2))

    def test_same_as_it_was(self):
        """Judged by what did hold, every deadline is what it was, to the second."""
        self._policy({"metric": "resolved", "quantity": 2}, name="Urgent", priority="3")
        with self._at(0, 2):
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _each in range(4))
            )
        with self._at(1, 2):
            cases[1].write({"urgency": "3", "impact": "3"})
            cases[2].stage_id = self.stage_wait_customer
            self._complete(cases[3]).stage_id = self.stage_solved
        with self._at(2, 2):
            cases[2].stage_id = self.stage_progress
            self._as(self.agent, cases[3])._reopen("It leaks again")
        with self._at(days=30):
            self._run_job()
            held = self.env["aftersales.sla.policy"].search(
                [("company_id", "=", self.company.id), ("agreement_id", "=", False)]
            )
            asked = self._ask(
                draft="policies",
                agreement_id=False,
                policy_ids=[Command.set(held.ids)],
            ).sudo()
            cases |= self.quick | self.slow
            raw = self.env["aftersales.case.event"]._read_raw(cases.ids, merged=True)
            rows = asked._replay_clocks(cases, raw, held, MONDAY + timedelta(days=30))
        names = ("state", "start_at", "due_at", "ended_at", "breached_at")
        replayed = {
            (row["case_id"], row["target_id"], row["cycle"]): [row[n] for n in names]
            for row in rows
        }
        stored = self.env["aftersales.sla.clock"]._read_known(cases.ids)
        self.assertGreater(len(stored), 10)
        self.assertEqual(
            replayed, {key: [row[n] for n in names] for key, row in stored.items()}
        )

    def test_which_cases(self):
        """Of a customer with his branches, of a type, of the company's days; merged not."""
        branch = self.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": self.customer.id}
        )
        with self._at(days=4):
            self._new_case(partner_id=branch.id, contact_id=False)
            self._new_case(partner_id=self.other.id, contact_id=False)
            copied = self._new_case(type_id=self.type_service.id)
        counts = [
            self._run(**vals).case_count
            for vals in (
                {},
                {"partner_id": self.customer.id},
                {"partner_id": branch.id},
                {"type_id": self.type_service.id},
                {"date_from": "2026-03-06", "date_to": "2026-03-06"},
            )
        ]
        self.assertEqual(counts, [5, 4, 1, 1, 3])
        with self._at(days=4):
            copied._merge_into(self.quick)
        self.assertEqual(self._run().case_count, 4)

    def test_supplier(self):
        """A supplier's agreement is tried on the cases that have a supplier."""
        supplier = self.env["res.partner"].create({"name": "Maker", "is_company": True})
        purchase = self._agreement(
            name="Purchase", code="P", partner_id=supplier.id, domain="purchase"
        )
        self._policy(
            {"metric": "supplier", "quantity": 2, "pause_customer": False},
            name="Maker",
            agreement_id=purchase.id,
        )
        with self._at(days=2):
            cases = self._new_case(user_id=self.agent.id, supplier_id=self.other.id)
            # It waits for somebody whom nobody has named.
            cases |= self._new_case(user_id=self.agent.id)
            cases.stage_id = self.stage_wait_supplier
        with self._at(days=2, hours=3):
            cases.stage_id = self.stage_progress
        scenario = self._run(agreement_id=purchase.id)
        self.assertEqual(self._read(scenario), (0, 1, 0))
        # What was promised to the customer is another matter.
        self.assertEqual(self._read(scenario, "was_"), (0, 0, 0))
        self.assertIn("nothing is decided yet", scenario.answer)

    def test_queries(self):
        """Forty cases take the queries of one, and batches add a fixed number each."""
        with self._at(days=1):
            cases = self.env["aftersales.case"].create(
                [
                    {
                        "name": f"Machine {number}",
                        "type_id": self.type_complaint.id,
                        "contact_id": self.contact.id,
                        "company_id": self.company.id,
                        "user_id": self.agent.id,
                    }
                    for number in range(41)
                ]
            )
        with self._at(days=30):
            self._ask().sudo()._replay(cases[:1].ids)
            one, many = (
                self._count_queries(lambda one=one, some=some: one._replay(some.ids))
                for one, some in (
                    (self._ask().sudo(), cases[:1]),
                    (self._ask().sudo(), cases[1:]),
                )
            )
        self.assertEqual(one, many)


class TestScenarioRefused(ScenarioCommon):
    """Bad input, and people whose matter it is not."""

    def test_period(self):
        with self._at(days=30):
            for first, last, text in (
                ("2026-03-31", "2026-03-01", "before it begins"),
                ("2024-01-01", "2026-01-01", "at most 24 months"),
                ("1999-12-31", "2000-03-01", "not ahead"),
                ("2026-05-01", "2026-05-31", "not ahead"),
                ("0001-01-01", "9999-12-31", "enter a date from 1900"),
            ):
                with self.assertRefused(ValidationError, text):
                    self._ask(date_from=first, date_to=last)
            self.assertTrue(self._ask(date_from="2024-01-01", date_to="2025-12-31"))

    def test_draft(self):
        with self._at(days=30):
            for draft in ("agreement", "policies", "hours"):
                with self.assertRefused(ValidationError, "are to be judged"):
                    self._ask(draft=draft, agreement_id=False)
            empty = self._agreement(name="Empty", code="E")
            with self.assertRefused(UserError, "Empty promises nothing"):
                self._ask(agreement_id=empty.id).action_run()
            bare = self._policy(name="Bare", sequence=30)
            with self.assertRefused(UserError, "Bare promises nothing"):
                self._ask(
                    draft="policies", policy_ids=[Command.set(bare.ids)]
                ).action_run()

    def test_no_case(self):
        with self._at(days=30), self.assertRefused(UserError, "no such case"):
            self._ask(date_from="2026-01-01", date_to="2026-02-28").action_run()

    def test_too_many(self):
        self.patch(aftersales_sla_scenario_replay, "MOST_CASES", 1)
        with self._at(days=30), self.assertRefused(UserError, "more than 1 cases"):
            self._ask().action_run()

    def test_hours_that_cannot_be_counted(self):
        """Flexible hours, and hours of no day: the sentence says what to mend."""
        with self._at(days=30), self.assertRefused(UserError, "are flexible"):
            self._ask(calendar_id=self._flexible().id).action_run()

    def test_whose_matter(self):
        """Agents ask nothing, leaders neither about others' secrets nor companies."""
        with self._at(days=30):
            with self.assertRefused(AccessError, "not allowed"):
                self._ask(user=self.agent)
            self.slow.team_id = self.env["aftersales.team"].create(
                {"name": "Others", "company_id": self.company.id}
            )
            self.slow.confidential = True
            self.assertFalse(self._as(self.leader, self.slow).has_access("read"))
            self.assertEqual(self._run().case_count, 1)
            seen = self._run(user=self.manager)
            self.assertEqual(seen.case_count, 2)
            worst = self._as(self.leader, seen).worst_ids
            self.assertFalse(worst.search([("scenario_id", "=", seen.id)]))
            foreign = self.env["res.company"].create({"name": "Elsewhere"})
            shared = self._agreement(company_id=False, name="Shared", code="S")
            with self.assertRefused(AccessError, "'create' access"):
                self._ask(company_id=foreign.id, agreement_id=shared.id)

    def test_answers_are_kept(self):
        """Nobody writes an answer himself."""
        asked = self._ask()
        for vals in (
            {"ran_at": "2026-03-01 10:00:00"},
            {"missed_count": 1},
            {"line_ids": [Command.clear()]},
        ):
            with self.assertRefused(AccessError, "kept by the system"):
                asked.write(vals)
        with self.assertRefused(AccessError, "not allowed"):
            self._as(self.manager)["aftersales.sla.scenario.line"].create(
                {"scenario_id": asked.id}
            )
