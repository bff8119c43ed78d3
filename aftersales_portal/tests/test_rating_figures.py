from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon


@tagged("post_install", "-at_install")
class TestRatingFigures(PortalCommon):
    """What the service manager reads of ratings: each rating once, in its own team."""

    def setUp(self):
        super().setUp()
        self.type_complaint.portal_rate = True
        self.type_complaint.link_ids.portal_agree = False
        self.cases = self.env["aftersales.case"]

    def _rated(self, value, **vals):
        case = self._complete(self._new_case(user_id=self.agent.id, **vals))
        self.cases |= case
        self._rate(case, value)
        return case

    def _rate(self, case, value, hours=2):
        case.stage_id = self.stage_solved
        case.sudo().closed_at = fields.Datetime.now() - timedelta(hours=hours)
        self.env.flush_all()
        service, partner = self._service(self.anna)
        self.assertFalse(
            service._rate(partner, service._find_case(partner, case.id), value, "")
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def _figures(self):
        """Return ``{team: average}`` and how many cases, as the graph shows them."""
        action = self.env.ref("aftersales_portal.aftersales_case_rating_action")
        domain = [("rating_last_value", ">", 0), ("id", "in", self.cases.ids)]
        self.assertIn("rating_last_value", action.domain)
        groups = self._as(self.leader)["aftersales.case"]._read_group(
            domain, ["team_id"], ["rating_last_value:avg", "__count"]
        )
        return {team: (average, count) for team, average, count in groups}

    @feature("P-35")
    def test_average(self):
        self._rated("5")
        self._rated("1")
        self.assertEqual(self._figures(), {self.team: (3, 2)})

    def test_rated_again(self):
        """Closed again and rated anew, the last one stands; both are on the case."""
        case = self._rated("1")
        case._reopen("Again")
        self.env.flush_all()
        self._rate(case, "5", hours=1)
        self.assertEqual(self._figures(), {self.team: (5, 1)})
        self.assertEqual(case.sudo().given_rating_ids.mapped("rating"), [5, 1])

    def test_merged(self):
        """A rated case that goes on in another one counts once, there."""
        rated, other = self._rated("1"), self._new_case(user_id=self.agent.id)
        self.cases |= other
        self._as(self.leader, rated)._merge_into(self._as(self.leader, other))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(other.rating_last_value, 1)
        self.assertEqual(self._figures(), {self.team: (1, 1)})
