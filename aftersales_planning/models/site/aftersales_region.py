from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesRegion(models.Model):
    """Where somebody works: provinces, districts, whatever the company plans by."""

    _name = "aftersales.region"
    _description = "Region"
    _inherit = ["aftersales.staying.mixin"]
    _parent_store = True
    _order = "complete_name"
    _rec_name = "complete_name"
    _check_company_auto = True

    name = fields.Char(required=True)
    complete_name = fields.Char(
        "Region", compute="_compute_complete_name", store=True, recursive=True
    )
    parent_id = fields.Many2one(
        "aftersales.region",
        "Part of",
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Empty means that all companies plan by it.",
    )
    active = fields.Boolean(default=True)
    postcode_ids = fields.One2many(
        "aftersales.region.postcode", "region_id", "Postcodes", copy=False
    )
    postcode_text = fields.Char("Postcodes in Words", compute="_compute_postcode_text")
    resource_ids = fields.Many2many(
        "resource.resource",
        "aftersales_region_resource_rel",
        "region_id",
        "resource_id",
        "Technicians",
        domain=[("does_visits", "=", True)],
    )
    team_id = fields.Many2one(
        "aftersales.team",
        check_company=True,
        help="Gets the cases here whose type names no team.",
    )
    site_count = fields.Integer("Sites", compute="_compute_site_count")

    _name_uniq = models.UniqueIndex(
        "(COALESCE(parent_id, 0), COALESCE(company_id, 0), lower(name)) WHERE active",
        "Name: there is a region of this name there already.",
    )

    # === Computes === #

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for region in self:
            above = region.parent_id.complete_name
            region.complete_name = " / ".join(filter(None, [above, region.name]))

    @api.depends(
        "postcode_ids.zip_from", "postcode_ids.zip_to", "postcode_ids.country_id"
    )
    @api.depends_context("lang")
    def _compute_postcode_text(self):
        for region in self:
            region.postcode_text = ", ".join(region.postcode_ids.mapped("display_name"))

    def _compute_site_count(self):
        """Count the sites of each region with those of the regions within it."""
        rows = self.env["aftersales.site"]._read_group(
            [("region_id", "child_of", self.ids)], ["region_id"], ["__count"]
        )
        for region in self:
            path = region.parent_path or "-"
            region.site_count = sum(
                count
                for inner, count in rows
                # sudo: the tree, whoever may read its companies
                if inner.sudo().parent_path.startswith(path)
            )

    # === Constraints === #

    def _ensure_no_circle(self, parent):
        """Guard: core would refuse it without saying what is wrong.

        :raises ValidationError: for a region that would lie within itself
        """
        above = {int(part) for part in (parent.parent_path or "").split("/") if part}
        if above & set(self.ids):
            raise ValidationError(
                self.env._(
                    "Part of: a region cannot lie within itself. Choose another one, or"
                    " none."
                )
            )

    @api.constrains("active", "company_id", "parent_id")
    def _check_overlap(self):
        """Refuse that a postcode lies in two regions of which none holds the other.

        :raises ValidationError: naming both
        """
        # sudo: regions of all companies that see each other
        regions = self.sudo().filtered("active")
        if not regions.postcode_ids:
            return
        for mine, other in regions.postcode_ids._get_collisions():
            raise ValidationError(
                self.env._(
                    "Postcodes: %(mine)s of %(region)s and %(theirs)s of %(other)s hold"
                    " the same places. Change one, or make one region a part of the"
                    " other.",
                    mine=mine.display_name,
                    region=mine.region_id.complete_name,
                    theirs=other.display_name,
                    other=other.region_id.complete_name,
                )
            )

    # === CRUD === #

    def write(self, vals):
        if vals.get("parent_id"):
            self._ensure_no_circle(self.browse(vals["parent_id"]))
        res = super().write(vals)
        if {"parent_id", "active", "company_id"} & vals.keys():
            # Those within it are as deep in the tree as it is.
            inside = self.with_context(active_test=False).search(
                [("id", "child_of", self.ids)]
            )
            self.env["aftersales.site"]._find_again(inside.postcode_ids.country_id)
        return res

    def unlink(self):
        countries = self.postcode_ids.country_id
        # sudo: sites of all companies, whoever may delete a region
        sites = self.env["aftersales.site"].sudo()
        chosen = sites.search([("region_id", "in", self.ids)])
        res = super().unlink()
        chosen._mark_region(False)
        sites._find_again(countries)
        return res

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for region, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", region.name)
        return vals_list

    def action_open_sites(self):
        """Open the sites in these regions and in those within them.

        :returns: an action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_planning.aftersales_site_action"
        )
        return action | {"domain": [("region_id", "child_of", self.ids)]}

    # === Which region is it? === #

    @api.model
    def _find_by_postcode(self, places):
        """Return the region of each of some places.

        The innermost region holds. A place of a company lies in its regions and in those
        of all; one of no company in those of all, and else in whoever's it is.

        :param places: set of ``(company id or False, country id, postcode)``
        :returns: ``{place: region}``, an empty one where there is none
        """
        countries = {country for _company, country, zip_code in places if zip_code}
        # sudo: planners and customers change addresses, regions are the managers'
        rows = self.env["aftersales.region.postcode"].sudo()
        tables = rows.search(
            [("country_id", "in", list(countries)), ("region_id.active", "=", True)]
        )._get_tables()
        companies = sorted({company for company, _country in tables})
        return {place: self._find_in(tables, place, companies) for place in places}

    def _find_in(self, tables, place, companies):
        company, country, zip_code = place
        order = [company, False] if company else [False, *filter(None, companies)]
        for asked in order:
            table = tables.get((asked, country))
            found = table and table.find(zip_code)
            if found:
                return self.browse(found)
        return self.browse()
