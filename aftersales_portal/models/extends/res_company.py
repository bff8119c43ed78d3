import math

from odoo import api, fields, models

from ...engine.colors import (
    LEGIBLE,
    get_contrast,
    get_parts,
    get_text_color,
    read_color,
)


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_link_contrast = fields.Float(
        "Contrast of Links",
        digits=(4, 2),
        compute="_compute_aftersales_link_contrast",
        help="Between the company's colour and white, from 1 to 21",
    )
    aftersales_link_is_pale = fields.Boolean(
        "Links Are Hard to Read", compute="_compute_aftersales_link_contrast"
    )

    @api.depends("primary_color")
    def _compute_aftersales_link_contrast(self):
        for company in self:
            color = read_color(company.primary_color)
            contrast = get_contrast(color) if color else 0
            # Never rounded up to what is asked for.
            company.aftersales_link_contrast = math.floor(100 * contrast) / 100
            company.aftersales_link_is_pale = bool(color) and contrast < LEGIBLE

    def _get_portal_style(self):
        """Return the company's colours as the style sheet of the portal takes them."""
        color = read_color(self.primary_color)
        if not color:
            return ""
        parts = ", ".join(map(str, get_parts(color)))
        return (
            f"--o_aftersales_color: {color}; --o_aftersales_color-rgb: {parts};"
            f" --o_aftersales_on_color: {get_text_color(color)};"
        )
