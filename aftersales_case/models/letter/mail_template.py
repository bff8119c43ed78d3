from odoo import models
from odoo.exceptions import AccessError

EDITORS = ("mail.group_mail_template_editor", "base.group_system")


class MailTemplate(models.Model):
    """Managers of after-sales edit the messages of its models, and no others."""

    _inherit = "mail.template"

    def write(self, vals):
        judged = not self.env.su and any(self._is_taken_from(vals))
        if judged and not any(map(self.env.user.has_group, EDITORS)):
            raise AccessError(
                self.env._(
                    "Applies to: a message of after-sales stays one. Make a new template"
                    " for other documents."
                )
            )
        return super().write(vals)

    def _is_taken_from(self, vals):
        """Say of each of these whether values take a message of ours to other records."""
        for template in self:
            if (template.model or "").startswith("aftersales."):
                yield (
                    vals.get("model_id", template.model_id.id) != template.model_id.id
                    or vals.get("model", template.model) != template.model
                )
