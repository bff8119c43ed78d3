from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Scripts of this addon speak the language of the page, too."""
        return [*super()._get_translation_frontend_modules_name(), "aftersales_portal"]
