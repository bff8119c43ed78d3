from odoo import models

COUNTERPARTS = {"body": "body_html"}


class MailComposeMessage(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """What is written about cases holds what its sender may see, and no more.

    Core renders with sudo what is as in the template: its placeholders would tell fields
    that are for few. A template may hold a program all the same: its editor wrote it.
    """

    _inherit = "mail.compose.message"

    def _render_field(self, field, res_ids, *args, **kwargs):
        if self.env.su or not self._is_as_in_template(field):
            return super()._render_field(field, res_ids, *args, **kwargs)
        translated = kwargs.get("compute_lang") or kwargs.get("set_lang")
        if translated and not kwargs.get("res_ids_lang"):
            kwargs["res_ids_lang"] = self._render_lang(res_ids)
        name = COUNTERPARTS.get(field, field)
        return self.template_id._render_field(name, res_ids, *args, **kwargs)

    def _is_as_in_template(self, field):
        """Say whether core would render this of a message about cases with sudo."""
        template = self.template_id
        name = COUNTERPARTS.get(field, field)
        if self.render_model != "aftersales.case" or name not in template._fields:
            return False
        if not template or self.is_mail_template_editor:
            return False
        if field == "body":
            return not self.can_edit_body or self.body_has_template_value
        return self[field] == template[name]
