from odoo import fields, models

from ...const import BOOKED_STATES, DONE, ON_SITE, UNDER_WAY

REQUIRE_VISIT_PLANNED = "visit_planned"
REQUIRE_VISIT_DONE = "visit_done"
# In which states of a visit a requirement is met.
MET_BY = {
    REQUIRE_VISIT_PLANNED: (*BOOKED_STATES, UNDER_WAY, ON_SITE, DONE),
    REQUIRE_VISIT_DONE: (DONE,),
}


class AftersalesStageRequirement(models.Model):
    """A stage may ask that a visit is planned, or done."""

    _inherit = "aftersales.stage.requirement"

    kind = fields.Selection(
        selection_add=[
            (REQUIRE_VISIT_PLANNED, "A visit is planned"),
            (REQUIRE_VISIT_DONE, "A visit is done"),
        ],
        ondelete={REQUIRE_VISIT_PLANNED: "cascade", REQUIRE_VISIT_DONE: "cascade"},
    )

    def _get_name(self):
        if self.kind == REQUIRE_VISIT_PLANNED:
            return self.env._("A visit is planned")
        if self.kind == REQUIRE_VISIT_DONE:
            return self.env._("A visit is done")
        return super()._get_name()


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    def _get_unmet_visit_planned(self, asked):
        return self._get_unmet_visit(asked, REQUIRE_VISIT_PLANNED)

    def _get_unmet_visit_done(self, asked):
        return self._get_unmet_visit(asked, REQUIRE_VISIT_DONE)

    def _get_unmet_visit(self, asked, kind):
        """Return ``{requirement: cases}`` without a visit in a state that meets it."""
        # sudo: visits are counted, not shown
        visits = self.env["aftersales.visit"].sudo()
        rows = visits._read_group(
            [
                ("case_id", "in", self.union(*asked.values()).ids),
                ("state", "in", MET_BY[kind]),
            ],
            ["case_id"],
        )
        met = {case.id for (case,) in rows}
        return {
            requirement: cases.filtered(lambda case: case.id not in met)
            for requirement, cases in asked.items()
        }
