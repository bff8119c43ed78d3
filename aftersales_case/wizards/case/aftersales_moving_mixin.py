from odoo import api, fields, models
from odoo.fields import Command


class AftersalesMovingMixin(models.AbstractModel):
    """A dialog that takes cases to a stage, and says before what keeps them from it."""

    _name = "aftersales.moving.mixin"
    _description = "Dialog That Moves Cases"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    type_ids = fields.Many2many("aftersales.case.type", compute="_compute_type_ids")
    stage_id = fields.Many2one(
        "aftersales.case.stage",
        required=True,
        domain="[('link_ids.type_id', 'in', type_ids)]",
    )
    missing_text = fields.Text("What Is Missing", compute="_compute_missing_text")

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
        for move in self:
            move.type_ids = move.case_ids.type_id

    @api.depends("case_ids", "stage_id")
    @api.depends_context("lang")
    def _compute_missing_text(self):
        for move in self:
            move._tell_missing(move._get_missing())

    def _tell_missing(self, missing):
        """Hook: say what was judged, ``{case: [sentence]}``, in the fields of the dialog."""
        self.missing_text = "\n".join(
            f"{case.display_name}: " + " ".join(texts)
            for case, texts in missing.items()
            if texts
        )

    def _get_missing(self):
        """Hook: return ``{case: [sentence]}`` of what keeps the cases from the stage."""
        self.ensure_one()
        cases = self.case_ids._origin
        missing = cases._missing_for(self.stage_id) if self.stage_id else {}
        return {case: [item.text for item in items] for case, items in missing.items()}
