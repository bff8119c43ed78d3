from datetime import datetime

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import at
from .laws import LegalCommon

# Of the fourteenth day after Monday, 2 March.
LAST = datetime(2026, 3, 16, 23, 59, 59)


class TestLegalClock(LegalCommon):
    """The clock of the law, as an agent meets it on a case."""

    def _show_remedy(self):
        self.env["aftersales.field.rule"].create(
            {"type_id": self.type_complaint.id, "key": "remedy_id"}
        )

    @feature("N-07")
    def test_remedy_on_the_form(self):
        """Who notes what a consumer asks for sees the law's term, and what follows."""
        self._show_remedy()
        self._term()
        with self._at():
            case = self._as(self.agent, self._new_complaint(remedy_id=False))
            self._flush()
            self.assertFalse(case.clock_ids)
            with Form(case) as form:
                self.assertFalse(form._get_modifier("remedy_id", "invisible"))
                self.assertIn("No clock runs until a remedy is noted", form.legal_text)
                self.assertIn(
                    "\nAnswer (Poland): within 14 calendar days of the report",
                    form.legal_text,
                )
                form.remedy_id = self.answer
                self.assertEqual(
                    form.legal_text,
                    "Answer (Poland): within 14 calendar days of the report. No answer:"
                    " accepted by law. Source: art. 7a",
                )
            self._flush()
            [clock] = case.clock_ids
            self.assertEqual((clock.state, clock.due_at), ("running", LAST))
            shown = case.next_clock
        self.assertEqual(shown["what"], "By law: An answer")
        self.assertEqual(shown["consequence"], "No answer by 16 March: accepted by law")
        self.assertEqual(shown["law"], "art. 7a")
        self.assertEqual(
            clock.sentence, "Answer (Poland): within 14 calendar days of the report"
        )
        self.assertTrue(
            clock.state_text.endswith(". No answer by 16 March: accepted by law")
        )

    def test_hidden_by_default(self):
        """A type that says nothing of remedies does not ask for them."""
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        self.assertTrue(form._get_modifier("remedy_id", "invisible"))
        self._show_remedy()
        form.type_id = self.type_service
        form.type_id = self.type_complaint
        self.assertFalse(form._get_modifier("remedy_id", "invisible"))

    @feature("N-07")
    def test_never_stands_still(self):
        """Waiting stops it as little as anything else; the first solution ends it."""
        self._term()
        with self._at():
            case = self._complete(self._new_complaint())
        with self._at(1):
            case.stage_id = self.stage_wait_customer
            self.assertEqual(self._clocks(case).due_at, LAST)
        with self._at(days=3):
            case.stage_id = self.stage_solved
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(0, 3)))
        with self._at(days=4):
            self._as(self.agent, case)._reopen("It leaks again")
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(0, 3)))
            self.assertFalse(clock.seconds_customer or clock.seconds_closed)
            self.assertFalse(case.next_clock)

    def test_closed_is_no_pause(self):
        """A case that was cancelled, and goes on, has no more time for it."""
        self._term()
        with self._at():
            case = self._new_complaint()
        with self._at(1):
            case.stage_id = self.stage_cancelled
        with self._at(days=2):
            self._as(self.agent, case)._reopen("It leaks after all")
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.due_at), ("running", LAST))
            self.assertFalse(clock.seconds_closed)

    def test_missed_and_done(self):
        """What was done after all has no consequence any more to tell of."""
        self._term()
        with self._at():
            case = self._complete(self._new_complaint())
        with self._at(days=15):
            self._run_job()
            [clock] = self._clocks(case)
            self.assertIn("accepted by law", clock.state_text)
            case.stage_id = self.stage_solved
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("breached", at(0, 15)))
            self.assertNotIn("accepted by law", clock.state_text)

    def test_of_another_year(self):
        """A last day that is not of this year is told with its year."""
        self._term()
        with self._at(days=295):  # the twenty-second of December
            case = self._new_complaint()
            self._flush()
            self.assertEqual(
                case.next_clock["consequence"],
                "No answer by 5 January 2027: accepted by law",
            )

    def test_missed(self):
        """What was not done by the last day is missed, and the card still says so."""
        self._term()
        with self._at():
            case = self._new_complaint()
        with self._at(days=15):
            self._run_job()
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.breached_at), ("breached", LAST))
            self.assertEqual(
                case.next_clock["consequence"],
                "No answer by 16 March: accepted by law",
            )

    def test_another_remedy(self):
        """Another remedy cancels the clock of the former, and comes back with it."""
        self._term()
        self._term(name="Repair", remedy_id=self.repair.id, quantity=30)
        with self._at():
            case = self._new_complaint()
            answer = self._clocks(case)
        with self._at(1):
            case.remedy_id = self.repair
            states = {c.legal_term_id.name: c.state for c in self._clocks(case)}
            self.assertEqual(
                states, {"Answer (Poland)": "cancelled", "Repair": "running"}
            )
            self.assertEqual(answer.ended_at, at(1))
        with self._at(2):
            case.remedy_id = self.answer
            self.assertEqual(answer.state, "running")
            self.assertEqual(answer.due_at, LAST)
            told = case.event_ids.filtered(lambda event: event.kind == "sla_legal")
            self.assertEqual(
                told.mapped("summary"),
                [
                    "Legal term: Answer (Poland)",
                    "Legal term: Answer (Poland) → Repair",
                    "Legal term: Repair → Answer (Poland)",
                ],
            )

    def test_noted_late(self):
        """What is noted later counts from the report all the same."""
        self._term()
        with self._at():
            early, late = (self._new_complaint(remedy_id=False) for _n in range(2))
        with self._at(days=3):
            early.remedy_id = self.answer
            self.assertEqual(self._clocks(early).due_at, LAST)
        with self._at(days=20):
            late.remedy_id = self.answer
            [clock] = self._clocks(late)
            self.assertEqual(clock.state, "breached")
            self.assertEqual(clock.breached_at, at(0, 20))
            self.assertTrue(clock.is_born_late)

    def test_from_when_it_was_noted(self):
        """A term may count from when the remedy was noted, as one that we agree to."""
        term = self._term(start="policy")
        self.assertEqual(
            term.sentence,
            "Answer (Poland): within 14 calendar days from when the remedy was noted",
        )
        with self._at():
            case = self._new_complaint(remedy_id=False)
        with self._at(days=3):
            case.remedy_id = self.answer
            self.assertEqual(
                self._clocks(case).due_at, datetime(2026, 3, 19, 23, 59, 59)
            )

    def test_ends_with_an_answer(self):
        """An acknowledgement is there with the first answer."""
        self._term(metric="response", quantity=1)
        with self._at():
            case = self._new_complaint()
        with self._at(2):
            self._answer(case, partner_ids=self.consumer.ids)
            [clock] = self._clocks(case)
            self.assertEqual((clock.state, clock.ended_at), ("met", at(2)))

    def test_days_of_the_law(self):
        """Local days, the month's last day, and a last day without work."""
        self.calendar.tz = self.company.partner_id.tz = "Europe/Warsaw"
        table = [
            # L01: half past eleven in the evening is still that day.
            (datetime(2026, 3, 2, 22, 30), {}, datetime(2026, 3, 16, 22, 59, 59)),
            # L03: the last day is a Saturday.
            (
                datetime(2026, 3, 14, 9, 0),
                {"is_rolled": True},
                datetime(2026, 3, 30, 21, 59, 59),
            ),
            # L05: 31 January and a month.
            (
                datetime(2026, 1, 31, 8, 0),
                {"quantity": 1, "unit": "months"},
                datetime(2026, 2, 28, 22, 59, 59),
            ),
        ]
        for reported_at, vals, expected in table:
            term = self._term(**vals)
            with self._at(days=20):
                case = self._new_complaint(reported_at=reported_at)
                self.assertEqual(self._clocks(case).due_at, expected)
            term.active = False

    # === Beside what is promised === #

    @feature("N-07")
    def test_the_stricter_is_first(self):
        """A longer promise does not lower the law; a shorter one is due first."""
        self._term()
        policy = self._policy(
            {"metric": "resolved", "quantity": 30, "unit": "calendar_days"}
        )
        with self._at():
            case = self._as(self.agent, self._new_complaint())
            self.assertEqual(len(self._clocks(case)), 2)
            self.assertEqual(case.next_clock["what"], "By law: An answer")
            self.assertEqual(case.next_due_at, LAST)
            policy.target_ids.quantity = 7
            self._run_job()
            self.assertEqual(case.next_clock["what"], "Solved")
        with self._at(1):
            case.sudo().stage_id = self.stage_wait_customer
            self._flush()
            self.assertEqual(case.next_clock["what"], "By law: An answer")

    def test_is_no_promise(self):
        """What the law asks of us is not told to the customer as our promise."""
        self._term()
        with self._at():
            case = self._new_complaint()
            self._flush()
            self.assertEqual(case._get_promised_at(), {case: False})
            self._policy({"metric": "resolved", "quantity": 8})
            case._mark_clocks()
            self._flush()
            self.assertEqual(case._get_promised_at(), {case: at(0, 1)})

    def test_in_any_order(self):
        """A replay from the log, of one or of all, says what was kept."""
        self._term()
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            cases = self._complete(self._new_complaint())
            cases |= self._new_complaint()
        with self._at(days=2):
            cases[0].stage_id = self.stage_solved
            cases[1].remedy_id = self.repair
        with self._at(days=16):
            cases[1].remedy_id = self.answer
            self._flush()
            self.assertEqual(self._as(self.manager, cases)._get_repair_changes(), [])

    # === Told === #

    @feature("N-07", "P-14")
    def test_why(self):
        """The table that explains a due time names the law and what follows."""
        self._term(note="Unless it was asked for by mistake.")
        with self._at():
            case = self._as(self.agent, self._new_complaint())
            [clock] = self._as(self.agent, self._clocks(case))
            html = clock.why_html
        for text in (
            "Answer (Poland)",
            "(art. 7a)",
            "No answer by 16 March: accepted by law",
            "It never stands still",
            "Counted round the clock.",
            "Unless it was asked for by mistake.",
        ):
            self.assertIn(text, html)

    @feature("N-07")
    def test_which_one_wins(self):
        """The dialog tells of the law beside the policies, for what is described."""
        self._term()
        with self._at():
            case = self._new_complaint()
            action = self._as(self.agent, case).action_explain_policy()
            dialogs = self._as(self.agent)[action["res_model"]]
            form = Form(dialogs.with_context(**action["context"]))
            self.assertEqual(form.remedy_id, self.answer)
            self.assertEqual(
                form.legal_text,
                "Answer (Poland): within 14 calendar days of the report. No answer:"
                " accepted by law. Source: art. 7a",
            )
            form.partner_id = self.customer
        self.assertEqual(
            form.legal_text,
            "No legal term is known for this customer, country and remedy.",
        )

    # === Merge and split === #

    def test_merged_and_split(self):
        """What was asked for in a merged case, or before a split, is still asked for."""
        self._term()
        with self._at():
            survivor = self._new_complaint(remedy_id=False)
        with self._at(days=1):
            merged = self._new_complaint()
            self._flush()
            merged._merge_into(survivor)
            self.assertEqual(survivor.remedy_id, self.answer)
            self.assertEqual(self._clocks(survivor).due_at, LAST)
            self.assertEqual(self._clocks(merged).state, "cancelled")
            split = survivor._split_off({"name": "The lid"}, {})
            self.assertEqual(self._clocks(split).due_at, LAST)

    # === Speed === #

    def test_queries(self):
        """Many cases with a legal term take the queries of one."""
        self._term()
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_complaint() for _n in range(21))
            )
            self._flush()
            few, many = (
                self._count_queries(lambda some=some: self._ask_repair(some))
                for some in (cases[:1], cases[1:])
            )
            self.assertEqual(few, many)
            self._move(cases[:1])
            few, many = (
                self._count_queries(lambda some=some: self._move(some))
                for some in (cases[1:2], cases[2:])
            )
        self.assertEqual(few, many)

    def _ask_repair(self, cases):
        cases.write({"remedy_id": self.repair.id})
        self._flush()

    def _move(self, cases):
        cases.stage_id = self.stage_progress
        self._flush()

    def test_queries_of_a_board(self):
        """Cards with a mark of the law take the queries of one card."""
        self._term()
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_complaint() for _n in range(10))
            )
            self._flush()
            cases = self._as(self.agent, cases)
            cases.read(["next_clock"])
            few, many = (
                self._count_queries(lambda some=some: some.read(["next_clock"]))
                for some in (cases[:1], cases)
            )
        self.assertEqual(few, many)
