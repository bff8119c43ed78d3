from typing import NamedTuple

from odoo import api, models
from odoo.fields import Command

X2MANY = ("one2many", "many2many")


class SentForm(NamedTuple):
    """What a form sends to learn what follows from it."""

    records: models.BaseModel  # the record of the form, or none yet
    values: dict
    changed: tuple = ()  # names of the fields that were just changed
    above: "SentForm | None" = None  # the form whose list this is a row of


class AftersalesFormMixin(models.AbstractModel):
    """A model whose forms lead to documents that their users need not read.

    Odoo tells the name of any record that a form sends, and what follows from it. A
    link to a document of a shy model is taken from a form only when its user reads that
    document, or came by it as ``_may_name`` says.
    """

    _name = "aftersales.form.mixin"
    _description = "Form That Leads to Documents of Others"

    @api.model
    def default_get(self, fields):
        """Take no document from the defaults of a request that is none of its user's."""
        return self._without_strangers(super().default_get(fields))

    def onchange(self, values, field_names, fields_spec):
        """Take no document from a form that is none of its user's."""
        values = self._without_strangers(values, tuple(field_names))
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _get_shy_models(self):
        """Hook: return the names of models that users of our forms need not read."""
        return {"stock.picking"}

    def _may_name(self, name, record, form):
        """Hook: say whether the user of a form came by a document that he may not read.

        :param name: of the field with the document
        :param record: the document, as the user
        :param form: ``SentForm``
        """
        return False

    def _without_strangers(self, values, changed=(), above=None):
        """Return the values of a form without documents that its user did not come by.

        :param changed: names of the fields that were just changed
        :param above: ``SentForm`` whose list this is a row of
        """
        if self.env.su:
            return values
        form = SentForm(self, values, changed, above)
        result = dict(values)
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or not value:
                continue
            if field.type == "many2one" and isinstance(value, dict):
                # A row sends the form that its list is in.
                result[name] = self._get_form_above(name, form).values
            elif (
                field.type == "many2one"
                and field.comodel_name in self._get_shy_models()
            ):
                if not self._is_known(field, value, form):
                    result[name] = False
            elif field.type in X2MANY and hasattr(
                self.env[field.comodel_name], "_without_strangers"
            ):
                rows = self.env[field.comodel_name]
                result[name] = [rows._clean_row(row, form) for row in value]
        return result

    def _get_form_above(self, name, form):
        """Return the ``SentForm`` of the record that a link of a form leads to.

        With values only where the form of that record is sent as well.

        :param name: of a many2one field, of a model with this mixin or another
        """
        if form.above and form.above.records._name == self._fields[name].comodel_name:
            return form.above
        sent = form.values.get(name)
        values = sent if isinstance(sent, dict) else {}
        key = values.get("id") if values else sent
        records = self[name].browse(key if key and isinstance(key, int) else None)
        records = (records or self[name])._filtered_access("read")
        if values and hasattr(records, "_without_strangers"):
            values = records._without_strangers(values)
        return SentForm(records, values)

    def _is_known(self, field, value, form):
        if not isinstance(value, int):
            return False
        record = self.env[field.comodel_name].browse(value)
        return (
            record == self[field.name]
            or bool(record._filtered_access("read"))
            or self._may_name(field.name, record, form)
        )

    @api.model
    def _clean_row(self, row, above):
        """Return a command of a list without documents that are none of the user's."""
        if not isinstance(row, list | tuple) or len(row) < 3:
            return row
        if not isinstance(row[2], dict):
            return row
        key = row[1] if row[0] == Command.UPDATE and isinstance(row[1], int) else None
        own = self.browse(key)
        return [*row[:2], own._without_strangers(row[2], above=above)]
