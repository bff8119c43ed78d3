from math import isfinite

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...const import (
    DEBTOR_CONTROL,
    HOLD_ACTIVE,
    RUNNING_STATES,
    SCOPE_CUSTOMER,
)

# What people set; everything else is set by the actions.
EDITABLE = {
    "amount",
    "due_days",
    "note",
    "payment_term_id",
    "reason_id",
    "release_policy",
    "scope",
    "wait_days",
}

# What is chosen once, for a new hold.
CHOSEN = {"asked_until", "case_id", "company_id", "move_id", "partner_id"}
SENT = {"id", *CHOSEN, *EDITABLE}


class AftersalesDunningHold(models.Model):
    """What people may set of a hold, and which of it debtor control decides."""

    _inherit = "aftersales.dunning.hold"

    # === What a form is told === #

    @api.model
    def default_get(self, fields):
        """Name no invoice in a new form that its user could not choose."""
        values = super().default_get([*fields, "case_id"])
        return {name: values[name] for name in values if name in fields}

    def onchange(self, values, field_names, fields_spec):
        """Take from a form only what people set: Odoo names all that it sends."""
        if not self.env.su:
            values = {name: values[name] for name in values if name in SENT}
            field_names = [name for name in field_names if name in SENT]
        return super().onchange(values, field_names, fields_spec)

    def _without_strangers(self, values, changed=(), above=None):
        """Take no case from a form either that its user may not read."""
        sent = values.get("case_id")
        if isinstance(sent, int) and not self.case_id.browse(sent)._filtered_access(
            "read"
        ):
            values = values | {"case_id": False}
        return super()._without_strangers(values, changed, above)

    def _may_name(self, name, record, form):
        """Service need not read an invoice to choose it."""
        if name != "move_id":
            return super()._may_name(name, record, form)
        case = self._get_form_above("case_id", form).records
        return self._may_choose(record, case)

    def _may_choose(self, move, case):
        """Say whether the user may choose an invoice for the hold of a case.

        Service need not read invoices to hold one: it chooses among those of the
        customer of its case, and knows those that are held already.
        """
        # sudo: the link alone, of a hold that the user has in his form
        if self.sudo().move_id == move or move._filtered_access("read"):
            return True
        if not case or not case._may_hold():
            return False
        # sudo: only whether it is one of those that are offered to him
        return bool(move.sudo().filtered_domain(move._get_pick_domain(case)))

    @api.model
    def _prepare_partner(self, vals):
        """Return the customer of a new hold: always the one who is dunned."""
        if vals.get("move_id") or not vals.get("partner_id"):
            vals.pop("partner_id", None)
            return {}
        partner = self.env["res.partner"].browse(vals["partner_id"])
        return {"partner_id": partner.commercial_partner_id.id}

    def _ensure_can_set(self, vals, also=()):
        """Guard: states and dates are set by actions, which check who may do it.

        :raises AccessError: naming the field
        """
        if self.env.su:
            return
        keys = {*CHOSEN, *EDITABLE, *also}
        allowed = keys if not self else EDITABLE
        for name in vals:
            # What there is not core names.
            if name in self._fields and name not in allowed:
                raise AccessError(
                    self.env._(
                        "%s: this is set by the actions of the hold.",
                        self._fields[name]._description_string(self.env),
                    )
                )
        if not isfinite(float(vals.get("amount") or 0)):
            raise ValidationError(
                self.env._("Disputed Amount: enter an amount of 0 or more.")
            )
        if any(hold.state not in RUNNING_STATES for hold in self):
            raise UserError(self.env._("A hold that has ended cannot be changed."))
        if self and self._is_to_decide(vals):
            self._ensure_debtor_control()
        self._ensure_may_hold_so_much(vals)
        self._ensure_may_set_terms(vals)

    def _ensure_not_leaving(self, scope=None):
        """Guard: what holds cover changes only while no reminder about it is leaving.

        :param scope: what they are going to cover, if that changes
        :raises UserError: after some seconds, when it is slow
        """
        # sudo: only locks, and names invoices that are held
        active = self.sudo().filtered(lambda hold: hold.state == HOLD_ACTIVE)
        late = active._lock()
        if scope == SCOPE_CUSTOMER:
            late |= (active - late)._lock(as_customers=True)
        if late:
            raise UserError(
                self.env._(
                    "Disputed Amount: a reminder about %s is just leaving. Try again in a"
                    " minute.",
                    ", ".join(late.mapped("display_name")),
                )
            )

    def _is_to_decide(self, vals):
        """Say whether a change is one that debtor control would have to approve."""
        # sudo: set up by debtor control
        reason = self.env["aftersales.dunning.hold.reason"].sudo()
        new = reason.browse(vals.get("reason_id"))
        return (
            vals.get("scope") == SCOPE_CUSTOMER
            or (new.needs_approval and any(hold.reason_id != new for hold in self))
            or any(
                hold.approved_by_id and vals.keys() & {"amount", "scope", "reason_id"}
                for hold in self
            )
        )

    def _ensure_terms_are_theirs(self):
        """Guard: new holds have the terms of their reason, or those that one may give."""
        if self.env.su:
            return
        for hold in self.sudo():  # sudo: set up by debtor control
            if hold.reason_id._has_other_terms(hold._get_terms()):
                hold.sudo(False)._ensure_may_give({})

    @api.model
    def _ensure_may_name(self, vals_list):
        """Guard: nobody learns by a refusal which case or invoice has an id.

        Core names what does not fit together, whoever may read it.

        :raises AccessError: as if they were not there
        """
        if self.env.su:
            return

        def named(model, name):
            ids = {vals.get(name) for vals in vals_list}
            return self.env[model].browse(key for key in ids if type(key) is int)

        named("aftersales.case", "case_id").check_access("read")
        moves = named("account.move", "move_id")
        if self.env.user.has_group(DEBTOR_CONTROL):
            moves.check_access("read")
            return
        moves = moves.sudo().exists()  # sudo: service need not read invoices
        for vals in vals_list:
            case = self.env["aftersales.case"].browse(vals.get("case_id") or None)
            move = moves.filtered(
                lambda move, vals=vals: move.id == vals.get("move_id")
            )
            customer = case.partner_id.commercial_partner_id
            if case and vals.get("move_id") and move.commercial_partner_id != customer:
                raise AccessError(
                    self.env._(
                        "Invoice: it belongs to another customer than case %s.",
                        case.number,
                    )
                )

    def _ensure_case_is_theirs(self):
        """Guard: a hold is asked for by those who work on its case, or by debtor control.

        :raises AccessError: when the user is neither
        """
        if self.env.su:
            return
        if self.env.user.has_group(DEBTOR_CONTROL):
            self.case_id.check_access("read")
            return
        if any(not hold.case_id for hold in self):
            raise AccessError(
                self.env._("Case: only debtor control holds an invoice without a case.")
            )
        self.case_id._ensure_may_hold()
        for hold in self:
            # sudo: service need not read invoices
            partner = hold.move_id.sudo().commercial_partner_id or hold.partner_id
            customer = hold.case_id.partner_id.commercial_partner_id
            if partner != customer:
                raise AccessError(
                    self.env._(
                        "Invoice: it belongs to another customer than case %s.",
                        hold.case_id.number,
                    )
                )
