from odoo import api, models

from ...engine.import_list import FILES, ImportList
from ...engine.private import get_private
from .aftersales_case_import import LIST_KEY


class AftersalesCase(models.Model):
    """The files of a list are uploaded beforehand, and found by their names.

    Only files which the user uploaded himself and which belong to nothing are taken: a
    name in a list is no right to a file.
    """

    _inherit = "aftersales.case"

    @api.model
    def _judge_rows(self, rows):
        rows = super()._judge_rows(rows)
        found = self._find_loose_files({name for row in rows for name in row.files})
        for row in rows:
            missing = [name for name in row.files if name not in found]
            for name in missing:
                row.mistakes.append((FILES, self._tell_missing_file(name), {}))
            if row.files and not missing:
                row.vals[FILES] = [found[name].id for name in row.files]
        return rows

    @api.model
    def _find_loose_files(self, names):
        """Return ``{name: file}`` of the user's own files that belong to nothing.

        Of several with one name it is the last that was uploaded.
        """
        if not names:
            return {}
        files = self.env["ir.attachment"].search(
            [
                ("create_uid", "=", self.env.uid),
                ("name", "in", list(names)),
                ("type", "=", "binary"),
                ("url", "=", False),
                ("public", "=", False),
                ("res_model", "=", False),
                ("res_field", "=", False),
                ("res_id", "in", [0, False]),
            ],
            order="id",
        )
        return {file.name: file for file in files}

    def _tell_missing_file(self, name):
        return self.env._(
            "%s is none of the files that you have uploaded for this list. Upload it, or"
            " correct the name.",
            name,
        )

    @api.model
    def _load_records(self, data_list, update=False):
        if not get_private(self.env.context, LIST_KEY, ImportList):
            return super()._load_records(data_list, update)
        files = [data["values"].get(FILES, ()) for data in data_list]
        # Core may come again, row by row: what it has given us stays as it is.
        data_list = [
            data | {"values": {k: v for k, v in data["values"].items() if k != FILES}}
            for data in data_list
        ]
        cases = super()._load_records(data_list, update)
        for case, file_ids in zip(cases, files, strict=True):
            case._take_files(self.env["ir.attachment"].browse(file_ids))
        return cases

    def _take_files(self, files):
        """Put files on this case; one that another row has got already is copied."""
        self.ensure_one()
        place = {"res_model": self._name, "res_id": self.id}
        loose = files.filtered(lambda file: not file.res_id)
        for file in files - loose:
            file.copy(place)
        if loose:
            loose.write(place)
