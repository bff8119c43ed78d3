from odoo import api, fields, models

from ...const import (
    REFUSED_CLOSED,
    REFUSED_CONTENT,
    REFUSED_FILE,
    REFUSED_KEY,
    REFUSED_ORIGIN,
    REFUSED_RATE,
    REFUSED_ROBOT,
    REFUSED_SIZE,
    REFUSED_TOKEN,
)


class AftersalesIntake(models.Model):
    """What an administrator does so that the like is not refused again."""

    _inherit = "aftersales.intake"

    remedy = fields.Char("What to Do", compute="_compute_remedy")

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_remedy(self):
        remedies = self._get_remedies()
        for intake in self:
            intake.remedy = remedies.get(intake.reason, False)

    @api.model
    def _get_remedies(self):
        """Return ``{reason: sentence}``."""
        return {
            REFUSED_ORIGIN: self.env._(
                "If the website is yours, add it to the Allowed Websites of the channel."
            ),
            REFUSED_TOKEN: self.env._(
                "Enter the token or the hook of the channel in the program again. If it"
                " is lost, make a new one on the channel."
            ),
            REFUSED_CLOSED: self.env._(
                "Unarchive the channel, or one of its case types, to open it."
            ),
            REFUSED_RATE: self.env._(
                "If people sent them, raise the limits of the channel."
            ),
            REFUSED_SIZE: self.env._(
                "The sender was told. If so much is welcome, raise Megabytes on the"
                " channel."
            ),
            REFUSED_FILE: self.env._(
                "The sender was told. Pictures, films, PDF, text and office documents"
                " are taken, as many as the channel says."
            ),
            REFUSED_CONTENT: self.env._(
                "It is not what the case type asks of customers. Change that in its"
                " Field Rules, or make a case of it in words."
            ),
            REFUSED_KEY: self.env._(
                "The program is to send a new Idempotency-Key with each new report."
            ),
            REFUSED_ROBOT: self.env._(
                "If a person wrote it after all, bring it back to the inbox."
            ),
        }
