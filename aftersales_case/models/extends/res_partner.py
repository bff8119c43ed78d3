from odoo import api, fields, models
from odoo.fields import Domain

from ...const import OPEN_STATES, SLIP_CODES
from .in_use import refuse_if_used

MOST_DOCUMENTS = 50


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Mails are matched to customers by phone number.
    phone_sanitized = fields.Char(index="btree_not_null")
    aftersales_case_count = fields.Integer(
        "Cases", compute="_compute_aftersales_case_count"
    )
    aftersales_open_case_count = fields.Integer(
        "Open Cases", compute="_compute_aftersales_case_count"
    )
    aftersales_supplied_case_count = fields.Integer(
        "Cases About Supplies", compute="_compute_aftersales_supplied_case_count"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_cases(self):
        """A case does not lose its customer, contact, site, reporter or supplier."""
        roles = ("partner_id", "contact_id", "site_id", "reporter_id", "supplier_id")
        refuse_if_used(self, [("aftersales.case", role) for role in roles])

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_aftersales_case_count(self):
        Case = self.env["aftersales.case"]
        if not Case.has_access("read"):
            self.aftersales_case_count = self.aftersales_open_case_count = 0
            return
        commercial = self.commercial_partner_id
        rows = Case._read_group(
            [("partner_id.commercial_partner_id", "in", commercial.ids)],
            ["partner_id", "state"],
            ["__count"],
        )
        total, unfinished = {}, {}
        for partner, state, count in rows:
            key = partner.commercial_partner_id.id
            total[key] = total.get(key, 0) + count
            if state in OPEN_STATES:
                unfinished[key] = unfinished.get(key, 0) + count
        for partner in self:
            key = partner.commercial_partner_id.id
            partner.aftersales_case_count = total.get(key, 0)
            partner.aftersales_open_case_count = unfinished.get(key, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_aftersales_supplied_case_count(self):
        Case = self.env["aftersales.case"]
        if not Case.has_access("read"):
            self.aftersales_supplied_case_count = 0
            return
        rows = Case._read_group(
            [("supplier_id", "child_of", self.commercial_partner_id.ids)],
            ["supplier_id"],
            ["__count"],
        )
        counts = {}
        for supplier, count in rows:
            key = supplier.commercial_partner_id
            counts[key] = counts.get(key, 0) + count
        for partner in self:
            key = partner.commercial_partner_id
            partner.aftersales_supplied_case_count = counts.get(key, 0)

    def action_view_aftersales_supplied_cases(self):
        """Return the cases that this supplier is to help with."""
        self.ensure_one()
        supplier = self.commercial_partner_id
        return self._open_aftersales_cases(
            [("supplier_id", "child_of", supplier.id)],
            {"default_supplier_id": supplier.id},
            self.env._("Supplier Cases"),
        )

    def action_view_aftersales_cases(self):
        self.ensure_one()
        customer = self.commercial_partner_id
        return self._open_aftersales_cases(
            [("partner_id.commercial_partner_id", "=", customer.id)],
            {
                "default_partner_id": customer.id,
                "default_contact_id": not self.is_company and self.id,
            },
            self.env._("Cases of the Customer"),
        )

    def _open_aftersales_cases(self, domain, context, title):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {"display_name": title, "domain": domain, "context": context}

    # === Who wrote this? === #

    @api.model
    def _aftersales_match_email(self, email):
        """Find whose customer contact wrote from an address.

        :param email: normalized e-mail address
        :returns: see ``_aftersales_one_per_customer``
        """
        return self._aftersales_one_per_customer(Domain("email_normalized", "=", email))

    @api.model
    def _aftersales_match_phones(self, numbers):
        """Find who is reached under one of some phone numbers.

        :param numbers: phone numbers in E.164
        :returns: see ``_aftersales_one_per_customer``; customers only, no suppliers
        """
        return self._aftersales_one_per_customer(
            Domain("phone_sanitized", "in", list(numbers))
        ).filtered(lambda partner: partner._aftersales_is_customer())

    @api.model
    def _aftersales_match_documents(self, names):
        """Find whose deliveries or invoices carry one of some numbers.

        A delivery is known by its own number and by that of its order.

        :param names: words that may be numbers of documents
        :returns: see ``_aftersales_one_per_customer``; customers only, no suppliers
        """
        partners = self._aftersales_get_document_partners(names)
        return self._aftersales_one_per_customer(
            Domain("id", "in", partners.ids)
        ).filtered(lambda partner: partner._aftersales_is_customer())

    @api.model
    def _aftersales_get_document_partners(self, names):
        """Hook: return the partners on the documents that carry one of some numbers."""
        # sudo: mail arrives on behalf of strangers
        pickings = (
            self.env["stock.picking"]
            .sudo()
            .search(
                Domain("picking_type_id.code", "in", SLIP_CODES)
                & (Domain("name", "in", names) | Domain("origin", "in", names)),
                limit=MOST_DOCUMENTS,
            )
        )
        invoices = (
            self.env["account.move"]
            .sudo()  # sudo: as above
            .search(
                [
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("name", "in", names),
                ],
                limit=MOST_DOCUMENTS,
            )
        )
        return invoices.partner_id.union(
            *(picking._get_slip_address() for picking in pickings)
        )

    def _aftersales_is_customer(self):
        """Hook: say whether a partner whom a text names may be its sender's company.

        Called for what phone and document numbers find. Who only sells to us is none.
        """
        self.ensure_one()
        # sudo: mail arrives on behalf of strangers
        customer = self.commercial_partner_id.sudo()
        return bool(customer.customer_rank or not customer.supplier_rank)

    def _aftersales_get_latest_company(self):
        """Return the company that these customers had to do with last, or none.

        By their latest case; without one by their latest delivery or invoice.
        """
        domain = [("partner_id", "child_of", self.ids)]
        for model, order, extra in (
            ("aftersales.case", "reported_at desc, id desc", []),
            (
                "stock.picking",
                "scheduled_date desc, id desc",
                [("picking_type_code", "=", "outgoing"), ("state", "!=", "cancel")],
            ),
            (
                "account.move",
                "invoice_date desc, id desc",
                [
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                ],
            ),
        ):
            # sudo: mail arrives on behalf of strangers
            records = self.env[model].sudo()
            found = records.search(domain + extra, order=order, limit=1)
            if found.company_id.active:
                return found.company_id
        return self.env["res.company"]

    @api.model
    def _aftersales_one_per_customer(self, domain):
        """Return the partners of a domain, one for each customer.

        A customer is a commercial partner; a person comes before his company, then the
        oldest. More than one record means that the answer is ambiguous. Our own
        companies are nobody's customers: whoever quotes our signature names us.
        """
        domain &= Domain("commercial_partner_id.ref_company_ids", "=", False)
        # sudo: mail arrives on behalf of strangers
        found = self.env["res.partner"].sudo().search(domain, order="is_company, id")
        first_by_customer = {}
        for partner in found:
            first_by_customer.setdefault(partner.commercial_partner_id, partner)
        return self.browse([partner.id for partner in first_by_customer.values()])
