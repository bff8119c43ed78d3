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
        prospects = self._get_open_lines()._get_prospects(self.date)
        shown = dict(DRY_RUN_OUTCOMES)
        wanted = {
            line: prospect
            for line, prospect in prospects.items()
            if prospect.outcome in shown
        }
        held = self.env["account.move"].union(
            *(
                line.move_id
                for line, prospect in wanted.items()
                if self._is_limited(prospect)
            )
        )
        reasons = held._get_hold_words(self.date)
        # sudo: the lines are the wizard's own, nobody else makes them
        return (
            self.env["aftersales.dunning.dry.run.line"]
            .sudo()
            .create(
                [
                    self._prepare_line_vals(line, prospect, reasons)
                    for line, prospect in wanted.items()
                ]
            )
        )

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

    def _prepare_line_vals(self, line, prospect, reasons):
        is_limited = self._is_limited(prospect)
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
            "open_amount": line.amount_residual_currency,
            "due_now": prospect.due,
            "held_amount": line.amount_residual_currency - prospect.due,
            "reason": reasons.get(line.move_id, "") if is_limited else "",
        }
