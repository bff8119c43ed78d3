import importlib.util
import logging
from pathlib import Path

from .common import DunningCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class MigrationCommon(DunningCommon):
    """Runs the scripts of an update on what the test has set up."""

    def _run_script(self, name, version):
        """Run a script as the update from a version does, which says what it did.

        :param name: its file, below ``migrations``
        :param version: the version that was installed before
        """
        spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / name)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        with self.assertLogs("migration", logging.INFO):
            script.migrate(self.env.cr, version)
        self.env.invalidate_all()
