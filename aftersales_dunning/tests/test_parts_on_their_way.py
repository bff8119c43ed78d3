from odoo.tests import freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .reminders import RemindersCommon
from .test_gates_letter import REPORT, get_rows


class TestPartsOnTheirWay(RemindersCommon):
    """Reminders of the rest and of disputed parts, when terms change before they leave."""

    def setUp(self):
        super().setUp()
        self.invoice = self._new_invoice(1000)

    def _dispute(self, amount=300):
        return self._hold(self.invoice, scope="amount", amount=amount)

    def _two_rows(self):
        """Return the ready reminders of the rest, at level 2, and of the part, at 1."""
        self._remind(self.invoice).state = "sent"
        self.hold = self._dispute()
        self.hold._release_by_hand({"release_policy": "restart"})
        lines = self._remind(self.invoice, date=self._in(10))
        lines.state = "to_be_sent"
        part = lines.filtered("hold_id")
        self.assertEqual(part.hold_id, self.hold)
        return lines - part, part

    @feature("N-27", "N-02")
    def test_letter_with_part_and_rest(self):
        """Two rows of one invoice in one letter; what was invoiced counts once."""
        rest, part = self._two_rows()
        lines = rest | part
        lines.channel = "letter"
        rest.run_id.run_channel_action()
        letter = lines.communication_id
        self.assertEqual(len(letter), 1)
        self.assertEqual(letter.policy_level_id.level, 2)
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            REPORT, letter.ids
        )
        rows = [
            row for row in get_rows(content) if row[0].startswith(self.invoice.name)
        ]
        self.assertEqual(
            sorted((row[0], row[-1]) for row in rows),
            [
                (self.invoice.name, "$ 700.00"),
                (f"{self.invoice.name} (part in review before)", "$ 300.00"),
            ],
        )
        totals = get_rows(content, "//div[@class='row']//table[not(@id)]")
        self.assertIn(["Total Invoiced", "$ 1,000.00"], totals)
        self.assertIn(["Total Due", "$ 1,000.00"], totals)

    def test_mail_with_part_and_rest(self):
        """The same by mail; both are sent."""
        rest, part = self._two_rows()
        rest.run_id.run_channel_action()
        [body] = self._send(self._get_mails(rest.communication_id))
        self.assertIn("part in review before", body)
        for amount in ("700.00", "300.00"):
            self.assertIn(amount, body)
        self.assertEqual((rest | part).mapped("state"), ["sent", "sent"])

    @feature("N-27")
    def test_part_gets_a_new_date(self):
        """The reminder of the rest leaves as it is: it never had the part in it."""
        hold = self._dispute()
        line = self._remind(self.invoice)
        line.state = "to_be_sent"
        hold._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self.assertEqual((line.state, line.balance_due), ("to_be_sent", 700))
        line.run_id.run_channel_action()
        [body] = self._send(self._get_mails(line.communication_id))
        self.assertIn("700.00", body)

    @feature("N-27")
    def test_part_is_held_again(self):
        """Neither leaves when all is disputed again; a further part is none of these."""
        rest, part = self._two_rows()
        rest.run_id.run_channel_action()
        mail = self._get_mails(part.communication_id)
        further = self._dispute(100)
        self.assertEqual((rest | part).mapped("balance_due"), [600, 300])
        self.assertEqual((rest | part).mapped("state"), ["to_be_sent", "to_be_sent"])
        self.assertFalse(self._send(mail))
        further._release_by_hand({"release_policy": "go_on"})
        self.assertEqual((rest | part).mapped("balance_due"), [700, 300])
        self._hold(self.invoice)
        self.assertEqual((rest | part).mapped("state"), ["ignored", "ignored"])

    @feature("N-27")
    def test_paid_while_both_are_ready(self):
        """A payment pays the rest first: its reminder is ignored, the part's is not."""
        rest, part = self._two_rows()
        self._pay(self.invoice, 750)
        rest.run_id.run_channel_action()
        self.assertEqual((rest.state, part.state), ("ignored", "queued"))
        self.assertEqual(part.balance_due, 250)

    def test_new_start_of_another_part(self):
        """A second part that starts anew leaves the reminder of the first alone."""
        rest, part = self._two_rows()
        second = self._dispute(200)
        self.assertEqual((rest.balance_due, part.balance_due), (500, 300))
        second._release_by_hand({"release_policy": "restart"})
        self.assertEqual((part.state, part.balance_due), ("to_be_sent", 300))
        self.assertEqual((rest.state, rest.balance_due), ("to_be_sent", 500))

    @feature("N-27")
    def test_day_of_a_waiting_part(self):
        """Ready before the part's day, sent on it: all is asked for."""
        hold = self._dispute()
        line = self._remind(self.invoice)
        line.state = "to_be_sent"
        hold._release_by_hand({"release_policy": "wait", "wait_days": 12})
        self.assertEqual((line.state, line.balance_due), ("to_be_sent", 700))
        for day, amount in ((11, 700), (12, 1000)):
            with freeze_time(self._in(day)):
                line.run_id._ignore_held(("to_be_sent",))
                self.assertEqual((line.state, line.balance_due), ("to_be_sent", amount))

    @feature("N-27")
    def test_original_date_of_a_part(self):
        """A part with a date of its own shows the invoice's beside it."""
        old = self.invoice.invoice_date_due
        self._dispute()._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self.env["aftersales.dunning.hold"].search(
            [("part_state", "=", "waiting")]
        )._resume_parts()
        line = self._remind(self.invoice, date=self._in(24)).filtered("hold_id")
        self.assertEqual(line.date_due_now, self._in(14))
        self.assertEqual(line.date_due_original, old)
