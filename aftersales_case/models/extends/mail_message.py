from odoo import models

from .ir_rule import follows_case


class MailMessage(models.Model):
    """What was said about a case stands: only who works on the case may change it.

    Core lets every receiver of a message change its text, under its author's name.
    """

    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        forbidden = super()._get_forbidden_access(operation)
        if operation == "read" or self.env.su:
            return forbidden
        # sudo: asked where the messages stand, which is shown to nobody
        ours = (
            (self - forbidden)
            .sudo()
            .filtered(lambda message: follows_case(self.env, message.model))
        )
        if self.env.user._is_internal():
            ours = ours._aftersales_filter_foreign(operation, self.env)
        return forbidden + ours.with_env(self.env)

    def _aftersales_filter_foreign(self, operation, env):
        """Return those of these messages that a colleague changes for somebody else.

        :param operation: what he wants to do
        :param env: environment of the colleague; these messages are read with sudo
        """
        if operation != "write":
            return self.browse()
        others = self.filtered(lambda m: m.author_id != env.user.partner_id)
        foreign = self.browse()
        for model, messages in others.grouped("model").items():
            records = env[model].browse(set(messages.mapped("res_id"))).exists()
            allowed = records._filtered_access("write")
            foreign |= messages.filtered(lambda m, a=allowed: m.res_id not in a.ids)
        return foreign
