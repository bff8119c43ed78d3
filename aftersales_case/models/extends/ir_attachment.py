from odoo import fields, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    aftersales_kind_id = fields.Many2one(
        "aftersales.attachment.kind",
        "Kind on the Case",
        index="btree_not_null",
        ondelete="restrict",
    )
