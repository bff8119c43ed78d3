from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import frozendict, ormcache


class Right(NamedTuple):
    """Whom a field is for: ids of groups, or None for everybody who reads the record."""

    readers: frozenset | None
    writers: frozenset | None

    def allows(self, operation, group_ids):
        if self.readers is not None and self.readers.isdisjoint(group_ids):
            return False
        if operation == "read" or self.writers is None:
            return True
        return not self.writers.isdisjoint(group_ids)

    def get_roles(self, operation):
        """Return the ids of the groups that a refused user lacks."""
        if operation == "read" or self.writers is None:
            return self.readers
        return self.writers

    def get_names(self, env, operation):
        """Return the names of the roles that may read or write, for a sentence."""
        # sudo: names of roles, for whom they are not
        groups = env["res.groups"].sudo().browse(sorted(self.get_roles(operation)))
        return ", ".join(groups.mapped("name"))


class AftersalesFieldRight(models.Model):
    """Which roles read and which change one field, on every interface.

    For the whole database: the ORM asks for access to a field of a model, when it
    searches, sorts and groups as well, and there is no record then whose company or type
    could be asked.
    """

    _name = "aftersales.field.right"
    _inherit = "aftersales.cached.mixin"
    _description = "Field Right"
    _rec_name = "key"
    _order = "key"

    key = fields.Selection(
        selection="_get_keys",
        string="Field",
        required=True,
        help="Fields that others rely on, such as the customer, cannot be restricted.",
    )
    read_group_ids = fields.Many2many(
        "res.groups",
        "aftersales_field_right_read_rel",
        string="Seen By",
        ondelete="restrict",
        help="Empty means everybody who may read the case.",
    )
    write_group_ids = fields.Many2many(
        "res.groups",
        "aftersales_field_right_write_rel",
        string="Changed By",
        ondelete="restrict",
        help="Empty means everybody who sees the field and may change the case.",
    )

    # A domain on the fields themselves would hide other roles, and open their fields.
    role_ids = fields.Many2many("res.groups", compute="_compute_role_ids")

    _key_uniq = models.Constraint(
        "UNIQUE(key)", "This field has its rights already. Change these."
    )

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._get_keys())
        for right in self:
            right.display_name = labels.get(right.key, right.key)

    def _compute_role_ids(self):
        self.role_ids = self._get_roles()

    # === Selections === #

    @api.model
    def _get_restricted_models(self):
        """Return the models that have fields to restrict."""
        mixin = self.env.registry["aftersales.restricted.mixin"]
        return [
            self.env[name]
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    @api.model
    def _get_keys(self):
        """Return the fields to choose from; those of a case stand without its name."""
        result = []
        for model in self._get_restricted_models():
            for name in model._get_restrictable_fields():
                label = model._fields[name]._description_string(self.env)
                if model._name != "aftersales.case":
                    # sudo: the name of a model, for who may not read the list of models
                    title = self.env["ir.model"].sudo()._get(model._name).name
                    label = f"{title}: {label}"
                result.append((f"{model._name}.{name}", label))
        return sorted(result, key=lambda item: item[1])

    @api.model
    def _get_roles(self):
        """Hook: return the groups among which managers choose."""
        refs = (
            "aftersales_case.group_aftersales_agent",
            "aftersales_case.group_aftersales_leader",
            "aftersales_case.group_aftersales_manager",
            "account.group_account_invoice",
        )
        return self.env["res.groups"].union(*(self.env.ref(ref) for ref in refs))

    # === Checks === #

    @api.constrains("key")
    def _check_key(self):
        known = dict(self._get_keys())
        for right in self:
            if right.key not in known:
                raise ValidationError(
                    self.env._(
                        "Field: %s cannot be restricted. Choose one of the list.",
                        right.key,
                    )
                )

    @api.constrains("key", "read_group_ids", "write_group_ids")
    def _check_roles(self):
        for right in self:
            name = right._get_label()
            if not right.read_group_ids and not right.write_group_ids:
                raise ValidationError(
                    self.env._(
                        "%s: choose who sees the field, or who changes it.", name
                    )
                )
            readers = right.read_group_ids or right._get_default_readers()
            for group in right.write_group_ids if readers else ():
                if not group.all_implied_ids & readers:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(role)s would change what they may not see."
                            " Add them to those who see it.",
                            field=name,
                            role=group.name,
                        )
                    )

    def _get_label(self):
        self.ensure_one()
        return dict(self._get_keys()).get(self.key, self.key)

    def _get_default_readers(self):
        """Return the role for which the field is while nobody has said otherwise."""
        self.ensure_one()
        model, _dot, name = self.key.rpartition(".")
        role = self.env[model]._get_restrictable_fields().get(name)
        return self.env.ref(role) if role else self.env["res.groups"]

    # === What holds === #

    @api.model
    @ormcache()
    def _get_rights(self):
        """Return ``{(model, field): Right}`` for all fields that are restricted."""
        result = {}
        for model in self._get_restricted_models():
            for name, role in model._get_restrictable_fields().items():
                if role:
                    readers = frozenset(self.env.ref(role).ids)
                    result[model._name, name] = Right(readers, None)
        # sudo: what holds for everybody is set up by managers
        for right in self.sudo().search([]):
            model, _dot, name = right.key.rpartition(".")
            default = result.get((model, name), Right(None, None))
            result[model, name] = Right(
                frozenset(right.read_group_ids.ids) or default.readers,
                frozenset(right.write_group_ids.ids) or None,
            )
        return frozendict(result)
