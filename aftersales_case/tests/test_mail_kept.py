from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .gateway import GatewayCommon, write_mail


@tagged("post_install", "-at_install")
class TestRetention(GatewayCommon):
    """Originals go when their company says so; rows, messages and files stay."""

    def _age(self, intake, days):
        intake.received_at = fields.Datetime.now() - timedelta(days=days)

    def _collect(self):
        return self.Intake._gc_sources()

    def test_refused(self):
        """The original of a refused mail goes after so many days, no earlier."""
        stranger = {"From": "piet@elsewhere.example", "Precedence": "bulk"}
        old = self._assert_refused(write_mail(**stranger), "bulk")
        young = self._assert_refused(write_mail(**stranger), "bulk")
        self._age(old, 91)
        self._age(young, 89)
        self.assertEqual(self._collect(), (1, False))
        self.assertFalse(old.source)
        self.assertTrue(old.source_deleted_at)
        self.assertTrue(young.source)
        self.assertEqual(self._collect(), (0, False))
        old.action_reconsider()
        old.type_id = self.type_complaint
        with self.assertRaisesRegex(UserError, "Ask piet@elsewhere.example"):
            old.action_make_case()

    def test_failed_is_kept(self):
        """What failed through our fault, and what waits, keeps its original."""
        failed = self._receive(write_mail(From="piet@elsewhere.example"))
        waiting = self._receive(write_mail(From="jan@elsewhere.example"))
        failed.write({"state": "refused", "reason": "error"})
        self._age(failed | waiting, 1000)
        self.assertEqual(self._collect(), (0, False))
        self.assertTrue(failed.source and waiting.source)

    def test_cases(self):
        """Originals of cases are kept unless the company says for how long."""
        case = self._receive_case(write_mail())
        self._age(case.intake_ids, 1000)
        self.assertEqual(self._collect(), (0, False))
        self.company.aftersales_source_days = 2**31 - 1
        self.assertEqual(self._collect(), (0, False))
        self.company.aftersales_source_days = 365
        self.assertEqual(self._collect(), (1, False))
        self.assertFalse(case.intake_ids.source)
        self.assertTrue(self._get_messages(case.intake_ids.message_id).body)

    def test_never(self):
        """0 means never."""
        self.company.aftersales_refused_source_days = 0
        old = self._assert_refused(
            write_mail(From="piet@elsewhere.example", Precedence="bulk"), "bulk"
        )
        self._age(old, 1000)
        self.assertEqual(self._collect(), (0, False))

    def test_copy_of_a_mail_whose_original_is_gone(self):
        """A copy still counts up: the row knows the mail by its Message-Id."""
        source = write_mail()
        case = self._receive_case(source)
        self.company.aftersales_source_days = 10
        self._age(case.intake_ids, 11)
        self._collect()
        self.assertFalse(self._receive(source))
        self.assertEqual(case.intake_ids.copies, 2)

    def test_message_id_used_again(self):
        """A device that gives every mail one Message-Id loses none of them later."""
        mails = [
            write_mail(
                f"Scan {day}",
                Date=f"Tue, {day} Mar 2026 09:00:00 +0100",
                Message_Id="<scan@janssen.example>",
            )
            for day in (10, 17)
        ]
        first = self._receive_case(mails[0])
        self.company.aftersales_source_days = 10
        self._age(first.intake_ids, 11)
        self._collect()
        second = self._receive_case(mails[1])
        self.assertNotEqual(first, second)
        self.assertFalse(self._receive(mails[0]))
        self.assertEqual(first.intake_ids.copies, 2)
