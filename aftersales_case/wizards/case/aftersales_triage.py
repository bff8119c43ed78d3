from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...const import OPEN_STATES, PRIORITIES, SCALE, STATE_NEW
from ...models.case.aftersales_case import PRIORITY_BY_SCALE
from ...models.type.aftersales_field_rule import PROPERTY_FIELDS

# What is shown when all cases have the same, and written when it is filled in.
SHARED = (
    "type_id",
    "category_id",
    "urgency",
    "impact",
    "priority",
    "date_deadline",
    "team_id",
)


class AftersalesTriage(models.TransientModel):
    """Assess, scale and schedule new cases, one or many, in one step."""

    _name = "aftersales.triage"
    _description = "Assess Cases"

    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    type_id = fields.Many2one(
        "aftersales.case.type",
        domain="[('company_id', 'in', (company_id, False))]",
    )
    category_id = fields.Many2one(
        "aftersales.category",
        domain="['|', ('type_ids', '=', False), ('type_ids', 'in', type_id)]",
    )
    urgency = fields.Selection(SCALE)
    impact = fields.Selection(SCALE)
    priority = fields.Selection(
        PRIORITIES, compute="_compute_priority", store=True, readonly=False
    )
    date_deadline = fields.Datetime("Deadline")
    team_id = fields.Many2one(
        "aftersales.team", domain="[('company_id', 'in', (company_id, False))]"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    move_on = fields.Boolean(
        "Take into Work", default=True, help="Move the cases to their next stage."
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "First Action",
        domain="[('res_model', 'in', (False, 'aftersales.case'))]",
    )
    activity_summary = fields.Char("What To Do")
    activity_date = fields.Date(
        "Do It By",
        compute="_compute_activity_date",
        store=True,
        readonly=False,
    )
    lost_answers = fields.Char(compute="_compute_lost_answers")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        cases = self.env["aftersales.case"].browse(
            self.env.context.get("active_ids") or []
        )
        if any(case.state not in OPEN_STATES for case in cases):
            raise UserError(self.env._("Only open cases are assessed."))
        values["case_ids"] = [Command.set(cases.ids)]
        for name in SHARED:
            found = {case[name] for case in cases}
            if len(found) == 1:
                value = found.pop()
                values[name] = value.id if self._fields[name].relational else value
        if len(cases.user_id) == 1 and not any(cases.mapped("is_unassigned")):
            values["user_id"] = cases.user_id.id
        return values

    @api.depends("case_ids")
    def _compute_company_id(self):
        for triage in self:
            companies = triage.case_ids.company_id
            triage.company_id = companies if len(companies) == 1 else False

    @api.depends("urgency", "impact")
    def _compute_priority(self):
        for triage in self:
            if triage.urgency and triage.impact:
                scale = int(triage.urgency) + int(triage.impact)
                triage.priority = PRIORITY_BY_SCALE[scale]

    @api.depends("activity_type_id")
    def _compute_activity_date(self):
        for triage in self:
            kind = triage.activity_type_id
            triage.activity_date = kind and kind._get_date_deadline()

    @api.depends("type_id", "case_ids")
    @api.depends_context("lang")
    def _compute_lost_answers(self):
        """Name the answers that the new type does not ask and that would be lost."""
        for triage in self:
            new = triage.type_id
            kept = new._get_own_definitions() if new else {}
            lost = {
                case._get_key_label(f"{field}.{name}"): None
                for case in triage.case_ids
                if new and case.type_id != new
                for field in PROPERTY_FIELDS
                for name, value in case._get_raw_properties(field).items()
                if value and f"{field}.{name}" not in kept
            }
            triage.lost_answers = ", ".join(lost) or False

    # === Action === #

    def action_apply(self):
        """Write what was decided, move the cases on and plan the first action."""
        self.ensure_one()
        cases = self.case_ids
        cases.check_access("write")
        if self.type_id:
            cases.filtered(lambda case: case.type_id != self.type_id).write(
                {"type_id": self.type_id.id}
            )
        stages = self._get_next_stages()
        with cases._changing() as changed:
            for stage, group in changed.grouped(stages.get).items():
                vals = self._prepare_vals()
                if stage:
                    vals["stage_id"] = stage.id
                if self.user_id:
                    vals["user_id"] = self.user_id.id
                group.write(vals)
        self._plan_activity()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _get_next_stages(self):
        """Return ``{case: stage}`` for the new cases that go on."""
        if not self.move_on:
            return {}
        return self.case_ids.filtered(
            lambda case: case.state == STATE_NEW
        )._get_next_stages()

    def _prepare_vals(self):
        """Hook: return what is written on cases that are assessed together."""
        vals = {}
        for name in SHARED:
            if name != "type_id" and self[name]:
                value = self[name]
                vals[name] = value.id if self._fields[name].relational else value
        return vals

    def _plan_activity(self):
        if not self.activity_type_id:
            return
        for user, cases in self.case_ids.grouped("user_id").items():
            # He is told of the case itself.
            cases.with_context(mail_activity_quick_update=True).activity_schedule(
                activity_type_id=self.activity_type_id.id,
                summary=self.activity_summary or "",
                date_deadline=self.activity_date,
                user_id=user.id,
            )
