from datetime import timedelta

from odoo import api, fields, models

from ...const import DRAFT_DAYS

MOST_DRAFTS = 500


class AftersalesPortalDraft(models.Model):
    """What a customer typed and sent in a form that was not complete yet, files included.

    Written and read by the service of the portal only.
    """

    _name = "aftersales.portal.draft"
    _description = "Draft of a Customer"
    _order = "id desc"
    _rec_name = "key"

    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", index=True
    )
    key = fields.Char("Form", required=True, help="Which form, and of which record.")
    typed = fields.Json(help="{name of the field of the form: text, or list of texts}")
    file_ids = fields.Many2many("ir.attachment", string="Files")

    def _discard(self):
        """Forget drafts, and their files that no message has taken."""
        self.file_ids.filtered(lambda file: file.res_model == self._name).unlink()
        self.unlink()

    @api.autovacuum
    def _gc_drafts(self):
        """Forget what nobody went on with for a month."""
        limit = fields.Datetime.now() - timedelta(days=DRAFT_DAYS)
        # sudo: the system cleans up, whoever runs it
        old = self.sudo().search([("write_date", "<", limit)], limit=MOST_DRAFTS)
        old._discard()
        return len(old), len(old) == MOST_DRAFTS
