from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import ormcache

OURS = "aftersales_"


class AftersalesKeptMixin(models.AbstractModel):
    """A model of others on which the system keeps something that is ours.

    What we add to it as stored and read-only is written by the system, with sudo: a
    form does not send it, so whoever sends it does so by hand. Named before the model
    itself in ``_inherit``, so that values are judged before anything is done with them.
    """

    _name = "aftersales.kept.mixin"
    _description = "Record With Fields Kept by the System"

    @api.model
    @ormcache()
    def _get_kept_fields(self):
        """Return the names of the fields of ours that nobody but the system sets."""
        return frozenset(
            name
            for name, definition in self._fields.items()
            if definition.store
            and definition.readonly
            and name not in MAGIC_COLUMNS
            and definition._modules
            and all(module.startswith(OURS) for module in definition._modules)
        )

    @api.model
    def default_get(self, fields):
        """Take no default of a request for what the system keeps."""
        values = super().default_get(fields)
        if self.env.su:
            return values
        kept = self._get_kept_fields()
        return {name: value for name, value in values.items() if name not in kept}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._ensure_not_kept(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._ensure_not_kept(vals)
        return super().write(vals)

    @api.model
    def _ensure_not_kept(self, vals):
        """Guard: what the system keeps is not said by callers.

        :raises AccessError: naming the first such field
        """
        if self.env.su:
            return
        kept = self._get_kept_fields()
        refused = next((name for name in vals if name in kept), None)
        if refused:
            raise AccessError(
                self.env._(
                    "%(field)s is kept by the system and cannot be set.",
                    field=self._fields[refused]._description_string(self.env),
                )
            )
