from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import (
    DEBTOR_CONTROL,
    HELD_FULL,
    HELD_NONE,
    HELD_PARTIAL,
    HELD_STATES,
)
from ...engine.private import DueAmounts
from ..hold.customer_items import covered_domain
from .credit_control_policy import Judgement

# States in which the customer has not had the reminder yet.
UNSENT_STATES = ("draft", "to_be_sent", "queued", "error", "email_error")
LEAVING_STATES = ("to_be_sent", "queued", "sent")
# A context key with this very object as its value says that a reminder has left, or that
# its lines were judged already: no request from outside can bring it.
JUDGED = object()


class CreditControlLine(models.Model):
    """A reminder asks for what may be dunned, and for nothing when that is held."""

    _name = "credit.control.line"
    _inherit = ["aftersales.kept.mixin", "credit.control.line"]

    hold_state = fields.Selection(
        HELD_STATES,
        "Dunning Hold",
        compute="_compute_hold",
        compute_sudo=True,
        search="_search_hold_state",
    )
    open_amount = fields.Monetary(
        "Open", compute="_compute_hold", compute_sudo=True, help="What is open now."
    )
    held_amount = fields.Monetary(
        "In Review",
        compute="_compute_hold",
        compute_sudo=True,
        help="The part of the open amount that is held.",
    )
    due_now = fields.Monetary(
        compute="_compute_hold",
        compute_sudo=True,
        help="What the reminder asks for, less what is held.",
    )
    hold_cases = fields.Char("Cases", compute="_compute_hold", compute_sudo=True)
    hold_id = fields.Many2one(
        "aftersales.dunning.hold",
        "Disputed Part",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="It is about the part that this hold disputed, which is dunned by itself.",
    )
    hold_why = fields.Char(
        "Held Because",
        compute="_compute_hold",
        compute_sudo=True,
        groups=DEBTOR_CONTROL,
    )
    hold_until = fields.Date(
        "Held Until", compute="_compute_hold", compute_sudo=True, groups=DEBTOR_CONTROL
    )

    # === What is held === #

    @api.depends(
        "balance_due",
        "move_line_id.amount_residual_currency",
        "invoice_id.held_amount",
        "invoice_id.hold_ids.part_state",
    )
    @api.depends_context("lang")
    def _compute_hold(self):
        moves = self.invoice_id
        standings = moves._get_standings()
        infos = moves._get_hold_infos(standings)
        due = self.move_line_id._get_due_of_parts(standings=standings)
        apart = defaultdict(float)
        for (item_id, hold_id), amount in due.items():
            apart[item_id] += amount if hold_id else 0
        for line in self:
            item = line.move_line_id
            key = (item.id, line.hold_id.id)
            limited = bool(line.hold_id) or key in due
            info = infos.get(line.invoice_id) if key in due else None
            # What is open now: paid since, or released since.
            asked = item.amount_residual_currency
            line.hold_state = info.state if info else HELD_NONE
            line.hold_cases = info and info.cases
            line.hold_why = info and info.why
            line.hold_until = info and info.until
            line.due_now = due.get(key, 0) if limited else max(asked, 0)
            if line.hold_id:
                line.open_amount = line.due_now or max(min(line.balance_due, asked), 0)
            else:
                line.open_amount = (
                    item.amount_residual_currency - apart[item.id]
                    if limited
                    else max(asked, 0)
                )
            line.held_amount = line.open_amount - line.due_now

    def _search_hold_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The judge looks at every invoice, whoever searches.
        stopped = self.env["account.move"]._get_stopped_by_itself_domain()
        full = Domain("invoice_id", "any!", stopped)
        self.env.flush_all()
        full |= covered_domain("move_line_id", "line_id")
        partial = Domain("invoice_id", "any!", Domain("hold_state", "=", HELD_PARTIAL))
        partial &= ~full
        by_state = {HELD_FULL: full, HELD_PARTIAL: partial, HELD_NONE: ~full & ~partial}
        return Domain.OR(by_state[state] for state in value if state in by_state)

    def _get_dunnable(self, standings=None, now=None):
        """Say what reminders may ask for, where that is not what they ask for.

        Because something is held or was released, was paid, or got a new due date.

        :param standings: result of ``_get_standings`` of their invoices, if known
        :param now: result of ``_get_items_now`` of their items, if known
        :returns: ``{line: amount}``, 0 where nothing may be sent; lines that may ask for
            what they ask for anyway are left out
        """
        # sudo: the judge looks at everything, whoever sends
        lines = self.sudo()
        due = lines.move_line_id._get_due_of_parts(standings=standings)
        held = {}
        for line in lines:
            item = line.move_line_id
            key = (item.id, line.hold_id.id)
            # What a fresh cursor does not see was made by this transaction.
            is_known = standings is None or item.move_id in standings
            if key in due or (line.hold_id and is_known):
                held[line] = due.get(key, 0.0)
        return self._get_changed(held, now)

    def _get_locks(self):
        """Return ids of the invoices and of the customers that a hold on these locks."""
        # sudo: the judge looks at everything, whoever sends
        return self.sudo().move_line_id._get_dunning_locks()

    def _without_held(self):
        """Return the lines that may go to the customer, with what they may ask for.

        What is held, was paid since, or is due later by now, may not.
        """
        due = self._get_dunnable()
        free = self.filtered(lambda line: due.get(line, 1))
        free._restate(due)
        return free

    def _restate(self, due):
        """Let lines ask for what may be asked for now.

        :param due: ``{line: amount}``; lines that are not in it stay as they are
        """
        for line in self:
            if not due.get(line) or not line._says_else(due[line]):
                continue
            # sudo: the judge looks at everything
            due_on = line.sudo().move_line_id.date_maturity
            moved = {"date_due": due_on} if line._is_moved(due_on) else {}
            line.write({"balance_due": due[line]} | moved)

    # === Gates === #

    @api.private  # a run calls it with records, nobody by their ids
    @api.model
    def create_or_update_from_mv_lines(
        self,
        lines,
        level,
        controlling_date,
        company,
        check_tolerance=True,
        default_lines_vals=None,
    ):
        """Make no line for what is held, and ask for no more than may be dunned."""
        judgement = get_private(self.env.context, "dunning_judgement", Judgement)
        if judgement and judgement.due is not None:
            due = judgement.due
        else:
            due = lines._get_dunnable(fields.Date.to_date(controlling_date))
        stopped = lines.browse(key for key, amount in due.items() if not amount)
        created = super(
            CreditControlLine, self.with_context(dunning_due=DueAmounts(due))
        ).create_or_update_from_mv_lines(
            lines - stopped if stopped else lines,
            level,
            controlling_date,
            company,
            check_tolerance=check_tolerance,
            default_lines_vals=default_lines_vals,
        )
        return created.with_env(self.env)

    @api.model
    def _prepare_from_move_line(
        self, move_line, level, controlling_date, open_amount, default_lines_vals
    ):
        due = get_private(self.env.context, "dunning_due", DueAmounts)
        if due:
            open_amount = due.get(move_line.id, open_amount)
        return super()._prepare_from_move_line(
            move_line, level, controlling_date, open_amount, default_lines_vals
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Let no held line be made as one that goes, or went, to the customer.

        :raises UserError: naming the invoices and cases
        """
        lines = super().create(vals_list)
        leaving = lines.filtered(lambda line: line.state in LEAVING_STATES)
        if leaving and self.env.context.get("dunning_judged") is not JUDGED:
            leaving._ensure_may_leave()
        return lines

    def write(self, values):
        """Let no held line become one that goes, or went, to the customer.

        :raises UserError: naming the invoices and cases
        """
        if values.get("state") not in LEAVING_STATES:
            made = get_private(self.env.context, "dunning_due", DueAmounts)
            if made is not None and values == {"state": "ignored"}:
                # What is dunned by itself is no earlier line of the rest.
                self = self.filtered(lambda line: not line.hold_id)
            return super().write(values)
        if self.env.context.get("dunning_judged") is not JUDGED:
            self._ensure_may_leave()
        if values["state"] == "sent" and "date_sent" not in values:
            values = values | {"date_sent": fields.Date.context_today(self)}
        return super().write(values)

    def _ensure_may_leave(self):
        """Guard: nothing of these lines is held; restate what is partly held.

        :raises UserError: naming the invoices and cases
        """
        free = self._without_held()
        if held := self - free:
            raise UserError(held._get_held_message())

    # === Holding back === #

    def _hold_back(self, due, reason=None):
        """Take back what may not go to the customer any more, or not as it is.

        The outgoing mails of their communications are cancelled, since what they say is
        written already; what else they asked for is to be sent again, in a new one.

        :param due: ``{line: amount}`` as by ``_get_dunnable``
        :param reason: why, where no hold, payment or date says it
        :returns: the lines that are ignored now
        """
        wrong = self.filtered(lambda line: line in due and line._says_else(due[line]))
        if not wrong:
            return wrong
        before = {line: line.balance_due for line in wrong}
        ignored = wrong.filtered(lambda line: not due[line])
        # sudo: a hold stops reminders, whoever may place it
        quiet = wrong.sudo().with_context(dunning_judged=JUDGED, tracking_disable=True)
        communications = quiet.communication_id
        others = communications.credit_control_line_ids._filter_unsent() - quiet
        communications._cancel_mails()
        (others | (quiet - ignored)).filtered("communication_id").write(
            {"state": "to_be_sent", "communication_id": False, "date_sent": False}
        )
        (quiet - ignored)._restate(due)
        (quiet & ignored).write(
            {"state": "ignored", "communication_id": False, "date_sent": False}
        )
        communications.is_stopped = True
        wrong._note_held(due, before, reason)
        return ignored

    def _filter_unsent(self):
        """Return the lines that the customer has not had yet.

        A letter counts as given when it was printed, not when it was marked.
        """
        return self.filtered(
            lambda line: (
                line.state in UNSENT_STATES
                or (line.state == "sent" and line.communication_id.is_unprinted)
            )
        )

    def _note_held(self, due, before, reason=None):
        """Note on lines that they were stopped, or ask for less or more.

        :param due: ``{line: amount}`` as by ``_get_dunnable``
        :param before: ``{line: amount}`` that they asked for
        :param reason: why, where no hold, payment or date says it
        """
        env = self.env
        infos = self.invoice_id._get_hold_infos()
        early = self._get_early_words()
        # sudo: whoever sees a reminder may know why it does not leave
        less = self.sudo().move_line_id._get_words_of_less()
        bodies = {}
        for line in self:
            move, currency = line.invoice_id, line.currency_id
            sentence = reason or early.get(move)
            if not sentence and infos[move].state == HELD_NONE:
                sentence = less.get(move)
            sentence = sentence or move._get_held_sentence(infos[move])
            if not due[line]:
                bodies[line.id] = env._("Not dunned. %s", sentence)
            elif currency.compare_amounts(before[line], due[line]) > 0:
                bodies[line.id] = env._("Asks only for what is due now. %s", sentence)
            else:
                bodies[line.id] = env._(
                    "Restated: asks for %(now)s (before: %(before)s), due on %(date)s.",
                    now=currency.format(due[line]),
                    before=currency.format(before[line]),
                    date=format_date(env, line.date_due),
                )
        self.sudo()._message_log_batch(bodies)  # sudo: as in _hold_back
