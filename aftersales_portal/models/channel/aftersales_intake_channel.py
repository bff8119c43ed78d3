from odoo import fields, models

from ...const import REFUSALS


class AftersalesIntake(models.Model):
    """What arrives by channels of the web stands beside the mails."""

    _inherit = "aftersales.intake"

    channel_id = fields.Many2one(
        "aftersales.channel",
        "Web Channel",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reason = fields.Selection(
        selection_add=REFUSALS,
        ondelete={reason: "set null" for reason, _label in REFUSALS},
    )
