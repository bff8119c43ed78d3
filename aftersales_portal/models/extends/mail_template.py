from odoo import api, models
from odoo.exceptions import UserError

SENT_BY_ITSELF = ("template_question", "template_rating", "template_silent")


class MailTemplate(models.Model):
    """The messages that cases send by themselves are there for good."""

    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent_by_itself(self):
        for name in SENT_BY_ITSELF:
            template = self.env.ref(f"aftersales_portal.{name}", False)
            if template and template in self:
                raise UserError(
                    self.env._(
                        "“%s” cannot be deleted: cases send it by themselves. Change its"
                        " text instead.",
                        template.name,
                    )
                )
