from contextlib import contextmanager
from datetime import date, datetime, timedelta
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, freeze_time, new_test_user, test_cursor
from odoo.tools.safe_eval import safe_eval

from .common import AftersalesCommon, feature


class TestHandover(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "as_admin",
            groups="base.group_erp_manager,base.group_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def _new_cases(self, count, **vals):
        case = {"type_id": self.type_complaint.id, "user_id": self.agent.id} | vals
        return self.env["aftersales.case"].create(
            [case | {"name": f"Case {number}"} for number in range(count)]
        )

    def _handover(self, user, records, **context):
        """Open the wizard as it opens from a list or form of these records."""
        env = self._as(user)
        action = {"active_model": records._name, "active_ids": records.ids}
        return Form(env["aftersales.handover"].with_context(**action, **context))

    def _notices(self, user):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("subject", "ilike", "now yours"),
            ]
        )

    @feature("N-12")
    def test_warning_leads_to_the_hand_over(self):
        """Archiving somebody with open cases opens the hand-over, which archives him."""
        complaints = self._new_cases(2)
        services = self._new_cases(3, type_id=self.type_service.id)
        with self.assertRaises(RedirectWarning) as caught:
            self._as(self.admin, self.agent).action_archive()
        message, action_id, _button, context = caught.exception.args
        self.assertIn("responsible for 5 open cases", message)
        action = self.env["ir.actions.act_window"].browse(action_id)
        model = self._as(self.admin)[action.res_model].with_context(**context)
        form = Form(model)
        self.assertEqual(form.from_user_ids[:], self.agent)
        counts = {
            line["type_id"]: line["case_count"] for line in form.line_ids._records
        }
        self.assertEqual(counts, {self.type_complaint.id: 2, self.type_service.id: 3})
        with form.line_ids.edit(0) as line:
            line.to_user_id = self.leader
        form.save().action_apply()
        self.assertEqual(complaints.user_id, self.leader)
        self.assertEqual(services.user_id, self.agent2, "chosen by the rules")
        self.assertFalse(self.agent.active)

    @feature("N-12")
    def test_one_message_for_each_receiver(self):
        """A hand-over of many cases is one message, and one line in each history."""
        cases = self._new_cases(4)
        form = self._handover(self.manager, self.agent)
        form.kind = "gone"
        form.to_user_id = self.agent2
        form.save().action_apply()
        self.assertEqual(cases.user_id, self.agent2)
        self.assertEqual(
            self._notices(self.agent2).mapped("subject"), ["4 cases are now yours"]
        )
        events = cases.event_ids.filtered(lambda event: event.kind == "handover")
        self.assertEqual(len(events), 4)
        self.assertEqual(events.actor_id, self.manager)
        self.assertEqual({event.from_id for event in events}, {self.agent.id})

    def test_cases_cost_the_same(self):
        """Forty cases are handed over with as many queries as two."""
        counts = []
        for count in (2, 2, 40):
            cases = self._new_cases(count)
            form = self._handover(self.manager, cases)
            form.kind = "gone"
            form.to_user_id = self.agent2
            counts.append(self._count_queries(form.save().action_apply))
        self.assertLessEqual(counts[2], counts[1] + 2, counts)

    @feature("N-12")
    def test_deputy_gives_back(self):
        """After the absence the cases come back, but for those the deputy worked on."""
        self.agent.aftersales_deputy_id = self.agent2
        start = datetime(2026, 3, 2, 8, 0, 0)
        with self._at(start):
            idle, moved, taken, done = cases = self._new_cases(4)
            form = self._handover(self.agent, cases)
            self.assertEqual(form.to_user_id, self.agent2)
            form.return_on = date(2026, 3, 9)
            form.save().action_apply()
            self.assertEqual(cases.user_id, self.agent2)
            self.assertEqual(cases.return_user_id, self.agent)
            self.assertTrue(self.agent.is_out_of_office)
        with self._at(start + timedelta(days=2)):
            self._as(self.agent2, moved).stage_id = self.stage_wait_supplier
            self._as(self.leader, taken).user_id = self.leader
            self._complete(done).stage_id = self.stage_solved
        self._run_give_back(start + timedelta(days=6))
        self.assertEqual(cases.user_id, self.agent2 | self.leader, "too early")
        self._run_give_back(start + timedelta(days=7))
        self.assertEqual(idle.user_id, self.agent)
        self.assertEqual(moved.user_id, self.agent2)
        self.assertEqual(taken.user_id, self.leader)
        self.assertEqual(done.user_id, self.agent2)
        self.assertFalse(cases.return_user_id)
        self.assertIn("has worked on it", moved.message_ids[0].body)
        self.assertEqual(len(self._notices(self.agent)), 1)
        self._run_give_back(start + timedelta(days=8))
        self.assertEqual(len(self._notices(self.agent)), 1, "told twice")

    def test_what_the_deputy_wrote_counts(self):
        """An answer or a note of his keeps the case; what was sent by itself does not."""
        start = datetime(2026, 3, 2, 8, 0, 0)
        with self._at(start):
            noted, answered, automatic, customers = cases = self._new_cases(
                4, contact_id=self.contact.id
            )
            form = self._handover(self.agent, cases)
            form.to_user_id = self.agent2
            form.return_on = date(2026, 3, 9)
            form.save().action_apply()
        with self._at(start + timedelta(days=1)):
            to_anna = {
                "partner_ids": self.contact.ids,
                "subtype_xmlid": "mail.mt_comment",
            }
            for case, values in (
                (noted, {"message_type": "comment"}),
                (answered, {"message_type": "comment"} | to_anna),
                (automatic, {"message_type": "out_of_office"} | to_anna),
                (
                    customers,
                    {"message_type": "comment", "author_id": self.contact.id},
                ),
            ):
                writer = case if case == customers else self._as(self.agent2, case)
                writer.message_post(body="x", **values)
        self._run_give_back(start + timedelta(days=7))
        self.assertEqual((noted | answered).user_id, self.agent2)
        self.assertEqual((automatic | customers).user_id, self.agent)

    @feature("N-12")
    def test_company_may_want_all_cases_back(self):
        """A company may say that cases come back even when the deputy worked on them."""
        self.company.aftersales_return_worked_on = True
        start = datetime(2026, 3, 2, 8, 0, 0)
        with self._at(start):
            case = self._new_cases(1)
            form = self._handover(self.agent, case)
            form.to_user_id = self.agent2
            form.return_on = date(2026, 3, 9)
            form.save().action_apply()
            self._as(self.agent2, case).message_post(body="Called the customer")
        self._run_give_back(start + timedelta(days=7))
        self.assertEqual(case.user_id, self.agent)

    @feature("N-12")
    def test_still_absent_waits(self):
        """Whoever is still away on the day of return gets his cases later."""
        start = datetime(2026, 3, 2, 8, 0, 0)
        with self._at(start):
            case = self._new_cases(1)
            form = self._handover(self.agent, case)
            form.to_user_id = self.agent2
            form.return_on = date(2026, 3, 9)
            form.save().action_apply()
        self.agent.out_of_office_to = start + timedelta(days=20)
        self._run_give_back(start + timedelta(days=7))
        self.assertEqual(case.user_id, self.agent2)
        self.assertEqual(case.return_user_id, self.agent)
        self._run_give_back(start + timedelta(days=21))
        self.assertEqual(case.user_id, self.agent)

    def _run_give_back(self, moment):
        self.env.flush_all()
        with self._at(moment), self.enter_registry_test_mode():
            self.env.ref("aftersales_case.cron_give_back").method_direct_trigger()
        self.env.invalidate_all()

    @contextmanager
    def _at(self, moment):
        """Freeze the clock, and that of the transaction, which absences are judged by."""
        now = patch.object(type(self.env.cr), "now", lambda _cursor: moment)
        test_now = patch.object(test_cursor.TestCursor, "now", lambda _cursor: moment)
        with freeze_time(moment), now, test_now:
            self.env.invalidate_all()
            yield

    @feature("N-12")
    def test_employees_hand_over_first(self):
        """Departure, archiving and a changed user of an employee ask for it too."""
        employee = self.env["hr.employee"].create(
            {"name": "Aagje", "user_id": self.agent.id, "company_id": self.company.id}
        )
        case = self._new_cases(1)
        departure = self.env["hr.departure.wizard"].with_context(
            active_ids=employee.ids, employee_termination=True
        )
        attempts = {
            "archive": lambda: employee.action_archive(),
            "departure": lambda: departure.create({}).action_register_departure(),
            "user": lambda: employee.write({"user_id": self.reporter.id}),
            "delete": lambda: employee.unlink(),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(name),
                self.assertRefused(RedirectWarning, "Hand them over"),
            ):
                attempt()
        with self.assertRaises(RedirectWarning) as caught:
            employee.action_archive()
        form = Form(
            self.env["aftersales.handover"].with_context(**caught.exception.args[3])
        )
        form.to_user_id = self.leader
        action = form.save().action_apply()
        self.assertEqual(case.user_id, self.leader)
        self.assertFalse(employee.active)
        self.assertEqual(action["res_model"], "hr.departure.wizard")
        self.assertTrue(self.agent.active, "only the employee left")

    @feature("N-12")
    def test_group_form_cannot_lock_out(self):
        """Taking the role of internal user away in the group's form is stopped too."""
        self._new_cases(1)
        self.agent.notification_type = "email"
        role = self.env.ref("aftersales_case.group_aftersales_agent")
        with self.assertRefused(RedirectWarning, "Hand them over"):
            role.user_ids -= self.agent

    def test_agent_gives_away_only_his_own(self):
        """An agent hands over what he may write; users only by whoever looks after them."""
        foreign = self._new_cases(1, user_id=self.manager.id, team_id=False)
        form = self._handover(self.agent, foreign)
        form.kind = "gone"
        form.to_user_id = self.agent2
        with self.assertRefused(AccessError, "write"):
            form.save().action_apply()
        own = self._new_cases(1)
        form = self._handover(self.agent, self.agent)
        form.kind = "gone"
        form.save().action_apply()
        self.assertEqual(own.user_id, self.agent2)
        wizard = self._as(self.agent)["aftersales.handover"].create(
            {
                "kind": "gone",
                "archive": True,
                "from_user_ids": [(6, 0, self.agent2.ids)],
            }
        )
        with self.assertRefused(AccessError, "administrators"):
            wizard.action_apply()

    def test_duties_are_named(self):
        """The wizard names what else gives cases to the leaving."""
        form = self._handover(self.manager, self.leader)
        form.kind = "gone"
        self.assertIn("Leads team Test Team", form.duties)

    def test_closed_cases_are_not_handed_over(self):
        """Only open cases need somebody."""
        case = self._complete(self._new_cases(1))
        case.stage_id = self.stage_solved
        with self.assertRefused(UserError, "Only open cases"):
            self._handover(self.manager, case)

    def test_receivers_work_on_cases(self):
        """Whoever has no role in after-sales is not offered, by no picker."""
        env = self._as(self.leader)
        arch = env["aftersales.handover"].get_view(view_type="form")["arch"]
        pickers = etree.fromstring(arch).findall(".//field[@name='to_user_id']")
        self.assertEqual(len(pickers), 2)
        words = {
            "case_ids": [],
            "from_user_ids": self.agent.ids,
            "company_id": self.company.id,
        }
        people = self.agent2 | self.leader | self.reporter | self.accountant
        for picker in pickers:
            domain = safe_eval(picker.get("domain"), words)
            found = env["res.users"].search(domain)
            self.assertEqual(found & people, self.agent2 | self.leader)

    def test_deputy_who_leaves_too(self):
        """Nobody is proposed who hands over himself."""
        self.agent.aftersales_deputy_id = self.agent2
        cases = self._new_cases(1) | self._new_cases(1, user_id=self.agent2.id)
        self.assertEqual(self._handover(self.manager, cases[0]).to_user_id, self.agent2)
        self.assertFalse(self._handover(self.manager, cases).to_user_id)

    def test_first_day_back_is_proposed(self):
        """The day that is known of the absent, or else the next one."""
        with self._at(datetime(2026, 3, 2, 8, 0, 0)):
            cases = self._new_cases(2)
            form = self._handover(self.manager, cases)
            self.assertEqual(form.return_on, date(2026, 3, 3))
            self.agent.out_of_office_to = datetime(2026, 3, 9, 6, 0, 0)
            form = self._handover(self.manager, cases)
            self.assertEqual(form.return_on, date(2026, 3, 9))
            self.assertEqual(form.save().return_on, date(2026, 3, 9))

    def test_new_responsible_is_told(self):
        """Whoever is made responsible by a colleague is told, with one message."""
        cases = self._new_cases(3)
        self._as(self.leader, cases).user_id = self.agent2
        self.assertEqual(len(self._notices(self.agent2)), 1)
        self._as(self.agent, cases).action_take()
        self.assertFalse(self._notices(self.agent))
