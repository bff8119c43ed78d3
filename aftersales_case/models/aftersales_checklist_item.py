from odoo import api, fields, models


class AftersalesChecklistItem(models.Model):
    """One thing to tick off on one case, asked by a stage or added by hand."""

    _name = "aftersales.checklist.item"
    _description = "Checklist Item"
    _order = "case_id, sequence, id"
    _case_field = "case_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="cascade", index=True
    )
    requirement_id = fields.Many2one(
        "aftersales.stage.requirement", ondelete="set null", index="btree_not_null"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    done = fields.Boolean()
    done_by_id = fields.Many2one(
        "res.users", compute="_compute_done", store=True, ondelete="restrict"
    )
    done_at = fields.Datetime(compute="_compute_done", store=True)

    @api.depends("done")
    def _compute_done(self):
        for item in self:
            item.done_by_id = item.done and self.env.user
            item.done_at = item.done and fields.Datetime.now()
