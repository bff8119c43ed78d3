"""Too long in one stage: the head is told, without any agreement."""

from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .escalation import EscalationCommon


class TestTooLongInStage(EscalationCommon):
    @feature("B4-91", "I2-28")
    def test_head_is_told(self):
        """A manager says who hears of it; the head of the team does, once for each stay."""
        self.policy.active = False
        case = self._start()
        link = case.type_id.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        with self._at(), Form(self._as(self.manager, link)) as form:
            form.limit_quantity = 2
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_sla.aftersales_sla_target_own_action"
        )
        [view] = [view for view, mode in action["views"] if mode == "form"]
        target = self._as(self.manager, link.limit_ids)
        with self._at(), Form(target, view=view) as form, form.level_ids.new() as level:
            level.percent = 100
            with level.receiver_ids.new() as receiver:
                receiver.kind = "leader"
        with self._at(0.5):
            case.stage_id = self.stage_progress
        self._run_at(2.4)
        self.assertFalse(self._alerts(case))
        self._run_at(2.6)
        text = "When it is missed"
        self.assertEqual(self._get_told(case), [(text, self.leader, "inbox")])
        self.assertIn(case.number, self._alerts(case).message_id.subject)
        self._run_at(3)
        self.assertEqual(len(self._alerts(case)), 1)
        with self._at(4):
            case.stage_id = self.stage_wait_customer
        with self._at(4.5):
            case.stage_id = self.stage_progress
        self._run_at(7)
        self.assertEqual(self._get_told(case), [(text, self.leader, "inbox")] * 2)
