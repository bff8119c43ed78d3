from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...const import DRY_RUN_OUTCOMES, OUTCOME_HELD, OUTCOME_REMIND


class AftersalesDunningDryRun(models.TransientModel):
    """Which reminders a run on some day would make; it makes none."""

    _name = "aftersales.dunning.dry.run"
    _description = "Dry Run of Dunning"

    date = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=1),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def action_show(self):
        """Show what the run would do with which invoice, and what is held and why."""
        self.ensure_one()
        lines = self._make_lines()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_dunning.aftersales_dunning_dry_run_line_action"
        )
        return action | {
            "display_name": self.env._(
                "Dry Run of %s", format_date(self.env, self.date)
            ),
            "domain": [("id", "in", lines.ids)],
        }

    def _make_lines(self):
        """Return the lines to show: transient, and nothing else is written."""
        self.ensure_one()
        Hold = self.env["aftersales.dunning.hold"]
        own = Domain("company_id", "parent_of", self.company_id.ids)
        with Hold._rehearsed(self.date, own):
            vals_list = self._prepare_lines()
        # sudo: the lines are the wizard's own, nobody else makes them
        return self.env["aftersales.dunning.dry.run.line"].sudo().create(vals_list)

    def _prepare_lines(self):
        """Return the values of the lines, by the holds as they are on that day."""
        lines = self._get_open_lines()
        shown = dict(DRY_RUN_OUTCOMES)
        wanted = {
            (line, False): prospect
            for line, prospect in lines._get_prospects(self.date).items()
        } | lines._get_part_prospects(self.date)
        wanted = {key: found for key, found in wanted.items() if found.outcome in shown}
        held = self.env["account.move"].union(
            *(
                line.move_id
                for (line, _hold), prospect in wanted.items()
                if self._is_limited(prospect)
            )
        )
        reasons = held._get_hold_words(self.date)
        return [
            self._prepare_line_vals(line, hold, prospect, reasons)
            for (line, hold), prospect in wanted.items()
        ]

    def _get_open_lines(self):
        """Return the open items of the company that are due on the day of the run."""
        company = self.company_id
        domain = Domain(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("date_maturity", "<=", self.date),
                ("reconciled", "=", False),
                ("partner_id", "!=", False),
                ("parent_state", "=", "posted"),
                ("company_id", "=", company.id),
                ("debit", ">", 0),
            ]
        )
        return (
            self.env["account.move.line"]
            .with_company(company)
            .search(domain, order="date_maturity, id")
        )

    def _is_limited(self, prospect):
        return prospect.outcome == OUTCOME_HELD or prospect.standing.held

    def _prepare_line_vals(self, line, hold, prospect, reasons):
        is_limited = self._is_limited(prospect) and not hold
        level = prospect.level
        is_reminder = prospect.outcome == OUTCOME_REMIND
        channel = level.channel
        if channel == "email" and not line.partner_id.email:
            channel = "letter"  # as the run itself does
        return {
            "dry_run_id": self.id,
            "move_line_id": line.id,
            "outcome": prospect.outcome,
            "level": level.level,
            "level_name": level.name,
            "policy_name": prospect.policy.name,
            "channel": channel if is_reminder else False,
            "hold_id": hold.id if hold else False,
            "open_amount": prospect.open,
            "due_now": prospect.due,
            "held_amount": prospect.open - prospect.due,
            "reason": self._get_reason(line, hold, reasons if is_limited else {}),
        }

    def _get_reason(self, line, hold, reasons):
        """Return why it is not dunned, or which part it is."""
        if not hold:
            return reasons.get(line.move_id, "")
        return self.env._("Disputed part, dunned by itself (%s)", hold.reason_id.name)
