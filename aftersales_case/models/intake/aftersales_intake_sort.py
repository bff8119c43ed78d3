import base64

from odoo import models
from odoo.exceptions import UserError

from ...const import INTAKE_ADDED, INTAKE_CASE
from ...engine import incoming
from .mail_thread import MAIL_KEY, IncomingMail


class AftersalesIntake(models.Model):
    """Sorting by hand: a waiting mail becomes a case, or joins one."""

    _inherit = "aftersales.intake"

    def _make_case(self):
        """Turn this mail into a case of its type.

        :returns: the new case, with message, files and sender
        """
        self._check_unsorted()
        self._check_source()
        return self._route_to("aftersales.case", 0, self._prepare_case_defaults(self))

    def _add_to(self, case):
        """Add this mail, with its files, to an existing case."""
        self._check_unsorted()
        self._check_source()
        self._route_to("aftersales.case", case.id, {})
        # sudo: whoever reads a case may add to it, even if he cannot change it
        self.sudo().write({"state": INTAKE_ADDED, "case_id": case.id})

    def _check_unsorted(self):
        """Raise when this mail already stands on a case: it must not stand on two."""
        self.ensure_one()
        if self.state in (INTAKE_CASE, INTAKE_ADDED):
            raise UserError(
                self.env._("This mail already belongs to case %s.", self.case_id.number)
            )

    def _check_source(self):
        """Raise when there is nothing to deliver: the disk was full, or it was deleted."""
        if not self.source:
            raise UserError(
                self.env._(
                    "Original Mail: it could not be kept. Ask %(sender)s to send it"
                    " again, or make a case by hand and dismiss this mail.",
                    sender=self.email_from,
                )
            )

    def _route_to(self, model, thread_id, vals):
        """Let core's gateway deliver the kept source once more, where we say.

        The waiting copy of the message is dropped: one mail stands in one place.
        """
        source = base64.b64decode(self.source)
        parsed, readable = incoming.parse(source)
        refusal = incoming.find_refusal(parsed)
        mail = IncomingMail(source, parsed, refusal, intake=self, readable=readable)
        # sudo: the message is the sender's; the caller may write this intake
        waiting = self.sudo().message_ids.filtered(
            lambda message: message.message_id == self.message_id
        )
        waiting.attachment_ids.unlink()
        waiting.unlink()
        gateway = self.env["mail.thread"].with_context(
            **{MAIL_KEY: mail}, image_no_postprocess=True
        )
        values = gateway.message_parse(parsed)
        routes = [(model, thread_id, vals, self.env.uid, None)]
        values |= gateway._message_parse_post_process(parsed, values, routes)
        return self.env[model].browse(
            gateway._message_route_process(parsed, values, routes)
        )
