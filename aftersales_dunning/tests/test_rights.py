from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import AftersalesSetup
from odoo.addons.aftersales_case.tests.walks import (
    ELSEWHERE,
    RightsSetup,
    RightsWalk,
    find_routes,
)

from .common import DunningCommon, DunningSetup


class TestRights(RightsWalk, RightsSetup, DunningCommon):
    """Who may not work on a case neither holds an invoice for it nor releases one."""

    walk_addon = "aftersales_dunning"
    walk_allowed = {
        # Everybody reports; a dry run writes lines of its own.
        ("aftersales.dunning.dry.run", "action_show"): ELSEWHERE,
        # The set-up that all companies share is that of those whose role it is.
        ("aftersales.dunning.hold.reason.terms", "create"): ELSEWHERE,
        ("aftersales.dunning.hold.reason.terms", "write"): ELSEWHERE,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        foreign = new_test_user(
            cls.env,
            "as_foreign_accountant",
            groups="account.group_account_manager,"
            "account_credit_control.group_account_credit_control_user",
            company_id=cls.foreign.company_id.id,
            company_ids=[Command.set(cls.foreign.company_ids.ids)],
        )
        # Debtor control decides about the holds of its company, whoever's the case.
        del cls.walk_users["accountant"]
        cls.walk_users["accountant of another company"] = foreign

    def setUp(self):
        super().setUp()
        case = self.walk_case
        order = self._new_order(2)
        invoice = self._bill(order) if order.invoice_status == "to invoice" else None
        slip = self._deliver(order)
        invoice = invoice or self._bill(order)
        case.picking_id = slip
        line = case.line_ids[:1]
        self.parts = self._get_parts(case, invoice)
        run = self._run()
        lines = self.env["credit.control.line"].create(
            self._prepare_reminder(run, self._new_invoice(100))
        )
        letter = self.env["credit.control.communication"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "policy_level_id": self.policy.level_ids[0].id,
            }
        )
        paid = self._new_invoice(50)
        self._pay(paid)
        dry_run = self.env["aftersales.dunning.dry.run"].create({})
        term = invoice.line_ids.filtered("date_maturity")[:1]
        self.walk_records = self.parts | {
            "account.move": invoice,
            "account.partial.reconcile": paid.line_ids.matched_credit_ids[:1],
            "aftersales.case": case,
            "aftersales.dunning.dry.run": {},
            "aftersales.dunning.dry.run.line": {
                "dry_run_id": dry_run.id,
                "move_line_id": term.id,
                "outcome": "remind",
            },
            "aftersales.dunning.proposal": {
                "case_id": case.id,
                "line_ids": [
                    Command.create(
                        {
                            "case_line_id": line.id,
                            "invoice_line_id": invoice.invoice_line_ids[0].id,
                            "quantity": 1,
                            "confirmed": True,
                        }
                    )
                ],
            },
            "aftersales.dunning.renewal": {
                "hold_ids": [Command.set(self.parts["aftersales.dunning.hold"].ids)],
            },
            "aftersales.dunning.release": {
                "hold_ids": [Command.set(self.parts["aftersales.dunning.hold"].ids)],
                "release_policy": "go_on",
            },
            "credit.control.communication": letter,
            "credit.control.emailer": {"line_ids": [Command.set(lines.ids)]},
            "credit.control.line": lines,
            "credit.control.policy.changer": {
                "new_policy_id": self.policy.id,
                "new_policy_level_id": self.policy.level_ids[0].id,
                "move_line_ids": [Command.set(term.ids)],
            },
            "credit.control.run": run,
            "res.config.settings": {},
            "res.partner": self.customer,
            "sale.order": order,
        }
        self.walk_calls = self._get_calls(case, invoice)

    def _get_parts(self, case, invoice):
        """Return ``{model: record}`` of what dunning keeps of a case."""
        share = case.share_ids[:1] or self.env["aftersales.dunning.share"].create(
            {
                "case_line_id": case.line_ids[:1].id,
                "invoice_line_id": invoice.invoice_line_ids[0].id,
                "quantity": 1,
            }
        )
        backlog = self.env["aftersales.dunning.backlog"]
        return {
            "aftersales.dunning.backlog": backlog.create({"case_id": case.id}),
            "aftersales.dunning.hold": case.hold_ids[:1]
            or self._hold(invoice, case=case),
            "aftersales.dunning.share": share,
        }

    def _prepare_reminder(self, run, invoice):
        line = invoice.line_ids.filtered("date_maturity")[:1]
        return {
            "date": self.today,
            "date_due": self.today,
            "state": "draft",
            "channel": "email",
            "invoice_id": invoice.id,
            "partner_id": invoice.partner_id.id,
            "account_id": line.account_id.id,
            "amount_due": 100,
            "balance_due": 100,
            "move_line_id": line.id,
            "policy_level_id": self.policy.level_ids[0].id,
            "company_id": self.company.id,
            "run_id": run.id,
        }

    def _get_calls(self, case, invoice):
        """Return the arguments of the methods that have some."""
        hold = {"move_id": self._new_invoice(100).id, "case_id": case.id}
        hold["reason_id"] = self.env.ref("aftersales_dunning.reason_product").id
        run = self.walk_records["credit.control.run"]
        partial = self.walk_records["account.partial.reconcile"]
        other = self._new_invoice(30).line_ids.filtered("date_maturity")[:1]
        paid = {
            "debit_move_id": other.id,
            "credit_move_id": partial.credit_move_id.id,
            "amount": 1,
            "debit_amount_currency": 1,
            "credit_amount_currency": 1,
        }
        return {
            ("account.move", "web_name_search"): (
                ["", {"display_name": {}}],
                {"hold_case_id": case.id},
            ),
            ("account.partial.reconcile", "create"): ([paid], {}),
            ("aftersales.dunning.hold", "create"): ([hold], {}),
            ("aftersales.dunning.share", "create"): (
                [
                    {
                        "case_line_id": case.line_ids[:1].id,
                        "invoice_line_id": invoice.invoice_line_ids[0].id,
                        "quantity": 1,
                        "is_manual": True,
                    }
                ],
                {},
            ),
            ("aftersales.dunning.hold", "default_get"): (
                [["move_id", "partner_id", "case_id"]],
                {"default_move_id": hold["move_id"], "default_case_id": case.id},
            ),
            ("aftersales.dunning.hold", "onchange"): (
                [
                    {"move_id": hold["move_id"], "case_id": case.id},
                    ["move_id"],
                    {"partner_id": {"fields": {"display_name": {}}}},
                ],
                {},
            ),
            ("aftersales.dunning.hold", "write"): ([{"amount": 1}], {}),
            ("aftersales.dunning.hold.reason.terms", "create"): (
                [{"reason_id": hold["reason_id"], "outcome": "partly"}],
                {},
            ),
            ("aftersales.dunning.hold.reason.terms", "write"): ([{"due_days": 9}], {}),
            ("aftersales.dunning.limit", "create"): (
                [
                    {
                        "company_id": self.company.id,
                        "group_id": self.env.ref("base.group_user").id,
                        "amount": 1,
                    }
                ],
                {},
            ),
            ("aftersales.dunning.limit", "write"): ([{"amount": 1}], {}),
            ("aftersales.dunning.proposal", "default_get"): (
                [["case_id", "line_ids"]],
                {"default_case_id": case.id},
            ),
            ("aftersales.dunning.release", "default_get"): (
                [["hold_ids", "release_policy"]],
                {"active_ids": case.hold_ids.ids},
            ),
            ("aftersales.dunning.share", "onchange"): ([{}, [], {"move_id": {}}], {}),
            ("aftersales.dunning.share", "write"): ([{"quantity": 0}], {}),
            ("credit.control.line", "create"): (
                [self._prepare_reminder(run, self._new_invoice(70))],
                {},
            ),
            ("credit.control.line", "write"): ([{"state": "sent"}], {}),
            ("sale.order", "action_use_for_aftersales_case"): (
                [],
                {"aftersales_case_id": case.id},
            ),
            ("sale.order", "write"): ([{"client_order_ref": "Forged"}], {}),
        }

    def test_methods_ask_for_rights(self):
        """Who may not work on a case changes no hold of it by any public method."""
        self.assertMethodsAskForRights()

    def test_system_fields_are_kept(self):
        """No accountant writes what is held, since when, or what was asked for."""
        self.assertSystemFieldsAreKept(self.env.ref("base.user_admin"))

    def test_wizards_are_own(self):
        """A wizard names invoices and amounts: nobody reads or writes another's."""
        self.assertWizardsAreOwn()

    def test_models_have_access(self):
        """No model is open to everybody by mistake."""
        self.assertModelsHaveAccess()

    def test_parts_follow_their_case(self):
        """Who merely reads a case changes neither its holds nor its billed goods."""
        order = self._new_order(1)
        self.own_case.picking_id = self._deliver(order)
        mine = self._get_parts(self.own_case, self._bill(order))
        self.assertPartsFollowTheirCase(mine, self.agent)


@tagged("post_install", "-at_install")
class TestRoutes(DunningSetup, AftersalesSetup, HttpCase):
    """What the addon serves over HTTP, as those whom it is none of their business."""

    def _get_letter(self, login):
        """Ask for the letter of a reminder; return the answer."""
        self.authenticate(login, login)
        report = "account_credit_control.report_credit_control_summary"
        with mute_logger("odoo.http", "odoo.addons.web.controllers.report"):
            return self.url_open(
                f"/report/html/{report}/{self.letter.id}",
                allow_redirects=False,
                timeout=60,
            )

    def test_routes(self):
        """Every route is known here: one that is added is tried first."""
        self.assertEqual(
            find_routes("aftersales_dunning"),
            [
                "DunningReportController.report_routes",
                "PaymentDunning.overdue_invoices_transaction",
                "PortalDunning.portal_my_overdue_invoices",
            ],
        )

    def test_letters_are_debtor_controls(self):
        """Neither strangers nor customers nor colleagues read a reminder's letter."""
        invoice = self._new_invoice(1000)
        run = self._run()
        self.letter = self.env["credit.control.communication"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "policy_level_id": self.policy.level_ids[0].id,
                "credit_control_line_ids": [Command.set(run.line_ids.ids)],
            }
        )
        for login in ("as_customer", "as_plain", "as_letters"):
            groups = {
                "as_customer": "base.group_portal",
                "as_plain": "base.group_user",
                "as_letters": "account_credit_control.group_account_credit_control_user,"
                "account.group_account_invoice",
            }[login]
            user = new_test_user(self.env, login, groups=groups, password=login)
            if not user.share:
                user.write(
                    {
                        "company_ids": [Command.set(self.company.ids)],
                        "company_id": self.company.id,
                    }
                )
        self.env.flush_all()
        answers = {
            login: self._get_letter(login)
            for login in (None, "as_customer", "as_plain", "as_letters")
        }
        self.assertIn("/web/login", answers[None].headers.get("Location", ""))
        for login in ("as_customer", "as_plain"):
            with self.subTest(login=login):
                self.assertNotEqual(answers[login].status_code, 200)
                self.assertNotIn(invoice.name, answers[login].text)
        self.assertEqual(answers["as_letters"].status_code, 200)
        self.assertIn(invoice.name, answers["as_letters"].text)
