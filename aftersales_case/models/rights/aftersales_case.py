from odoo import api, models

from ..case.aftersales_case_options import TranslatedProperties


class AftersalesCase(models.Model):
    _name = "aftersales.case"
    _inherit = ["aftersales.case", "aftersales.restricted.mixin"]

    restricted_properties = TranslatedProperties(
        "Restricted Own Fields",
        definition="type_id.restricted_properties_definition",
        copy=True,
        help="Own fields of the type whose answers only chosen roles see.",
    )

    @api.model
    def _get_restrictable_fields(self):
        names = (
            "cause_id",
            "cost",
            "description",
            "email",
            "phone",
            "rejection_reason_id",
            "resolution_id",
            "solution",
            "supplier_id",
        )
        return (
            super()._get_restrictable_fields()
            | dict.fromkeys(names)
            # Never open by mistake: without a right they are for leaders.
            | {"restricted_properties": "aftersales_case.group_aftersales_leader"}
        )

    @api.model
    def _ensure_no_own_defaults(self):
        """Guard: nobody answers an own field by the context that he may not answer.

        Core takes such defaults with sudo, at creation and when the type changes. What
        the system makes with sudo still has the caller's context.

        :raises AccessError: naming the field
        """
        for key in self.env.context:
            field = key.removeprefix("default_").partition(".")[0]
            if key.startswith("default_") and "." in key and field in self._fields:
                self.sudo(False)._check_field_access(self._fields[field], "write")

    def _clean_properties(self):
        """Drop answers that the type no longer asks, also those the user may not see."""
        # sudo: see above
        return super(AftersalesCase, self.sudo())._clean_properties()

    def _note_for_few(self, field, changes):
        """Note changes in the chatter, for those only who may see the field.

        :param field: name of the field
        :param changes: ``{case id: [(label, before, after)]}``
        """
        messages = self._message_log_batch(dict.fromkeys(self.ids, ""))
        # sudo: core shows a tracked value to who may see its field
        self.env["mail.tracking.value"].sudo().create(
            [
                {
                    "mail_message_id": message.id,
                    "field_id": self.env["ir.model.fields"]._get(self._name, field).id,
                    "field_info": {"name": field, "desc": label, "type": "char"},
                    "old_value_char": str(before),
                    "new_value_char": str(after),
                }
                for message in messages
                for label, before, after in changes[message.res_id]
            ]
        )

    def _mail_get_primary_email(self):
        if self._has_field_access(self._fields["email"], "read"):
            return super()._mail_get_primary_email()
        return dict.fromkeys(self.ids, False)

    def _message_add_default_recipients(self):
        """Suggest no address to who may not see it; the customer is suggested anyway."""
        if self._has_field_access(self._fields["email"], "read"):
            return super()._message_add_default_recipients()
        # sudo: the address is left out
        found = super(AftersalesCase, self.sudo())._message_add_default_recipients()
        return {
            case_id: recipients
            | {
                "email_to_lst": [],
                "partners": recipients["partners"].with_env(self.env),
            }
            for case_id, recipients in found.items()
        }

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """One mail goes to many: it tells no change of a restricted field."""
        values = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs
        )
        if values.get("tracking_values"):
            # sudo: as core; what only some may see is left out
            tracking = message.sudo().tracking_value_ids._filter_free_field_access()
            free = self._track_filter_for_display(tracking)._tracking_value_format()
            values["tracking_values"] = [
                (line["fieldInfo"]["changedField"], line["oldValue"], line["newValue"])
                for line in free
            ]
        return values
