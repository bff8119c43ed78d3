from odoo import fields, models
from odoo.tools import html2plaintext

# How high the head of a printed sheet is: its logo, and each line below; in mm.
LOGO_HEIGHT, LINE_HEIGHT = 36, 6


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_user_id = fields.Many2one(
        "res.users",
        "Fallback for Cases",
        domain="[('share', '=', False)]",
        help="Becomes responsible for a case that no rule gives to anybody.",
    )
    aftersales_return_worked_on = fields.Boolean(
        "Give Back All Cases",
        help="After an absence the deputy also gives back the cases he worked on.",
    )
    aftersales_claim_days = fields.Integer(
        "Forget Claims After",
        default=30,
        help="Days after which a customer or delivery that a sender only named, and"
        " nobody confirmed, is forgotten. 0 means never.",
    )
    aftersales_refused_source_days = fields.Integer(
        "Keep Refused Mails",
        default=90,
        help="Days after which the original of a refused mail is deleted; its row in the"
        " inbox stays. 0 means never.",
    )
    aftersales_source_days = fields.Integer(
        "Keep Original Mails of Cases",
        help="Days after which the original of a mail that became a case, or joined one,"
        " is deleted; message and files stay on the case. 0 means never.",
    )

    def write(self, vals):
        """Guard: a company's form must not take it from those responsible in it."""
        if "user_ids" not in vals:
            return super().write(vals)
        members = self.sudo().with_context(active_test=False).user_ids  # sudo: counted
        res = super().write(vals)
        members.invalidate_recordset(["company_ids"])
        members._check_open_cases()
        return res

    def _get_letterhead_height(self):
        """Return how high the head of sheets of these companies is, in mm.

        Odoo's paper formats have room for three lines; what companies must print about
        themselves (Directive (EU) 2017/1132, art. 26) is more.
        """
        lines = max((company._count_letterhead_lines() for company in self), default=0)
        return LOGO_HEIGHT + LINE_HEIGHT * max(lines, 3)

    def _count_letterhead_lines(self):
        self.ensure_one()
        if self.is_company_details_empty:
            text = self.partner_id._display_address(without_company=True)
            return 1 + len(text.strip().splitlines())
        return len(html2plaintext(self.company_details).strip().splitlines())
