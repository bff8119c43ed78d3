from odoo import models


class MailTrackingValue(models.Model):
    _inherit = "mail.tracking.value"

    def _filter_free_field_access(self):
        """What only some may see goes into no message to many."""
        return (
            super()
            ._filter_free_field_access()
            .filtered(lambda tracking: not _is_restricted(tracking))
        )


def _is_restricted(tracking):
    model = tracking.env[tracking.field_id.model]
    if not hasattr(model, "_get_field_right"):
        return False
    right = model._get_field_right(tracking.field_id.name)
    return bool(right) and right.readers is not None
