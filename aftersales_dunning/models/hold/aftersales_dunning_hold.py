from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import clean_context

from odoo.addons.aftersales_case.engine.private import get_private

from ...const import (
    END_REASONS,
    HOLD_REQUESTED,
    HOLD_STATES,
    SCOPE_CUSTOMER,
    SCOPE_INVOICE,
    SCOPES,
    SYNC,
    TERMS,
    WAITS,
)
from ...engine.private import Granted


class AftersalesDunningHold(models.Model):
    """Why an invoice, a part of it or a customer is not dunned at the moment.

    The hold on the invoice is the truth; whatever else says so is computed from it.
    Who may set what is in ``aftersales_dunning_hold_guard.py``. How it is approved and
    ended is in ``aftersales_dunning_hold_life.py``, renewed in ``_renewal.py``, on what
    outcome and terms in ``_outcome.py`` and ``_part.py``, and when it ends by itself in
    ``_expiry.py``; up to how much who decides is in ``_limit.py``, who approves it in
    ``_approval.py``.
    """

    _name = "aftersales.dunning.hold"
    _description = "Dunning Hold"
    _inherit = [
        "aftersales.dunning.release.terms",
        "aftersales.job.mixin",
        "aftersales.form.mixin",
    ]
    _order = "state, date_from desc, id desc"
    _case_field = "case_id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "aftersales.case",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    case_number = fields.Char(
        compute="_compute_case_number",
        compute_sudo=True,
        help="As debtor control and the customer read it; not of a confidential case.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted')]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        ondelete="restrict",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    scope = fields.Selection(SCOPES, required=True, default=lambda self: SCOPE_INVOICE)
    reason_id = fields.Many2one(
        "aftersales.dunning.hold.reason",
        required=True,
        ondelete="restrict",
        check_company=True,
    )
    settled_by = fields.Selection(
        related="reason_id.settled_by", store=True, string="Settled By"
    )
    note = fields.Char()
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, precompute=True
    )
    amount = fields.Monetary(
        "Disputed Amount",
        help="With tax, in the invoice's currency. It follows the goods of the case"
        " until somebody changes it.",
    )
    is_manual = fields.Boolean(
        "Amount by Hand", readonly=True, help="The amount follows the goods no more."
    )
    credits_known = fields.Json(
        readonly=True,
        help="Credit notes that were there when somebody entered the amount.",
    )
    pending_amount = fields.Monetary(
        "Credited, Not Matched",
        readonly=True,
        help="What credit notes took off the disputed amount, and nobody matched with"
        " the invoice yet: it is not dunned until then.",
    )
    waits_for_credit = fields.Boolean(
        readonly=True,
        help="The case is solved; what is credited is held until it is matched.",
    )
    credited_amount = fields.Monetary(
        "Credited",
        readonly=True,
        help="What credit notes have taken off the disputed amount since.",
    )
    open_amount = fields.Monetary(
        "Still Disputed", compute="_compute_open_amount", store=True
    )
    held_amount = fields.Monetary(
        "Held",
        compute="_compute_held_amount",
        store=True,
        help="What is not dunned because of this hold. What several holds dispute is"
        " counted for the first of them.",
    )
    held_company = fields.Monetary(
        "Held (Company Currency)",
        compute="_compute_held_amount",
        store=True,
        help="In booked value: its part of what is open in the books.",
        currency_field="company_currency_id",
    )
    by_line = fields.Json(
        readonly=True,
        help="What it disputes of which invoice line, and what that line is worth.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    state = fields.Selection(
        HOLD_STATES, required=True, readonly=True, default=HOLD_REQUESTED, index=True
    )
    waits_for = fields.Selection(
        WAITS,
        readonly=True,
        help="What a hold that was asked for waits for before it works.",
    )
    asked_by_customer = fields.Boolean(readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_until = fields.Date("Until", readonly=True)
    asked_until = fields.Date(
        "Until (Asked For)",
        copy=False,
        help="The last day that was asked for, where that is before the longest that the"
        " reason allows.",
    )
    follows_id = fields.Many2one(
        "aftersales.dunning.hold",
        "Goes On From",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The hold of the same goods on a former invoice: age, renewals and last day"
        " are its own.",
    )
    renewal_count = fields.Integer("Renewals", readonly=True)
    warned_at = fields.Datetime("Warned On", readonly=True)
    requested_by_id = fields.Many2one("res.users", readonly=True)
    requested_at = fields.Datetime("Requested On", readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    approved_at = fields.Datetime("Approved On", readonly=True)
    ended_by_id = fields.Many2one("res.users", readonly=True)
    ended_at = fields.Datetime("Ended On", readonly=True)
    end_reason = fields.Selection(END_REASONS, "Ended Because", readonly=True)
    resume_on = fields.Date(
        "Dunning Goes On", readonly=True, help="Not dunned before this day."
    )
    due_before = fields.Json(
        readonly=True, help="Due dates as they were before the release changed them."
    )
    due_after = fields.Date("New Due Date", readonly=True)
    days_held = fields.Integer(compute="_compute_days_held")

    # The same case holds an invoice once; the run asks for the running ones.
    _running_uniq = models.UniqueIndex(
        "(case_id, move_id) WHERE state IN ('requested', 'active')",
        "This case holds that invoice already. Change the hold instead.",
    )
    # Selection and sending ask for customers that are held as a whole.
    _customer_idx = models.Index(
        "(partner_id, company_id)"
        " WHERE scope = 'customer'"
        " AND (state IN ('requested', 'active') OR part_state = 'waiting')"
    )

    # === Computes === #

    @api.depends("case_id.number", "case_id.confidential")
    def _compute_case_number(self):
        for hold in self:
            case = hold.case_id
            hold.case_number = not case.confidential and case.number

    @api.depends("move_id", "reason_id", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for hold in self:
            # sudo: service need not read invoices to hold one
            about = hold.move_id.sudo().name or hold.partner_id.display_name or ""
            reason = hold.reason_id.name or ""
            hold.display_name = f"{about} · {reason}".strip(" ·")

    @api.depends("move_id", "case_id")
    def _compute_partner_id(self):
        for hold in self:
            # sudo: service need not read invoices to hold one
            partner = hold.move_id.sudo().commercial_partner_id
            hold.partner_id = (
                partner
                or hold.case_id.partner_id.commercial_partner_id
                or hold.partner_id
            )

    @api.depends("move_id", "case_id")
    def _compute_company_id(self):
        for hold in self:
            hold.company_id = (
                hold.move_id.sudo().company_id  # sudo: as above
                or hold.case_id.company_id
                or hold.company_id
                or self.env.company
            )

    @api.depends("move_id", "company_id")
    def _compute_currency_id(self):
        for hold in self:
            # sudo: as above
            currency = hold.move_id.sudo().currency_id
            hold.currency_id = currency or hold.company_id.currency_id

    @api.depends("amount", "credited_amount", "currency_id")
    def _compute_open_amount(self):
        for hold in self:
            rest = hold.amount - hold.credited_amount
            rest = hold.currency_id.round(rest) if hold.currency_id else rest
            hold.open_amount = max(rest, 0)

    @api.depends(
        "state",
        "scope",
        "open_amount",
        "is_manual",
        "by_line",
        "pending_amount",
        "waits_for_credit",
        "part_state",
        "is_series",
        "resume_on",
        "due_after",
        "move_id.amount_residual",
        "move_id.amount_residual_signed",
        "move_id.state",
        # What holds of one invoice have in common counts once.
        "move_id.hold_ids.state",
        "move_id.hold_ids.scope",
        "move_id.hold_ids.open_amount",
        "move_id.hold_ids.by_line",
        "move_id.hold_ids.pending_amount",
        "move_id.hold_ids.part_state",
        "move_id.hold_ids.is_series",
        "move_id.hold_ids.resume_on",
    )
    def _compute_held_amount(self):
        held, booked = {}, {}
        # sudo: service need not read invoices, nor the holds of confidential cases
        for move in self.sudo().move_id:
            parts = move._get_held_parts()
            held |= {hold.id: amount for hold, amount in parts.items()}
            amounts = move._get_company_amounts(parts.values())
            booked |= dict(zip((hold.id for hold in parts), amounts, strict=True))
        for hold in self:
            is_out = hold._is_out()
            amount = held.get(hold.id, 0)
            hold.held_amount = amount if is_out else 0
            hold.held_company = booked.get(hold.id, 0) if is_out else 0
            hold.part_amount = 0 if is_out else amount

    @api.depends("date_from", "ended_at", "resume_on")
    def _compute_days_held(self):
        today = fields.Date.context_today(self)
        for hold in self:
            waits = hold.resume_on and hold.resume_on > today
            end = hold.ended_at.date() if hold.ended_at and not waits else today
            hold.days_held = max((end - (hold.date_from or end)).days, 0)

    # === Constraints === #

    @api.constrains("scope", "move_id", "partner_id", "amount")
    def _check_scope(self):
        for hold in self:
            if hold.scope == SCOPE_CUSTOMER:
                if not hold.partner_id:
                    raise ValidationError(
                        self.env._("Customer: choose whose invoices are held.")
                    )
            elif not hold.move_id:
                raise ValidationError(
                    self.env._("Invoice: choose the invoice that is held.")
                )
            elif hold.amount < 0:
                raise ValidationError(
                    self.env._("Disputed Amount: enter an amount of 0 or more.")
                )

    @api.constrains("asked_until")
    def _check_asked_until(self):
        today = fields.Date.context_today(self)
        if any(hold.asked_until and hold.asked_until < today for hold in self):
            raise ValidationError(
                self.env._("Until: enter today, or a day that is still to come.")
            )

    @api.constrains("move_id")
    def _check_move_id(self):
        for move in self.move_id.sudo():  # sudo: service need not read invoices
            if move.move_type not in ("out_invoice", "out_receipt"):
                raise ValidationError(
                    self.env._(
                        "Invoice: %s is no customer invoice; only those are dunned.",
                        move.display_name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Request holds; those that need no approval are active at once."""
        now = fields.Datetime.now()
        vals_list = [dict(vals) for vals in vals_list]
        self._ensure_may_name(vals_list)
        self._read_ahead(vals_list)
        for vals in vals_list:
            # sudo: set up by debtor control
            reason = self.env["aftersales.dunning.hold.reason"].sudo()
            reason = reason.browse(vals.get("reason_id"))
            chosen = bool(reason) and reason._has_other_terms(vals)
            if reason:
                vals |= reason._get_terms() | {"scope": reason.scope} | vals
            self._ensure_can_set(vals, {"state"})
            vals |= self._prepare_amount(vals) | self._prepare_partner(vals)
            vals |= {
                "terms_by_hand": chosen,
                "state": HOLD_REQUESTED,
                "requested_by_id": self.env.uid,
                "requested_at": now,
            }
        # Defaults of the context would set what only the actions set.
        clean = self.with_env(self.env(context=clean_context(self.env.context)))
        holds = super(AftersalesDunningHold, clean).create(vals_list)
        holds = holds.with_env(self.env)
        holds._ensure_case_is_theirs()
        holds._ensure_terms_are_theirs()
        if get_private(self.env.context, "dunning_granted", Granted) is None:
            holds.sudo()._take_up()  # sudo: whoever may ask for a hold gets the default
        return holds

    def write(self, vals):
        self._ensure_can_set(vals)
        by_hand = self.env.context.get("aftersales_sync") is not SYNC
        if "amount" in vals and by_hand:
            vals = {"is_manual": True} | vals
        changes = by_hand and vals.keys() & {"amount", "scope"}
        if changes:
            self._ensure_not_leaving(vals.get("scope"))
        if by_hand and vals.keys() & set(TERMS):
            vals = {"terms_by_hand": True} | vals
        res = super().write(vals)
        if "amount" in vals and by_hand:
            self.sudo()._know_credits()  # sudo: service need not read credit notes
        if changes:
            self.sudo()._after_change()  # sudo: what follows from an allowed change
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A hold is part of the invoice's history. End it instead.")
        )
