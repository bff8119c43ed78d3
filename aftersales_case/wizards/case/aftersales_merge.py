from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AftersalesMerge(models.TransientModel):
    """Merges cases that tell of the same trouble into one of them."""

    _name = "aftersales.merge"
    _description = "Merge Cases"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    target_id = fields.Many2one(
        "aftersales.case",
        "Goes On",
        required=True,
        domain="[('company_id', '=', company_id), ('merged_into_id', '=', False)]",
        help="The case that goes on; the others are cancelled and point to it.",
    )
    warning = fields.Text(compute="_compute_warning")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        cases = self.env["aftersales.case"].browse(
            self.env.context.get("active_ids") or []
        )
        if len(cases.company_id) > 1:
            raise UserError(
                self.env._("Cases of different companies cannot be merged.")
            )
        values["case_ids"] = [Command.set(cases.ids)]
        if len(cases) > 1:
            oldest = cases.sorted(lambda c: (c._is_closed(), c.reported_at, c.id))
            values["target_id"] = oldest[0].id
        return values

    @api.depends("case_ids")
    def _compute_company_id(self):
        for merge in self:
            merge.company_id = merge.case_ids.company_id[:1]

    @api.depends("case_ids", "target_id")
    @api.depends_context("lang")
    def _compute_warning(self):
        for merge in self:
            merge.warning = "\n".join(merge._get_warnings()) or False

    def _get_warnings(self):
        """Hook: return lines about what the user should think of before merging."""
        cases = self.case_ids | self.target_id
        customers = cases.partner_id.commercial_partner_id
        lines = []
        if len(customers) > 1:
            lines.append(
                self.env._(
                    "The cases have different customers: %s.",
                    ", ".join(customers.mapped("display_name")),
                )
            )
        if len(cases.type_id) > 1:
            lines.append(
                self.env._(
                    "The cases are of different types: %s.",
                    ", ".join(cases.type_id.mapped("name")),
                )
            )
        if self.target_id and self.target_id._is_closed():
            lines.append(
                self.env._(
                    "Case %s is closed. Reopen it when there is still work to do.",
                    self.target_id.number,
                )
            )
        secret = any(cases.mapped("confidential"))
        if secret and self.target_id and not self.target_id.confidential:
            lines.append(
                self.env._("Case %s becomes confidential.", self.target_id.number)
            )
        return lines

    def action_merge(self):
        self.ensure_one()
        (self.case_ids - self.target_id)._merge_into(self.target_id)
        return self.target_id._get_records_action()
