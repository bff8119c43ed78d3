from odoo import api, models
from odoo.exceptions import AccessError


class AftersalesRestrictedMixin(models.AbstractModel):
    """A model some of whose fields only chosen roles read or change.

    Held by the ORM's own access to fields, which read, search, order, group, export,
    onchange and chatter ask. What the system does for everybody, it does with sudo.
    """

    _name = "aftersales.restricted.mixin"
    _description = "Record With Restricted Fields"

    # Set when the registry is made: each reading of any field asks for it.
    _restrictable = frozenset()

    def _post_model_setup__(self):
        type(self)._restrictable = frozenset(self._get_restrictable_fields())
        return super()._post_model_setup__()

    @api.model
    def _get_restrictable_fields(self):
        """Hook: return ``{name: role}`` of the fields that managers may restrict.

        The role is the XML id of a group that alone reads the field while nobody has said
        otherwise, or None: everybody who reads the record does. Called once for each
        registry. Fields on which other fields, rules or mail rely in the user's name have
        no place here.
        """
        return {}

    @api.model
    def _get_field_right(self, name):
        """Return the ``Right`` that restricts a field of this model, or None."""
        return self.env["aftersales.field.right"]._get_rights().get((self._name, name))

    @api.model
    def _get_unseen_fields(self):
        """Return the names of the fields that the user may not see by his role."""
        return [
            name
            for name in self._get_restrictable_fields()
            if not self._has_field_access(self._fields[name], "read")
        ]

    def _get_public_value(self, name):
        """Return a value for a note that everybody reads: nothing when it is restricted."""
        self.ensure_one()
        right = self._get_field_right(name)
        return self[name] if not right or right.readers is None else False

    def _write_for_system(self, vals):
        """Write what follows from an action of the user, whose role need not see it all."""
        refused = {
            name: vals[name]
            for name in vals
            if not self._has_field_access(self._fields[name], "write")
        }
        self.write({name: vals[name] for name in vals if name not in refused})
        if refused:
            self.sudo().write(refused)  # sudo: see above

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or field.name not in self._restrictable:
            return True
        right = self._get_field_right(field.name)
        return not right or right.allows(operation, self.env.user._get_group_ids())

    @api.model
    def _check_field_access(self, field, operation):
        """Say in words whom the field is for."""
        right = not self.env.su and self._get_field_right(field.name)
        if right and not right.allows(operation, self.env.user._get_group_ids()):
            raise AccessError(self._get_refusal(field, operation, right))
        return super()._check_field_access(field, operation)

    @api.model
    def _get_refusal(self, field, operation, right):
        values = {
            "field": field._description_string(self.env),
            "roles": right.get_names(self.env, operation),
        }
        if operation == "read":
            return self.env._("%(field)s: only %(roles)s may see this.", **values)
        return self.env._("%(field)s: only %(roles)s may change this.", **values)

    def copy_data(self, default=None):
        """Leave out of a copy what its maker may not see or fill in."""
        default = dict(default or {})
        left_out = {
            name
            for name in self._get_restrictable_fields()
            if name not in default
            and not self._has_field_access(self._fields[name], "write")
        }
        vals_list = super().copy_data(default | dict.fromkeys(left_out, False))
        return [
            vals and {name: vals[name] for name in vals if name not in left_out}
            for vals in vals_list
        ]
