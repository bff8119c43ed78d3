"""What the tests of problems with invoices share."""

from odoo import http
from odoo.fields import Command

from .common import PortalSetup

GIF = b"GIF89a" + bytes(20)


class InvoiceSetup(PortalSetup):
    """A customer got an invoice over pumps and freight; for ``HttpCase`` too.

    Ten pumps at 100 with 10 % off and 20 % tax cost 1080; freight costs 60 with tax.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "20 %",
                "amount": 20,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
            }
        )
        cls.pump = cls.env["product.product"].create({"name": "Pump", "type": "consu"})
        cls.dispute = cls.env.ref("aftersales_case.type_dispute")
        cls.env["aftersales.case.type"].search([]).portal_offer = "hidden"
        offered = cls.type_complaint | cls.dispute
        offered.write({"portal_offer": "new", "portal_problem_ids": [Command.clear()]})
        problems = cls.env["aftersales.portal.problem"].create(
            [
                {"name": name, "asks": asks, "type_id": case_type.id, "sequence": place}
                for place, (name, asks, case_type) in enumerate(
                    (
                        ("Damaged", "goods", cls.type_complaint),
                        ("Price is wrong", "price", cls.dispute),
                        ("Too much billed", "quantity", cls.dispute),
                        ("Terms are wrong", "terms", cls.dispute),
                    )
                )
            ]
        )
        cls.damaged, cls.price, cls.quantity, cls.terms = problems
        cls.invoice = cls._new_invoice()
        cls.pumps, cls.freight = cls.invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_total > 0
        )

    @classmethod
    def _set_up_holds(cls):
        """Hold what is reported at once, without limits, where dunning is installed."""
        module = cls.env["ir.module.module"]._get("aftersales_dunning")
        cls.is_dunning = module.state == "installed"
        if cls.is_dunning:
            cls.company.aftersales_customer_hold = "at_once"
            cls.env["aftersales.dunning.limit"].search([]).unlink()
            types = cls.type_complaint | cls.dispute
            types.hold_reason_id = cls.env.ref("aftersales_dunning.reason_product")

    @classmethod
    def _new_invoice(cls, partner=None, post=True, **vals):
        taxed = {"tax_ids": [Command.set(cls.tax.ids)]}
        lines = [
            {"display_type": "line_section", "name": "Secret section"},
            taxed
            | {
                "product_id": cls.pump.id,
                "name": "Pump",
                "quantity": 10,
                "price_unit": 100,
                "discount": 10,
            },
            taxed | {"name": "Freight", "price_unit": 50},
            taxed | {"name": "Gift", "price_unit": 0},
            {"display_type": "line_note", "name": "Secret note"},
        ]
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": cls.company.id,
                "partner_id": (partner or cls.customer).id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
            | vals
        )
        if post:
            invoice.action_post()
        return invoice

    def _url(self, problem=None, line=None, invoice=None):
        service = self.env["aftersales.portal.service"]
        return service._get_problem_url(invoice or self.invoice, problem, line)

    def _cases(self):
        self.env.invalidate_all()
        return self.env["aftersales.case"].search([]) - self.known

    def _send(self, url, files=(), **data):
        fields = {"csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(
            url,
            data=fields | {name.replace("__", "-"): one for name, one in data.items()},
            files=[("files", file) for file in files] or None,
            timeout=120,
        )
        self.env.invalidate_all()
        return answer

    def _log_in(self, user):
        self.known = self.env["aftersales.case"].search([])
        self.authenticate(user.login, user.login)
