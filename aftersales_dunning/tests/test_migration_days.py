import importlib.util
from pathlib import Path

from odoo.tools import SQL

from .common import DunningCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class TestMigrationDays(DunningCommon):
    """Reasons and holds of earlier versions fit the days that a release may give now."""

    def test_days_are_brought_within_bounds(self):
        """Those of reasons and running holds; what ended stays as it was."""
        reason = self.env.ref("aftersales_dunning.reason_product").copy()
        running, ended = (self._hold(self._new_invoice(100)) for _number in range(2))
        ended._release_by_hand({})
        self.env.flush_all()
        for record in (reason, running, ended):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET due_days = 3650, wait_days = 5 WHERE id = %s",
                    SQL.identifier(record._table),
                    record.id,
                )
            )
        path = MIGRATIONS / "19.0.1.2.0/post-release_days.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual([reason.due_days, reason.wait_days], [366, 5])
        self.assertEqual([running.due_days, ended.due_days], [366, 3650])
        running.note = "May be changed"
