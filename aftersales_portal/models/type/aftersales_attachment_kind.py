from odoo import fields, models


class AftersalesAttachmentKind(models.Model):
    _inherit = "aftersales.attachment.kind"

    is_for_customer = fields.Boolean(
        "Customer Sees It",
        help="Files of this kind on a case are shown to its customer in the portal; of"
        " the others he sees those of his own messages, and of those to him.",
    )
