from odoo import fields, models


class SmsTemplate(models.Model):
    """A template says whether what it sends asks for money."""

    _inherit = "sms.template"

    is_dunning_reminder = fields.Boolean(
        "Payment Reminder",
        help="What it sends about an invoice is stopped like a reminder: when the invoice is"
        " held, paid, or due later by then.",
    )
