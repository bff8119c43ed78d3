from odoo import api, fields, models

from ...models.case.aftersales_case_merge import OWN_MESSAGES
from ...models.type.aftersales_field_rule import PROPERTY_FIELDS


class AftersalesSplit(models.TransientModel):
    """Makes a new case of a part of another one."""

    _name = "aftersales.split"
    _description = "Split Case"

    case_id = fields.Many2one("aftersales.case", required=True, readonly=True)
    name = fields.Char("Title", required=True)
    type_id = fields.Many2one(
        "aftersales.case.type",
        required=True,
        domain="[('company_id', 'in', (company_id, False))]",
    )
    company_id = fields.Many2one(related="case_id.company_id")
    relation = fields.Selection(
        [("child", "Stands under this case"), ("sibling", "Stands beside it")],
        "New Case",
        required=True,
        default="child",
    )
    message_ids = fields.Many2many("mail.message", string="Messages")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    checklist_ids = fields.Many2many("aftersales.checklist.item")
    line_ids = fields.Many2many("aftersales.case.line", string="Goods")
    message_types = fields.Json(default=lambda self: list(OWN_MESSAGES))

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        ids = self.env.context.get("active_ids") or []
        case = self.env["aftersales.case"].browse(ids[:1])
        if case:
            values |= {
                "case_id": case.id,
                "type_id": case.type_id.id,
                "name": case.name,
            }
        return values

    def action_split(self):
        self.ensure_one()
        case = self.case_id
        vals = {"name": self.name, "type_id": self.type_id.id}
        told = self.message_ids.sorted("date")[:1]
        if told:
            vals["description"] = told.body
        if self.type_id == case.type_id:
            vals["category_id"] = case.category_id.id
            for name in PROPERTY_FIELDS:
                vals[name] = case._get_raw_properties(name)
        as_child = self.relation == "child"
        return case._split_off(vals, self._get_parts(), as_child)._get_records_action()

    def _get_parts(self):
        """Hook: return the parts that move, by the names of ``_move_split_parts``."""
        return {
            "messages": self.message_ids,
            "attachments": self.attachment_ids,
            "checklist": self.checklist_ids,
            "lines": self.line_ids,
        }
