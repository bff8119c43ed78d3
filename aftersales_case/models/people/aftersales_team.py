from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    CHOOSE_LEADER,
    CHOOSE_LEAST_LOADED,
    CHOOSE_ROUND_ROBIN,
)
from ..extends.in_use import refuse_if_used


class AftersalesTeam(models.Model):
    _name = "aftersales.team"
    _description = "After-sales Team"
    _inherit = ["mail.alias.mixin.optional", "mail.thread", "aftersales.bounded.mixin"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty means that the team works for all companies.",
    )
    leader_id = fields.Many2one(
        "res.users",
        "Team Leader",
        domain="[('share', '=', False)]",
        check_company=True,
        tracking=True,
        help="Receives what nobody else can take.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "aftersales_team_member_rel",
        "team_id",
        "user_id",
        "Members",
        domain="[('share', '=', False)]",
        check_company=True,
    )
    assignment_method = fields.Selection(
        [
            (CHOOSE_LEADER, "The leader hands out the work"),
            (CHOOSE_ROUND_ROBIN, "Round robin: who waited longest"),
            (CHOOSE_LEAST_LOADED, "Least loaded: fewest open cases"),
        ],
        "Assignment",
        required=True,
        default=CHOOSE_LEAST_LOADED,
    )
    announce_to = fields.Selection(
        [
            ("members", "All members"),
            ("leader", "The leader"),
            ("nobody", "Nobody but the responsible"),
        ],
        "Announce New Cases To",
        required=True,
        default="members",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        help="Working time of the team; empty means the company's.",
    )
    open_case_count = fields.Integer(compute="_compute_case_counts")
    unassigned_case_count = fields.Integer(compute="_compute_case_counts")
    waiting_intake_count = fields.Integer(compute="_compute_waiting_intake_count")

    def _compute_case_counts(self):
        counts = self.env["aftersales.case"]._count_open_by("team_id", self)
        for team in self:
            team.open_case_count, team.unassigned_case_count = counts[team.id]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_waiting_intake_count(self):
        rows = self.env["aftersales.intake"]._read_group(
            [("team_id", "in", self.ids), ("state", "=", "waiting")],
            ["team_id"],
            ["__count"],
        )
        counts = {team.id: count for team, count in rows}
        for team in self:
            team.waiting_intake_count = counts.get(team.id, 0)

    @api.constrains("leader_id", "member_ids")
    def _check_internal(self):
        for team in self:
            outside = (team.leader_id | team.member_ids).filtered("share")
            if outside:
                raise ValidationError(
                    self.env._(
                        "Members: %(users)s cannot join team %(team)s, because only"
                        " internal users can be responsible for a case.",
                        users=", ".join(outside.mapped("name")),
                        team=team.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_history(self):
        refuse_if_used(
            self, [("aftersales.case", "team_id"), ("aftersales.case.event", "team_id")]
        )

    # Mail to the team's own address waits in the inbox until somebody sorts it.

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("aftersales.intake")
        if self.id:
            values["alias_defaults"] = repr({"team_id": self.id})
        return values

    def _get_announce_users(self):
        """Hook: return who is told of a new case of this team, besides the responsible.

        Called by ``aftersales.case._announce`` for one team.
        """
        self.ensure_one()
        if self.announce_to == "members":
            return self.member_ids | self.leader_id
        return self.leader_id if self.announce_to == "leader" else self.leader_id[:0]
