import base64

from odoo import api, fields, models
from odoo.tools.mail import email_normalize, html2plaintext

from ...const import (
    INTAKE_ADDED,
    INTAKE_CASE,
    INTAKE_WAITING,
    REASON_ERROR,
    REASON_INBOX,
    REASON_OTHER_SENDER,
    REASON_SENDER_AMBIGUOUS,
    REASON_SENDER_FORGED,
    REASON_SENDER_UNKNOWN,
)
from ...engine import incoming
from .mail_thread import OUR_MODELS

# What is known of a mail before anything is made of it, and stays when that fails.
SORTED_BY = ("type_id", "team_id", "company_id")


class AftersalesIntake(models.Model):
    """Screening: what becomes of a mail as it comes in."""

    _inherit = "aftersales.intake"

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
            "preview": self._get_preview(mail),
            "source": base64.b64encode(mail.source),
            "damaged": mail.damaged,
            "gateway_options": mail.options or False,
        }

    @api.model
    def _get_preview(self, mail):
        """Return the first lines of a mail, or in which file they are."""
        wrapper = mail.content and mail.content.find_wrapper()
        if wrapper:
            return self.env._("The text of this mail is inside the file %s.", wrapper)
        return html2plaintext(mail.values.get("body") or "")[:500]

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
