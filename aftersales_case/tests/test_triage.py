from ast import literal_eval
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import AftersalesCommon, feature


class TestTriage(AftersalesCommon):
    def _wizard(self, user, cases):
        context = {"active_model": cases._name, "active_ids": cases.ids}
        return Form(self._as(user)["aftersales.triage"].with_context(**context))

    def _queue(self, user):
        action = self.env.ref("aftersales_case.aftersales_case_action_triage")
        return self._as(user)["aftersales.case"].search(literal_eval(action.domain))

    @feature("I2-08", "P-59")
    def test_assess_scale_and_schedule_in_one_step(self):
        """A leader gives type, category, priority, deadline, person and first action."""
        case = self._new_case()
        self.assertIn(case, self._queue(self.leader))
        call = self.env.ref("mail.mail_activity_data_call")
        form = self._wizard(self.leader, case)
        self.assertEqual(form.type_id, self.type_complaint)
        form.category_id = self.env.ref("aftersales_case.category_product")
        form.urgency = "3"
        form.impact = "3"
        self.assertEqual(form.priority, "3", "urgent: high × high")
        form.date_deadline = datetime(2026, 3, 9, 12, 0, 0)
        form.user_id = self.agent2
        form.activity_type_id = call
        form.activity_summary = "Ask for a photo"
        form.activity_date = date(2026, 3, 4)
        form.save().action_apply()
        self.assertEqual(case.priority, "3")
        self.assertEqual(case.category_id.name, "Product")
        self.assertEqual(str(case.date_deadline), "2026-03-09 12:00:00")
        self.assertEqual(case.user_id, self.agent2, "not the stage's own choice")
        self.assertEqual(case.stage_id, self.stage_progress)
        activity = case.activity_ids.filtered(lambda a: a.summary == "Ask for a photo")
        self.assertEqual(activity.user_id, self.agent2)
        self.assertEqual(activity.date_deadline, date(2026, 3, 4))
        self.assertNotIn(case, self._queue(self.leader))

    @feature("I2-08")
    def test_several_cases_at_once(self):
        """What is left empty stays as it is on each of several cases."""
        category = self.env.ref("aftersales_case.category_delivery")
        first = self._new_case(urgency="1", category_id=category.id)
        second = self._new_case(urgency="3")
        form = self._wizard(self.leader, first | second)
        self.assertFalse(form.urgency)
        self.assertFalse(form.category_id)
        form.impact = "3"
        form.save().action_apply()
        self.assertEqual((first | second).mapped("impact"), ["3", "3"])
        self.assertEqual(first.urgency, "1")
        self.assertEqual(first.category_id, category)
        self.assertFalse(second.category_id)
        self.assertEqual((first | second).mapped("state"), ["open", "open"])

    @feature("P-59")
    def test_priority_may_be_overruled(self):
        """The leader's own priority stands, whatever urgency and impact say."""
        case = self._new_case()
        form = self._wizard(self.leader, case)
        form.urgency, form.impact = "1", "1"
        form.priority = "2"
        form.move_on = False
        form.save().action_apply()
        self.assertEqual(case.priority, "2")
        self.assertEqual(case.state, "new", "waits for its assessment to be finished")

    @feature("I2-08")
    def test_new_type_warns_of_lost_answers(self):
        """A case that is given another type goes on there, and loses no answer unsaid."""
        self.type_complaint.properties_definition = [
            {"name": "batch_no", "string": "Batch", "type": "char"}
        ]
        case = self._new_case(properties={"batch_no": "L-17"})
        form = self._wizard(self.leader, case)
        self.assertFalse(form.lost_answers)
        form.type_id = self.type_service
        self.assertEqual(form.lost_answers, "Batch")
        form.save().action_apply()
        self.assertEqual(case.type_id, self.type_service)
        self.assertEqual(case.state, "open")

    @feature("I2-08")
    def test_only_leaders_assess(self):
        """Agents do not assess, and closed cases are not assessed again."""
        case = self._complete(self._new_case())
        with self.assertRefused(AccessError, "aftersales.triage"):
            self._wizard(self.agent, case)
        case.stage_id = self.stage_solved
        with self.assertRefused(UserError, "Only open"):
            self._wizard(self.leader, case)

    @feature("I2-08")
    def test_one_message_to_the_chosen(self):
        """Whoever was chosen is told once, not the one whom the rules would take."""
        cases = self._new_case() | self._new_case()
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        form = self._wizard(self.leader, cases)
        form.user_id = self.agent2
        form.save().action_apply()
        notices = self.env["mail.message"].search(
            [("id", ">", last), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(notices.notified_partner_ids, self.agent2.partner_id)
        self.assertEqual(len(notices), 1)
