from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import own_fields


class AftersalesOptionLabels(models.TransientModel):
    """Translate the options of a type's own fields: one line per option and language."""

    _name = "aftersales.option.labels"
    _description = "Translate Options"

    type_id = fields.Many2one(
        "aftersales.case.type", required=True, ondelete="cascade", readonly=True
    )
    line_ids = fields.One2many("aftersales.option.labels.line", "wizard_id", "Options")

    @api.model
    def _open(self, case_type):
        """Return a wizard with a line for all that can be translated.

        :raises UserError: when there is nothing to translate
        """
        known = case_type.option_labels or {}
        labels = case_type._get_key_labels()
        rows = [
            {
                "name": item["name"],
                "key": key,
                "field_label": labels[own],
                "source": label,
                "lang": code,
                "text": known.get(item["name"], {}).get(key, {}).get(code),
            }
            for own, item in case_type._get_own_definitions().items()
            for key, label, *_color in own_fields.get_choices(item)
            for code, _name in self.env["res.lang"].get_installed()
        ]
        if not rows:
            raise UserError(
                self.env._(
                    "No own field of this type has options. Add a field of kind Choice"
                    " first."
                )
            )
        return self.create(
            {"type_id": case_type.id, "line_ids": [(0, 0, row) for row in rows]}
        )

    def action_save(self):
        labels = {}
        for line in self.line_ids:
            if (line.text or "").strip():
                texts = labels.setdefault(line.name, {}).setdefault(line.key, {})
                texts[line.lang] = line.text.strip()
        # Languages that are not installed now are kept.
        self.type_id.option_labels = own_fields.complete(
            labels, self._get_others(self.type_id.option_labels or {})
        )
        return {"type": "ir.actions.act_window_close"}

    def _get_others(self, labels):
        """Return the translations for which there is no line here."""
        asked = {(line.name, line.key, line.lang) for line in self.line_ids}
        result = {}
        for name, options in labels.items():
            for key, texts in options.items():
                kept = {c: t for c, t in texts.items() if (name, key, c) not in asked}
                if kept:
                    result.setdefault(name, {})[key] = kept
        return result


class AftersalesOptionLabelsLine(models.TransientModel):
    _name = "aftersales.option.labels.line"
    _description = "Option in a Language"
    _order = "id"

    wizard_id = fields.Many2one(
        "aftersales.option.labels", required=True, ondelete="cascade"
    )
    name = fields.Char("Technical Name", required=True)
    key = fields.Char(required=True)
    field_label = fields.Char("Field")
    source = fields.Char("Option")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
    )
    text = fields.Char("Translation")
