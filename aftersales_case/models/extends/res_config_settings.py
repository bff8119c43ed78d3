from odoo import fields, models

from ...const import AUTHSERV_ID


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_user_id = fields.Many2one(
        related="company_id.aftersales_user_id", readonly=False
    )
    aftersales_return_worked_on = fields.Boolean(
        related="company_id.aftersales_return_worked_on", readonly=False
    )
    aftersales_claim_days = fields.Integer(
        related="company_id.aftersales_claim_days", readonly=False
    )
    aftersales_refused_source_days = fields.Integer(
        related="company_id.aftersales_refused_source_days", readonly=False
    )
    aftersales_source_days = fields.Integer(
        related="company_id.aftersales_source_days", readonly=False
    )
    aftersales_authserv_id = fields.Char(
        "Name of Our Mail Server",
        config_parameter=AUTHSERV_ID,
        help="As it stands first in the header Authentication-Results of mails that you"
        " receive, for example mx.example.com. Empty: the topmost such header counts.",
    )
