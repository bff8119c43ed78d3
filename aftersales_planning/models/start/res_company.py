from odoo import models

from odoo.addons.aftersales_case.engine.start import Step

# How many technicians a step names.
NAMED = 3


class ResCompany(models.Model):
    """What is set up of visits in a company, and what is missing."""

    _inherit = "res.company"

    def _get_setup_steps(self):
        return [
            *super()._get_setup_steps(),
            self._get_setup_of_technicians(),
            self._get_setup_of_regions(),
        ]

    def _get_setup_of_technicians(self):
        found = self.env["resource.resource"].search(
            [("does_visits", "=", True), ("company_id", "in", [self.id, False])]
        )
        return Step(
            "technicians",
            self.env._("Say who goes on visits"),
            self.env._(
                "Visits are planned for %s.", ", ".join(found[:NAMED].mapped("name"))
            )
            if found
            else self.env._(
                "Tick “Goes on Visits” for those of your people, and for subcontractors,"
                " whom the board is to show."
            ),
            bool(found),
            "aftersales_planning.resource_resource_action",
        )

    def _get_setup_of_regions(self):
        count = self.env["aftersales.region"].search_count(
            [("postcode_ids", "!=", False), ("company_id", "in", [self.id, False])]
        )
        return Step(
            "regions",
            self.env._("Divide the country into regions"),
            self.env._("Regions with postcodes: %s.", count)
            if count
            else self.env._(
                "Regions, by postcode, say who goes where. Without them everybody goes"
                " everywhere."
            ),
            bool(count),
            "aftersales_planning.aftersales_region_action",
        )
