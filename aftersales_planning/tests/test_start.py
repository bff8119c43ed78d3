"""What the first steps ask of visits."""

from .common import PlanningCommon


class TestStart(PlanningCommon):
    def _steps(self):
        company = self._as(self.manager, self.company)
        return {step.key: step for step in company._get_setup_steps()}

    def test_technicians(self):
        """Somebody goes on visits, in this company."""
        self.assertTrue(self._steps()["technicians"].is_done)
        self.env["resource.resource"].search([]).does_visits = False
        self.assertFalse(self._steps()["technicians"].is_done)

    def test_regions(self):
        """A region without postcodes finds no site."""
        self.env["aftersales.region"].search([]).active = False
        region = self.env["aftersales.region"].create(
            {"name": "West", "company_id": self.company.id}
        )
        self.assertFalse(self._steps()["regions"].is_done)
        country = self.env.ref("base.nl").id
        region.postcode_ids = [(0, 0, {"country_id": country})]
        self.assertTrue(self._steps()["regions"].is_done)
