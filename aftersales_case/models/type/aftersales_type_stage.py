from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...const import (
    ASSIGN_KEEP,
    ASSIGN_LEADER,
    ASSIGN_TEAM,
    ASSIGN_USER,
    CLOSED_STATES,
    MISSING_MOVE,
    MISSING_ROLE,
    OPEN_STATES,
    STATE_DONE,
)

# How many open cases are judged to show what a stage would stop: half a second.
JUDGED_CASES = 2000


class AftersalesTypeStage(models.Model):
    """The place of a stage in a type: order, moves, roles, assignment, messages."""

    _name = "aftersales.type.stage"
    _description = "Stage of a Case Type"
    _inherit = ["aftersales.cached.mixin", "aftersales.bounded.mixin"]
    _order = "type_id, sequence, id"
    _rec_name = "stage_id"

    type_id = fields.Many2one(
        "aftersales.case.type", required=True, ondelete="cascade", index=True
    )
    stage_id = fields.Many2one(
        "aftersales.case.stage", required=True, ondelete="restrict", index=True
    )
    state = fields.Selection(related="stage_id.state")
    sequence = fields.Integer(default=10)
    customer_label = fields.Char(
        "Name for the Customer",
        translate=True,
        help="What the customer reads instead of the stage's name.",
    )
    next_ids = fields.Many2many(
        "aftersales.case.stage",
        "aftersales_type_stage_next_rel",
        "link_id",
        "stage_id",
        "Allowed Next Stages",
        help="Empty means that a case may go to every stage of its type.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Roles",
        help="Who may move a case into this stage; empty means every agent.",
    )
    assignment = fields.Selection(
        [
            (ASSIGN_KEEP, "Keep the responsible"),
            (ASSIGN_USER, "A fixed person"),
            (ASSIGN_TEAM, "The team's method"),
            (ASSIGN_LEADER, "The team's leader"),
        ],
        required=True,
        default=ASSIGN_KEEP,
        help="Who becomes responsible when a case enters this stage.",
    )
    user_id = fields.Many2one(
        "res.users", "Fixed Person", domain="[('share', '=', False)]"
    )
    team_id = fields.Many2one(
        "aftersales.team",
        "Hand Over To",
        help="The team that takes the case when it enters this stage.",
    )
    requirement_ids = fields.One2many(
        "aftersales.stage.requirement",
        "link_id",
        "Requirements",
        copy=True,
        help="What must be there before a case enters this stage.",
    )
    type_keys = fields.Json(compute="_compute_type_keys")
    stopped_case_count = fields.Integer(
        "Stopped Cases",
        compute="_compute_stopped_case_count",
        help="Open cases before this stage that lack what it asks for; the newest 2,000"
        " are looked at.",
    )
    reply_stage_id = fields.Many2one(
        "aftersales.case.stage",
        "When the Customer Answers",
        help="Where a case goes from here when the customer answers by mail.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Message to the Customer",
        domain="[('model', '=', 'aftersales.case')]",
        help="Sent when a case enters this stage.",
    )

    _type_stage_uniq = models.Constraint(
        "UNIQUE(type_id, stage_id)", "A type can use each stage only once."
    )

    @api.constrains("assignment", "user_id")
    def _check_user_id(self):
        for link in self:
            if link.assignment != ASSIGN_USER:
                continue
            if not link.user_id or link.user_id.share or not link.user_id.active:
                raise ValidationError(
                    self.env._(
                        "Fixed Person: choose an active internal user for stage"
                        " %(stage)s, or another way of assignment.",
                        stage=link.stage_id.name,
                    )
                )

    @api.constrains("mail_template_id")
    def _check_mail_template_id(self):
        self.mail_template_id._check_is_of_cases()

    @api.depends("type_id")
    def _compute_type_keys(self):
        for link in self:
            case_type = link.type_id
            link.type_keys = sorted(case_type._get_rule_keys()) if case_type else []

    @api.depends(
        "stage_id",
        "requirement_ids.kind",
        "requirement_ids.key",
        "requirement_ids.attachment_kind_id",
        "requirement_ids.minimum",
        "requirement_ids.group_id",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_stopped_case_count(self):
        """Count the open cases that this stage would stop now, unsaved changes included.

        Who may move them, and from where, is no lack of the case.
        """
        for link in self:
            cases = link._get_cases_ahead()
            links = cases.type_id._get_links()
            links[link.type_id._origin.id, link.stage_id._origin.id] = link
            missing = cases._missing_for(link.stage_id._origin, links=links)
            link.stopped_case_count = sum(
                any(item.kind not in (MISSING_MOVE, MISSING_ROLE) for item in items)
                for items in missing.values()
            )

    def write(self, vals):
        """Guard: a type keeps the stages in which its cases stand."""
        for name in ("stage_id", "type_id"):
            if name in vals:
                self.filtered(
                    lambda link, name=name: link[name].id != vals[name]
                )._refuse_with_cases()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_cases(self):
        self._refuse_with_cases()

    def _refuse_with_cases(self):
        for case_type, links in self.grouped("type_id").items():
            links.stage_id._refuse_with_cases(
                self.env["aftersales.case"]._fields["stage_id"],
                Domain("type_id", "=", case_type.id),
            )

    def _leads_on(self):
        """Say whether a case goes on from here, other than back or to a rejection."""
        self.ensure_one()
        if not self.next_ids or self.state in CLOSED_STATES:
            return True
        links = self.type_id.link_ids.sorted()
        later = links[links.ids.index(self.id) + 1 :].filtered(
            lambda link: link.state not in CLOSED_STATES or link.state == STATE_DONE
        )
        return bool(later.stage_id & self.next_ids)

    def _get_cases_ahead(self):
        """Return the newest open cases, of those one may read, before this stage."""
        self.ensure_one()
        case_type = self.type_id._origin
        stages = case_type.link_ids.sorted().stage_id
        stage = self.stage_id._origin
        before = stages[: stages.ids.index(stage.id)] if stage in stages else stages
        return self.env["aftersales.case"].search(
            [
                ("type_id", "=", case_type.id),
                ("state", "in", OPEN_STATES),
                ("stage_id", "in", before.ids),
            ],
            order="id desc",
            limit=JUDGED_CASES,
        )
