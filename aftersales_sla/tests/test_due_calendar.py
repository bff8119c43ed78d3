"""The calendar of what is due: for looking only."""

from lxml import etree

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestDueCalendar(SlaCommon):
    @feature("B4-53")
    def test_read_only(self):
        """Agents see in it what is due when, and can move nothing."""
        self._policy({"metric": "resolved", "quantity": 8})
        with self._at():
            case, paused = (self._new_case(user_id=self.agent.id) for _n in range(2))
            paused.stage_id = self.stage_wait_customer
            self._flush()
            action = self.env.ref("aftersales_sla.aftersales_sla_clock_action")
            self.assertIn("calendar", action.view_mode.split(","))
            clocks = self._as(self.agent)[action.res_model]
            views = clocks.get_views([(False, "calendar")])
            tree = etree.fromstring(views["views"]["calendar"]["arch"])
            for name in ("create", "edit", "delete"):
                self.assertEqual(tree.get(name), "0")
            self.assertEqual(tree.get("date_start"), "due_at")
            names = [node.get("name") for node in tree.iter("field")]
            self.assertEqual(names, ["case_id", "target_id", "state"])
            month = [("due_at", ">=", at()), ("due_at", "<", at(0, 31))]
            found = clocks.search([*month, ("company_id", "=", self.company.id)])
            self.assertEqual(found.case_id, case)
            self.assertEqual(found.due_at, at(0, 1))
