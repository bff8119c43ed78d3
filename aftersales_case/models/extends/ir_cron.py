from datetime import timedelta

from odoo import api, fields, models

# By then, whoever is writing has written.
SOON = timedelta(minutes=5)


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _run_again_soon(self):
        """Let the running job come back for the records that others were changing.

        Reporting them as remaining work would call it at once, and again and again.
        """
        job = self.browse(self.env.context.get("cron_id"))
        if job:
            job._trigger(at=fields.Datetime.now() + SOON)
