from odoo.tests import HttpCase, no_retry, tagged

from odoo.addons.aftersales_case.tests.common import FeatureTags, feature
from odoo.addons.aftersales_case.tests.scripts import ScriptsSetup


@tagged("post_install", "-at_install")
class TestScripts(FeatureTags, ScriptsSetup, HttpCase):
    @no_retry
    @feature("B4-53")
    def test_countdown(self):
        """A deadline counts down by the server's time, in colour and in words."""
        self.assertIsNone(self._run_scripts("@aftersales_sla"))
