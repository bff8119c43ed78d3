from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from .common import DunningCommon


class TestHoldGuards(DunningCommon):
    """What a remote call may not do with holds, whatever it sends."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(user_id=self.agent.id)
        self.reason = self.env.ref("aftersales_dunning.reason_product").copy()
        self.strict = self.reason.copy({"needs_approval": True})
        self.invoice = self._new_invoice(100)

    def _ask(self, user=None, **vals):
        """Ask for a hold as an agent does."""
        holds = self._as(user or self.agent)["aftersales.dunning.hold"]
        return holds.create(
            {
                "case_id": self.case.id,
                "move_id": self.invoice.id,
                "reason_id": self.reason.id,
            }
            | vals
        )

    def test_context_sets_nothing(self):
        """Defaults of the context do not get past the guard of the fields."""
        holds = self._as(self.agent)["aftersales.dunning.hold"].with_context(
            default_approved_by_id=self.manager.id,
            default_pending_amount=100,
            default_credits_known=[self.invoice.id],
            aftersales_sync=True,
        )
        hold = holds.create(
            {
                "case_id": self.case.id,
                "move_id": self.invoice.id,
                "reason_id": self.reason.id,
                "scope": "amount",
                "amount": 40,
            }
        )
        self.assertFalse(hold.approved_by_id)
        self.assertFalse(hold.pending_amount)
        self.assertFalse(hold.credits_known)
        self.assertTrue(hold.is_manual)
        self.assertHeld({self.invoice: 40})

    def test_approved_is_approved(self):
        """Who needs an approval cannot change what was approved, nor prolong it."""
        hold = self._ask(reason_id=self.strict.id, scope="amount", amount=10)
        self._as(self.accountant, hold).action_approve()
        theirs = self._as(self.agent, hold)
        for vals in ({"amount": 100}, {"scope": "invoice"}):
            with self.subTest(vals=vals), self.assertRefused(AccessError, "decides"):
                theirs.write(vals)
        with self.assertRefused(AccessError, "decides"):
            theirs.action_renew()
        theirs.note = "Ours"
        self._as(self.accountant, hold).action_renew()
        self.assertEqual(hold.renewal_count, 1)
        self.assertHeld({self.invoice: 10})

    def test_no_way_round_the_approval(self):
        """A reason that needs an approval is not chosen after the hold works."""
        hold = self._ask()
        self.assertEqual(hold.state, "active")
        with self.assertRefused(AccessError, "decides"):
            self._as(self.agent, hold).reason_id = self.strict

    def test_posting_approves_nothing(self):
        """Billing the goods is no approval of the hold that they ask for."""
        self.type_complaint.hold_reason_id = self.strict
        order = self._new_order(1)
        case = self._complain(self._deliver(order))
        invoice = self._bill(order, post=False)
        self._as(self.accountant, invoice).action_post()
        self.assertEqual(case.hold_ids.state, "requested")

    def test_customer_is_the_one_of_the_invoice(self):
        """No other customer than the invoice's is held by the way."""
        other = self.env["res.partner"].create({"name": "Other"})
        hold = self._ask(scope="customer", partner_id=other.id)
        self.assertEqual(hold.partner_id, self.customer)
        contact = other.create({"name": "Eve", "parent_id": self.customer.id})
        hold = self._ask(
            self.accountant,
            case_id=False,
            move_id=False,
            scope="customer",
            partner_id=contact.id,
            company_id=self.company.id,
        )
        self.assertEqual(hold.partner_id, self.customer)
        self.assertEqual(self.invoice._get_standings()[self.invoice].due_now, 0)

    def test_confidential_case_is_not_named_on_the_invoice(self):
        """The invoice's chatter is read by many."""
        self.case.confidential = True
        hold = self._hold(self.invoice, case=self.case)
        hold.action_renew()
        hold._release_by_hand({"release_policy": "go_on"})
        bodies = str(self.invoice.message_ids.mapped("body"))
        self.assertIn("Dunning hold ended", bodies)
        self.assertNotIn(self.case.number, bodies)

    def _propose(self, user, case, goods, bill):
        """Fill in the wizard by hand, with one line."""
        line = {
            "case_line_id": goods.id,
            "invoice_line_id": bill.id,
            "quantity": 1,
            "confirmed": True,
        }
        return self._as(user)["aftersales.dunning.proposal"].create(
            {"case_id": case.id, "line_ids": [Command.create(line)]}
        )

    def _new_goods(self, case):
        return self.env["aftersales.case.line"].create(
            {"case_id": case.id, "product_id": self.machine.id}
        )

    def test_proposals_name_no_other_invoices(self):
        """A wizard filled by hand takes, and names, nothing of the invoices of others."""
        other = self.env["res.partner"].create({"name": "Other"})
        theirs = self._new_invoice(100, partner=other)
        draft = self._new_invoice(100)
        draft.button_draft()
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        goods, hidden = self._new_goods(self.case), self._new_goods(secret)
        own = self.invoice.invoice_line_ids
        for text, case, lines, bill in (
            ("customer", self.case, goods, theirs.invoice_line_ids),
            ("customer", self.case, goods, draft.invoice_line_ids),
            ("customer", self.case, goods, self.invoice._get_term_lines()),
            ("customer", self.case, hidden, own),
            ("hold for it", secret, hidden, own),
        ):
            with self.subTest(case=case, goods=lines, bill=bill):
                with self.assertRaisesRegex((AccessError, ValidationError), text) as ex:
                    with self.env.cr.savepoint():
                        self._propose(self.agent, case, lines, bill)
                self.assertNotIn(bill.move_id.name, str(ex.exception))
        proposal = self._propose(self.agent, self.case, goods, own)
        self.assertEqual(proposal.line_ids.invoice_name, self.invoice.name)
        proposal.action_confirm()
        self.assertFalse(self.case.share_ids)  # it was not offered
        with self.assertRaises(AccessError):
            self._as(self.manager, proposal.line_ids).read(["invoice_name"])

    def test_forms_name_no_invoice_of_others(self):
        """A form of a hold tells whose an invoice is only to those who may choose it."""
        other = self.env["res.partner"].create({"name": "Other"})
        theirs = self._new_invoice(100, partner=other)
        mine = self._hold(self.invoice, case=self.case)
        names = {"fields": {"display_name": {}}}
        spec = {"move_id": names, "partner_id": names, "currency_id": names}
        Hold = "aftersales.dunning.hold"
        for user, move, known in (
            (self.agent, theirs, False),
            (self.agent, self.invoice, True),
            (self.accountant, theirs, True),
        ):
            values = {"case_id": self.case.id, "move_id": move.id}
            defaults = {f"default_{name}": value for name, value in values.items()}
            hold = self._as(user, mine)
            with self.subTest(user=user.login, move=move):
                told = hold.browse().with_context(**defaults).onchange({}, [], spec)
                self.assertEqual(move.name in str(told), known)
                self.assertEqual(move.partner_id.name in str(told), known)
                for records in (hold, hold.browse()):
                    told = records.onchange(values, ["move_id"], spec)
                    self.assertFalse(theirs.partner_id.name in str(told) and not known)
        with self.assertRaises(AccessError):
            self._as(self.reporter)[Hold].onchange({}, [], spec)
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        told = self._as(self.agent)[Hold].onchange(
            {"case_id": secret.id}, ["case_id"], spec
        )
        self.assertNotIn(self.customer.name, str(told))

    def test_reporter_is_told_of_no_invoice(self):
        """Whoever reported a case may write his report, and hold or choose nothing."""
        mine = self._as(self.reporter)["aftersales.case"].create(
            {
                "name": "Reported",
                "type_id": self.type_complaint.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
            }
        )
        self.assertTrue(mine.has_access("write"))
        moves = self._as(self.reporter)["account.move"]
        for case_id in (mine.id, str(mine.id), [mine.id], 10**8):
            with self.subTest(case_id=case_id), self.assertRaises(AccessError):
                moves.with_context(hold_case_id=case_id).web_name_search("", {})
        self._new_goods(mine)
        proposals = self._as(self.reporter)["aftersales.dunning.proposal"]
        values = proposals.with_context(default_case_id=mine.id).default_get(
            ["case_id", "line_ids"]
        )
        self.assertNotIn("line_ids", values)
        with self.assertRefused(AccessError, "hold for it"):
            mine.action_hold_invoice()
        hold = self._hold(self.invoice, case=mine.sudo())
        for action in ("action_renew", "action_approve", "action_refuse"):
            with self.subTest(action=action), self.assertRefused(AccessError, ""):
                getattr(self._as(self.reporter, hold), action)()
        self.assertEqual((hold.state, hold.renewal_count), ("active", 0))

    def test_goods_go_to_no_case_of_others(self):
        """Goods are not put on a case that the user may not write."""
        goods = self.env["aftersales.case.line"].create(
            {"case_id": self.case.id, "product_id": self.machine.id}
        )
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            self._as(self.agent, goods).case_id = secret
