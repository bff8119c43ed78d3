from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.const import MOST_DAYS, STATE_CANCELLED

SILENT_DAYS = ("silent_days", "silent_again_days", "silent_close_days")


class AftersalesCaseType(models.Model):
    """What becomes of cases whose customer does not answer."""

    _inherit = "aftersales.case.type"

    silent_days = fields.Integer(
        "Remind After (Working Days)",
        help="How long a case waits for its customer before he is reminded by mail; 0"
        " means never.",
    )
    silent_again_days = fields.Integer(
        "Remind Again After (Working Days)",
        help="After the first reminder; 0 means never.",
    )
    silent_close_days = fields.Integer(
        "Close After (Working Days)", help="After the last reminder; 0 means never."
    )
    silent_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "Silent Cases Go To",
        domain="[('link_ids.type_id', '=', id),"
        " ('state', 'in', ('done', 'rejected', 'cancelled'))]",
        help="Empty means the first stage in state Cancelled. When that stage asks for"
        " something, the responsible is told instead.",
    )

    def _get_bounds(self, vals):
        return super()._get_bounds(vals) | dict.fromkeys(SILENT_DAYS, (0, MOST_DAYS))

    @api.constrains("silent_stage_id", "link_ids")
    def _check_silent_stage_id(self):
        self._check_is_closing("silent_stage_id")

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & set(SILENT_DAYS):
            self.env["aftersales.case"]._forget_silence(
                Domain("type_id", "in", self.ids)
            )
        return res

    def _get_silent_stage(self):
        """Return where silent cases of this type go; none where there is no such stage."""
        self.ensure_one()
        return self.silent_stage_id or self._get_stage_for_state(STATE_CANCELLED)
