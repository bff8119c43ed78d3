from datetime import timedelta

from psycopg2.errors import SerializationFailure

from .common import DunningCommon


class TestHoldLife(DunningCommon):
    """What becomes of a hold when its invoice, its case or its goods change."""

    def _held(self, quantity=10, **vals):
        """A case about a delivery, and its invoice."""
        order = self._new_order(quantity)
        case = self._complain(self._deliver(order), **vals)
        return case, self._bill(order)

    def test_bounced_payment(self):
        """A payment ends the hold; when it is taken back the hold works again."""
        case = self._new_case()
        invoice = self._new_invoice(100)
        hold = self._hold(invoice, case=case)
        self._pay(invoice)
        self.assertEqual(hold.end_reason, "paid")
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual((hold.state, hold.end_reason), ("active", False))
        self.assertTrue(invoice.is_fully_held)
        self.assertHeld({invoice: 100})

    def test_bounced_payment_of_a_solved_case(self):
        """What was solved meanwhile is dunned."""
        case = self._new_case(user_id=self.agent.id)
        invoice = self._new_invoice(100)
        hold = self._hold(invoice, case=case)
        self._pay(invoice)
        case.action_cancel()
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(hold.end_reason, "paid")
        self.assertHeld({invoice: 0})

    def test_paid_invoice_frees_no_customer(self):
        """A hold on all invoices was asked for on one of them; it is paid."""
        invoice, other = self._new_invoice(100), self._new_invoice(200)
        hold = self._hold(invoice, scope="customer")
        self._pay(invoice)
        self.assertEqual(hold.state, "active")
        self.assertFalse(other._get_standings()[other].due_now)

    def test_draft_and_cancelled_invoice(self):
        """Nothing is held of an invoice that does not stand."""
        invoice = self._new_invoice(100)
        hold = self._hold(invoice, scope="amount", amount=100)
        self.assertTrue(invoice.is_fully_held)
        invoice.button_draft()
        self.assertEqual(hold.held_amount, 0)
        self.assertFalse(invoice.is_fully_held)
        invoice.invoice_line_ids.price_unit = 200
        invoice.action_post()
        self.assertEqual(invoice.hold_state, "partial")
        self.assertFalse(invoice._get_term_lines().no_followup)

    def test_deleted_invoice(self):
        """The case still tells that its invoice was held."""
        case = self._new_case()
        invoice = self._new_invoice(100)
        self._hold(invoice, case=case)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        kinds = case.env["aftersales.case.event"].search([("case_id", "=", case.id)])
        self.assertIn("hold_end", kinds.mapped("kind"))

    def test_new_due_date_is_never_earlier(self):
        """What is due later anyway stays as it was agreed."""
        due = self.today + timedelta(days=60)
        invoice = self._new_invoice(100, date_due=due)
        hold = self._hold(invoice)
        hold._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertFalse(invoice.dunning_due_original)
        self.assertFalse(hold.due_after)

    def test_type_that_holds(self):
        """A case that becomes a complaint holds the invoice of its goods."""
        plain = self._copy_type("aftersales_case.type_complaint", "PLAIN")
        plain.hold_reason_id = False
        case, invoice = self._held(type_id=plain.id)
        self.assertHeld({invoice: 0})
        case.type_id = self.type_complaint
        self.assertHeld({invoice: 1150})

    def test_unticked_goods(self):
        """Goods that are all right hold nothing, also where somebody set the share."""
        case, invoice = self._held()
        case.share_ids.quantity = 4
        self.assertHeld({invoice: 460})
        case.line_ids.concerned = False
        self.assertFalse(case.share_ids)
        self.assertHeld({invoice: 0})

    def test_second_delivery_makes_it_a_guess(self):
        """A share that was exact is so no more when more is delivered and billed."""
        order = self._new_order(10)
        slip = self._deliver(order, 4)
        case = self._complain(slip)
        self._bill(order)
        self.assertTrue(case.share_ids.is_exact)
        order.order_line.product_uom_qty = 12
        self._deliver(order)
        self._bill(order)
        self.assertFalse(case.share_ids.is_exact)

    def test_negative_line_takes_goods_back(self):
        """Returned goods on the next invoice free what was billed, as a credit does."""
        order = self._new_order(10, 5, products=[self.machine, self.grinder])
        slip = self._deliver(order)
        first = self._bill(order)
        self._return(slip, 2)
        order.order_line[1].product_uom_qty = 15
        self._deliver(order)
        second = self._bill(order, final=True)
        bills = order.order_line[0]._get_bills()
        self.assertEqual(
            [(bill.qty, bill.price) for bill in bills], [(10, 100), (-2, 100)]
        )
        self.assertEqual([bill.invoice for bill in bills], [first.id, second.id])

    def test_split(self):
        """The goods that go with a split take their hold along."""
        order = self._new_order(4, 6)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order)
        wizard = (
            self.env["aftersales.split"]
            .with_context(active_ids=case.ids)
            .create({"line_ids": case.line_ids[1:].ids})
        )
        wizard.action_split()
        new = self.env["aftersales.case"].search([], order="id desc", limit=1)
        self.assertNotEqual(new, case)
        self.assertEqual((case | new).hold_ids.mapped("amount"), [460, 690])
        self.assertHeld({invoice: 1150})

    def test_merge_of_two_that_hold_the_same(self):
        """Two cases hold one invoice and go on as a third."""
        invoice = self._new_invoice(100)
        cases = self._new_case() | self._new_case()
        for case in cases:
            self._hold(invoice, case=case)
        target = self._new_case()
        cases._merge_into(target)
        active = target.hold_ids.filtered(lambda hold: hold.state == "active")
        self.assertEqual(len(active), 1)
        self.assertHeld({invoice: 100})

    def test_every_invoice_is_told_of(self):
        """A case that ends tells of each of its invoices, in the user's words."""
        case = self._new_case()
        invoices = self._new_invoice(100) | self._new_invoice(200)
        for invoice in invoices:
            self._hold(invoice, case=case)
        case.action_cancel()
        ended = [b for b in case.message_ids.mapped("body") if "hold ended" in str(b)]
        for invoice in invoices:
            self.assertIn(invoice.name, str(ended))

    def test_hold_that_others_change_is_left(self):
        """A conflict is nothing wrong with a hold: it is looked after a little later.

        The conflict is raised: in one transaction there is nobody to meet.
        """
        holds = self._hold(self._new_invoice(100)) | self._hold(self._new_invoice(100))
        holds.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_dunning_hold SET date_until = %s WHERE id IN %s",
            (self.today - timedelta(days=1), tuple(holds.ids)),
        )
        busy = holds[0]
        model = type(holds)
        right = model._end

        def end(records, reason):
            if busy in records:
                raise SerializationFailure("could not serialize access")
            return right(records, reason)

        self.patch(model, "_end", end)
        with self.assertNoLogs("odoo.addons.aftersales_dunning", "WARNING"):
            left = holds._do_safely(lambda found: found._expire_or_warn())
            self.assertEqual(left, busy)
        self.assertEqual(holds.mapped("state"), ["active", "expired"])

    def test_one_bad_hold_stops_no_other(self):
        """The nightly job ends what it can."""
        holds = self.env["aftersales.dunning.hold"]
        for _number in range(2):
            holds |= self._hold(self._new_invoice(100))
        holds.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_dunning_hold SET date_until = %s WHERE id IN %s",
            (self.today - timedelta(days=1), tuple(holds.ids)),
        )
        bad = holds[0]

        def end(records, reason):
            if bad in records:
                raise ValueError("broken")
            return end.origin(records, reason)

        model = type(holds)
        end.origin = model._end
        self.patch(model, "_end", end)
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            holds._do_safely(lambda found: found._expire_or_warn())
        self.assertEqual(holds.mapped("state"), ["active", "expired"])

    def test_failure_stays_beside_a_hold_that_ends(self):
        """Another hold of the same case that ends does not hide the one that cannot."""
        case = self._new_case()
        holds = self.env["aftersales.dunning.hold"]
        for _number in range(2):
            holds |= self._hold(self._new_invoice(100), case=case)
        holds.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_dunning_hold SET date_until = %s WHERE id IN %s",
            (self.today - timedelta(days=1), tuple(holds.ids)),
        )
        bad = holds.sorted("id")[0]
        model = type(holds)
        right = model._end

        def end(records, reason):
            if bad in records:
                raise ValueError("broken")
            return right(records, reason)

        def run():
            found = holds.filtered(lambda hold: hold.state == "active").sorted("id")
            found._do_safely(lambda some: some._expire_or_warn())
            return case.activity_ids.filtered("aftersales_job")

        self.patch(model, "_end", end)
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR") as log:
            self.assertEqual(len(run()), 1)
            self.assertEqual(len(run()), 1)
        self.assertEqual(len(log.records), 1)
        self.patch(model, "_end", right)
        self.assertFalse(run())
        self.assertEqual(bad.state, "expired")
