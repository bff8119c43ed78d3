from odoo import SUPERUSER_ID, api, fields

from odoo.addons.aftersales_case.const import SAID_SINCE


def migrate(cr, version):
    """Keep since when the log knows of messages; none are made up for older ones."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    parameters = env["ir.config_parameter"]
    if not parameters.get_param(SAID_SINCE):
        now = fields.Datetime.to_string(fields.Datetime.now())
        parameters.set_param(SAID_SINCE, now)
