from odoo import fields, models

from ...const import SETTLED_BY, SETTLED_BY_SERVICE


class AftersalesCaseType(models.Model):
    _inherit = "aftersales.case.type"

    hold_reason_id = fields.Many2one(
        "aftersales.dunning.hold.reason",
        check_company=True,
        help="Cases of this type hold the invoices of the goods they are about, for this"
        " reason. Empty means that nothing is held unless somebody asks for it.",
    )
    settled_by = fields.Selection(
        SETTLED_BY,
        required=True,
        default=SETTLED_BY_SERVICE,
        help="A product complaint is settled by service; a dispute about a price or a"
        " quantity by debtor control, who then works on cases of this type.",
    )
