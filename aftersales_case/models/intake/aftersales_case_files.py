from odoo import fields, models
from odoo.exceptions import AccessError


class AftersalesCase(models.Model):
    """Photos and files that somebody adds while he reports a case."""

    _inherit = "aftersales.case"

    new_file_ids = fields.Many2many(
        "ir.attachment",
        string="Photos and Files",
        compute="_compute_new_file_ids",
        inverse="_inverse_new_file_ids",
        help="What is added here stands under Files afterwards.",
    )

    def _compute_new_file_ids(self):
        self.new_file_ids = False

    def _inverse_new_file_ids(self):
        """Put what the user has just uploaded on its case.

        :raises AccessError: for a file of somebody else, or one that lies elsewhere
        """
        for case in self:
            # sudo: asked who uploaded a file and where it lies, which is shown to nobody
            files = case.new_file_ids.sudo()
            if files.filtered(self._is_no_fresh_upload):
                raise AccessError(
                    self.env._(
                        "Photos and Files: only what you have just uploaded can be"
                        " added. Upload it again."
                    )
                )
            files.write({"res_model": self._name, "res_id": case.id})

    def _is_no_fresh_upload(self, file):
        """Say whether a file is not the user's own, or belongs to a record."""
        return (
            file.create_uid != self.env.user
            or file.res_id
            or file.res_field
            or file.res_model not in (False, self._name)
        )
