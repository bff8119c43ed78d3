from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...const import SHARE_ALL, SHARE_CHOSEN, SHARE_OFF, SHARES


class AftersalesPortalSharing(models.Model):
    """Whether the people of a customer see each other's cases in the portal.

    Agents set it, for a customer who has asked for it; without a row it is off.
    """

    _name = "aftersales.portal.sharing"
    _description = "Sharing of Cases at a Customer"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade"
    )
    mode = fields.Selection(SHARES, "Who Sees What", required=True, default=SHARE_OFF)
    contact_ids = fields.Many2many(
        "res.partner",
        string="Chosen People",
        domain="[('id', 'child_of', partner_id)]",
        help="They see the cases of their colleagues, confidential ones excepted.",
    )
    since = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users",
        "Set By",
        required=True,
        readonly=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
    )

    _partner_uniq = models.Constraint(
        "UNIQUE(partner_id)", "This customer has his sharing already. Change that one."
    )

    @api.constrains("partner_id", "contact_ids")
    def _check_people(self):
        for sharing in self:
            # sudo: to whom the people belong, which is shown to nobody
            customer = sharing.sudo().partner_id
            if customer.commercial_partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "Customer: %s is a person or address. Choose the company.",
                        customer.name,
                    )
                )
            # sudo: as above
            strangers = sharing.sudo().contact_ids.filtered(
                lambda person, c=customer: person.commercial_partner_id != c
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "Chosen People: %(person)s does not belong to %(customer)s.",
                        person=strangers[0].name,
                        customer=customer.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        asked = [
            {k: v for k, v in vals.items() if k not in self._said()}
            for vals in vals_list
        ]
        rows = super().create(asked)
        rows._note()
        return rows

    def write(self, vals):
        vals = {name: value for name, value in vals.items() if name not in self._said()}
        is_said = bool(vals.keys() & {"partner_id", "mode", "contact_ids"})
        if is_said:
            now = fields.Date.context_today(self)
            vals |= {"since": now, "user_id": self.env.uid}
        res = super().write(vals)
        if is_said:
            self._note()
        return res

    @api.model
    def _said(self):
        """Return the fields that say who set it and when: nobody says so himself."""
        return {"since", "user_id"}

    def _note(self):
        """Tell in the customer's chatter who sees what from now on."""
        labels = dict(self._fields["mode"]._description_selection(self.env))
        for row in self.sudo():  # sudo: agents need not be allowed to write partners
            names = ", ".join(row.contact_ids.mapped("name"))
            text = labels[row.mode]
            row.partner_id._message_log(
                body=self.env._("Cases in the portal: %s", text)
                + (f" ({names})" if row.mode == SHARE_CHOSEN else "")
            )

    @api.model
    def _get_shared_domain(self, partner):
        """Return the domain of the colleagues' cases that a person may see.

        Called with sudo by the service of the portal.
        """
        customer = partner.commercial_partner_id
        sees = Domain("mode", "=", SHARE_ALL) | (
            Domain("mode", "=", SHARE_CHOSEN) & Domain("contact_ids", "in", partner.ids)
        )
        # As part of the query for cases, which every page makes anyway.
        rows = self._search(Domain("partner_id", "=", customer.id) & sees)
        return Domain("confidential", "=", False) & Domain(
            "partner_id.commercial_partner_id", "in", rows.subselect("partner_id")
        )
