from odoo.fields import Date

from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon

FAR = ("9999-12-25", "9999-12-31")


class TestFarDates(DunningCommon):
    """A date that somebody mistyped breaks neither the invoice nor the others."""

    def _owe(self, due):
        invoice = self._new_invoice(70)
        invoice._get_term_lines().date_maturity = due
        self.env.flush_all()
        self.env.invalidate_all()
        return invoice

    def test_invoice(self):
        """It is explained, held and released as any other."""
        for due in FAR:
            invoice = self._owe(due)
            mine = self._as(self.accountant, invoice)
            with self.subTest(due=due):
                self.assertTrue(mine.dunning_explanation)
                hold = self._hold(invoice, release_policy="new_due", due_days=10)
                self.assertTrue(mine.dunning_explanation)
                hold._release_by_hand(hold._get_terms())
                self.assertEqual(hold.state, "released")
                self.assertTrue(invoice._get_dunning_review() is None)

    def test_reminder_on_its_way(self):
        """A reminder that is ready is taken back, as by any later date."""
        for due in FAR:
            invoice = self._new_invoice(90)
            line = self._run().line_ids.filtered(
                lambda line, invoice=invoice: line.invoice_id == invoice
            )
            line.state = "to_be_sent"
            with self.subTest(due=due):
                invoice._get_term_lines().date_maturity = due
                self.assertEqual(line.state, "ignored")

    def test_dry_run(self):
        """On any day; what is due on a far day keeps nothing else out."""
        for due in FAR:
            self._owe(due)
        near = self._new_invoice(80)
        runs = self._as(self.accountant)["aftersales.dunning.dry.run"]
        for day in ("0001-01-01", *FAR, Date.to_string(self.today)):
            with self.subTest(day=day):
                run = runs.browse(call(runs, "create", {"date": day}))
                call(run, "action_show")
        lines = runs.env["aftersales.dunning.dry.run.line"].search(
            [("dry_run_id", "=", run.id)]
        )
        self.assertIn(near, lines.move_id)
