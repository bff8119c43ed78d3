from odoo import models

from ...engine.private import Reminding


class MailThread(models.AbstractModel):
    """What a template sends knows that it asks for money."""

    _inherit = "mail.thread"

    def _message_sms_with_template(
        self, template=False, template_xmlid=False, **kwargs
    ):
        used = template
        if not used and template_xmlid:
            used = self.env.ref(template_xmlid, raise_if_not_found=False)
        thread = self
        if used and used.is_dunning_reminder:
            thread = self.with_context(dunning_reminding=Reminding())
        return super(MailThread, thread)._message_sms_with_template(
            template=template, template_xmlid=template_xmlid, **kwargs
        )
