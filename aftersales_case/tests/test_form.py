from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestForm(AftersalesCommon):
    """The form of a case, put together of the views of the rooms."""

    def test_own_views_come_first(self):
        """A view of another addon, older after an update, finds what the rooms add."""
        form = self.env.ref("aftersales_case.aftersales_case_view_form")
        own = form.inherit_children_ids.filtered(
            lambda view: view.xml_id.startswith("aftersales_case.")
        )
        self.assertTrue(own)
        default = self.env["ir.ui.view"].default_get(["priority"])["priority"]
        self.assertLess(max(own.mapped("priority")), default)
