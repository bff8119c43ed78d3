from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import SLIP_CODES


class StockPicking(models.Model):
    """A delivery: the slip that a case names, found again when it appears later."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "aftersales.slip.mixin"]

    aftersales_case_count = fields.Integer(
        "Cases", compute="_compute_aftersales_case_count"
    )

    def _compute_aftersales_case_count(self):
        Case = self.env["aftersales.case"]
        cases = Case
        if self.ids and Case.has_access("read"):
            cases = Case.search(self._get_aftersales_domain())
        counts = Counter(
            slip_id
            for case in cases
            # sudo: the lines of cases that the user sees
            for slip_id in (case.picking_id | case.sudo().line_ids.picking_id).ids
        )
        for picking in self:
            picking.aftersales_case_count = counts[picking.id]

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        pickings._match_waiting_cases()
        return pickings

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"name", "origin"}:
            self._match_waiting_cases()
        return res

    def _action_done(self):
        res = super()._action_done()
        self._match_waiting_cases()
        return res

    # === Actions === #

    def action_view_aftersales_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "domain": list(self._get_aftersales_domain()),
            "context": {"default_slip_number": self.name},
        }

    def action_make_aftersales_case(self):
        """Open a new case about this delivery, with all that the slip tells."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Case"),
            "res_model": "aftersales.case",
            "view_mode": "form",
            "context": {
                "default_slip_number": self.name,
                "default_company_id": self.company_id.id,
                "default_name": self.env._("Delivery %s", self.name),
            },
        }

    # === What cases ask of a slip === #

    def _get_aftersales_domain(self):
        return Domain("picking_id", "in", self.ids) | Domain(
            "line_ids.picking_id", "in", self.ids
        )

    @api.model
    def _get_named_domain(self, number):
        return self.env["aftersales.case"]._get_slip_domain(number)

    @api.model
    def _get_slip_kind_domain(self):
        return Domain("picking_type_id.code", "in", SLIP_CODES) & Domain(
            "state", "!=", "cancel"
        )

    @api.model
    def _get_slips_of(self, lines):
        return lines.picking_id

    def _get_slip_names(self):
        """Hook: return the numbers under which a customer may know this delivery.

        The counterpart of ``_get_slip_domain`` of the case, for one delivery.
        """
        return [*super()._get_slip_names(), self.origin]

    def _get_slip_products(self):
        return self.move_ids.product_id

    def _is_slip_done(self):
        return self.state == "done"
