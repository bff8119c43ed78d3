from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import conditions

NEEDS_NO_VALUE = (conditions.SET, conditions.NOT_SET)
FOUND_BY_NAME = 100


class AftersalesConditionMixin(models.AbstractModel):
    """One comparison with what a case says. No code, no free domains.

    Records are compared by id, whatever the language of the reader; ``value_shown`` is
    how people read and write them. A model that inherits this names in ``_owner_field``
    the link to what depends on the comparison; that has a field ``active``, and
    ``_get_key_labels`` and ``_get_key_models``.
    """

    _name = "aftersales.condition.mixin"
    _description = "Comparison With a Case"
    _order = "id"
    _owner_field = None

    key = fields.Selection(selection="_get_keys", string="Field", required=True)
    operator = fields.Selection(
        conditions.OPERATORS, required=True, default=conditions.IS
    )
    value = fields.Char("Compared With", help="For records their ids.")
    value_shown = fields.Char(
        "Value",
        compute="_compute_value_shown",
        readonly=False,
        help="Several values are separated by commas. Records go by their name.",
    )

    @api.model
    def _get_keys(self):
        """Hook: return the selection of what can be compared."""
        return self.env["aftersales.field.rule"]._get_keys()

    @api.model
    def _get_watched(self):
        """Hook: return the paths to what labels and models of keys follow from."""
        return [self._owner_field] if self._owner_field else []

    @api.depends(lambda self: ["key", "operator", "value", *self._get_watched()])
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for condition in self:
            condition.display_name = " ".join(
                filter(
                    None,
                    [
                        condition._get_key_label(),
                        operators.get(condition.operator),
                        condition.value_shown,
                    ],
                )
            )

    @api.depends(lambda self: ["key", "value", *self._get_watched()])
    @api.depends_context("lang", "uid")
    def _compute_value_shown(self):
        models_of = {condition: condition._get_model() for condition in self}
        names = {}
        for model, own in self.grouped(models_of.get).items():
            if model:
                ids = [number for one in own for number in one._get_ids()]
                # What the reader may not read, he gets by number.
                records = self.env[model].browse(ids).exists()._filtered_access("read")
                names[model] = {record.id: record.display_name for record in records}
        for condition in self:
            known = names.get(models_of[condition])
            condition.value_shown = condition._tell_options()
            if known is not None:
                condition.value_shown = ", ".join(
                    known.get(int(part), f"#{part}") if part.isdecimal() else part
                    for part in conditions.parse(condition.value)
                )

    @api.onchange("key")
    def _onchange_key(self):
        self.value = self.value_shown = False

    @api.constrains(
        lambda self: ["key", "operator", "value", *self._get_owner_fields()]
    )
    def _check_value(self):
        for condition in self:
            # What is switched off waits for its conditions to be mended.
            if (
                condition.operator in NEEDS_NO_VALUE
                or not condition._get_owner().active
            ):
                continue
            label = condition._get_key_label()
            if not conditions.parse(condition.value):
                raise ValidationError(
                    self.env._("Value: fill in what %s is compared with.", label)
                )
            model = condition._get_model()
            ids = condition._get_ids()
            wrong = model and len(ids) != len(conditions.parse(condition.value))
            if wrong or (model and self.env[model].browse(ids).exists().ids != ids):
                raise ValidationError(
                    self.env._(
                        "Value: %(field)s is compared with something that is not there."
                        " Choose it by its name.",
                        field=label,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_value(vals) for vals in vals_list])

    def write(self, vals):
        if "value_shown" not in vals:
            return super().write(vals)
        for condition in self:
            super(AftersalesConditionMixin, condition).write(
                condition._with_value(vals)
            )
        return True

    def _with_value(self, vals):
        """Return the values with what is compared, for the names that were written."""
        if "value_shown" not in vals:
            return vals
        vals = dict(vals)
        text = vals.pop("value_shown")
        owner = self._get_owner()
        if vals.get(self._owner_field):
            owner = owner.browse(vals[self._owner_field])
        key = vals.get("key") or self.key
        model = owner._get_key_models().get(key) if owner else None
        if not model:
            return vals | {"value": self._read_options(key, text)}
        shown = self.value_shown if self and key == self.key else None
        if text and text == shown:  # untouched: also what one may not read
            return vals | {"value": self.value}
        records, unknown = self._find_named(model, text)
        if unknown:
            raise ValidationError(
                self.env._(
                    "Value: %(name)s is no %(field)s, or there are several of that"
                    " name.",
                    name=unknown,
                    field=owner._get_key_labels().get(key, key),
                )
            )
        return vals | {"value": ",".join(map(str, records.ids))}

    # === Judging === #

    def _hold(self, values):
        """Say whether all of these conditions hold for the values of one case.

        :param values: ``{key: plain value}`` of the case
        """
        return conditions.hold(self._get_comparisons(), values)

    def _get_comparisons(self):
        """Return what these compare, as plain data: see ``conditions.hold``."""
        return tuple((one.key, one.operator, one.value) for one in self)

    # === What is compared === #

    def _get_owner(self):
        """Return what depends on this comparison."""
        return self[self._owner_field]

    @api.model
    def _get_owner_fields(self):
        return [self._owner_field] if self._owner_field else []

    def _get_key_label(self):
        owner = self._get_owner()
        labels = owner._get_key_labels() if owner else {}
        return labels.get(self.key, self.key)

    def _get_model(self):
        """Return the model of the records that are compared, or None for plain values."""
        owner = self._get_owner()
        return owner._get_key_models().get(self.key) if owner else None

    @api.model
    def _get_options(self, key):
        """Hook: return ``{value: label}`` of a field of which people know the labels."""
        return {}

    def _tell_options(self):
        """Return the values as people read them."""
        options = self._get_options(self.key)
        if not options:
            return self.value
        return ", ".join(options.get(v, v) for v in conditions.parse(self.value))

    @api.model
    def _read_options(self, key, text):
        """Return the values that people named by their labels."""
        values = {label.lower(): v for v, label in self._get_options(key).items()}
        if not values:
            return text
        parts = conditions.parse(text)
        return ",".join(values.get(part.lower(), part) for part in parts)

    def _get_ids(self):
        """Return the ids that are compared, without what is no id."""
        parts = conditions.parse(self.value)
        return [int(part) for part in parts if part.isdecimal()]

    @api.model
    def _find_named(self, model, text):
        """Return the records named in a text, and the first name that means no record.

        :param text: names separated by commas; a name may have commas of its own
        :returns: (records, False), or (no records, a name none or several have)
        """
        parts = conditions.parse(text)
        found = self.env[model]
        while parts:
            for size in range(len(parts), 0, -1):
                records = self._find_by_name(model, ", ".join(parts[:size]))
                if len(records) == 1:
                    break
            else:
                return self.env[model], parts[0]
            found |= records
            parts = parts[size:]
        return found, False

    @api.model
    def _find_by_name(self, model, name):
        """Return the records with this display name, in the language of the user."""
        Model = self.env[model].with_context(active_test=False)
        records = Model.search([("display_name", "=", name)], limit=FOUND_BY_NAME)
        records |= Model.search([("display_name", "ilike", name)], limit=FOUND_BY_NAME)
        return records.filtered(lambda r: r.display_name.lower() == name.lower())
