from odoo import api, models

from ...engine import mail_headers


class AftersalesIntake(models.Model):
    """Mails that somebody else than their writer brings us: lists."""

    _inherit = "aftersales.intake"

    @api.model
    def _recognise(self, mail):
        """Find out of what kind a mail is, as soon as it has been read.

        :param mail: ``IncomingMail``, parsed; changed in place
        """
        mail.relayed = self._is_relayed(mail)

    # === Lists === #

    @api.model
    def _is_relayed(self, mail):
        """Say whether a list put an address of ours in place of the writer's."""
        writer = self._get_writer_address(mail)
        through_list = mail_headers.get_list_id(
            mail.message
        ) or mail_headers.is_of_list(mail.message)
        # sudo: the gateway runs as the sender's user
        domains = self.env["mail.alias.domain"].sudo()
        return bool(writer and through_list and domains._find_aliases([writer]))
