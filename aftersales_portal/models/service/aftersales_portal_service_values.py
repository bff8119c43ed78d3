from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_time, is_html_empty
from odoo.tools.misc import formatLang

from odoo.addons.aftersales_case.const import SURFACE_PORTAL

from ...engine.texts import replace_file_urls


class AftersalesPortalService(models.AbstractModel):
    """What the fields of a case say, as its customer reads it."""

    _inherit = "aftersales.portal.service"

    @api.model
    def _get_shown_fields(self, case):
        """Return ``{key: FieldState}`` of what a customer sees, in its order.

        What only some roles may read is shown to no customer, whatever a rule says.
        """
        states = case._get_field_states(SURFACE_PORTAL)[case]
        return self._sort_states(
            {
                key: state
                for key, state in states.items()
                if not state.hidden and self._is_public(case, key)
            }
        )

    @api.model
    def _sort_states(self, states):
        """Return ``{key: FieldState}`` section by section, as these come up first."""
        sections = list(dict.fromkeys(state.section for state in states.values()))
        place = {section: number for number, section in enumerate(sections)}
        ordered = sorted(
            states.items(),
            key=lambda item: (place[item[1].section], item[1].sequence),
        )
        return dict(ordered)

    @api.model
    def _is_public(self, case, key):
        """Say whether everybody who sees a case may read a field of it."""
        name = key.partition(".")[0]
        if name not in case._get_restrictable_fields():
            return True
        right = case._get_field_right(name)
        if right:
            return right.readers is None
        return not case._get_restrictable_fields()[name]

    @api.model
    def _get_answers(self, case):
        """Return ``[(section, [answer])]``: what was answered and may be shown."""
        sections = {}
        labels = case.type_id._get_key_labels()
        for key, state in self._get_shown_fields(case).items():
            if key == "product_ids" and case.type_id.portal_goods and case.line_ids:
                continue  # shown with their quantities
            value = self._get_shown_value(case, key, state)
            if value in (None, "", False):
                continue
            answer = {
                "key": key,
                "label": state.label or labels.get(key, key),
                "value": value,
            }
            sections.setdefault(state.section or "", []).append(answer)
        return list(sections.items())

    @api.model
    def _get_shown_value(self, case, key, state):
        """Return the value of a field as text, or as Markup; None where none was given."""
        if not case._is_answered(key):
            return None
        field, _dot, name = key.partition(".")
        if name:
            value = case._get_raw_properties(field)[name]
            kind = case._get_property_types(field).get(name)
            comodel = case.type_id._get_key_models().get(key)
            return self._format(case, kind, value, comodel, state)
        definition, value = case._fields[field], case[field]
        if key == "reporter_id":
            value -= case.portal_left_id
        elif key == "contact_id":
            value = self._get_contact(case)
        if definition.relational:
            return ", ".join(value.mapped("display_name")) or None
        if definition.type == "selection":
            labels = dict(definition._description_selection(self.env))
            return labels.get(value, value)
        return self._format(case, definition.type, value, None, state)

    @api.model
    def _format(self, case, kind, value, comodel, state):
        if kind == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if kind == "html":
            return None if is_html_empty(value) else self._get_body(case, value)
        if kind == "date":
            return format_date(self.env, value)
        if kind == "datetime":
            return self._format_moment(fields.Datetime.to_datetime(value))
        if kind == "monetary":
            return formatLang(self.env, value, currency_obj=case.currency_id)
        if kind == "float":
            return formatLang(self.env, value)
        if kind in ("selection", "tags"):
            labels = dict(state.options)
            values = value if isinstance(value, list) else [value]
            return ", ".join(str(labels.get(one, one)) for one in values)
        if kind in ("many2one", "many2many") and comodel:
            ids = value if isinstance(value, list) else [value]
            # sudo: the name of what the customer's own answer names
            records = self.env[comodel].sudo().browse(ids).exists()
            return ", ".join(records.mapped("display_name"))
        return str(value)

    @api.model
    def _format_number(self, number):
        """Return a number in the language of whoever looks, as short as it is.

        Without marks between thousands: typed as it stands here it is read the same.
        """
        plain = f"{number:.9f}".rstrip("0").rstrip(".")
        digits = len(plain.partition(".")[2])
        return formatLang(self.env, number, digits=digits, grouping=False)

    @api.model
    def _format_size(self, size):
        """Return how large a file is, in the language of whoever looks."""
        kilobytes = max(1, round((size or 0) / 1024))
        if kilobytes < 1000:
            return f"{kilobytes} kB"
        return f"{self._format_number(round(kilobytes / 1024, 1))} MB"

    @api.model
    def _format_moment(self, moment):
        """Return a moment in the time zone and language of whoever looks."""
        local = fields.Datetime.context_timestamp(self, moment)
        day = format_date(self.env, local.date(), date_format="medium")
        time = format_time(self.env, moment, local.tzinfo.zone, time_format="short")
        return f"{day} {time}"

    @api.model
    def _get_body(self, case, body):
        """Return a text as the customer reads it: marked links go, files are ours.

        Core's addresses of files work for everybody who has them; ours ask who looks.
        """
        # No link is made here, so none is looked for: one of no case goes.
        body = case.browse()._put_links(Markup(body or ""), self.env["res.partner"])
        return Markup(
            replace_file_urls(str(body), lambda key: self._get_file_url(case, key))
        )
