import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import INTAKE_ADDED, INTAKE_CASE, INTAKE_REFUSED, MOST_DAYS
from ...engine import incoming
from .aftersales_intake_log import FAILURES

# How many originals one run deletes.
MOST_DELETED = 1000


class AftersalesIntake(models.Model):
    """Retention: how long the original of a mail is kept. Its row stays."""

    _inherit = "aftersales.intake"

    source_deleted_at = fields.Datetime(
        "Original Deleted On",
        readonly=True,
        help="When the original mail was deleted, as the settings say.",
    )
    # Some programs give every mail the same Message-Id: see ``_get_message_id``.
    origin_key = fields.Char(
        "Sender and Date in Short",
        readonly=True,
        help="Tells a copy of a deleted original from another mail of the same id.",
    )

    # What the autovacuum looks for.
    _keep_idx = models.Index(
        "(company_id, state, received_at) WHERE source_deleted_at IS NULL"
    )

    @api.autovacuum
    def _gc_sources(self):
        """Delete the originals that their company no longer keeps.

        One that could not be processed through no fault of its own is kept, and so is
        one that waits.
        """
        old = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", states)
            & Domain("received_at", "<", self._get_days_ago(days))
            # sudo: the system cleans up, whoever runs it
            for company in self.env["res.company"].sudo().search([])
            for states, days in (
                ([INTAKE_REFUSED], company.aftersales_refused_source_days),
                ([INTAKE_CASE, INTAKE_ADDED], company.aftersales_source_days),
            )
            if days > 0
        )
        failed = Domain("state", "=", INTAKE_REFUSED) & Domain("reason", "in", FAILURES)
        # sudo: as above
        mails = self.sudo().search(
            Domain("source_deleted_at", "=", False) & old & ~failed,
            order="received_at",
            limit=MOST_DELETED,
        )
        for mail in mails.filtered("source"):
            mail.origin_key = incoming.get_origin_key(base64.b64decode(mail.source))
        mails.write({"source": False, "source_deleted_at": fields.Datetime.now()})
        return len(mails), len(mails) == MOST_DELETED

    @api.model
    def _get_days_ago(self, days):
        return fields.Datetime.now() - timedelta(days=min(days, MOST_DAYS))
