"""Where penalties are seen, and by whom."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .penalty import PenaltyCommon


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
        other = self._hire_other_leader()
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
