from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS


class AftersalesCasePart(models.AbstractModel):
    """What hangs on a case: it is read and written by who may read and write the case.

    The rules come by ``_case_field``: see ``ir_rule.py``. A model that inherits this has
    a required ``case_id``.
    """

    _name = "aftersales.case.part"
    _description = "Part of a Case"
    _case_field = "case_id"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._ensure_no_system_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._ensure_no_system_fields(vals)
        if "case_id" in vals:
            # The rules ask about the case it leaves, this about the one it goes to.
            self.env["aftersales.case"].browse(vals["case_id"]).check_access("write")
        return super().write(vals)

    def action_open_case(self):
        """Open the case that this is a part of.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("read")
        return self.case_id.get_formview_action()

    @api.model
    def default_get(self, fields_list):
        """Take a default of the request only for what the caller may say himself."""
        values = super().default_get(fields_list)
        if self.env.su:
            return values
        system = self._get_system_fields()
        own = {
            name: definition.default(self)
            for name, definition in self._fields.items()
            if name in values and name in system and definition.default
        }
        return {n: v for n, v in values.items() if n not in system} | own

    @api.model
    def _get_system_fields(self):
        """Return the names of the fields that nobody but the system sets.

        As of the case: what is stored and read-only by its own definition.
        """
        return {
            name
            for name, definition in self._fields.items()
            if definition.store and definition.readonly and name not in MAGIC_COLUMNS
        }

    def _ensure_no_system_fields(self, vals):
        """Guard: what the system keeps on a part is not said by callers.

        :raises AccessError: naming the first such field
        """
        if self.env.su:
            return
        system = self._get_system_fields()
        refused = next((name for name in vals if name in system), None)
        if refused:
            raise AccessError(
                self.env._(
                    "%(field)s is kept by the system and cannot be set.",
                    field=self._fields[refused]._description_string(self.env),
                )
            )
