from odoo import fields, models


class AftersalesAttachmentKind(models.Model):
    """What a file on a case is: photo, proof of purchase, protocol …"""

    _name = "aftersales.attachment.kind"
    _description = "Kind of Attachment"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("UNIQUE(name)", "This kind exists already.")
