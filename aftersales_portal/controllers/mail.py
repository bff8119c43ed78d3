from odoo.http import request

from odoo.addons.portal.controllers import mail

from ..engine.answers import read_ids


class MailController(mail.MailController):
    """Links of notifications lead customers to the page of their case."""

    @classmethod
    def _redirect_to_record(cls, model, res_id, access_token=None, **kwargs):
        if (
            model == "aftersales.case"
            and request.session.uid
            and request.env.user.share
        ):
            service = request.env["aftersales.portal.service"]
            partner = request.env.user.partner_id
            for case_id in read_ids([str(res_id)]):
                if service._find_case(partner, case_id):
                    return request.redirect(service._get_url(case_id))
        return super()._redirect_to_record(
            model, res_id, access_token=access_token, **kwargs
        )
