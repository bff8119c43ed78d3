from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import own_fields
from ...models.type.aftersales_case_type_fields import DEFINITIONS
from ...models.type.aftersales_field_rule import PROPERTY_FIELDS, split_key


class AftersalesOwnFieldsMixin(models.AbstractModel):
    """One row for one own field, as the user fills it in."""

    _name = "aftersales.own.fields.mixin"
    _description = "Row of an Own Field"
    _inherit = "aftersales.bounded.mixin"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char("Field", required=True)
    kind = fields.Selection(own_fields.KINDS, required=True, default=own_fields.TEXT)
    options = fields.Char(help="What can be chosen, separated by commas.")
    on_card = fields.Boolean("On Cards", help="Shown on the cards of the board.")
    restricted = fields.Boolean(
        help="Only the roles see the answers that Field Rights name for restricted own"
        " fields. Decided once: answers do not move."
    )
    definition = fields.Json()
    known_label = fields.Char(help="The name as it was, in the user's language.")

    @api.model
    def _prepare_rows(self, case_type, names=PROPERTY_FIELDS[:1]):
        """Return values of one row for every own field of a type.

        The name is that of the field's rule, which can be translated, where it has one.

        :param names: which of the fields of a case that hold answers
        """
        labels = case_type._get_key_labels() if case_type else {}
        return [
            {
                "sequence": number,
                "name": labels[key],
                "known_label": labels[key],
                "restricted": split_key(key)[0] == PROPERTY_FIELDS[1],
                "kind": own_fields.get_kind(item),
                "options": own_fields.get_options(item),
                "on_card": item.get("view_in_cards", False),
                "definition": item,
            }
            for number, (key, item) in enumerate(
                case_type._get_own_definitions().items() if case_type else (), 1
            )
            if split_key(key)[0] in names
        ]

    def _build_definitions(self):
        """Return ``{row: definition}``, in the order of the rows.

        :raises UserError: naming the row that cannot be understood
        """
        Type = self.env["aftersales.case.type"]
        shared = {
            few: Type._get_shared_names(few) for few in set(self.mapped("restricted"))
        }
        taken = {row.definition["name"] for row in self if row.definition}
        result = {}
        for row in self.sorted():
            row._check_row()
            old = row.definition or None
            label = row.name
            if old and not row._is_renamed():
                label = old.get("string") or label
            definition = own_fields.build(
                label, row.kind, row.options, row.on_card, old, taken
            )
            if not old or definition["name"] != old["name"]:
                known = shared[row.restricted].get((row.name.lower(), row.kind))
                if known and known not in taken:
                    definition["name"] = known
            taken.add(definition["name"])
            result[row] = definition
        return result

    def _is_renamed(self):
        self.ensure_one()
        return bool(self.definition) and self.name != self.known_label

    def _check_row(self):
        self.ensure_one()
        if self.kind == own_fields.CHOICE and not (self.options or "").strip(" ,"):
            raise UserError(
                self.env._(
                    "%s: write down what can be chosen, separated by commas.", self.name
                )
            )
        if self.kind == own_fields.OTHER and not self.definition:
            raise UserError(
                self.env._(
                    "%s: choose another kind; special fields are added on a case, with"
                    " “Edit Properties” in the menu of the form.",
                    self.name,
                )
            )


class AftersalesOwnFields(models.TransientModel):
    """Edit the own fields of a type in one list."""

    _name = "aftersales.own.fields"
    _description = "Edit Own Fields"

    type_id = fields.Many2one(
        "aftersales.case.type", required=True, ondelete="cascade", readonly=True
    )
    line_ids = fields.One2many("aftersales.own.fields.line", "wizard_id", "Fields")

    @api.model
    def _open(self, case_type):
        lines = self.env["aftersales.own.fields.line"]
        rows = lines._prepare_rows(case_type, PROPERTY_FIELDS)
        return self.create(
            {"type_id": case_type.id, "line_ids": [(0, 0, row) for row in rows]}
        )

    def action_save(self):
        definitions = self.line_ids._build_definitions()
        known = self.type_id._get_own_definitions()
        keys = {
            line: line._get_key(definition, known)
            for line, definition in definitions.items()
        }
        self.type_id.write(
            {
                definition: [
                    definitions[line]
                    for line, key in keys.items()
                    if split_key(key)[0] == name
                ]
                for name, definition in DEFINITIONS.items()
            }
        )
        rules = {rule.key: rule for rule in self.type_id.field_rule_ids}
        for line, key in keys.items():
            rule = rules.get(key)
            if rule and rule.label and line._is_renamed():
                rule.label = line.name
        return {"type": "ir.actions.act_window_close"}


class AftersalesOwnFieldsLine(models.TransientModel):
    _name = "aftersales.own.fields.line"
    _description = "Own Field"
    _inherit = "aftersales.own.fields.mixin"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        "aftersales.own.fields", required=True, ondelete="cascade"
    )

    def _get_key(self, definition, known):
        """Return the key of this row; a field that exists stays where its answers are.

        :param known: ``{key: definition}`` of the type as it is
        """
        self.ensure_one()
        old = (self.definition or {}).get("name")
        for field in PROPERTY_FIELDS:
            if old and f"{field}.{old}" in known:
                return f"{field}.{definition['name']}"
        return f"{PROPERTY_FIELDS[self.restricted]}.{definition['name']}"
