from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.mail import email_split_tuples

from ...const import (
    CHANNEL_MAIL,
    INTAKE_ADDED,
    INTAKE_CASE,
    INTAKE_REASONS,
    INTAKE_REFUSED,
    INTAKE_STATES,
    INTAKE_WAITING,
    REASON_DISMISSED,
)
from .aftersales_claim_mixin import NO_CLAIM

# What people decide about a mail that waits; all else is a record of what came in.
SORTED_FIELDS = ("type_id", "team_id", "partner_id", "case_id")


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
    channel_label = fields.Char("Came In By", compute="_compute_channel_label")
    message_id = fields.Char("Message-Id", readonly=True)
    received_at = fields.Datetime("Received On", required=True, readonly=True)
    email_from = fields.Char("From", readonly=True)
    email_normalized = fields.Char("Sender", readonly=True)
    sender_name = fields.Char("Who Wrote", compute="_compute_sender_name")
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
    # The journal in its order; confirmations are counted in the last hours.
    _received_idx = models.Index("(received_at DESC, id DESC)")
    # The guard against loops asks what a sender wrote in the last hours.
    _sender_idx = models.Index("(email_normalized, received_at)")

    @api.depends("channel")
    @api.depends_context("lang")
    def _compute_channel_label(self):
        labels = self.env["aftersales.case"]._get_channels()
        for intake in self:
            intake.channel_label = labels.get(intake.channel, intake.channel)

    @api.depends("email_from")
    def _compute_sender_name(self):
        """Name the sender as people do: by his name, else by his address."""
        for mail in self:
            pairs = email_split_tuples(mail.email_from) or [("", mail.email_from)]
            mail.sender_name = pairs[0][0] or pairs[0][1]

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
