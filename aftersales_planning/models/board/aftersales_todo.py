from odoo import fields, models
from odoo.tools import SQL, Query

from odoo.addons.aftersales_case.const import OPEN_STATES

from ...const import DONE, OPEN_VISITS, VISIT_STATES

# The state of a case for which nothing is planned yet.
NO_VISIT = "case"
TODO_STATES = [
    (NO_VISIT, "No visit yet"),
    *((state, label) for state, label in VISIT_STATES if state in OPEN_VISITS),
]


class AftersalesTodo(models.Model):
    """What is to be done, by date: open visits, and open cases without a visit.

    One row for each, so that what is planned and what is not stand in one order.
    """

    _name = "aftersales.todo"
    _description = "To Do"
    _inherit = ["aftersales.case.part"]
    _auto = False
    _order = "due, start, id"
    _rec_name = "case_id"
    _depends = {
        "aftersales.visit": [
            "case_id",
            "duration",
            "latest",
            "lead_id",
            "region_id",
            "start",
            "state",
        ],
        "aftersales.case": [
            "company_id",
            "date_deadline",
            "partner_id",
            "state",
            "team_id",
            "type_id",
        ],
    }

    case_id = fields.Many2one("aftersales.case", readonly=True)
    visit_id = fields.Many2one("aftersales.visit", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    team_id = fields.Many2one("aftersales.team", readonly=True)
    type_id = fields.Many2one("aftersales.case.type", readonly=True)
    region_id = fields.Many2one("aftersales.region", readonly=True)
    lead_id = fields.Many2one("resource.resource", "Technician", readonly=True)
    state = fields.Selection(TODO_STATES, readonly=True)
    due = fields.Datetime("Latest", readonly=True, help="By when it has to be done.")
    start = fields.Datetime("Planned", readonly=True)
    duration = fields.Float(readonly=True, help="Hours of work.")

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._select_visits(), self._select_cases())

    def _select_visits(self):
        return SQL(
            """
            SELECT v.id * 2 AS id, v.case_id, v.id AS visit_id, v.company_id,
                   v.partner_id, v.team_id, c.type_id, v.region_id, v.lead_id, v.state,
                   v.latest AS due, v.start, v.duration
              FROM aftersales_visit v
              JOIN aftersales_case c ON c.id = v.case_id
             WHERE v.state IN %s
            """,
            OPEN_VISITS,
        )

    def _select_cases(self):
        Case = self.env["aftersales.case"]
        query = Query(self.env, "c", SQL.identifier(Case._table))
        return SQL(
            """
            SELECT c.id * 2 + 1 AS id, c.id AS case_id, NULL::int AS visit_id,
                   c.company_id, c.partner_id, c.team_id, c.type_id,
                   NULL::int AS region_id, NULL::int AS lead_id, %(state)s AS state,
                   LEAST(%(due)s) AS due, NULL::timestamp AS start,
                   NULL::double precision AS duration
              FROM aftersales_case c
             WHERE c.state IN %(open)s
               AND NOT EXISTS (
                   SELECT FROM aftersales_visit v
                    WHERE v.case_id = c.id AND v.state IN %(planned)s
               )
            """,
            state=NO_VISIT,
            due=SQL(", ").join(Case._get_due_sql("c", query)),
            open=OPEN_STATES,
            planned=(*OPEN_VISITS, DONE),
        )

    def action_open(self):
        """Open the visit, or the case that has none yet.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return (self.visit_id or self.case_id).get_formview_action()
