from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aftersales_case.tests.common import AftersalesCommon


class DunningSetup:
    """A company that sells, delivers, bills and dunns; helpers that speak its language.

    For ``TransactionCase`` and ``HttpCase`` alike, after ``AftersalesSetup``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.receivable = cls.customer.with_company(
            cls.company
        ).property_account_receivable_id
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "15 %",
                "amount": 15,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
            }
        )
        cls.machine = cls._new_product("Espresso Machine")
        cls.grinder = cls._new_product("Grinder", price=50)
        cls.policy = cls.company.credit_policy_id = cls._new_policy()
        cls.today = fields.Date.today()
        # Service holds what it finds right; tests of limits set their own.
        cls.limit = cls._set_limit("hold", 1000000)

    @classmethod
    def _new_product(cls, name, price=100, **vals):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "list_price": price,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(cls.tax.ids)],
            }
            | vals
        )

    @classmethod
    def _new_policy(cls):
        """Three levels: 10 days after the due date, then 10 and 10 days later."""
        template = cls.env["mail.template"].search(
            [("model", "=", "credit.control.communication")], limit=1
        )
        levels = [
            ("net_days", 10, "Reminder"),
            ("previous_date", 10, "Second reminder"),
            ("previous_date", 10, "Last reminder"),
        ]
        return cls.env["credit.control.policy"].create(
            {
                "name": "Test policy",
                "company_id": cls.company.id,
                "account_ids": [Command.set(cls.receivable.ids)],
                "level_ids": [
                    Command.create(
                        {
                            "name": name,
                            "level": number,
                            "computation_mode": mode,
                            "delay_days": days,
                            "channel": "email",
                            "email_template_id": template.id,
                            "mail_show_invoice_detail": True,
                            "custom_text": name,
                            "custom_mail_text": name,
                        }
                    )
                    for number, (mode, days, name) in enumerate(levels, 1)
                ],
            }
        )

    @classmethod
    def _set_limit(cls, action, amount, days=0, group=None):
        """Say up to how much the people of a group decide; agents unless said."""
        group = group or "aftersales_case.group_aftersales_agent"
        return cls.env["aftersales.dunning.limit"].create(
            {
                "company_id": cls.company.id,
                "group_id": cls.env.ref(group).id,
                "action": action,
                "amount": amount,
                "days": days,
            }
        )

    # === Selling === #

    def _new_order(self, *quantities, products=None, partner=None, **vals):
        """Confirm an order of machines, one line a quantity; goods are in stock."""
        products = products or [self.machine] * len(quantities)
        for product in self.machine.union(*products).filtered("is_storable"):
            self.env["stock.quant"]._update_available_quantity(
                product, self.stock, 1000
            )
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in zip(products, quantities, strict=True)
                ],
            }
            | vals
        )
        order.action_confirm()
        return order

    def _deliver(self, order, *quantities):
        """Deliver what is open of an order, or these quantities; return the slip."""
        picking = order.picking_ids.filtered(
            lambda p: (
                p.state not in ("done", "cancel") and p.picking_type_code == "outgoing"
            )
        )[:1]
        picking.action_assign()
        for index, move in enumerate(picking.move_ids):
            wanted = quantities[index] if quantities else move.product_uom_qty
            move.quantity = wanted
            move.picked = True
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=[]
        ).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _return(self, picking, quantity, to_refund=True):
        """Let some of a delivery come back."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.write({"quantity": 0})
        wizard.product_return_moves[0].write(
            {"quantity": quantity, "to_refund": to_refund}
        )
        returned = wizard._create_return()
        returned.move_ids.quantity = quantity
        returned.move_ids.picked = True
        returned.button_validate()
        return returned

    def _bill(self, orders, quantity=None, post=True, final=False, date=None):
        """Bill what is to be billed of orders; ``quantity`` changes the first line."""
        invoice = orders._create_invoices(final=final)
        if quantity is not None:
            invoice.invoice_line_ids.filtered(lambda line: line.product_id)[
                :1
            ].quantity = quantity
        invoice.invoice_date = date or self.today
        if post:
            invoice.action_post()
        return invoice

    def _credit(self, invoice, quantity=None, price=None, modify=False):
        """Credit an invoice, wholly or in part; with ``modify`` return the new draft."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": self.today})
        )
        if modify:
            action = wizard.modify_moves()
            return self.env["account.move"].browse(action["res_id"])
        action = wizard.refund_moves()
        refund = self.env["account.move"].browse(action["res_id"])
        line = refund.invoice_line_ids.filtered("product_id")[:1]
        if quantity is not None:
            line.quantity = quantity
        if price is not None:
            line.price_unit = price
        refund.action_post()
        self._match(invoice, refund)
        return refund

    def _match(self, invoice, refund):
        """Reconcile what is open of an invoice and of a credit note."""
        open_lines = (invoice | refund).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        if len(open_lines.move_id) > 1:
            open_lines.reconcile()

    def _pay(self, invoice, amount=None):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"amount": amount} if amount else {})
        )
        return wizard._create_payments()

    def _new_invoice(self, amount, partner=None, date_due=None, **vals):
        """Post an invoice without an order, due 30 days ago unless said otherwise."""
        due = date_due or self.today - timedelta(days=30)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "company_id": self.company.id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
            | vals
        )
        invoice.action_post()
        return invoice

    # === Complaining and holding === #

    def _complain(self, slip=None, quantities=None, **vals):
        """Open a case about a slip, of these quantities of its lines or of all."""
        case = self._new_case(slip_number=slip.name if slip else False, **vals)
        for index, line in enumerate(case.line_ids if quantities else ()):
            line.write(
                {"quantity": quantities[index], "concerned": bool(quantities[index])}
            )
        return case

    def _hold(self, move, scope="invoice", amount=0, case=None, **vals):
        """Hold an invoice, or its customer, for the reason of product complaints."""
        hold = self.env["aftersales.dunning.hold"].create(
            {
                "move_id": move.id,
                "case_id": case.id if case else False,
                "reason_id": self.env.ref("aftersales_dunning.reason_product").id,
                "scope": scope,
                "amount": amount,
            }
            | vals
        )
        if scope == "customer":
            hold.action_approve()
        return hold

    def _wait(self, move, days):
        """Let an invoice wait some days, as after a hold of it that was released."""
        hold = self._hold(move)
        hold._release_by_hand({"release_policy": "wait", "wait_days": days})
        return hold

    def _release_in_dialog(self, hold, outcome=None, **terms):
        """Release a hold as debtor control does: press the button, fill in the dialog."""
        user = self._as(self.accountant)
        action = self._press(self._as(self.accountant, hold), "action_release")
        form = Form.from_action(user, action)
        for name, value in (({"outcome": outcome} if outcome else {}) | terms).items():
            setattr(form, name, value)
        form.save().action_release()
        return hold

    def _hold_customer(self, partner=None):
        """Hold all invoices of a customer, as debtor control agreed with him."""
        hold = self.env["aftersales.dunning.hold"].create(
            {
                "partner_id": (partner or self.customer).id,
                "company_id": self.company.id,
                "scope": "customer",
                "reason_id": self.env.ref("aftersales_dunning.reason_dispute").id,
            }
        )
        if hold.state == "requested":
            hold.action_approve()
        return hold

    def _prepare_reminder(self, run, invoice, **vals):
        """Return the values of a control line, as somebody may send them."""
        item = invoice._get_term_lines()[:1]
        return {
            "date": self.today,
            "date_due": self.today,
            "state": "draft",
            "channel": "email",
            "invoice_id": invoice.id,
            "partner_id": invoice.partner_id.id,
            "account_id": item.account_id.id,
            "amount_due": invoice.amount_residual,
            "balance_due": invoice.amount_residual,
            "move_line_id": item.id,
            "policy_level_id": self.policy.level_ids[0].id,
            "company_id": self.company.id,
            "run_id": run.id,
        } | vals

    def _run(self, date=None):
        """Make a credit control run and return it, with its lines."""
        run = self.env["credit.control.run"].create(
            {
                "date": date or self.today,
                "company_id": self.company.id,
                "policy_ids": [Command.set(self.policy.ids)],
            }
        )
        self.env.flush_all()
        run.with_company(self.company).generate_credit_lines()
        return run

    # === What people see === #

    def _press(self, record, name, view=None):
        """Press a button that the form shows to the user of the record.

        :returns: what the button's method returns
        """
        self.env.flush_all()
        form = Form(record, view)
        values = form._get_eval_context()

        def is_hidden(node):
            return safe_eval(node.get("invisible") or "False", values)

        buttons = form._view["tree"].xpath(f"//button[@name='{name}']")
        shown = [
            button
            for button in buttons
            if not any(map(is_hidden, (button, *button.iterancestors())))
        ]
        self.assertTrue(shown, f"{record.env.user.name} sees no button {name}")
        return getattr(record, name)()

    def _in(self, days):
        return self.today + timedelta(days=days)

    def _rows(self, form, name):
        """Return the rows of a list in a form, as dictionaries."""
        return [dict(row) for row in getattr(form, name)._records]

    def assertColumns(self, model, view, *names, kind="list"):
        """Assert that the user of a model finds these fields in a view of it."""
        arch = model.get_view(self.env.ref(view).id, kind)["arch"]
        for name in names:
            self.assertIn(f'<field name="{name}"', arch)

    def assertInMenu(self, user, xmlid):
        """Assert that a user finds an entry in the menu."""
        found = self._as(user)["ir.ui.menu"]._visible_menu_ids()
        self.assertIn(self.env.ref(xmlid).id, found)

    def assertShares(self, case, expected):
        """Assert ``{invoice: quantity}`` of what a case is about."""
        found = {}
        for share in case.share_ids:
            found[share.move_id] = found.get(share.move_id, 0) + share.quantity
        self.assertEqual(found, expected)

    def assertHeld(self, expected):
        """Assert ``{invoice: amount held}``."""
        moves = self.env["account.move"].union(*expected)
        self.assertEqual({move: move.held_amount for move in moves}, expected)


@tagged("post_install", "-at_install")
class DunningCommon(DunningSetup, AftersalesCommon):
    """Base of the tests that need no browser."""
