from odoo import api, models

from .ir_rule import follows_case


class MailMessage(models.Model):
    """What was said about a case stands: nobody changes what somebody else has said.

    Core lets every receiver of a message change its text, and whoever may write the
    record delete it, under its author's name.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._aftersales_ensure_own_name(vals)
        return super().create(vals_list)

    @api.model
    def _aftersales_ensure_own_name(self, vals):
        """Guard: a message made by RPC is its author's own.

        :raises AccessError: for a message about a case in somebody else's name
        """
        said = {
            name: vals.get(name, self.env.context.get(f"default_{name}"))
            for name in ("model", "author_id", "email_from")
        }
        if follows_case(self.env, said["model"]):
            self.env[said["model"]]._message_compute_author(
                said["author_id"], said["email_from"]
            )

    def write(self, vals):
        res = super().write(vals)
        if not self.env.su and "author_id" in vals:
            # sudo: asked where the messages stand, which is shown to nobody
            for message in self.sudo():
                if follows_case(self.env, message.model):
                    self.env[message.model]._message_compute_author(
                        message.author_id.id, message.email_from
                    )
        return res

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
        if self.env.user.has_group("base.group_system"):
            return forbidden
        if self.env.user._is_internal():
            own = self.env.user.partner_id
            ours = (
                ours.filtered(lambda message: message.author_id != own)
                if operation in ("write", "unlink")
                else ours.browse()
            )
        return forbidden + ours.with_env(self.env)
