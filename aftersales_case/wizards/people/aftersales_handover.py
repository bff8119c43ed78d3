from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

ONE_DAY = timedelta(days=1)
AWAY, GONE = "away", "gone"
# Who looks after users or employees hands over their cases, whatever his role here.
OFFICES = (
    "aftersales_case.group_aftersales_manager",
    "base.group_erp_manager",
    "hr.group_hr_user",
)


class AftersalesHandover(models.TransientModel):
    """Hands open cases to others, before somebody leaves or for an absence."""

    _name = "aftersales.handover"
    _description = "Hand Over Cases"

    kind = fields.Selection(
        [(AWAY, "Until a date: they come back"), (GONE, "For good")],
        "Hand Over",
        required=True,
        default=AWAY,
    )
    from_user_ids = fields.Many2many(
        "res.users",
        "aftersales_handover_user_rel",
        string="From",
        readonly=True,
        context={"active_test": False},
    )
    case_ids = fields.Many2many("aftersales.case", string="Cases", readonly=True)
    to_user_id = fields.Many2one(
        "res.users",
        "To",
        compute="_compute_to_user_id",
        store=True,
        readonly=False,
        help="Takes all cases below; empty means that the rules of each type choose.",
    )
    return_on = fields.Date("Give Back On", help="The first day back.")
    set_away = fields.Boolean(
        "Out of Office until Then",
        default=True,
        help="New cases go to the deputy, or to others of the team.",
    )
    can_set_away = fields.Boolean(compute="_compute_can_set_away")
    archive = fields.Boolean("Archive the User")
    employee_ids = fields.Many2many(
        "hr.employee", readonly=True, groups="hr.group_hr_user"
    )
    line_ids = fields.One2many(
        "aftersales.handover.line",
        "handover_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    case_count = fields.Integer("Open Cases", compute="_compute_case_count")
    duties = fields.Text(compute="_compute_duties")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        model, ids = self.env.context.get("active_model"), self._get_active_ids()
        if model == "aftersales.case":
            cases = self.env["aftersales.case"].browse(ids)
            open_cases = cases.filtered(lambda case: not case._is_closed())
            if not open_cases:
                raise UserError(
                    self.env._("Only open cases are handed over; these are closed.")
                )
            values["case_ids"] = [Command.set(open_cases.ids)]
            values["from_user_ids"] = [Command.set(open_cases.user_id.ids)]
        elif model in ("res.users", "hr.employee"):
            users = self.env[model].with_context(active_test=False).browse(ids)
            users = users if model == "res.users" else users.user_id
            values["from_user_ids"] = [Command.set(users.ids)]
        values.setdefault("return_on", self._get_return_on(values))
        return values

    @api.model
    def _get_return_on(self, values):
        """Return the first day back: the one that is known, or else tomorrow."""
        today = fields.Date.context_today(self)
        leaving = self.env["res.users"].browse(
            user_id
            for _command, _zero, user_ids in values.get("from_user_ids", ())
            for user_id in user_ids
        )
        ends = [end.date() for end in leaving.mapped("out_of_office_to") if end]
        return max([day for day in ends if day > today], default=today + ONE_DAY)

    def _get_active_ids(self):
        context = self.env.context
        return context.get("active_ids") or [context.get("active_id")]

    @api.depends("from_user_ids")
    def _compute_can_set_away(self):
        for handover in self:
            own = handover.from_user_ids._origin == self.env.user
            handover.can_set_away = own or handover._has_office()

    @api.depends("from_user_ids", "kind")
    def _compute_to_user_id(self):
        for handover in self:
            # Of several who hand over, one may be the deputy of another.
            leaving = handover.from_user_ids
            deputy = leaving.aftersales_deputy_id - leaving._origin
            if handover.kind == AWAY and len(deputy) == 1:
                handover.to_user_id = deputy
            elif handover.kind == GONE:
                handover.to_user_id = False

    @api.depends("from_user_ids", "case_ids")
    def _compute_line_ids(self):
        for handover in self:
            cases = handover._get_cases().sorted(
                lambda case: (
                    case.company_id.id,
                    case.type_id.sequence,
                    case.team_id.id,
                )
            )
            groups = cases.grouped(_get_key)
            handover.line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "company_id": company.id,
                        "type_id": case_type.id,
                        "team_id": team.id,
                        "case_count": len(cases),
                        "to_user_id": handover.to_user_id.id,
                    }
                )
                for (company, case_type, team), cases in groups.items()
            ]

    @api.depends("line_ids.case_count")
    def _compute_case_count(self):
        for handover in self:
            handover.case_count = sum(handover.line_ids.mapped("case_count"))

    @api.depends("from_user_ids", "kind")
    def _compute_duties(self):
        """Name what else gives cases to the leaving, so that somebody changes it."""
        for handover in self:
            handover.duties = (
                handover.kind == GONE and "\n".join(handover._get_duties())
            ) or False

    def _get_duties(self):
        """Hook: return lines that say where else the users stand."""
        users = self.from_user_ids.ids
        # sudo: names of the set-up, for whoever must change it
        env = self.sudo().env
        sources = [
            ("aftersales.team", "leader_id", self.env._("Leads team %s")),
            (
                "aftersales.case.type",
                "user_id",
                self.env._("Takes every new case of type %s"),
            ),
            ("aftersales.type.stage", "user_id", self.env._("Takes cases in stage %s")),
            (
                "res.company",
                "aftersales_user_id",
                self.env._("Is the fallback of company %s"),
            ),
            ("res.users", "aftersales_deputy_id", self.env._("Is the deputy of %s")),
        ]
        lines = []
        for model, field_name, text in sources:
            records = env[model].search([(field_name, "in", users)])
            lines += [text % record.display_name for record in records]
        return lines

    # === Action === #

    def action_apply(self):
        """Hand the cases over as planned, then archive whom that was asked for."""
        self.ensure_one()
        cases = self._get_cases()
        if not self._has_office():
            cases.check_access("write")
        if self.kind == AWAY and not self.return_on:
            raise UserError(
                self.env._("Give Back On: say when the cases go back to their owner.")
            )
        planned = {_get_key(line): line.to_user_id for line in self.line_ids}
        nobody = self.env["res.users"]
        away = self.kind == AWAY
        # sudo: checked above
        self.env["aftersales.case"].sudo()._hand_over(
            {case.sudo(): planned.get(_get_key(case), nobody) for case in cases},
            leaving=self.from_user_ids,
            return_on=away and self.return_on,
        )
        if away and self.set_away and self.can_set_away:
            self._set_away()
        return self._archive() or self._close(len(cases))

    def _get_cases(self):
        """Return the cases to hand over, in the eyes of who may do that."""
        if self.case_ids:
            return self.case_ids
        # sudo: off; stored fields are computed with it, and the user sees the counts
        Case = self.env["aftersales.case"].sudo(self.env.user._is_superuser())
        users = self.from_user_ids.ids or self.from_user_ids._origin.ids
        if self._has_office():
            # sudo: those who leave give away what only they could see, in all companies
            return Case.sudo()._get_unfinished_of(self.env["res.users"].browse(users))
        return Case.search(Domain("user_id", "in", users) & Case._get_open_domain())

    def _has_office(self):
        return not self.case_ids and any(map(self.env.user.has_group, OFFICES))

    def _set_away(self):
        """Let the rules pass over the absent, in favour of the deputy."""
        for user in self.from_user_ids:
            vals = {
                "out_of_office_from": fields.Datetime.now(),
                "out_of_office_to": fields.Datetime.to_datetime(self.return_on),
            }
            if self.to_user_id and not user.aftersales_deputy_id:
                vals["aftersales_deputy_id"] = self.to_user_id.id
            user.sudo().write(vals)  # sudo: his own, or by whoever looks after users

    def _archive(self):
        if self.kind != GONE:
            return None
        if self.archive:
            if not self.env.user.has_group("base.group_erp_manager"):
                raise AccessError(
                    self.env._("Archive the User: only administrators do that.")
                )
            self.from_user_ids.filtered("active").action_archive()
        if self.env.user.has_group("hr.group_hr_user") and self.employee_ids:
            return self.employee_ids.filtered("active").action_archive()
        return None

    def _close(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Cases handed over: %s", count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class AftersalesHandoverLine(models.TransientModel):
    _name = "aftersales.handover.line"
    _description = "Cases Handed Over Together"

    handover_id = fields.Many2one(
        "aftersales.handover", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("aftersales.case.type", readonly=True)
    team_id = fields.Many2one("aftersales.team", readonly=True)
    case_count = fields.Integer("Open Cases", readonly=True)
    to_user_id = fields.Many2one(
        "res.users",
        "New Responsible",
        compute="_compute_to_user_id",
        store=True,
        readonly=False,
    )

    @api.depends("handover_id.to_user_id")
    def _compute_to_user_id(self):
        for line in self:
            line.to_user_id = line.handover_id.to_user_id


def _get_key(record):
    """Return what cases that are handed over together have in common."""
    record = record.sudo()  # sudo: compared, not shown
    return record.company_id, record.type_id, record.team_id
