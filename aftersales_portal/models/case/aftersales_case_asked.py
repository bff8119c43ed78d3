from markupsafe import Markup

from odoo import models

from ...const import ASK_AGREED, ASK_CLOSE, ASK_REFUSED, ASK_SILENT, ASK_UNREACHED


class AftersalesCase(models.Model):
    """What customers want of a case, and a stage keeps from them."""

    _inherit = "aftersales.case"

    def _ask_responsible(self, asked, stage, error=None):
        """Ask the responsible, once, for what the customer cannot bring about himself.

        :param asked: key of what it is, an ``ASK_…``
        :param stage: where the case should go; what that lacks is told
        :param error: what else kept it from there
        """
        self.ensure_one()
        # In the words of the responsible, not of the customer who acts.
        case = self.with_context(lang=self.user_id.lang)
        summary = case._get_asked()[asked]
        if summary in case.activity_ids.mapped("summary"):
            return
        stage = stage.with_env(case.env)
        missing = case._missing_for(stage)[case] if stage else []
        texts = [item.text for item in missing] or [str(error or "")]
        case.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>") % " ".join(texts),
            user_id=case.user_id.id,
        )

    def _get_asked(self):
        """Return ``{key: what the responsible is asked to do}``."""
        return {
            ASK_CLOSE: self.env._("The customer wants this closed"),
            ASK_AGREED: self.env._("The customer accepts: take the case on"),
            ASK_REFUSED: self.env._("The customer refuses: go on with the case"),
            ASK_SILENT: self.env._("The customer does not answer: close the case"),
            ASK_UNREACHED: self.env._("The customer has no address: call him"),
        }
