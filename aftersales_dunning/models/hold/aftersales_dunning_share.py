from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...const import SYNC
from ...engine.disputes import Part

# What people change by hand.
EDITABLE = {"quantity", "is_manual"}
SENT = {"id", *EDITABLE}


class AftersalesDunningShare(models.Model):
    """How much of what a case is about stands on which invoice line.

    Found by ``engine/allocation.py``: exact when a sale line has one delivery or one
    invoice line, otherwise first in, first out. A share that somebody entered or
    confirmed stays as it is.
    """

    _name = "aftersales.dunning.share"
    _description = "Billed Goods of a Case"
    _inherit = "aftersales.form.mixin"
    _order = "case_id, id"
    _rec_name = "move_id"
    _case_field = "case_id"

    case_line_id = fields.Many2one(
        "aftersales.case.line", "Goods", required=True, ondelete="cascade", index=True
    )
    case_id = fields.Many2one(related="case_line_id.case_id", store=True, index=True)
    product_id = fields.Many2one(related="case_line_id.product_id")
    product_uom_id = fields.Many2one(related="case_line_id.product_uom_id")
    invoice_line_id = fields.Many2one(
        "account.move.line", required=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one(
        related="invoice_line_id.move_id", string="Invoice", store=True, index=True
    )
    company_id = fields.Many2one(related="case_line_id.company_id", store=True)
    currency_id = fields.Many2one(related="move_id.currency_id")
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        help="In the product's own unit; first in, first out unless changed by hand.",
    )
    amount = fields.Monetary(
        readonly=True, help="The part of the invoice line's total, with tax."
    )
    is_exact = fields.Boolean(
        "Exact",
        readonly=True,
        help="There is but one delivery or one invoice line for these goods. Otherwise"
        " the goods were spread first in, first out, as on the invoice's lot list.",
    )
    is_manual = fields.Boolean(
        "By Hand", help="Somebody entered or confirmed this; it is not computed anew."
    )

    credited_before = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="What of the goods was credited on this line when somebody set the quantity.",
    )

    _line_invoice_uniq = models.UniqueIndex(
        "(case_line_id, invoice_line_id)",
        "These goods stand on this invoice line already. Change that line instead.",
    )
    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "Quantity: enter 0 or more."
    )

    @api.constrains("quantity", "case_line_id")
    def _check_quantity(self):
        for line in self.case_line_id:
            # sudo: all shares count, whoever sees them
            shares = self.sudo().search([("case_line_id", "=", line.id)])
            total = sum(shares.mapped("quantity"))
            if shares.filtered("is_manual") and (
                line.product_uom_id.compare(total, line.quantity) > 0
            ):
                raise ValidationError(
                    self.env._(
                        "Quantity: %(total)s of %(product)s are put on invoices, but the"
                        " case is about %(quantity)s. Lower one of them.",
                        total=total,
                        product=line.product_id.display_name,
                        quantity=line.quantity,
                    )
                )

    def _stays(self):
        """Say whether somebody set this share, and it still means something."""
        self.ensure_one()
        return (
            self.is_manual
            and self.case_line_id.concerned
            and self.invoice_line_id.parent_state == "posted"
        )

    def _get_part(self, allocations, credited):
        """Return the ``Part`` of an invoice line that a share is.

        :param allocations: ``{sale line: Allocation}``
        :param credited: result of ``_get_credited_by`` of the goods
        """
        self.ensure_one()
        quantity = self.quantity
        if self.is_manual:  # others follow by themselves
            since = self._get_credited(credited) - self.credited_before
            quantity = max(quantity - max(since, 0), 0)
        goods, bill_id = self.case_line_id, self.invoice_line_id.id
        ordered = goods._get_billed_order_line()
        room = 0.0
        if allocation := allocations.get(ordered):
            keys = goods._get_delivery_ids(allocation)
            room = sum(allocation.shares.get((key, bill_id), 0) for key in keys)
        return Part(
            self.id,
            bill_id,
            self.case_id.id,
            quantity,
            (goods.move_id.id or -ordered.id) if room else None,
            room or None,
        )

    def _get_credited(self, credited):
        """Return how much of these goods was credited on this invoice line."""
        self.ensure_one()
        parts = credited.get(self.case_line_id.id, ())
        return sum(part.qty for part in parts if part.bill == self.invoice_line_id.id)

    def _know_credited(self):
        """Note what was credited when somebody set these: he knew it."""
        goods = self.case_line_id
        allocations = goods._get_billed_order_lines()._get_allocations()
        credited = goods._get_credited_by(allocations)
        for share in self:
            known = share._get_credited(credited)
            if share.product_uom_id.compare(share.credited_before, known):
                share.credited_before = known

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        # sudo: what was credited is read and noted, whoever confirms the goods
        shares.sudo().filtered("is_manual")._know_credited()
        return shares

    def onchange(self, values, field_names, fields_spec):
        """Take from a form what may be changed in it: Odoo names all that it sends."""
        if not self.env.su:
            values = {name: values[name] for name in values if name in SENT}
            field_names = [name for name in field_names if name in SENT]
        return super().onchange(values, field_names, fields_spec)

    def write(self, vals):
        """Note that a quantity was changed by hand, and compute the money anew.

        :raises AccessError: for anything but the quantity
        """
        if not self.env.su and vals.keys() - EDITABLE:
            raise AccessError(
                self.env._("Only the quantity of billed goods can be changed by hand.")
            )
        by_hand = "quantity" in vals and (
            self.env.context.get("aftersales_sync") is not SYNC
        )
        res = super().write({"is_manual": True} | vals if by_hand else vals)
        if by_hand or "is_manual" in vals:
            # sudo: what was credited is read and noted, whoever changed the quantity
            self.sudo()._know_credited()
        if by_hand or ("is_manual" in vals and not self.env.su):
            self.case_id._sync_goods()
        return res
