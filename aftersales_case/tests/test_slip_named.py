from odoo.exceptions import AccessError

from .common import AftersalesCommon
from .deliveries import DeliveriesMixin
from .hostile import call

NAMES = {"fields": {"display_name": {}}}
SPEC = {
    "picking_id": NAMES,
    "partner_id": NAMES,
    "slip_number": {},
    "line_ids": {"fields": {"picking_id": NAMES, "product_id": NAMES}},
}


class TestSlipNamed(DeliveriesMixin, AftersalesCommon):
    """Who may name which delivery: its readers, and who has its number."""

    def setUp(self):
        super().setUp()
        stranger = self.env["res.partner"].create({"name": "Nobody's Business"})
        self.slip = self._picking((self.pump, 2), partner=stranger)
        self.cases = self._as(self.reporter)["aftersales.case"]
        self.vals = {"name": "x", "type_id": self.type_complaint.id}
        self.vals["company_id"] = self.company.id

    def _told(self, values, changed):
        """Return what the form of a new case is told."""
        return repr(call(self.cases, "onchange", [], self.vals | values, changed, SPEC))

    def test_form(self):
        """By its id alone a form is told neither number, customer nor goods."""
        self.assertFalse(self._as(self.reporter, self.slip).has_access("read"))
        for changed in ([], ["picking_id"]):
            with self.subTest(changed=changed):
                told = self._told({"picking_id": self.slip.id}, changed)
                for word in (self.slip.name, "Nobody's", self.pump.name):
                    self.assertNotIn(word, told)

    def test_number(self):
        """Who enters its number is told what it says."""
        told = self._told({"slip_number": self.slip.name}, ["slip_number"])
        for word in ("Nobody's", self.pump.name):
            self.assertIn(word, told)

    def test_written(self):
        """A case takes it by its number, not by its id alone."""
        for more in ({}, {"slip_number": "x"}, {"slip_number": False}):
            with self.subTest(more=more):
                vals = {"picking_id": self.slip.id} | more
                with self.assertRefused(AccessError, "enter its number"):
                    call(self.cases, "create", self.vals | vals)
        vals = {"picking_id": self.slip.id, "slip_number": self.slip.name}
        case_id = call(self.cases, "create", self.vals | vals)
        case = self.env["aftersales.case"].browse(case_id)
        self.assertEqual(case.picking_id, self.slip)
