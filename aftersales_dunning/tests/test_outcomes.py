from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import convert_file, mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from .common import DunningCommon


class TestOutcomes(DunningCommon):
    """A hold ends with an outcome, and its part comes back on the terms of that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("aftersales_dunning.reason_product")

    def _case(self, amount=300, total=1000, resolution="replaced"):
        """A case of the agent that holds a part of an invoice."""
        invoice = self._new_invoice(total)
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.resolution_id = resolution and self.env.ref(
            f"aftersales_case.resolution_{resolution}"
        )
        hold = self._hold(invoice, "amount", amount, case)
        return case, invoice, hold

    @feature("N-27")
    def test_resolution_says_the_outcome(self):
        """Remedied: a new date for the part; refused: it joins the rest at once."""
        for name, outcome, waits in (
            ("replaced", "remedied", True),
            ("repaired", "remedied", True),
            ("explained", "rejected", False),
            ("apology", "rejected", False),
        ):
            with self.subTest(resolution=name):
                case, invoice, hold = self._case(resolution=name)
                self._close(case)
                self.assertEqual((hold.state, hold.outcome), ("released", outcome))
                self.assertEqual(hold.part_state, "waiting" if waits else "dunned")
                self.assertEqual(invoice.due_now, 700 if waits else 1000)
                self.assertEqual(hold.resume_on, self._in(14) if waits else False)

    @feature("N-27")
    def test_other_ends_say_the_outcome(self):
        """Rejected, cancelled, silent: the part joins the rest by the shipped terms."""
        case, _invoice, rejected = self._case()
        case.rejection_reason_id = self.env.ref("aftersales_case.resolution_too_late")
        case.action_reject()
        case, _invoice, withdrawn = self._case()
        case.action_cancel()
        _case, _invoice, expired = self._case()
        expired.date_until = self._in(-1)
        self._let_time_pass()
        found = [
            (hold.outcome, hold.part_state) for hold in (rejected, withdrawn, expired)
        ]
        self.assertEqual(
            found, [(key, "dunned") for key in ("rejected", "withdrawn", "expired")]
        )

    @feature("N-27")
    def test_own_resolutions(self):
        """A resolution that the user adds says what it means for holds, too."""
        Resolution = self.env["aftersales.resolution"]
        done, refused = Resolution.create(
            [{"name": "Explained twice"}, {"name": "No", "outcome": "rejected"}]
        )
        self.assertEqual(done.hold_outcome, "remedied")
        self.assertEqual(refused.hold_outcome, "rejected")
        done.hold_outcome = "mistake"
        case, invoice, hold = self._case()
        case.resolution_id = done
        self._close(case)
        self.assertEqual((hold.outcome, invoice.due_now), ("mistake", 1000))

    @feature("N-27")
    def test_terms_by_outcome(self):
        """The accounting manager says of a reason what follows from which outcome."""
        reason = self.env["aftersales.dunning.hold.reason"].create(
            {"name": "Leaks", "release_policy": "wait", "wait_days": 7}
        )
        with Form(reason) as form:
            with form.terms_ids.new() as terms:
                terms.outcome = "rejected"
                terms.release_policy = "restart"
            with form.terms_ids.new() as terms:
                terms.outcome = "remedied"
                terms.release_policy = "new_due"
                terms.due_days = 30
        for outcome, day, is_series in (
            ("rejected", False, True),
            ("remedied", self._in(30), True),
            ("withdrawn", self._in(7), False),
        ):
            with self.subTest(outcome=outcome):
                hold = self._hold(
                    self._new_invoice(1000), "amount", 300, reason_id=reason.id
                )
                self._release_in_dialog(hold, outcome)
                self.assertEqual((hold.resume_on, hold.is_series), (day, is_series))
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            reason.terms_ids.create({"reason_id": reason.id, "outcome": "rejected"})

    def test_chosen_terms_stay(self):
        """Terms that somebody chose for the hold do not follow from the outcome."""
        case, _invoice, hold = self._case(resolution="explained")
        hold.with_user(self.accountant).write(
            {"release_policy": "wait", "wait_days": 5}
        )
        self._close(case)
        self.assertEqual((hold.outcome, hold.resume_on), ("rejected", self._in(5)))
        case, _invoice, hold = self._case(resolution="explained")
        self.reason.wait_days = 3  # the reason changes, the hold was not touched
        self._close(case)
        self.assertFalse(hold.resume_on)

    @feature("N-27")
    def test_installed_beside_own_resolutions(self):
        """A resolution that somebody deleted before is missed by nobody."""
        self.env.ref("aftersales_case.resolution_apology").unlink()
        explained = self.env.ref("aftersales_case.resolution_explained")
        explained.hold_outcome = False
        path = "data/hold_reasons.xml"
        convert_file(
            self.env, "aftersales_dunning", path, {}, mode="init", noupdate=True
        )
        self.assertEqual(explained.hold_outcome, "rejected")

    def test_no_resolution(self):
        """Debtor control is asked for the outcome; meanwhile it is held, whatever comes."""
        case, invoice, hold = self._case(resolution=False)
        case._force_stage(self.stage_solved, "No time")
        self.assertEqual((hold.state, hold.part_state), ("active", "undecided"))
        self.assertEqual((invoice.held_amount, invoice.due_now), (300, 700))
        activity = invoice.activity_ids
        self.assertIn("closed without a resolution", activity.note)
        self.assertIn("300.00", activity.note)
        hold.date_until = self._in(-1)
        self._let_time_pass()
        self.assertEqual(hold.state, "active")
        self._as(self.accountant, hold)._release_by_hand({}, "rejected")
        self.assertEqual((hold.outcome, hold.part_state), ("rejected", "dunned"))
        self.assertFalse(invoice.activity_ids)

    def _close(self, case):
        self._as(self.agent, case).action_done()
        self.assertEqual(case.state, "done")

    def _let_time_pass(self):
        """Let the job that ends holds run."""
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_dunning.cron_expire_holds").method_direct_trigger()

    @feature("N-27")
    def test_to_be_credited(self):
        """What is granted stays out until it is credited; debtor control is reminded."""
        self.company.aftersales_credit_days = 3
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order, date=self._in(-60))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        case.resolution_id = self.env.ref("aftersales_case.resolution_credited")
        self._close(case)
        hold = case.hold_ids
        self.assertEqual((hold.state, hold.part_state), ("active", "to_credit"))
        self.assertEqual(invoice.held_amount, 345)
        activity = invoice.activity_ids
        self.assertIn("345.00", activity.note)
        self.assertGreaterEqual(activity.date_deadline, self._in(3))
        hold.date_until = self._in(-1)
        self._let_time_pass()
        self.assertEqual(hold.part_state, "to_credit", "silence does not end it")
        found = self._as(self.accountant, hold).search(
            [("part_state", "=", "to_credit")]
        )
        self.assertEqual(found, hold)
        self._credit(invoice, quantity=3)
        self.assertEqual((hold.state, hold.outcome), ("released", "credited"))
        self.assertEqual((hold.part_state, invoice.held_amount), ("done", 0))
        self.assertEqual(invoice.due_now, 805)
        self.assertFalse(invoice.activity_ids)

    @feature("N-27")
    def test_credited_in_part_of_what_was_granted(self):
        """Three were granted and one is credited: two stay out."""
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order, date=self._in(-60))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        case.resolution_id = self.env.ref("aftersales_case.resolution_credited")
        self._close(case)
        self._credit(invoice, quantity=1)
        self.assertEqual(case.hold_ids.part_state, "to_credit")
        self.assertEqual((invoice.held_amount, invoice.due_now), (230, 805))
        self._credit(invoice, quantity=2)
        self.assertEqual((invoice.held_amount, invoice.due_now), (0, 805))

    def test_draft_takes_no_credit(self):
        """The invoice was reset to draft: nothing is out, so nobody is asked for it."""
        case, invoice, hold = self._case(resolution="credited")
        invoice.button_draft()
        self._close(case)
        self.assertEqual((hold.state, hold.part_state), ("released", "done"))
        self.assertFalse(invoice.activity_ids)

    def test_amount_to_be_credited(self):
        """An amount without goods that was granted is out until it is credited, too."""
        case, invoice, hold = self._case(resolution="credited")
        self._close(case)
        self.assertEqual((hold.part_state, invoice.held_amount), ("to_credit", 300))
        refund = invoice._reverse_moves()
        refund.invoice_line_ids.price_unit = 300
        refund.action_post()
        self._match(invoice, refund)
        self.assertEqual((hold.state, hold.part_state), ("released", "done"))
        self.assertEqual((invoice.held_amount, invoice.due_now), (0, 700))

    def test_reopened(self):
        """The case goes on: what was to be credited is disputed again."""
        case, invoice, hold = self._case(resolution="credited")
        self._close(case)
        self._as(self.agent, case)._reopen("Not that one")
        self.assertEqual((hold.state, hold.part_state), ("active", False))
        self.assertFalse(hold.outcome or invoice.activity_ids)
        case.resolution_id = self.env.ref("aftersales_case.resolution_explained")
        self._close(case)
        self.assertEqual((hold.outcome, invoice.due_now), ("rejected", 1000))

    @feature("N-27")
    def test_reopened_after_a_new_date(self):
        """Goods that are disputed again are held by the new hold, the old part is done."""
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order, date=self._in(-60))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        self._close(case)
        old = case.hold_ids
        self.assertEqual((old.part_state, invoice.held_amount), ("waiting", 345))
        self._as(self.agent, case)._reopen("It leaks again")
        self.assertEqual((old.part_state, old.held_amount), ("done", 0))
        new = case.hold_ids - old
        self.assertEqual((new.state, new.held_amount), ("active", 345))

    @feature("N-27")
    def test_credited_after_a_new_date(self):
        """A credit note comes off the part whose goods it is for, not off the rest."""
        order = self._new_order(10)
        slip = self._deliver(order)
        invoice = self._bill(order, date=self._in(-60))
        case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
        self._close(case)
        self.assertEqual((invoice.held_amount, invoice.due_now), (345, 805))
        self._credit(invoice, quantity=1)
        self.assertEqual((invoice.held_amount, invoice.due_now), (230, 805))
        self._credit(invoice, quantity=2)
        self.assertEqual((invoice.held_amount, invoice.due_now), (0, 805))

    @feature("N-27")
    def test_credited_while_the_case_is_open(self):
        """Released by hand while somebody works on it, whatever the outcome and terms.

        3 of 10 are disputed, 345 of 1150. One is credited, then the others: the rest
        stays 805, and more goods on the case add nothing to what was settled.
        """
        for outcome in ("remedied", "rejected", "expired", "mistake"):
            for terms in (
                {"release_policy": "new_due", "due_days": 90},
                {"release_policy": "restart"},
            ):
                with self.subTest(outcome=outcome, terms=terms):
                    order = self._new_order(10)
                    slip = self._deliver(order)
                    invoice = self._bill(order, date=self._in(-60))
                    case = self._complain(slip, [3], user_id=self.agent.id)
                    hold = case.hold_ids
                    self._release_in_dialog(hold, outcome, **terms)
                    self._credit(invoice, quantity=1)
                    self.assertEqual(hold.held_amount + hold.part_amount, 230)
                    case.line_ids.quantity = 5
                    self.assertEqual(hold.held_amount + hold.part_amount, 230)
                    case.line_ids.quantity = 3
                    self._credit(invoice, quantity=2)
                    self.assertEqual(hold.part_state, "done")
                    self.assertEqual((invoice.held_amount, invoice.due_now), (0, 805))

    @feature("I2-55", "I2-56")
    def test_scope_of_the_shipped_reasons(self):
        """A setting says whether a complaint holds its part or the whole invoice.

        Both come back on their terms: the part by itself, the whole with a new date.
        """
        for scope, held, moved in (("invoice", 1150, True), ("amount", 345, False)):
            with self.subTest(scope=scope):
                settings = self.env["res.config.settings"].create({})
                settings.aftersales_hold_scope = scope
                settings.execute()
                order = self._new_order(10)
                slip = self._deliver(order)
                invoice = self._bill(order, date=self._in(-60))
                case = self._complete(self._complain(slip, [3], user_id=self.agent.id))
                self.assertEqual(invoice.held_amount, held)
                self._close(case)
                self.assertEqual(bool(invoice.dunning_due_original), moved)
                self.assertEqual(invoice.held_amount, 0 if moved else 345)
        read = self.env["res.config.settings"].create({})
        self.assertEqual(read.aftersales_hold_scope, "amount")
        self.reason.scope = "invoice"
        read = self.env["res.config.settings"].create({})
        self.assertFalse(read.aftersales_hold_scope, "they differ")

    def test_system_fields(self):
        """Nobody writes outcome or part of a hold by hand."""
        _case, invoice, hold = self._case()
        for values in (
            {"outcome": "rejected"},
            {"part_state": "done"},
            {"is_series": True},
            {"terms_by_hand": True},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._as(self.accountant, hold).write(values)
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._as(self.accountant, hold).create(
                    {"move_id": invoice.id, "reason_id": self.reason.id} | values
                )
