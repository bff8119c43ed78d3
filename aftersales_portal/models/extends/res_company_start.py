from odoo import models

from odoo.addons.aftersales_case.engine.start import Step


class ResCompany(models.Model):
    """What is set up for customers in a company, and what is missing."""

    _inherit = "res.company"

    def _get_setup_steps(self):
        return [
            *super()._get_setup_steps(),
            self._get_setup_of_customers(),
            self._get_setup_of_channels(),
        ]

    def _get_setup_of_customers(self):
        # sudo: only whether there is one
        count = (
            self.env["res.users"]
            .sudo()
            .search_count(
                [
                    ("company_ids", "in", self.id),
                    ("all_group_ids", "in", self.env.ref("base.group_portal").id),
                ]
            )
        )
        return Step(
            "customers",
            self.env._("Invite a customer to the portal"),
            self.env._("Log-ins of customers: %s.", count)
            if count
            else self.env._(
                "On a case, Invite to Portal lets its contact follow it, answer, and report"
                " others."
            ),
            bool(count),
            "aftersales_case.aftersales_case_action",
        )

    def _get_setup_of_channels(self):
        channels = self.env["aftersales.channel"].search(
            [("company_id", "=", self.id)], limit=1
        )
        return Step(
            "channels",
            self.env._("Put a form on your website"),
            self.env._("What is sent by “%s” becomes a case.", channels.name)
            if channels
            else self.env._(
                "A web channel gives a form for your own pages, and an address for other"
                " programs."
            ),
            bool(channels),
            "aftersales_portal.aftersales_channel_action",
        )
