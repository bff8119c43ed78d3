from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.postcode import Postcodes, Range, get_overlaps, is_span, normalise


class AftersalesRegionPostcode(models.Model):
    """Postcodes of a country that lie in a region."""

    _name = "aftersales.region.postcode"
    _description = "Postcodes of a Region"
    _inherit = ["aftersales.staying.mixin"]
    _place = "region_id"
    _order = "country_id, zip_from, id"

    region_id = fields.Many2one(
        "aftersales.region", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="region_id.company_id", store=True)
    country_id = fields.Many2one(
        "res.country",
        required=True,
        index=True,
        default=lambda self: self.env.company.country_id,
    )
    zip_from = fields.Char("From", help="Empty: from the first one on.")
    zip_to = fields.Char("To", help="Empty: up to the last one.")

    @api.depends("country_id", "zip_from", "zip_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            span = self.env._(
                "%(country)s %(first)s – %(last)s",
                country=row.country_id.code or "",
                first=row.zip_from or "",
                last=row.zip_to or "",
            )
            whole = not row.zip_from and not row.zip_to
            row.display_name = row.country_id.name if whole else span

    @api.constrains("zip_from", "zip_to", "country_id", "region_id")
    def _check_span(self):
        for row in self:
            for text in filter(None, (row.zip_from, row.zip_to)):
                if not normalise(text):
                    raise ValidationError(
                        self.env._(
                            "Postcodes: “%s” has neither letters nor digits.", text
                        )
                    )
            if not is_span(row.zip_from, row.zip_to):
                raise ValidationError(
                    self.env._(
                        "Postcodes: %(last)s comes before %(first)s. Choose an end that"
                        " comes later.",
                        first=row.zip_from,
                        last=row.zip_to,
                    )
                )
        self.region_id._check_overlap()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        self.env["aftersales.site"]._find_again(rows.country_id)
        return rows

    def write(self, vals):
        countries = self.country_id
        res = super().write(vals)
        self.env["aftersales.site"]._find_again(countries | self.country_id)
        return res

    def unlink(self):
        countries = self.country_id
        res = super().unlink()
        self.env["aftersales.site"]._find_again(countries)
        return res

    # === Ranges === #

    def _as_range(self):
        self.ensure_one()
        region = self.region_id
        depth = (region.parent_path or "").count("/")
        return Range(self.zip_from, self.zip_to, depth, region.id)

    def _get_tables(self):
        """Return ``{(company id, country id): Postcodes}`` of these rows."""
        ranges = {}
        for row in self:
            key = (row.company_id.id, row.country_id.id)
            ranges.setdefault(key, []).append(row._as_range())
        return {key: Postcodes(found) for key, found in ranges.items()}

    def _get_collisions(self):
        """Yield pairs of one of these rows and another that mean the same places."""
        found = self.search(
            Domain("country_id", "in", self.country_id.ids)
            & Domain("region_id.active", "=", True)
        )
        for rows in found.grouped("country_id").values():
            ranges = [row._as_range()._replace(value=row) for row in rows]
            for one, other in get_overlaps(ranges):
                if one in self and one._excludes(other):
                    yield one, other
                elif other in self and one._excludes(other):
                    yield other, one

    def _excludes(self, other):
        """Say whether two rows belong to regions beside each other, seen by one company."""
        self.ensure_one()
        companies = self.company_id | other.company_id
        if self.company_id and other.company_id and len(companies) > 1:
            return False
        inner, outer = self.region_id.parent_path, other.region_id.parent_path
        return not inner.startswith(outer) and not outer.startswith(inner)
