from odoo import fields, models


class AftersalesVisitCrew(models.Model):
    """One who goes on a visit, and when. Only a visit that is planned has a crew."""

    _name = "aftersales.visit.crew"
    _description = "Crew of a Visit"
    _inherit = "aftersales.case.part"
    _order = "visit_id, is_lead DESC, id"
    _rec_name = "resource_id"

    visit_id = fields.Many2one(
        "aftersales.visit", required=True, ondelete="cascade", index=True
    )
    case_id = fields.Many2one(related="visit_id.case_id", store=True, index=True)
    company_id = fields.Many2one(related="visit_id.company_id", store=True)
    resource_id = fields.Many2one(
        "resource.resource",
        "Technician",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    is_lead = fields.Boolean("Leads", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime("End", required=True, readonly=True)
    is_blocking = fields.Boolean(
        readonly=True, default=True, help="No other visit fits there."
    )

    _once = models.Constraint(
        "UNIQUE(visit_id, resource_id)", "Crew: each person goes once on a visit."
    )
    _days_idx = models.Index("(resource_id, start)")
    _span = models.Constraint(
        "CHECK(start < stop)", "End: everybody's work ends after it starts."
    )
    # Deferrable, so that two may change places. A row without start or stop would block
    # all that is before or after it: both are required.
    _overlap = models.Constraint(
        "EXCLUDE USING gist (resource_id WITH =, tsrange(start, stop) WITH &&)"
        " WHERE (is_blocking) DEFERRABLE INITIALLY IMMEDIATE",
        "Somebody of the crew is on another visit at that time. Choose another time, or"
        " somebody else.",
    )
