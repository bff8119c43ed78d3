from odoo.tests import HttpCase, no_retry, tagged

from .scripts import ScriptsSetup


@tagged("post_install", "-at_install")
class TestScripts(ScriptsSetup, HttpCase):
    @no_retry
    def test_unit_tests(self):
        """What the scripts reckon by themselves, without a page or a server."""
        self.assertIsNone(self._run_scripts("@aftersales_case"))
