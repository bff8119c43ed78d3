from odoo import models

from ...engine import hide_fields


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _postprocess_access_rights(self, tree):
        """Leave out the fields that the user may not see, wherever they are shown.

        Core does this for fields that have groups in their definition. The cached arch
        is the same for everybody; this runs for each user.
        """
        for root in tree.xpath("//*[@model_access_rights]"):
            if root.tag == "field":  # a link, whose records may be created or not
                continue
            model = self.env[root.get("model_access_rights")]
            if not hasattr(model, "_get_restrictable_fields"):
                continue
            hidden = set(model._get_unseen_fields())
            locked = {
                name
                for name in model._get_restrictable_fields()
                if not model._has_field_access(model._fields[name], "write")
            }
            if locked:
                hide_fields.hide(root, hidden, locked, _is_view)
        return super()._postprocess_access_rights(tree)


def _is_view(node):
    return node.tag != "field" and node.get("model_access_rights") is not None
