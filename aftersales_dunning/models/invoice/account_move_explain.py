from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ...const import (
    HOLD_ACTIVE,
    READERS,
)


class AccountMove(models.Model):
    """Why an invoice is, or is not, dunned: in plain sentences."""

    _inherit = "account.move"

    dunning_explanation = fields.Html(
        "Why (Not) Today?",
        compute="_compute_dunning_explanation",
        groups=READERS,
    )

    @api.depends_context("uid", "lang")
    def _compute_dunning_explanation(self):
        explained = self._explain_dunning()
        for move in self:
            move.dunning_explanation = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % text for text in explained[move]
            )

    def _explain_dunning(self, day=None):
        """Say why these invoices are, or are not, dunned on a day.

        Judged by ``_get_prospects``, which asks the methods of the run itself; on a day
        to come, as the jobs will have left the holds if nothing else happens.

        :param day: date of the run; default is today
        :returns: ``{move: list of plain sentences}`` in the user's language
        """
        day = day or fields.Date.context_today(self)
        Hold = self.env["aftersales.dunning.hold"]
        with Hold._rehearsed(day, Hold._get_domain_on(self._origin)):
            return self._explain_on(day)

    def _explain_on(self, day):
        """Return ``_explain_dunning`` by the holds as they are."""
        reasons = {move: move._get_reason_for_nothing() for move in self}
        dunned = self.filtered(lambda move: reasons[move] is None)._origin
        lines = dunned._get_open_lines()
        prospects = lines._get_prospects(day)
        by_move = {move: {} for move in dunned}
        for line, prospect in prospects.items():
            by_move[line.move_id][line] = prospect
        parts = lines._get_part_prospects(day)
        holds = dunned._get_running_holds()
        waiting = dunned._get_waiting_parts(day)
        reminders = dunned._get_reminders()
        by_itself = [hold for _line, hold in parts]
        # sudo: cases of others are not named, as is asked once for all
        told = (
            self.env["aftersales.dunning.hold"]
            .sudo()
            .union(*holds.values(), *waiting.values(), *by_itself)
        )
        visible = told.case_id.with_env(self.env)._filtered_access("read")
        readable = told.with_env(self.env)._filtered_access("read")
        result = {}
        for move in self:
            origin = move._origin
            nothing = reasons[move]
            if nothing is not None:
                result[move] = [nothing] if nothing else []
                continue
            if words := move._get_hidden_words(holds[origin] - readable):
                result[move] = [words]
                continue
            own = holds[origin] & readable
            texts = [hold._explain(visible) for hold in own]
            texts += [
                move._explain_reminder(reminder) for reminder in reminders[origin]
            ]
            why = ", ".join(
                hold._get_case_words(visible)
                for hold in holds[origin]
                if hold.state == HOLD_ACTIVE
            )
            texts += origin._explain_prospects(by_move[origin], day, why)
            texts += [hold._explain_part() for hold in waiting[origin] & readable]
            texts += [
                hold._explain_series(line, prospect, day)
                for (line, hold), prospect in parts.items()
                if line.move_id == origin and hold in readable
            ]
            result[move] = list(dict.fromkeys(texts))
        return result

    def _get_reason_for_nothing(self):
        """Return why an invoice has nothing to do with dunning; None when it has."""
        self.ensure_one()
        if self.move_type not in ("out_invoice", "out_receipt"):
            return ""
        if not self._origin or self.state == "draft":
            return self.env._("Not dunned: the invoice is not posted yet.")
        if self.state == "cancel":
            return self.env._("Not dunned: the invoice is cancelled.")
        if self.currency_id.compare_amounts(self.amount_residual, 0) <= 0:
            return self.env._("Not dunned: nothing is open any more.")
        return None

    def _get_open_lines(self):
        """Return the open instalments of these invoices, the first due first."""
        return self.env["account.move.line"].search(
            [
                ("move_id", "in", self.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date_maturity, id",
        )

    def _get_reminders(self):
        """Return ``{move: credit control lines}``: given or on their way, in order."""
        # sudo: whoever reads an invoice may know how it was dunned
        found = (
            self.env["credit.control.line"]
            .sudo()
            .search(
                [
                    ("invoice_id", "in", self.ids),
                    ("state", "not in", ("draft", "ignored")),
                ],
                order="date, id",
            )
        )
        by_move = found.grouped(lambda reminder: reminder.invoice_id.id)
        return {move: by_move.get(move.id, found.browse()) for move in self}

    def _get_hold_words(self, day):
        """Return ``{move: text}``: by which holds these invoices are not dunned on a day."""
        running = self._get_active_holds(day)
        # sudo: as above
        holds = self.env["aftersales.dunning.hold"].sudo().union(*running.values())
        visible = holds.case_id.with_env(self.env)._filtered_access("read")
        standings = self._get_standings(day)
        result = {}
        for move in self:
            texts = [
                f"{hold.reason_id.name} ({hold._get_case_words(visible)})"
                for hold in running[move]
            ]
            if standings[move].resume_on:
                texts.append(
                    self.env._(
                        "Goes on on %s",
                        format_date(self.env, standings[move].resume_on),
                    )
                )
            result[move] = ", ".join(texts)
        return result

    # === Sentences === #

    def _explain_reminder(self, reminder):
        """Return a sentence about a reminder that was given, or is on its way."""
        env = self.env
        values = {
            "level": reminder.level,
            "name": reminder.policy_level_id.name,
            "day": format_date(env, reminder.date),
            "channel": dict(reminder._fields["channel"]._description_selection(env))[
                reminder.channel
            ].lower(),
        }
        if reminder.manually_overridden and not reminder.hold_id:
            return env._(
                "Reminder %(level)s (%(name)s) of %(day)s counts no more.", **values
            )
        if reminder.state == "sent":
            return env._(
                "Reminder %(level)s (%(name)s) was sent on %(day)s by %(channel)s.",
                **values,
            )
        if reminder.state in ("error", "email_error"):
            return env._(
                "Reminder %(level)s (%(name)s) of %(day)s could not be sent by"
                " %(channel)s.",
                **values,
            )
        return env._(
            "Reminder %(level)s (%(name)s) of %(day)s waits to be sent by %(channel)s.",
            **values,
        )

    def _explain_prospects(self, prospects, day, why=""):
        """Say what a run on a day makes of the open instalments of this invoice.

        :param why: the cases of its active holds, in words
        """
        self.ensure_one()
        texts = []
        for line, prospect in prospects.items():
            text = line._explain_prospect(prospect, day)
            if line._is_wholly_held(prospect):
                # The part that is held lies on what is due last.
                text = self.env._(
                    "In review (%(why)s), nothing of it is asked for. %(text)s",
                    why=why,
                    text=text,
                )
            if text and len(prospects) > 1:
                text = self.env._(
                    "Instalment of %(date)s: %(text)s",
                    date=format_date(self.env, line.date_maturity),
                    text=text,
                )
            texts.append(text)
        return [text for text in texts if text]
