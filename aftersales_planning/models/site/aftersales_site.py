import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.base.models.res_partner import _tz_get

from ...const import AT_SITE

ADDRESS = ("street", "street2", "zip", "city", "country_id")


class AftersalesSite(models.Model):
    """An address where work is done: when it is open, and how one gets in."""

    _name = "aftersales.site"
    _description = "Site"
    _inherit = ["aftersales.staying.mixin"]
    _place = "partner_id"
    _order = "partner_id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id", "partner_id.street", "partner_id.city"]

    partner_id = fields.Many2one(
        "res.partner", "Address", required=True, ondelete="restrict", index=True
    )
    customer_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Customer"
    )
    address = fields.Char(related="partner_id.contact_address_inline", string="Where")
    company_id = fields.Many2one(related="partner_id.company_id", store=True)
    calendar_id = fields.Many2one(
        "resource.calendar", "Opening Hours", help="Empty: always open."
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Contact at the Site",
        domain="[('id', 'child_of', customer_id)]",
    )
    phone = fields.Char(compute="_compute_phone", store=True, readonly=False)
    access_note = fields.Text("Access", help="Gate, key, floor, parking, dog.")
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="By whose clock visits are planned and promised.",
    )
    region_id = fields.Many2one(
        "aftersales.region",
        compute="_compute_region_id",
        store=True,
        readonly=False,
        index=True,
        help="Found by the postcode. Empty it to have it found again.",
    )
    region_by_hand = fields.Boolean(readonly=True, copy=False)
    latitude = fields.Float(
        digits=(10, 7), compute="_compute_coordinates", store=True, readonly=False
    )
    longitude = fields.Float(
        digits=(10, 7), compute="_compute_coordinates", store=True, readonly=False
    )
    is_placed = fields.Boolean(
        "Coordinates Known",
        compute="_compute_is_placed",
        store=True,
        help="Set by hand, or by the address.",
    )
    visit_ids = fields.One2many("aftersales.visit", "site_id", "Visits")
    twin_ids = fields.Many2many(
        "aftersales.site", string="Same Place", compute="_compute_twin_ids"
    )

    _partner_unique = models.Constraint(
        "UNIQUE(partner_id)", "Address: there is a site of this address already."
    )

    # === Computes === #

    @api.depends("contact_id.phone", "partner_id.phone")
    def _compute_phone(self):
        for site in self:
            site.phone = site.contact_id.phone or site.partner_id.phone or site.phone

    @api.depends("partner_id.country_id", "calendar_id.tz")
    def _compute_tz(self):
        """By its opening hours, else by its country, else by who looks after it."""
        for site in self:
            own = site.partner_id.tz
            zones = pytz.country_timezones.get(
                site.partner_id.country_id.code or "", []
            )
            local = own if own in zones or not zones else zones[0]
            company = site.company_id or self.env.company
            zone = site.calendar_id.tz or local or company.partner_id.tz
            site.tz = zone or company.resource_calendar_id.tz or "UTC"

    @api.depends("partner_id.zip", "partner_id.country_id", "company_id")
    def _compute_region_id(self):
        found = self._find_regions()
        for site in self:
            site.region_id = site.region_id if site.region_by_hand else found[site]

    @api.depends(
        *(f"partner_id.{name}" for name in ADDRESS),
        "partner_id.partner_latitude",
        "partner_id.partner_longitude",
    )
    def _compute_coordinates(self):
        """What was set by hand is forgotten with the address that it was set for."""
        for site in self:
            site.latitude = site.partner_id.partner_latitude
            site.longitude = site.partner_id.partner_longitude

    @api.depends("latitude", "longitude")
    def _compute_is_placed(self):
        for site in self:
            site.is_placed = bool(site.latitude or site.longitude)

    @api.depends("partner_id.street", "partner_id.zip", "partner_id.country_id")
    def _compute_twin_ids(self):
        """Find other sites with the same street, postcode and country."""
        self.twin_ids = False
        streets = [street for street in self.partner_id.mapped("street") if street]
        if not streets:
            return
        found = self.search([("partner_id.street", "in", streets)])
        places = found.grouped(lambda site: site._get_place())
        for site in self.filtered("partner_id.street"):
            site.twin_ids = places.get(site._get_place(), found[:0]) - site._origin

    def _get_place(self):
        partner = self.partner_id
        return (partner.street, partner.zip or "", partner.country_id)

    # === Constraints === #

    @api.constrains("latitude", "longitude")
    def _check_coordinates(self):
        for site in self:
            if abs(site.latitude) > 90 or abs(site.longitude) > 180:
                raise ValidationError(
                    self.env._(
                        "Coordinates: enter a latitude from -90 to 90 and a longitude"
                        " from -180 to 180."
                    )
                )

    @api.constrains("calendar_id", "region_id", "contact_id", "company_id")
    def _check_companies(self):
        """Only an address that belongs to a company is for that company alone."""
        for site in self.filtered("company_id"):
            for name in ("calendar_id", "region_id", "contact_id"):
                # sudo: what is another company's may be out of sight
                other = site[name].sudo()
                if other.company_id and other.company_id != site.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(name)s belongs to another company than the"
                            " address.",
                            field=self._fields[name]._description_string(self.env),
                            name=other.display_name,
                        )
                    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.pop("region_by_hand", None)
        sites = super().create(vals_list)
        chosen = [
            site.id
            for site, vals in zip(sites, vals_list, strict=True)
            if vals.get("region_id")
        ]
        sites.browse(chosen)._note_region_by_hand()
        return sites

    def write(self, vals):
        vals = {name: value for name, value in vals.items() if name != "region_by_hand"}
        res = super().write(vals)
        if "region_id" in vals:
            self._note_region_by_hand()
        return res

    @api.model
    def name_create(self, name):
        """Make a site of a new address by what somebody typed into a form.

        :param name: name of the address
        :returns: ``(id, display name)``
        """
        customer = self.env["res.partner"].browse(
            self.env.context.get("default_partner_id")
        )
        address = self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": customer.commercial_partner_id.id,
                "type": "delivery",
                "company_id": customer.company_id.id,
                "country_id": customer.country_id.id,
            }
        )
        site = self.create({"partner_id": address.id})
        return site.id, site.display_name

    def _get_zone_at(self, place, company):
        """Return the name of the time zone by whose days work is planned and promised.

        :param place: where the work is: at this site, or elsewhere
        :param company: ``res.company`` whose zone it is elsewhere
        """
        # sudo: of an address and a company that the caller need not read
        site, company = self.sudo(), company.sudo()
        if place == AT_SITE and site:
            return site.tz
        return company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    # === Regions === #

    def _find_regions(self):
        """Return ``{site: region}`` by their postcodes."""
        places = {
            site: (
                site.company_id.id,
                site.partner_id.country_id.id,
                site.partner_id.zip or "",
            )
            for site in self
        }
        found = self.env["aftersales.region"]._find_by_postcode(set(places.values()))
        return {site: found[place] for site, place in places.items()}

    def _note_region_by_hand(self):
        """Note where somebody chose another region than that of the postcode."""
        found = self._find_regions()
        by_hand = self.filtered(
            lambda site: site.region_id and site.region_id != found[site]
        )
        by_hand._mark_region(True)
        (self - by_hand)._mark_region(False)

    def _mark_region(self, by_hand):  # pylint: disable=missing-return
        """Keep the region that somebody chose, or find it by the postcode again."""
        # Own write takes it from nobody.
        super().write(  # pylint: disable=super-method-mismatch
            {"region_by_hand": by_hand}
        )
        if not by_hand:
            self.env.add_to_compute(self._fields["region_id"], self)

    @api.model
    def _find_again(self, countries):
        """Find anew the regions of the sites in some countries, after a change of these.

        :param countries: ``res.country``
        """
        # sudo: sites of all companies, whoever changes regions
        sites = self.sudo().search(
            Domain("partner_id.country_id", "in", countries.ids)
            & Domain("region_by_hand", "=", False)
        )
        self.env.add_to_compute(self._fields["region_id"], sites)
