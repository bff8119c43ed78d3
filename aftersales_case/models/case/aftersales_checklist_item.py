from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesChecklistItem(models.Model):
    """One thing to tick off on one case, asked by a stage or added by hand."""

    _name = "aftersales.checklist.item"
    _description = "Checklist Item"
    _inherit = "aftersales.case.part"
    _order = "case_id, sequence, id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="cascade", index=True
    )
    requirement_id = fields.Many2one(
        "aftersales.stage.requirement", ondelete="set null", index="btree_not_null"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        compute="_compute_name",
        inverse="_inverse_name",
        search="_search_name",
        required=True,
    )
    own_name = fields.Char(
        "Name as Created", help="Stays when the stage asks for it no longer."
    )
    done = fields.Boolean()
    done_by_id = fields.Many2one(
        "res.users", compute="_compute_done", store=True, ondelete="restrict"
    )
    done_at = fields.Datetime(compute="_compute_done", store=True)

    @api.depends("own_name", "requirement_id.checklist_text")
    @api.depends_context("lang")
    def _compute_name(self):
        """What a stage asks is read in the language of whoever ticks it off."""
        for item in self:
            item.name = item.requirement_id.checklist_text or item.own_name

    def _inverse_name(self):
        for item in self:
            item.own_name = item.name

    def _search_name(self, operator, value):
        return Domain("own_name", operator, value) | Domain(
            "requirement_id.checklist_text", operator, value
        )

    @api.depends("done")
    def _compute_done(self):
        for item in self:
            item.done_by_id = item.done and self.env.user
            item.done_at = item.done and fields.Datetime.now()
