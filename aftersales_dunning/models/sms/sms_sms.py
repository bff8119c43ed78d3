from contextlib import contextmanager

from odoo import api, fields, models

from odoo.addons.aftersales_case.engine.private import get_private

from ...engine.private import Reminding
from ..credit_control.mail_mail import COMMUNICATION, LINE, look_again_soon
from ..hold.dunning_lock import lock_for_sending

INVOICE = "account.move"
CUSTOMER = "res.partner"
MODELS = (INVOICE, COMMUNICATION, LINE, CUSTOMER)
QUEUE = "sms.ir_cron_sms_scheduler_action"


def _get_last_day(items):
    """Return when the last of some ``ItemNow`` is due, or False."""
    return max((item.due_on for item in items if item.due_on), default=False)


class SmsSms(models.Model):
    """The gate of text messages: none asks for what may not be dunned by now.

    A text is not restated: it names what it names. So it is stopped when less may be
    asked for than when it was written, or when that is due later by now.
    """

    _inherit = "sms.sms"

    reminder_model = fields.Char("Reminder about (Model)", readonly=True)
    reminder_res_id = fields.Many2oneReference(
        "Reminder about", model_field="reminder_model", readonly=True
    )
    reminder_amount = fields.Float("Asked for", readonly=True)
    reminder_due_on = fields.Date("Due When Written", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Know of reminders what they are about, and what may be asked for then."""
        texts = super().create(vals_list)
        reminding = get_private(self.env.context, "dunning_reminding", Reminding)
        for text in texts:
            message = text.mail_message_id
            about = message if message.model else reminding
            if text.reminder_model or not about or about.model not in MODELS:
                continue
            if reminding or message.model in (COMMUNICATION, LINE):
                text.reminder_model = about.model
                text.reminder_res_id = about.res_id
        reminders = texts.filtered(
            lambda text: text.reminder_model in MODELS and text.reminder_res_id
        )
        items = reminders._get_reminded_items()
        claims = items and items[reminders[:1]].union(*items.values())._get_claims_now()
        for text in reminders:
            own = [claims[key] for key in items[text].ids]
            text.reminder_amount = sum(claim.open for claim in own)
            text.reminder_due_on = _get_last_day(own)
        return texts

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send reminders one by one, each under the lock of its invoices."""
        options = {
            "unlink_failed": unlink_failed,
            "unlink_sent": unlink_sent,
            "raise_exception": raise_exception,
        }
        reminders = self.filtered("reminder_model")
        result = None
        if others := self - reminders:
            result = super(SmsSms, others)._send(**options)
        for text in reminders:
            with text._gate() as may_leave:
                if may_leave:
                    super(SmsSms, text)._send(**options)
        return result

    # === The gate === #

    @contextmanager
    def _gate(self):
        """Say whether a reminder may leave, and keep holds away until the end.

        One that may not is cancelled; one whose invoice is just being held stays in the
        queue. As the gate of mails: see ``mail_mail.py``.
        """
        self.ensure_one()
        items = self._get_reminded_items()[self]
        if self._is_stopped(items):
            self._stop()
            yield False
            return
        with lock_for_sending(self.env, *items._get_dunning_locks()) as cr:
            if cr is None or items.move_id._is_hold_starting(cr):
                look_again_soon(self.env, QUEUE)
                yield False
            elif self._is_stopped(items, cr):
                self._stop()
                yield False
            else:
                yield True

    def _get_reminded_items(self):
        """Return ``{text: open items that it is about}``."""
        result = {}
        for model, texts in self.grouped("reminder_model").items():
            # sudo: the judge looks at everything, whoever sends
            records = self.env[model].sudo().browse(texts.mapped("reminder_res_id"))
            records = records.exists()
            if model == INVOICE:
                lines = records._get_open_lines()
                by_record = lines.grouped(lambda line: line.move_id.id)
            elif model == CUSTOMER:
                by_record = records._get_open_items_of_customers()
            elif model == COMMUNICATION:
                by_record = {
                    one.id: one.credit_control_line_ids.move_line_id for one in records
                }
            else:
                by_record = {one.id: one.move_line_id for one in records}
            for text in texts:
                none = self.env["account.move.line"].sudo()  # sudo: as above
                result[text] = by_record.get(text.reminder_res_id, none)
        return result

    def _is_stopped(self, items, cr=None):
        """Say whether a text asks for what may not be dunned.

        :param items: the open items that it is about
        :param cr: another cursor to read with, see ``dunning_lock.py``
        """
        claims = list(items._get_claims_now(cr).values())
        if cr is not None and not claims:
            return False  # made in this transaction
        amount, due_on = sum(claim.open for claim in claims), _get_last_day(claims)
        currency = items.currency_id[:1] or self.env.company.currency_id
        if currency.is_zero(amount):
            return True  # paid, or held in full
        if currency.compare_amounts(amount, self.reminder_amount) < 0:
            return True
        before, today = self.reminder_due_on, fields.Date.context_today(self)
        return bool(before and due_on and due_on > before and due_on > today)

    def _stop(self):
        """Cancel a text, and say so where it was written."""
        self.action_set_canceled()
        # sudo: as above
        record = self.env[self.reminder_model].sudo().browse(self.reminder_res_id)
        for one in record.exists():
            one._message_log(
                body=self.env._(
                    "A text message was not sent: it asked for what may not be dunned by"
                    " now."
                )
            )
