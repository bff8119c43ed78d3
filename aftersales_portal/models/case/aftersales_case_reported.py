from odoo import api, fields, models


class AftersalesCase(models.Model):
    """What of invoices the customer reported in the portal."""

    _inherit = "aftersales.case"

    reported_line_ids = fields.One2many(
        "aftersales.reported.line", "case_id", "Reported Invoice Lines", readonly=True
    )
    reported_line_count = fields.Integer(compute="_compute_reported_line_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reported_line_count(self):
        counts = dict(self._read_group_linked("aftersales.reported.line", "case_id"))
        for case in self:
            case.reported_line_count = counts.get(case._origin, 0)

    def action_view_reported_lines(self):
        """Show which lines of which invoices the case is about."""
        action = self.env["aftersales.reported.line"]._get_action()
        return action | {"domain": [("case_id", "in", self.ids)]}

    def _move_parts_to(self, target):
        result = super()._move_parts_to(target)
        self.reported_line_ids.case_id = target
        return result
