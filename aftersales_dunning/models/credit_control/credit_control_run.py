from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command, Domain


class CreditControlRun(models.Model):
    """A run shows what it left out, and leaves out what was held since."""

    _name = "credit.control.run"
    _inherit = ["aftersales.kept.mixin", "credit.control.run"]

    held_line_ids = fields.Many2many(
        "account.move.line",
        relation="credit_control_run_held_rel",
        string="Held Back",
        readonly=True,
        copy=False,
        help="Instalments that would have had a reminder, were they not held.",
    )
    held_count = fields.Integer("Instalments Held Back", compute="_compute_held_count")

    @api.depends("held_line_ids")
    def _compute_held_count(self):
        for run in self:
            run.held_count = len(run.held_line_ids)

    def _note_held(self, lines):
        """Write down which instalments would have been dunned, were they not held."""
        self.ensure_one()
        new = lines - self.held_line_ids
        if new:
            # sudo: kept by the system, whoever lets a run be made
            self.sudo().held_line_ids = [Command.link(line.id) for line in new]

    def _generate_credit_lines(self):
        """Let parts come back whose day has come, and say how much was held back.

        Whether their job has run already makes no difference.
        """
        # sudo: the date decides, not who makes the run
        holds = self.env["aftersales.dunning.hold"].sudo()
        day = min(self.date, fields.Date.context_today(self))
        holds.search(
            Domain("company_id", "=", self.company_id.id)
            & holds._get_due_parts_domain(day)
        )._resume_parts()
        lines = super()._generate_credit_lines()
        if self.held_line_ids:
            self._add_to_report(
                self.env._(
                    "%(count)s instalments of %(invoices)s invoices were held back: see"
                    " the page Held.",
                    count=len(self.held_line_ids),
                    invoices=len(self.held_line_ids.move_id),
                )
            )
        return lines

    def _add_to_report(self, sentence):
        self.ensure_one()
        self.report = (self.report or Markup()) + Markup("<p>%s</p>") % sentence

    def set_to_ready_lines(self):
        """What was held since the run is ignored, the rest is ready."""
        self._ignore_held(("draft",))
        return super().set_to_ready_lines()

    def run_channel_action(self):
        """What was held since is ignored, the rest goes out: once to each customer."""
        self._ignore_held(("draft", "to_be_sent"))
        self.line_ids.filtered(lambda line: line.state == "to_be_sent")._join_channels()
        return super().run_channel_action()

    def _ignore_held(self, states):
        """Ignore lines of the run that may not leave by now; its report says why."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.state in states)
        paid, early = lines._filter_settled(), lines._filter_early()
        ignored = lines._hold_back(lines._get_dunnable())
        paid &= ignored
        early = (early & ignored) - paid
        if held := ignored - paid - early:
            self._add_to_report(
                self.env._(
                    "Held since the run and ignored: %s",
                    ", ".join(held.invoice_id.mapped("name")),
                )
            )
        if paid:
            self._add_to_report(
                self.env._(
                    "Paid since the run and ignored: %s",
                    ", ".join(paid.invoice_id.mapped("name")),
                )
            )
        if early:
            self._add_to_report(
                self.env._(
                    "New due date since the run and ignored: %s",
                    ", ".join(early.invoice_id.mapped("name")),
                )
            )

    def open_held_lines(self):
        """Open what was held back."""
        self.ensure_one()
        view = self.env.ref("aftersales_dunning.account_move_line_view_list_held")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Held Back"),
            "res_model": "account.move.line",
            "views": [(view.id, "list")],
            "domain": [("id", "in", self.held_line_ids.ids)],
        }
