from datetime import timedelta

from odoo import api, fields, models

# How long the calendars of who does not come any more are told so.
KEPT = timedelta(days=30)
MOST_GONE = 1000


class AftersalesVisitGone(models.Model):
    """Who was on a visit, and is not any more.

    Programs that read a technician's calendar forget an entry when they are told that it
    was called off; some keep for ever what is only left out.
    """

    _name = "aftersales.visit.gone"
    _description = "Visit Taken from Somebody"
    _inherit = "aftersales.case.part"
    _order = "id desc"
    _rec_name = "visit_id"

    visit_id = fields.Many2one(
        "aftersales.visit", required=True, readonly=True, ondelete="cascade", index=True
    )
    case_id = fields.Many2one(related="visit_id.case_id", store=True, index=True)
    resource_id = fields.Many2one(
        "resource.resource",
        "Technician",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime("End", required=True, readonly=True)

    _once = models.Constraint(
        "UNIQUE(resource_id, visit_id)", "A visit is taken from somebody once."
    )

    @api.model
    def _note(self, taken):
        """Note from whom visits were taken.

        :param taken: ``{(resource id, visit id): (start, stop)}``
        """
        if not taken:
            return
        gone = self.sudo()  # sudo: kept by the system
        visit_ids = {visit_id for _resource, visit_id in taken}
        known = gone.search([("visit_id", "in", list(visit_ids))])
        known.filtered(lambda g: (g.resource_id.id, g.visit_id.id) in taken).unlink()
        gone.create(
            [
                {
                    "resource_id": resource_id,
                    "visit_id": visit_id,
                    "start": start,
                    "stop": stop,
                }
                for (resource_id, visit_id), (start, stop) in taken.items()
            ]
        )

    @api.autovacuum
    def _gc_gone(self):
        """Forget what everybody's calendar was told long ago."""
        limit = fields.Datetime.now() - KEPT
        # sudo: the system cleans up, whoever runs it
        old = self.sudo().search([("create_date", "<", limit)], limit=MOST_GONE)
        old.unlink()
        return len(old), len(old) == MOST_GONE
