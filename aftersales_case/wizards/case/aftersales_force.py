from odoo import api, fields, models
from odoo.fields import Command


class AftersalesForce(models.TransientModel):
    """Asks a manager why cases are moved although their gate is closed."""

    _name = "aftersales.force"
    _description = "Move past the Gate"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    type_ids = fields.Many2many("aftersales.case.type", compute="_compute_type_ids")
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        required=True,
        domain="[('link_ids.type_id', 'in', type_ids)]",
    )
    missing_text = fields.Text("What Is Missing", compute="_compute_missing_text")
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        case_ids = self.env.context.get("active_ids") or []
        values["case_ids"] = [Command.set(case_ids)]
        cases = self.env["aftersales.case"].browse(case_ids)
        stages = set(cases._get_next_stages().values())
        if len(stages) == 1:
            values["stage_id"] = stages.pop().id
        return values

    @api.depends("case_ids")
    def _compute_type_ids(self):
        for force in self:
            force.type_ids = force.case_ids.type_id

    @api.depends("case_ids", "stage_id")
    @api.depends_context("lang")
    def _compute_missing_text(self):
        for force in self:
            cases = force.case_ids._origin
            missing = cases._missing_for(force.stage_id) if force.stage_id else {}
            force.missing_text = "\n".join(
                f"{case.display_name}: " + " ".join(item.text for item in items)
                for case, items in missing.items()
                if items
            )

    def action_force(self):
        """Move the cases and log the reason."""
        self.ensure_one()
        self.case_ids._force_stage(self.stage_id, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
