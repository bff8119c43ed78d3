from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import (
    PORTAL_ASKED,
    PORTAL_EDITABLE,
    PORTAL_HIDDEN,
    PORTAL_VISIBLE,
)

PROPERTY_PREFIX = "properties."
# The fields of a case that hold the answers to own fields of its type.
PROPERTY_FIELDS = ("properties", "restricted_properties")


def split_key(key):
    """Return ``(field, name of the own field)`` of a key; no name for other fields."""
    field, _dot, name = key.partition(".")
    return field, name or None


class FieldState(NamedTuple):
    """What the rules say of one field of one case, on one surface."""

    hidden: bool = False
    required: bool = False
    locked: bool = False
    label: str | None = None
    help: str | None = None
    section: str | None = None
    sequence: int = 0
    portal: str = PORTAL_HIDDEN
    options: tuple[tuple[str, str], ...] = ()


class KeptRule(NamedTuple):
    """What one rule says, as plain data: read with every case that is shown."""

    type_id: int
    key: str
    sequence: int
    hidden: bool
    section: str | None
    label: str | None
    help: str | None
    required_from: int | None  # stages, by id
    locked_from: int | None
    visible_from: int | None
    visible_from_state: str | None
    portal: str
    portal_required: bool
    options: tuple[tuple[str, str], ...]
    comparisons: tuple[tuple[str, str, str], ...]  # see ``conditions.hold``


class AftersalesFieldRule(models.Model):
    """How one field behaves on cases of one type: the only place that says so.

    Read by the back-office form, the stage gates, the portal form and the web API's
    schema, through ``aftersales.case._get_field_states`` and nothing else.
    """

    _name = "aftersales.field.rule"
    _description = "Field Rule"
    _inherit = ["aftersales.cached.mixin", "aftersales.bounded.mixin"]
    _order = "type_id, sequence, id"

    type_id = fields.Many2one(
        "aftersales.case.type", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, help="Order inside its section.")
    active = fields.Boolean(
        "Switched On",
        default=True,
        help="A rule that is switched off says nothing about its field.",
    )
    key = fields.Selection(
        selection="_get_keys",
        string="Field",
        required=True,
        help="A field of every case, or an own field of this type.",
    )
    type_keys = fields.Json(compute="_compute_type_keys")
    hidden = fields.Boolean(help="Not shown to colleagues; this protects nothing.")
    section = fields.Char(translate=True)
    label = fields.Char(translate=True, help="Name of the field on this type.")
    help = fields.Char(
        "Explanation",
        translate=True,
        help="Tells colleagues and customers what to answer here.",
    )
    required_from_id = fields.Many2one(
        "aftersales.case.stage",
        domain="[('link_ids.type_id', '=', type_id)]",
        help="Must be filled in before a case enters this stage or a later one.",
    )
    locked_from_id = fields.Many2one(
        "aftersales.case.stage",
        domain="[('link_ids.type_id', '=', type_id)]",
        help="Cannot be changed any more from this stage on.",
    )
    portal = fields.Selection(
        [
            (PORTAL_HIDDEN, "Hidden"),
            (PORTAL_VISIBLE, "Visible"),
            (PORTAL_EDITABLE, "Editable"),
            (PORTAL_ASKED, "Asked at creation"),
        ],
        "For the Customer",
        required=True,
        default=PORTAL_HIDDEN,
    )
    portal_required = fields.Boolean(
        "Must Be Answered",
        help="A customer who reports a case cannot leave this open.",
    )
    visible_from_id = fields.Many2one(
        "aftersales.case.stage",
        "Customer Sees It From",
        domain="[('link_ids.type_id', '=', type_id)]",
        help="Before this stage the customer sees nothing of it. Empty means always.",
    )
    condition_ids = fields.One2many(
        "aftersales.field.condition",
        "rule_id",
        "Only If",
        copy=True,
        help="The field is asked only when all of these hold; else it is hidden.",
    )

    _type_key_uniq = models.Constraint(
        "UNIQUE(type_id, key)", "A type can have one rule for each field."
    )

    @api.model
    def _get_keys(self):
        """Return the selection of keys: rule-controlled fields and all properties."""
        Case = self.env["aftersales.case"]
        keys = [
            (name, Case._fields[name]._description_string(self.env))
            for name in sorted(Case._get_rule_fields())
        ]
        # sudo: the list is the same for everybody, or a stored key would be invalid
        types = self.env["aftersales.case.type"].sudo().with_context(active_test=False)
        properties = {}
        for case_type in types.search([]):
            properties |= case_type._get_own_labels()
        return keys + sorted(properties.items(), key=lambda item: item[1])

    @api.depends("key", "label", "type_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            case_type = rule.type_id
            labels = case_type._get_key_labels() if case_type else {}
            name = labels.get(rule.key, rule.key)
            rule.display_name = f"{case_type.name}: {name}" if case_type else name

    @api.depends("type_id")
    def _compute_type_keys(self):
        """The keys that the form offers for a rule of this type."""
        for rule in self:
            case_type = rule.type_id
            rule.type_keys = sorted(case_type._get_rule_keys()) if case_type else []

    @api.constrains("type_id", "key")
    def _check_key(self):
        for rule in self:
            if rule.key not in rule.type_id._get_rule_keys():
                raise ValidationError(
                    self.env._(
                        "Field: %(field)s is no field of type %(type)s. Add it to the"
                        " type's own fields first.",
                        field=rule.key,
                        type=rule.type_id.name,
                    )
                )

    @api.constrains("active")
    def _check_active(self):
        self.filtered("active").condition_ids._check_value()

    @api.onchange("portal")
    def _onchange_portal(self):
        if self.portal != PORTAL_ASKED:
            self.portal_required = False
        if self.portal == PORTAL_HIDDEN:
            self.visible_from_id = False

    @api.constrains("portal", "portal_required")
    def _check_portal_required(self):
        for rule in self:
            if rule.portal_required and rule.portal != PORTAL_ASKED:
                raise ValidationError(
                    self.env._(
                        "Must Be Answered: %s is not asked at creation. Choose that for"
                        " the customer first.",
                        rule.type_id._get_key_labels().get(rule.key, rule.key),
                    )
                )

    @api.constrains("type_id", "required_from_id", "locked_from_id", "visible_from_id")
    def _check_stages(self):
        for rule in self:
            stages = rule.required_from_id | rule.locked_from_id | rule.visible_from_id
            foreign = stages - rule.type_id.link_ids.stage_id
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Stage: %(stage)s is no stage of type %(type)s.",
                        stage=foreign[0].name,
                        type=rule.type_id.name,
                    )
                )

    def _show_customer_from(self, stages):
        """Take the like of the stage from which the customer sees the field.

        :param stages: list of the stages that there are; without a like of it the field
            is hidden from him
        """
        self.ensure_one()
        state = self.visible_from_id.state
        like = next((stage for stage in stages if stage.state == state), None)
        if like:
            self.visible_from_id = like
        else:
            self.write(
                {
                    "portal": PORTAL_HIDDEN,
                    "portal_required": False,
                    "visible_from_id": False,
                }
            )

    def _switch_off(self, names):
        """Let the rule say nothing until somebody mends it; noted on the type.

        :param names: list of what its conditions compare with, and nobody knows
        """
        self.ensure_one()
        self.active = False
        self.type_id._message_log(
            body=Markup("%s")
            % self.env._(
                "The field rule of %(field)s was switched off: its condition compares"
                " with %(names)s, which means no record here, or several. Mend the"
                " condition, then switch the rule on again.",
                field=self.type_id._get_key_labels().get(self.key, self.key),
                names=", ".join(names),
            )
        )

    def _to_kept(self, options):
        """Return this rule as plain data.

        :param options: ``{option: label}`` of its field
        """
        self.ensure_one()
        return KeptRule(
            type_id=self.type_id.id,
            key=self.key,
            sequence=self.sequence,
            hidden=self.hidden,
            section=self.section or None,
            label=self.label or None,
            help=self.help or None,
            required_from=self.required_from_id.id or None,
            locked_from=self.locked_from_id.id or None,
            visible_from=self.visible_from_id.id or None,
            visible_from_state=self.visible_from_id.state or None,
            portal=self.portal,
            portal_required=self.portal_required,
            options=tuple(options.items()),
            comparisons=self.condition_ids._get_comparisons(),
        )

    # === What conditions compare with === #

    def _get_key_labels(self):
        return self.type_id._get_key_labels() if self.type_id else {}

    def _get_key_models(self):
        return self.type_id._get_key_models() if self.type_id else {}
