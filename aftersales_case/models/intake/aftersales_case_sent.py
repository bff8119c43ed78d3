from odoo import fields, models
from odoo.tools import email_normalize, email_normalize_all

from ...const import (
    CLOSED_STATES,
    EVENT_MAIL_FAILED,
    EVENT_MAIL_OUT,
    MAIL_BOUNCED,
)
from ...engine.mail_headers import ADDRESS
from ...engine.mail_reports import MOST_OF_A_REPORT, find_failed_recipients


class AftersalesCase(models.Model):
    """Messages that follow from a case: queued, sent, or lost, and who is told so."""

    _inherit = "aftersales.case"

    # === What stages send === #

    def _send_on_moves(self):
        """Send the messages of the stages that these cases have entered."""
        links = self.type_id._get_links()
        by_stage = self.grouped(lambda case: (case.type_id.id, case.stage_id.id))
        for key, cases in by_stage.items():
            link = links.get(key)
            if link and link.mail_template_id:
                cases._send_on_move(link)

    def _send_on_move(self, link):
        """Send the stage's message: a working stage says so once, an end every time."""
        cases, template = self, link.mail_template_id
        if link.state not in CLOSED_STATES:
            cases -= cases._get_told(template)
        cases._send_to_customer(template)

    def _send_to_customer(self, template, reason=None):
        """Send a template to the customers of these cases who can be reached.

        A case whose customer has no address gets a note instead, so that nobody
        believes that the customer knows. A merged case tells him nothing: it goes on in
        another one.

        :param reason: key of what made it, for the log; empty means their stage
        """
        values = {"aftersales_reason": reason} if reason else {}
        cases = self.filtered(lambda case: not case.merged_into_id)
        reachable = cases.filtered("email")
        mute = cases - reachable
        if reachable:
            reply_to = reachable._notify_get_reply_to()
            for address, same in reachable.grouped(lambda c: reply_to[c.id]).items():
                to_us = {"reply_to": address} if address else {}
                same._queue_message(template, values | to_us)
        if mute:
            note = self.env._(
                "“%s” was not sent: this case has no e-mail address of the customer.",
                template.name,
            )
            mute._message_log_batch(dict.fromkeys(mute.ids, note))

    # === Queued, sent, lost === #

    def _queue_message(self, template, values=None):
        """Queue a message to the customers of these cases; the history waits for it.

        :param template: ``mail.template`` of cases
        :param values: values of the mails besides those of the template
        :returns: the mails
        """
        ours = {"aftersales_template_id": template.id}
        if self.env.user.share:
            # What a customer does sends it, but he has not written it.
            ours["author_id"] = self.env["ir.model.data"]._xmlid_to_res_id(
                "base.partner_root"
            )
        # sudo: what was done on the case was allowed, the message follows from it
        return template.sudo().send_mail_batch(
            self.ids,
            force_send=False,
            email_values=ours | (values or {}),
        )

    def _get_told(self, template):
        """Return those of these cases whose customer got a message, or will get it.

        A message that waits for a server counts, one that is lost for good does not.
        """
        # sudo: what was sent is read whatever the user's role
        events = (
            self.env["aftersales.case.event"]
            .sudo()
            .search_fetch(
                [
                    ("case_id", "in", self.ids),
                    ("kind", "in", (EVENT_MAIL_OUT, EVENT_MAIL_FAILED)),
                    ("to_id", "=", template.id),
                ],
                ["case_id", "kind"],
            )
        )
        last = {event.case_id.id: event.kind for event in events}
        # sudo: as above
        waiting = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("aftersales_template_id", "=", template.id),
                    ("state", "in", ("outgoing", "exception")),
                    ("aftersales_lost", "!=", True),
                ]
            )
        )
        told = {case_id for case_id, kind in last.items() if kind == EVENT_MAIL_OUT}
        told |= set(waiting.mapped("res_id"))
        return self.filtered(lambda case: case.id in told)

    def _log_mail_out(self, mails):
        """Log that messages of these cases have left, as of who caused them."""
        cases = {case.id: case for case in self}
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": cases[mail.res_id],
                    "kind": EVENT_MAIL_OUT,
                    "to_id": mail.aftersales_template_id.id,
                    "actor_id": mail.create_uid.id,
                }
                for mail in mails
                if mail.res_id in cases
            ]
        )

    def _tell_undelivered(self, mails, reason):
        """Show on these cases that messages did not reach the customer.

        :param reason: key of why, for the history
        """
        cases = {case.id: case for case in self}
        lost = [(cases[mail.res_id], mail) for mail in mails if mail.res_id in cases]
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_MAIL_FAILED,
                    "to_id": mail.aftersales_template_id.id,
                    "reason": reason,
                }
                for case, mail in lost
            ]
        )
        for case, mail in lost:
            case = case.with_context(lang=case.user_id.lang)
            template = mail.aftersales_template_id.with_env(case.env)
            note = case.env._(
                "“%(template)s” did not reach the customer: %(error)s",
                template=template.name,
                error=mail.failure_reason or mail.failure_type or "",
            )
            case._warn_undelivered(note)

    def _warn_undelivered(self, note):
        """Note what did not reach the customer, and ask the responsible, once, to act."""
        self.ensure_one()
        self._message_log(body=note)
        summary = self.env._("A message did not reach the customer")
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                date_deadline=fields.Date.context_today(self),
                summary=summary,
                note=note,
                user_id=self.user_id.id,
            )

    def _message_receive_bounce(self, email, partner):
        """A message came back; core knows the case, and we find which one it was."""
        res = super()._message_receive_bounce(email, partner)
        for case in self:
            # sudo: the gateway runs as whoever fetches mail
            mail = case.sudo()._get_bounced_mail(email)
            if mail:
                mail.write(
                    {
                        "aftersales_lost": True,
                        "failure_reason": mail.failure_reason
                        or self.env._("%s sent it back.", email),
                    }
                )
                mail._get_aftersales_cases()._tell_undelivered(mail, MAIL_BOUNCED)
            else:
                case = case.sudo().with_context(
                    lang=case.user_id.lang
                )  # sudo: as above
                note = case.env._("A message came back from %s.", email)
                case._warn_undelivered(note)
        return res

    def _find_returned_address(self, report, source):
        """Return which of the addresses of this case a report says cannot be reached.

        :param report: ``EmailMessage``
        :param source: its bytes; where it names none, it is the case's own address
        """
        known = self._get_known_addresses()
        text = source[:MOST_OF_A_REPORT].decode("utf-8", "replace").lower()
        named = [*find_failed_recipients(report), *ADDRESS.findall(text)]
        theirs = (address for address in named if address in known)
        return next(theirs, email_normalize(self.email or "") or False)

    def _get_bounced_mail(self, email):
        """Return the last message that went out to an address and did not come back."""
        sent = self.env["mail.mail"].search(
            [
                ("model", "=", self._name),
                ("res_id", "=", self.id),
                ("aftersales_template_id", "!=", False),
                ("state", "=", "sent"),
                ("aftersales_lost", "!=", True),
            ],
            order="id desc",
        )
        return sent.filtered(lambda m: email in email_normalize_all(m.email_to))[:1]
