import importlib.util
import logging
from pathlib import Path

from psycopg2.extras import Json

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

    def test_customers_read_decisions_once_made(self):
        """Shipped rules get the stage; one that hides, or has a stage, stays as it is."""
        rules = {
            name: self.env.ref(f"aftersales_case.rule_{name}")
            for name in (
                "warranty_resolution_id",
                "warranty_rejection_reason_id",
                "complaint_resolution_id",
                "issue_resolution_id",
            )
        }
        found = self.env["aftersales.field.rule"].union(*rules.values())
        found.visible_from_id = False
        rules["complaint_resolution_id"].portal = "hidden"
        rules["issue_resolution_id"].visible_from_id = self.stage_new
        self._migrate("19.0.1.2.0/post-surfaces.py")
        self.assertEqual(
            {name: rule.visible_from_id.name for name, rule in rules.items()},
            {
                "warranty_resolution_id": "Finished",
                "warranty_rejection_reason_id": "Rejected",
                "complaint_resolution_id": False,
                "issue_resolution_id": "New",
            },
        )

    def test_conditions_by_id(self):
        """Names of records in conditions become ids; where unclear, the rule is off."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.type_complaint.field_rule_ids.unlink()
        Cause = self.env["aftersales.cause"]
        water, fire, steel = Cause.create(
            [{"name": "Water"}, {"name": "Fire"}, {"name": "Staal"}]
        )
        fire.update_field_translations("name", {"nl_NL": "Vuur"})
        # The Dutch name of one is the English name of another.
        water.update_field_translations("name", {"nl_NL": "Staal"})
        table = {
            "cost": ("water", str(water.id)),
            "solution": ("Vuur, Water", f"{fire.id},{water.id}"),
            "phone": (str(steel.id), str(steel.id)),
            "email": ("Staal", None),
            "impact": ("Nobody", None),
            "urgency": ("Fire, Nobody", None),
        }
        rules = {}
        for key, (value, _expected) in table.items():
            rules[key] = self.env["aftersales.field.rule"].create(
                {
                    "type_id": self.type_complaint.id,
                    "key": key,
                    "condition_ids": [
                        (0, 0, {"key": "cause_id", "value_shown": "Water"}),
                        (0, 0, {"key": "slip_number", "value": "Water"}),
                        (0, 0, {"key": "cause_id", "operator": "set"}),
                    ],
                }
            )
            self._store(rules[key].condition_ids[0], "value", value)
        with self.assertLogs("migration", logging.INFO) as logged:
            self._migrate("19.0.1.2.0/post-condition_ids.py")
        self.assertEqual(len(logged.output), 3)
        self.assertIn("email of type TCMP", logged.output[0])
        with self.assertNoLogs("migration", logging.INFO):
            self._migrate("19.0.1.2.0/post-condition_ids.py")
        for key, (value, expected) in table.items():
            with self.subTest(value=value):
                self.assertEqual(rules[key].active, expected is not None)
                first, plain, _set = rules[key].condition_ids
                self.assertEqual(first.value, expected or value)
                self.assertEqual(plain.value, "Water")
        notes = self.type_complaint.message_ids.mapped("body")
        self.assertTrue(any("compares with Staal" in note for note in notes))

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

    def test_shipped_messages(self):
        """Unchanged ones get placeholders only; others keep their words, and are named."""
        xmlid = "aftersales_case.template_%s"
        received, taken, closed = (
            self.env.ref(xmlid % name) for name in ("received", "taken", "closed")
        )
        program = "{{ (object.contact_id or object.partner_id).lang }}"
        sender = (
            "{{ object.type_id.alias_email or object.company_id.email_formatted or"
            " user.email_formatted }}"
        )
        self._store(received | taken | closed, "lang", program)
        self._store(received | taken | closed, "email_from", sender)
        old = (
            """<div>
                <p t-if="object.addressee_name">Dear <t
                t-out="object.addressee_name">customer</t>,</p>
                <p t-else="">Hello,</p>
                <p>We have received your message “<t
                t-out="object.name">title</t>”. Its number is <b
                t-out="object.number">CMP/2026/00042</b>.</p>
                <p>You need not do anything now: we read it and come back to you."""
            """ Photos or other details are welcome as an answer to this message.</p>
                <p>Kind regards,<br/><t t-out="object.company_id.name">Company</t></p>
            </div>"""
        )
        own = f"{old}<p>Call Mees.</p>"
        self._store(received, "body_html", Json({"en_US": old, "nl_NL": old}))
        self._store(taken, "body_html", Json({"en_US": own}))
        self._store(closed, "body_html", Json({"en_US": old, "fr_FR": "<p>Fini</p>"}))
        with self.assertLogs("migration", logging.INFO) as logged:
            self._migrate("19.0.1.2.0/post-letters.py")
        self.assertEqual(received.lang, "{{ object.letter_language }}")
        self.assertEqual(received.email_from, "{{ object.letter_sender }}")
        self.assertIn("object.letter_greeting", received.body_html)
        self.assertFalse(received._has_unsafe_expression())
        stored = received._fields["body_html"]._get_stored_translations(received)
        self.assertEqual(list(stored), ["en_US"])
        self.assertIn("Call Mees.", taken.body_html)
        self.assertEqual(taken.lang, "{{ object.letter_language }}")
        self.assertEqual(taken.email_from, "{{ object.letter_sender }}")
        self.assertEqual(closed.with_context(lang="en_US").body_html, old)
        log = "\n".join(logged.output)
        self.assertIn("INFO:migration:Message template_received", log)
        self.assertIn("WARNING:migration:Message template_taken was changed", log)
        self.assertIn("WARNING:migration:Message template_closed was changed", log)

    def test_channels_of_cases(self):
        """A case made of a mail came in by mail; one that a mail was added to did not."""
        mailed, added = self._new_case(), self._new_case()
        for case, state in ((mailed, "case"), (added, "added")):
            self.env["aftersales.intake"].create(
                {
                    "message_id": f"<{state}@janssen.example>",
                    "received_at": "2026-03-02 08:00:00",
                    "state": state,
                    "case_id": case.id,
                    "company_id": self.company.id,
                }
            )
        self._migrate("19.0.1.2.0/post-channel.py")
        self.assertEqual(mailed.channel, "mail")
        self.assertEqual(added.channel, "hand")

    def test_outdated_translations(self):
        """A field that got another name loses the words for its old one."""
        field = self.env["ir.model.fields"]._get("aftersales.field.condition", "value")
        other = self.env["ir.model.fields"]._get("aftersales.field.condition", "key")
        texts = {"en_US": "New", "nl_NL": "Oud"}
        for name in ("field_description", "help"):
            self._store(field | other, name, Json(texts))
        self._migrate("19.0.1.2.0/post-translations.py")
        self.env.cr.execute(
            "SELECT name, field_description, help FROM ir_model_fields WHERE id IN %s",
            ((field.id, other.id),),
        )
        kept = {name: (label, text) for name, label, text in self.env.cr.fetchall()}
        self.assertEqual(kept["value"], ({"en_US": "New"}, {"en_US": "New"}))
        self.assertEqual(kept["key"], (texts, texts))
