from odoo import api, models
from odoo.tools.mail import html2plaintext

from ...const import (
    CLAIM_ADDRESS,
    CLAIM_DOCUMENT,
    CLAIM_FORGED,
    CLAIM_FORWARDED,
    CLAIM_PHONE,
    CLAIM_REPLY_TO,
    CLAIM_SLIP,
)
from ...engine.hints import (
    drop_quoted_lines,
    drop_quotes,
    find_documents,
    find_phones,
)
from .aftersales_claim_mixin import NO_CLAIM


class AftersalesIntake(models.Model):
    """Candidates: whom a mail comes from, and whom or what it only names."""

    _inherit = "aftersales.intake"

    @api.model
    def _judge_sender(self, mail, company):
        """Say who wrote a mail, and whom or what it only names.

        Proven is a customer whose address it is, if it is nobody else's and our server
        does not doubt it. Phone numbers and numbers of documents in the sender's own
        words give candidates: they narrow each other down, but prove nothing.

        :returns: (partner or none, candidates, values of the claim or none); there is
            one claim at most, and none where the text leaves a choice
        """
        found = self._find_sender(mail, company)
        text = self._get_own_words(mail.values)
        if mail.forwarded:
            text = f"{mail.forwarded.subject}\n{mail.forwarded.words}"
        proven = self._is_written_by(mail, self._get_sender_address(mail))
        if len(found) == 1 and proven:
            return found, found, self._find_slip_claim(text, company, found)
        reason = CLAIM_ADDRESS if proven else CLAIM_REPLY_TO
        reason = CLAIM_FORWARDED if mail.forwarded else reason
        reason = CLAIM_FORGED if mail.forged else reason
        return found.browse(), *self._judge_words(text, company, found, reason)

    @api.model
    def _judge_words(self, text, company, found, reason):
        """Say whom or what a text names whose writer has proven nothing.

        :param found: customers who may have written, by the address
        :param reason: why these are not proven
        :returns: (candidates, values of the claim or none); see ``_judge_sender``
        """
        hint = False
        if len(found) != 1:
            found, reason, hint = self._find_named(text, company, found, reason)
        if len(found) != 1:
            return found, {}
        claim = {"claim_hint": hint} | self._find_slip_claim(
            text, company, found, stranger=True
        )
        return found, claim | {"claimed_partner_id": found.id, "claim_reason": reason}

    @api.model
    def _find_sender(self, mail, company):
        """Return the customers, one partner each, from whose address a mail comes."""
        sender = self._get_sender_address(mail)
        partners = self.env["res.partner"]
        found = partners._aftersales_match_email(sender) if sender else partners
        return self._filter_customers(found, company)

    @api.model
    def _find_named(self, text, company, found, reason):
        """Return (customers, reason, hint): whom the words of a mail name.

        :param found: customers found by the address; a text decides between them only
        :param reason: why these are not proven
        """
        partners = self.env["res.partner"]
        phones = find_phones(text, company.country_id.code or None)
        documents = find_documents(text)
        for words, match, kind in (
            (phones, partners._aftersales_match_phones, CLAIM_PHONE),
            (documents, partners._aftersales_match_documents, CLAIM_DOCUMENT),
        ):
            named = self._filter_customers(match(words), company) if words else partners
            if not named:
                continue
            if not found:
                # Whoever wrote is not who is reached there: no person is named.
                named, reason = named.commercial_partner_id, kind
            found = _narrow(found, named)
            if len(found) == 1:
                hints = (
                    word
                    for word in words
                    if found.commercial_partner_id
                    in match([word]).commercial_partner_id
                )
                return found, reason, next(hints, False)
        return found, reason, False

    @api.model
    def _filter_customers(self, partners, company):
        """Return those of some partners who are a company's customers, no colleagues."""
        return partners.filtered(
            lambda partner: (
                partner.partner_share
                and partner.company_id in (company, company.browse())
            )
        )

    @api.model
    def _find_slip_claim(self, text, company, partner, stranger=False):
        """Return the values of a claim on a delivery that a text names, or none.

        A proven sender who names one of his own claims nothing: it is taken over.

        :param partner: the proven sender, or the candidate when ``stranger``
        """
        found = self.env["aftersales.case"]._find_slips_in_text(text, company)
        customer = partner.commercial_partner_id
        own = {s: w for s, w in found.items() if s._get_slip_customer() == customer}
        if own and not stranger:
            return {}
        slips = own if stranger else found
        if len(slips) != 1:
            return {}
        [(slip, word)] = slips.items()
        return {
            "claimed_partner_id": slip._get_slip_customer().id,
            # An order is claimed by its number alone.
            "claimed_picking_id": slip.id if slip._name == "stock.picking" else False,
            "claim_reason": CLAIM_SLIP,
            "claim_hint": word,
        }

    @api.model
    def _get_own_words(self, values):
        """Return the subject and what the sender himself wrote, as plain text."""
        body = html2plaintext(drop_quotes(values.get("body")))
        return f"{values.get('subject') or ''}\n{drop_quoted_lines(body)}"

    def _prepare_claim_vals(self):
        """Return values for the case: what this mail claims and nobody has decided.

        Whoever chooses the customer of a mail has decided, but for a delivery that is
        somebody else's.
        """
        self.ensure_one()
        intake = self.sudo()  # sudo: the gateway runs as the sender's user
        slip = intake.claimed_picking_id or intake._get_claimed_document()
        if not intake.claim_reason or not intake.claimed_partner_id:
            return {}
        if intake.partner_id:
            customer = intake.partner_id.commercial_partner_id
            if not slip or slip._get_slip_customer() == customer:
                return {}
        return {
            "claimed_partner_id": intake.claimed_partner_id.id,
            "claimed_picking_id": intake.claimed_picking_id.id,
            "claim_reason": CLAIM_SLIP if intake.partner_id else intake.claim_reason,
            "claim_hint": intake.claim_hint,
        } | ({"slip_number": intake.claim_hint} if slip else {})

    def _get_claimed_document(self):
        """Return the claimed customer's document that is no delivery, or none."""
        self.ensure_one()
        found = self.env["aftersales.case"]._find_slips_in_text(
            self.claim_hint or "", self.company_id
        )
        own = [
            slip
            for slip in found
            if slip._get_slip_customer()
            == self.claimed_partner_id.commercial_partner_id
        ]
        return own[0] if len(own) == 1 else None

    def _expire_claims(self):
        self.write(NO_CLAIM)

    @api.autovacuum
    def _gc_claims(self):
        """Forget whom a mail names that has waited longer than the company allows."""
        return self.env["aftersales.case"]._forget_old_claims(self, "received_at")


def _narrow(found, matches):
    """Keep of the partners found those whose customer a further hint names too."""
    customers = matches.commercial_partner_id
    both = found.filtered(lambda partner: partner.commercial_partner_id in customers)
    return both or found or matches
