from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import PRIORITIES

from ...const import CLOCK_STATES, DUE_REACHED, METRICS, PARTIES
from ...engine.clock import BREACHED, MET
from ...engine.cycles import TEAM

JUDGED = (MET, BREACHED)
# Measures that are no sum or average: which share of all is below.
PERCENTILES = {"median_hours": 0.5, "p90_hours": 0.9}
# Rounded down to a tenth, as ``get_percent`` does.
SHARES = {"attainment", "difference"}


class AftersalesSlaReport(models.Model):
    """How what was promised was kept: one row for each clock that was met or missed.

    A clock counts in the month in which it ended. What is late and still open counts as
    missed, now. What waits or runs in time is not judged yet, what was cancelled in time
    never. A case that was merged counts with the one that it was merged into.
    """

    _name = "aftersales.sla.report"
    _description = "SLA Report"
    _inherit = ["aftersales.case.part"]
    _auto = False
    _order = "counted_at desc, id desc"
    _rec_name = "case_id"
    _depends = {
        "aftersales.sla.clock": ["state", "ended_at", "seconds_late"],
        "aftersales.sla.penalty.due": ["state", "company_amount"],
        "aftersales.sla.policy": ["agreement_id"],
        "aftersales.sla.target": ["metric", "party", "goal_percent"],
        "aftersales.case": [
            "confidential",
            "merged_into_id",
            "partner_id",
            "priority",
            "team_id",
            "type_id",
        ],
        "aftersales.case.event": ["case_id", "at", "team_id"],
        "res.partner": ["commercial_partner_id"],
    }

    case_id = fields.Many2one("aftersales.case", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    confidential = fields.Boolean(readonly=True)
    agreement_id = fields.Many2one("agreement", readonly=True)
    policy_id = fields.Many2one("aftersales.sla.policy", readonly=True)
    target_id = fields.Many2one("aftersales.sla.target", "Promise", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    team_id = fields.Many2one(
        "aftersales.team",
        readonly=True,
        help="Of the case; where teams promise each other something, who had it then.",
    )
    type_id = fields.Many2one("aftersales.case.type", "Case Type", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    metric = fields.Selection(METRICS, readonly=True)
    party = fields.Selection(PARTIES, "Promised To", readonly=True)
    state = fields.Selection(CLOCK_STATES, readonly=True)
    is_open = fields.Boolean("Late and Open", readonly=True)
    start_at = fields.Datetime("Since", readonly=True)
    due_at = fields.Datetime("Due", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    breached_at = fields.Datetime("Missed On", readonly=True)
    counted_at = fields.Datetime(
        "Counted On",
        readonly=True,
        help="When it ended; now while it is late and open.",
    )
    held_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who was responsible when it was missed.",
    )

    met_count = fields.Integer("Met", readonly=True)
    missed_count = fields.Integer("Missed", readonly=True)
    attainment = fields.Float(
        "Reached (%)", readonly=True, aggregator="avg", digits=(4, 1)
    )
    goal_percent = fields.Float(
        "Goal (%)", readonly=True, aggregator="avg", digits=(4, 1)
    )
    difference = fields.Float(
        "Above the Goal (Points)",
        digits=(4, 1),
        readonly=True,
        aggregator="avg",
        help="Below it where negative.",
    )
    median_hours = fields.Float("Hours, Median", readonly=True, aggregator="avg")
    p90_hours = fields.Float(
        "Hours, 90 %",
        readonly=True,
        aggregator="avg",
        help="Nine of ten took so long or less.",
    )
    held_hours = fields.Float(
        "Held by the Team (Hours)",
        readonly=True,
        help="What teams promise each other: how long a team had the case, all its turns"
        " that are over or late together, without the time that the case waited.",
    )
    late_hours = fields.Float("Hours Late", readonly=True, aggregator="avg")
    customer_hours = fields.Float("Waited for the Customer (Hours)", readonly=True)
    supplier_hours = fields.Float("Waited for the Supplier (Hours)", readonly=True)
    parts_hours = fields.Float("Waited for Parts (Hours)", readonly=True)
    penalty = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _get_columns(self):
        """Hook: return ``{field: SQL}``, of the tables that ``_from`` joins."""
        hours = {
            name: SQL("k.%s / 3600.0", SQL.identifier(f"seconds_{column}"))
            for name, column in (
                ("median_hours", "elapsed"),
                ("p90_hours", "elapsed"),
                ("late_hours", "late"),
                ("customer_hours", "customer"),
                ("supplier_hours", "supplier"),
                ("parts_hours", "parts"),
            )
        }
        attainment = SQL("CASE WHEN k.state = %s THEN 100.0 ELSE 0.0 END", MET)
        return {
            "id": SQL("k.id"),
            **{
                name: SQL("k.%s", SQL.identifier(name))
                for name in (
                    "case_id",
                    "company_id",
                    "policy_id",
                    "target_id",
                    "state",
                    "start_at",
                    "due_at",
                    "ended_at",
                    "breached_at",
                )
            },
            **{
                name: SQL("c.%s", SQL.identifier(name))
                for name in ("confidential", "type_id", "priority")
            },
            "team_id": self._get_team(),
            "currency_id": SQL("o.currency_id"),
            "agreement_id": SQL("p.agreement_id"),
            "partner_id": SQL("r.commercial_partner_id"),
            "metric": SQL("t.metric"),
            "party": SQL("t.party"),
            "is_open": SQL("k.ended_at IS NULL"),
            "counted_at": SQL("COALESCE(k.ended_at, now() AT TIME ZONE 'UTC')"),
            "held_by_id": SQL("k.breached_user_id"),
            "met_count": SQL("(k.state = %s)::int", MET),
            "missed_count": SQL("(k.state = %s)::int", BREACHED),
            "attainment": attainment,
            "goal_percent": SQL("t.goal_percent"),
            "difference": SQL("%s - t.goal_percent", attainment),
            **hours,
            "held_hours": SQL(
                "CASE WHEN t.metric = %s THEN k.seconds_elapsed / 3600.0 END", TEAM
            ),
            "penalty": SQL(
                "COALESCE((SELECT SUM(d.company_amount)"
                " FROM aftersales_sla_penalty_due d WHERE d.case_id = k.case_id"
                " AND d.target_id = k.target_id AND d.cycle = k.cycle"
                " AND d.state = %s), 0)",
                DUE_REACHED,
            ),
        }

    @api.model
    def _get_team(self):
        """Return whose clock it is: each turn of a team has one, as the log tells."""
        return SQL(
            "CASE WHEN t.metric = %s THEN COALESCE((SELECT e.team_id"
            " FROM aftersales_case_event e WHERE e.case_id = k.case_id"
            " AND e.at <= k.start_at ORDER BY e.at DESC, e.id DESC LIMIT 1),"
            " c.team_id) ELSE c.team_id END",
            TEAM,
        )

    @api.model
    def _select(self):
        columns = (
            SQL("%s AS %s", sql, SQL.identifier(name))
            for name, sql in self._get_columns().items()
        )
        return SQL("SELECT %s", SQL(", ").join(columns))

    @api.model
    def _from(self):
        """Hook: return what ``_get_columns`` takes from."""
        return SQL(
            "FROM aftersales_sla_clock k"
            " JOIN aftersales_case c ON c.id = k.case_id"
            " JOIN aftersales_sla_target t ON t.id = k.target_id"
            " JOIN res_company o ON o.id = k.company_id"
            " LEFT JOIN aftersales_sla_policy p ON p.id = k.policy_id"
            " LEFT JOIN res_partner r ON r.id = c.partner_id"
        )

    @api.model
    def _where(self):
        return SQL("WHERE k.state IN %s AND c.merged_into_id IS NULL", JUDGED)

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Nobody is told what the log has overtaken."""
        self.env["aftersales.case"]._flush_clocks()
        return super()._search(domain, *args, **kwargs)

    def _read_group_select(self, aggregate_spec, query):
        """Take percentiles of all, whatever the aggregate: an average says nothing.

        What is just below a goal does not look like it: shares are rounded down.
        """
        name, _colon, function = aggregate_spec.partition(":")
        if name in PERCENTILES and function:
            return SQL(
                "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
                PERCENTILES[name],
                self._field_to_sql(self._table, name, query),
            )
        found = super()._read_group_select(aggregate_spec, query)
        if name in SHARES and function == "avg":
            return SQL("floor(10 * (%s)) / 10", found)
        return found
