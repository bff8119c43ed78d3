import base64
import email
import email.policy
import logging
from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import email_normalize, html2plaintext

from ...const import (
    CHANNEL_MAIL,
    CLAIM_ADDRESS,
    CLAIM_DOCUMENT,
    CLAIM_FORGED,
    CLAIM_PHONE,
    CLAIM_REPLY_TO,
    CLAIM_SLIP,
    INTAKE_ADDED,
    INTAKE_CASE,
    INTAKE_REASONS,
    INTAKE_REFUSED,
    INTAKE_STATES,
    INTAKE_WAITING,
    REASON_AGAIN,
    REASON_DISMISSED,
    REASON_DUPLICATE,
    REASON_ERROR,
    REASON_INBOX,
    REASON_LOOP,
    REASON_NO_SOURCE,
    REASON_OTHER_SENDER,
    REASON_OUR_ADDRESS,
    REASON_SENDER_AMBIGUOUS,
    REASON_SENDER_FORGED,
    REASON_SENDER_UNKNOWN,
)
from ...engine import incoming
from ...engine.hints import (
    drop_quoted_lines,
    drop_quotes,
    find_documents,
    find_phones,
)
from .aftersales_claim_mixin import NO_CLAIM
from .mail_thread import MAIL_KEY, OUR_MODELS, IncomingMail

_logger = logging.getLogger(__name__)

# What people decide about a mail that waits; all else is a record of what came in.
SORTED_FIELDS = ("type_id", "team_id", "partner_id", "case_id")
# Mails that nothing became of yet, through no fault of theirs.
FAILURES = (REASON_ERROR, REASON_AGAIN, REASON_NO_SOURCE)
# A mail that fails for a passing reason is tried again after so long, then after twice
# as long, and so on: within a day it waits for a person.
FIRST_DELAY = timedelta(minutes=5)
MOST_ATTEMPTS = 8
# Two processes with the same mail may write its row apart at the same moment.
APART_ATTEMPTS = 3
APART_PATIENCE = "3s"

# What is known of a mail before anything is made of it, and stays when that fails.
SORTED_BY = ("type_id", "team_id", "company_id")

# A sender's mails, in times of the threshold for equal ones, that make him a robot.
BUSY = 10


class AftersalesIntake(models.Model):
    """Every mail that came in: inbox, journal and refusal log in one.

    A row waits until somebody sorts it, became a case, was added to one, or was refused
    with a reason. The source is kept, so a refused mail can still become a case.
    """

    _name = "aftersales.intake"
    _description = "Incoming Mail"
    _inherit = ["mail.thread", "aftersales.claim.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "subject"
    _case_field = "case_id"
    _check_company_auto = True

    channel = fields.Char(
        required=True,
        readonly=True,
        default=CHANNEL_MAIL,
        help="How it reached us: mail, or a channel of another addon.",
    )
    message_id = fields.Char("Message-Id", readonly=True)
    received_at = fields.Datetime("Received On", required=True, readonly=True)
    email_from = fields.Char("From", readonly=True)
    email_normalized = fields.Char("Sender", readonly=True)
    email_to = fields.Char("To", readonly=True)
    subject = fields.Char(readonly=True)
    preview = fields.Text("First Lines", readonly=True)
    source = fields.Binary("Original Mail", attachment=True, readonly=True)
    source_name = fields.Char(compute="_compute_source_name")
    damaged = fields.Boolean(
        readonly=True,
        help="Text or files may have been lost to broken MIME; see the original mail.",
    )
    copies = fields.Integer(
        readonly=True, default=1, help="How often this very mail came in."
    )
    state = fields.Selection(
        INTAKE_STATES, required=True, readonly=True, default=INTAKE_WAITING
    )
    reason = fields.Selection(INTAKE_REASONS, readonly=True)
    error = fields.Char(readonly=True)
    attempts = fields.Integer(
        readonly=True, help="How often this mail was tried again by itself."
    )
    retry_at = fields.Datetime("Tried Again On", readonly=True)
    gateway_options = fields.Json(readonly=True)
    type_id = fields.Many2one("aftersales.case.type", check_company=True)
    team_id = fields.Many2one(
        "aftersales.team", index="btree_not_null", check_company=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", check_company=True)
    candidate_ids = fields.Many2many(
        "res.partner", string="Possible Customers", readonly=True
    )
    case_id = fields.Many2one(
        "aftersales.case", index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )

    _mail_has_id = models.Constraint(
        f"CHECK (channel != '{CHANNEL_MAIL}' OR message_id IS NOT NULL)",
        "A mail is known by its Message-Id.",
    )
    # The same mail must not come in twice, not even in two processes at once.
    _message_id_uniq = models.UniqueIndex(
        "(message_id)", "This mail has been received before."
    )
    # The inbox.
    _waiting_idx = models.Index("(company_id, received_at) WHERE state = 'waiting'")
    # The job that tries again.
    _again_idx = models.Index("(retry_at) WHERE state = 'waiting' AND reason = 'again'")
    # The guard against loops asks what a sender wrote in the last hours.
    _sender_idx = models.Index("(email_normalized, received_at)")

    def _compute_source_name(self):
        for intake in self:
            intake.source_name = f"{intake.subject or 'mail'}.eml"

    # === CRUD === #

    def write(self, vals):
        if not self.env.su:
            self._ensure_can_sort(vals)
        return super().write(vals)

    def _ensure_can_sort(self, vals):
        """Guard: a journal is not rewritten; people say what a waiting mail becomes.

        :raises AccessError: naming the first field that is not theirs to change, the
            mail that no longer waits, or the record that they may not read
        """
        for name, value in vals.items():
            if name not in SORTED_FIELDS:
                raise AccessError(
                    self.env._(
                        "%(field)s: this is kept as it came in. Change type, team,"
                        " customer or case of a waiting mail instead.",
                        field=self._fields[name]._description_string(self.env)
                        if name in self._fields
                        else name,
                    )
                )
            if value:
                self.env[self._fields[name].comodel_name].browse(value).check_access(
                    "read"
                )
        self.check_access("write")
        sorted_already = self.filtered(lambda mail: mail.state != INTAKE_WAITING)
        if sorted_already:
            raise AccessError(
                self.env._(
                    "“%(mail)s” no longer waits. Bring a refused mail back to the"
                    " inbox first, and go on in the case of any other.",
                    mail=sorted_already[0].subject,
                )
            )

    # === Actions === #

    def action_make_case(self):
        """Make a case of this mail, of the type chosen on it.

        :raises AccessError: when the user sorts no mail, or not this one
        """
        self.ensure_one()
        self.check_access("write")
        if not self.type_id:
            raise UserError(self.env._("Type: choose what kind of case this mail is."))
        return self._make_case()._get_records_action()

    def action_add_to_case(self):
        """Add this mail to the case chosen on it.

        Who reads a case may add a mail to it, even if he cannot change it.

        :raises AccessError: when the user sorts no mail, or cannot read the case
        """
        self.ensure_one()
        self.browse().check_access("write")
        self.check_access("read")
        if not self.case_id:
            raise UserError(self.env._("Case: choose the case this mail belongs to."))
        self.case_id.check_access("read")
        self._add_to(self.case_id)
        return self.case_id._get_records_action()

    def action_dismiss(self):
        """Refuse waiting mails by hand."""
        self.check_access("write")
        waiting = self.filtered(lambda intake: intake.state == INTAKE_WAITING)
        # sudo: checked above; people set no state but by these buttons
        waiting.sudo().write({"state": INTAKE_REFUSED, "reason": REASON_DISMISSED})
        return True

    def action_reconsider(self):
        """Bring refused mails back into the inbox."""
        self.check_access("write")
        refused = self.filtered(lambda intake: intake.state == INTAKE_REFUSED)
        refused.sudo().write({"state": INTAKE_WAITING})  # sudo: see action_dismiss
        return True

    def action_open_case(self):
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_confirm_claim(self):
        """Take over the customer whom this mail names, as if chosen by the user.

        His delivery follows when the mail becomes a case.
        """
        self.ensure_one()
        self.check_access("write")
        partner = self.claimed_partner_id
        sorted_already = self.partner_id or self.state in (INTAKE_CASE, INTAKE_ADDED)
        if not partner or sorted_already:
            raise UserError(
                self.env._("Claimed Customer: nothing is left to confirm on this mail.")
            )
        self._message_log(
            body=self.env._(
                "%(user)s confirmed that this mail concerns %(partner)s.",
                user=self.env.user.name,
                partner=partner.display_name,
            )
        )
        # sudo: candidates are written by the system only; the right was checked
        self.sudo().write(NO_CLAIM | {"partner_id": partner.id})
        return True

    def action_reject_claim(self):
        """Forget whom this mail names."""
        self.check_access("write")
        claimed = self.filtered("claim_reason")
        for intake in claimed:
            intake._message_log(
                body=self.env._(
                    "%(user)s rejected that this mail concerns %(partner)s.",
                    user=self.env.user.name,
                    partner=intake.claimed_partner_id.display_name,
                )
            )
        # sudo: candidates are written by the system only; the right was checked
        claimed.sudo().write(NO_CLAIM)
        return True

    # === Gateway === #

    @api.model
    def _screen(self, mail, routes):
        """Decide what becomes of a mail of ours, and write it down.

        :param mail: ``IncomingMail``, parsed
        :param routes: what core's gateway found
        :returns: the routes to go on with; ours are at most one
        """
        # sudo: the gateway runs as the sender's user, who may see nothing of this
        self = self.sudo()
        ours = [route for route in routes if route[0] in OUR_MODELS]
        others = [route for route in routes if route[0] not in OUR_MODELS]
        vals = self._prepare_intake_vals(mail)
        reason = mail.refusal or self._find_loop(vals)
        if not ours:
            if mail.refusal:
                self._log_refused(mail, mail.refusal)
            elif not others:
                error = self.env._("The address does not take mail from this sender.")
                self._log_refused(mail, REASON_ERROR, error)
            return others
        # One mail to two of our addresses makes one case.
        model, thread_id, defaults, user_id, alias = ours[0]
        if mail.forged:
            # Core lets a colleague's address act as that colleague.
            user_id = self.env.uid
        parent = self.env["mail.thread"]._get_parent_message(mail.values)
        if parent and parent.model == "aftersales.case" and parent.res_id:
            # Core takes an answer that also goes to our inbox for a new mail.
            model, thread_id = parent.model, parent.res_id
            mail.values["parent_id"] = parent.id
        named = not (thread_id or reason) and self._find_case_in_subject(mail)
        if named:
            model, thread_id = named._name, named.id
        if thread_id and model == "aftersales.case":
            case = self.env["aftersales.case"].browse(thread_id)
            case = case._get_survivor()
            thread_id = case.id
            reason = reason or self._find_doubt(mail, case)
            if reason:
                # An automatic answer, or one of somebody else, is worth a note, but is
                # not the customer's reply.
                mail.values["is_internal"] = True
                if parent.author_id.partner_share:
                    # Core mails a note to whom it answers: not to the customer.
                    mail.values.pop("parent_id", None)
            vals |= self._prepare_added_vals(thread_id, reason)
            mail.sorting = {name: vals[name] for name in SORTED_BY}
            if not self._open(mail, vals):
                return others
            return [*others, (model, thread_id, {}, user_id, alias)]
        if reason:
            self._log_refused(mail, reason)
            return others
        defaults = dict(defaults or {})
        if thread_id:
            # The sender adds to a mail of his that still waits.
            earlier = self.browse(thread_id)
            defaults |= {"type_id": earlier.type_id.id, "team_id": earlier.team_id.id}
        vals |= self._sort_new(model, defaults, mail, alias)
        mail.sorting = {name: vals[name] for name in SORTED_BY}
        if not self._open(mail, vals):
            return others
        if mail.intake.state == INTAKE_WAITING:
            route = ("aftersales.intake", mail.intake.id, {}, user_id, alias)
        else:
            defaults |= self._prepare_case_defaults(mail.intake)
            route = ("aftersales.case", 0, defaults, user_id, alias)
        return [*others, route]

    @api.model
    def _find_doubt(self, mail, case):
        """Return why a mail on a case is not the word of one of its people, or None."""
        if mail.forged:
            return REASON_SENDER_FORGED
        if case._is_somebody_else(self._get_writer_address(mail)):
            return REASON_OTHER_SENDER
        return None

    @api.model
    def _prepare_added_vals(self, case_id, reason):
        case = self.env["aftersales.case"].browse(case_id)
        return {
            "state": INTAKE_ADDED,
            "reason": reason,
            "case_id": case.id,
            "type_id": case.type_id.id,
            "team_id": case.team_id.id,
            "company_id": case.company_id.id,
        }

    @api.model
    def _get_message_id(self, mail):
        """Return the id by which a mail is known when it comes in again.

        Some programs give every mail the same Message-Id: such a mail goes by its
        content, like one without.
        """
        if mail.intake:
            return mail.intake.message_id
        message_id = " ".join(str(mail.message.get("Message-Id") or "").split())
        known = self.sudo().search([("message_id", "=", message_id)])  # see _screen
        if message_id and (
            not known.source
            or incoming.is_same_mail(base64.b64decode(known.source), mail.source)
        ):
            return message_id
        return incoming.get_content_id(mail.source)

    @api.model
    def _sort_new(self, model, defaults, mail, alias):
        """Return what a new mail becomes: a case, or a waiting row and why."""
        case_type = self.env["aftersales.case.type"].browse(defaults.get("type_id"))
        team = self.env["aftersales.team"].browse(defaults.get("team_id"))
        team = team or case_type.team_id
        company = self._get_mail_company(mail, case_type, team, alias)
        sender, candidates, claim = self._judge_sender(mail, company)
        result = {
            "type_id": case_type.id,
            "team_id": team.id,
            "company_id": company.id,
            "partner_id": sender.id,
            "candidate_ids": [fields.Command.set((sender or candidates).ids)],
            "state": INTAKE_CASE,
        } | claim
        if model == "aftersales.intake":
            result |= {"state": INTAKE_WAITING, "reason": REASON_INBOX}
        elif not sender:
            result["reason"] = self._get_unclear_reason(mail, candidates)
            if case_type.intake_unclear == "inbox":
                result["state"] = INTAKE_WAITING
        return result

    @api.model
    def _get_unclear_reason(self, mail, candidates):
        if mail.forged:
            return REASON_SENDER_FORGED
        if len(candidates) > 1:
            return REASON_SENDER_AMBIGUOUS
        return REASON_SENDER_UNKNOWN

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
        proven = self._is_written_by(mail, self._get_sender_address(mail))
        if len(found) == 1 and proven:
            return found, found, self._find_slip_claim(text, company, found)
        reason = CLAIM_ADDRESS if proven else CLAIM_REPLY_TO
        reason = CLAIM_FORGED if mail.forged else reason
        hint = False
        if len(found) != 1:
            found, reason, hint = self._find_named(text, company, found, reason)
        if len(found) > 1:
            return found.browse(), found, {}
        if not found:
            return found, found, {}
        claim = {"claim_hint": hint} | self._find_slip_claim(
            text, company, found, stranger=True
        )
        claim |= {"claimed_partner_id": found.id, "claim_reason": reason}
        return found.browse(), found, claim

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
            "claimed_picking_id": slip.id,
            "claim_reason": CLAIM_SLIP,
            "claim_hint": word,
        }

    @api.model
    def _get_own_words(self, values):
        """Return the subject and what the sender himself wrote, as plain text."""
        body = html2plaintext(drop_quotes(values.get("body")))
        return f"{values.get('subject') or ''}\n{drop_quoted_lines(body)}"

    @api.model
    def _prepare_intake_vals(self, mail):
        msg = mail.values
        sender = msg.get("email_from")
        return {
            "message_id": mail.message_id or self._get_message_id(mail),
            "received_at": fields.Datetime.now(),
            "email_from": sender,
            "email_normalized": email_normalize(sender or ""),
            "email_to": msg.get("to"),
            "subject": msg.get("subject") or self.env._("(no subject)"),
            "preview": html2plaintext(msg.get("body") or "")[:500],
            "source": base64.b64encode(mail.source),
            "damaged": mail.damaged,
            "gateway_options": mail.options or False,
        }

    @api.model
    def _prepare_case_defaults(self, intake):
        """Return values for the case that a mail becomes, from its sorting."""
        partner = intake.partner_id
        customer = partner.commercial_partner_id
        vals = {"company_id": intake.company_id.id}
        if intake.type_id:
            vals["type_id"] = intake.type_id.id
        if partner:
            vals |= {
                "partner_id": customer.id,
                "contact_id": partner.id if partner != customer else False,
            }
        return vals | intake._prepare_claim_vals()

    def _prepare_claim_vals(self):
        """Return values for the case: what this mail claims and nobody has decided.

        Whoever chooses the customer of a mail has decided, but for a delivery that is
        somebody else's.
        """
        self.ensure_one()
        intake = self.sudo()  # sudo: the gateway runs as the sender's user
        slip = intake.claimed_picking_id
        if not intake.claim_reason or not intake.claimed_partner_id:
            return {}
        if intake.partner_id:
            customer = intake.partner_id.commercial_partner_id
            if not slip or slip._get_slip_customer() == customer:
                return {}
        return {
            "claimed_partner_id": intake.claimed_partner_id.id,
            "claimed_picking_id": slip.id,
            "claim_reason": CLAIM_SLIP if intake.partner_id else intake.claim_reason,
            "claim_hint": intake.claim_hint,
        } | ({"slip_number": intake.claim_hint} if slip else {})

    def _expire_claims(self):
        self.write(NO_CLAIM)

    @api.autovacuum
    def _gc_claims(self):
        """Forget whom a mail names that has waited longer than the company allows."""
        return self.env["aftersales.case"]._forget_old_claims(self, "received_at")

    @api.model
    def _find_loop(self, vals):
        """Return a reason when the sender is a machine in a loop, or ourselves."""
        sender = vals["email_normalized"]
        if not sender:
            return None
        # sudo: the gateway runs as the sender's user
        if self.env["mail.alias.domain"].sudo()._find_aliases([sender]):
            return REASON_OUR_ADDRESS
        # sudo: the gateway runs as the sender's user
        allowed = self.env["mail.gateway.allowed"].sudo()
        if allowed.search_count([("email_normalized", "=", sender)], limit=1):
            return None
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        threshold = int(get_param("mail.gateway.loop.threshold", 20))
        recent = self._get_recent_domain(sender)
        # A busy customer writes about different things; a loop repeats itself.
        same = self.search_count(
            [*recent, ("subject", "=", vals["subject"])], limit=threshold
        )
        # Nobody is that busy: a robot that numbers its answers.
        limit = threshold * BUSY
        if same >= threshold or self.search_count(recent, limit=limit) >= limit:
            return REASON_LOOP
        return None

    @api.model
    def _get_recent_domain(self, sender):
        # sudo: the gateway runs as the sender's user
        get_param = self.env["ir.config_parameter"].sudo().get_param
        minutes = int(get_param("mail.gateway.loop.minutes", 120))
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        return [("email_normalized", "=", sender), ("received_at", ">=", since)]

    def _count_recent(self):
        """Return how many cases this mail's sender made lately, this one included."""
        self.ensure_one()
        domain = self._get_recent_domain(self.email_normalized)
        return self.search_count([*domain, ("state", "=", INTAKE_CASE)])

    @api.model
    def _open(self, mail, vals):
        """Write the row of a mail; False when the mail is known already.

        A mail that could not be processed the first time is taken up again.
        """
        known = self.search([("message_id", "=", vals["message_id"])])
        if known._is_unfinished():
            known.write({"reason": False, "error": False, "retry_at": False} | vals)
            mail.intake = known
            return True
        if known:
            self._log_refused(mail, REASON_DUPLICATE)
            return False
        try:
            with self.env.cr.savepoint():
                mail.intake = self.create(vals)
        except psycopg2.errors.UniqueViolation:
            # Another process was faster; its row came too late for us to see.
            self._log_apart(mail, REASON_DUPLICATE)
            mail.refusal = REASON_DUPLICATE
            return False
        return True

    @api.model
    def _log_refused(self, mail, reason, error=None):
        """Write down a refused mail; a copy of a known one only counts up.

        One that failed for a passing reason is not refused: it waits and is tried again.
        """
        self = self.sudo()  # see _screen
        vals = self._prepare_intake_vals(mail) | mail.sorting
        known = self.search([("message_id", "=", vals["message_id"])])
        failure = self._prepare_failure_vals(known, reason, error)
        if not known:
            mail.intake = self._create_in_need(mail, vals | failure)
            return mail.intake
        if reason in FAILURES and known._is_unfinished():
            known.write(failure)
        else:
            known.copies += 1
        mail.intake = known
        return known

    def _is_unfinished(self):
        """Say whether this mail failed, so that it is processed when it comes again."""
        return self.state in (INTAKE_WAITING, INTAKE_REFUSED) and (
            self.reason in FAILURES
        )

    @api.model
    def _prepare_failure_vals(self, known, reason, error):
        """Return what the row of a mail says that became nothing.

        :param known: its row, or none; a mail that failed too often waits for a person
        """
        vals = {
            "state": INTAKE_REFUSED,
            "reason": reason,
            "error": error and str(error)[:500],
            "retry_at": False,
        }
        if reason != REASON_AGAIN:
            return vals
        vals["state"] = INTAKE_WAITING
        if known.attempts < MOST_ATTEMPTS:
            vals["retry_at"] = known._get_next_try()
        else:
            vals["reason"] = REASON_ERROR
        return vals

    @api.model
    def _create_in_need(self, mail, vals):
        """Create the row of a mail, without its source where that cannot be kept.

        Its words then stand on the row, and who looks into the inbox can ask for the
        rest: the server that brought the mail has forgotten it.
        """
        try:
            with self.env.cr.savepoint():
                return self.create(vals)
        except OSError as error:
            body = html2plaintext(mail.values.get("body") or "")
            vals |= {
                "source": False,
                "preview": body or vals["preview"],
                "error": self.env._("The original mail could not be kept: %s", error),
                "retry_at": False,
            }
            if vals["reason"] in FAILURES:
                vals |= {"state": INTAKE_WAITING, "reason": REASON_NO_SOURCE}
            return self.create(vals)

    @api.model
    def _log_apart(self, mail, reason, error=None):
        """Write down a mail in its own transaction: the caller's is rolled back."""
        mail.intake = None
        mail.logged = True
        context = {"lang": self.env.lang}
        for attempt in range(APART_ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    # Nobody may wait here for ever for what his caller has locked.
                    cr.execute("SET LOCAL lock_timeout = %s", [APART_PATIENCE])
                    env = self.env(cr=cr, user=SUPERUSER_ID, context=context)
                    self.with_env(env)._log_refused(mail, reason, error)
                break
            except Exception as problem:
                # Another process writes the row of the same mail, or has just done so.
                passing = (psycopg2.IntegrityError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
                if isinstance(problem, passing) and attempt + 1 < APART_ATTEMPTS:
                    mail.sorting = {}  # the type may be what is locked
                    continue
                # The error that brought us here must reach the caller, not this one.
                message_id = mail.message.get("Message-Id")
                _logger.exception("The refusal of mail %s was not logged", message_id)
                break
        mail.intake = None

    # === Trying again === #

    @api.model
    def _cron_try_again(self):
        """Process mails again that failed for a passing reason, each by itself."""
        cron = self.env["ir.cron"]
        due = self.search(
            [
                ("state", "=", INTAKE_WAITING),
                ("reason", "=", REASON_AGAIN),
                ("retry_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        cron._commit_progress(remaining=len(due))
        for intake in due:
            if intake._count_attempt():
                # In a transaction of its own, and counted even if it ends the process.
                cron._commit_progress()
                intake._try_again()
            if not cron._commit_progress(1):
                break

    def _count_attempt(self):
        """Put this mail off before it is tried; False when it was tried often enough."""
        self.ensure_one()
        if self.attempts >= MOST_ATTEMPTS or not self.source:
            self.write({"reason": REASON_ERROR, "retry_at": False})
            return False
        self.attempts += 1
        self.retry_at = self._get_next_try()
        return True

    def _get_next_try(self):
        return fields.Datetime.now() + FIRST_DELAY * 2**self.attempts

    def _try_again(self):
        """Let this mail come in once more; ``_open`` takes its row up."""
        self.ensure_one()
        try:
            self.env["mail.thread"].message_process(
                message=base64.b64decode(self.source),
                **{"model": False} | (self.gateway_options or {}),
            )
        except Exception as error:
            # What it did is undone, and its row says why: see ``message_process``.
            _logger.info("Mail %s failed again: %s", self.message_id, error)

    # === Sorting by hand === #

    def _make_case(self):
        """Turn this mail into a case of its type.

        :returns: the new case, with message, files and sender
        """
        self._check_unsorted()
        self._check_source()
        return self._route_to("aftersales.case", 0, self._prepare_case_defaults(self))

    def _add_to(self, case):
        """Add this mail, with its files, to an existing case."""
        self._check_unsorted()
        self._check_source()
        self._route_to("aftersales.case", case.id, {})
        # sudo: whoever reads a case may add to it, even if he cannot change it
        self.sudo().write({"state": INTAKE_ADDED, "case_id": case.id})

    def _check_unsorted(self):
        """Raise when this mail already stands on a case: it must not stand on two."""
        self.ensure_one()
        if self.state in (INTAKE_CASE, INTAKE_ADDED):
            raise UserError(
                self.env._("This mail already belongs to case %s.", self.case_id.number)
            )

    def _check_source(self):
        """Raise when there is nothing to deliver: the disk was full."""
        if not self.source:
            raise UserError(
                self.env._(
                    "Original Mail: it could not be kept. Ask %(sender)s to send it"
                    " again, or make a case by hand and dismiss this mail.",
                    sender=self.email_from,
                )
            )

    def _route_to(self, model, thread_id, vals):
        """Let core's gateway deliver the kept source once more, where we say.

        The waiting copy of the message is dropped: one mail stands in one place.
        """
        source = base64.b64decode(self.source)
        parsed = email.message_from_bytes(
            incoming.clean_headers(source), policy=email.policy.SMTP
        )
        incoming.repair_headers(parsed)
        refusal = incoming.find_refusal(parsed)
        mail = IncomingMail(source, parsed, refusal, intake=self)
        # sudo: the message is the sender's; the caller may write this intake
        waiting = self.sudo().message_ids.filtered(
            lambda message: message.message_id == self.message_id
        )
        waiting.attachment_ids.unlink()
        waiting.unlink()
        gateway = self.env["mail.thread"].with_context(**{MAIL_KEY: mail})
        values = gateway.message_parse(parsed)
        routes = [(model, thread_id, vals, self.env.uid, None)]
        values |= gateway._message_parse_post_process(parsed, values, routes)
        return self.env[model].browse(
            gateway._message_route_process(parsed, values, routes)
        )


def _narrow(found, matches):
    """Keep of the partners found those whose customer a further hint names too."""
    customers = matches.commercial_partner_id
    both = found.filtered(lambda partner: partner.commercial_partner_id in customers)
    return both or found or matches
