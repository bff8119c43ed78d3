import importlib.util
import logging
from pathlib import Path

from odoo.tests import freeze_time
from odoo.tools import SQL

from ..const import SAID_SINCE
from .common import AftersalesCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class TestMigration(AftersalesCommon):
    """Databases of earlier versions are brought to what this one asks for."""

    def _migrate(self, path):
        """Run a script of the folder ``migrations`` as an update does."""
        spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def _store(self, records, column, value):
        """Write as the database took it, before there was a rule."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                SQL.identifier(column),
                value,
                records.ids,
            )
        )
        self.env.invalidate_all()

    def test_doubled_numbers(self):
        """Of the cases with one number the oldest keeps it; others get the next free."""
        self.env.cr.execute("DROP INDEX IF EXISTS aftersales_case_number_uniq")
        cases = self.env["aftersales.case"].concat(
            *(self._new_case() for _number in range(5))
        )
        first, second, third, taken, _other = cases
        untouched = cases[4].number
        self._store(first | second | third, "number", "CMP/2026/00001")
        self._store(taken, "number", "CMP/2026/00001-2")
        with self.assertLogs("migration", logging.INFO) as logged:
            self._migrate("19.0.1.1.0/pre-migrate.py")
        self.assertEqual(
            cases.mapped("number"),
            [
                "CMP/2026/00001",
                "CMP/2026/00001-3",
                "CMP/2026/00001-4",
                "CMP/2026/00001-2",
                untouched,
            ],
        )
        self.assertEqual(len(logged.output), 2)
        self.assertIn("CMP/2026/00001-3", logged.output[0])
        self._migrate("19.0.1.1.0/pre-migrate.py")
        self.assertEqual(len(set(cases.mapped("number"))), 5)

    def test_settings_out_of_bounds(self):
        """Limits that no calendar can follow become the longest that it can."""
        link = self.type_complaint.link_ids[0]
        self._store(self.type_complaint, "changes_days", 2**30)
        self._store(self.type_complaint, "max_days_open", 12)
        self._store(link, "max_hours", 1e12)
        self._migrate("19.0.1.1.0/pre-migrate.py")
        self.assertEqual(self.type_complaint.changes_days, 3650)
        self.assertEqual(self.type_complaint.max_days_open, 12)
        self.assertEqual(link.max_hours, 87600)

    def test_log_that_begins_to_listen(self):
        """It is kept since when messages are in the log, and no event is made up."""
        case = self._new_case()
        case.message_post(body="x", message_type="comment")
        known = case.event_ids
        parameters = self.env["ir.config_parameter"]
        for moment in ("2026-03-02 08:00:00", "2026-04-01 08:00:00"):
            with freeze_time(moment):
                self._migrate("19.0.1.2.0/post-said.py")
        self.assertEqual(parameters.get_param(SAID_SINCE), "2026-03-02 08:00:00")
        self.assertEqual(case.event_ids, known)

    def test_greetings(self):
        """Messages that existed greet their addressee; other words of them stay."""
        template = self.env.ref("aftersales_case.template_received")
        old = "object.contact_id.name or object.partner_id.name or 'customer'"
        template.body_html = f"""<p>Dear <t t-out="{old}">x</t>, our own words</p>"""
        self._migrate("19.0.1.1.0/post-migrate.py")
        self.assertIn(
            """t-out="object.addressee_name or 'customer'\"""", template.body_html
        )
        self.assertIn("our own words", template.body_html)
        case = self._new_case(contact_id=False, partner_id=self.customer.id)
        case.email = "stranger@elsewhere.example"
        body = template._render_field("body_html", case.ids)[case.id]
        self.assertNotIn(self.customer.name, body)
