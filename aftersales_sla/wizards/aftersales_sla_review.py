from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date, format_datetime

from ..const import DUE_REACHED, PARTY_CUSTOMER
from ..engine.clock import BREACHED
from ..engine.reached import get_percent
from ..engine.review_xlsx import write_review
from ..models.clock.aftersales_sla_clock_show import format_seconds

SECONDS_OF_HOUR = 3600


class AftersalesSlaReview(models.TransientModel):
    """How an agreement was kept in a period: a PDF for the customer, a sheet for us.

    The customer sees what was promised to him; neither what our teams and suppliers
    promised us, nor penalties.
    """

    _name = "aftersales.sla.review"
    _description = "SLA Service Review"
    _inherit = ["aftersales.bounded.mixin"]

    agreement_id = fields.Many2one(
        "agreement", required=True, domain="[('is_template', '=', False)]"
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._get_last_month()[0]
    )
    date_to = fields.Date(
        "Until", required=True, default=lambda self: self._get_last_month()[1]
    )
    sheet = fields.Binary(attachment=False, readonly=True)

    @api.model
    def _get_last_month(self):
        first = date_utils.start_of(fields.Date.context_today(self), "month")
        return date_utils.subtract(first, months=1), date_utils.subtract(first, days=1)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for review in self:
            if review.date_to < review.date_from:
                raise ValidationError(
                    self.env._("Until: the period cannot end before it begins.")
                )

    # === Buttons === #

    def action_print(self):
        """Print what the customer may see.

        :returns: an action
        """
        self.ensure_one()
        self._ensure_can_review()
        report = self.env.ref("aftersales_sla.sla_review_report")
        return report.report_action(self, config=False)

    def action_export(self):
        """Make a sheet with all there is, penalties and our own teams included.

        :returns: an action that downloads it
        """
        self.ensure_one()
        self._ensure_can_review()
        # sudo: the sheet is made by us, and read by whoever asked for it only
        self.sudo().sheet = write_review(
            self._get_review(is_ours=True), self._get_labels()
        )
        name = f"{self._get_file_name()}.xlsx"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content?model={self._name}&id={self.id}&field=sheet"
            f"&filename={name}&download=true",
            "target": "self",
        }

    def _ensure_can_review(self):
        self.check_access("read")
        self.agreement_id.check_access("read")
        self.env["aftersales.sla.report"].check_access("read")

    def _get_file_name(self):
        code = "".join(c if c.isalnum() else "-" for c in self.agreement_id.code)
        return f"SLA-{code}-{self.date_from}-{self.date_to}"

    # === What it says === #

    def _get_domain(self, is_ours):
        """Return the domain of the clocks that count in the period.

        Those that ended in it, and those that were missed by then and are still open.
        """
        since, until = self._get_period()
        domain = Domain("agreement_id", "=", self.agreement_id.id) & (
            (Domain("ended_at", ">=", since) & Domain("ended_at", "<", until))
            | (Domain("is_open", "=", True) & Domain("breached_at", "<", until))
        )
        return domain if is_ours else domain & Domain("party", "=", PARTY_CUSTOMER)

    def _get_period(self):
        """Return when the period begins and ends where the company is, in UTC."""
        company = self.agreement_id.company_id or self.env.company
        return (
            company._get_sla_moment(self.date_from),
            company._get_sla_moment(date_utils.add(self.date_to, days=1)),
        )

    def _get_review(self, is_ours=False):
        """Return what paper and sheet show: values and words, no records.

        What is owed stands in the currency in which it was agreed, summed up by currency.

        :param is_ours: with penalties, and what others promised us
        """
        self.ensure_one()
        self._ensure_can_review()
        rows = self.env["aftersales.sla.report"].search(
            self._get_domain(is_ours), order="due_at, id"
        )
        missed = rows.filtered(lambda row: row.state == BREACHED)
        agreement = self.agreement_id
        owed = self._get_owed(missed) if is_ours else {}
        return {
            "title": self.env._("Service Review"),
            "agreement": agreement.name,
            "code": agreement.code,
            "customer": agreement.partner_id.display_name or "",
            "period": self.env._(
                "%(since)s to %(until)s",
                since=format_date(self.env, self.date_from),
                until=format_date(self.env, self.date_to),
            ),
            "is_ours": is_ours,
            "summary": self.env["aftersales.sla.target"]._tell_reached(
                len(rows - missed), len(missed), agreement.sla_goal_percent
            ),
            "targets": self._get_figures(rows),
            "missed": [self._tell_missed(row, is_ours, owed) for row in missed],
            "penalties": self._tell_penalties(owed) if is_ours else [],
        }

    def _get_owed(self, rows):
        """Return ``{row: {currency: amount}}`` of what is owed, as it was agreed."""
        clocks = self.env["aftersales.sla.clock"].browse(rows.ids)
        groups = self.env["aftersales.sla.penalty.due"]._read_group(
            [("case_id", "in", clocks.case_id.ids), ("state", "=", DUE_REACHED)],
            ["case_id", "target_id", "cycle", "currency_id"],
            ["amount:sum"],
        )
        found = {}
        for case, target, cycle, currency, amount in groups:
            found.setdefault((case, target, cycle), {})[currency] = amount
        keys = [(clock.case_id, clock.target_id, clock.cycle) for clock in clocks]
        return {row: found.get(key, {}) for row, key in zip(rows, keys, strict=True)}

    def _tell_penalties(self, owed):
        """Return a dict for each currency, with its sum: amounts of two have none."""
        currencies = self.env["res.currency"].union(
            *(currency for amounts in owed.values() for currency in amounts)
        )
        return [
            {
                "currency": currency.name,
                "heading": self.env._("Penalty (%s)", currency.name),
                "sum": currency.round(
                    sum(amounts.get(currency, 0.0) for amounts in owed.values())
                ),
            }
            for currency in currencies or self.agreement_id.sla_currency_id
        ]

    def _get_figures(self, rows):
        """Return a dict for each target, in the order of its policy."""
        groups = self.env["aftersales.sla.report"]._read_group(
            [("id", "in", rows.ids)],
            ["target_id"],
            [
                "met_count:sum",
                "missed_count:sum",
                "is_open:array_agg",
                "median_hours:avg",
                "p90_hours:avg",
            ],
        )
        return [self._tell_target(*group) for group in groups]

    def _tell_target(self, target, met, missed, opened, median, p90):
        if met + missed == sum(opened):
            # Nothing has ended yet: nobody knows how long it takes.
            median = p90 = None
        return {
            "target": target.sentence,
            "policy": target.policy_id.name,
            "met": met,
            "missed": missed,
            "open": sum(opened),
            "goal": target.goal_percent,
            "reached": get_percent(met, missed),
            "words": target._tell_reached(met, missed, target.goal_percent),
            "median": median,
            "p90": p90,
            "median_text": _tell_hours(median),
            "p90_text": _tell_hours(p90),
        }

    def _tell_missed(self, row, is_ours, owed):
        told = {
            "case": row.case_id.number,
            "name": row.case_id.name,
            "target": row.target_id._get_what(),
            "due": self._tell_moment(row.due_at),
            "ended": self._tell_moment(row.ended_at) or self.env._("still open"),
            "held_by": row.held_by_id.name or "",
            "late": _tell_hours(None if row.is_open else row.late_hours),
            "waited": ", ".join(
                f"{name} {_tell_hours(row[field])}"
                for field, name in self._get_waits().items()
                if row[field]
            ),
        }
        if is_ours:
            told |= {
                "team": row.team_id.name or "",
                "penalties": {
                    currency.name: amount for currency, amount in owed[row].items()
                },
            }
        return told

    def _get_labels(self):
        """Return ``{key: heading}`` of the sheet."""
        return {
            "figures": self.env._("Figures"),
            "missed_list": self.env._("What was missed"),
            "target": self.env._("Promise"),
            "policy": self.env._("Policy"),
            "met": self.env._("Met"),
            "missed": self.env._("Missed"),
            "open": self.env._("Late and Open"),
            "reached": self.env._("Reached (%)"),
            "goal": self.env._("Goal (%)"),
            "median": self.env._("Hours, Median"),
            "p90": self.env._("Hours, 90 %"),
            "case": self.env._("Case"),
            "name": self.env._("Subject"),
            "due": self.env._("Due"),
            "ended": self.env._("Done"),
            "late": self.env._("Late By"),
            "held_by": self.env._("Held By"),
            "waited": self.env._("Waited"),
            "team": self.env._("Team"),
            "sum": self.env._("Sum"),
        }

    def _get_waits(self):
        """Return ``{field: for whom}``."""
        return {
            "customer_hours": self.env._("for the customer"),
            "supplier_hours": self.env._("for the supplier"),
            "parts_hours": self.env._("for parts"),
        }

    def _tell_moment(self, moment):
        company = self.agreement_id.company_id or self.env.company
        zone = company.partner_id.tz or "UTC"
        return moment and format_datetime(self.env, moment, tz=zone, dt_format="short")


def _tell_hours(hours):
    return "" if hours is None else format_seconds(hours * SECONDS_OF_HOUR)
