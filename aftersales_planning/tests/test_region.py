from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from .common import PlanningCommon


@tagged("post_install", "-at_install")
class TestRegion(PlanningCommon):
    """Regions, and which sites lie in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nl, cls.be = cls.env.ref("base.nl"), cls.env.ref("base.be")
        # What else the database holds does not count here.
        cls.env["aftersales.region"].search([]).active = False
        cls.country = cls._region("Netherlands", (False, False))
        cls.utrecht = cls._region("Utrecht", ("3400", "3999"), parent_id=cls.country.id)
        cls.city = cls._region("Domstad", ("3500", "3585"), parent_id=cls.utrecht.id)

    @classmethod
    def _region(cls, name, *spans, country=None, **vals):
        return cls.env["aftersales.region"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "postcode_ids": [
                    Command.create(
                        {
                            "zip_from": first,
                            "zip_to": last,
                            "country_id": (country or cls.nl).id,
                        }
                    )
                    for first, last in spans
                ],
                **vals,
            }
        )

    def _address(self, zip_code, **vals):
        return self.env["res.partner"].create(
            {
                "name": zip_code or "Nowhere",
                "zip": zip_code,
                "country_id": self.nl.id,
                **vals,
            }
        )

    def _site(self, zip_code, **vals):
        address = self._address(zip_code)
        return self.env["aftersales.site"].create({"partner_id": address.id, **vals})

    @feature("B4-47")
    def test_innermost_region_by_postcode(self):
        """A planner makes regions in a form; each site lies in the innermost one."""
        site, outside = self._site("3511 KM"), self._site("2316 XA")
        self.assertEqual((site.region_id, outside.region_id), (self.city, self.country))
        form = Form(self._as(self.manager)["aftersales.region"])
        form.name = "Leiden"
        form.parent_id = self.country
        with form.postcode_ids.new() as row:
            row.country_id, row.zip_from, row.zip_to = self.nl, "2300", "2334"
        leiden = form.save()
        self.assertEqual(leiden.complete_name, "Netherlands / Leiden")
        self.assertEqual(outside.region_id, leiden)
        self.assertEqual(leiden.site_count, 1)
        self.assertEqual(self.country.site_count, 2)

    @feature("B4-47")
    def test_plan_per_region(self):
        """A planner asks for the work of a province, that of its cities included."""
        inside = self._visit(site_id=self._site("3511 KM").id)
        beside = self._visit(site_id=self._site("3991 AA").id)
        outside = self._visit(site_id=self._site("2316 XA").id)
        visits = self._as(self.leader)["aftersales.visit"]
        for region, expected in (
            (self.city, inside),
            (self.utrecht, inside | beside),
            (self.country, inside | beside | outside),
        ):
            domain = [("region_id", "child_of", region.id)]
            found = visits.search(domain) & (inside | beside | outside)
            self.assertEqual(found, self._as(self.leader, expected))
        groups = visits.formatted_read_group(
            [("id", "in", (inside | beside | outside).ids)], ["region_id"], ["__count"]
        )
        self.assertEqual(
            {group["region_id"][0]: group["__count"] for group in groups},
            {self.city.id: 1, self.utrecht.id: 1, self.country.id: 1},
        )

    def test_postcodes_change(self):
        """Other postcodes move the sites, all at once and without a query for each."""
        sites = self.env["aftersales.site"].union(
            *(self._site(f"3511 A{letter}") for letter in "ABCDEF")
        )
        row = self.city.postcode_ids
        row.zip_from = "3550"
        self.assertEqual(sites.region_id, self.utrecht)
        row.unlink()
        self.assertEqual(sites.region_id, self.utrecht)
        self.utrecht.active = False
        self.assertEqual(sites.region_id, self.country)

        row = self.country.postcode_ids
        few = self._count_queries(lambda: row.write({"zip_to": "3500"}))
        self.assertFalse(sites.region_id)
        row.zip_to = False
        sites |= self.env["aftersales.site"].union(
            *(self._site(f"3512 A{letter}") for letter in "ABCDEFGHIJ")
        )
        self.assertEqual(sites.region_id, self.country)
        many = self._count_queries(lambda: row.write({"zip_to": "3500"}))
        self.assertEqual(many, few)
        self.assertFalse(sites.region_id)

    def test_address_changes(self):
        """A site that moves lies in another region; what was chosen by hand stays."""
        site, chosen = self._site("3511 KM"), self._site("3511 KM")
        with Form(self._as(self.leader, chosen)) as form:
            form.region_id = self.country
        self.assertTrue(chosen.region_by_hand)
        (site | chosen).partner_id.zip = "3991 AA"
        self.assertEqual(
            (site.region_id, chosen.region_id), (self.utrecht, self.country)
        )
        with Form(self._as(self.leader, chosen)) as form:
            form.region_id = self.env["aftersales.region"]
        self.assertFalse(chosen.region_by_hand)
        self.assertEqual(chosen.region_id, self.utrecht)
        (site | chosen).partner_id.country_id = self.be
        self.assertFalse((site | chosen).region_id)

    def test_saving_a_form_is_not_by_hand(self):
        """A region that the form found is found again when the address moves."""
        form = Form(self._as(self.leader)["aftersales.site"])
        form.partner_id = self._address("3511 KM")
        self.assertEqual(form.region_id, self.city)
        site = form.save()
        self.assertFalse(site.region_by_hand)
        site.sudo().partner_id.zip = "2316 XA"
        self.assertEqual(site.region_id, self.country)

    def test_chosen_region_is_deleted(self):
        """Where the chosen region is no more, the postcode says it again."""
        extra = self._region("Extra")
        site = self._site("3511 KM", region_id=extra.id)
        self.assertEqual((site.region_id, site.region_by_hand), (extra, True))
        extra.unlink()
        self.assertEqual((site.region_id, site.region_by_hand), (self.city, False))

    def test_refused(self):
        """Regions that overlap, turn in a circle or end before they begin are refused."""
        for name, span, text in (
            ("Double", ("3585", "3600"), "3585 – 3600 of .*Double and .*Utrecht"),
            ("Turned", ("9999", "9000"), "9000 comes before 9999"),
            ("Empty", ("--", False), "neither letters nor digits"),
        ):
            with self.subTest(name), self.assertRefused(ValidationError, text):
                self._region(name, span, parent_id=self.country.id)
        with self.assertRefused(ValidationError, "cannot lie within itself"):
            self.country.parent_id = self.city
        self.env.invalidate_all()
        # Beside each other they would hold the same places.
        with self.assertRefused(ValidationError, "hold the same places"):
            self.city.parent_id = False
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(UniqueViolation, "aftersales_region_name_uniq"),
        ):
            self._region("domstad", parent_id=self.utrecht.id)

    def test_other_country(self):
        """The same postcodes of another country are other places."""
        brussels = self._region("Brussels", ("1000", "1299"), country=self.be)
        self.assertEqual(self._site("1012 AB").region_id, self.country)
        address = self._address("1050", country_id=self.be.id)
        site = self.env["aftersales.site"].create({"partner_id": address.id})
        self.assertEqual(site.region_id, brussels)

    def test_companies(self):
        """Each company has regions of its own, beside those of all."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._region("Theirs", ("3511", "3511"), company_id=other.id)
        self.assertEqual(self._site("3511 KM").region_id, self.city)
        address = self._address("3511 KM", company_id=other.id)
        site = self.env["aftersales.site"].create({"partner_id": address.id})
        self.assertEqual(site.region_id, theirs)
        with self.assertRefused(ValidationError, "belongs to another company"):
            site.region_id = self.city
        # A visit is not sorted under what its company does not see.
        shared = self._site("3511 KM", region_id=theirs.id)
        self.assertFalse(self._visit(site_id=shared.id).region_id)
        with self.assertRefused(AccessError, "Theirs|region"):
            self._as(self.manager, theirs).name = "Mine"

    def test_team_of_new_cases(self):
        """Where neither type nor caller names a team, that of the region gets a case."""
        team = self.team.copy({"name": "Utrecht Team"})
        self.utrecht.team_id = team
        self.city.team_id = team
        self.contact.write({"zip": "3511 KM", "country_id": self.nl.id})
        self.assertEqual(self._new_case().team_id, self.team)
        self.type_complaint.team_id = False
        self.assertEqual(self._new_case().team_id, team)
        self.assertEqual(self._new_case(team_id=self.team.id).team_id, self.team)
        self.assertFalse(self._new_case(team_id=False).team_id)
        self.contact.zip = "1012 AB"
        self.assertFalse(self._new_case().team_id)

    def test_import(self):
        """A list of provinces is imported as any list in Odoo."""
        result = self._as(self.manager)["aftersales.region"].load(
            [
                "name",
                "postcode_ids/country_id",
                "postcode_ids/zip_from",
                "postcode_ids/zip_to",
            ],
            [
                ["West", "Belgium", "8000", "8999"],
                ["Oost", "Belgium", "9000", "9299"],
                ["", "Belgium", "9400", "9999"],
            ],
        )
        self.assertFalse(result["messages"])
        west, east = self.env["aftersales.region"].browse(result["ids"])
        self.assertEqual(west.postcode_text, "BE 8000 – 8999")
        self.assertEqual(len(east.postcode_ids), 2)

    def test_rights(self):
        """Planners read regions, managers change them, others see none."""
        city = self._as(self.leader, self.city)
        self.assertEqual(city.complete_name, "Netherlands / Utrecht / Domstad")
        with self.assertRaises(AccessError):
            city.name = "Other"
        with self.assertRaises(AccessError):
            self._as(self.agent, self.city.postcode_ids).zip_to = "3600"


@tagged("post_install", "-at_install")
class TestSite(PlanningCommon):
    """Where work is done."""

    def test_made_from_a_visit(self):
        """A planner types an address into a visit, or takes that of the case."""
        self.site.partner_id = self.env["res.partner"].create({"name": "Elsewhere"})
        case = self._new_case()
        visit = self._visit(case, site_id=False)
        self.assertFalse(visit.site_id)
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        planner = self._as(self.manager)
        sites = planner["aftersales.site"].with_context(
            default_partner_id=self.customer.id
        )
        site_id, name = sites.name_create("Back Door")
        site = self.env["aftersales.site"].browse(site_id)
        self.assertEqual(site.partner_id.parent_id, self.customer)
        self.assertIn("Back Door", name)
        action = self._as(self.manager, visit).action_make_site()
        self.assertEqual(action["res_id"], visit.site_id.id)
        self.assertEqual(visit.site_id.partner_id, self.contact)
        # Another visit of the case goes there by itself.
        self.assertEqual(
            self.env["aftersales.visit"].create({"case_id": case.id}).site_id,
            visit.site_id,
        )
        with self.assertRaises(AccessError):
            self._as(self.agent, visit).action_make_site()

    def test_no_address(self):
        case = self._new_case(contact_id=False, partner_id=False)
        visit = self._visit(case, site_id=False)
        with self.assertRefused(UserError, "neither a customer nor an address"):
            visit.action_make_site()

    def test_other_company(self):
        """A site of another company is no place for a visit of ours."""
        other = self.env["res.company"].create({"name": "Other"})
        address = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        site = self.env["aftersales.site"].create({"partner_id": address.id})
        with self.assertRefused(UserError, "[Cc]ompan"):
            self._visit(site_id=site.id)
        with self.assertRefused(ValidationError, "Opening Hours: Office belongs"):
            site.calendar_id = self.calendar

    def test_once_per_address(self):
        """An address has one site; two addresses at one place are told."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(UniqueViolation, "aftersales_site_partner_unique"),
        ):
            self.site.copy()
        self.customer.write({"street": "Main Street 1", "zip": "1000"})
        twin = self.customer.copy({"name": "Twin"})
        site = self.env["aftersales.site"].create({"partner_id": twin.id})
        self.assertEqual(site.twin_ids, self.site)
        twin.zip = "2000"
        self.assertFalse(site.twin_ids)

    def test_coordinates(self):
        """They come from the address, or by hand until the address moves."""
        self.assertFalse(self.site.is_placed)
        self.site.write({"latitude": 52.09, "longitude": 5.12})
        self.assertTrue(self.site.is_placed)
        self.customer.name = "Renamed"
        self.assertTrue(self.site.is_placed)
        self.customer.street = "Elsewhere 2"
        self.assertFalse(self.site.is_placed)
        self.customer.write({"partner_latitude": 51.9, "partner_longitude": 4.5})
        self.assertEqual((self.site.latitude, self.site.longitude), (51.9, 4.5))
        with self.assertRefused(ValidationError, "latitude from -90"):
            self.site.latitude = 91

    def test_time_zone(self):
        """That of the opening hours, else that of the country."""
        for country, expected in (
            ("base.nl", "Europe/Amsterdam"),
            ("base.de", "Europe/Berlin"),
            ("base.pt", "Europe/Lisbon"),
        ):
            partner = self.env["res.partner"].create(
                {"name": country, "country_id": self.env.ref(country).id}
            )
            site = self.env["aftersales.site"].create({"partner_id": partner.id})
            self.assertEqual(site.tz, expected)
        site.calendar_id = self.calendar
        self.assertEqual(site.tz, "UTC")

    def test_merged_contacts(self):
        """Of merged contacts one site is left, with all that happened there."""
        double = self.customer.copy({"name": "Double"})
        site = self.env["aftersales.site"].create(
            {"partner_id": double.id, "access_note": "Ring twice"}
        )
        visit, other = self._visit(site_id=site.id), self._visit()
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | double).ids, self.customer)
        self.assertFalse(site.exists())
        self.assertEqual((visit | other).site_id, self.site)
        self.assertEqual(self.site.access_note, "Ring twice")
        third = self.env["res.partner"].create({"name": "Third", "zip": "3511 KM"})
        wizard._merge((third | self.customer).ids, third)
        self.assertEqual(self.site.partner_id, third)
        self.assertEqual((visit | other).site_id, self.site)

    def test_of_a_customer(self):
        """The customer's form leads to the sites of all his addresses."""
        door = self.env["res.partner"].create(
            {"name": "Door", "parent_id": self.customer.id}
        )
        site = self.env["aftersales.site"].create({"partner_id": door.id})
        customer = self._as(self.agent, self.customer)
        self.assertEqual(customer.aftersales_site_count, 2)
        action = customer.action_open_aftersales_sites()
        found = self.env["aftersales.site"].search(action["domain"])
        self.assertEqual(found, self.site | site)
        # How one gets in is not for all employees: see rules of sites.
        reporter = self._as(self.reporter, self.customer)
        self.assertEqual(reporter.aftersales_site_count, 0)
