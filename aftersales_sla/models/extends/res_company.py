from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_case.engine.start import Step

YEAR = timedelta(days=365)


class ResCompany(models.Model):
    """What is set up of promises in a company, and what is missing."""

    _inherit = "res.company"

    def _get_setup_steps(self):
        return [
            *super()._get_setup_steps(),
            self._get_setup_of_holidays(),
            self._get_setup_of_promises(),
        ]

    def _get_setup_of_holidays(self):
        now = fields.Datetime.now()
        # sudo: only whether there are any
        count = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_count(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", [self.id, False]),
                    ("date_from", ">", now),
                    ("date_from", "<", now + YEAR),
                ]
            )
        )
        is_done = bool(self.resource_calendar_id and count)
        return Step(
            "holidays",
            self.env._("Enter working hours and public holidays"),
            self.env._(
                "Public holidays of the coming year on which deadlines stand still: %s.",
                count,
            )
            if is_done
            else self.env._(
                "Deadlines count working time: those of the company, less the public"
                " holidays that are entered."
            ),
            is_done,
            self._if_member(
                "base.group_system", "resource.action_resource_calendar_form"
            ),
        )

    def _get_setup_of_promises(self):
        # What an example promises, nobody has promised yet.
        policies = self.env["aftersales.sla.policy"].search(
            Domain("company_id", "in", [self.id, False])
            & (
                Domain("agreement_id", "=", False)
                | Domain("agreement_id.is_template", "=", False)
            ),
            limit=1,
        )
        return Step(
            "promises",
            self.env._("Promise deadlines"),
            self.env._("Cases have deadlines, such as by “%s”.", policies.name)
            if policies
            else self.env._(
                "No policy says by when you answer and solve: make one for everybody, and"
                " others for agreements."
            ),
            bool(policies),
            "aftersales_sla.aftersales_sla_policy_action",
        )
