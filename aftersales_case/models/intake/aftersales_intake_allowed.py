from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mail import email_normalize

from ...const import (
    ALLOW_ADDRESS,
    ALLOW_DOMAIN,
    ALLOW_LIST,
    ALLOWANCES,
    INTAKE_REFUSED,
    INTAKE_WAITING,
    REASON_AUTO_REPLY,
    REASON_BULK,
    REASON_DISMISSED,
    REASON_DUPLICATE,
    REASON_LOOP,
)
from ...engine import mail_headers

# Which refused mails the inbox counts.
LATELY = timedelta(days=7)
# What an allowed sender is no longer refused for, or kept waiting.
LET_PASS = (REASON_BULK, REASON_LOOP, REASON_AUTO_REPLY)


class AftersalesIntakeAllowed(models.Model):
    """Senders and lists whose mail is never refused as bulk mail or as a loop."""

    _name = "aftersales.intake.allowed"
    _description = "Allowed Sender"
    _order = "kind, value"
    _rec_name = "value"

    kind = fields.Selection(ALLOWANCES, required=True, default=ALLOW_ADDRESS)
    value = fields.Char(
        "Address, Domain or List",
        required=True,
        help="For example shop@example.com, example.com, or service.example.com.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    _value_uniq = models.UniqueIndex(
        "(company_id, kind, value)",
        "This sender or list is allowed already.",
    )

    @api.constrains("kind", "value")
    def _check_value(self):
        for allowed in self:
            is_address = bool(email_normalize(allowed.value or ""))
            if is_address != (allowed.kind == ALLOW_ADDRESS) and (
                allowed.kind != ALLOW_LIST
            ):
                raise ValidationError(
                    self.env._(
                        "“%(value)s”: write an address as name@example.com, a domain as"
                        " example.com.",
                        value=allowed.value,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        if not isinstance(vals.get("value"), str):
            return vals
        value = "".join(vals["value"].split()).lower().strip("<>")
        return vals | {"value": value.removeprefix("@")}

    @api.model
    def _allows(self, company, sender, list_id):
        """Say whether somebody allowed a sender, his domain, or a list.

        :param company: whose mail it is
        :param sender: normalized address, or ""
        :param list_id: name of the list, or ""
        """
        domains = [sender.rpartition("@")[2]] if sender else []
        named = {
            ALLOW_ADDRESS: [sender] if sender else [],
            ALLOW_DOMAIN: domains,
            ALLOW_LIST: [list_id] if list_id else [],
        }
        return any(
            allowed.value in named[allowed.kind]
            # sudo: the gateway runs as the sender's user
            for allowed in self.sudo().search(
                [
                    ("value", "in", [sender, *domains, list_id]),
                    ("company_id", "=", company.id),
                ]
            )
        )


class AftersalesIntake(models.Model):
    """Senders that somebody allowed, and what was refused of them before."""

    _inherit = "aftersales.intake"

    list_name = fields.Char(
        "Mailing List", readonly=True, help="The list or group that it came through."
    )

    may_allow = fields.Boolean(compute="_compute_may_allow")

    @api.depends("state", "reason")
    def _compute_may_allow(self):
        """Only what an allowance lets pass can be allowed."""
        for intake in self:
            intake.may_allow = (
                intake.state in (INTAKE_REFUSED, INTAKE_WAITING)
                and intake.reason in LET_PASS
            )

    @api.model
    def count_refused_lately(self):
        """Return how many mails were refused in the last days, as the user sees them.

        Copies of a mail that came in before are none.
        """
        since = fields.Datetime.now() - LATELY
        return self.search_count(
            [
                ("state", "=", INTAKE_REFUSED),
                ("reason", "not in", (REASON_DUPLICATE, REASON_DISMISSED)),
                ("received_at", ">=", since),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    @api.model
    def _is_allowed(self, mail, company, sender):
        """Say whether a sender or a list may write whatever its headers say."""
        if sender:
            # sudo: the gateway runs as the sender's user
            core = self.env["mail.gateway.allowed"].sudo()
            if core.search_count([("email_normalized", "=", sender)], limit=1):
                return True
        list_id = mail_headers.get_list_id(mail.message)
        return self.env["aftersales.intake.allowed"]._allows(company, sender, list_id)

    def action_allow_sender(self):
        """Allow the senders of these mails, and bring back what was refused of them.

        :raises AccessError: when the user may allow nobody, or not sort these mails
        """
        return self._allow(ALLOW_ADDRESS, "email_normalized")

    def action_allow_list(self):
        """Allow the lists that these mails came through; see action_allow_sender."""
        return self._allow(ALLOW_LIST, "list_name")

    def _allow(self, kind, name):
        self.check_access("write")
        self.env["aftersales.intake.allowed"].check_access("create")
        named = self.filtered(name)
        if not named:
            raise UserError(
                self.env._("Nothing to allow: these mails name no sender or list.")
            )
        allowed = self.env["aftersales.intake.allowed"].search([("kind", "=", kind)])
        known = {(record.value, record.company_id.id) for record in allowed}
        wanted = {(mail[name].lower(), mail.company_id.id) for mail in named}
        allowed.create(
            [
                {"kind": kind, "value": value, "company_id": company}
                for value, company in sorted(wanted)
                if (value, company) not in known
            ]
        )
        refused = named.filtered(lambda mail: mail.state == INTAKE_REFUSED)
        return refused.action_reconsider()
