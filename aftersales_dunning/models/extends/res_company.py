from odoo import fields, models

from ...const import CUSTOMER_HOLD_APPROVAL, CUSTOMER_HOLDS


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_customer_hold = fields.Selection(
        CUSTOMER_HOLDS,
        "Holds Asked for by Customers",
        required=True,
        default=CUSTOMER_HOLD_APPROVAL,
        help="When an invoice is no longer dunned because its customer reports a problem"
        " with it: at once, or after somebody who works on the case has approved it.",
    )
    aftersales_credit_days = fields.Integer(
        "Days to Credit",
        default=5,
        help="Working days within which debtor control is to credit what was granted to a"
        " customer. Until then it is not dunned.",
    )
