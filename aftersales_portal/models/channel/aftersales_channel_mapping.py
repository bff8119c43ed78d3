from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_case.const import PORTAL_ASKED

from ...engine.submissions import LONGEST_PATH, Mapping, read_options

DESCRIPTION, EMAIL, FILES = "description", "email", "files"
REPORTER, TYPE = "reporter_name", "type"
# How many other names of a question stand behind its own.
MOST_NAMES = 3


class AftersalesChannelMapping(models.Model):
    """What a field of a form on a website answers.

    Without a question it is left out; what was sent is kept all the same.
    """

    _name = "aftersales.channel.mapping"
    _description = "Mapping of a Form"
    _inherit = ["aftersales.staying.mixin", "aftersales.kept.mixin"]
    _place = "channel_id"
    _order = "sequence, id"
    _rec_name = "path"

    channel_id = fields.Many2one(
        "aftersales.channel", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    path = fields.Char("Field of the Form", required=True, size=LONGEST_PATH)
    sample = fields.Char("Last Sent", readonly=True, copy=False)
    key = fields.Selection(selection="_get_keys", string="Answer To")
    separator = fields.Char(
        "Separated By",
        trim=False,
        help="What stands between several answers in one text, such as || or a comma.",
    )
    options = fields.Text(
        help="One a line: what the form sends = what it means, as the key or the words"
        " of an answer. Such as: Very urgent = 3",
    )

    _path_uniq = models.Constraint(
        "UNIQUE(channel_id, path)", "This field of the form is in the mapping already."
    )

    @api.model
    def _get_keys(self):
        """Return what can be answered: what strangers are asked of any type.

        Where types call it by other names, these stand behind, as refusals say them.
        """
        case_fields = self.env["aftersales.case"]._fields
        keys = {
            EMAIL: case_fields[EMAIL]._description_string(self.env),
            DESCRIPTION: case_fields[DESCRIPTION]._description_string(self.env),
            REPORTER: self.env._("Name of the Sender"),
            FILES: self.env._("Addresses of Files"),
            TYPE: self.env._("Case Type (its code)"),
        }
        others = {}
        # sudo: what forms ask is told to everybody
        types = self.env["aftersales.case.type"].sudo().search([])
        for case_type in types:
            labels = case_type._get_key_labels()
            for rule in case_type.field_rule_ids:
                if rule.active and rule.portal == PORTAL_ASKED:
                    label = labels.get(rule.key, rule.key)
                    if keys.setdefault(rule.key, label) != label:
                        others.setdefault(rule.key, {})[label] = True
        return [
            (key, " / ".join([label, *list(others.get(key, ()))[:MOST_NAMES]]))
            for key, label in keys.items()
        ]

    @api.constrains("options")
    def _check_options(self):
        for mapping in self:
            try:
                read_options(mapping.options)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Options: “%s” is none. Write what the form sends = what it"
                        " means, one a line.",
                        error,
                    )
                ) from None

    def _get_mappings(self):
        """Return these as the engine reads them."""
        return [
            Mapping(
                mapping.path,
                mapping.key,
                mapping.separator or "",
                read_options(mapping.options),
            )
            for mapping in self
            if mapping.key
        ]
