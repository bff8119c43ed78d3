from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesPortalInformed(models.Model):
    """A colleague whom the customer's people keep informed about one of their cases.

    He sees the case, and gets the messages that are meant for the customer, while it is
    his company's and not confidential.
    """

    _name = "aftersales.portal.informed"
    _inherit = "aftersales.case.part"
    _description = "Informed Colleague of the Customer"
    _rec_name = "partner_id"
    _order = "id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, ondelete="cascade", index=True
    )
    added_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        default=lambda self: self.env.user.partner_id.id,
    )

    _person_uniq = models.Constraint(
        "UNIQUE(case_id, partner_id)",
        "This person is informed about this case already.",
    )

    @api.constrains("case_id", "partner_id")
    def _check_person(self):
        for row in self.sudo():  # sudo: to whom people belong, which is shown to nobody
            customer = row.case_id.partner_id.commercial_partner_id
            if row.partner_id.commercial_partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "Person: %(person)s does not belong to the customer of case"
                        " %(case)s. Choose one of his people.",
                        person=row.partner_id.name,
                        case=row.case_id.number,
                    )
                )

    def unlink(self):
        """Let the links of who is informed no more open nothing; the contact keeps his."""
        people = {
            (row.case_id, row.partner_id)
            for row in self
            if row.partner_id != row.case_id.contact_id
        }
        # sudo: links are the system's; whoever ends it may write the case
        links = self.env["aftersales.link"].sudo()
        found = links.search(
            [
                ("case_id", "in", self.case_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("revoked_at", "=", False),
            ]
        )
        his = found.filtered(lambda link: (link.case_id, link.partner_id) in people)
        result = super().unlink()
        his.action_revoke()
        return result

    def _filter_valid(self):
        """Return the rows that count: of the case's customer, none of confidential ones."""
        return self.filtered(
            lambda row: (
                not row.case_id.confidential
                and row.partner_id.active
                and row.partner_id.commercial_partner_id
                == row.case_id.partner_id.commercial_partner_id
            )
        )
