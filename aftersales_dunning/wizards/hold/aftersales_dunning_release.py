from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...const import (
    DEBTOR_CONTROL,
    DECIDED_PARTLY,
    DECIDED_REMEDIED,
    OUTCOMES,
    RUNNING_STATES,
)

SHOWN = 20


class AftersalesDunningRelease(models.TransientModel):
    """End holds by hand: with what outcome, on which terms, and who is told.

    The terms follow from the outcome; they may differ where the user decides about that.
    Who does not ends each hold on its own.
    """

    _name = "aftersales.dunning.release"
    _description = "Release Dunning Holds"
    _inherit = ["aftersales.dunning.release.terms", "aftersales.form.mixin"]

    hold_ids = fields.Many2many("aftersales.dunning.hold", string="Holds")
    hold_count = fields.Integer(compute="_compute_hold_count")
    may_choose = fields.Boolean(compute="_compute_may_choose")
    outcome = fields.Selection(
        OUTCOMES,
        required=True,
        default=lambda self: DECIDED_REMEDIED,
        help="What was decided about the disputed part.",
    )
    currency_id = fields.Many2one(related="hold_ids.currency_id")
    granted_amount = fields.Monetary(
        "Granted",
        help="What is credited to the customer; the rest of the disputed part comes back.",
    )
    tell_customer = fields.Boolean(
        "Tell the Customer",
        help="Send a mail about the decision, and what is due when.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Mail",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        domain=[("model", "=", "aftersales.dunning.hold")],
    )
    preview = fields.Html(compute="_compute_preview", string="What Happens")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        holds = self.env["aftersales.dunning.hold"].browse(
            self.env.context.get("default_hold_ids")
            or self.env.context.get("active_ids")
        )
        # Of several, those that ended already stay as they are
        holds = holds.filtered(lambda hold: hold.state in RUNNING_STATES) or holds
        if first := holds.sorted("id")[:1]:
            outcome = first._get_likely_outcome()
            values |= first._get_terms_at_end(outcome)
            values |= {"hold_ids": [Command.set(holds.ids)], "outcome": outcome}
        return values

    @api.depends("hold_ids")
    def _compute_hold_count(self):
        for wizard in self:
            wizard.hold_count = len(wizard.hold_ids)

    @api.depends("hold_ids")
    @api.depends_context("uid")
    def _compute_may_choose(self):
        user = self.env.user
        is_debtor = self.env.su or user.has_group(DEBTOR_CONTROL)
        for wizard in self:
            wizard.may_choose = is_debtor or wizard.hold_ids._has_date_limit(user)

    @api.depends("outcome")
    def _compute_template_id(self):
        for wizard in self:
            name = f"aftersales_dunning.mail_outcome_{wizard.outcome}"
            wizard.template_id = self.env.ref(name, False)

    @api.depends(
        "hold_ids",
        "outcome",
        "release_policy",
        "wait_days",
        "due_days",
        "payment_term_id",
        "granted_amount",
    )
    @api.depends_context("uid", "lang")
    def _compute_preview(self):
        for wizard in self:
            terms = wizard._get_chosen_terms()
            texts = []
            for hold in wizard.hold_ids[:SHOWN]:
                texts += hold._origin._preview_release(
                    terms, wizard.outcome, wizard._get_granted()
                )
            if len(wizard.hold_ids) > SHOWN:
                more = len(wizard.hold_ids) - SHOWN
                texts.append(self.env._("and %s more", more))
            wizard.preview = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % text for text in texts
            )

    @api.onchange("outcome")
    def _onchange_outcome(self):
        """Take the terms that the outcome has."""
        if first := self._get_first():
            self.update(first._get_terms_at_end(self.outcome))

    def _get_first(self):
        """Return the hold whose terms the dialog shows."""
        return self.hold_ids._origin.sorted("id")[:1]

    def _get_chosen_terms(self):
        """Return the terms that were chosen here, none where each hold has its own."""
        self.ensure_one()
        terms = self._get_terms()
        first = self._get_first()
        if not first:
            return terms
        known = [first._get_terms_at_end(self.outcome)]
        if not self.may_choose:
            # What he cannot change his form does not bring: it is as it was opened.
            known.append(first._get_terms_at_end(first._get_likely_outcome()))
        return {} if terms in known else terms

    def _get_granted(self):
        self.ensure_one()
        is_partly = self.outcome == DECIDED_PARTLY and self.hold_count == 1
        return self.granted_amount if is_partly else 0

    def action_release(self):
        """End the holds on these terms, and tell the customers where that is wished."""
        self.ensure_one()
        if self.outcome == DECIDED_PARTLY and self.hold_count > 1:
            raise ValidationError(
                self.env._(
                    "Outcome: release partly credited holds one by one, to say how much"
                    " is granted."
                )
            )
        released = self.hold_ids._release_by_hand(
            self._get_chosen_terms(), self.outcome, self._get_granted()
        )
        if self.tell_customer and self.template_id and released:
            released._tell_customers(self.template_id)
        return {"type": "ir.actions.act_window_close"}
