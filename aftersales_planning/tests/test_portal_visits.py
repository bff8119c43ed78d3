"""What the customer reads of visits on the page of his case."""

from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_portal.tests.common import PortalSetup

from ..const import CANCELLED, DONE
from .common import PlanningSetup, at


@tagged("post_install", "-at_install")
class TestPortalVisits(PlanningSetup, PortalSetup, HttpCase):
    """He reads when somebody comes, and who; the time where it was promised."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(partner_id=self.customer.id)
        self.visit = self._visit(self.case)

    def _read(self, login="as_anna"):
        self.authenticate(login, login)
        return self.url_open(f"/my/cases/{self.case.id}")

    @feature("I2-70")
    def test_planned_and_promised(self):
        self.assertIn("We are planning a visit.", self._read().text)
        self._book(self.visit, at(0, 1))
        page = self._read().text
        self.assertIn("Tuesday 3 March", page)
        self.assertIn("Tom", page)
        self.assertIn("We tell you the time as soon as it is fixed.", page)
        self.assertNotIn("between 8", page)
        with freeze_time(at()):
            self.visit._promise_window(at(-1, 1), at(1, 1))
        self.assertRegex(self._read().text, r"between 8:00\W*AM and 10:00\W*AM")
        self.visit._enter(DONE)
        page = self._read().text
        self.assertIn("We have been with you.", page)
        self.assertNotIn("We come to you.", page)

    def test_not_told(self):
        """What is done elsewhere, or called off, is none of his."""
        self.visit.place = "workshop"
        self.assertNotIn("We are planning a visit.", self._read().text)
        self.visit.place = "site"
        self.visit._enter(CANCELLED)
        self.assertNotIn("case_visits", self._read().text)

    def test_other_customer(self):
        self._book(self.visit, at(0, 1))
        page = self._read("as_cleo")
        self.assertEqual(page.status_code, 404)
        self.assertNotIn("Tuesday 3 March", page.text)

    def test_rpc(self):
        """A portal user reads no visit, crew or site by any model."""
        for name in ("aftersales.visit", "aftersales.visit.crew", "aftersales.site"):
            self.assertFalse(self.env[name].with_user(self.anna).has_access("read"))
