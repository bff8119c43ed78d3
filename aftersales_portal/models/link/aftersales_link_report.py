from odoo import fields, models


class AftersalesLink(models.Model):
    """Links of who reported by a channel of the web.

    Without an address it was handed to whoever sent the report, who has proven nothing.
    """

    _inherit = "aftersales.link"

    intake_id = fields.Many2one(
        "aftersales.intake",
        "Report",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    channel_id = fields.Many2one(related="intake_id.channel_id", store=True)
