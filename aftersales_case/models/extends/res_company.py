from odoo import fields, models


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
