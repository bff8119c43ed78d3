"""First steps: what is set up, what is missing, one click to each."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..engine.start import Step
from .common import AftersalesCommon, AftersalesSetup


class TestStart(AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.starts = self._as(self.manager)["aftersales.start"]
        self.starts = self.starts.with_company(self.company)

    def _open(self):
        action = self.starts.action_open()
        return self.starts.browse(action["res_id"])

    def _steps(self):
        return {step.key: step for step in self._open().step_ids}

    def test_teams(self):
        """A step is done once what it asks for is there, and says so."""
        self.team.write({"leader_id": self.leader.id, "member_ids": self.agent.ids})
        step = self._steps()["teams"]
        self.assertTrue(step.is_done)
        self.assertIn(self.team.name, step.text)
        self.env["aftersales.team"].search([]).leader_id = False
        step = self._steps()["teams"]
        self.assertFalse(step.is_done)
        self.assertIn("it needs both", step.text)
        action = step.action_open()
        self.assertEqual(action["res_model"], "aftersales.team")

    def test_addresses(self):
        """Mail comes in where the company has a domain, and a type or team an address."""
        domain = self.env["mail.alias.domain"].create({"name": "start.example"})
        self.company.alias_domain_id = domain
        self.assertIn("an address", self._steps()["mail_in"].text)
        self.type_complaint.alias_name = "trouble"
        step = self._steps()["mail_in"]
        self.assertTrue(step.is_done)
        self.assertIn("trouble@start.example", step.text)
        self.company.alias_domain_id = False
        step = self._steps()["mail_in"]
        self.assertIn("no mail domain", step.text)
        # A manager of after-sales is no administrator: he is told who does it.
        self.assertFalse(step.can_open)
        self.assertFalse(step.action_open())

    def test_people_fallback_cases(self):
        self.company.aftersales_user_id = False
        self.env["aftersales.case"].search([]).unlink()
        steps = self._steps()
        self.assertTrue(steps["people"].is_done)
        self.assertFalse(steps["fallback"].is_done)
        self.assertFalse(steps["cases"].is_done)
        self.company.aftersales_user_id = self.leader
        self._new_case()
        steps = self._steps()
        self.assertIn(self.leader.name, steps["fallback"].text)
        self.assertTrue(steps["cases"].is_done)

    def test_progress_of_all_done(self):
        """Once all is done there is an answer too: it need not be asked for again."""
        steps = [Step("x", "X", "", True, None)]
        with patch.object(type(self.company), "_get_setup_steps", lambda self: steps):
            self.assertEqual(self.starts.get_progress(), {"done": 1, "count": 1})

    def test_progress(self):
        """Managers are told on the overview until they hide it; others never."""
        start = self._open()
        progress = self.starts.get_progress()
        self.assertEqual(
            (progress["done"], progress["count"]), (start.done_count, start.step_count)
        )
        self.assertLess(start.done_count, start.step_count)
        start.action_hide()
        self.assertIsNone(self.starts.get_progress())
        self.assertTrue(start.is_hidden)
        start.action_show()
        self.assertTrue(self.starts.get_progress())
        for user in (self.leader, self.agent, self.reporter):
            starts = self._as(user)["aftersales.start"]
            self.assertIsNone(starts.get_progress())
            for name in ("action_open", "action_hide", "action_show"):
                with self.subTest(user=user.name, name=name):
                    with self.assertRaises(AccessError):
                        getattr(starts, name)()


@tagged("post_install", "-at_install")
class TestStartTour(AftersalesSetup, HttpCase):
    def test_panel(self):
        """From the overview to what is missing, to where it is set up; and hidden."""
        self.start_tour("/odoo/after-sales", "aftersales_start", login="as_manager")
        self.assertTrue(self.company.aftersales_start_hidden)
