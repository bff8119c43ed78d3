from odoo import fields, models
from odoo.fields import Domain


class AftersalesCaseType(models.Model):
    """What the overview says of a type, beside its open cases."""

    _inherit = "aftersales.case.type"

    my_case_count = fields.Integer("My Open Cases", compute="_compute_overview_counts")
    month_case_count = fields.Integer(
        "Handled This Month", compute="_compute_overview_counts"
    )

    def _compute_overview_counts(self):
        Case = self.env["aftersales.case"]
        self._count_cases(
            {
                "my_case_count": Case._get_open_domain()
                & Domain("user_id", "=", self.env.uid),
                "month_case_count": Domain("closed_at", ">=", "today =1d"),
            }
        )

    def _count_cases(self, domains):
        """Put into fields how many cases of these types the user sees.

        :param domains: ``{name of the field: Domain}``; a query for each
        """
        for name, domain in domains.items():
            rows = self.env["aftersales.case"]._read_group(
                Domain("type_id", "in", self.ids) & domain, ["type_id"], ["__count"]
            )
            counts = {case_type.id: count for case_type, count in rows}
            for case_type in self:
                case_type[name] = counts.get(case_type.id, 0)

    def action_open_mine(self):
        return self._open_cases({"search_default_mine": 1})

    def action_open_handled(self):
        return self._open_cases({"search_default_open": 0, "search_default_month": 1})

    def action_new_case(self):
        """Open the form of a new case of this type."""
        return self._open_cases({}) | {"views": [(False, "form")], "view_mode": "form"}
