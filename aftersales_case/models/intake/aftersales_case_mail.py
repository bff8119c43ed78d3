import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.mail import email_normalize, formataddr

from ...const import (
    EVENT_MAIL_IN,
    INTAKE_CASE,
    REASON_OTHER_SENDER,
    REASON_SENDER_FORGED,
    REPLY_CONFIRMATION,
)
from ...engine.addresses import is_machine
from .mail_thread import IncomingMail

_logger = logging.getLogger(__name__)

# A Date header older than this says more about the sender's clock than about the mail.
TRUSTED_DELAY = timedelta(days=14)

# RFC 3834 §5, and what Exchange listens to.
AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


class AftersalesCase(models.Model):
    """Mail: new cases and replies come in, announcements and answers go out."""

    _inherit = "aftersales.case"

    # === In === #

    @api.private  # only the gateway says that a mail came in
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a case of a mail. No rule may refuse it: the customer has told us.

        When the values of the alias do not fit, the case is made without them and says
        so in a note.
        """
        vals = self._prepare_mail_vals(msg_dict, custom_values or {})
        # Core sets the address as it was written; ours is normalized, to be found.
        msg_dict = msg_dict | {"email_from": vals.get("email")}
        problem = None
        for attempt in self._get_attempts(vals):
            try:
                with self.env.cr.savepoint():
                    case = super().message_new(msg_dict, attempt)
                break
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise  # barer values would help nothing, another transaction will
            except Exception as error:
                _logger.info("No case with the values of its mail: %s", error)
                problem = problem or error
        else:
            raise problem
        if problem:
            case._message_log(body=self._get_bare_note(problem))
        case._settle_intake()
        case._after_mail_in()
        return case

    @api.private  # see message_new
    def message_update(self, msg_dict, update_vals=None):
        res = super().message_update(msg_dict, update_vals)
        if msg_dict.get("is_internal"):
            mail = IncomingMail.of(self.env)
            # sudo: the gateway runs as the sender's user
            reason = mail and mail.intake and mail.intake.sudo().reason
            self._after_mail_in(reason)
            if reason in (REASON_OTHER_SENDER, REASON_SENDER_FORGED):
                self._note_somebody_else(msg_dict, reason)
        else:
            self._after_mail_in()
        return res

    def _prepare_mail_vals(self, msg_dict, custom_values):
        """Hook: return the values of a case that is made of a mail."""
        partner = self.env["res.partner"].browse(msg_dict.get("author_id"))
        address = self._get_mail_address(msg_dict, custom_values)
        vals = {
            "name": msg_dict.get("subject") or self.env._("(no subject)"),
            "description": msg_dict.get("body"),
            "reported_at": self._get_reported_at(msg_dict),
            "reporter_id": partner.id or custom_values.get("contact_id", False),
        }
        if address is not None:
            vals["email"] = address
        return vals | custom_values

    def _get_attempts(self, vals):
        """Return ever barer values to make a case with; the last break no rule."""
        bare = ("name", "description", "email", "reporter_id", "reported_at")
        for names in (
            vals,
            (*bare, "company_id", "type_id", "partner_id", "contact_id"),
            (*bare, "company_id", "type_id"),
            (*bare, "company_id"),
            bare,
        ):
            yield {name: vals[name] for name in names if name in vals}

    def _get_bare_note(self, error):
        return self.env._(
            "Some values of the mail address could not be set on this case: %s", error
        )

    @api.model
    def _get_mail_address(self, msg_dict, custom_values):
        """Return the address to answer a mail to, or None for the customer's own.

        A machine's stands on the case only when there is no better one.
        """
        sender = email_normalize(msg_dict.get("email_from") or "")
        mail = IncomingMail.of(self.env)
        usable = mail and self.env["aftersales.intake"]._get_sender_address(mail)
        if usable or not mail:
            return usable or sender
        ids = (custom_values.get("contact_id"), custom_values.get("partner_id"))
        # sudo: the gateway runs as the sender's user
        partners = self.env["res.partner"].sudo().browse(filter(None, ids))
        return None if any(partners.mapped("email")) else sender

    def _note_somebody_else(self, msg_dict, reason):
        """Say on a case, and to its responsible, that none of its people has written.

        :param reason: ``REASON_OTHER_SENDER`` or ``REASON_SENDER_FORGED``
        """
        sender = msg_dict.get("email_from")
        if reason == REASON_SENDER_FORGED:
            body = self.env._(
                "Our mail server doubts that %s wrote this mail. It was added as a note"
                " and does not count as the customer's answer. Ask the customer.",
                sender,
            )
        else:
            body = self.env._(
                "%s is none of the people of this case. The mail was added as a note and"
                " does not count as the customer's answer.",
                sender,
            )
        self.message_post(
            subtype_xmlid="mail.mt_note",
            # sudo: the gateway runs as the sender's user
            partner_ids=self.user_id.sudo().partner_id.ids,
            body=body,
        )

    @api.model
    def _get_reported_at(self, msg_dict):
        """Return when the customer wrote; when it came, if the date cannot be true."""
        came = fields.Datetime.now()
        mail = IncomingMail.of(self.env)
        if mail and mail.intake:
            # It may have waited for somebody to sort it.
            source = mail.intake.sudo()  # sudo: as below
            came = min(came, source.create_date.replace(microsecond=0))
        sent = fields.Datetime.to_datetime(msg_dict.get("date") or False)
        return sent if sent and came - TRUSTED_DELAY < sent <= came else came

    def _settle_intake(self):
        """Tie the mail's row in the intake to the case it became."""
        mail = IncomingMail.of(self.env)
        if not mail or not mail.intake:
            return
        # sudo: the gateway runs as the sender's user
        mail.intake.sudo().write({"state": INTAKE_CASE, "case_id": self.id})
        if mail.damaged:
            self._message_log(
                body=self.env._(
                    "Text or files of this mail may have been lost, because it was"
                    " damaged on its way. The original mail is attached."
                )
            )
        wrapper = mail.content and mail.content.find_wrapper()
        if wrapper:
            self._message_log(
                body=self.env._("The text of this mail is inside the file %s.", wrapper)
            )

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        mail = IncomingMail.of(self.env)
        intake = mail and mail.intake
        if (
            intake
            and intake.case_id == self
            and intake.message_id == message.message_id
        ):
            self._confirm_receipt(mail)
        return result

    def _confirm_receipt(self, mail):
        """Tell the sender of a mail that it became this case, where the type says so.

        Machines get no answer, and nobody gets many: RFC 3834 §2 and §4.
        """
        intake = mail.intake.sudo()  # sudo: the gateway runs as the sender's user
        if intake.state != INTAKE_CASE or mail.refusal:
            return
        if intake._is_confirmed_often():
            return
        self._queue_receipt({"references": intake.message_id})

    def _queue_receipt(self, values=None):
        """Queue the confirmation that this case was received, where its type says so.

        What keeps it from leaving is noted, and stops nothing.

        :param values: values of the mail besides the usual ones
        """
        self.ensure_one()
        # sudo: whoever reports a case need not read its type
        template = self.type_id.sudo().received_template_id
        if not template or not self.email or is_machine(self.email):
            return
        usual = {
            "aftersales_reason": REPLY_CONFIRMATION,
            "headers": repr(AUTOMATIC),
            "reply_to": self._notify_get_reply_to()[self.id],
        }
        try:
            with self.env.cr.savepoint():
                self._queue_message(template, usual | (values or {}))
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # all of it is tried again
        except Exception as error:
            _logger.info("The receipt of a case was not confirmed: %s", error)
            self._message_log(
                body=self.env._(
                    "“%(template)s” was not sent: %(error)s",
                    template=template.name,
                    error=error,
                )
            )

    def _after_mail_in(self, reason=None):
        """Log that a mail came in; with a reason when no person wrote it."""
        self.env["aftersales.case.event"]._log_events(
            [
                {"case_id": case, "kind": EVENT_MAIL_IN, "reason": reason}
                for case in self
            ]
        )

    # === Out === #

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Answers go to the address of the case's type, where it has one."""
        result = super()._notify_get_reply_to_batch(defaults, author_ids)
        for case in self:
            # sudo: an agent need not read the aliases
            address = case.type_id.sudo().alias_email
            if address:
                result[case.id] = case._notify_get_reply_to_formatted_email(
                    address, author_id=(author_ids or {}).get(case.id, False)
                )
        return result

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        """A colleague writes to the customer from the address of the case's type."""
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values
        )
        # sudo: an agent need not read the aliases
        address = len(self) == 1 and self.type_id.sudo().alias_email
        author = message.author_id
        if address and message.message_type == "comment" and not author.partner_share:
            values["email_from"] = formataddr((author.name, address))
        return values

    def _phone_get_number_fields(self):
        return ["phone"]

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["contact_id", "partner_id"]

    def _mail_get_partners(self, introspect_fields=False):
        """An answer goes to the person who wrote, not to the company's mailbox too."""
        return {case.id: case._get_customer_partners() for case in self}

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """The responsible follows his case; our own batch tells him that he has it."""
        result = super()._message_auto_subscribe_followers(
            updated_values, default_subtype_ids
        )
        # sudo: a reporter need not read the user who will help him
        user = self.env["res.users"].sudo().browse(updated_values.get("user_id"))
        if user.active and user.partner_id:
            # He moves the case himself: a notice of each move is for the others.
            moves = self.env.ref("aftersales_case.mt_case_stage").id
            subtypes = [subtype for subtype in default_subtype_ids if subtype != moves]
            result.append((user.partner_id.id, subtypes, False))
        return result

    def _creation_subtype(self):
        # Asked once for every new case: `ref` would look each time whether it exists.
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "aftersales_case.mt_case_new", raise_if_not_found=True
        )
        return self.env["mail.message.subtype"].browse(subtype_id)

    # === Announcements === #

    def _announce(self):
        """Tell team and responsible of new cases, in one message per receiver group."""
        for team, cases in self.grouped("team_id").items():
            # sudo: who is told is the team's affair, not the reporter's
            told = team.sudo()._get_announce_users() if team else self.env["res.users"]
            public = cases.filtered(lambda case: not case.confidential)
            if told:
                public._notify_users(told | public.user_id)
            left = cases - public if told else cases
            for user, owned in left.grouped("user_id").items():
                owned._notify_users(user)

    def _announce_assignment(self):
        """Tell each responsible of the cases that were handed to him."""
        for user, cases in self.grouped("user_id").items():
            cases._notify_users(user, handed_over=True)

    def _notify_users(self, users, handed_over=False):
        """Send one notification about these cases to the users, but not to oneself."""
        partners = (users - self.env.user).partner_id
        if not self or not partners:
            return
        body = self.env["ir.qweb"]._render(
            "aftersales_case.announcement",
            # sudo: who is told may see the cases, whoever made them
            {"cases": self.sudo(), "handed_over": handed_over},
        )
        thread = self if len(self) == 1 else self.env["mail.thread"]
        thread.message_notify(
            subject=self._get_announcement_subject(handed_over),
            body=body,
            partner_ids=partners.ids,
            email_layout_xmlid="mail.mail_notification_layout",
        )

    def _get_announcement_subject(self, handed_over):
        if len(self) > 1:
            if handed_over:
                return self.env._("%s cases are now yours", len(self))
            return self.env._("%s new cases", len(self))
        if handed_over:
            return self.env._("Case %s is now yours", self.display_name)
        return self.env._("New case %s", self.display_name)
