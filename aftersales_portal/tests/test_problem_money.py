from werkzeug.datastructures import MultiDict

from odoo import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .invoices import InvoiceSetup


class ProblemMoneySetup(InvoiceSetup):
    """Invoices of all kinds, and what a customer says is wrong with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_holds()

    def _bill(self, *lines, **vals):
        """Post an invoice; a line has name, quantity, price, and whatever else it says."""
        commands = [
            Command.create(
                {
                    "name": name,
                    "quantity": quantity,
                    "price_unit": price,
                    "tax_ids": [Command.set(self.tax.ids)],
                }
                | (more[0] if more else {})
            )
            for name, quantity, price, *more in lines
        ]
        return self._new_invoice(invoice_line_ids=commands, **vals)

    def _line(self, invoice, name):
        return invoice.invoice_line_ids.filtered(lambda line: line.name == name)

    def _try(self, problem, invoice, user=None, amount="", text="Look", **typed):
        """Send the form of a problem; return the case, and what is wrong with the form."""
        service, partner = self._service(user or self.anna)
        found = service._find_invoice(partner, invoice.id)
        lines = {
            f"line-{self._line(invoice, name).id}": value
            for name, value in typed.items()
        }
        form = MultiDict(lines | {"amount": amount, "text": text})
        mine = problem.with_env(found.env)
        case, _is_new, _page, errors = service._report_problem(
            partner, found, mine, form, []
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return case.with_env(self.env), errors

    def _report(self, problem, invoice, **typed):
        case, errors = self._try(problem, invoice, **typed)
        self.assertFalse(errors)
        return case

    def _amounts(self, case):
        rows = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        return dict(
            zip(rows.line_id.mapped("name"), rows.mapped("amount"), strict=True)
        )

    def assertMoney(self, case, invoice, reported, held=None):
        """Assert what the rows of a report say, and what is held of the invoice."""
        self.assertEqual(self._amounts(case), reported)
        if self.is_dunning:
            held = sum(reported.values()) if held is None else held
            self.assertAlmostEqual(sum(case.hold_ids.mapped("held_amount")), held)
            self.assertAlmostEqual(invoice.held_amount, held)


@tagged("post_install", "-at_install")
class TestProblemMoney(ProblemMoneySetup, TransactionCase):
    """What is disputed of an invoice, as one reckons it with a pencil."""

    @feature("N-04")
    def test_discount_of_all(self):
        """10 % off the whole invoice: a line is disputed at what it really costs."""
        for problem, typed in (
            (self.quantity, "10"),
            (self.damaged, "10"),
            (self.price, "0"),
        ):
            with self.subTest(problem=problem.name):
                invoice = self._bill(
                    ("Oven", 10, 100), ("Grill", 10, 50), ("Discount", 1, -150)
                )
                case = self._report(problem, invoice, Oven=typed)
                self.assertMoney(case, invoice, {"Oven": 1080})

    def test_nothing_is_not_all(self):
        """A part that costs less than a cent holds nothing, and never all of it."""
        invoice = self._bill(("Screw", 1000, 0.001), ("Oven", 1, 100))
        case = self._report(self.quantity, invoice, Screw="1")
        self.assertMoney(case, invoice, {"Screw": 0})
        invoice = self._bill(("Screw", 1000, 0.001), ("Oven", 1, 100))
        case = self._report(self.damaged, invoice, Screw="1")
        self.assertMoney(case, invoice, {"Screw": 0})

    def test_rounding(self):
        """What is not disputed is due to the cent, whatever the customer calls it."""
        for quantity, amount in (("1", 0.02), ("2", 0.05)):
            for problem in (self.quantity, self.damaged):
                with self.subTest(problem=problem.name, quantity=quantity):
                    invoice = self._bill(
                        ("Nail", 2, 0.025, {"tax_ids": False}), ("Oven", 1, 100)
                    )
                    case = self._report(problem, invoice, Nail=quantity)
                    self.assertMoney(case, invoice, {"Nail": amount})

    def test_all_lines(self):
        """Who disputes all that is billed owes nothing meanwhile, not even a cent."""
        self.company.tax_calculation_rounding_method = "round_globally"
        self.tax.amount = 21
        for problem in (self.quantity, self.damaged):
            with self.subTest(problem=problem.name):
                invoice = self._bill(*((name, 1, 0.17) for name in "abc"))
                total = sum(invoice.invoice_line_ids.mapped("price_total"))
                self.assertNotAlmostEqual(total, invoice.amount_total)
                case = self._report(problem, invoice, a="1", b="1", c="1")
                if self.is_dunning:
                    self.assertEqual(invoice.held_amount, invoice.amount_total)
                self.assertAlmostEqual(
                    sum(self._amounts(case).values()), invoice.amount_total
                )

    def test_tax_of_a_price(self):
        """A tax of so much a piece stays, whatever was agreed; one in the price goes."""
        fixed = self.tax.copy({"name": "5 each", "amount_type": "fixed", "amount": 5})
        within = self.tax.copy(
            {"name": "20 % within", "price_include_override": "tax_included"}
        )
        for taxes, total, amount in (
            (self.tax, 1200, 600),
            (fixed, 1050, 500),
            (within, 1000, 500),
            (self.tax | fixed, 1250, 600),
        ):
            with self.subTest(taxes=taxes.mapped("name")):
                invoice = self._bill(
                    ("Oven", 10, 100, {"tax_ids": [Command.set(taxes.ids)]}),
                    ("Grill", 1, 1000),
                )
                self.assertEqual(self._line(invoice, "Oven").price_total, total)
                case = self._report(self.price, invoice, Oven="50")
                self.assertMoney(case, invoice, {"Oven": amount})

    def test_foreign_currency(self):
        """In the currency of the invoice; the books have their own."""
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rounding": 1}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": currency.id,
                "company_id": self.company.id,
                "rate": 100,
            }
        )
        invoice = self._bill(("Oven", 3, 100), currency_id=currency.id)
        case = self._report(self.quantity, invoice, Oven="1")
        self.assertMoney(case, invoice, {"Oven": 120})
        if self.is_dunning:
            self.assertAlmostEqual(case.held_amount, 1.2)

    def test_paid_in_part(self):
        """A payment pays what nobody disputes first; the rest is told to the customer."""
        invoice = self._bill(("Oven", 10, 100), ("Grill", 1, 100))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 1000})._create_payments()
        case = self._report(self.price, invoice, Oven="50")
        self.assertMoney(case, invoice, {"Oven": 600}, held=320)
        self._assert_told(case, "320.00")

    def _assert_told(self, case, amount):
        if self.is_dunning:
            [note] = case._get_payment_notes()
            self.assertIn(f"$\xa0{amount}", note)

    def test_whole_invoice(self):
        """Terms: the whole invoice is a row too, with all that it asks for."""
        invoice = self._bill(("Oven", 1, 100))
        case = self._report(self.terms, invoice)
        row = self.env["aftersales.reported.line"].search([("case_id", "=", case.id)])
        self.assertEqual((row.line_id.id, row.amount), (False, 120))
        if self.is_dunning:
            self.assertEqual(invoice.held_amount, 120)
