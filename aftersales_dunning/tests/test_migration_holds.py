import importlib.util
import logging
from pathlib import Path

from odoo.tools import SQL

from .goods import GoodsCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class TestMigrationHolds(GoodsCommon):
    """Holds of earlier versions are brought to what this one asks for."""

    def _migrate(self, path):
        """Run a script of the folder ``migrations`` as an update does."""
        spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        with self.assertLogs("migration", logging.INFO):
            script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_held_once(self):
        """Two holds counted one line twice, and one knew a credit note by its sum."""
        _order, slip, invoice = self._sell((10, 100), (10, 100))
        cases = self._complain(slip, [10, 0]) | self._complain(slip, [10, 0])
        other = self._new_invoice(1000)
        note = self._credit_lines(other, {other.invoice_line_ids: {"price_unit": 100}})
        hold = self._hold(other, scope="amount", amount=400)
        self.env.flush_all()
        execute = self.env.cr.execute
        execute(
            "ALTER TABLE aftersales_dunning_hold"
            " ADD COLUMN IF NOT EXISTS credited_before numeric"
        )
        execute(
            SQL(
                "UPDATE aftersales_dunning_hold SET credits_known = NULL, by_line = NULL,"
                " held_amount = 1210, held_company = 1, credited_before = 100"
                " WHERE id = ANY(%s)",
                (cases.hold_ids | hold).ids,
            )
        )
        self.env.invalidate_all()
        self._migrate("19.0.1.2.0/post-held_once.py")
        self.assertEqual(cases.hold_ids.sorted("id").mapped("held_amount"), [1210, 0])
        self.assertEqual(cases.hold_ids.sorted("id").mapped("held_company"), [1210, 0])
        self.assertEqual(hold.credits_known, note.ids)
        self.assertEqual((hold.credited_amount, hold.held_amount), (0, 400))
        self.assertDue(invoice, 1210, 1210)
