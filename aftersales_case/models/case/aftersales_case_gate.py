import logging
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import (
    CLOSED_STATES,
    MISSING_MOVE,
    MISSING_ROLE,
    REQUIRE_FIELD,
    STATE_DONE,
    STATE_WAITING,
    SURFACE_GATE,
)
from ..type.aftersales_field_rule import split_key
from ..type.aftersales_stage_requirement import (
    REQUIRE_APPROVAL,
    REQUIRE_ATTACHMENT,
)


class Missing(NamedTuple):
    """One thing that keeps a case from entering a stage."""

    kind: str  # a kind of requirement, or move, or role
    name: str  # key of the field, or id of the requirement
    label: str  # what is missing, in the words of the user
    text: str  # the whole sentence


class GateError(UserError):
    """A move that a gate refused; its context tells the client what is missing."""

    def __init__(self, message, gate):
        super().__init__(message)
        # What somebody is told at once is no matter for the operator's log.
        self.loglevel = logging.INFO
        self.context = {"exception_class": "aftersales_case.gate", "gate": gate}


class AftersalesCase(models.Model):
    """Stage gates. ``_missing_for`` is the only judge, for every interface."""

    _inherit = "aftersales.case"

    file_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        "Files",
        domain=[("res_model", "=", "aftersales.case")],
        context={"default_res_model": "aftersales.case"},
    )
    next_stage_id = fields.Many2one(
        "aftersales.case.stage", compute="_compute_gate_preview"
    )
    gate_preview = fields.Json(
        "Missing for the Next Stage", compute="_compute_gate_preview"
    )
    closed_stages = fields.Json(
        "Stages out of Reach",
        compute="_compute_closed_stages",
        help="Where the case cannot go from its stage, whatever is filled in, and why.",
    )

    def _compute_gate_preview(self):
        """What the card shows before anybody drags it."""
        stages = self._get_next_stages()
        missing = self._missing_for(stages)
        for case in self:
            case.next_stage_id = stages.get(case)
            case.gate_preview = [item.label for item in missing.get(case, ())]

    @api.depends("type_id", "stage_id")
    @api.depends_context("uid", "lang")
    def _compute_closed_stages(self):
        """Say why of each stage that the status bar cannot lead to, without a query."""
        case_types = self.env["aftersales.case.type"]
        stages = self.env["aftersales.case.stage"]
        for case in self:
            closed = {}
            for stage in stages.browse(case_types._get_moves(case.type_id._origin.id)):
                for item in case._missing_permission(stage, case.stage_id):
                    closed[str(stage.id)] = item.text
            case.closed_stages = closed

    # === The judge === #

    def _missing_for(self, stages=None, origins=None, links=None):
        """Say what keeps each case from entering a stage.

        :param stages: ``{case: stage}``, or one stage for all, or None for the next
            stage of each
        :param origins: ``{case: stage}`` from which the moves start, when the cases
            stand in their new stage already
        :param links: what ``_get_links`` returns, to judge by stages not saved yet
        :returns: ``{case: [Missing]}`` with an entry for every case that was judged; the
            number of queries does not depend on the number of cases
        """
        if stages is None:
            stages = self._get_next_stages()
        elif isinstance(stages, models.BaseModel):
            stages = dict.fromkeys(self, stages)
        origins = origins or {case: case.stage_id for case in self}
        links = links or self.type_id._get_links()
        missing = {case: [] for case in self if case in stages}
        asked = {}  # requirement -> cases
        for case in missing:
            link = links.get((case.type_id.id, stages[case].id))
            missing[case] += case._missing_permission(stages[case], origins[case])
            for requirement in link.requirement_ids if link else ():
                asked[requirement] = asked.get(requirement, self.browse()) | case
        for kind, requirements in _group_by_kind(asked).items():
            judge = getattr(self, f"_get_unmet_{kind}")
            for requirement, cases in judge(requirements).items():
                for case in cases:
                    missing[case].append(case._prepare_missing(requirement))
        self._add_missing_fields(missing, stages, origins)
        return missing

    def _missing_permission(self, stage, origin):
        """Return what forbids the move itself: its direction, or the user's role."""
        self.ensure_one()
        moves = self.env["aftersales.case.type"]._get_moves(self.type_id._origin.id)
        here, there = moves.get(origin._origin.id), moves.get(stage._origin.id)
        if not there or stage == origin:
            return []
        if here and here.nexts and stage._origin.id not in here.nexts:
            text = self.env._(
                "From “%(here)s” a case goes to %(next)s, not to “%(stage)s”.",
                here=here.name,
                # Quoted one by one in the reader's way: the placeholder's name is the
                # letter without which a term is not translated.
                next=", ".join(
                    self.env._("“%(name)s”", name=name) for name in here.nexts.values()
                ),
                stage=there.name,
            )
            return [Missing(MISSING_MOVE, MISSING_MOVE, there.name, text)]
        if there.roles and not there.roles.keys() & self.env.user._get_group_ids():
            roles = ", ".join(there.roles.values())
            text = self.env._(
                "Only %(roles)s may move a case to “%(stage)s”.",
                roles=roles,
                stage=there.name,
            )
            label = self.env._("Moved by %s", roles)
            return [Missing(MISSING_ROLE, MISSING_ROLE, label, text)]
        return []

    def _add_missing_fields(self, missing, stages, origins):
        """Add the fields that the rules ask for, from their stage on.

        A move to rejected or cancelled, backwards, or a reopening is judged only by the
        requirements of the stage itself.
        """
        orders = self.type_id.sudo()._get_stage_orders()  # the same for everybody
        forward = self.browse(
            [
                case.id
                for case in missing
                if case._is_forward(origins[case], stages[case], orders)
            ]
        )
        for case, states in forward._get_field_states(SURFACE_GATE, stages).items():
            known = {item.name for item in missing[case]}
            for key, state in states.items():
                if state.required and key not in known and not case._is_answered(key):
                    missing[case].append(case._prepare_missing_field(key, state.label))

    def _is_forward(self, origin, stage, orders):
        self.ensure_one()
        if stage.state in CLOSED_STATES and stage.state != STATE_DONE:
            return False
        if origin == stage:  # a new case, judged where it stands
            return True
        if origin.state in CLOSED_STATES:
            return False
        type_id = self.type_id.id
        return orders.get((type_id, stage.id), 0) > orders.get((type_id, origin.id), 0)

    def _prepare_missing(self, requirement):
        self.ensure_one()
        if requirement.kind == REQUIRE_FIELD:
            return self._prepare_missing_field(requirement.key)
        return Missing(
            requirement.kind,
            str(requirement.id),
            requirement.name,
            self.env._("“%s” is missing.", requirement.name),
        )

    def _prepare_missing_field(self, key, label=None):
        label = label or self._get_key_label(key)
        text = self.env._("“%s” is not filled in.", label)
        if not self._may_fill(key):
            right = self._get_field_right(split_key(key)[0])
            text = self.env._(
                "“%(field)s” is not filled in, which only %(roles)s may do.",
                field=label,
                roles=right.get_names(self.env, "write"),
            )
        return Missing(REQUIRE_FIELD, key, label, text)

    @api.model
    def _may_fill(self, key):
        """Say whether the user's role may answer what a stage asks for.

        Asked of who wants the move, for gates are judged with sudo.
        """
        right = self._get_field_right(split_key(key)[0])
        return not right or right.allows("write", self.env.user._get_group_ids())

    # === Kinds of requirement: {requirement: cases} -> {requirement: cases unmet} === #

    def _get_unmet_field(self, asked):
        return {
            requirement: cases.filtered(
                lambda case, key=requirement.key: not case._is_answered(key)
            )
            for requirement, cases in asked.items()
        }

    def _get_unmet_attachment(self, asked):
        cases = self.union(*asked.values())
        # sudo: files are counted, not shown
        rows = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "in", cases.ids)],
                ["res_id", "aftersales_kind_id"],
                ["__count"],
            )
        )
        counts = {(res_id, kind.id): count for res_id, kind, count in rows}
        totals = {}
        for (res_id, _kind), count in counts.items():
            totals[res_id] = totals.get(res_id, 0) + count

        def count(requirement, case):
            kind = requirement.attachment_kind_id
            return counts.get((case.id, kind.id), 0) if kind else totals.get(case.id, 0)

        return {
            requirement: cases.filtered(
                lambda case, r=requirement: count(r, case) < r.minimum
            )
            for requirement, cases in asked.items()
        }

    def _get_unmet_checklist(self, asked):
        return self._get_unmet_rows(asked, "aftersales.checklist.item", ("done", True))

    def _get_unmet_approval(self, asked):
        return self._get_unmet_rows(asked, "aftersales.approval", ("state", "approved"))

    def _get_unmet_rows(self, asked, model, fulfilled):
        """Return the cases without a row of the requirement that fulfils it."""
        # sudo: see _get_unmet_attachment
        rows = (
            self.env[model]
            .sudo()
            .search_fetch(
                [
                    ("case_id", "in", self.union(*asked.values()).ids),
                    (
                        "requirement_id",
                        "in",
                        [r._origin.id for r in asked if r._origin],
                    ),
                    (fulfilled[0], "=", fulfilled[1]),
                ],
                ["case_id", "requirement_id"],
            )
        )
        met = {(row.case_id.id, row.requirement_id.id) for row in rows}
        return {
            requirement: cases.filtered(
                lambda case, r=requirement: (case.id, r._origin.id) not in met
            )
            for requirement, cases in asked.items()
        }

    def _get_unmet_no_activity(self, asked):
        # sudo: see _get_unmet_attachment
        rows = (
            self.env["mail.activity"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.union(*asked.values()).ids),
                ],
                ["res_id"],
            )
        )
        busy = {res_id for (res_id,) in rows}
        return {
            requirement: cases.filtered(lambda case: case.id in busy)
            for requirement, cases in asked.items()
        }

    def _get_unmet_no_open_child(self, asked):
        # sudo: see _get_unmet_attachment
        rows = self.sudo()._read_group(
            [
                ("parent_id", "in", self.union(*asked.values()).ids),
                ("state", "not in", CLOSED_STATES),
            ],
            ["parent_id"],
        )
        busy = {parent.id for (parent,) in rows}
        return {
            requirement: cases.filtered(lambda case: case.id in busy)
            for requirement, cases in asked.items()
        }

    # === The gate === #

    def _check_gates(self, stages):
        """Refuse moves for which something is missing.

        :param stages: ``{case: stage before}``; the cases stand in their new stage
        :raises GateError: naming everything that is missing, for all cases
        """
        targets = {case: case.stage_id for case in self}
        missing = self._missing_for(targets, origins=stages)
        refused = {case: items for case, items in missing.items() if items}
        if refused:
            raise GateError(
                self._get_gate_message(refused, targets),
                self._prepare_gate(refused, targets),
            )

    def _check_gate_of_creation(self):
        """Refuse new cases that lack what their stage asks for, or may not start there.

        A case starts in the first stage of its type; made elsewhere it has moved there.
        Mail, portal and API create as superuser and are not asked: what the customer
        told us is kept.
        """
        targets = {case: case.stage_id for case in self}
        origins = {case: case.type_id._get_first_stage() for case in self}
        missing = self._missing_for(targets, origins=origins)
        refused = {case: items for case, items in missing.items() if items}
        if refused:
            raise UserError(self._get_gate_message(refused, targets))

    def _get_gate_message(self, refused, targets):
        lines = []
        for case, items in refused.items():
            head = f"{case.number} → {targets[case].name}"
            lines.append(head + ": " + " ".join(item.text for item in items))
        return "\n".join(lines)

    def _prepare_gate(self, refused, targets):
        """Return the gate for the client: what to ask before the move is tried again."""
        view = "aftersales_case.aftersales_case_view_form_gate"
        # What the refusal undid for cases that lack nothing.
        ready = (self - self.browse().union(*refused)).grouped(targets.get)
        return {
            "view_id": self.env["ir.model.data"]._xmlid_to_res_id(view),
            "ready": [
                {"stage_id": stage.id, "ids": cases.ids}
                for stage, cases in ready.items()
            ],
            "cases": [
                {
                    "id": case.id,
                    "name": case.display_name,
                    "stage_id": targets[case].id,
                    "stage_name": targets[case].name,
                    "can_fill": not any(
                        item.kind in (MISSING_MOVE, MISSING_ROLE)
                        or (
                            item.kind == REQUIRE_FIELD and not self._may_fill(item.name)
                        )
                        for item in items
                    ),
                    "fields": [
                        item.name for item in items if item.kind == REQUIRE_FIELD
                    ],
                    "kinds": sorted({item.kind for item in items}),
                    "missing": [self._prepare_gate_item(item) for item in items],
                }
                for case, items in refused.items()
            ],
        }

    @api.model
    def _prepare_gate_item(self, item):
        """Hook: return what the client's small form needs to know of a missing thing.

        :param item: ``Missing``
        """
        values = item._asdict()
        if item.kind in (REQUIRE_ATTACHMENT, REQUIRE_APPROVAL):
            Requirement = self.env["aftersales.stage.requirement"]
            requirement = Requirement.browse(int(item.name))
            if item.kind == REQUIRE_ATTACHMENT:
                values["attachment_kind_id"] = requirement.attachment_kind_id.id
                values["minimum"] = requirement.minimum
            else:
                groups = self.env.user.all_group_ids
                values["can_approve"] = requirement.group_id in groups
        return values

    def _force_stage(self, stage, reason):
        """Move cases past their gates: a manager's decision, logged with its reason.

        :param stage: the stage to enter
        :param reason: why, in words; required
        :raises AccessError: when the user is no manager
        :raises UserError: without a reason
        """
        if not self.env.user.has_group("aftersales_case.group_aftersales_manager"):
            raise AccessError(self.env._("Only managers can force a stage."))
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: say why the gate is passed."))
        with self._changing(forced=True, reason=reason) as cases:
            cases.stage_id = stage
        self._message_log_batch(
            dict.fromkeys(self.ids, self.env._("Stage forced: %s", reason))
        )

    # === Stages ahead === #

    def _get_next_stages(self):
        """Return ``{case: next allowed stage}`` for the cases that have one."""
        # sudo: the flow of a type is the same for everybody
        links_by_type = self.type_id.sudo().link_ids.sorted().grouped("type_id")
        result = {}
        for case in self:
            own = links_by_type.get(case.type_id)
            if not own or case._is_closed():
                continue
            here = own.filtered(lambda link, c=case: link.stage_id == c.stage_id)
            position = own.ids.index(here.id) if here else -1
            ahead = own[position + 1 :].filtered(
                lambda link: link.state not in CLOSED_STATES or link.state == STATE_DONE
            )
            if here.next_ids:
                ahead = ahead.filtered(lambda link, h=here: link.stage_id in h.next_ids)
            # Nobody plans to wait or to reject: these are next only when nothing else is.
            planned = ahead.filtered(
                lambda link: link.state != STATE_WAITING and link._leads_on()
            )
            if ahead:
                result[case] = (planned or ahead)[0].stage_id
        return result


def _group_by_kind(asked):
    result = {}
    for requirement, cases in asked.items():
        result.setdefault(requirement.kind, {})[requirement] = cases
    return result
