from odoo import api, models

from odoo.addons.base_import.models.base_import import FIELDS_RECURSION_LIMIT

from ...engine.import_list import ImportRun
from .aftersales_case_import import RUN_KEY


class BaseImportImport(models.TransientModel):
    """Lists of cases have a past for managers, and a rehearsal that leaves no trace."""

    _inherit = "base_import.import"

    @api.model
    def get_fields_tree(self, model, depth=FIELDS_RECURSION_LIMIT):
        """Add the past of cases, for managers."""
        tree = super().get_fields_tree(model, depth)
        if model == "aftersales.case" and depth == FIELDS_RECURSION_LIMIT:
            tree += self.env[model]._get_list_columns()
        return tree

    def execute_import(self, fields, columns, options, dryrun=False):
        """Tell cases which part of the list comes, and whether it is only a rehearsal.

        :returns: as in core; for cases also ``skipped``, see their ``load``
        """
        if self.res_model != "aftersales.case":
            return super().execute_import(fields, columns, options, dryrun=dryrun)
        run = ImportRun(rehearsal=bool(dryrun), offset=options.get("skip") or 0)
        told = self.with_context(**{RUN_KEY: run})
        if dryrun:
            # Mails that are sent at once leave with the commit, although what they are
            # about was taken back.
            told = told.with_context(mail_notify_force_send=False)
        result = super(BaseImportImport, told).execute_import(
            fields, columns, options, dryrun=dryrun
        )
        if dryrun:
            # What was noted for the commit is about cases that are gone, and so is what
            # the cache knows.
            self.env.flush_all()
            self.env.cr.clear()
        return result
