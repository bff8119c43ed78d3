from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon


class TestRelease(DunningCommon):
    """How an invoice comes back to dunning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("aftersales_dunning.reason_product").copy(
            {"release_policy": "go_on"}
        )

    def _held_case(self, **terms):
        """A case that holds a whole invoice of 1000, due 30 days ago."""
        self.reason.write(terms)
        invoice = self._new_invoice(1000)
        case = self._complete(self._new_case(user_id=self.agent.id))
        self._hold(invoice, case=case, reason_id=self.reason.id)
        return case, invoice

    def _close(self, case):
        self._as(self.agent, case).action_done()
        self.assertEqual(case.state, "done")

    @feature("I2-55", "I2-56", "P-46")
    def test_closing_the_case_releases(self):
        """Held while the case is open; the next run dunns it when it is solved."""
        case, invoice = self._held_case()
        self.assertFalse(self._run().line_ids)
        mine = self._as(self.accountant, invoice)
        self.assertIn(case.number, Form(mine).dunning_notice)
        self._press(self._as(self.agent, case), "action_done")
        hold = invoice.hold_ids
        self.assertEqual((hold.state, hold.end_reason), ("released", "solved"))
        self.assertEqual(hold.ended_by_id, self.agent)
        with Form(mine) as form:
            self.assertFalse(form.dunning_notice)
            self.assertEqual(form.due_now, 1000)
        line = self._run().line_ids
        self.assertEqual((line.invoice_id, line.balance_due), (invoice, 1000))

    def test_rejecting_the_case_releases(self):
        """A rejected complaint gives the invoice back as well."""
        case, invoice = self._held_case()
        case.rejection_reason_id = self.env["aftersales.resolution"].search(
            [("outcome", "=", "rejected")], limit=1
        )
        case.action_reject()
        self.assertEqual(invoice.hold_ids.end_reason, "solved")

    def test_withdrawn_complaint(self):
        """A cancelled case withdraws its hold."""
        case, invoice = self._held_case()
        case.action_cancel()
        self.assertEqual(invoice.hold_ids.state, "withdrawn")

    @feature("I2-57")
    def test_wait(self):
        """Dunning waits some days after the release."""
        case, invoice = self._held_case(release_policy="wait", wait_days=7)
        self._close(case)
        self.assertEqual(invoice.hold_ids.resume_on, self.today + timedelta(days=7))
        self.assertEqual((invoice.held_amount, invoice.due_now), (1000, 0))
        self.assertFalse(self._run(self.today + timedelta(days=6)).line_ids)
        self.assertTrue(self._run(self.today + timedelta(days=7)).line_ids)

    @feature("I2-57")
    def test_new_due_date(self):
        """A new due date; the original one stays visible, the entry is untouched."""
        with Form(self._as(self.manager, self.reason)) as form:
            form.release_policy = "new_due"
            form.due_days = 14
        case, invoice = self._held_case()
        old, entry = invoice.invoice_date_due, invoice.line_ids.mapped("balance")
        self._close(case)
        due = self.today + timedelta(days=14)
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertEqual(invoice._get_term_lines().date_maturity, due)
        with Form(self._as(self.accountant, invoice)) as form:
            self.assertEqual(form.dunning_due_original, str(old))
            self.assertEqual(form.invoice_date_due, str(due))
        self.assertEqual(invoice.line_ids.mapped("balance"), entry)
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(self._run(due).line_ids)

    def _dispute(self, invoice, amount, **terms):
        """A case of the agent that holds a part of an invoice, to end on these terms."""
        reason = self.reason.copy(terms)
        case = self._complete(self._new_case(user_id=self.agent.id))
        self._hold(
            invoice, scope="amount", amount=amount, case=case, reason_id=reason.id
        )
        return case

    @feature("N-27", "I2-57")
    def test_each_part_waits_for_itself(self):
        """Two parts in dispute, in whatever order they are settled: each its own day."""
        for days in ((14, 3), (3, 14)):
            with self.subTest(days=days):
                invoice = self._new_invoice(1000)
                cases = [
                    self._dispute(invoice, 300, release_policy="wait", wait_days=wait)
                    for wait in days
                ]
                for case in cases:
                    self._close(case)
                self.assertEqual((invoice.held_amount, invoice.due_now), (600, 400))
                due = {
                    day: invoice._get_standings(self.today + timedelta(days=day))
                    for day in (2, 3, 13, 14)
                }
                self.assertEqual(
                    [due[day][invoice].due_now for day in due], [400, 700, 700, 1000]
                )

    def test_customer_and_part_wait_for_themselves(self):
        """A hold of the whole customer shortens the wait of no part of his invoices."""
        waiting, other = self._new_invoice(1000), self._new_invoice(300)
        self._close(self._dispute(waiting, 400, release_policy="wait", wait_days=20))
        hold = self._hold_customer()
        terms = self.reason._get_terms() | {"release_policy": "wait", "wait_days": 5}
        hold._release_by_hand(terms)
        moves = waiting | other
        due = [
            [found.due_now for found in moves._get_standings(day).values()]
            for day in (self.today + timedelta(days=days) for days in (4, 5, 19, 20))
        ]
        self.assertEqual(due, [[0, 0], [600, 300], [600, 300], [1000, 300]])

    @feature("I2-57")
    def test_second_new_due_date_keeps_the_original(self):
        """However often the due date is moved, the one of the invoice stays visible."""
        term = self.env.ref("account.account_payment_term_30days")
        invoice = self._new_invoice(
            1000,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
            invoice_date=self.today - timedelta(days=60),
        )
        old = invoice.invoice_date_due
        for days in (14, 30):
            self._close(
                self._dispute(invoice, 1000, release_policy="new_due", due_days=days)
            )
            due = self.today + timedelta(days=days)
            with Form(self._as(self.accountant, invoice)) as form:
                self.assertEqual(form.dunning_due_original, str(old))
                self.assertEqual(form.invoice_date_due, str(due))
        # Corrected and posted again, which computes the dates anew: both moves count.
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 1100
        invoice.action_post()
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertEqual(invoice._get_term_lines().date_maturity, due)

    def test_new_due_date_is_never_an_earlier_one(self):
        """Disputed as a whole, twice: the later of both new due dates holds."""
        invoice = self._new_invoice(1000)
        for days in (30, 14):
            self._close(
                self._dispute(invoice, 1000, release_policy="new_due", due_days=days)
            )
        due = self.today + timedelta(days=30)
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertEqual(invoice._get_term_lines().date_maturity, due)

    def test_two_disputes_end_one_by_one(self):
        """What the first case gives back is dunned; the other's part is still held."""
        invoice = self._new_invoice(1000)
        first, second = (
            self._dispute(invoice, amount, release_policy="go_on")
            for amount in (300, 200)
        )
        self.assertEqual(invoice.due_now, 500)
        self._close(first)
        self.assertEqual(invoice.due_now, 800)
        self.assertEqual(second.hold_ids.state, "active")
        self.assertEqual(self._run().line_ids.balance_due, 800)

    @feature("I2-57")
    def test_new_due_date_by_payment_term(self):
        """The new due date follows from a payment term, from the release on."""
        term = self.env.ref("account.account_payment_term_30days")
        case, invoice = self._held_case(
            release_policy="new_due", payment_term_id=term.id
        )
        self._close(case)
        self.assertEqual(invoice.invoice_date_due, self.today + timedelta(days=30))

    def test_instalments_shift_alike(self):
        """Each instalment is due as much later as the first."""
        term = self.env["account.payment.term"].create(
            {
                "name": "30 and 60 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (30, 60)
                ],
            }
        )
        self.reason.write({"release_policy": "new_due", "due_days": 10})
        invoice = self._new_invoice(
            1000,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
            invoice_date=self.today - timedelta(days=70),
        )
        self._hold(invoice, reason_id=self.reason.id)._end("by_hand")
        due = sorted(invoice._get_term_lines().mapped("date_maturity"))
        self.assertEqual(
            due, [self.today + timedelta(days=10), self.today + timedelta(days=40)]
        )
        self.assertEqual(invoice.invoice_date_due, self.today + timedelta(days=40))

    def test_new_due_date_survives_a_reset_to_draft(self):
        """Draft and posted again: the date that was agreed still holds."""
        case, invoice = self._held_case(release_policy="new_due", due_days=14)
        self._close(case)
        due = invoice.invoice_date_due
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(invoice.invoice_date_due, due)
        self.assertEqual(invoice._get_term_lines().date_maturity, due)

    def _remind(self, days=0):
        """Run, and mark what it made as sent."""
        run = self._run(self.today + timedelta(days=days))
        run.line_ids.write({"state": "sent"})
        return run.line_ids

    @feature("I2-57")
    def test_go_on_at_the_level_reached(self):
        """After one reminder and a hold, the second reminder comes."""
        invoice = self._new_invoice(1000)
        self.assertEqual(self._remind().level, 1)
        hold = self._hold(invoice, reason_id=self.reason.id)
        self.assertFalse(self._remind(11))
        hold._release_by_hand(self.reason._get_terms())
        self.assertEqual(self._remind(12).level, 2)

    @feature("I2-57")
    def test_start_again(self):
        """After two reminders and a hold, the first one comes again; both stay sent."""
        invoice = self._new_invoice(1000)
        sent = self._remind() | self._remind(10)
        self.assertEqual(sorted(sent.mapped("level")), [1, 2])
        hold = self._hold(invoice, reason_id=self.reason.id)
        hold._release_by_hand(self.reason._get_terms() | {"release_policy": "restart"})
        self.assertEqual(self._remind(12).level, 1)
        self.assertEqual(sent.mapped("state"), ["sent", "sent"])

    @feature("I2-57")
    def test_release_by_hand_on_other_terms(self):
        """The accountant releases in the wizard and chooses other terms there."""
        case, invoice = self._held_case()
        holds = self._as(self.accountant, invoice.hold_ids)
        action = self._press(holds, "action_release")
        wizard = Form.from_action(self._as(self.accountant), action)
        self.assertEqual(wizard.release_policy, "go_on")
        wizard.release_policy = "wait"
        wizard.wait_days = 3
        wizard.save().action_release()
        self.assertEqual(invoice.hold_ids.end_reason, "by_hand")
        self.assertEqual(invoice.hold_ids.resume_on, self.today + timedelta(days=3))
        self.assertEqual(invoice.hold_ids.part_state, "waiting")
        self.assertEqual(case.state, "new")

    def test_paid_invoice_ends_its_hold(self):
        """Money that came in needs no hold."""
        _case, invoice = self._held_case()
        self._pay(invoice)
        self.assertEqual(invoice.hold_ids.end_reason, "paid")

    def test_followup_flag_is_published_and_given_back(self):
        """Odoo's own flag says held; afterwards it is as it was found, True or False."""
        for found in (False, True):
            with self.subTest(found=found):
                invoice = self._new_invoice(1000)
                invoice._get_term_lines().no_followup = found
                hold = self._hold(invoice, reason_id=self.reason.id)
                self.assertTrue(invoice.no_followup)
                hold._end("by_hand")
                self.assertEqual(invoice.no_followup, found)

    def test_partial_hold_leaves_the_flag(self):
        """A part that is held does not silence the invoice for other tools."""
        invoice = self._new_invoice(1000)
        self._hold(invoice, scope="amount", amount=400)
        self.assertFalse(invoice.no_followup)

    @feature("P-49")
    def test_customer_hold(self):
        """All invoices of a customer are held, also later ones; others are not."""
        self._new_invoice(1000)
        other = self._new_invoice(700, partner=self.contact.copy({"parent_id": False}))
        hold = self.env["aftersales.dunning.hold"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "reason_id": self.reason.id,
                "scope": "customer",
            }
        )
        hold.action_approve()
        self._new_invoice(300)
        self.assertEqual(self._run().line_ids.invoice_id, other)
        hold._end("by_hand")
        run = self._run(self.today + timedelta(days=1))
        self.assertEqual(sum(run.line_ids.mapped("balance_due")), 1300 + 700)

    @feature("P-49")
    def test_customer_from_the_partner(self):
        """Do Not Dun on the customer's form: all he owes, until the day that is entered."""
        invoice = self._new_invoice(1000)
        until = self.today + timedelta(days=9)
        action = self.env.ref("aftersales_dunning.partner_action_do_not_dun")
        action = self._as(self.accountant, action).with_company(self.company)
        opened = action.with_context(
            active_model="res.partner", active_id=self.customer.id
        ).run()
        form = Form.from_action(self._as(self.accountant), opened)
        self.assertEqual(form.scope, "customer")
        form.asked_until = self.today - timedelta(days=1)
        with self.assertRefused(ValidationError, "Until"):
            form.save()
        form.asked_until = until
        hold = form.save()
        self.assertEqual((hold.state, hold.date_until), ("active", until))
        self.assertEqual(hold.partner_id, self.customer)
        self.assertEqual(invoice.due_now, 0)

    @feature("P-49")
    def test_customer_hold_needs_debtor_control(self):
        """Service asks for a hold on the whole customer; debtor control decides."""
        case, _invoice = self._held_case()
        free = self._new_invoice(300)
        action = self._press(self._as(self.agent, case), "action_hold_customer")
        form = Form.from_action(self._as(self.agent), action)
        self.assertEqual(form.scope, "customer")
        form.reason_id = self.reason
        hold = form.save()
        self.assertEqual(hold.partner_id, self.customer)
        self.assertEqual(hold.state, "requested")
        own = self._as(self.agent, case.hold_ids - hold)
        with self.assertRefused(AccessError, "debtor control"):
            own.scope = "customer"
        with self.assertRefused(AssertionError, "no button action_approve"):
            self._press(self._as(self.agent, hold), "action_approve")
        self._press(self._as(self.accountant, hold), "action_approve")
        self.env.flush_all()
        notice = Form(self._as(self.accountant, free)).dunning_notice
        self.assertIn("No invoice of Janssen Horeca is dunned", notice)

    def test_reopened_case_holds_again(self):
        """The trouble is back: the invoice that is still open is held once more."""
        self.type_complaint.hold_reason_id = self.reason
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order)
        case = self._complete(self._complain(slip, user_id=self.agent.id))
        self._close(case)
        self.assertEqual(invoice.hold_state, "none")
        self._as(self.agent, case)._reopen("It leaks again")
        self.assertEqual(invoice.hold_state, "full")

    def test_service_cannot_write_invoices(self):
        """An agent asks for a hold on the case's customer, and changes nothing else."""
        case, _invoice = self._held_case()
        mine = self._new_invoice(500)
        hold = self._as(self.agent)["aftersales.dunning.hold"].create(
            {"case_id": case.id, "move_id": mine.id, "reason_id": self.reason.id}
        )
        self.assertEqual(hold.state, "active")
        with self.assertRefused(AccessError, "Journal Entry"):
            self._as(self.agent, mine).ref = "changed"
        with self.assertRefused(AccessError, "actions of the hold"):
            hold.state = "released"
        foreign = self._new_invoice(
            500, partner=self.contact.copy({"parent_id": False})
        )
        with self.assertRefused(AccessError, "another customer"):
            self._as(self.agent)["aftersales.dunning.hold"].create(
                {"case_id": case.id, "move_id": foreign.id, "reason_id": self.reason.id}
            )
