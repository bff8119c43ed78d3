from odoo import models
from odoo.fields import Domain


class AftersalesCase(models.Model):
    """Prepared answers: what the composer offers on a case of this type."""

    _inherit = "aftersales.case"

    def get_reply_templates(self):
        """Return the messages that answer these cases, for the composer's menu.

        One's own come first, then those of the type, then those of all types.

        :returns: ``[{"id": …, "display_name": …}]``
        """
        self.check_access("read")
        domain = Domain("model", "=", self._name) & Domain(
            "user_id", "in", [self.env.uid, False]
        )
        templates = self.env["mail.template"].search(domain)
        types = self.type_id
        fitting = templates.filtered(
            # What is not for all of them is for none of them.
            lambda one: not one.aftersales_type_ids or types <= one.aftersales_type_ids
        )
        return [
            {"id": one.id, "display_name": one.display_name}
            for one in fitting.sorted(
                lambda one: (not one.user_id, not one.aftersales_type_ids)
            )
        ]
