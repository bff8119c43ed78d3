from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_amount, format_date

from ...const import (
    DECIDED_CREDITED,
    DECIDED_PARTLY,
    DECIDED_REMEDIED,
    END_SOLVED,
    HOLD_REQUESTED,
    PART_TO_CREDIT,
    PART_WAITING,
    RELEASE_GO_ON,
    RELEASE_NEW_DUE,
    RELEASE_RESTART,
    RELEASE_WAIT,
    SCOPE_CUSTOMER,
)


class AftersalesDunningHold(models.Model):
    """What a release would do, in words, and what customers are told of it."""

    _inherit = "aftersales.dunning.hold"

    decision = fields.Text(
        compute="_compute_decision",
        help="For the customer: what is due when, after the end of the hold.",
    )
    invoice_name = fields.Char(
        "Invoice Number",
        compute="_compute_addressee",
        help="For mails, whose sender need not read invoices.",
    )
    addressee_id = fields.Many2one(
        "res.partner",
        compute="_compute_addressee",
        help="Who is told of a decision: the customer as the invoice names him.",
    )

    def _get_likely_outcome(self):
        """Return with what outcome a hold is most likely released."""
        self.ensure_one()
        if self.outcome:
            return self.outcome
        case = self.sudo().case_id  # sudo: what it says of holds only
        if case and case._is_closed():
            # sudo: as above
            return self.sudo()._get_outcome(END_SOLVED) or DECIDED_REMEDIED
        return DECIDED_REMEDIED

    def _get_terms_at_end(self, outcome):
        """Return the terms on which its part comes back after an outcome."""
        self.ensure_one()
        if self.terms_by_hand:
            return self._get_terms()
        # sudo: set up by debtor control
        return self.reason_id.sudo()._get_terms_for(outcome)

    def _preview_release(self, terms, outcome, granted=0):
        """Say what a release does to the part and to the rest of the invoice.

        :param terms: as by ``_get_terms``; empty for those of the outcome
        :returns: list of plain sentences
        """
        self.ensure_one()
        env, hold = self.env, self.sudo()  # sudo: who may release it may know
        name = hold.move_id.name or hold.partner_id.display_name
        if hold.state == HOLD_REQUESTED:
            return [env._("%s: nothing is held yet, so nothing comes back.", name)]
        terms = terms or hold._get_terms_at_end(outcome)
        if hold.scope == SCOPE_CUSTOMER:
            return [f"{name}: {hold._preview_terms(terms, '', True)}"]
        own = hold._get_own_amounts()[hold]
        if not own:
            return [env._("%s: nothing is held, so nothing comes back.", name)]
        texts, joined = [], 0
        credited = own if outcome == DECIDED_CREDITED else 0
        if outcome == DECIDED_PARTLY:
            credited = min(max(granted, 0), own)
        if credited:
            texts.append(
                env._(
                    "%(invoice)s: %(amount)s stays out until it is credited; debtor"
                    " control is asked to.",
                    invoice=name,
                    amount=format_amount(env, credited, hold.currency_id),
                )
            )
        if left := hold.currency_id.round(own - credited):
            amount = format_amount(env, left, hold.currency_id)
            is_whole = not credited and hold._is_whole(own)
            texts.append(f"{name}: {hold._preview_terms(terms, amount, is_whole)}")
            joined = left if terms["release_policy"] == RELEASE_GO_ON else 0
        return [*texts, *hold._preview_rest(joined)]

    def _preview_terms(self, terms, amount, is_whole):
        """Return what terms do to a part; empty amount for all of a customer."""
        self.ensure_one()
        env, today = self.env, fields.Date.context_today(self)
        policy, days = terms["release_policy"], self._get_days_given(terms)
        amount = amount or env._("all that is open")
        day = fields.Date.add(today, days=days)
        shown = format_date(env, day)
        if policy == RELEASE_WAIT and is_whole:
            return env._(
                "%(amount)s is not dunned before %(day)s, then at the level reached.",
                amount=amount,
                day=shown,
            )
        if policy == RELEASE_WAIT:
            return env._(
                "%(amount)s is not dunned before %(day)s, then at the level of the rest.",
                amount=amount,
                day=shown,
            )
        if policy == RELEASE_RESTART and not is_whole:
            return env._("%s gets reminders of its own, from the first on.", amount)
        if policy == RELEASE_RESTART:
            return env._("%s is dunned from the first reminder on.", amount)
        if policy == RELEASE_NEW_DUE and is_whole:
            return env._(
                "%(amount)s is due on %(day)s; the original date stays visible.",
                amount=amount,
                day=shown,
            )
        if policy == RELEASE_NEW_DUE:
            return env._(
                "%(amount)s is due on %(day)s and gets reminders of its own, the first on"
                " %(first)s.",
                amount=amount,
                day=shown,
                first=format_date(env, self._get_first_turn(day)),
            )
        if is_whole:
            return env._("%s is dunned again at once, at the level reached.", amount)
        return env._("%s is dunned again at once, at the level of the rest.", amount)

    def _get_first_turn(self, due):
        """Return when a part that is due on a day gets its first reminder."""
        self.ensure_one()
        items = self.move_id._get_open_items()
        policy = items[:1]._get_dunning_policies().get(items[:1])
        level = policy._get_next_level(None) if policy else None
        return (level and level._get_turn_of(due, None)) or due

    def _preview_rest(self, joined):
        """Return what happens to the rest of the invoice: nothing.

        :param joined: what of the part is dunned together with it at once
        """
        self.ensure_one()
        env, move = self.env, self.move_id
        today = fields.Date.context_today(self)
        rest = move._get_standings()[move].rest
        if not rest:
            return []
        texts = [
            env._(
                "The rest of %(invoice)s, %(rest)s, keeps its date and its level.",
                invoice=move.name,
                rest=format_amount(env, rest, move.currency_id),
            )
        ]
        prospects = move._get_open_lines()._get_prospects(today)
        for line, prospect in prospects.items():
            if prospect.due:
                prospect = prospect._replace(due=prospect.due + joined)
                texts.append(line._explain_prospect(prospect, today))
                break
        return [" ".join(texts)]

    # === The customer === #

    def _tell_customers(self, template):
        """Send a mail about the decision to the customer of each hold.

        A template says what its sender may read: whoever releases may have written it.

        :param template: ``mail.template`` of holds
        :raises ValidationError: for one of anything else
        :raises AccessError: when it says more than its sender may read
        """
        self._ensure_can_end()
        if template.model != self._name:
            raise ValidationError(
                self.env._("Mail: choose a template that is about dunning holds.")
            )
        self._ensure_may_say(template)
        for hold in self:
            template.send_mail(hold.id)
        for hold in self.sudo():  # sudo: checked above; what is told is kept
            hold.told_at = fields.Datetime.now()
            if hold.move_id:
                hold.move_id._message_log(
                    body=self.env._("The customer is told: %s", hold._get_decision())
                )

    def _ensure_may_say(self, template):
        """Guard: who may not read invoice and case says of them what is made to be said.

        What the release has just read, Odoo would let a template read as well.

        :raises AccessError: naming the field of the dialog
        """
        documents = (self.move_id, self.case_id)
        if any(not each.has_access("read") for each in documents) and (
            template._has_unsafe_expression()
        ):
            raise AccessError(
                self.env._(
                    "Mail: “%s” says more than you may read. Choose another one, or let"
                    " debtor control tell the customer.",
                    template.name,
                )
            )

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What templates may say that were written, or are sent, without more rights."""
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.addressee_id.id",
            "object.company_id.email_formatted",
            "object.company_id.name",
            "object.decision",
            "object.display_name",
            "object.invoice_name",
            "object.partner_id.id",
            "object.partner_id.lang",
        )

    @api.depends("state", "part_state", "held_amount", "part_amount", "resume_on")
    @api.depends_context("lang", "uid")
    def _compute_decision(self):
        for hold in self:
            # sudo: who may release it may know, as he reads it before
            hold.decision = hold._may_end() and hold.sudo()._get_decision()

    @api.depends("move_id.name", "move_id.partner_id", "partner_id")
    @api.depends_context("uid")
    def _compute_addressee(self):
        for hold in self:
            # sudo: service need not read invoices to hold one
            move = hold.sudo().move_id if hold._may_end() else hold.sudo().move_id[:0]
            hold.invoice_name = move.name
            hold.addressee_id = move.partner_id or hold.partner_id

    def _get_decision(self):
        """Return for the customer what is due when, after the end of this hold."""
        self.ensure_one()
        env, move = self.env, self.move_id
        held = format_amount(
            env, self.held_amount or self.part_amount, self.currency_id
        )
        texts = []
        granted = move.hold_ids.filtered(
            lambda hold: (
                hold.part_state == PART_TO_CREDIT and self in (hold, hold.follows_id)
            )
        )
        if granted:
            amount = sum(granted.mapped("held_amount"))
            texts.append(
                env._(
                    "%s will be credited to you.",
                    format_amount(env, amount, self.currency_id),
                )
            )
        if self.part_state == PART_WAITING:
            texts.append(
                env._(
                    "%(amount)s is due on %(day)s.",
                    amount=held,
                    day=format_date(env, self.resume_on),
                )
            )
        if move:
            texts.append(
                env._(
                    "In all %(amount)s of %(invoice)s is due, the due date is %(day)s.",
                    amount=format_amount(env, move.due_now, move.currency_id),
                    invoice=move.name,
                    day=format_date(env, move.invoice_date_due),
                )
            )
        return " ".join(texts)
