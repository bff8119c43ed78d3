from copy import deepcopy

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import is_html_empty

from ...const import (
    CLOSED_STATES,
    COLLEAGUE_SURFACES,
    PORTAL_ASKED,
    PORTAL_EDITABLE,
    PORTAL_HIDDEN,
    STATE_DONE,
    SURFACE_BACKOFFICE,
    SURFACE_INTAKE,
    SURFACES,
)
from ...engine import conditions
from ..type.aftersales_field_rule import (
    PROPERTY_FIELDS,
    FieldState,
    split_key,
)

RULE_FIELDS = {
    "category_id",
    "cause_id",
    "contact_id",
    "cost",
    "date_deadline",
    "description",
    "email",
    "handover",
    "impact",
    "partner_id",
    "phone",
    "product_categ_ids",
    "product_ids",
    "project_id",
    "rejection_reason_id",
    "reported_at",
    "reporter_id",
    "resolution_id",
    "site_id",
    "slip_number",
    "solution",
    "supplier_id",
    "tag_ids",
    "urgency",
}
# Numbers and ticks: the ORM stores "not answered" as 0 or False.
ANSWERED_TYPES = ("boolean", "integer", "float", "monetary")
GATE_VIEW = "aftersales_case_gate"


class AftersalesCase(models.Model):
    """Field rules: what is shown, asked and locked, for every surface.

    ``_get_field_states`` is the only judge. The form stays the same for all types: its
    fields carry expressions over ``rule_hidden``, ``rule_required`` and ``rule_locked``.
    """

    _inherit = "aftersales.case"

    answered = fields.Json(
        copy=False,
        readonly=True,
        help="Names of numbers and ticks that somebody really answered.",
    )
    rule_hidden = fields.Json(compute="_compute_rules")
    rule_required = fields.Json(compute="_compute_rules")
    rule_locked = fields.Json(compute="_compute_rules")
    rule_labels = fields.Json(compute="_compute_rules")
    rule_helps = fields.Json(compute="_compute_rules")
    rule_order = fields.Json(compute="_compute_rules")

    @api.model
    def _get_rule_fields(self):
        """Hook: return the names of the fields that field rules may control."""
        return RULE_FIELDS

    @api.model
    def _get_optional_fields(self):
        """Hook: return the names of those that colleagues see only where a rule says so.

        A field that few types need: on a type without a rule about it, it is hidden.
        """
        return set()

    @api.depends(
        lambda self: [
            "type_id",
            "stage_id",
            *PROPERTY_FIELDS,
            "answered",
            *self._get_rule_fields(),
        ]
    )
    @api.depends_context("lang", "uid")
    def _compute_rules(self):
        # Required and locked follow the saved stage: were it the edited one, the
        # client's own check would stop a move before the gate can name what is missing.
        states = self._get_field_states(SURFACE_BACKOFFICE)
        # What the view leaves out is hidden with the heading above it.
        unseen, optional = self._get_unseen_fields(), self._get_optional_fields()
        for case in self:
            fields_of = states[case]
            hidden = [key for key, state in fields_of.items() if state.hidden]
            hidden += sorted(optional - fields_of.keys())
            case.rule_hidden = list(dict.fromkeys([*hidden, *unseen]))
            case.rule_required = [
                key for key, state in fields_of.items() if state.required
            ]
            case.rule_locked = [key for key, state in fields_of.items() if state.locked]
            case.rule_labels = {
                key: state.label for key, state in fields_of.items() if state.label
            }
            case.rule_helps = {
                key: state.help for key, state in fields_of.items() if state.help
            }
            case.rule_order = {key: state.sequence for key, state in fields_of.items()}

    # === The judge === #

    def _get_field_states(self, surface, stages=None):
        """Judge the fields of these cases by the rules of their types.

        :param surface: who looks, one of ``SURFACES``
        :param stages: ``{case: stage}`` to judge for; default is the saved stage
        :returns: ``{case: {key: FieldState}}`` for the fields that have a rule; the key
            of a property is ``properties.<name>``. Works for unsaved cases too.
        :raises ValueError: for an unknown surface
        """
        if surface not in SURFACES:
            raise ValueError(f"Unknown surface {surface!r}, known are {SURFACES}")
        types = self.type_id._origin
        rules_of = {one.id: one._get_kept_rules(one.id) for one in types}
        orders = types._get_stage_orders()
        result = {}
        for case in self:
            stage = (stages or {}).get(case) or case._origin.stage_id or case.stage_id
            rules = rules_of.get(case.type_id._origin.id, ())
            keys = {key for rule in rules for key, _operator, _text in rule.comparisons}
            # sudo: a rule asks for values that not everybody may see
            values = case.sudo()._get_plain_values(keys)
            result[case] = {
                rule.key: self._judge(rule, stage, orders, values, surface)
                for rule in rules
            }
        return result

    @api.model
    def _judge(self, rule, stage, orders, values, surface):
        """Hook: return the ``FieldState`` of one ``KeptRule`` for one case."""
        reached = orders.get((rule.type_id, stage.id), 0)

        def from_on(first):
            return bool(first) and reached >= orders.get((rule.type_id, first), 0)

        # A rejected or cancelled case need not be complete.
        complete = stage.state not in CLOSED_STATES or stage.state == STATE_DONE
        state = FieldState(
            hidden=rule.hidden,
            required=complete and from_on(rule.required_from),
            locked=from_on(rule.locked_from),
            label=rule.label,
            help=rule.help,
            section=rule.section,
            sequence=rule.sequence,
            portal=rule.portal,
            options=rule.options,
        )
        if surface not in COLLEAGUE_SURFACES:
            first = rule.visible_from
            # A stage that the type does not have any more shows nothing. An open stage
            # that stands behind a closing one ("To be rejected") is before it.
            too_early = bool(first) and (
                not from_on(first)
                or (rule.type_id, first) not in orders
                or (
                    rule.visible_from_state in CLOSED_STATES
                    and stage.state not in CLOSED_STATES
                )
            )
            state = self._judge_for_customer(rule, state, surface, too_early)
        if not conditions.hold(rule.comparisons, values):
            state = state._replace(hidden=True)
        return state._replace(required=state.required and not state.hidden)

    @api.model
    def _judge_for_customer(self, rule, state, surface, too_early):
        """Return the state for a customer: what colleagues see is nothing to him."""
        if surface == SURFACE_INTAKE:
            return state._replace(
                hidden=rule.portal != PORTAL_ASKED or too_early,
                required=rule.portal_required,
                locked=False,
            )
        locked = state.locked or rule.portal != PORTAL_EDITABLE
        return state._replace(
            hidden=rule.portal == PORTAL_HIDDEN or too_early,
            required=state.required and not locked,
            locked=locked,
        )

    def _get_plain_values(self, keys):
        """Return ``{key: plain value}`` of fields that conditions ask for."""
        self.ensure_one()
        return {key: self._get_plain_value(key) for key in keys}

    def _get_plain_value(self, key):
        """Return what was answered, records as ids, or None where nothing was."""
        if not self._is_answered(key):
            return None
        field, name = split_key(key)
        if name:
            return self._get_raw_properties(field)[name]
        value = self[key]
        return value._origin.ids if self._fields[key].relational else value

    def _get_raw_properties(self, field="properties"):
        """Return what was answered: a name that is missing was never answered.

        Of all own fields, also those that the user may not see: to judge, not to show.
        """
        self.ensure_one()
        values = self.sudo()[field]  # sudo: see above
        return dict(values._values or {}) if values else {}

    def _get_property_types(self, field="properties"):
        self.ensure_one()
        # sudo: the definition is the same for everybody
        definitions = self.type_id.sudo()[f"{field}_definition"] or []
        return {item["name"]: item["type"] for item in definitions}

    def _is_answered(self, key):
        """Say whether a field or property was filled in, 0 and No included."""
        self.ensure_one()
        field, name = split_key(key)
        if name:
            value = self._get_raw_properties(field).get(name)
            if value is False:  # what the client sends for an empty date, too
                return self._get_property_types(field).get(name) == "boolean"
            return value is not None and value not in ("", [])
        value = self.sudo()[key]  # sudo: whether there is one, which gates ask of all
        if self._fields[key].type in ANSWERED_TYPES:
            return bool(value) or key in (self.answered or [])
        if self._fields[key].type == "html":
            return not is_html_empty(value)
        return bool(value)

    def _get_visible_fields(self, surface):
        """Return ``{case: [key]}``: what a surface may show of each case.

        A field without a rule is not among them: customers see nothing of it, and for
        colleagues the views decide.
        """
        return {
            case: [key for key, state in states.items() if not state.hidden]
            for case, states in self._get_field_states(surface).items()
        }

    # === Writing === #

    def _prepare_change_vals(self, vals):
        return super()._prepare_change_vals(self._with_answered(vals))

    def _get_asked_fields(self):
        """Return the keys that the client's small form asked: an untouched 0 answers."""
        asked = self.env.context.get("gate_fields")
        return (
            {key for key in asked if isinstance(key, str)}
            if isinstance(asked, list | tuple)
            else set()
        )

    def _with_answered(self, vals):
        """Return ``vals`` with the numbers and ticks that they answer marked so."""
        asked = self._get_asked_fields()
        for field in PROPERTY_FIELDS:
            vals = self._with_answered_properties(vals, asked, field)
        names = {
            name
            for name in vals.keys() | asked
            if name in self._fields and self._fields[name].type in ANSWERED_TYPES
        } & self._get_rule_fields()
        if not names:
            return vals
        known = set().union(*(case.answered or [] for case in self))
        return vals | {"answered": sorted(known | names)}

    def _with_answered_properties(self, vals, asked, field):
        """Return ``vals`` with the zeros and Nos of the own fields that were asked."""
        keys = [split_key(key) for key in asked]
        names = {name for of, name in keys if of == field and name}
        if not names or len(self) != 1:
            return vals
        types = self._get_property_types(field)
        empty = {
            name: types[name] != "boolean" and 0
            for name in names
            if types.get(name) in ANSWERED_TYPES
        }
        given = vals.get(field)
        if isinstance(given, list):
            given = {item["name"]: item.get("value") for item in given}
            # A new value must not lose what else the list says.
            known = {n: v for n, v in given.items() if v is not None}
        else:
            known = self._get_raw_properties(field) if given is None else dict(given)
        missing = {n: v for n, v in empty.items() if known.get(n) in (None, False)}
        if not missing:
            return vals
        if isinstance(vals.get(field), list):
            properties = [
                item | {"value": missing[item["name"]]}
                if item["name"] in missing
                else item
                for item in vals[field]
            ]
        else:
            properties = known | missing
        return vals | {field: properties}

    def _get_answers(self, field):
        return {case: case._get_raw_properties(field) for case in self}

    def _note_answers(self, field, before):
        """Note changed properties in the chatter: core notes none of them.

        :param field: name of the field of the case that holds them
        :param before: ``{case: raw properties}`` before the change
        """
        changes = {}
        for case, old in before.items():
            # sudo: own fields of a type are the same for everybody who sees a case of it
            options = case.type_id.sudo()._get_options()
            lines = []
            for name, was, now in _get_differences(
                old, case._get_raw_properties(field)
            ):
                key = f"{field}.{name}"
                texts = [_get_text(value, options.get(key)) for value in (was, now)]
                lines.append((case._get_key_label(key), *texts))
            if lines:
                changes[case.id] = lines
        cases = self.browse(changes)
        if self._get_field_right(field):
            cases._note_for_few(field, changes)
            return
        bodies = {
            case_id: Markup("<br/>").join(
                Markup("%s: %s → %s") % line for line in lines
            )
            for case_id, lines in changes.items()
        }
        cases._message_log_batch(bodies)

    def _ensure_not_locked(self, vals):
        """Guard: a locked field stays as it is, for everybody but the system.

        :raises AccessError: naming the field
        """
        touched = set(vals) & self._get_rule_fields()
        if not touched and not vals.keys() & set(PROPERTY_FIELDS):
            return
        for case, states in self._get_field_states(SURFACE_BACKOFFICE).items():
            for key, state in states.items():
                if state.locked and case._is_touched(key, vals):
                    raise AccessError(
                        self.env._(
                            "%(field)s cannot be changed any more in stage %(stage)s of"
                            " case %(case)s.",
                            field=case._get_key_label(key),
                            stage=case.stage_id.name,
                            case=case.number,
                        )
                    )

    def _is_touched(self, key, vals):
        self.ensure_one()
        field, name = split_key(key)
        if not name or field not in vals:
            return field in vals
        new = vals[field]
        if isinstance(new, list):
            new = {item["name"]: item.get("value") for item in new}
        return (new or {}).get(name) != self._get_raw_properties(field).get(name)

    def _get_key_label(self, key):
        self.ensure_one()
        return self.type_id.sudo()._get_key_labels().get(key, key)  # sudo: see above

    # === The form === #

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Give every rule-controlled field of a form the same three expressions."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type != "form":
            return arch, view
        if arch.get("js_class") == GATE_VIEW:
            self._add_gate_fields(arch, options)
            return arch, view
        modifiers = {
            "invisible": "rule_hidden",
            "required": "rule_required",
            "readonly": "rule_locked",
        }
        for node in arch.iter("field"):
            name = node.get("name")
            inside = next(node.iterancestors("field"), None)
            if inside is not None or name not in self._get_rule_fields():
                continue
            for attribute, source in modifiers.items():
                own = node.get(attribute)
                # The client and the ORM turn an empty list into False.
                rule = f"'{name}' in ({source} or [])"
                node.set(attribute, f"({own}) or {rule}" if own else rule)
        return arch, view

    @api.model
    def _add_gate_fields(self, arch, options):  # pylint: disable=missing-return
        """Give the small form every rule-controlled field, drawn as on the case form.

        Which of them are shown and required, the client says in ``gate_fields``.
        """
        form_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "aftersales_case.aftersales_case_view_form"
        )
        # pylint: disable-next=super-method-mismatch
        form, _view = super()._get_view(form_id, "form", **options)
        group = arch.find(".//group[@name='gate_fields']")
        names, drawn = self._get_rule_fields(), set()
        for node in form.iter("field"):
            name, inside = node.get("name"), next(node.iterancestors("field"), None)
            # A field that looks different for each role stands there once for each.
            double = name in drawn and not node.get("groups")
            if name not in names or inside is not None or double:
                continue
            drawn.add(name)
            field = deepcopy(node)
            field.tail = None
            expression = f"'{name}' not in context.get('gate_fields', [])"
            field.set("invisible", expression)
            field.set("required", f"not ({expression})")
            field.attrib.pop("readonly", None)
            group.append(field)


def _get_text(value, options):
    """Return an answer as people read it."""
    values = value if options and isinstance(value, list) else [value]
    texts = [(options or {}).get(one, one) if one else one for one in values]
    return ", ".join(map(str, texts)) if len(texts) > 1 else (texts or [""])[0] or "—"


def _get_differences(old, new):
    """Return (name, before, after) of the values that differ."""
    names = dict.fromkeys([*old, *new])
    return [
        (name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    ]
