from odoo import models

from ...engine.private import Reminding
from ...models.credit_control.mail_mail import COMMUNICATION, LINE
from ...models.sms.sms_sms import MODELS


class SmsComposer(models.TransientModel):
    """What a template writes knows that it asks for money, in the queue as well."""

    _inherit = "sms.composer"

    def _action_send_sms(self):
        composer, records = self, self._get_records()
        name = records._name if records is not None else None
        if self.template_id.is_dunning_reminder or name in (COMMUNICATION, LINE):
            # Sent to numbers, a text names no document.
            about = Reminding(
                name, records.id if records and len(records) == 1 else None
            )
            composer = self.with_context(dunning_reminding=about)
        return super(SmsComposer, composer)._action_send_sms()

    def _prepare_mass_sms_values(self, records):
        """Name what each text is about: without a log nothing else says it."""
        values = super()._prepare_mass_sms_values(records)
        is_reminder = self.template_id.is_dunning_reminder and records._name in MODELS
        if is_reminder or records._name in (COMMUNICATION, LINE):
            for record in records:
                values[record.id] |= {
                    "reminder_model": records._name,
                    "reminder_res_id": record.id,
                }
        return values
