from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from .common import AftersalesCommon

PIXEL = b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


class TestReportFiles(AftersalesCommon):
    """Photos are added while somebody reports."""

    def _upload(self, user, **vals):
        return self._as(user)["ir.attachment"].create(
            {"name": "crack.gif", "datas": PIXEL, "res_model": "aftersales.case"} | vals
        )

    def _report(self, files, user=None):
        return self._as(user or self.reporter)["aftersales.case"].create(
            {
                "name": "Cracked",
                "type_id": self.type_complaint.id,
                "new_file_ids": [Command.set(files.ids)],
            }
        )

    def test_photo_in_the_quick_form(self):
        """What a colleague adds to his report lies on the case."""
        photo = self._upload(self.reporter)
        view = "aftersales_case.aftersales_case_view_form_report"
        with Form(self._as(self.reporter)["aftersales.case"], view=view) as form:
            form.name = "Cracked"
            form.type_id = self.type_complaint
            form.new_file_ids.add(photo)
        case = form.record
        self.assertEqual(case.sudo().file_ids.ids, photo.ids)
        self.assertEqual((photo.res_model, photo.res_id), (case._name, case.id))

    def test_files_of_others(self):
        """Nobody puts what is not his, or lies elsewhere, on his report."""
        case = self._new_case()
        others = self._upload(self.agent)
        laid = self._upload(self.reporter, res_model="res.partner", res_id=0)
        used = self._upload(self.agent, res_id=case.id)
        for file in (others, laid, used):
            with self.assertRaises(AccessError):
                self._report(file)
        self.assertEqual(used.res_id, case.id)
        with self.assertRaises(AccessError):
            self._report(used, self.agent)
