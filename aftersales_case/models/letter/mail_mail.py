from odoo import models
from odoo.tools.mail import email_normalize, html2plaintext

from .aftersales_link_mixin import MARKER


class MailMail(models.Model):
    """The only place where a link is made: each receiver gets one of his own."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        outgoing = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        if not any(MARKER.search(values["body"] or "") for values in outgoing):
            return outgoing
        record = self._get_linked_record()
        return [
            self._put_own_links(single, record)
            for values in outgoing
            for single in self._split_by_receiver(values)
        ]

    def _get_linked_record(self):
        """Return the record that the markers of this mail are about, or an empty one."""
        self.ensure_one()
        mixin = self.env["aftersales.link.mixin"]
        linked = self.env.registry[mixin._name]._inherit_children
        if self.model not in linked:
            return mixin
        # sudo: who was allowed to send the mail was allowed to send what is in it
        return self.env[self.model].sudo().browse(self.res_id).exists()

    def _split_by_receiver(self, values):
        """Return the values of a mail once per address: nobody gets another's link."""
        addresses = values["email_to"] + values["email_cc"]
        if values["partner_id"] or len(addresses) < 2:
            return [values]
        return [
            values
            | {
                "email_to": [address],
                "email_cc": [],
                "email_to_normalized": [email_normalize(address)],
                "email_to_raw": address,
            }
            for address in addresses
        ]

    def _put_own_links(self, values, record):
        """Return the values of a mail to one receiver with his links."""
        partner = values["partner_id"] or self.env["res.partner"]
        address = next(iter(values["email_to_normalized"] or []), "")
        if record and not partner and address:
            partner = record._get_link_partner(address)
        # sudo: as above
        body = record._put_links(values["body"], partner.sudo(), address)
        return values | {"body": body, "body_alternative": html2plaintext(body)}
