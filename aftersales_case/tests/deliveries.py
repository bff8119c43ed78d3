from odoo.fields import Command


class DeliveriesMixin:
    """Deliveries and receipts for the tests of slips, made as the stock makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        cls.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers_location = env.ref("stock.stock_location_customers")
        cls.suppliers_location = env.ref("stock.stock_location_suppliers")
        cls.site = env["res.partner"].create(
            {"name": "Back Door", "parent_id": cls.customer.id, "type": "delivery"}
        )
        cls.supplier = env["res.partner"].create(
            {"name": "Ilmtal Mühlen", "is_company": True}
        )
        cls.vendor = env["res.partner"].create(
            {"name": "Vaporetta", "is_company": True}
        )
        cls.filters = cls._product("Water Filter")
        cls.pump = cls._product("Rotary Pump")
        cls.grinder = cls._product("Grinder M60", tracking="serial")

    @classmethod
    def _product(cls, name, **vals):
        return cls.env["product.product"].create(
            {"name": name, "is_storable": True} | vals
        )

    @classmethod
    def _lot(cls, product, name):
        return cls.env["stock.lot"].create(
            {"product_id": product.id, "name": name, "company_id": cls.company.id}
        )

    @classmethod
    def _picking(cls, *goods, partner=None, done=True, incoming=False, **vals):
        """Make a transfer of (product, quantity[, lot]) each, done unless told else."""
        warehouse = vals.pop("warehouse", cls.warehouse)
        kind = warehouse.in_type_id if incoming else warehouse.out_type_id
        source, target = warehouse.lot_stock_id, cls.customers_location
        if incoming:
            source, target = cls.suppliers_location, warehouse.lot_stock_id
        places = {"location_id": source.id, "location_dest_id": target.id}
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "partner_id": (partner or cls.site).id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "company_id": warehouse.company_id.id,
                            "product_uom": (unit or product.uom_id).id,
                            **places,
                        }
                    )
                    for product, quantity, _lot, unit in map(cls._goods, goods)
                ],
                **places,
                **vals,
            }
        )
        picking.action_confirm()
        if done:
            cls._deliver(picking, [lot for _p, _q, lot, _u in map(cls._goods, goods)])
        return picking

    @staticmethod
    def _goods(goods):
        product, quantity, *rest = goods
        lot, unit = (*rest, None, None)[:2]
        return product, quantity, lot, unit

    @classmethod
    def _deliver(cls, picking, lots=()):
        for move, lot in zip(
            picking.move_ids, [*lots, *[None] * len(picking.move_ids)], strict=False
        ):
            move.move_line_ids.unlink()
            move.quantity = move.product_uom_qty
            if lot:
                move.move_line_ids.lot_id = lot
            move.picked = True
        picking._action_done()
