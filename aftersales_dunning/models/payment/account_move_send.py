from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty


class AccountMoveSend(models.AbstractModel):
    """An invoice that is sent again does not ask for what is in review."""

    _inherit = "account.move.send"

    @api.model
    def _get_default_mail_body(self, move, mail_template, mail_lang):
        """Say below the template's text what is in review, and what is due now."""
        body = super()._get_default_mail_body(move, mail_template, mail_lang)
        told = move.with_context(lang=mail_lang)._get_review_words()
        if not told or is_html_empty(body):
            return body
        return Markup("%s<p>%s</p>") % (Markup(body), told)
