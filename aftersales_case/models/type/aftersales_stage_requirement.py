from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import OPEN_STATES, REQUIRE_FIELD

REQUIRE_ATTACHMENT = "attachment"
REQUIRE_CHECKLIST = "checklist"
REQUIRE_APPROVAL = "approval"
REQUIRE_NO_ACTIVITY = "no_activity"
REQUIRE_NO_OPEN_CHILD = "no_open_child"


class AftersalesStageRequirement(models.Model):
    """What must be there before a case of a type enters one stage.

    Siblings add kinds: a selection key, and ``aftersales.case._get_unmet_<kind>``; what
    the kind asks for they add to ``aftersales.requirement.mixin``.
    """

    _name = "aftersales.stage.requirement"
    _description = "Requirement of a Stage"
    _inherit = "aftersales.requirement.mixin"
    _order = "link_id, sequence, id"

    link_id = fields.Many2one(
        "aftersales.type.stage",
        "Stage",
        required=True,
        ondelete="cascade",
        index=True,
    )
    type_id = fields.Many2one(related="link_id.type_id")
    type_keys = fields.Json(compute="_compute_type_keys")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            (REQUIRE_FIELD, "A field is filled in"),
            (REQUIRE_ATTACHMENT, "Files of a kind"),
            (REQUIRE_CHECKLIST, "Something is ticked off"),
            (REQUIRE_APPROVAL, "Approval by a role"),
            (REQUIRE_NO_ACTIVITY, "No open activity"),
            (REQUIRE_NO_OPEN_CHILD, "No open subcase"),
        ],
        required=True,
        default=REQUIRE_FIELD,
    )
    name = fields.Char(compute="_compute_name")

    _minimum_positive = models.Constraint(
        "CHECK(minimum > 0)", "How Many: at least one."
    )

    @api.depends("type_id")
    def _compute_type_keys(self):
        """The keys that the form offers for a field that a stage asks for."""
        for requirement in self:
            case_type = requirement.type_id
            requirement.type_keys = (
                sorted(case_type._get_rule_keys()) if case_type else []
            )

    @api.depends(
        "kind", "key", "attachment_kind_id", "minimum", "checklist_text", "group_id"
    )
    @api.depends_context("lang")
    def _compute_name(self):
        for requirement in self:
            requirement.name = requirement._get_name()

    def _get_name(self):
        """Hook: return what is asked, in the words of the user."""
        self.ensure_one()
        if self.kind == REQUIRE_FIELD:
            return self.type_id._get_key_labels().get(self.key, self.key or "")
        if self.kind == REQUIRE_ATTACHMENT:
            kind = self.attachment_kind_id.name or self.env._("File")
            return f"{self.minimum} × {kind}"
        if self.kind == REQUIRE_CHECKLIST:
            return self.checklist_text or ""
        if self.kind == REQUIRE_APPROVAL:
            return self.env._("Approval by %s", self.group_id.name)
        if self.kind == REQUIRE_NO_OPEN_CHILD:
            return self.env._("No open subcase")
        return self.env._("No open activity")

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        requirements._sync_checklists()
        return requirements

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"kind", "link_id"}:
            self._sync_checklists()
        return res

    def _sync_checklists(self):
        """Give open cases the items that were not yet asked when they came in."""
        asked = self.filtered(lambda item: item.kind == REQUIRE_CHECKLIST)
        if asked:
            # sudo: every case of the type needs the item to pass the gate
            self.env["aftersales.case"].sudo().search(
                [
                    ("type_id", "in", asked.type_id.ids),
                    ("state", "in", OPEN_STATES),
                ]
            )._sync_checklist()

    @api.constrains("kind", "key", "checklist_text", "group_id", "link_id")
    def _check_complete(self):
        needed = {
            REQUIRE_FIELD: "key",
            REQUIRE_CHECKLIST: "checklist_text",
            REQUIRE_APPROVAL: "group_id",
        }
        for requirement in self:
            name = needed.get(requirement.kind)
            if name and not requirement[name]:
                label = self._fields[name]._description_string(self.env)
                raise ValidationError(
                    self.env._("%s: fill in what the stage asks for.", label)
                )
            keys = requirement.type_id._get_rule_keys()
            if requirement.kind == REQUIRE_FIELD and requirement.key not in keys:
                raise ValidationError(
                    self.env._(
                        "Field: %(field)s is no field of type %(type)s.",
                        field=requirement.key,
                        type=requirement.type_id.name,
                    )
                )
