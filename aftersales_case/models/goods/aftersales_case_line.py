from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Fields whose change means that other goods, or more or less of them, are concerned.
GOODS_FIELDS = {
    "case_id",
    "concerned",
    "lot_id",
    "move_id",
    "picking_id",
    "product_id",
    "quantity",
}
# What is said of a delivery: true only as the slip has it.
DELIVERY_FIELDS = {"delivered", "lot_id", "move_id", "picking_id", "product_id"}


class AftersalesCaseLine(models.Model):
    """Goods that a case is about: a line of its delivery slip, or entered by hand."""

    _name = "aftersales.case.line"
    _description = "Goods of a Case"
    _inherit = [
        "aftersales.case.part",
        "aftersales.form.mixin",
        "aftersales.bounded.mixin",
    ]
    _order = "case_id, sequence, id"
    _rec_name = "product_id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    picking_id = fields.Many2one(
        "stock.picking",
        "Delivery Slip",
        index="btree_not_null",
        check_company=True,
        help="The slip that this line was taken from.",
    )
    move_id = fields.Many2one(
        "stock.move",
        "Slip Line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="restrict", check_company=True
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Lot/Serial",
        domain="[('product_id', '=', product_id)]",
        check_company=True,
    )
    concerned = fields.Boolean(
        default=True, help="Untick what was delivered with it, but is all right."
    )
    delivered = fields.Float(
        digits="Product Unit", help="How much of it the slip delivered."
    )
    quantity = fields.Float(
        "Quantity Concerned",
        digits="Product Unit",
        default=1,
        help="How much of it the case is about.",
    )
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")

    @api.model
    def _get_named_document(self, name, record):
        """Hook: return the document of a case that a field of its goods belongs to.

        :param record: what the field names, with sudo
        """
        return record if name == "picking_id" else None

    def _may_name(self, name, record, form):
        """Whoever came by the document of the case came by what stands on it."""
        # sudo: only whether it is of the document that the user has
        document = self._get_named_document(name, record.sudo().exists())
        if not document:
            return super()._may_name(name, record, form)
        above = self._get_form_above("case_id", form)
        field = self.env["aftersales.case"]._get_slip_field(document)
        if "slip_number" in above.changed and above.values.get(field) != document.id:
            return False
        return above.records._may_name(field, document.sudo(False), above)

    @api.constrains("quantity", "delivered", "move_id")
    def _check_quantity(self):
        for line in self:
            unit = line.product_uom_id
            if unit.compare(line.quantity, 0) < 0:
                raise ValidationError(
                    self.env._(
                        "Quantity Concerned: %(product)s cannot be less than zero."
                        " Untick the line when it is not concerned.",
                        product=line.product_id.display_name,
                    )
                )
            if line._is_limited() and unit.compare(line.quantity, line.delivered) > 0:
                raise ValidationError(
                    self.env._(
                        "Quantity Concerned: the slip delivered only %(delivered)g"
                        " %(unit)s of %(product)s. Enter that much or less.",
                        delivered=line.delivered,
                        unit=unit.name,
                        product=line.product_id.display_name,
                    )
                )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.lot_id.product_id != self.product_id:
            self.lot_id = False

    def _get_words(self):
        """Return what this line is, on one line: quantity, product, lot or serial."""
        self.ensure_one()
        name = self.product_id.display_name or ""
        # sudo: a form names the lot to whoever has the line
        if lot := self.sudo().lot_id:
            name = self.env._("%(product)s (%(lot)s)", product=name, lot=lot.name)
        if self.quantity == 1:
            return name
        return self.env._("%(quantity)g × %(name)s", quantity=self.quantity, name=name)

    def _is_limited(self):
        """Hook: say whether the slip limits how much of this a case can be about."""
        self.ensure_one()
        return bool(self.move_id)

    @api.model
    def _get_delivery_fields(self):
        """Hook: return the fields that say what the slip gave, true only as it has it."""
        return DELIVERY_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._take_delivered()
        lines._tell_cases(lines.case_id)
        return lines

    def write(self, vals):
        told = self._get_delivery_fields() & vals.keys()
        touched = told | (GOODS_FIELDS & vals.keys())
        cases = self.case_id if touched else self.env["aftersales.case"]
        res = super().write(vals)
        if told:
            self._take_delivered()
        if touched:
            self._tell_cases(cases | self.case_id)
        return res

    def _take_delivered(self):
        """Take from the slip itself what it delivered: a form sends along what it likes.

        :raises ValidationError: for goods that the slip line did not deliver
        """
        if self.env.su:
            return
        # sudo: an agent need not see the stock
        lines = self.sudo()
        slips = lines.move_id.picking_id
        goods = {
            (move, product, lot): quantity
            for rows in self.env["aftersales.case"]._get_slip_goods(slips).values()
            for move, product, lot, quantity in rows
        }
        for line in lines:
            delivered = line._get_delivered(goods)
            if line.delivered != delivered:
                line.delivered = delivered
            if line.move_id and line.picking_id != line.move_id.picking_id:
                line.picking_id = line.move_id.picking_id

    def _get_delivered(self, goods):
        """Hook: return how much of this its slip gave the customer. Called with sudo.

        :param goods: ``{(move, product, lot): quantity}`` of the slip lines named
        :raises ValidationError: for goods that the slip line did not deliver
        """
        self.ensure_one()
        key = self.move_id, self.product_id, self.lot_id
        other = self.move_id.picking_id != self.case_id.picking_id
        if self.move_id and (other or key not in goods):
            raise ValidationError(
                self.env._(
                    "Slip Line: the slip of the case did not deliver %s by this line."
                    " Enter the number of the slip on the case, and the goods are"
                    " taken from it.",
                    self.product_id.display_name,
                )
            )
        return goods.get(key, 0)

    def unlink(self):
        cases = self.case_id
        res = super().unlink()
        self._tell_cases(cases.exists())
        return res

    def _tell_cases(self, cases):
        """Let cases react to changed goods, once at the end of the change that runs."""
        if cases:
            with cases._changing() as changed:
                changed._note_goods()
