import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

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
    stamp = fields.Char(
        help="Tells a page whether it shows what was saved last, or something older."
    )

    _form_uniq = models.Constraint(
        "UNIQUE(user_id, key)",
        "There is a draft of this form already. Reload the page.",
    )

    @api.model
    def _insert(self, key):
        """Return a new draft of the user, or none where there is one of this form.

        Of two requests at once one waits for the other, and is tried again by Odoo.
        """
        self.env.cr.execute(
            SQL(
                "INSERT INTO aftersales_portal_draft"
                " (user_id, key, create_uid, write_uid, create_date, write_date)"
                " VALUES (%(uid)s, %(key)s, %(uid)s, %(uid)s, %(now)s, %(now)s)"
                " ON CONFLICT (user_id, key) DO NOTHING RETURNING id",
                uid=self.env.uid,
                key=key,
                now=fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _keep(self, typed):
        """Keep what was typed; pages that were opened before show something older."""
        self.write({"typed": typed, "stamp": secrets.token_urlsafe(9)})

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
