from odoo import fields, models


class RatingRating(models.Model):
    """The rating of one closing of a case: closed again, it is rated anew."""

    _name = "rating.rating"
    _inherit = ["aftersales.kept.mixin", "rating.rating"]

    # Who has it rates for the customer; core uses it with sudo.
    access_token = fields.Char(groups="base.group_system")
    aftersales_closing = fields.Char(
        "Closing", readonly=True, copy=False, help="Of which case, and closed when."
    )

    _aftersales_closing_uniq = models.UniqueIndex(
        "(aftersales_closing) WHERE aftersales_closing IS NOT NULL",
        "This closing of the case has its rating already.",
    )
