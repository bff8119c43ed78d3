from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesCategory(models.Model):
    _name = "aftersales.category"
    _description = "Case Category"
    _parent_store = True
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "name"]
    _order = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        "Full Name", compute="_compute_complete_name", recursive=True, store=True
    )
    display_name = fields.Char(recursive=True)
    parent_id = fields.Many2one("aftersales.category", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aftersales.category", "parent_id", "Subcategories")
    type_ids = fields.Many2many(
        "aftersales.case.type",
        string="Types",
        help="Offered on cases of these types only; empty means on all.",
    )
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parts = filter(None, [category.parent_id.complete_name, category.name])
            category.complete_name = " / ".join(parts)

    @api.depends("name", "parent_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Name the parents too, in the language of who reads: the stored name has one."""
        for category in self:
            parts = filter(None, [category.parent_id.display_name, category.name])
            category.display_name = " / ".join(parts)

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("Parent: a category cannot stand under itself.")
            )
