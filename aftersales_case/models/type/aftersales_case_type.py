import re
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import frozendict, ormcache

from ...const import ORIGIN_CUSTOMER, ORIGINS, STATE_NEW


class Moves(NamedTuple):
    """What a stage of a type says of moves, in the user's language."""

    name: str
    nexts: frozendict  # {stage id: name} where a case goes from here; empty: everywhere
    roles: (
        frozendict  # {group id: name} of who may move a case here; empty: every agent
    )


class AftersalesCaseType(models.Model):
    """A kind of after-sales work, named and set up by the user."""

    _name = "aftersales.case.type"
    _description = "Case Type"
    _inherit = ["mail.alias.mixin.optional", "mail.thread", "aftersales.bounded.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short and unique; starts the number of every case, as in CMP/2026/00042.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    description = fields.Text(translate=True)
    origin = fields.Selection(
        ORIGINS,
        required=True,
        default=ORIGIN_CUSTOMER,
        help="Whose trouble it is; decides what reports and dunning make of it.",
    )
    company_id = fields.Many2one(
        "res.company", help="Empty means that all companies use the type."
    )
    team_id = fields.Many2one("aftersales.team", check_company=True)
    user_id = fields.Many2one(
        "res.users",
        "Default Responsible",
        domain="[('share', '=', False)]",
        check_company=True,
        help="Takes every new case of this type; empty means that the team chooses.",
    )
    sequence_id = fields.Many2one(
        "ir.sequence", "Numbering", copy=False, ondelete="restrict"
    )
    link_ids = fields.One2many("aftersales.type.stage", "type_id", "Stages", copy=True)
    # Those that are switched off stay in sight: who reads them asks for the active ones.
    field_rule_ids = fields.One2many(
        "aftersales.field.rule",
        "type_id",
        "Field Rules",
        copy=True,
        context={"active_test": False},
    )
    properties_definition = fields.PropertiesDefinition("Own Fields")
    restricted_properties_definition = fields.PropertiesDefinition(
        "Restricted Own Fields",
        help="Own fields whose answers only the roles see that Field Rights name.",
    )
    activity_plan_id = fields.Many2one(
        "mail.activity.plan",
        "Actions To Take",
        domain="[('res_model', '=', 'aftersales.case')]",
        help="The plan started on every new case of this type.",
    )
    received_template_id = fields.Many2one(
        "mail.template",
        "Confirmation of Receipt",
        domain="[('model', '=', 'aftersales.case')]",
        help="Sent to the customer whose mail became a case.",
    )
    intake_unclear = fields.Selection(
        [("case", "Make a case all the same"), ("inbox", "Let it wait in the inbox")],
        "When the Customer Is Not Clear",
        required=True,
        default="inbox",
        help="What becomes of a mail whose sender is no known customer, or several.",
    )
    open_case_count = fields.Integer("Open Cases", compute="_compute_case_counts")
    unassigned_case_count = fields.Integer(
        "Cases Not Taken Yet", compute="_compute_case_counts"
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another case type has this code; choose a different one."
    )

    def _compute_case_counts(self):
        counts = self.env["aftersales.case"]._count_open_by("type_id", self)
        for case_type in self:
            total, unassigned = counts[case_type.id]
            case_type.open_case_count = total
            case_type.unassigned_case_count = unassigned

    @api.constrains("link_ids")
    def _check_first_stage(self):
        for case_type in self:
            if case_type.link_ids and not case_type._get_first_stage():
                raise ValidationError(
                    self.env._(
                        "Stages: type %(type)s needs at least one stage in state New,"
                        " because every case starts in one.",
                        type=case_type.name,
                    )
                )

    @api.constrains("received_template_id")
    def _check_received_template_id(self):
        self.received_template_id._check_is_of_cases()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        for case_type in types.filtered(lambda t: not t.sequence_id):
            case_type.sequence_id = case_type._create_sequence()
        return types

    def write(self, vals):
        res = super().write(vals)
        if "code" in vals:
            for case_type in self.filtered("sequence_id"):
                # sudo: numbering is technical, its owner is the type's manager
                case_type.sequence_id.sudo().prefix = case_type._get_number_prefix()
        return res

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for case_type, vals in zip(self, vals_list, strict=True):
            if not (default and "name" in default):
                vals["name"] = self.env._("%s (copy)", case_type.name)
            if not (default and "code" in default):
                vals["code"] = case_type._get_free_code()
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: cases of other companies and confidential ones count as well
        cases = self.env["aftersales.case"].sudo()
        used = cases._read_group([("type_id", "in", self.ids)], ["type_id"])
        if used:
            raise UserError(
                self.env._(
                    "Type %(types)s has cases and cannot be deleted. Archive it"
                    " instead.",
                    types=", ".join(case_type.name for (case_type,) in used),
                )
            )

    # === Actions === #

    def action_open_cases(self):
        return self._open_cases({"search_default_group_stage": 1})

    def action_open_unassigned(self):
        return self._open_cases({"search_default_unassigned": 1})

    def _open_cases(self, context):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "display_name": self.name,
            "domain": [("type_id", "=", self.id)],
            "context": {"default_type_id": self.id, "search_default_open": 1} | context,
        }

    # === Business === #

    def _get_first_stage(self):
        """Return the stage in which cases of this type start (empty without stages)."""
        return self._get_stage_for_state(STATE_NEW)

    def _get_stage_for_state(self, state):
        """Return the first stage of this type that has the given state, or none."""
        self.ensure_one()
        # sudo: a type's flow is the same for everybody, whoever creates the case
        links = self.sudo().link_ids.sorted()
        return links.filtered(lambda link: link.stage_id.state == state).stage_id[:1]

    def _get_links(self):
        """Return ``{(type id, stage id): link}`` for all stages of these types."""
        # sudo: see _get_stage_for_state
        links = self.sudo().link_ids
        return {(link.type_id.id, link.stage_id.id): link for link in links}

    @api.model
    @ormcache("type_id", "self.env.lang")
    def _get_moves(self, type_id):
        """Return ``{stage id: Moves}`` of the stages of a type, in their order.

        Read with every case that is shown: kept in memory until stages, or the names of
        roles, are changed.
        """
        # sudo: see _get_stage_for_state
        links = self.sudo().browse(type_id).link_ids.sorted()
        return frozendict(
            {
                link.stage_id.id: Moves(
                    link.stage_id.name,
                    frozendict({stage.id: stage.name for stage in link.next_ids}),
                    frozendict({group.id: group.name for group in link.group_ids}),
                )
                for link in links
            }
        )

    @api.model
    @ormcache("type_id", "self.env.lang")
    def _get_kept_rules(self, type_id):
        """Return the field rules of a type that are switched on, in their order.

        Read with every case that is shown: kept in memory until rules, their conditions,
        stages or own fields are changed.
        """
        # sudo: the rules of a type hold for everybody who sees a case of it
        case_type = self.sudo().browse(type_id)
        options = case_type._get_options()
        rules = case_type.field_rule_ids.filtered("active").sorted()
        return tuple(rule._to_kept(options.get(rule.key, {})) for rule in rules)

    @api.model
    def _get_customer_status(self, links, case_type, stage):
        """Return what customers read of a stage of a type.

        :param links: as ``_get_links`` returns them, for many cases at once
        """
        link = links.get((case_type._origin.id, stage._origin.id))
        # sudo: a stage's name is no secret to who reads its case
        return (link and link.customer_label) or stage.sudo().name

    def _get_stage_orders(self):
        """Return ``{(type id, stage id): position}``: what "from stage on" compares."""
        return {
            (case_type.id, stage_id): position
            for case_type in self
            for position, stage_id in enumerate(self._get_moves(case_type._origin.id))
        }

    def _get_rule_keys(self):
        """Return the keys that a field rule of this type may have."""
        self.ensure_one()
        keys = set(self.env["aftersales.case"]._get_rule_fields())
        return keys | set(self._get_own_labels())

    def _get_key_labels(self):
        """Return ``{key: name of the field on this type}``, in the user's language."""
        self.ensure_one()
        Case = self.env["aftersales.case"]
        labels = {
            name: Case._fields[name]._description_string(self.env)
            for name in Case._get_rule_fields()
        }
        labels |= self._get_own_labels()
        for rule in self.field_rule_ids:
            if rule.active and rule.label:
                labels[rule.key] = rule.label
        return labels

    def _get_key_models(self):
        """Return ``{key: model}`` of the fields of this type whose values are records."""
        self.ensure_one()
        Case = self.env["aftersales.case"]
        models = {
            name: Case._fields[name].comodel_name
            for name in Case._get_rule_fields()
            if Case._fields[name].relational
        }
        for key, item in self._get_own_definitions().items():
            if item["type"] in ("many2one", "many2many") and item.get("comodel"):
                models[key] = item["comodel"]
        return models

    def _next_number(self):
        """Return the next case number of this type, as ``CMP/2026/00042``."""
        self.ensure_one()
        # sudo: everybody may report a case, nobody needs to read numberings
        return self.sudo().sequence_id.next_by_id()

    def _skip_numbers(self, numbers):
        """Let the numbering of these types go on behind numbers given by hand.

        :param numbers: case numbers; those of another form than the types' are no harm
        """
        for case_type in self:
            pattern = re.compile(rf"{re.escape(case_type.code)}/(\d{{4}})/(\d+)")
            last = {}
            for match in filter(None, map(pattern.fullmatch, numbers)):
                year, number = match.groups()
                last[year] = max(int(number), last.get(year, 0))
            for year, number in last.items():
                case_type._skip_to(f"{year}-01-01", number)

    def _skip_to(self, day, number):
        """Let the numbering of the year of a day go on behind a number."""
        # sudo: see _next_number
        sequence = self.sudo().sequence_id
        ranges = sequence.date_range_ids.filtered(
            lambda part: str(part.date_from) <= day <= str(part.date_to)
        )
        ranges = ranges or sequence._create_date_range_seq(day)
        if ranges.number_next_actual <= number:
            ranges.number_next_actual = number + 1

    def _get_number_prefix(self):
        self.ensure_one()
        return f"{self.code}/%(year)s/"

    def _create_sequence(self):
        # sudo: a manager of case types need not be allowed to touch all numbering
        return (
            self.env["ir.sequence"]
            .sudo()
            .create(
                {
                    "name": self.env._("Cases: %s", self.name),
                    "code": "aftersales.case",
                    "prefix": self._get_number_prefix(),
                    "padding": 5,
                    "use_date_range": True,
                    "company_id": self.company_id.id,
                }
            )
        )

    def _get_free_code(self):
        self.ensure_one()
        # sudo: codes are unique over all companies, archived types included
        types = self.sudo().with_context(active_test=False).search([])
        taken = set(types.mapped("code"))
        number = 2
        while f"{self.code}{number}" in taken:
            number += 1
        return f"{self.code}{number}"

    # === Mail === #

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("aftersales.case")
        if self.id:
            values["alias_defaults"] = repr({"type_id": self.id})
        return values
