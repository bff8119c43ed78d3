from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import AftersalesCommon, feature
from .gateway import GatewayCommon, read_mail


def make_plan(env, case_type, *steps):
    """Give a type a plan; each step is (summary, days, values)."""
    plan = env["mail.activity.plan"].create(
        {
            "name": "First Steps",
            "res_model": "aftersales.case",
            "company_id": False,
            "template_ids": [
                (
                    0,
                    0,
                    {
                        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                        "summary": summary,
                        "responsible_type": "case_responsible",
                        "delay_count": days,
                        "delay_from": "after_plan_date",
                    }
                    | vals,
                )
                for summary, days, vals in steps
            ],
        }
    )
    case_type.activity_plan_id = plan
    return plan


class TestActivityPlan(AftersalesCommon):
    @feature("I2-05")
    def test_new_case_gets_its_actions(self):
        """A new case has the activities of its type, for its responsible, in time."""
        make_plan(self.env, self.type_complaint, ("Call", 1, {}), ("Find cause", 3, {}))
        with freeze_time("2026-03-02 09:00:00"):
            case = self._new_case(user_id=self.agent.id)
        activities = case.activity_ids.sorted("date_deadline")
        self.assertEqual(activities.mapped("summary"), ["Call", "Find cause"])
        self.assertEqual(activities.user_id, self.agent)
        self.assertEqual(
            [str(date) for date in activities.mapped("date_deadline")],
            ["2026-03-03", "2026-03-05"],
        )

    @feature("I2-05")
    def test_reporter_without_a_role_starts_it_too(self):
        """Whoever reports, the actions are scheduled for those who can take them."""
        make_plan(self.env, self.type_complaint, ("Call", 1, {}))
        form = Form(self._as(self.reporter)["aftersales.case"])
        form.type_id = self.type_complaint
        form.name = "Leak"
        case = form.save().sudo()
        self.assertEqual(case.activity_ids.mapped("summary"), ["Call"])
        self.assertEqual(case.activity_ids.user_id, case.user_id)

    @feature("I2-05")
    def test_imported_cases_get_their_actions(self):
        """Cases from a spreadsheet get them; those that are closed do not."""
        make_plan(self.env, self.type_complaint, ("Call", 1, {}))
        Case = self._as(self.manager)["aftersales.case"]
        result = Case.load(
            ["name", "type_id/.id", "stage_id/.id"],
            [
                ["Open", str(self.type_complaint.id), str(self.stage_new.id)],
                ["Old", str(self.type_complaint.id), str(self.stage_cancelled.id)],
            ],
        )
        self.assertTrue(result["ids"], result["messages"])
        opened, closed = Case.browse(result["ids"])
        self.assertEqual(len(opened.activity_ids), 1)
        self.assertFalse(closed.activity_ids)

    def test_fixed_person_and_ask_at_launch(self):
        """A step for a fixed person goes there; one to be asked goes to the case's."""
        make_plan(
            self.env,
            self.type_complaint,
            (
                "Check",
                1,
                {"responsible_type": "other", "responsible_id": self.leader.id},
            ),
            ("Ask", 2, {"responsible_type": "on_demand"}),
        )
        case = self._new_case(user_id=self.agent.id)
        users = {a.summary: a.user_id for a in case.activity_ids}
        self.assertEqual(users, {"Check": self.leader, "Ask": self.agent})
        self.leader.active = False
        other = self._new_case(user_id=self.agent.id)
        self.assertEqual(other.activity_ids.user_id, self.agent)

    def test_nobody_is_mailed(self):
        """Eighty new cases send no mail for their activities."""
        make_plan(self.env, self.type_complaint, ("Call", 0, {}), ("Write", 1, {}))
        before = self.env["mail.mail"].search_count([])
        notices = self.env["mail.notification"].search_count([])
        cases = self._as(self.manager)["aftersales.case"].create(
            [
                {
                    "name": f"Case {number}",
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                }
                for number in range(80)
            ]
        )
        self.assertEqual(len(cases.activity_ids), 160)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        # One announcement of the batch for those who are told of new cases.
        told = self.team._get_announce_users() | self.agent
        added = self.env["mail.notification"].search_count([]) - notices
        self.assertLessEqual(added, len(told))

    def test_plan_costs_the_same_for_one_and_eighty(self):
        """The queries of starting a plan do not grow with the number of cases."""
        cases = self.env["aftersales.case"].create(
            [
                {
                    "name": f"Case {number}",
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                }
                for number in range(82)
            ]
        )
        make_plan(self.env, self.type_complaint, ("Call", 1, {}), ("Write", 2, {}))
        counts = [
            self._count_queries(batch._start_activity_plan)
            for batch in (cases[:1], cases[1:2], cases[2:])  # the first warms up
        ]
        self.assertEqual(len(cases.activity_ids), 164)
        self.assertLessEqual(counts[2], counts[1] + 4)

    @mute_logger("odoo.sql_db")
    def test_broken_plan_stops_no_case(self):
        """A plan that cannot be started is noted; the case is there all the same."""
        plan = make_plan(self.env, self.type_complaint, ("Call", 1, {}))
        other = self.env["res.company"].create({"name": "Other"})
        plan.company_id = other
        self.assertFalse(self._new_case().activity_ids)
        plan.company_id = False
        self.patch(
            type(self.env["mail.activity.schedule"]),
            "_get_plan_user",
            lambda *args: self.env["res.users"].browse(999999999),
        )
        case = self._new_case()
        self.assertTrue(case.number)
        self.assertFalse(case.activity_ids)
        self.assertIn("First Steps", case.message_ids[:1].preview)

    def test_manager_sets_up_plans_of_cases_only(self):
        """A manager of after-sales makes plans for cases, and no others."""
        Plan = self._as(self.manager)["mail.activity.plan"]
        plan = Plan.create({"name": "Recall", "res_model": "aftersales.case"})
        step = self._as(self.manager)["mail.activity.plan.template"].create(
            {"plan_id": plan.id, "responsible_type": "case_responsible"}
        )
        self.assertTrue(step)
        with self.assertRaises(AccessError):
            Plan.create({"name": "Foreign", "res_model": "res.partner"})
        with self.assertRaises(AccessError):
            self._as(self.agent, plan).name = "Mine"

    def test_responsible_of_the_case_is_for_cases(self):
        """A plan for partners cannot ask for the responsible of a case."""
        with self.assertRefused(ValidationError, "plans for cases"):
            self.env["mail.activity.plan"].create(
                {
                    "name": "Partner",
                    "res_model": "res.partner",
                    "template_ids": [(0, 0, {"responsible_type": "case_responsible"})],
                }
            )

    def test_wizard_of_core_knows_the_responsible(self):
        """Started by hand from a case, the plan finds the responsible as well."""
        case = self._new_case(user_id=self.agent.id)
        plan = make_plan(self.env, self.type_complaint, ("Call", 1, {}))
        wizard = self._as(self.manager)["mail.activity.schedule"].create(
            {"res_model": case._name, "res_ids": repr(case.ids), "plan_id": plan.id}
        )
        wizard.action_schedule_plan()
        self.assertEqual(case.activity_ids.user_id, self.agent)
        deadline = fields.Date.today() + timedelta(days=1)
        self.assertEqual(case.activity_ids.date_deadline, deadline)


class TestActivityPlanOfMail(GatewayCommon):
    @feature("I2-05")
    def test_mail_starts_the_plan(self):
        """A case that came in by mail has its actions too."""
        make_plan(self.env, self.type_complaint, ("Call", 1, {}))
        case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        self.assertEqual(case.activity_ids.mapped("summary"), ["Call"])
        self.assertEqual(case.activity_ids.user_id, case.user_id)
