"""Running the unit tests of an addon's scripts in a browser."""

from odoo.addons.web.tests.test_js import unit_test_error_checker

SUCCEEDED = "[HOOT] Test suite succeeded"


class ScriptsSetup:
    """For ``HttpCase``: run the suite that HOOT makes of an addon's folder."""

    def _run_scripts(self, suite):
        """Run a suite, such as ``@aftersales_case``."""
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={self._hash(suite)}",
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
