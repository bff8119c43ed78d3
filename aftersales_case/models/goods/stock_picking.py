import logging
from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...const import OPEN_STATES, SLIP_CODES
from ...engine.slips import slip_key

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    """A delivery: the slip that a case names, found again when it appears later."""

    _inherit = "stock.picking"

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

    def action_use_for_aftersales_case(self):
        """Choose this slip for the case in the context, where several fit its number."""
        self.ensure_one()
        case_id = self.env.context.get("aftersales_case_id")
        self.env["aftersales.case"].browse(case_id).picking_id = self
        return True

    # === What cases ask of a slip === #

    def _get_aftersales_domain(self):
        return Domain("picking_id", "in", self.ids) | Domain(
            "line_ids.picking_id", "in", self.ids
        )

    def _get_slip_names(self):
        """Hook: return the numbers under which a customer may know this delivery.

        The counterpart of ``_get_slip_domain`` of the case, for one delivery.
        """
        self.ensure_one()
        return [self.name, self.origin]

    def _get_slip_customer(self):
        """Hook: return the customer (company) whose delivery this is."""
        self.ensure_one()
        return self.partner_id.commercial_partner_id

    def _match_waiting_cases(self):
        """Let the cases know that wait for these slips, or for their goods.

        One query when there is none. What fails here never stops the delivery; when
        others are changing these cases, the whole request is tried again.
        """
        slips = self.sudo().filtered(  # sudo: whoever delivers need not see cases
            lambda slip: slip.picking_type_code in SLIP_CODES
        )
        if not slips:
            return
        keys = {slip_key(name) for slip in slips for name in slip._get_slip_names()}
        waiting = (
            Domain("picking_id", "=", False)
            & Domain("slip_number", "!=", False)
            & Domain("slip_key", "in", list(keys - {None, "/"}))
            & Domain("state", "in", OPEN_STATES)
        )
        done = slips.filtered(lambda slip: slip.state == "done")
        cases = (
            self.env["aftersales.case"]
            .sudo()  # sudo: see above
            .search(waiting | Domain("picking_id", "in", done.ids))
        )
        if not cases:
            return
        self.env.flush_all()  # an error in there is the delivery's own
        try:
            with self.env.cr.savepoint():
                cases._on_slips_changed()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # swallowed, these cases would wait for ever
        except Exception as error:
            _logger.warning("Slips %s: not matched with cases: %s", slips.ids, error)
