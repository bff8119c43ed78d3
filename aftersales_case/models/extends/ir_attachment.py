from odoo import fields, models

from .ir_rule import follows_case


class IrAttachment(models.Model):
    """Files of cases: what they are, and that customers take none away again."""

    _inherit = "ir.attachment"

    aftersales_kind_id = fields.Many2one(
        "aftersales.attachment.kind",
        "Kind on the Case",
        index="btree_not_null",
        ondelete="restrict",
    )

    def _has_attachments_ownership(self, attachment_tokens):
        """Nobody outside owns a file of a case: evidence stays, gates count it.

        Core hands a token for each file to whoever sent it, and deletes by that token.
        """
        owned = super()._has_attachments_ownership(attachment_tokens)
        if not owned or self.env.su or self.env.user._is_internal():
            return owned
        # sudo: asked where the files lie, which is shown to nobody
        return not any(follows_case(self.env, file.res_model) for file in self.sudo())
