from .goods import GoodsCommon


class TestOverlaps(GoodsCommon):
    """Several holds on one invoice: what they have in common counts once."""

    def _get_sums(self, invoice):
        active = invoice.hold_ids.filtered(lambda hold: hold.state == "active")
        return sum(active.mapped("held_amount")), sum(active.mapped("held_company"))

    def test_holds_add_up_to_the_invoice(self):
        """Two holds by hand above what is open: the second holds what the first left."""
        invoice = self._new_invoice(1000)
        first = self._hold(invoice, scope="amount", amount=700)
        second = self._hold(invoice, scope="amount", amount=600)
        self.assertEqual((first.held_amount, second.held_amount), (700, 300))
        self.assertHeld({invoice: 1000})
        self._pay(invoice, 400)
        self.assertEqual((first.held_amount, second.held_amount), (600, 0))
        self.assertHeld({invoice: 600})
        first._release_by_hand({"release_policy": "go_on"})
        self.assertEqual((first.held_amount, second.held_amount), (0, 600))
        self.assertEqual(self._get_sums(invoice), (600, 600))

    def test_held_in_booked_value(self):
        """1000 USD booked at 800 EUR: half of it is 400 EUR, whatever the rate is now."""
        dollar = self.env.ref("base.USD")
        if self.company.currency_id == dollar:
            dollar = self.env.ref("base.EUR")
        dollar.active = True
        day = self.today.replace(day=1).replace(year=self.today.year - 1)
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                    "name": name,
                    "rate": rate,
                }
                for name, rate in ((day, 1.25), (self.today, 2.0))
            ]
        )
        invoice = self._new_invoice(
            1000, currency_id=dollar.id, invoice_date=day, date_due=day
        )
        self.assertEqual(invoice.amount_residual_signed, 800)
        hold = self._hold(invoice, scope="amount", amount=500)
        self.assertEqual((hold.held_amount, hold.held_company), (500, 400))
