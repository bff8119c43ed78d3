import ast
import base64
import hashlib
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools.mail import html2plaintext

from ...const import (
    INTAKE_ADDED,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_ERROR,
)
from ...engine import addresses, incoming, mail_headers, mail_reports
from ...engine.screening import Arrival, NewMail, judge_answer, judge_arrival, judge_new
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
        mail.sorting = self._get_sorting(mail, defaults, alias)
        vals = self._prepare_intake_vals(mail)
        verdict = self._judge_arrival(mail, vals)
        parent = self.env["mail.thread"]._get_parent_message(mail.values)
        if parent and parent.model == "aftersales.case" and parent.res_id:
            # Core takes an answer that also goes to our inbox for a new mail.
            model, thread_id = parent.model, parent.res_id
            mail.values["parent_id"] = parent.id
        named = not (thread_id or verdict.reason) and self._find_case_named(mail)
        if named:
            model, thread_id = named._name, named.id
        if thread_id and model == "aftersales.case":
            thread_id = self._screen_answer(mail, vals, verdict, thread_id, parent)
            route = (model, thread_id, {}, user_id, alias)
            return [*others, route] if thread_id else others
        if verdict.state == INTAKE_REFUSED:
            self._log_refused(mail, verdict.reason)
            return others
        defaults = dict(defaults or {})
        if thread_id:
            # The sender adds to a mail of his that still waits.
            earlier = self.browse(thread_id)
            mail.sorting = {name: earlier[name].id for name in SORTED_BY}
            defaults |= {name: mail.sorting[name] for name in ("type_id", "team_id")}
            vals |= mail.sorting
        vals |= self._sort_new(model, mail)
        if verdict.reason:
            vals |= {"state": verdict.state, "reason": verdict.reason}
        if not self._open(mail, vals):
            return others
        if mail.intake.state == INTAKE_WAITING:
            route = ("aftersales.intake", mail.intake.id, {}, user_id, alias)
        else:
            defaults |= self._prepare_case_defaults(mail.intake)
            route = ("aftersales.case", 0, defaults, user_id, alias)
        return [*others, route]

    @api.model
    def _screen_answer(self, mail, vals, verdict, case_id, parent):
        """Write down a mail on a case; return the id of the case, or False.

        :param parent: our message that it answers, or none
        """
        case = self.env["aftersales.case"].browse(case_id)._get_survivor()
        reason = judge_answer(
            verdict.reason,
            scan=bool(mail.scan),
            forged=mail.forged,
            stranger=case._is_somebody_else(self._get_writer_address(mail)),
        )
        if reason:
            # An automatic answer, or one of somebody else, is worth a note, but is
            # not the customer's reply.
            mail.values["is_internal"] = True
            if parent and parent.author_id.partner_share:
                # Core mails a note to whom it answers: not to the customer.
                mail.values.pop("parent_id", None)
        vals |= self._prepare_added_vals(case.id, reason)
        mail.sorting = {name: vals[name] for name in SORTED_BY}
        return case.id if self._open(mail, vals) else False

    @api.model
    def _judge_arrival(self, mail, vals):
        """Return the ``Verdict`` on a mail by itself: see ``engine/screening.py``."""
        sender = self._get_sender_address(mail)
        writer = self._get_writer_address(mail)
        company = self.env["res.company"].browse(mail.sorting["company_id"])
        domains = self._get_own_domains()
        list_id = mail_headers.get_list_id(mail.message)
        # sudo: the gateway runs as the sender's user
        aliases = self.env["mail.alias.domain"].sudo()
        equal, recent = self._count_repeated(vals) if writer else (0, 0)
        arrival = Arrival(
            refusal=mail.refusal,
            generated=incoming.is_generated(mail.message),
            from_us=bool(writer and aliases._find_aliases([writer])),
            names_writer=bool(mail.relayed and sender and sender != writer),
            own_list=mail.relayed
            or (bool(list_id) and addresses.is_of_domain(list_id, domains)),
            scan=bool(mail.scan),
            allowed=self._is_allowed(mail, company, sender or writer),
            equal=equal,
            recent=recent,
            threshold=self._get_loop_threshold(),
        )
        verdict = judge_arrival(arrival)
        if verdict.reason and sender and self._is_known_address(sender):
            return judge_arrival(replace(arrival, known=True))
        return verdict

    @api.model
    def _get_own_domains(self):
        """Return the domains that we write mail from."""
        # sudo: the gateway runs as the sender's user
        domains = self.env["mail.alias.domain"].sudo().search([]).mapped("name")
        return {domain.lower() for domain in domains if domain}

    @api.model
    def _get_sorting(self, mail, defaults=None, alias=None):
        """Return type, team and company of a mail by the address it was sent to.

        A report on one of our messages is of the company of its case.
        """
        if defaults is None and not alias:
            receivers = mail_headers.find_addresses(
                mail.message, mail_headers.RECIPIENT_HEADERS
            )
            aliases = self.env["mail.thread"]._aftersales_find_aliases(
                [*receivers, *mail.envelope]
            )
            alias = aliases[:1]
            defaults = ast.literal_eval(alias.alias_defaults) if alias else {}
            company = self._get_reported_company(mail, receivers)
        else:
            company = self.env["res.company"]
        defaults = defaults or {}
        case_type = self.env["aftersales.case.type"].browse(defaults.get("type_id"))
        team = self.env["aftersales.team"].browse(defaults.get("team_id"))
        case_type, team = case_type.exists(), team.exists()
        team = team or case_type.team_id
        company = company or self._get_mail_company(mail, case_type, team, alias)
        return {
            "type_id": case_type.id,
            "team_id": team.id,
            "company_id": company.id,
        }

    @api.model
    def _get_reported_company(self, mail, receivers):
        """Return the company of whose message a report speaks, or none."""
        companies = self.env["res.company"]
        if not mail_reports.is_report(mail.message):
            return companies
        found = self.env["mail.thread"]._aftersales_find_returned(
            mail.message, mail.source
        )
        if found.model == "aftersales.case":
            return self.env[found.model].browse(found.res_id).exists().company_id
        domains = self.env["mail.alias.domain"].search([])
        bounced = domains.filtered(lambda domain: domain.bounce_email in receivers)
        possible = bounced.company_ids
        return companies if self.env.company in possible else possible[:1]

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
        if known.source:
            same = incoming.is_same_mail(base64.b64decode(known.source), mail.source)
        else:
            key = known.origin_key
            same = not key or key == incoming.get_origin_key(mail.source)
        if message_id and same:
            return message_id
        return incoming.get_content_id(mail.source)

    @api.model
    def _sort_new(self, model, mail):
        """Return what a new mail becomes: a case, or a waiting row and why."""
        case_type = self.env["aftersales.case.type"].browse(mail.sorting["type_id"])
        team = self.env["aftersales.team"].browse(mail.sorting["team_id"])
        company = self.env["res.company"].browse(mail.sorting["company_id"])
        sender, candidates, claim = self._judge_sender(mail, company)
        archived = case_type or team
        verdict = judge_new(
            NewMail(
                archived=bool(archived) and not archived.active,
                inbox=model == "aftersales.intake",
                scan=bool(mail.scan),
                unclear_waits=case_type.intake_unclear == "inbox",
                proven=bool(sender),
                forged=mail.forged,
                candidates=len(candidates),
            )
        )
        return {
            "partner_id": sender.id,
            "candidate_ids": [fields.Command.set((sender or candidates).ids)],
            "state": verdict.state,
            "reason": verdict.reason or False,
        } | claim

    @api.model
    def _prepare_intake_vals(self, mail):
        msg = mail.values
        sender = msg.get("email_from")
        return {
            "message_id": mail.message_id or self._get_message_id(mail),
            "received_at": fields.Datetime.now(),
            "email_from": sender,
            "email_normalized": self._get_row_address(mail),
            "email_to": msg.get("to"),
            "subject": msg.get("subject") or self.env._("(no subject)"),
            "preview": self._get_preview(mail),
            "source": base64.b64encode(mail.source),
            "damaged": mail.damaged,
            "gateway_options": mail.options or False,
            "content_key": self._get_content_key(mail),
            "list_name": mail_headers.get_list_id(mail.message),
        } | (mail.sorting or {})

    @api.model
    def _get_row_address(self, mail):
        """Return under whose address a mail is known: not that of the list it passed."""
        writer = self._get_writer_address(mail)
        return (mail.relayed and self._get_sender_address(mail)) or writer

    @api.model
    def _get_content_key(self, mail):
        """Return what a mail says and brings as a short key, see ``_count_repeated``."""
        digest = hashlib.sha256()
        said = f"{mail.values.get('subject')} {html2plaintext(mail.values.get('body') or '')}"
        digest.update(" ".join(said.split()).encode(errors="replace"))
        for file in mail.content.files if mail.content else ():
            digest.update(file.data)
        return digest.hexdigest()

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
