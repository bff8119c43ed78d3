from odoo import api, models

from ...engine.logs import hide_secrets


class AftersalesCase(models.Model):
    """Customers quote our mails with the links in them: colleagues do not get those.

    Whoever has such a link acts, and rates, as the customer.
    """

    _inherit = "aftersales.case"

    def _message_create(self, values_list):
        for values in values_list:
            _hide(values, "body")
        return super()._message_create(values_list)

    @api.model
    def _prepare_mail_vals(self, msg_dict, custom_values):
        vals = super()._prepare_mail_vals(msg_dict, custom_values)
        _hide(vals, "description")
        return vals


def _hide(values, name):
    if text := values.get(name):
        values[name] = type(text)(hide_secrets(text))
