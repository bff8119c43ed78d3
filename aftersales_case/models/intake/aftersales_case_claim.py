from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from ...const import (
    CLAIM_SLIP,
    EVENT_CLAIM_CONFIRMED,
    EVENT_CLAIM_EXPIRED,
    EVENT_CLAIM_REJECTED,
    EVENT_SLIP_CONFIRMED,
)
from ...engine.slips import slip_key
from .aftersales_claim_mixin import AGENT, NO_CLAIM

# How many old claims are forgotten in one go.
MOST_EXPIRED = 500


class AftersalesCase(models.Model):
    """A claim is not proof: what a case only names waits for somebody to confirm it.

    Proven is a customer by the address he writes from, by his log-in, or by a person's
    word. Whoever names a number or a phone makes a candidate: customer, contact, slip,
    goods and phone of the case stay empty, and nothing of the candidate leaves the house.
    """

    _name = "aftersales.case"
    _inherit = ["aftersales.case", "aftersales.claim.mixin"]

    addressee_name = fields.Char(
        "Name to Greet",
        compute="_compute_addressee_name",
        compute_sudo=True,  # of whoever writes, also when he may not see the address
        help="Whose address the case has; nobody when it is not the customer's own.",
    )
    partner_id = fields.Many2one(inverse="_inverse_claim")
    contact_id = fields.Many2one(inverse="_inverse_claim")
    picking_id = fields.Many2one(inverse="_inverse_claim")

    @api.depends(
        "email",
        "contact_id.name",
        "contact_id.email",
        "partner_id.name",
        "partner_id.email",
    )
    def _compute_addressee_name(self):
        """Name only whose address the case has: others may write in his name."""
        for case in self:
            address = email_normalize(case.email or "", strict=False)
            people = case.contact_id | case.partner_id
            owners = people.filtered(
                lambda partner, a=address: a and partner.email_normalized == a
            )
            case.addressee_name = owners[:1].name

    # === What is open === #

    def _is_claimed(self):
        """Say whether this case rests on a claim that nobody has decided yet.

        Whoever sets the customer, chooses the slip or types another number has decided.
        """
        self.ensure_one()
        claim = self.sudo()  # sudo: everybody's actions respect a claim he cannot see
        if not claim.claim_reason or claim._get_slip():
            return False
        if claim.slip_number and slip_key(claim.slip_number) != slip_key(
            claim.claim_hint
        ):
            return False
        if claim.claim_reason == CLAIM_SLIP:
            return bool(claim.slip_number)
        return not claim.partner_id

    def _inverse_claim(self):
        self._settle_claims()

    def _settle_claims(self):
        """Forget the claims that somebody has decided by what he entered."""
        # sudo: as in _is_claimed
        claimed = self.sudo().filtered("claim_reason")
        claimed.filtered(lambda case: not case._is_claimed())._forget_claims()

    def _forget_claims(self):
        """Forget the candidates, here and on the mails of these cases; with sudo."""
        if self:
            self.write(NO_CLAIM)
            self.intake_ids.filtered("claim_reason").write(NO_CLAIM)

    # === Deciding === #

    def action_confirm_claim(self):
        """Take over the customer and slip that are claimed, as if the user typed them.

        :returns: True
        :raises AccessError: for users who may not decide: see ``_ensure_may_decide``
        :raises UserError: when nothing is claimed
        """
        cases = self._get_claimed_to_decide()
        for case in cases:
            vals, partner = case._prepare_confirmed_vals(), case.claimed_partner_id
            text = case.claim_text
            # sudo: candidates are written by the system only; the right was checked
            case.sudo()._forget_claims()
            case._write_for_system(vals)
            case._log_decision(
                EVENT_CLAIM_CONFIRMED,
                self.env._(
                    "%(user)s confirmed this claim: %(claim)s",
                    user=self.env.user.name,
                    claim=text,
                ),
                partner,
            )
        return True

    def action_reject_claim(self):
        """Forget the claimed customer and slip, and the number that named it.

        :returns: True
        :raises AccessError: for users who may not decide: see ``_ensure_may_decide``
        :raises UserError: when nothing is claimed
        """
        for case in self._get_claimed_to_decide():
            # The note names no candidate: others than agents read it, too.
            named = case.claim_hint or case._get_public_value("email")
            case._drop_claim()
            case._log_decision(
                EVENT_CLAIM_REJECTED,
                self.env._(
                    "%(user)s rejected what the sender named (%(named)s). Nothing of it"
                    " was taken over.",
                    user=self.env.user.name,
                    named=named,
                ),
            )
        return True

    def _ensure_may_decide(self):
        """Guard: agents who may write the case decide, not whoever reported it.

        :raises AccessError: naming the role that is missing
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(AGENT):
            raise AccessError(
                self.env._(
                    "Customer and Delivery Slip: only agents of After-sales confirm"
                    " them. Write a message on the case instead."
                )
            )

    def _get_claimed_to_decide(self):
        self._ensure_may_decide()
        cases = self.filtered("claim_reason")
        if not cases:
            raise UserError(
                self.env._(
                    "Claimed Customer: nothing is left to confirm here. Reload the page"
                    " to see what was decided."
                )
            )
        return cases

    def _prepare_confirmed_vals(self):
        """Hook: return what confirming a claim writes, as if the user typed it.

        The sender keeps his address: it is where he is answered.
        """
        self.ensure_one()
        partner, slip = self.claimed_partner_id, self.claimed_picking_id
        vals = {}
        if slip:
            vals["picking_id"] = slip.id
        elif self.slip_number:
            vals["slip_number"] = self.slip_number
        if partner and not self.partner_id:
            customer = partner.commercial_partner_id
            vals["partner_id"] = customer.id
            vals["contact_id"] = partner.id if partner != customer else False
            address = self.sudo().email  # sudo: kept, whoever may see it
            if address:
                vals["email"] = address
        return vals

    def _drop_claim(self):
        """Forget what is claimed here with the number typed: nothing may match it."""
        self.ensure_one()
        # sudo: candidates are written by the system only; the caller checked the right
        case = self.sudo()
        typed = case.claim_hint and slip_key(case.claim_hint) == slip_key(
            case.slip_number
        )
        if typed and not case._get_slip():
            case.slip_number = False
        case._forget_claims()

    def _log_decision(self, kind, text, partner=None):
        self.ensure_one()
        self.env["aftersales.case.event"]._log_events(
            [{"case_id": self, "kind": kind, "to_id": partner.id if partner else 0}]
        )
        self._message_log(body=text)

    def _log_slip_confirmed(self):
        for case in self:
            case._log_decision(
                EVENT_SLIP_CONFIRMED,
                self.env._(
                    "%(user)s confirmed delivery slip %(slip)s.",
                    user=self.env.user.name,
                    slip=case.slip_number,
                ),
            )

    # === Expiry === #

    @api.autovacuum
    def _gc_claims(self):
        """Forget claims that are older than the company allows; the cases stay."""
        return self._forget_old_claims(self, "reported_at")

    @api.model
    def _forget_old_claims(self, records, since):
        """Forget the old claims of cases, or of mails.

        :param records: an empty recordset of their model
        :param since: the name of the field that says how old a claim is
        :returns: (how many were forgotten, whether more are left), as autovacuum asks
        """
        now = fields.Datetime.now()
        # sudo: the system cleans up, whoever runs it
        companies = self.env["res.company"].sudo().search([])
        old = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(since, "<", now - timedelta(days=company.aftersales_claim_days))
            for company in companies
            if company.aftersales_claim_days > 0
        )
        # sudo: as above
        claimed = records.sudo().search(
            Domain("claim_reason", "!=", False) & old, limit=MOST_EXPIRED
        )
        claimed._expire_claims()
        return len(claimed), len(claimed) == MOST_EXPIRED

    def _expire_claims(self):
        for case in self:
            named, days = case.claim_hint, case.company_id.aftersales_claim_days
            case._drop_claim()
            case._log_decision(
                EVENT_CLAIM_EXPIRED,
                self.env._(
                    "Nobody confirmed within %(days)s days what the sender named"
                    " (%(named)s). The candidate was forgotten.",
                    days=days,
                    named=named or case._get_public_value("email"),
                ),
            )
