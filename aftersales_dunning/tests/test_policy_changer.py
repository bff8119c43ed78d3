from odoo.exceptions import UserError

from .reminders import RemindersCommon


class TestPolicyChanger(RemindersCommon):
    """Who gives a level by hand is told why nothing of an invoice may be dunned."""

    def _change(self, invoice):
        return (
            self.env["credit.control.policy.changer"]
            .with_context(active_ids=invoice.ids)
            .create(
                {
                    "new_policy_id": self.policy.id,
                    "new_policy_level_id": self.policy.level_ids[1].id,
                }
            )
        )

    def assertTold(self, invoice, words):
        wizard = self._change(invoice)
        with self.assertRaises(UserError) as refused, self.env.cr.savepoint():
            wizard.set_new_policy()
        self.assertIn(f"{invoice.name}: {words}", str(refused.exception))
        self.assertNotIn("paid", str(refused.exception))

    def _alone(self):
        """An invoice of 1000 of which only the disputed 300 are left, by themselves."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        hold._release_by_hand({"release_policy": "restart"})
        self._pay(invoice, 700)
        return invoice

    def test_dunned_by_itself(self):
        """Nothing was paid of what is left: it has reminders of its own."""
        self.assertTold(self._alone(), "what was disputed gets reminders of its own")

    def test_too_little(self):
        """What is left beside the part is below the tolerance."""
        self.company.credit_control_tolerance = 50
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 980)
        hold._release_by_hand({"release_policy": "restart"})
        self.assertTold(invoice, "what was disputed gets reminders of its own")

    def test_held_and_later(self):
        """What is held, or due later, is named as that."""
        invoice = self._new_invoice(500)
        hold = self._hold(invoice)
        self.assertTold(invoice, "held, Product complaint")
        hold._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self.assertTold(invoice, "due on")

    def test_reminder_by_hand(self):
        """Who sends a reminder of what has its own is told the same."""
        invoice = self._alone()
        run = self._run()
        line = self.env["credit.control.line"].create(
            self._prepare_reminder(run, invoice)
        )
        with self.assertRefused(
            UserError, "what was disputed gets reminders of its own"
        ):
            line.state = "to_be_sent"
        line._hold_back(line._get_dunnable())
        self.assertEqual(line.state, "ignored")
        self.assertIn("reminders of its own", line.message_ids[0].body)
