from odoo import api, fields, models

from ...engine import own_fields


class TranslatedProperties(fields.Properties):
    """Answers to own fields, whose options are read in the language of the reader."""

    def _get_properties_definition(self, record):
        definitions = super()._get_properties_definition(record)
        if not definitions:
            return definitions
        # sudo: the definition is the same for everybody
        container = record[self.definition_record].sudo()
        return container._translate_options(definitions)


class AftersalesCase(models.Model):
    """Options of own fields, wherever clients read them."""

    _inherit = "aftersales.case"

    properties = TranslatedProperties()
    own_labels = fields.Json(compute="_compute_own_labels")

    @api.depends("type_id")
    @api.depends_context("lang")
    def _compute_own_labels(self):
        """Say what the type calls its own fields: definitions know one language."""
        # sudo: what fields are called is the same for everybody
        labels = {
            case_type.id: {
                key: label
                for key, label in case_type._get_key_labels().items()
                if key.startswith("properties.")
            }
            for case_type in self.type_id.sudo()
        }
        for case in self:
            case.own_labels = labels.get(case.type_id.id, {})

    @api.model
    def get_property_definition(self, full_name):
        definition = super().get_property_definition(full_name)
        if not definition or not own_fields.get_choices(definition):
            return definition
        for labels in self.env["aftersales.case.type"]._get_all_option_labels():
            [definition] = own_fields.translate([definition], labels, self.env.lang)
        return definition
