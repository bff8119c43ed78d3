from odoo import api, fields, models

from ..extends.in_use import refuse_if_used


class AftersalesAttachmentKind(models.Model):
    """What a file on a case is: photo, proof of purchase, protocol …"""

    _name = "aftersales.attachment.kind"
    _description = "Kind of Attachment"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This kind exists already.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_files(self):
        refuse_if_used(self, [("ir.attachment", "aftersales_kind_id")])
