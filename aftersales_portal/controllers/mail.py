from odoo.http import request

from odoo.addons.portal.controllers import mail

from ..engine.answers import read_ids


class MailController(mail.MailController):
    """Links of notifications lead customers to the page of their case."""

    @classmethod
    def _redirect_to_record(cls, model, res_id, access_token=None, **kwargs):
        if not (model or "").startswith("aftersales."):
            return super()._redirect_to_record(
                model, res_id, access_token=access_token, **kwargs
            )
        # Core looks for the record first: who may not see it learns whether it is there.
        if not request.session.uid:
            return cls._redirect_to_login_with_mail_view(
                model, res_id, access_token=access_token, **kwargs
            )
        if not request.env.user.share:
            return super()._redirect_to_record(
                model, res_id, access_token=access_token, **kwargs
            )
        if model == "aftersales.case":
            service = request.env["aftersales.portal.service"]
            partner = request.env.user.partner_id
            for case_id in read_ids([str(res_id)]):
                if service._find_case(partner, case_id):
                    return request.redirect(service._get_url(case_id))
        return cls._redirect_to_generic_fallback(
            model, res_id, access_token=access_token, **kwargs
        )
