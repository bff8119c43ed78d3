import os
from pathlib import Path
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError

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

    @api.model
    def _file_write(self, bin_value, checksum):
        """Put a file into its place whole, so that nobody finds half of it there.

        The same report may come twice at the same moment: a form sent by a double click,
        a mail fetched by two workers. Whoever comes second would take the half that is
        there for other content, and refuse (mended like this in odoo/odoo#260162).
        """
        name, path = self._get_path(bin_value, checksum)
        if os.path.exists(path):
            return name
        part = Path(f"{path}.{uuid4().hex}")
        try:
            part.write_bytes(bin_value)
            self._mark_for_gc(name)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return name

    def _check_access(self, operation):
        """Who only reports takes away, or rewrites, no file of somebody else."""
        result = super()._check_access(operation)
        if operation not in ("write", "unlink") or self.env.su or not self:
            return result
        if self.env.user.has_group("aftersales_case.group_aftersales_agent"):
            return result
        forbidden, error = result or (self.browse(), None)
        # sudo: asked where the files lie, which is shown to nobody
        others = (self - forbidden).sudo()
        others = others.filtered(
            lambda file: (
                file.create_uid.id != self.env.uid
                and file.res_id
                and follows_case(self.env, file.res_model)
            )
        )
        if not others:
            return result
        return forbidden + others.with_env(self.env), error or self._get_foreign_error

    def _get_foreign_error(self):
        return AccessError(
            self.env._(
                "Files: only agents of After-sales change or delete what others put on a"
                " case. Write a message on the case instead."
            )
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
