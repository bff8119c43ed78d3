from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon

INVOICING = "account.group_account_invoice"


class LimitsCommon(DunningCommon):
    """Ten machines of 115 are billed; a case of the agent is about three of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit.unlink()
        cls.reason = cls.env.ref("aftersales_dunning.reason_product")
        cls.chief = new_test_user(
            cls.env,
            "as_chief",
            groups="account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        order = self._new_order(10)
        self.case = self._complain(self._deliver(order), [3], user_id=self.agent.id)
        self.invoice = self._bill(order)
        self.hold = self.case.hold_ids
        self.mine = self._as(self.agent, self.hold)

    def _release(self, user, holds, **vals):
        """Release as the wizard does; ``vals`` are filled in by RPC."""
        Release = self._as(user)["aftersales.dunning.release"]
        wizard = Release.with_context(default_hold_ids=holds.ids).create(vals)
        return call(wizard, "action_release")

    def _ask(self, user, **vals):
        """Ask by RPC for a hold on an invoice of 1000 that no goods lead to."""
        holds = self._as(user)["aftersales.dunning.hold"]
        values = {"reason_id": self.reason.id, "scope": "amount"} | vals
        if "move_id" not in values and values["scope"] != "customer":
            values["move_id"] = self._new_invoice(1000).id
        found = call(holds, "create", values)
        return self.env["aftersales.dunning.hold"].browse(found)


class TestAmounts(LimitsCommon):
    """Up to how much somebody holds by himself."""

    @feature("P-64")
    def test_goods_are_the_agents(self):
        """He lowers what is held, and raises it to what the goods are billed at."""
        self.assertEqual((self.hold.state, self.hold.amount), ("active", 345))
        for amount in (115, 345):
            call(self.mine, "write", {"amount": amount})
            self.assertHeld({self.invoice: amount})

    @feature("P-64")
    def test_more_than_the_goods(self):
        """A cent more, the whole invoice, or the customer: debtor control decides."""
        for vals in (
            {"amount": 345.01},
            {"amount": 1150},
            {"scope": "invoice"},
            {"scope": "invoice", "amount": 1},
            {"scope": "customer"},
        ):
            with self.subTest(vals=vals), self.assertRefused(AccessError, "debtor"):
                call(self.mine, "write", vals)
        for amount in (float("inf"), float("nan")):
            with self.assertRefused(ValidationError, "0 or more"):
                call(self._as(self.chief, self.hold), "write", {"amount": amount})
        self.assertHeld({self.invoice: 345})
        call(self._as(self.accountant, self.hold), "write", {"amount": 1150})
        self.assertHeld({self.invoice: 1150})

    def test_new_holds_beyond_the_goods_wait(self):
        """Without goods, on another invoice, or once more: asked for, not held."""
        other = self._new_case(user_id=self.agent.id)
        for vals in (
            {"amount": 100},
            {"scope": "invoice"},
            {"scope": "customer"},
            {"case_id": other.id, "move_id": self.invoice.id, "amount": 345},
        ):
            with self.subTest(vals=vals):
                hold = self._ask(self.agent, **({"case_id": self.case.id} | vals))
                self.assertEqual(
                    (hold.state, hold.waits_for), ("requested", "approval")
                )
        self.assertHeld({self.invoice: 345})

    def test_request_is_bound_too(self):
        """What another addon passes on for an agent waits; named goods do not."""
        case = self._new_case(user_id=self.agent.id, type_id=self._plain_type().id)
        mine = self._as(self.agent, case)
        hold = mine._request_hold({"move_id": self._new_invoice(80).id, "amount": 50})
        self.assertEqual(hold.waits_for, "approval")
        line = self.invoice.invoice_line_ids.filtered("product_id")
        hold = mine._request_hold({"lines": [(line, 2)]})
        self.assertEqual((hold.state, hold.amount), ("active", 230))
        mine._request_hold({"lines": [(line, 4)]})
        self.assertEqual(hold.amount, 460)
        with self.assertRefused(AccessError, "debtor control"):
            mine._request_hold({"move_id": self.invoice.id, "amount": 1000})

    def _plain_type(self):
        return self.type_complaint.copy({"hold_reason_id": False, "code": "PLN"})

    @feature("P-64")
    def test_limit_of_service(self):
        """A row lets agents hold more, up to its amount."""
        self._set_limit("hold", 500)
        call(self.mine, "write", {"amount": 500})
        self.assertHeld({self.invoice: 500})
        with self.assertRefused(AccessError, r"limit is .*500.*debtor control"):
            call(self.mine, "write", {"amount": 501})
        hold = self._ask(self.agent, case_id=self.case.id, amount=500)
        self.assertEqual(hold.state, "active")
        hold = self._ask(self.agent, case_id=self.case.id, amount=501)
        self.assertEqual(hold.waits_for, "approval")

    def test_limit_is_in_company_currency(self):
        """What is billed in another currency counts as it is booked."""
        currency = self.env["res.currency"].create({"name": "TSD", "symbol": "T$"})
        self.env["res.currency.rate"].create(
            {
                "name": self.today - timedelta(days=40),
                "currency_id": currency.id,
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        self._set_limit("hold", 500)
        for amount, state in ((1000, "active"), (1001, "requested")):
            move = self._new_invoice(1500, currency_id=currency.id)
            hold = self._ask(
                self.agent, case_id=self.case.id, move_id=move.id, amount=amount
            )
            self.assertEqual(hold.state, state)

    @feature("P-64")
    def test_limit_of_debtor_control(self):
        """Above it the hold waits for the accounting manager, who is told."""
        self._set_limit("hold", 600, group=INVOICING)
        small = self._ask(self.accountant, amount=600)
        self.assertEqual(small.state, "active")
        great = self._ask(self.accountant, amount=700)
        self.assertEqual((great.state, great.waits_for), ("requested", "manager"))
        self.assertHeld({small.move_id: 600, great.move_id: 0})
        told = self.env["mail.message"].search(
            [("subject", "like", "Approval of a dunning hold")], limit=1
        )
        self.assertIn(self.chief.partner_id, told.notified_partner_ids)
        self.assertNotIn(self.accountant.partner_id, told.notified_partner_ids)
        for user in (self.accountant, self.agent, self.manager):
            for action in ("action_approve", "action_refuse"):
                with self.subTest(user=user.login), self.assertRefused(AccessError, ""):
                    call(self._as(user, great), action)
        self._press(self._as(self.chief, great), "action_approve")
        self.assertEqual((great.state, great.approved_by_id), ("active", self.chief))
        with self.assertRefused(AccessError, "600.*accounting manager"):
            call(self._as(self.accountant, small), "write", {"amount": 601})
        customer = self._ask(
            self.accountant,
            scope="customer",
            partner_id=self.customer.id,
            company_id=self.company.id,
        )
        self.assertEqual(customer.waits_for, "manager")

    def test_approval_is_passed_on(self):
        """Who approves decides within his limit; what is more goes to the manager."""
        self._set_limit("hold", 600, group=INVOICING)
        for amount, state, wait in (
            (500, "active", False),
            (601, "requested", "manager"),
        ):
            hold = self._ask(self.agent, case_id=self.case.id, amount=amount)
            call(self._as(self.accountant, hold), "action_approve")
            with self.subTest(amount=amount):
                self.assertEqual((hold.state, hold.waits_for), (state, wait))
        asked = (
            self.env["aftersales.case"]
            .browse(self.case.id)
            ._request_hold(
                {
                    "move_id": self._new_invoice(100).id,
                    "amount": 100,
                    "by_customer": True,
                }
            )
        )
        self.assertEqual(asked.waits_for, "service")
        call(self._as(self.agent, asked), "action_approve")
        self.assertEqual((asked.state, asked.waits_for), ("requested", "approval"))

    def test_import_and_defaults(self):
        """Neither an import nor the context gets past the limits."""
        holds = self._as(self.agent)["aftersales.dunning.hold"]
        names = ["case_id/.id", "move_id/.id", "reason_id/.id", "scope", "amount"]
        row = [self.case.id, self._new_invoice(100).id, self.reason.id, "amount", 100]
        cells = [str(value) for value in row]
        made = call(holds, "load", names, [cells])
        self.assertEqual(holds.browse(made["ids"]).state, "requested")
        cells[1] = str(self._new_invoice(100).id)
        made = call(holds, "load", [*names, "due_days"], [[*cells, "300"]])
        self.assertFalse(made["ids"])
        made = call(
            holds,
            "create",
            {
                "case_id": self.case.id,
                "move_id": self._new_invoice(100).id,
                "reason_id": self.reason.id,
                "amount": 100,
            },
            default_due_days=300,
            default_state="active",
            default_waits_for=False,
            default_approved_by_id=self.accountant.id,
            dunning_lines_worth=100000,
            aftersales_sync=True,
        )
        hold = self.env["aftersales.dunning.hold"].browse(made)
        self.assertEqual((hold.state, hold.due_days), ("requested", 14))

    def test_through_the_case(self):
        """Writing a case writes its holds as their own user, or not at all."""
        cases = self._as(self.agent, self.case)
        for vals in ({"amount": 1150}, {"due_days": 300}, {"state": "released"}):
            with self.subTest(vals=vals), self.assertRefused(AccessError, ""):
                call(cases, "write", {"hold_ids": [[1, self.hold.id, vals]]})
        vals = {
            "move_id": self._new_invoice(100).id,
            "reason_id": self.reason.id,
            "amount": 100,
        }
        call(cases, "write", {"hold_ids": [[0, 0, vals]]})
        self.assertEqual((self.case.hold_ids - self.hold).waits_for, "approval")
        vals |= {"move_id": self._new_invoice(100).id, "due_days": 300}
        with self.assertRefused(AccessError, ""):
            call(cases, "write", {"hold_ids": [[0, 0, vals]]})

    def test_others_may_nothing(self):
        """Neither who only reported the case, nor its customer."""
        portal = new_test_user(
            self.env,
            "as_customer",
            groups="base.group_portal",
            partner_id=self.contact.id,
        )
        vals = {
            "case_id": self.case.id,
            "move_id": self._new_invoice(100).id,
            "reason_id": self.reason.id,
        }
        for user in (self.reporter, portal):
            mine = self._as(user, self.hold)
            for method, args in (
                ("write", [{"amount": 1150}]),
                ("write", [{"due_days": 300}]),
                ("action_renew", []),
                ("action_approve", []),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRefused(AccessError, ""):
                        call(mine, method, *args)
            with self.assertRefused(AccessError, ""):
                call(mine.browse(), "create", vals)
            with self.assertRefused(AccessError, ""):
                self._release(user, self.hold)
        self.assertHeld({self.invoice: 345})

    def test_posting_the_goods_needs_nobody(self):
        """What the goods ask for by themselves is within the limits of everybody."""
        self._set_limit("hold", 1, group=INVOICING)
        for scope in ("amount", "invoice"):
            with self.subTest(scope=scope):
                self.reason.scope = scope
                order = self._new_order(10)
                case = self._complain(self._deliver(order), [3])
                invoice = self._bill(order, post=False)
                self._as(self.accountant, invoice).action_post()
                self.assertEqual(case.hold_ids.state, "active")


class TestRenewals(LimitsCommon):
    """How often somebody renews."""

    @feature("P-64")
    def test_second_renewal(self):
        """The first is the agent's, the second debtor control's, as often as it likes."""
        call(self.mine, "action_renew")
        with self.assertRefused(AccessError, "debtor control"):
            call(self.mine, "action_renew")
        for _number in range(2):
            call(self._as(self.accountant, self.hold), "action_renew")
        self.assertEqual(self.hold.renewal_count, 3)

    def test_asking_anew_is_renewing(self):
        """Releasing and asking again is no way round, nor is asking after a refusal."""
        self.mine._release_by_hand({})
        vals = {"case_id": self.case.id, "move_id": self.invoice.id, "amount": 345}
        again = self._ask(self.agent, **vals)
        self.assertEqual(again.state, "active")
        with self.assertRefused(AccessError, "debtor control"):
            call(self._as(self.agent, again), "action_renew")
        self._as(self.agent, again)._release_by_hand({})
        third = self._ask(self.agent, **vals)
        self.assertEqual(third.waits_for, "approval")
        call(self._as(self.accountant, third), "action_refuse")
        self.assertEqual(self._ask(self.agent, **vals).waits_for, "approval")

    def test_asking_after_a_refusal(self):
        """What was refused once waits again, however little is asked for."""
        self._set_limit("hold", 500)
        vals = {"case_id": self.case.id, "move_id": self._new_invoice(1000).id}
        asked = self._ask(self.agent, amount=600, **vals)
        self.assertEqual(asked.waits_for, "approval")
        call(self._as(self.accountant, asked), "action_refuse")
        again = self._ask(self.agent, amount=100, **vals)
        self.assertEqual(again.waits_for, "approval")
        call(self._as(self.accountant, again), "action_approve")
        self.assertHeld({again.move_id: 100})

    @feature("P-64")
    def test_limits(self):
        """Rows say for how much and how long in all."""
        self._set_limit("renew", 300)
        call(self.mine, "action_renew")
        with self.assertRefused(AccessError, "limit is .*300.*debtor control"):
            call(self.mine, "action_renew")
        call(self.mine, "write", {"amount": 300})
        call(self.mine, "action_renew")
        row = self._set_limit("renew", 1000, days=89, group=INVOICING)
        theirs = self._as(self.accountant, self.hold)
        with self.assertRefused(AccessError, "89 days.*accounting manager"):
            call(theirs, "action_renew")
        row.days = 90
        call(theirs, "action_renew")
        row.days = 89
        call(self._as(self.chief, self.hold), "action_renew")
        self.assertEqual(self.hold.renewal_count, 4)


class TestTerms(LimitsCommon):
    """On which terms somebody lets a hold end."""

    @feature("P-64")
    def test_other_terms_are_refused(self):
        """Other days, another policy, a payment term: by the wizard and on the hold."""
        term = self.env["account.payment.term"].create({"name": "Sixty"})
        term.line_ids.nb_days = 60
        for vals in (
            {"due_days": 15},
            {"due_days": 366},
            {"release_policy": "wait", "wait_days": 30},
            {"release_policy": "restart"},
            {"release_policy": "go_on"},
            {"payment_term_id": term.id},
        ):
            with self.subTest(vals=vals):
                with self.assertRefused(AccessError, "debtor control"):
                    self._release(self.agent, self.hold, **vals)
                with self.assertRefused(AccessError, "debtor control"):
                    call(self.mine, "write", vals)
                with self.assertRefused(AccessError, "debtor control"):
                    self._ask(self.agent, case_id=self.case.id, amount=1, **vals)
        self.assertEqual((self.hold.state, self.hold.due_days), ("active", 14))

    @feature("P-64")
    def test_terms_of_the_reason(self):
        """Are the agent's; several holds end on the terms of each."""
        other = self._ask(
            self.agent,
            case_id=self.case.id,
            reason_id=self.env.ref("aftersales_dunning.reason_dispute").id,
        )
        holds = self.hold | other
        action = self._as(self.agent, holds).action_release()
        model = self._as(self.agent)["aftersales.dunning.release"]
        form = Form(model.with_context(**action["context"]))
        self.assertFalse(form.may_choose)
        form.save().action_release()
        self.assertEqual(holds.mapped("state"), ["released", "released"])
        self.assertEqual(holds.mapped("release_policy"), ["new_due", "wait"])

    def test_what_debtor_control_set_stays(self):
        """Terms that it gave are not taken back by service."""
        call(self._as(self.accountant, self.hold), "write", {"due_days": 5})
        with self.assertRefused(AccessError, "debtor control"):
            call(self.mine, "write", {"due_days": 14})
        self._release(self.agent, self.hold)
        self.assertEqual((self.hold.state, self.hold.due_days), ("released", 5))

    def test_another_reason_brings_its_terms(self):
        """Service may choose another reason, with the terms that it has."""
        dispute = self.env.ref("aftersales_dunning.reason_dispute")
        call(self.mine, "write", {"reason_id": dispute.id, **dispute._get_terms()})
        self.assertEqual(self.hold.release_policy, "wait")

    @feature("P-64")
    def test_limits(self):
        """Rows say for how much, and how many days may be given."""
        row = self._set_limit("date", 345, days=30)
        with self.assertRefused(AccessError, "30 days.*debtor control"):
            self._release(self.agent, self.hold, due_days=31)
        row.amount = 344
        with self.assertRefused(AccessError, "344.*30 days.*debtor control"):
            self._release(self.agent, self.hold, due_days=20)
        row.amount = 345
        self._release(self.agent, self.hold, due_days=30)
        self.assertEqual(self.hold.due_days, 30)
        self._set_limit("date", 1000, days=60, group=INVOICING)
        hold = self._hold(self._new_invoice(100))
        with self.assertRefused(AccessError, "60 days.*accounting manager"):
            self._release(self.accountant, hold, due_days=61)
        self._release(self.chief, hold, due_days=61)
        self.assertEqual(hold.state, "released")

    def test_days_are_bounded(self):
        """For everybody, on reasons, holds and releases."""
        term = self.env["account.payment.term"].create({"name": "Ten years"})
        term.line_ids.nb_days = 3650
        theirs = self._as(self.chief, self.hold)
        for vals, text in (
            ({"due_days": 367}, "366"),
            ({"wait_days": 9999}, "366"),
            ({"due_days": 10**12}, "366"),
            ({"due_days": -5}, "at least one day"),
            ({"payment_term_id": term.id}, "Payment Term"),
        ):
            with self.subTest(vals=vals):
                with self.assertRefused(ValidationError, text):
                    call(theirs, "write", vals)
                with self.assertRefused(ValidationError, text):
                    call(self._as(self.chief, self.reason), "write", vals)
                with self.assertRefused(ValidationError, text):
                    self._release(self.chief, self.hold, **vals)
        call(theirs, "write", {"due_days": 366})
        for days in (0, -3):
            with self.assertRefused(ValidationError, "Days to Wait: enter at least"):
                call(theirs, "write", {"release_policy": "wait", "wait_days": days})


class TestTable(LimitsCommon):
    """The table itself."""

    def _limit_of(self, user, action="hold", company=None):
        Limit = self.env["aftersales.dunning.limit"]
        return Limit._get_limit(user, company or self.company, action)

    def test_most_generous_row_counts(self):
        """Of all groups of a user; service is bound to nothing, others not at all."""
        self.assertEqual(self._limit_of(self.agent), (0, 0))
        self.assertIsNone(self._limit_of(self.accountant))
        self._set_limit("hold", 100, group="base.group_user")
        self._set_limit("hold", 300, days=10)
        self.assertEqual(self._limit_of(self.agent), (300, 10))
        self.assertEqual(self._limit_of(self.reporter), (100, 0))
        self.assertIsNone(self._limit_of(self.accountant), "only its own rows bind it")
        self._set_limit("hold", 50, group=INVOICING)
        self.assertEqual(self._limit_of(self.accountant), (100, 0))
        self.assertIsNone(self._limit_of(self.chief))
        self.assertIsNone(self._limit_of(self.accountant, "grant"))

    def test_any_row_is_enough(self):
        """A small sum for long, or a large one for a short time."""
        self._set_limit("grant", 100, days=60)
        self._set_limit("grant", 900, days=5, group="base.group_user")
        Limit = self.env["aftersales.dunning.limit"]
        for amount, days, expected in (
            (100, 60, True),
            (900, 5, True),
            (101, 6, False),
            (1, None, False),
        ):
            found = Limit._is_within_limit(
                self.agent, self.company, "grant", amount, days
            )
            self.assertEqual(found, expected, (amount, days))

    def test_companies(self):
        """Limits are those of the company and those above it."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        other = self.env["res.company"].create({"name": "Other"})
        self._set_limit("hold", 300)
        self.assertEqual(self._limit_of(self.agent, company=branch), (300, 0))
        self.assertEqual(self._limit_of(self.agent, company=other), (0, 0))

    def test_customers_have_none(self):
        """Rows of groups that customers are in give them nothing."""
        portal = new_test_user(self.env, "as_portal", groups="base.group_portal")
        self._set_limit("hold", 100, group="base.group_portal")
        self.assertEqual(self._limit_of(portal), (0, 0))

    @feature("P-64")
    def test_accounting_manager_keeps_the_table(self):
        """In the menu; debtor control reads it; a change counts at once."""
        self.assertInMenu(self.chief, "aftersales_dunning.menu_limits")
        model = self._as(self.chief)["aftersales.dunning.limit"]
        with Form(model) as form:
            form.group_id = self.env.ref("aftersales_case.group_aftersales_agent")
            form.action = "hold"
            form.amount = 400
        limit = form.record
        self.assertEqual(limit.company_id, self.company)
        call(self.mine, "write", {"amount": 400})
        with Form(limit) as form:
            form.amount = 380
        with self.assertRefused(AccessError, "380"):
            call(self.mine, "write", {"amount": 401})
        self.assertEqual(self._as(self.accountant, limit).amount, 380)
        for user in (self.accountant, self.manager, self.agent):
            with self.subTest(user=user.login), self.assertRefused(AccessError, ""):
                call(self._as(user, limit), "write", {"amount": 10**6})
        for days in (-1, 4000):
            with self.assertRefused(ValidationError, "from 0 to 3650"):
                call(limit, "write", {"days": days})

    def test_one_question_for_many_holds(self):
        """The table is read once, however many holds are judged."""
        self._set_limit("hold", 500)
        holds = self.hold
        for _number in range(4):
            holds |= self._hold(self._new_invoice(100), case=self.case)
        self.env.flush_all()

        def count(found):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found._filter_beyond(self.agent)
            return self.env.cr.sql_log_count - before

        count(holds)
        self.assertEqual(count(holds[1:2]), count(holds[1:]))
