from odoo import api, fields, models
from odoo.fields import Command

from ..const import AT_SITE, PARTS_NONE, PARTS_STATES, PLACES


class AftersalesVisitAsk(models.TransientModel):
    """Asks what has to be done where; the planner plans it."""

    _name = "aftersales.visit.ask"
    _description = "Ask for a Visit"

    case_ids = fields.Many2many("aftersales.case", required=True)
    place = fields.Selection(PLACES, required=True, default=AT_SITE)
    duration = fields.Float(
        required=True, default=1.0, help="Hours of work, of each visit."
    )
    visits = fields.Integer(
        "How Many", required=True, default=1, help="One for each day of the work."
    )
    note = fields.Text("What Is To Be Done")
    skill_ids = fields.Many2many("hr.skill", string="Skills")
    parts_state = fields.Selection(
        PARTS_STATES, "Parts", required=True, default=PARTS_NONE
    )
    parts_note = fields.Char("Which Parts")
    earliest = fields.Datetime("Not Before")

    _visits_few = models.Constraint(
        "CHECK(visits BETWEEN 1 AND 30)", "How Many: enter 1 to 30 visits of each case."
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        active = self.env.context.get("active_model") == "aftersales.case"
        if active and "case_ids" in fields_list and not values.get("case_ids"):
            ids = self.env.context.get("active_ids") or []
            values["case_ids"] = [Command.set(ids)]
        return values

    def action_ask(self):
        """Make the visits, to plan.

        :returns: an action that opens them
        :raises AccessError: for a case that the user may not work on
        """
        self.ensure_one()
        visits = self.case_ids._ask_for_visits(
            [self._prepare_visit_vals()] * self.visits
        )
        return visits._get_records_action(name=self.env._("To Plan"))

    def _prepare_visit_vals(self):
        """Hook: return the values that the visits have in common."""
        names = ("place", "duration", "note", "parts_state", "parts_note", "earliest")
        return {
            **{name: self[name] for name in names},
            "skill_ids": [
                Command.create({"skill_id": skill.id}) for skill in self.skill_ids
            ],
        }
