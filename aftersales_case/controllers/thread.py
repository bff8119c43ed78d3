from odoo.http import request, route

from odoo.addons.mail.controllers.thread import ThreadController

CASE = "aftersales.case"


class CaseThreadController(ThreadController):
    """Who stands in *To:* of a message on a case gets it, or the message is refused."""

    @route()
    def mail_thread_partner_from_email(self, thread_model, thread_id, emails):
        if thread_model != CASE or not thread_id:
            return super().mail_thread_partner_from_email(
                thread_model, thread_id, emails
            )
        case = request.env[CASE].browse(int(thread_id))
        return [
            {"id": partner.id, "name": partner.name, "email": partner.email}
            for partner in case._get_receivers(emails)
        ]

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        emails = post_data.get("partner_emails")
        if emails and thread._name == CASE and request.env.user._is_internal():
            receivers = thread._get_receivers(emails)
            ids = [*(post_data.get("partner_ids") or []), *receivers.ids]
            post_data = post_data | {"partner_ids": ids, "partner_emails": None}
        return super()._prepare_message_data(post_data, thread=thread, **kwargs)
