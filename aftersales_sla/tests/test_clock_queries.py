from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestQueries(SlaCommon):
    """What clocks cost whoever works on cases."""

    def setUp(self):
        super().setUp()
        self._policy(
            {"metric": "response", "quantity": 4},
            {"metric": "assigned", "quantity": 4},
            {"metric": "resolved", "quantity": 8},
        )

    def _save(self, cases, stage, is_replayed=True):
        """Move cases; what their clocks need is done at once, or left for later."""
        cases.stage_id = stage
        self.env.flush_all()
        if is_replayed:
            self._flush()

    def _look_up_hours(self):
        clock = self.calendar._get_aftersales_clock(self.company, fields.Datetime.now())
        clock.ask(lambda time: time.due(fields.Datetime.now(), 1))

    @feature("P-13")
    def test_three_clocks(self):
        """Eleven queries besides those for the hours, for one case and for many.

        One of them reads the type of the case, which the move itself knows by heart; so
        the whole, with the move, has a bound of its own.
        """
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _number in range(9))
            )
            self.assertEqual(len(self._clocks(cases[0])), 3)
        waiting, working = self.stage_wait_customer, self.stage_progress
        with self._at(1):
            self._save(cases, working)
            one, many = (
                self._count_queries(lambda some=some: self._save(some, waiting))
                for some in (cases[:1], cases[1:])
            )
            self._save(cases[:1], working)
            without = self._count_queries(
                lambda: self._save(cases[:1], waiting, is_replayed=False)
            )
            self._flush()
            hours = self._count_queries(self._look_up_hours)
        self.assertEqual(one, many)
        self.assertLessEqual(one - without - hours, 11)
        self.assertLessEqual(one - hours, 28)

    def test_board(self):
        """What is due next, and the clock that tells it, cost one look at the clocks."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _number in range(9))
            )
            self._flush()
            one, both = (
                self._count_queries(lambda names=names: self._show(cases, names))
                for names in (["next_clock"], ["next_clock", "next_due_at"])
            )
            self.assertEqual(one, both)
            self.assertEqual(cases[0].next_due_at, at(5))

    def test_board_without_penalties(self):
        """Where no agreement names a penalty, money is not even asked for."""
        with self._at():
            cases = self._new_case(user_id=self.agent.id)
            self._flush()
            self.assertFalse(self.env["aftersales.sla.penalty"].search([]))
            dues = type(self.env["aftersales.sla.penalty.due"])
            with patch.object(dues, "_read_group") as asked:
                self._show(cases, ["money_now", "money_next", "money_most"])
            asked.assert_not_called()
            self.assertEqual(cases.money_most, 0)

    def test_marked_by_index(self):
        """The job finds what is marked by the index, be there a million others."""
        marked = self.env["aftersales.sla.clock"]._search([("is_marked", "=", True)])
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = self.env.execute_query(SQL("EXPLAIN %s", marked.select()))
        self.assertIn("aftersales_sla_clock_marked_idx", str(plan))

    def _show(self, cases, names):
        self.env.invalidate_all()
        cases.read(["state", "date_deadline", *names])

    def test_rules_once(self):
        """By what the clocks count is looked up once for all cases that are alike."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _number in range(9))
            )
            self._flush()
            one, many = (self._count_aims(some) for some in (cases[:1], cases))
        self.assertEqual((one, many), (3, 3))

    def _count_aims(self, cases):
        """Return how often a target says what it asks for, while cases are replayed."""
        Target = type(self.env["aftersales.sla.target"])
        prepare, asked = Target._prepare_aim, []

        def spy(target, order=None):
            asked.append(target.id)
            return prepare(target, order)

        with patch.object(Target, "_prepare_aim", spy):
            cases._replay_clocks()
        return len(asked)

    def test_goods_and_tags(self):
        """What only a policy of goods or tags asks for is read for that one."""
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self._flush()
            without = self._count_queries(lambda: case._find_policies())
            tag = self.env["res.partner.category"].create({"name": "Gold"})
            self.customer.category_id = tag
            self._policy(
                {"metric": "resolved", "quantity": 1}, partner_category_id=tag.id
            )
            found = case._find_policies()[case]["customer"]
            self.assertEqual(found.partner_category_id, tag)
            asked = self._count_queries(lambda: case._find_policies())
        self.assertGreater(asked, without)
