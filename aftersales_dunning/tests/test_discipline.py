from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.const import SAID_SINCE
from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon

MONDAY = "2026-03-02 09:00:00"


class TestDiscipline(DunningCommon):
    """A hold is earned by working on the case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("aftersales_dunning.reason_product").copy(
            {"silence_days": 5, "warn_days": 2, "max_days": 90}
        )

    def _held_case(self):
        """A case whose agent wrote on Monday, 2 March 2026; it holds an invoice."""
        with freeze_time(MONDAY):
            invoice = self._new_invoice(
                1000, date_due=fields.Date.to_date("2026-02-01")
            )
            case = self._new_case(user_id=self.agent.id)
            hold = self._hold(invoice, case=case, reason_id=self.reason.id)
        return case, hold

    def _run_cron(self, day):
        with freeze_time(f"{day} 12:00:00"), self.enter_registry_test_mode():
            self.env.ref("aftersales_dunning.cron_expire_holds").method_direct_trigger()
        self.env.invalidate_all()

    def _get_warnings(self, case):
        return self.env["mail.message"].search(
            [
                ("model", "=", case._name),
                ("res_id", "=", case.id),
                ("subject", "like", "dunned again soon"),
            ]
        )

    @feature("N-05")
    def test_silence_ends_the_hold_after_a_warning(self):
        """Five working days of silence: warned on the third, ended on the sixth."""
        case, hold = self._held_case()
        self._run_cron("2026-03-04")
        self.assertFalse(self._get_warnings(case))
        self._run_cron("2026-03-06")
        warning = self._get_warnings(case)
        self.assertEqual(
            warning.notified_partner_ids,
            self.agent.partner_id | self.leader.partner_id,
        )
        self._run_cron("2026-03-06")
        self.assertEqual(self._get_warnings(case), warning)
        self.assertEqual(hold.state, "active")
        self._run_cron("2026-03-10")
        self.assertEqual((hold.state, hold.end_reason), ("expired", "expired"))

    def test_weekend_is_no_silence(self):
        """Saturday and Sunday do not count."""
        _case, hold = self._held_case()
        self._run_cron("2026-03-08")
        self.assertEqual(hold.state, "active")

    def test_a_message_breaks_the_silence(self):
        """An answer of a colleague starts the count anew; the customer's does not."""
        case, hold = self._held_case()
        with freeze_time("2026-03-09 09:00:00"):
            self._as(self.agent, case).message_post(
                body="We look into it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self._run_cron("2026-03-12")
        self.assertEqual(hold.state, "active")

    def test_a_note_breaks_the_silence(self):
        """So does what a colleague notes; what answers for him while away does not."""
        for message_type, state in (
            ("comment", "active"),
            ("out_of_office", "expired"),
        ):
            case, hold = self._held_case()
            with freeze_time("2026-03-09 09:00:00"):
                self._as(self.agent, case).message_post(
                    body="I asked the workshop.",
                    message_type=message_type,
                    partner_ids=case._get_customer_partners().ids,
                    subtype_xmlid=None
                    if message_type == "comment"
                    else "mail.mt_comment",
                )
            self._run_cron("2026-03-12")
            self.assertEqual(hold.state, state, message_type)

    def test_silence_before_the_log_listened(self):
        """Messages of earlier versions are not in the log: no hold ends for that."""
        _case, hold = self._held_case()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(SAID_SINCE, "2026-03-09 09:00:00")
        self._run_cron("2026-03-12")
        self.assertEqual(hold.state, "active")
        self._run_cron("2026-03-20")
        self.assertEqual(hold.state, "expired")

    @feature("N-05")
    def test_renewal_is_counted(self):
        """A hold that is renewed runs as long again, and says how often."""
        case, hold = self._held_case()
        until = hold.date_until
        with freeze_time("2026-03-05 09:00:00"):
            action = self._press(self._as(self.agent, hold), "action_ask_renewal")
            dialog = Form.from_action(self._as(self.agent), action)
            self._press(dialog.save(), "action_renew")
        with Form(self._as(self.agent, hold)) as form:
            self.assertEqual(form.renewal_count, 1)
            self.assertEqual(form.date_until, str(until + timedelta(days=3)))
        self.assertIn("renewed", str(case.message_ids.mapped("body")))

    def test_longest_hold(self):
        """After the longest time the hold ends, however busy we are."""
        self.reason.silence_days = 0
        _case, hold = self._held_case()
        self._run_cron(str(hold.date_until))
        self.assertEqual(hold.state, "active")
        self._run_cron(str(hold.date_until + timedelta(days=1)))
        self.assertEqual(hold.state, "expired")

    @feature("N-05")
    def test_complaint_after_the_last_reminder_needs_approval(self):
        """Debtor control approves; until then the invoice is dunned."""
        invoice = self._new_invoice(1000, date_due=self.today - timedelta(days=90))
        for days in (0, 10, 20):
            run = self._run(self.today + timedelta(days=days))
            run.line_ids.write({"state": "sent"})
        case = self._new_case(user_id=self.agent.id)
        hold = self._as(self.agent)["aftersales.dunning.hold"].create(
            {"case_id": case.id, "move_id": invoice.id, "reason_id": self.reason.id}
        )
        self.assertEqual(hold.state, "requested")
        self.assertEqual(invoice.hold_state, "none")
        asked = self.env["mail.message"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "=", invoice.id),
                ("subject", "like", "Approval of a dunning hold"),
            ]
        )
        self.assertIn(self.accountant.partner_id, asked.notified_partner_ids)
        with self.assertRefused(AccessError, "debtor control"):
            hold.action_approve()
        self._press(self._as(self.accountant, hold), "action_approve")
        self.assertEqual(hold.state, "active")
        self.assertEqual(hold.approved_by_id, self.accountant)
        self.assertEqual(invoice.hold_state, "full")

    def test_refused_hold_does_not_come_back(self):
        """A refusal stands, whatever happens to the goods."""
        self.reason.needs_approval = True
        self.type_complaint.hold_reason_id = self.reason
        order = self._new_order(10)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        self.assertEqual(case.hold_ids.state, "requested")
        self._as(self.accountant, case.hold_ids).action_refuse()
        case.line_ids.quantity = 5
        self.assertEqual(case.hold_ids.mapped("end_reason"), ["refused"])
        self.assertEqual(invoice.hold_state, "none")
