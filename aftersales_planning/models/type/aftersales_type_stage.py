from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    CONFIRMED,
    DONE,
    FAILED,
    MOST_HOURS_OF_VISIT,
    PLACES,
    PLANNED,
    UNDER_WAY,
)

# Where a case goes when one of its visits comes into a state: the field of the stage.
MOVES = {
    PLANNED: "visit_planned_stage_id",
    CONFIRMED: "visit_confirmed_stage_id",
    UNDER_WAY: "visit_under_way_stage_id",
    DONE: "visit_done_stage_id",
    FAILED: "visit_failed_stage_id",
}


class AftersalesTypeStage(models.Model):
    """A stage may ask for a visit by itself, and follow what becomes of it."""

    _inherit = "aftersales.type.stage"

    visit_place = fields.Selection(
        PLACES,
        "Asks for a Visit",
        help="A case that enters this stage gets a visit to plan, unless one is open.",
    )
    visit_duration = fields.Float("Duration of the Visit", default=1.0)
    visit_planned_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "When a Visit Is Planned",
        help="Where a case goes from here.",
    )
    visit_confirmed_stage_id = fields.Many2one(
        "aftersales.case.stage", "When It Is Confirmed"
    )
    visit_under_way_stage_id = fields.Many2one(
        "aftersales.case.stage", "When the Crew Is under Way"
    )
    visit_done_stage_id = fields.Many2one("aftersales.case.stage", "When It Is Done")
    visit_failed_stage_id = fields.Many2one("aftersales.case.stage", "When It Failed")

    @api.constrains("visit_duration", "visit_place")
    def _check_visit_duration(self):
        for link in self.filtered("visit_place"):
            if not 0 < link.visit_duration <= MOST_HOURS_OF_VISIT:
                raise ValidationError(
                    self.env._(
                        "Duration of the Visit: enter the hours of work, more than none"
                        " and at most %s.",
                        MOST_HOURS_OF_VISIT,
                    )
                )

    @api.constrains(*MOVES.values(), "type_id")
    def _check_visit_stages(self):
        for link in self:
            for name in MOVES.values():
                stage = link[name]
                if stage and stage not in link.type_id.link_ids.stage_id:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(stage)s is no stage of type %(type)s.",
                            field=self._fields[name]._description_string(self.env),
                            stage=stage.name,
                            type=link.type_id.name,
                        )
                    )


class AftersalesVisit(models.Model):
    """What becomes of a visit moves its case on, as the stage says."""

    _inherit = "aftersales.visit"

    def _after_step(self, state):
        result = super()._after_step(state)
        name = MOVES.get(state)
        if name:
            self.case_id._follow_visits(name)
        return result


class AftersalesCase(models.Model):
    _inherit = "aftersales.case"

    def _follow_visits(self, name):
        """Move these cases to the stage that their own one names in a field.

        A gate that is not open keeps the case where it is, and says so on it: the visit
        is a fact, whatever the case lacks.
        """
        links = self.type_id._get_links()
        moves = {}
        for case in self.filtered("is_open"):
            stage = links[case.type_id.id, case.stage_id.id][name]
            if stage and stage != case.stage_id:
                moves[stage] = moves.get(stage, self.browse()) | case
        for stage, cases in moves.items():
            cases._try_to_move(stage)
