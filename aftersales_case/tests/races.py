import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, mute_logger

from .common import FeatureTags

SECONDS = 20


@tagged("post_install", "-at_install")
class RaceCase(FeatureTags, BaseCase):
    """Two who act at once, on real connections; what they commit is real.

    Whoever inherits removes again what his tests have committed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    @classmethod
    @contextmanager
    def _transaction(cls, **context):
        """Yield an environment on a connection of its own; commit at the end."""
        with cls.registry.cursor() as cr:
            # Two actors of one thread would otherwise wait for each other for ever.
            cr.execute("SET LOCAL lock_timeout = %s", (f"{SECONDS}s",))
            yield api.Environment(cr, SUPERUSER_ID, context)

    def _race(self, first, second):
        """Let the second begin while the first has not committed; return its error.

        The second must wait for the first, and fail when that has committed.

        :param first: function of an environment, likewise ``second``
        """
        errors, begun = [], threading.Event()

        def run():
            try:
                with self._transaction() as env:
                    # From here on it reads as of now.
                    env.cr.execute("SELECT 1 FROM res_users LIMIT 1")
                    begun.set()
                    second(env)
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        with mute_logger("odoo.sql_db"):
            with self._transaction() as env:
                first(env)
                thread.start()
                begun.wait(SECONDS)
                # Time to reach the lock; too little would make the race easier, not wrong.
                thread.join(1)
                self.assertTrue(thread.is_alive(), "the second did not wait")
            thread.join(SECONDS)
        self.assertFalse(thread.is_alive())
        self.assertEqual(len(errors), 1, "both went through")
        return errors[0]

    @classmethod
    def _remove_cases(cls, env, company):
        """Delete the cases of a company with their history, which is kept otherwise."""
        cases = env["aftersales.case"].search([("company_id", "=", company.id)])
        with env["aftersales.case.event"]._maintenance():
            for table in ("aftersales_case_event", "aftersales_intake"):
                env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE case_id = ANY(%s)",
                        SQL.identifier(table),
                        cases.ids,
                    )
                )
        cases.with_context(_force_unlink=True).unlink()
