from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesCase(models.Model):
    """Who supplied the goods: the sender of the lot, else the product's vendor."""

    _inherit = "aftersales.case"

    @api.onchange("product_ids", "line_ids")
    def _onchange_goods(self):
        if self._may_change("supplier_id") and not self.supplier_id:
            self.supplier_id = self._guess_suppliers().get(self)

    @api.model
    def _find_supplier(self, product, lot, date):
        """Return who supplied a product: see ``_find_suppliers``."""
        key = (product, lot, date, self.company_id or self.env.company)
        return self._find_suppliers([key])[key]

    @api.model
    def _find_suppliers(self, keys):
        """Find who supplied some goods, with two queries for all of them.

        :param keys: (product, lot, date, company) each; the lot may be empty
        :returns: ``{key: partner}``: who sent the lot that was received, else the vendor
            of the product at the date, else an empty partner
        """
        partners = self.env["res.partner"]
        senders = self._get_lot_senders(
            {lot for _product, lot, _date, _company in keys}
        )
        vendors = self._get_vendors({product for product, *_rest in keys})
        result = {}
        for key in keys:
            product, lot, date, company = key
            result[key] = senders.get(lot.id) or next(
                (
                    vendor.partner_id
                    for vendor in vendors.get(product.product_tmpl_id.id, ())
                    if vendor.product_id in (product, product.browse())
                    and vendor.company_id in (company, company.browse())
                    and (not vendor.date_start or vendor.date_start <= date)
                    and (not vendor.date_end or vendor.date_end >= date)
                ),
                partners,
            )
        return {
            key: partner.commercial_partner_id.with_env(self.env)
            for key, partner in result.items()
        }

    @api.model
    def _get_lot_senders(self, lots):
        """Return ``{lot id: partner}`` of the last receipt of each lot from a supplier."""
        ids = [lot.id for lot in lots if lot]
        if not ids:
            return {}
        # sudo: who sent it is no secret of the stock, and agents need not see that
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                Domain("lot_id", "in", ids)
                & Domain("state", "=", "done")
                & Domain("location_id.usage", "=", "supplier")
                & Domain("move_id.picking_id.partner_id", "!=", False),
                order="date, id",
            )
        )
        return {line.lot_id.id: line.move_id.picking_id.partner_id for line in lines}

    @api.model
    def _get_vendors(self, products):
        """Return ``{template id: vendor lines}``, the preferred one first."""
        templates = {product.product_tmpl_id.id for product in products}
        # sudo: as above
        vendors = (
            self.env["product.supplierinfo"]
            .sudo()
            .search([("product_tmpl_id", "in", list(templates))])
        )
        return {
            template.id: lines
            for template, lines in vendors.grouped("product_tmpl_id").items()
        }

    def _guess_suppliers(self):
        """Return ``{case: supplier}`` where all that is concerned has the same one."""
        keys_by_case = {case: case._get_supplier_keys() for case in self}
        found = self._find_suppliers(
            list(dict.fromkeys(key for keys in keys_by_case.values() for key in keys))
        )
        result = {}
        for case, keys in keys_by_case.items():
            suppliers = {found[key] for key in keys}
            if len(suppliers) == 1:
                result[case] = suppliers.pop()
        return result

    def _get_supplier_keys(self):
        """Return what ``_find_suppliers`` asks for, for each of the goods concerned."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.concerned and line.product_id)
        if lines:
            goods = [(line.product_id, line.lot_id, line.picking_id) for line in lines]
        else:
            no_lot, slip = self.env["stock.lot"], self.picking_id
            goods = [(product, no_lot, slip) for product in self.product_ids]
        reported = self.reported_at or fields.Datetime.now()
        company = self.company_id or self.env.company
        return [
            (
                product._origin,
                lot._origin,
                # sudo: a date, whoever may see the slip
                (slip.sudo().date_done or reported).date(),
                company,
            )
            for product, lot, slip in goods
        ]
