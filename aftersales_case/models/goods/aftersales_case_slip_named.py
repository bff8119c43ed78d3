from odoo import api, models
from odoo.exceptions import AccessError

from ..case.aftersales_form_mixin import SentForm


class AftersalesCase(models.Model):
    """Who may name which document as the slip of a case: its readers, and who has its number.

    Its customer, address and goods are taken into the case, and shown in its form.
    """

    _inherit = "aftersales.case"

    def _came_by(self, name):
        """Say whether the user of a form came by the document that he chose in it."""
        document = self[name]._origin
        if self.env.su or not document:
            return True
        form = SentForm(self, {"slip_number": self.slip_number})
        return self._origin._is_known(self._fields[name], document.id, form)

    def _may_name(self, name, record, form):
        """Whoever has the number of a document is told what it says."""
        if name not in self._get_slip_fields():
            return super()._may_name(name, record, form)
        if "slip_number" in form.changed:
            return True  # what does not fit the new number is forgotten
        number = form.values.get("slip_number", self.slip_number)
        return self._is_numbered(record, number)

    @api.model
    def _is_numbered(self, document, number):
        """Say whether a document that the user need not read has a number of his."""
        if not number or not isinstance(number, str):
            return False
        # sudo: as in _find_slips
        found = document.sudo().exists()
        return bool(found.filtered_domain(document._get_named_domain(number)))

    def _ensure_can_link(self, vals):
        """Guard: a document is named by who may read it, or has its number.

        What it says is taken into the case.

        :raises AccessError: when neither is so
        """
        res = super()._ensure_can_link(vals)
        for name in self._get_slip_fields():
            value = vals.get(name)
            value = value.get("id") if isinstance(value, dict) else value
            if not value or not isinstance(value, int):
                continue
            field = self._fields[name]
            if not all(
                case._is_known(field, value, SentForm(case, vals))
                for case in self or [self]
            ):
                raise AccessError(
                    self.env._(
                        "%s: enter its number as the slip of the case instead.",
                        self._get_field_label(name),
                    )
                )
        return res
