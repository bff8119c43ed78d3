"""Thousands of clocks that are due in one minute: all are missed, and told of, once."""

from odoo.addons.aftersales_case.tests.common import feature

from .common import at
from .copies import copy_case
from .escalation import EscalationCommon

FEW, MANY = 500, 5000


class TestFlood(EscalationCommon):
    """Cases of four people, of which all were to be solved by three in the afternoon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._level("responsible", percent=100)
        cls.people = cls.agent | cls.agent2 | cls.leader | cls.manager

    def _flood(self, count):
        """Return so many cases, and how many queries the job took when all were due."""
        with self._at():
            case = self._start()
            people = self.people.ids
            cases = case | copy_case(
                self.env,
                case,
                count - 1,
                user_id=f"(ARRAY{people})[1 + n % {len(people)}]",
            )
        with self._at(6.5):
            start = self.env.cr.sql_log_count
            self._run_job()
            queries = self.env.cr.sql_log_count - start
        return cases, queries

    @feature("P-12")
    def test_due_in_one_minute(self):
        """Five thousand are missed, and each person is told of his by one message."""
        cases, queries = self._flood(MANY)
        clocks = cases.clock_ids
        self.assertEqual(len(clocks), MANY)
        self.assertEqual(set(clocks.mapped("state")), {"breached"})
        self.assertEqual(set(clocks.mapped("breached_at")), {at(6)})
        misses = self.env["aftersales.case.event"].search(
            [("case_id", "in", cases.ids), ("kind", "=", "sla_breach")]
        )
        self.assertEqual((len(misses), misses.case_id), (MANY, cases))
        alerts = self._alerts(cases)
        self.assertEqual((len(alerts), alerts.case_id.sorted("id")), (MANY, cases))
        self.assertEqual(set(alerts.mapped("state")), {"sent"})
        for user, own in cases.grouped("user_id").items():
            told = alerts.filtered(lambda alert, user=user: alert.user_id == user)
            self.assertEqual(told.case_id.sorted("id"), own)
            self.assertEqual(len(told.message_id), 1)
        self.assertEqual(len(alerts.message_id), len(self.people))
        self._run_at(7)
        self.assertEqual(len(self._alerts(cases)), MANY)
        # Rows are written by the hundred, nothing is asked for each of them.
        _cases, fewer = self._flood(FEW)
        self.assertLess(queries - fewer, (MANY - FEW) / 10)
