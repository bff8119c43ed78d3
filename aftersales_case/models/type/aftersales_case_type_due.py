from odoo import fields, models


class AftersalesCaseType(models.Model):
    """Whether what is due is also what the customer was promised."""

    _inherit = "aftersales.case.type"

    is_deadline_promised = fields.Boolean(
        "The Deadline Is Promised",
        help="The customer may be told the deadline, and a visit has to keep it.",
    )

    def write(self, vals):
        changed = self.filtered(
            lambda case_type: (
                "is_deadline_promised" in vals
                and case_type.is_deadline_promised != bool(vals["is_deadline_promised"])
            )
        )
        res = super().write(vals)
        if changed:
            # sudo: cases of other companies, and confidential ones, are promised too
            cases = self.env["aftersales.case"].sudo()
            cases.search(
                [
                    ("type_id", "in", changed.ids),
                    ("is_open", "=", True),
                    ("date_deadline", "!=", False),
                ]
            )._note_due_change()
        return res
