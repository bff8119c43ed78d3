from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.slips import slip_key, slip_patterns


class AftersalesCase(models.Model):
    """The order as the slip of a case: services too, and what nobody delivers."""

    _inherit = "aftersales.case"

    sale_order_id = fields.Many2one(
        "sale.order",
        domain=[("state", "=", "sale")],
        check_company=True,
        index="btree_not_null",
        copy=False,
        tracking=True,
        inverse="_inverse_claim",
    )
    order_candidate_ids = fields.Many2many(
        "sale.order",
        string="Possible Orders",
        compute="_compute_slip_state",
        compute_sudo=True,
    )

    @api.model
    def _get_slip_fields(self):
        return super()._get_slip_fields() | {"sale_order_id": "order_candidate_ids"}

    def _get_slip_domain(self, number):
        return super()._get_slip_domain(number) | Domain.OR(
            Domain("sale_id.client_order_ref", "=ilike", pattern)
            for pattern in slip_patterns(number)
        )

    @api.onchange("sale_order_id")
    def _onchange_sale_order_id(self):
        self._follow_slip_field("sale_order_id")

    @api.model
    def _prepare_slip_lines(self, slips):
        """Add what an order sells; with its delivery, what nobody delivers.

        A case that names the delivery itself is about the goods on it and nothing else.
        """
        result = super()._prepare_slip_lines(slips)
        for case, slip in slips.items():
            slip = slip.sudo()  # sudo: an agent need not see the sales
            if slip._name == "sale.order":
                goods = slip.order_line._filter_slip_goods()
                result[case] = goods._prepare_case_goods()
            elif case._names_order_of(slip):
                goods = slip.sale_id.order_line._filter_slip_goods()
                goods = goods.filtered(lambda line: not line._is_moved())
                result[case] = [*result[case], *goods._prepare_case_goods(slip)]
        return result

    def _names_order_of(self, slip):
        """Say whether the number of this case is that of a delivery's order."""
        self.ensure_one()
        number = self.slip_number
        return slip_key(number) != slip_key(slip.name) and slip.sale_id._is_named_by(
            number
        )

    def _get_slip_note(self, slip):
        if slip._name == "sale.order":
            return self.env._("Data taken from sales order %s.", slip.name)
        return super()._get_slip_note(slip)
