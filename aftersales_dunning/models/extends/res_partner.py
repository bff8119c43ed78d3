from odoo import api, fields, models
from odoo.fields import Domain

from ...const import DEBTOR_CONTROL, SCOPE_CUSTOMER

MOST_ORDERS = 50


class ResPartner(models.Model):
    """How much of what a customer owes is held."""

    _inherit = "res.partner"

    dunning_held = fields.Monetary(
        "Held",
        compute="_compute_dunning_held",
        groups=DEBTOR_CONTROL,
        help="What is open and not dunned at the moment, in the company's currency.",
    )

    @api.depends_context("uid", "company")
    def _compute_dunning_held(self):
        """Add up the holds that the button opens: every euro once, see the hold."""
        Hold = self.env["aftersales.dunning.hold"]
        domain = Hold._get_money_domain(self.commercial_partner_id)
        held = dict.fromkeys(self.commercial_partner_id.ids, 0.0)
        for partner, amount in Hold._read_group(
            domain, ["partner_id"], ["held_now:sum"]
        ):
            held[partner.commercial_partner_id.id] += amount
        for partner in self:
            partner.dunning_held = held.get(partner.commercial_partner_id.id, 0.0)

    def _get_open_items_of_customers(self):
        """Return ``{id: open items}`` of the customers that these belong to."""
        lines = self.env["account.move.line"].search(
            Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids
            )
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("debit", ">", 0)
        )
        by_customer = lines.grouped(lambda line: line.partner_id.commercial_partner_id)
        none = lines.browse()
        return {
            partner.id: by_customer.get(partner.commercial_partner_id, none)
            for partner in self
        }

    def action_view_dunning_held(self):
        """Open the customer's holds."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_dunning.aftersales_dunning_hold_action"
        )
        holds = self.env["aftersales.dunning.hold"]
        return action | {
            "domain": list(holds._get_money_domain(self.commercial_partner_id)),
            "context": {"search_default_active": 1, "search_default_waiting": 1},
        }

    def action_do_not_dun(self):
        """Ask why, and until when, nothing that a customer owes is dunned."""
        self.ensure_one()
        view = self.env.ref("aftersales_dunning.aftersales_dunning_hold_view_form_new")
        reason = self.env.ref("aftersales_dunning.reason_customer", False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Not Dun"),
            "res_model": "aftersales.dunning.hold",
            "view_mode": "form",
            "views": [(view.id, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "default_company_id": self.env.company.id,
                "default_scope": SCOPE_CUSTOMER,
                "default_reason_id": reason and reason.id,
            },
        }

    @api.model
    def _aftersales_get_document_partners(self, names):
        """Whose order it is, where nothing is delivered for it."""
        orders = self.env["sale.order"]
        # sudo: mail arrives on behalf of strangers
        found = orders.sudo().search(
            orders._get_slip_kind_domain()
            & (Domain("name", "in", names) | Domain("client_order_ref", "in", names)),
            limit=MOST_ORDERS,
        )
        return super()._aftersales_get_document_partners(names) | found.partner_id
