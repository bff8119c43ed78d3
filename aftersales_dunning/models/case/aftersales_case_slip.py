import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from odoo.addons.aftersales_case.engine.slips import slip_key, slip_patterns

_logger = logging.getLogger(__name__)
# So many cases look for their slips at once.
BATCH = 200


class AftersalesCase(models.Model):
    """The order as the slip of a case: services too, and what nobody delivers."""

    _inherit = "aftersales.case"

    sale_order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
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

    @api.model
    def _prefer_kinds(self, kinds, numbers):
        """While nothing of an order is delivered, its number means the order itself.

        So what is billed before the delivery is found as well.
        """
        kinds = super()._prefer_kinds(kinds, numbers)
        orders, slips = kinds.get("sale_order_id"), kinds.get("picking_id")
        if not orders or not slips:
            return kinds
        keys = {slip_key(number) for number in numbers}
        waits = all(
            not slip._is_slip_done()
            and slip_key(slip.name) not in keys
            and slip.sale_id in orders
            for slip in slips
        )
        if waits:
            return {name: found for name, found in kinds.items() if found != slips}
        return kinds

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

    @api.model
    def _look_for_slips_again(self):
        """Let open cases look again for what they wait for. Called at installation."""
        waiting = self.search(self._get_waiting_domain() & self._get_open_domain())
        for ids in split_every(BATCH, waiting.ids):
            self.env.flush_all()
            try:
                with self.env.cr.savepoint():
                    self.browse(ids)._on_slips_changed()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:
                _logger.warning("Slips of cases %s: not looked for: %s", ids, error)
