from odoo.tests import HttpCase, no_retry, tagged

from odoo.addons.web.tests.test_js import unit_test_error_checker

# The suite that HOOT makes of our folder of unit tests.
SUITE = "@aftersales_case"
SUCCEEDED = "[HOOT] Test suite succeeded"


@tagged("post_install", "-at_install")
class TestScripts(HttpCase):
    @no_retry
    def test_unit_tests(self):
        """What the scripts reckon by themselves, without a page or a server."""
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={self._hash(SUITE)}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal=SUCCEEDED,
            error_checker=unit_test_error_checker,
        )

    def _hash(self, name):
        """Return the id that HOOT gives a suite: the hash of its name."""
        number = 0
        for char in name:
            number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
        return f"{number:08x}"
