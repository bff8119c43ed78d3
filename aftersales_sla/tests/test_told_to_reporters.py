"""What a colleague without a role is told of the clocks of a case that he reported."""

from odoo.exceptions import AccessError

from ..const import EVENT_DISMISSED, OWN_EVENTS
from .common import SlaCommon, at


class TestToldToReporters(SlaCommon):
    """Solved within five hours for the customer, within one by the team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy(
            {"metric": "resolved", "quantity": 5, "party": "customer"},
            {"metric": "resolved", "quantity": 1, "party": "team"},
            name="Internal Policy",
        )

    def setUp(self):
        super().setUp()
        vals = {"reporter_id": self.reporter.partner_id.id, "user_id": self.manager.id}
        with self._at():
            self.case = self._new_case(**vals)
            self.quiet = self._new_case(**vals)
            self._flush()
            # sudo: as the replay, that has no customer's clock for this one
            clocks = self._clocks(self.quiet).sudo()
            clocks.filtered(lambda clock: clock.party == "customer").unlink()
        self.env.flush_all()

    def _cases(self, user):
        return self._as(user, self.case | self.quiet)

    def test_next_due(self):
        """He reads when the customer was promised it, whoever looked before."""
        inner, promised = at(1), at(6)
        for _again in range(2):
            agent, reporter = self._cases(self.agent), self._cases(self.reporter)
            self.assertEqual(agent.mapped("next_due_at"), [inner, inner])
            self.assertEqual(reporter.mapped("next_due_at"), [promised, False])
        self.reporter.group_ids += self.env.ref("base.group_allow_export")
        self.assertEqual(
            reporter.export_data(["next_due_at"])["datas"], [[promised], [""]]
        )

    def test_found_and_sorted(self):
        """What he is not told he does not find out by filters and sorting either."""
        inner, ids = at(1), self.quiet.ids + self.case.ids
        # sudo: as the replay; by what he is not told this one would be the first
        self._clocks(self.quiet).sudo().due_at = at(0.5)
        mine = [("id", "in", ids)]
        for user, domain, found in (
            (self.agent, [("next_due_at", "<=", inner)], self.case | self.quiet),
            (self.reporter, [("next_due_at", "<=", inner)], self.case.browse()),
            (self.reporter, [("next_due_at", "=", inner)], self.case.browse()),
            (self.reporter, [("next_due_at", "!=", False)], self.case),
            (self.reporter, [("next_due_at", "=", False)], self.quiet),
        ):
            with self.subTest(user=user.login, domain=domain):
                Case = self._as(user)["aftersales.case"]
                self.assertEqual(Case.search([*mine, *domain]), found)
        Case = self._as(self.reporter)["aftersales.case"]
        for order in ("next_due_at", "next_due_at desc"):
            self.assertEqual(Case.search(mine, order=order)[:1], self.case)
        for domain in (
            [("clock_ids.due_at", "<=", inner)],
            [("is_late", "=", True)],
            [("clock_ids", "any", [("state", "=", "running")])],
        ):
            with self.subTest(domain), self.assertRaises(AccessError):
                Case.search(domain)

    def test_history(self):
        """Nor does the log tell him, in whatever way he reads it."""
        internal = [*OWN_EVENTS, EVENT_DISMISSED]
        with self._at(2):
            self._run_job()
            self.case._log_promise("visit:7", at(0, 3))
            self._flush()
        self.env.flush_all()
        self.env.invalidate_all()
        agent, reporter = (
            self._as(user)["aftersales.case.event"]
            for user in (self.agent, self.reporter)
        )
        mine = [("case_id", "=", self.case.id)]
        hidden = self.case.event_ids.filtered(lambda event: event.kind in internal)
        self.assertLessEqual({"sla", "sla_breach"}, set(hidden.mapped("kind")))
        self.assertEqual(agent.search(mine), self.case.event_ids)
        shown = reporter.search(mine)
        self.assertEqual(shown, self.case.event_ids - hidden)
        self.assertIn("promise", shown.mapped("kind"))
        kinds = {
            kind for kind, _count in reporter._read_group(mine, ["kind"], ["__count"])
        }
        self.assertFalse(kinds & set(internal))
        with self.assertRaises(AccessError):
            self._as(self.reporter, hidden).read(["kind", "to_at"])
        self.env.invalidate_all()
        case = self._as(self.reporter, self.case)
        self.assertEqual(case.event_ids, shown)
        self.assertFalse(
            case.search([("id", "=", case.id), ("event_ids.kind", "in", internal)])
        )
        self.assertNotIn("Internal Policy", case.history_html)
        self.assertIn("Internal Policy", self._as(self.agent, self.case).history_html)
