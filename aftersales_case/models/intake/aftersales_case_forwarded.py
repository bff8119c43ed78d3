from datetime import UTC

from pytz import timezone

from odoo import api, models
from odoo.tools import plaintext2html

from .mail_thread import IncomingMail


class AftersalesCase(models.Model):
    """Mails that a colleague forwards: the case is the customer's, not the colleague's."""

    _inherit = "aftersales.case"

    def _prepare_mail_vals(self, msg_dict, custom_values):
        """Take subject, words and date of the original of a forwarded mail."""
        vals = super()._prepare_mail_vals(msg_dict, custom_values)
        mail = IncomingMail.of(self.env)
        forwarded = mail and mail.forwarded
        if not forwarded:
            return vals
        company = self.env["res.company"].browse(custom_values.get("company_id"))
        sent = self._get_forwarded_date(forwarded.sent, company or self.env.company)
        if sent:
            vals["reported_at"] = self._get_reported_at({"date": sent})
        if forwarded.words:
            vals["description"] = plaintext2html(forwarded.words)
        return vals | {"name": forwarded.subject or vals["name"]}

    @api.model
    def _get_forwarded_date(self, sent, company):
        """Return a date in UTC; one without a zone is in that of our company."""
        if not sent:
            return False
        if not sent.tzinfo:
            # sudo: the gateway runs as the sender's user
            zone = company.sudo().resource_calendar_id.tz or "UTC"
            sent = timezone(zone).localize(sent)
        return sent.astimezone(UTC).replace(tzinfo=None)

    def _settle_intake(self):
        res = super()._settle_intake()
        mail = IncomingMail.of(self.env)
        forwarded = mail and mail.forwarded
        if forwarded and mail.intake:
            colleague = self.env["aftersales.intake"]._find_colleague(
                self.env["aftersales.intake"]._get_writer_address(mail)
            )
            self._message_log(
                body=self.env._(
                    "%(colleague)s forwarded this mail of %(sender)s. %(comment)s",
                    colleague=colleague.name,
                    sender=forwarded.name or forwarded.address,
                    comment=forwarded.comment,
                )
            )
        return res
