from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon


class TestPartsAlone(DunningCommon):
    """A part that never was reminded begins with the first reminder, not with the next.

    The rest of 1000 had its reminders about 700 while 300 were disputed.
    """

    def setUp(self):
        super().setUp()
        self.invoice = self._new_invoice(1000)
        self.hold = self._hold(self.invoice, "amount", 300)
        self.assertRows(0, [(1, 700, False)])

    def _release(self, policy, **terms):
        self._release_in_dialog(self.hold, release_policy=policy, **terms)

    def assertRows(self, day, expected, jobs=True):
        """Assert what a run on a day makes: level, amount, whether about a part.

        :param jobs: whether the job that lets parts come back ran before
        """
        with freeze_time(self._in(day)):
            holds = self.env["aftersales.dunning.hold"]
            if jobs:
                holds.search(holds._get_due_parts_domain(self._in(day)))._resume_parts()
            lines = self._run(self._in(day)).line_ids
            lines.write({"state": "sent"})
        rows = [(line.level, line.balance_due, bool(line.hold_id)) for line in lines]
        self.assertEqual(sorted(rows), expected)

    @feature("N-27")
    def test_new_due_date(self):
        """The invoice is due later, and begins again ten days after that."""
        self._pay(self.invoice, 700)
        self._release("new_due", due_days=14)
        self.assertEqual(self.invoice.invoice_date_due, self._in(14))
        self.assertRows(23, [])
        self.assertRows(24, [(1, 300, False)])
        self.assertRows(34, [(2, 300, False)])

    def test_new_due_date_taken_back(self):
        """The reminders that were sent count again."""
        self._pay(self.invoice, 700)
        self._release("new_due", due_days=14)
        self.hold.action_undo_release()
        self.assertFalse(self.hold.restarted_ids)
        self.assertFalse(
            any(self.invoice.credit_control_line_ids.mapped("manually_overridden"))
        )

    @feature("N-27")
    def test_new_due_date_of_what_was_reminded(self):
        """All had its first reminder before it was disputed: the second comes next."""
        whole = self._new_invoice(640)
        self.assertRows(1, [(1, 640, False)])
        with freeze_time(self._in(2)):
            hold = self._hold(whole, "amount", 40)
            self._pay(whole, 600)
            hold._release_by_hand({"release_policy": "new_due", "due_days": 14})
        self.assertRows(10, [(2, 700, False)])
        self.assertRows(26, [(2, 40, False), (3, 700, False)])

    def test_reminded_in_the_morning(self):
        """All was reminded of on the day on which the hold began: no first one again."""
        for policy in ("go_on", "new_due"):
            with self.subTest(policy=policy):
                invoice = self._new_invoice(500)
                self._run().line_ids.write({"state": "sent"})
                hold = self._hold(invoice, "amount", 100)
                self._pay(invoice, 400)
                hold._release_by_hand({"release_policy": policy, "due_days": 14})
                self.assertFalse(hold.is_series or hold.restarted_ids)

    @feature("N-27", "N-03")
    def test_run_before_the_job(self):
        """On the day itself run and dry run find it alone before the job says so."""
        self._release("wait", wait_days=12)
        self._pay(self.invoice, 700)
        with freeze_time(self._in(12)):
            self.assertFalse(self._shown(12))
            self.assertEqual(self.hold.part_state, "waiting")
        self.assertRows(12, [], jobs=False)
        self.assertEqual((self.hold.part_state, self.hold.is_series), ("dunned", True))
        self.assertEqual(self._shown(21), [])
        self.assertEqual(self._shown(22), [(1, 300)])
        self.assertRows(22, [(1, 300, True)], jobs=False)

    def _shown(self, day):
        Wizard = self._as(self.accountant)["aftersales.dunning.dry.run"]
        with Form(Wizard.with_company(self.company)) as form:
            form.date = self._in(day)
        action = form.record.action_show()
        lines = self.env[action["res_model"]].search(action["domain"])
        lines = lines.filtered(lambda line: line.outcome == "remind")
        return [(line.level, line.due_now) for line in lines]

    @feature("N-27")
    def test_rest_paid_before_the_next_run(self):
        """It had joined the rest, which is paid then: its first reminder, not the second."""
        with freeze_time(self._in(2)):
            self._release("go_on")
        self._pay_rest_on(4)
        self.assertRows(11, [])
        self.assertRows(12, [(1, 300, True)])
        self.assertRows(22, [(2, 300, True)])

    @feature("N-27")
    def test_rest_paid_after_the_days_to_wait(self):
        """As above; its date is the day on which it came back."""
        with freeze_time(self._in(2)):
            self._release("wait", wait_days=4)
        with freeze_time(self._in(6)):
            self.hold._resume_parts()
        self._pay_rest_on(8)
        self.assertRows(15, [])
        self.assertRows(16, [(1, 300, True)])

    def _pay_rest_on(self, day):
        self.assertFalse(self.hold.is_series)
        with freeze_time(self._in(day)):
            self._pay(self.invoice, 700)
        self.assertTrue(self.hold.is_series)

    def test_rest_paid_while_the_next_is_on_its_way(self):
        """The second reminder of all is made, and the rest paid: it does not leave."""
        self._release("go_on")
        with freeze_time(self._in(10)):
            line = self._run(self._in(10)).line_ids
            self.assertEqual((line.level, line.balance_due), (2, 1000))
            line.state = "to_be_sent"
            self._pay(self.invoice, 700)
            self.assertTrue(self.hold.is_series)
            self.assertEqual(line._get_dunnable(), {line: 0})

    def test_rest_paid_after_all_was_reminded(self):
        """The second reminder asked for all of it: the third comes next."""
        self._release("go_on")
        self.assertRows(10, [(2, 1000, False)])
        with freeze_time(self._in(11)):
            self._pay(self.invoice, 700)
        self.assertFalse(self.hold.is_series)
        self.assertRows(20, [(3, 300, False)])

    def test_never_reminded(self):
        """Nothing was reminded before: who pays the rest is asked with the first one."""
        for scope in ("amount", "invoice"):
            with self.subTest(scope=scope):
                invoice = self._new_invoice(500)
                hold = self._hold(invoice, scope, 100)
                hold._release_by_hand({"release_policy": "go_on"})
                line = self._run().line_ids
                line.state = "to_be_sent"
                self._pay(invoice, 400)
                self.assertFalse(hold.is_series)
                self.assertEqual((line.level, line._get_dunnable()), (1, {line: 100}))
                self._pay(invoice)

    @feature("N-27")
    def test_after_the_last_reminder(self):
        """The rest has had its last reminder: the part has three of its own to come."""
        self.assertRows(10, [(2, 700, False)])
        self.assertRows(20, [(3, 700, False)])
        with freeze_time(self._in(21)):
            self._release("go_on")
        self.assertRows(30, [])
        self.assertRows(31, [(1, 300, True)])
        self.assertRows(41, [(2, 300, True)])
        self.assertRows(51, [(3, 300, True)])
