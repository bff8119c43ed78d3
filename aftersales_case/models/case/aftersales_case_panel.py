from odoo import api, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition


class AftersalesCase(models.Model):
    """The panel beside the boards and lists of cases."""

    _inherit = "aftersales.case"

    @api.model
    def search_panel_select_multi_range(self, field_name, **kwargs):
        """Offer the types that a list can hold, and none where it is one type's list."""
        listed = None
        if field_name == "type_id":
            listed = self._get_listed_types(kwargs.get("search_domain"))
        if listed is not None:
            if len(listed) < 2:
                return {"values": []}
            offered = Domain(kwargs.get("comodel_domain", []))
            kwargs["comodel_domain"] = list(offered & Domain("id", "in", listed))
        return super().search_panel_select_multi_range(field_name, **kwargs)

    @api.model
    def _get_listed_types(self, domain):
        """Return the ids of the types that a domain names, None where it names none."""
        domain = Domain(domain or [])
        found = [
            {part.value} if part.operator == "=" else set(part.value)
            for part in (domain.children if isinstance(domain, DomainAnd) else [domain])
            if isinstance(part, DomainCondition)
            and part.field_expr == "type_id"
            and part.operator in ("=", "in")
        ]
        # A type that was searched for by its name can be several.
        found = [ids for ids in found if all(isinstance(value, int) for value in ids)]
        return set.intersection(*found) if found else None
