from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import (
    ASSIGN_KEEP,
    ASSIGN_LEADER,
    ORIGIN_CUSTOMER,
    ORIGINS,
    REQUIRE_FIELD,
    STATE_CANCELLED,
    STATE_DONE,
    STATE_NEW,
    STATE_OPEN,
    STATE_REJECTED,
    STATE_WAITING,
    STATES,
    WAITS,
)
from ...models.type.aftersales_field_rule import PROPERTY_PREFIX

STEPS = [
    ("start", "Start"),
    ("stages", "Stages"),
    ("fields", "Own Fields"),
    ("layout", "Layout"),
    ("gates", "Gates"),
]
# A new type's flow, when it is no copy: shipped stages of these states.
BLANK_STATES = (STATE_NEW, STATE_OPEN, STATE_DONE, STATE_REJECTED, STATE_CANCELLED)


class AftersalesTypeAssistant(models.TransientModel):
    """Make a case type step by step; nothing is created before the last click."""

    _name = "aftersales.type.assistant"
    _description = "New Case Type"

    step = fields.Selection(STEPS, required=True, default=STEPS[0][0])
    source_id = fields.Many2one("aftersales.case.type", "Like")
    filled_from_id = fields.Many2one("aftersales.case.type")
    filled = fields.Boolean()
    name = fields.Char(required=True)
    code = fields.Char(
        compute="_compute_code",
        store=True,
        readonly=False,
        required=True,
        help="Short and unique; starts the number of every case, as in CMP/2026/00042.",
    )
    origin = fields.Selection(ORIGINS, required=True, default=ORIGIN_CUSTOMER)
    team_id = fields.Many2one("aftersales.team")
    stage_line_ids = fields.One2many(
        "aftersales.type.assistant.stage", "assistant_id", "Stages"
    )
    field_line_ids = fields.One2many(
        "aftersales.type.assistant.field", "assistant_id", "Own Fields"
    )
    layout_line_ids = fields.One2many(
        "aftersales.type.assistant.layout", "assistant_id", "Layout"
    )
    gate_line_ids = fields.One2many(
        "aftersales.type.assistant.gate", "assistant_id", "Gates"
    )

    @api.depends("name")
    def _compute_code(self):
        # sudo: codes are unique over all companies, archived types included
        types = self.env["aftersales.case.type"].sudo().with_context(active_test=False)
        taken = set(types.search([]).mapped("code"))
        for assistant in self:
            letters = [c for c in (assistant.name or "").upper() if c.isalnum()]
            base = code = "".join(letters[:3])
            number = 2
            while code in taken:
                code, number = f"{base}{number}", number + 1
            assistant.code = code

    @api.onchange("source_id")
    def _onchange_source_id(self):
        if self.source_id:
            self.origin = self.source_id.origin
            self.team_id = self.source_id.team_id

    # === Steps === #

    def action_next(self):
        self._check_step()
        if self.step == "start" and not (
            self.filled and self.filled_from_id == self.source_id
        ):
            self._fill()
        return self._go(1)

    def action_back(self):
        return self._go(-1)

    def _go(self, direction):
        keys = [key for key, _label in STEPS]
        self.step = keys[keys.index(self.step) + direction]
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Case Type"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _check_step(self):
        """Refuse to go on with what would fail at the end.

        :raises UserError: saying what to change
        """
        if self.step == "start":
            self._check_code()
        elif self.step == "stages":
            self.stage_line_ids._check_lines()
        elif self.step == "fields":
            self.field_line_ids._build_definitions()

    def _check_code(self):
        # sudo: see _compute_code
        types = self.env["aftersales.case.type"].sudo().with_context(active_test=False)
        other = types.search([("code", "=", self.code)], limit=1)
        if other:
            raise UserError(
                self.env._(
                    "Code: %(code)s is the code of %(type)s. Choose a different one.",
                    code=self.code,
                    type=other.name,
                )
            )

    def _fill(self):
        """Fill the lists from the type to copy, or with the usual flow."""
        source = self.source_id
        stages = source.link_ids.sorted().stage_id or self._get_blank_stages()
        self.stage_line_ids = [(5,)] + [
            (0, 0, {"sequence": number, "stage_id": stage.id})
            for number, stage in enumerate(stages, 1)
        ]
        line_of = {line.stage_id: line for line in self.stage_line_ids}
        rules = {rule.key: rule for rule in source.field_rule_ids}
        hidden = self._get_hidden_keys(rules)

        def required(key):
            rule = rules.get(key)
            line = rule and line_of.get(rule.required_from_id)
            return line.id if line else False

        rows = self.field_line_ids._prepare_rows(source)
        for row in rows:
            row["required_from_id"] = required(
                PROPERTY_PREFIX + row["definition"]["name"]
            )
        self.field_line_ids = [(5,)] + [(0, 0, row) for row in rows]
        self.layout_line_ids = [(5,)] + [
            (
                0,
                0,
                {
                    "sequence": number,
                    "key": key,
                    "shown": key not in hidden,
                    "label": key in rules and rules[key].label,
                    "required_from_id": required(key),
                },
            )
            for number, key in enumerate(self._get_layout_keys(rules, hidden), 1)
        ]
        self.gate_line_ids = [(5,)] + [
            (
                0,
                0,
                {"stage_line_id": line_of[requirement.link_id.stage_id].id}
                | requirement._convert_to_write(
                    {name: requirement[name] for name in requirement._get_asked_names()}
                ),
            )
            for requirement in source.link_ids.sorted().requirement_ids
        ]
        self.filled, self.filled_from_id = True, source

    def _get_blank_stages(self):
        Stage = self.env["aftersales.case.stage"]
        return Stage.union(
            *(Stage.search([("state", "=", state)], limit=1) for state in BLANK_STATES)
        )

    def _get_hidden_keys(self, rules):
        """Return the keys of the standard fields that are hidden, by a rule or without."""
        optional = self.env["aftersales.case"]._get_optional_fields()
        return optional - rules.keys() | {key for key in rules if rules[key].hidden}

    def _get_layout_keys(self, rules, hidden):
        """Return the standard fields: those with a rule in its order, then the rest."""
        case = self.env["aftersales.case"]
        labels = {
            name: case._fields[name]._description_string(self.env)
            for name in case._get_rule_fields()
        }
        return sorted(
            labels,
            key=lambda key: (
                key in hidden,
                rules[key].sequence if key in rules else 1000,
                labels[key],
            ),
        )

    # === Finish === #

    def action_finish(self):
        self._check_step()
        return self._create_type().action_try()

    def _create_type(self):
        self._check_code()
        self.stage_line_ids._check_lines()
        vals = {
            "name": self.name,
            "code": self.code,
            "origin": self.origin,
            "team_id": self.team_id.id,
        }
        if self.source_id:
            case_type = self.source_id.copy(vals)
        else:
            case_type = self.env["aftersales.case.type"].create(vals)
        stage_of = {line: line._get_stage() for line in self.stage_line_ids.sorted()}
        self._set_links(case_type, list(stage_of.values()))
        self._set_fields(case_type, stage_of)
        self._set_layout(case_type, stage_of)
        self._set_gates(case_type, stage_of)
        case_type._check_first_stage()
        return case_type

    def _set_links(self, case_type, stages):
        links = {link.stage_id: link for link in case_type.link_ids}
        removed = case_type.link_ids.filtered(lambda link: link.stage_id not in stages)
        for link in case_type.link_ids - removed:
            link.next_ids -= removed.stage_id
            if link.reply_stage_id in removed.stage_id:
                link.reply_stage_id = False
        for rule in case_type.field_rule_ids:
            if rule.locked_from_id in removed.stage_id:
                rule.locked_from_id = False
            if rule.required_from_id in removed.stage_id:
                rule.required_from_id = False
            if rule.visible_from_id in removed.stage_id:
                rule._show_customer_from(stages)
        removed.unlink()
        before = None
        for number, stage in enumerate(stages, 1):
            link = links.get(stage)
            if link:
                link.sequence = number * 10
            else:
                link = self.env["aftersales.type.stage"].create(
                    {
                        "type_id": case_type.id,
                        "stage_id": stage.id,
                        "sequence": number * 10,
                        "assignment": ASSIGN_LEADER
                        if stage.state == STATE_NEW
                        else ASSIGN_KEEP,
                    }
                )
                if before and before.next_ids:  # else nothing would lead here
                    before.next_ids += stage
            before = link

    def _set_fields(self, case_type, stage_of):
        definitions = self.field_line_ids._build_definitions()
        case_type.properties_definition = list(definitions.values())
        for number, (line, definition) in enumerate(definitions.items(), 1):
            vals = {
                "required_from_id": stage_of.get(
                    line.required_from_id, self.env["aftersales.case.stage"]
                ).id,
                "sequence": 1000 + number * 10,
            }
            if line._is_renamed():
                vals["label"] = line.name
            self._set_rule(
                case_type,
                PROPERTY_PREFIX + definition["name"],
                vals,
                always=bool(line.required_from_id),
            )

    def _set_layout(self, case_type, stage_of):
        optional = self.env["aftersales.case"]._get_optional_fields()
        for number, line in enumerate(self.layout_line_ids.sorted(), 1):
            self._set_rule(
                case_type,
                line.key,
                {
                    "hidden": not line.shown,
                    "label": line.label,
                    "required_from_id": stage_of.get(
                        line.required_from_id, self.env["aftersales.case.stage"]
                    ).id,
                    "sequence": number * 10,
                },
                always=line.shown == (line.key in optional)
                or line.label
                or line.required_from_id,
            )

    def _set_rule(self, case_type, key, vals, always):
        """Change the rule of a field, or make one where it has something to say."""
        rule = case_type.field_rule_ids.filtered(lambda rule: rule.key == key)
        if rule:
            rule.write(vals)
        elif always:
            rule.create({"type_id": case_type.id, "key": key} | vals)

    def _set_gates(self, case_type, stage_of):
        case_type.link_ids.requirement_ids.unlink()
        links = {link.stage_id: link for link in case_type.link_ids}
        self.env["aftersales.stage.requirement"].create(
            [
                {
                    "link_id": links[stage_of[line.stage_line_id]].id,
                    "sequence": number * 10,
                }
                | line._convert_to_write(
                    {name: line[name] for name in line._get_asked_names()}
                )
                for number, line in enumerate(self.gate_line_ids.sorted(), 1)
            ]
        )


class AftersalesTypeAssistantStage(models.TransientModel):
    _name = "aftersales.type.assistant.stage"
    _description = "Stage of a New Case Type"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, id"

    assistant_id = fields.Many2one(
        "aftersales.type.assistant", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    stage_id = fields.Many2one("aftersales.case.stage", "Known Stage")
    name = fields.Char(
        compute="_compute_from_stage",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    state = fields.Selection(
        STATES,
        compute="_compute_from_stage",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    waiting_for = fields.Selection(
        WAITS,
        compute="_compute_from_stage",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("stage_id")
    def _compute_from_stage(self):
        for line in self:
            stage = line.stage_id
            line.name = stage.name or line.name
            line.state = stage.state or line.state or STATE_OPEN
            line.waiting_for = stage.waiting_for if stage else line.waiting_for

    def _check_lines(self):
        """Refuse a flow in which no case could start, or that names a stage twice.

        :raises UserError: saying what to change
        """
        if STATE_NEW not in self.mapped("state"):
            raise UserError(
                self.env._("Stages: at least one must be in state New, to start in.")
            )
        seen = set()
        for line in self:
            if line.state == STATE_WAITING and not line.waiting_for:
                raise UserError(
                    self.env._("%s: say for whom a case waits there.", line.name)
                )
            name = line.name.strip().lower()
            if name in seen:
                raise UserError(self.env._("Stages: %s stands there twice.", line.name))
            seen.add(name)

    def _get_stage(self):
        """Return the stage of this line: the known one, one of that name, or a new one."""
        self.ensure_one()
        if self.stage_id:
            return self.stage_id
        vals = {
            "name": self.name.strip(),
            "state": self.state,
            "waiting_for": self.state == STATE_WAITING and self.waiting_for,
        }
        Stage = self.env["aftersales.case.stage"]
        known = Stage.search(
            [
                ("name", "=ilike", vals["name"]),
                ("state", "=", vals["state"]),
                ("waiting_for", "=", vals["waiting_for"]),
            ],
            limit=1,
        )
        return known or Stage.create(vals)


class AftersalesTypeAssistantField(models.TransientModel):
    _name = "aftersales.type.assistant.field"
    _description = "Own Field of a New Case Type"
    _inherit = "aftersales.own.fields.mixin"
    _order = "sequence, id"

    assistant_id = fields.Many2one(
        "aftersales.type.assistant", required=True, ondelete="cascade"
    )
    required_from_id = fields.Many2one(
        "aftersales.type.assistant.stage",
        domain="[('assistant_id', '=', assistant_id)]",
        ondelete="set null",
    )


class AftersalesTypeAssistantLayout(models.TransientModel):
    _name = "aftersales.type.assistant.layout"
    _description = "Field in the Layout of a New Case Type"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, id"

    assistant_id = fields.Many2one(
        "aftersales.type.assistant", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    key = fields.Selection(
        selection=lambda self: self.env["aftersales.field.rule"]._get_keys(),
        string="Field",
        required=True,
        readonly=True,
    )
    shown = fields.Boolean(default=True)
    label = fields.Char("Named")
    required_from_id = fields.Many2one(
        "aftersales.type.assistant.stage",
        domain="[('assistant_id', '=', assistant_id)]",
        ondelete="set null",
    )


class AftersalesTypeAssistantGate(models.TransientModel):
    _name = "aftersales.type.assistant.gate"
    _description = "Gate of a New Case Type"
    _inherit = "aftersales.requirement.mixin"
    _order = "sequence, id"

    assistant_id = fields.Many2one(
        "aftersales.type.assistant", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    stage_line_id = fields.Many2one(
        "aftersales.type.assistant.stage",
        "Before Stage",
        required=True,
        domain="[('assistant_id', '=', assistant_id)]",
        ondelete="cascade",
    )
    kind = fields.Selection(
        selection=lambda self: self._get_kinds(),
        string="What",
        required=True,
        default=REQUIRE_FIELD,
    )
    checklist_text = fields.Char(translate=False)

    @api.model
    def _get_kinds(self):
        """Return the kinds of requirement, those of siblings included."""
        requirement = self.env["aftersales.stage.requirement"]
        return requirement._fields["kind"]._description_selection(self.env)

    @api.constrains("minimum")
    def _check_minimum(self):
        if any(line.minimum < 1 for line in self):
            raise ValidationError(self.env._("How Many: at least one."))
