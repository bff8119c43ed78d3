from odoo import api, fields, models


class AftersalesRequirementMixin(models.AbstractModel):
    """What a kind of requirement asks for.

    A stage's requirement and the assistant's line for one have these fields alike: a
    sibling whose kind asks for more adds the field here, and to the two views.
    """

    _name = "aftersales.requirement.mixin"
    _description = "What a Requirement Asks For"
    _inherit = "aftersales.bounded.mixin"

    _bounds = {"minimum": (1, 100)}

    key = fields.Selection(
        selection=lambda self: self.env["aftersales.field.rule"]._get_keys(),
        string="Field",
    )
    attachment_kind_id = fields.Many2one("aftersales.attachment.kind", "Kind of File")
    minimum = fields.Integer("How Many", default=1)
    checklist_text = fields.Char("To Tick Off", translate=True)
    group_id = fields.Many2one("res.groups", "Approved By")

    @api.model
    def _get_asked_names(self):
        """Return the names of the fields that say what is asked, the kind first."""
        mixin = self.env["aftersales.requirement.mixin"]
        own = [
            name
            for name, field in mixin._fields.items()
            if field.store and name not in models.MAGIC_COLUMNS
        ]
        return ["kind", *own]
