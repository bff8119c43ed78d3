from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import tagged

from .races import PortalRace

TRY_AGAIN = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


@tagged("post_install", "-at_install")
class TestDecisionRace(PortalRace):
    """Two who decide at once, or one and a colleague of ours; all commits are real."""

    def _set_up_race(self, env):
        self.case_id = self._new_case(env).id

    def _case(self, env):
        return env["aftersales.case"].browse(self.case_id)

    def _hold(self, env):
        env["aftersales.portal.service"]._hold_case(self._case(env))

    def _change(self, env):
        self._case(env).solution = "<p>Nothing</p>"
        env.flush_all()

    def test_two_tabs(self):
        """The second waits, is tried again, and then sees what was decided."""
        self.assertIsInstance(self._race(self._hold, self._hold), TRY_AGAIN)

    def test_changed_while_he_signs(self):
        """What is signed is no text that somebody changes just then."""
        self.assertIsInstance(self._race(self._change, self._hold), TRY_AGAIN)
        self.assertIsInstance(self._race(self._hold, self._change), TRY_AGAIN)
