from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import AftersalesSetup, feature

from .common import DunningCommon, DunningSetup


class TestInvoiceScreen(DunningCommon):
    """What accountants see of holds on invoices, and do there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.credit_policy_id = cls.policy
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._new_invoice(1150)

    def _mine(self, user=None):
        return self._as(user or self.accountant, self.invoice)

    def _notice(self, user=None):
        self.env.invalidate_all()
        return self._mine(user).dunning_notice

    # === Banner === #

    @feature("I2-55", "P-46")
    def test_banner(self):
        """The form says in words what is held, by which case and until when."""
        self.assertFalse(self._notice())
        hold = self._hold(self.invoice, "amount", 460, self.case)
        notice = self._notice()
        self.assertRegex(
            notice, r"In review: .*460\.00.* of the .*1,150\.00.* not dunned"
        )
        self.assertIn(f"case {self.case.number}", notice)
        self.assertIn("until", notice)
        with Form(self._mine()) as form:
            self.assertEqual(form.dunning_notice, notice)
            self.assertEqual(form.held_amount, 460)
            self.assertEqual(form.due_now, 690)
        hold._release_by_hand({"release_policy": "go_on"})
        self.assertFalse(self._notice())

    def test_banner_of_a_customer(self):
        """A hold on all of a customer shows on each invoice."""
        self._hold_customer()
        self.assertIn(
            "No invoice of Janssen Horeca is dunned (Price or quantity disputed)",
            self._notice(),
        )
        self.assertEqual(self._mine().dunning_state, "full")
        found = self._as(self.accountant)["account.move"].search(
            [("dunning_state", "=", "full"), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(found, self.invoice)

    def test_banner_of_a_request(self):
        """A hold that waits for approval is announced as such."""
        self.env.ref("aftersales_dunning.reason_product").needs_approval = True
        self._hold(self.invoice, case=self.case)
        self.assertIn("Debtor control decides", self._notice())

    @feature("P-46")
    def test_buttons_of_the_banner(self):
        """Renew, open the case and release, from the invoice."""
        hold = self._hold(self.invoice, "amount", 460, self.case)
        move = self._mine()
        action = self._press(move, "action_renew_holds")
        wizard = Form.from_action(self._as(self.accountant), action)
        self.assertEqual(str(wizard.date_until), str(hold.date_until))
        self._press(wizard.save(), "action_renew")
        self.assertEqual(hold.renewal_count, 1)
        action = self._press(move, "action_view_dunning_cases")
        self.assertEqual(action["res_id"], self.case.id)
        action = self._press(move, "action_release_holds")
        wizard = Form.from_action(self._as(self.accountant), action)
        wizard.release_policy = "restart"
        self._press(wizard.save(), "action_release")
        self.assertEqual(hold.state, "released")
        self.assertEqual(hold.ended_by_id, self.accountant)

    @feature("P-46")
    def test_reason_end_date_and_history(self):
        """The hold tells why and until when; invoice and case keep what happened."""
        hold = self._hold(self.invoice, "amount", 460, self.case)
        self.env.flush_all()
        mine = self._as(self.accountant, hold)
        with Form(mine) as form:
            self.assertEqual(form.reason_id.name, "Product complaint")
            self.assertEqual(form.date_from, str(self.today))
            self.assertEqual(form.date_until, str(self.today + timedelta(days=90)))
        action = self._press(mine, "action_ask_renewal")
        self._press(
            Form.from_action(self._as(self.accountant), action).save(), "action_renew"
        )
        action = self._press(mine, "action_release")
        self._press(
            Form.from_action(self._as(self.accountant), action).save(), "action_release"
        )
        with Form(mine) as form:
            self.assertEqual(form.end_reason, "by_hand")
            self.assertEqual(form.ended_by_id, self.accountant)
            self.assertEqual(form.renewal_count, 1)
        [row] = self._rows(Form(self._mine()), "hold_ids")
        self.assertEqual((row["state"], row["end_reason"]), ("released", "by_hand"))
        chatter = str(self.invoice.message_ids.mapped("body"))
        story = str(self._as(self.agent, self.case).history_html)
        for text in ("held", "hold renewed", "hold ended", self.case.number):
            self.assertIn(text, chatter)
        for text in ("Invoice held", "Hold renewed", "Hold ended", "Product complaint"):
            self.assertIn(text, story)
        self.assertIn(self.invoice.name, story)

    @feature("P-46", "P-47")
    def test_do_not_dun(self):
        """The accountant holds a part of an invoice from its form, without a case."""
        action = self._press(self._mine(), "action_hold")
        form = Form.from_action(self._as(self.accountant), action)
        form.reason_id = self.env.ref("aftersales_dunning.reason_dispute")
        form.scope = "amount"
        form.amount = 200
        form.save()
        self.assertEqual(self.invoice.held_amount, 200)
        self.assertEqual(self.invoice.hold_ids.settled_by, "debtor")
        self.env.flush_all()
        with Form(self._mine()) as form:
            self.assertEqual(form.held_amount, 200)
            self.assertEqual(form.due_now, 950)
            self.assertIn("200.00", form.dunning_notice)

    # === Lists === #

    @feature("I2-55")
    def test_found_by_filter_and_group(self):
        """Held invoices stay in the list; filters and groups tell them apart."""
        free = self._new_invoice(100)
        whole = self._new_invoice(200)
        self._hold(self.invoice, "amount", 460, self.case)
        self._hold(whole, case=self.case)
        Move = self._as(self.accountant)["account.move"]
        arch = Move.get_view(
            self.env.ref("account.view_account_invoice_filter").id, "search"
        )["arch"]
        waiting = self._new_invoice(300)
        self._hold(waiting)._release_by_hand({"release_policy": "wait", "wait_days": 3})
        ours = [("id", "in", (free | whole | self.invoice | waiting).ids)]
        for name, domain, expected in (
            (
                "held",
                [("dunning_state", "in", ["partial", "full"])],
                whole | self.invoice | waiting,
            ),
            ("held_partly", [("dunning_state", "=", "partial")], self.invoice),
            ("overdue_free", [("dunning_state", "!=", "full")], free | self.invoice),
        ):
            self.assertIn(f'name="{name}"', arch)
            self.assertEqual(Move.search(ours + domain), expected)
        groups = dict(Move._read_group(ours, ["hold_state"], ["__count"]))
        self.assertEqual(groups, {"none": 1, "partial": 1, "full": 2})
        columns = Move.get_view(
            self.env.ref("account.view_out_invoice_tree").id, "list"
        )["arch"]
        for name in ("held_amount", "due_now", "dunning_state"):
            self.assertIn(f'name="{name}"', columns)

    # === Cases === #

    @feature("I2-51")
    def test_debtor_control_reads_cases(self):
        """The accountant opens a case from the invoice; he changes nothing in it."""
        self._hold(self.invoice, "amount", 460, self.case)
        self.assertInMenu(self.accountant, "aftersales_dunning.menu_cases_customers")
        action = self._press(self._mine(), "action_view_aftersales_cases")
        cases = self._as(self.accountant)[action["res_model"]].search(action["domain"])
        self.assertEqual(cases, self.case)
        action = self._press(self._mine(), "action_view_dunning_cases")
        form = Form(cases.browse(action["res_id"]))
        self.assertEqual(form.name, "Machine leaks")
        self.assertIn("Invoice held", cases.history_html)
        [row] = self._rows(form, "hold_ids")
        self.assertEqual(row["held_amount"], 460)
        with self.assertRaises(AccessError):
            cases.name = "All is well"
        action = self.env.ref("aftersales_dunning.aftersales_case_action_debtor")
        found = self._as(self.accountant)[action.res_model].search(
            [("hold_ids.state", "in", ["requested", "active"])]
        )
        self.assertIn(self.case, found)

    def test_confidential_case_stays_hidden(self):
        """Its hold is shown and counted, and can be released; the case is not named."""
        hold = self._hold(self.invoice, "amount", 460, self.case)
        self.case.confidential = True
        self.assertIn("a confidential case", self._notice())
        mine = self._as(self.accountant, hold)
        self.assertEqual(mine.case_label, "Confidential case")
        self.assertEqual(mine.held_amount, 460)
        [row] = mine.web_read({"case_id": {"fields": {"display_name": {}}}})
        self.assertEqual(row["case_id"]["display_name"], self.case.number)
        self.assertFalse(self._mine().aftersales_case_ids)
        self.assertEqual(self._mine().action_view_dunning_cases()["domain"][0][2], [])
        with self.assertRaises(AccessError):
            self._as(self.accountant, self.case).read(["name"])
        mine._release_by_hand({"release_policy": "go_on"})
        self.assertEqual(hold.state, "released")

    # === Money by age === #

    @feature("N-05")
    def test_money_by_age_and_department(self):
        """Held money, grouped by how long it is held and by who settles it."""
        dispute = self.env.ref("aftersales_dunning.reason_dispute")
        spans = {0: "00", 7: "00", 8: "08", 30: "08", 31: "31", 61: "61", 91: "91"}
        for days in spans:
            hold = self._hold(self._new_invoice(100), case=self.case)
            hold.date_from = self.today - timedelta(days=days)
        self._hold(self._new_invoice(40), reason_id=dispute.id)
        Hold = self._as(self.accountant)["aftersales.dunning.hold"]
        self.assertInMenu(self.accountant, "aftersales_dunning.menu_held_money")
        for kind in ("pivot", "graph"):
            self.assertColumns(
                Hold,
                f"aftersales_dunning.aftersales_dunning_hold_view_{kind}",
                "age",
                "settled_by",
                "held_now",
                kind=kind,
            )
        domain = [("state", "=", "active"), ("company_id", "=", self.company.id)]
        rows = Hold.formatted_read_group(
            domain, ["age", "settled_by"], ["held_now:sum"]
        )
        found = {(row["age"], row["settled_by"]): row["held_now:sum"] for row in rows}
        self.assertEqual(
            found,
            {
                ("00", "debtor"): 40,
                ("00", "service"): 200,
                ("08", "service"): 200,
                ("31", "service"): 100,
                ("61", "service"): 100,
                ("91", "service"): 100,
            },
        )
        self.assertTrue(Hold.fields_get(["age"])["age"]["groupable"])
        old = Hold.search([*domain, ("age", "in", ["61", "91"])])
        self.assertEqual(set(old.mapped("age")), {"61", "91"})
        self.assertEqual(len(Hold.search([*domain, ("age", "=", "00")])), 3)
        self.assertEqual(len(Hold.search([*domain, ("age", "!=", "00")])), 5)
        for days, key in spans.items():
            hold = Hold.search(
                [*domain, ("date_from", "=", self.today - timedelta(days=days))],
                limit=1,
            )
            self.assertEqual(hold.age, key)
        ahead = self._hold(self._new_invoice(100), case=self.case)
        ahead.date_from = self.today + timedelta(days=1)
        self.assertEqual(ahead.age, "00", "it began where it is tomorrow already")
        self.assertIn(ahead, Hold.search([*domain, ("age", "=", "00")]))


@tagged("post_install", "-at_install")
class TestRpc(DunningSetup, AftersalesSetup, HttpCase):
    """What debtor control reaches from outside."""

    @feature("I2-51")
    def test_debtor_control_calls(self):
        """The accountant lists and reads cases over HTTP; he cannot write them."""
        case = self._new_case()
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        self._hold(self._new_invoice(100), case=case)
        self.env.flush_all()
        self.authenticate("as_accountant", "as_accountant")

        def call(method, *args, **kwargs):
            return self.make_jsonrpc_request(
                f"/web/dataset/call_kw/aftersales.case/{method}",
                {
                    "model": "aftersales.case",
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                },
            )

        found = call(
            "web_search_read",
            domain=[("id", "in", (case | secret).ids)],
            specification={"name": {}, "hold_ids": {"fields": {"held_amount": {}}}},
        )
        [row] = found["records"]
        self.assertEqual((row["id"], row["name"]), (case.id, "Machine leaks"))
        self.assertEqual(row["hold_ids"][0]["held_amount"], 100)
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "AccessError"),
        ):
            call("write", case.ids, {"name": "All is well"})
