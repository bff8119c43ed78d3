from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import email_normalize

from ...const import ALLOW_ADDRESS, ALLOW_DOMAIN, ALLOW_LIST, ALLOWANCES


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
