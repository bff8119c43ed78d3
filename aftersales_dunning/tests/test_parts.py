from odoo.fields import Command
from odoo.tests import freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon


class TestParts(DunningCommon):
    """Only the disputed part has terms; what is undisputed keeps its date and level."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["aftersales.dunning.hold.reason"].create(
            {"name": "Leaks", "release_policy": "go_on"}
        )

    def _dispute(self, invoice, amount, **terms):
        """Hold a part of an invoice, to come back on these terms."""
        reason = self.reason.copy(terms)
        return self._hold(invoice, scope="amount", amount=amount, reason_id=reason.id)

    def _release(self, hold, **terms):
        return self._release_in_dialog(hold, **terms)

    def _new_due(self, hold, days):
        return self._release(hold, release_policy="new_due", due_days=days)

    def _rows(self, day=0):
        """Run on a day, as after the jobs of that day; let what it made have been sent.

        :returns: ``[(level, amount, whether it is about a part)]``
        """
        with freeze_time(self._in(day)):
            self.env["aftersales.dunning.hold"].search(
                [("part_state", "=", "waiting"), ("resume_on", "<=", self._in(day))]
            )._resume_parts()
            lines = self._run(self._in(day)).line_ids
            lines.write({"state": "sent"})
        return sorted(
            (line.level, line.balance_due, bool(line.hold_id)) for line in lines
        )

    @feature("N-27", "I2-56", "I2-57")
    def test_part_gets_the_new_date_the_rest_does_not(self):
        """10,042 at level 1, 42 disputed: level 2 about 10,000 leaves in time.

        The part has its first reminder ten days after its date, and its own levels.
        """
        invoice = self._new_invoice(10042)
        old = invoice.invoice_date_due
        self.assertEqual(self._rows(), [(1, 10042, False)])
        hold = self._dispute(invoice, 42)
        self._new_due(hold, 14)
        self.assertEqual(invoice.invoice_date_due, old)
        self.assertFalse(invoice.dunning_due_original)
        self.assertEqual((hold.part_state, hold.resume_on), ("waiting", self._in(14)))
        self.assertEqual((invoice.held_amount, invoice.due_now), (42, 10000))
        self.assertEqual(self._rows(9), [])
        self.assertEqual(self._rows(10), [(2, 10000, False)])
        self.assertEqual(self._rows(14), [])
        self.assertEqual(hold.part_state, "dunned")
        self.assertEqual((hold.held_amount, hold.part_amount), (0, 42))
        self.assertEqual((invoice.held_amount, invoice.due_now), (0, 10042))
        self.assertEqual(self._rows(20), [(3, 10000, False)])
        self.assertEqual(self._rows(23), [])
        self.assertEqual(self._rows(24), [(1, 42, True)])
        self.assertEqual(self._rows(34), [(2, 42, True)])
        self.assertEqual(self._rows(44), [(3, 42, True)])
        self.assertEqual(self._rows(60), [])

    def test_go_on_joins_the_rest(self):
        """At once, at the level of the rest; rejected, withdrawn or expired alike."""
        invoices = {}
        for end in ("withdrawn", "expired", "by_hand"):
            invoices[end] = self._new_invoice(1000)
            self._dispute(invoices[end], 300)
        self.assertEqual(self._rows(), [(1, 700, False)] * 3)
        for end, invoice in invoices.items():
            invoice.hold_ids._end(end)
            self.assertEqual(invoice.hold_ids.part_state, "dunned")
        self.assertEqual(self._rows(10), [(2, 1000, False)] * 3)

    @feature("N-27")
    def test_wait_joins_the_rest_on_its_day(self):
        """Until then it is out; then the rest's next reminder asks for all."""
        invoice = self._new_invoice(1000)
        hold = self._dispute(invoice, 300)
        self.assertEqual(self._rows(), [(1, 700, False)])
        self._release(hold, release_policy="wait", wait_days=12)
        self.assertEqual(self._rows(10), [(2, 700, False)])
        self.assertEqual(self._rows(20), [(3, 1000, False)])

    @feature("N-27")
    def test_restart_of_a_part(self):
        """The part begins at the first level; the rest goes on at its own."""
        invoice = self._new_invoice(1000)
        self.assertEqual(self._rows(), [(1, 1000, False)])
        hold = self._dispute(invoice, 300)
        self._release(hold, release_policy="restart")
        self.assertEqual((invoice.held_amount, hold.part_amount), (0, 300))
        self.assertEqual(self._rows(10), [(1, 300, True), (2, 700, False)])
        self.assertEqual(self._rows(20), [(2, 300, True), (3, 700, False)])

    @feature("N-27")
    def test_each_part_its_own_terms(self):
        """The first of two is released with a new date, the second runs on."""
        invoice = self._new_invoice(1000)
        first, second = (self._dispute(invoice, amount) for amount in (300, 200))
        self._new_due(first, 5)
        self.assertFalse(invoice.dunning_due_original)
        self.assertEqual((invoice.held_amount, invoice.due_now), (500, 500))
        self.assertEqual(self._rows(), [(1, 500, False)])
        self._release(second, release_policy="wait", wait_days=30)
        self.assertEqual(self._rows(15), [(1, 300, True), (2, 500, False)])
        self.assertEqual(self._rows(30), [(2, 300, True), (3, 700, False)])

    def test_whole_invoice_and_another_hold(self):
        """One disputes all, another a part of it: the dates do not move while that runs."""
        invoice = self._new_invoice(1000)
        old = invoice.invoice_date_due
        whole, part = self._hold(invoice), self._dispute(invoice, 400)
        self._new_due(whole, 14)
        self.assertEqual(invoice.invoice_date_due, old)
        self.assertEqual(invoice.held_amount, 1000)
        self.assertEqual((whole.held_amount, part.held_amount), (600, 400))
        self._release(part, release_policy="go_on")
        self.assertEqual((whole.held_amount, invoice.due_now), (1000, 0))
        self.assertEqual(self._rows(23), [])
        self.assertEqual(self._rows(24), [(1, 1000, True)])

    @feature("N-27", "I2-57")
    def test_not_before_the_new_date_and_the_delay(self):
        """Level 1 sent, a hold, a new due date: level 2 ten days after that date."""
        for amount in (1000, 640, 77):
            with self.subTest(amount=amount):
                invoice = self._new_invoice(amount)
                run = self._run()
                run.line_ids.write({"state": "sent"})
                self._new_due(self._hold(invoice), 14)
                self.assertEqual(invoice.invoice_date_due, self._in(14))
                line = invoice._get_open_items()
                found = {
                    day: line._get_prospects(self._in(day))[line]
                    for day in (13, 14, 23, 24)
                }
                self.assertEqual(
                    [found[day].outcome for day in found],
                    ["not_due", "waits", "waits", "remind"],
                )
                self.assertEqual(found[14].next_on, self._in(24))
                level = self.policy.level_ids[1]
                for day, expected in ((14, 0), (23, 0), (24, 1)):
                    lines = level.get_level_lines(self._in(day), line)
                    self.assertEqual(len(lines), expected)
                self._pay(invoice)

    def test_new_date_before_the_due_date(self):
        """A date before that of the invoice gives nothing: the part stays with the rest."""
        invoice = self._new_invoice(1000, date_due=self._in(40))
        hold = self._new_due(self._dispute(invoice, 300), 14)
        self.assertEqual((hold.part_state, hold.is_series), ("dunned", False))
        self.assertFalse(hold.resume_on)
        self.assertEqual(self._rows(49), [])
        self.assertEqual(self._rows(50), [(1, 1000, False)])

    @feature("N-27")
    def test_payments(self):
        """The undisputed is paid first, then parts by their date, what is held last."""
        invoice = self._new_invoice(1000)
        early, late, held = (
            self._dispute(invoice, amount) for amount in (100, 200, 300)
        )
        self._new_due(early, 5)
        self._new_due(late, 9)
        self._pay(invoice, 450)
        amounts = [hold.held_amount for hold in (early, late, held)]
        self.assertEqual(amounts, [50, 200, 300])
        self._pay(invoice, 100)
        amounts = [hold.held_amount for hold in (early, late, held)]
        self.assertEqual(amounts, [0, 150, 300])
        self._pay(invoice, 450)
        self.assertEqual(early.part_state, "done")
        self.assertEqual(held.end_reason, "paid")

    def test_paid_and_not_any_more(self):
        """A payment that is taken back brings the parts back with their date."""
        invoice = self._new_invoice(1000)
        hold = self._new_due(self._dispute(invoice, 300), 14)
        self._pay(invoice)
        self.assertEqual((hold.part_state, hold.held_amount), ("done", 0))
        invoice._get_term_lines().remove_move_reconcile()
        self.assertEqual((hold.part_state, hold.held_amount), ("waiting", 300))

    def test_rest_is_paid(self):
        """What was never reminded begins with its first reminder, ten days on."""
        invoice = self._new_invoice(1000)
        hold = self._dispute(invoice, 300)
        self.assertEqual(self._rows(), [(1, 700, False)])
        self._pay(invoice, 700)
        self._release(hold, release_policy="go_on")
        self.assertEqual(self._rows(9), [])
        self.assertEqual(self._rows(10), [(1, 300, True)])

    def test_nothing_held_nothing_released(self):
        """A hold of nothing ends without terms: no date moves, nothing waits."""
        for terms in (
            {"release_policy": "new_due", "due_days": 30},
            {"release_policy": "wait", "wait_days": 30},
            {"release_policy": "restart"},
        ):
            with self.subTest(terms=terms):
                invoice = self._new_invoice(100)
                old = invoice.invoice_date_due
                hold = self._dispute(invoice, 10)
                hold.amount = 0
                self._release(hold, **terms)
                self.assertEqual(hold.part_state, "done")
                self.assertFalse(hold.resume_on)
                self.assertEqual(invoice.invoice_date_due, old)
                self.assertEqual(invoice.due_now, 100)

    def test_parts_on_instalments(self):
        """The part lies on the last instalment, and its reminders too."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 5)
                ],
            }
        )
        invoice = self._new_invoice(1000, invoice_payment_term_id=term.id)
        first, last = invoice._get_term_lines().sorted("date_maturity")
        self._new_due(self._dispute(invoice, 600), 14)
        lines = self._run().line_ids
        self.assertEqual((lines.move_line_id, lines.balance_due), (first, 400))
        lines.state = "sent"
        run = self._run(self._in(24))
        parts = run.line_ids.filtered("hold_id")
        self.assertEqual(
            {line.move_line_id: line.balance_due for line in parts},
            {first: 100, last: 500},
        )
        rest = run.line_ids - parts
        self.assertEqual((rest.move_line_id, rest.balance_due), (first, 400))

    def test_same_level_side_by_side(self):
        """Part and rest at one level: neither makes an earlier line of the other."""
        invoice = self._new_invoice(1000)
        self._release(self._dispute(invoice, 300), release_policy="restart")
        first = self._run().line_ids
        self.assertEqual(
            sorted(first.mapped("balance_due")), [300, 700], "both at level 1"
        )
        first.write({"state": "to_be_sent"})
        self.assertEqual(set(first.mapped("state")), {"to_be_sent"})
        run = self._run(self._in(1))
        self.assertFalse(run.line_ids)
        first.write({"state": "sent"})
        second = self._run(self._in(10)).line_ids
        self.assertEqual(second.mapped("level"), [2, 2])
        self.assertEqual(
            {bool(line.hold_id): line.due_now for line in second},
            {True: 300, False: 700},
        )

    @feature("N-27")
    def test_what_the_customer_reads(self):
        """What is in review, and what is settled and due later, are told apart."""
        invoice = self._new_invoice(1000)
        self._dispute(invoice, 200)
        self._new_due(self._dispute(invoice, 300), 14)
        review = invoice._get_dunning_review()
        self.assertEqual((review["held"], review["in_review"]), (500, 200))
        self.assertEqual(review["due_now"], 500)
        [later] = review["later"]
        day = self.env["ir.qweb.field.date"].value_to_html(self._in(14), {})
        self.assertIn("300.00", later)
        self.assertIn(f"is due on {day}", later)
        settled = self._new_invoice(1000)
        self._release(self._hold(settled), release_policy="wait", wait_days=3)
        review = settled._get_dunning_review()
        self.assertEqual((review["is_held"], review["in_review"]), (False, 0))
        self.assertEqual(len(review["later"]), 1)

    def test_in_foreign_currency(self):
        """A part of an invoice in dollars has its terms in dollars."""
        dollar = self.env["res.currency"].create(
            {"name": "TSD", "symbol": "T$", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {"name": self._in(-90), "rate": 2, "currency_id": dollar.id}
            | {"company_id": self.company.id}
        )
        invoice = self._new_invoice(1000, currency_id=dollar.id)
        hold = self._new_due(self._dispute(invoice, 300), 14)
        self.assertEqual((hold.held_amount, hold.held_company), (300, 150))
        self.assertEqual(self._rows(), [(1, 700, False)])
        self.assertEqual(self._rows(24), [(1, 300, True), (2, 700, False)])
