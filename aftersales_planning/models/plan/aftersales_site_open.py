from odoo import fields, models


class AftersalesSite(models.Model):
    """Without opening hours a site counts as open; that somebody asked is another thing."""

    _inherit = "aftersales.site"

    is_always_open = fields.Boolean(
        "Always Open",
        help="Somebody asked: one may come at any time. Without this and without opening"
        " hours nobody knows.",
    )

    def _get_point(self):
        """Return where it is, as (latitude, longitude), or None."""
        if not self or not self.is_placed:
            return None
        return self.latitude, self.longitude
