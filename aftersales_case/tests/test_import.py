from datetime import datetime

from odoo.exceptions import AccessError, UserError

from .common import AftersalesCommon

PAST = ("name", "type_id/.id", "number", "reported_at", "closed_at", "stage_id/.id")


class TestImport(AftersalesCommon):
    """Cases of another system come in with their past, by Odoo's own import."""

    def _load(self, user, columns, *rows):
        Case = self._as(user)["aftersales.case"]
        return Case.load(list(columns), [list(map(str, row)) for row in rows])

    def _row(self, number="OLD-17", **values):
        row = {
            "name": "Leaked in 2019",
            "type_id/.id": self.type_complaint.id,
            "number": number,
            "reported_at": "2019-03-04 09:00:00",
            "closed_at": "2019-03-11 15:00:00",
            "stage_id/.id": self.stage_solved.id,
        } | values
        return row.values()

    def _load_past(self, *rows, user=None):
        result = self._load(user or self.manager, PAST, *rows)
        self.assertEqual(result["messages"], [])
        return self.env["aftersales.case"].browse(result["ids"])

    def _assert_told(self, text, *rows):
        """The import brings in nothing, and says why."""
        before = self.env["aftersales.case"].search_count([])
        result = self._load(self.manager, PAST, *rows)
        self.assertFalse(result["ids"])
        self.assertIn(text, str(result["messages"]))
        self.assertEqual(self.env["aftersales.case"].search_count([]), before)

    def test_manager_imports_the_past(self):
        """Number, dates and stage are those of the file; no gate asks for more."""
        case = self._load_past(self._row())
        self.assertEqual(case.number, "OLD-17")
        self.assertEqual(case.stage_id, self.stage_solved)
        self.assertEqual(case.state, "done")
        self.assertEqual(case.reported_at, datetime(2019, 3, 4, 9))
        self.assertEqual(case.closed_at, datetime(2019, 3, 11, 15))
        self.assertEqual(round(case.lead_time, 2), 7.25)
        self.assertTrue(case.user_id)

    def test_it_is_logged(self):
        """The history says that it was imported, and by whom; the chatter too."""
        case = self._load_past(self._row())
        event = case.event_ids.filtered(lambda event: event.kind == "imported")
        self.assertEqual(event.actor_id, self.manager)
        self.assertGreater(event.at, datetime(2020, 1, 1))
        self.assertIn("Imported", case.history_html)
        self.assertIn("Imported with", "".join(case.message_ids.mapped("body")))
        created = case.event_ids.filtered(lambda event: event.kind == "created")
        self.assertEqual(created.at, case.reported_at)
        custody = case._get_custody("stage")[case]
        self.assertEqual(
            custody[self.stage_solved.id][0], (7 * 24 + 6) * 3600, "reported to closed"
        )

    def test_nobody_is_told(self):
        """What is over neither rings a bell nor starts a plan."""
        before = self.env["mail.notification"].search_count([])
        case = self._load_past(
            self._row(closed_at="", **{"stage_id/.id": self.stage_progress.id})
        )
        self.assertFalse(case.closed_at)
        self.assertFalse(case.activity_ids)
        self.assertEqual(self.env["mail.notification"].search_count([]), before)

    def test_date_of_assignment(self):
        """Who had it, and since when, is kept."""
        columns = (*PAST, "user_id/.id", "assigned_at")
        row = [*self._row(), self.agent.id, "2019-03-05 08:00:00"]
        result = self._load(self.manager, columns, row)
        case = self.env["aftersales.case"].browse(result["ids"])
        self.assertEqual(case.user_id, self.agent)
        self.assertEqual(case.assigned_at, datetime(2019, 3, 5, 8))

    def test_numbering_goes_on(self):
        """No number is drawn, and none that was imported is given out again."""
        drawn = self._new_case()
        year, last = drawn.number.split("/")[1:]
        ahead = f"TCMP/{year}/{int(last) + 1:05}"
        self._load_past(self._row(), self._row(ahead))
        self.assertEqual(self._new_case().number, f"TCMP/{year}/{int(last) + 2:05}")

    def test_number_is_taken(self):
        """A number that a case has, or that stands in the file twice, is refused."""
        case = self._new_case()
        self._assert_told(case.number, self._row(case.number))
        self._assert_told("OLD-17", self._row(), self._row())

    def test_contradictions(self):
        """Dates that cannot have been are named with their remedy."""
        for text, values in (
            ("Handled On is empty", {"closed_at": ""}),
            ("is no end", {"stage_id/.id": self.stage_progress.id}),
            ("before Reported On", {"closed_at": "2018-01-01 08:00:00"}),
            ("in the future", {"reported_at": "2199-01-01 08:00:00"}),
        ):
            with self.subTest(text=text):
                self._assert_told(text, self._row(**values))

    def test_others_are_refused(self):
        """Who is no manager is told which column is not his."""
        row = dict(zip(PAST, self._row(), strict=True)) | {
            "assigned_at": "2019-03-05 08:00:00"
        }
        for user, refused in (
            (self.reporter, ("number", "reported_at", "assigned_at", "closed_at")),
            (self.agent, ("number", "reported_at", "assigned_at", "closed_at")),
            (self.leader, ("number", "assigned_at", "closed_at")),
        ):
            for name in refused:
                columns = ("name", "type_id/.id", name)
                label = self.env["aftersales.case"]._fields[name].string
                with self.subTest(user=user.login, column=name):
                    with self.assertRefused(AccessError, f"^{label}: only managers"):
                        self._load(user, columns, [row[key] for key in columns])

    def test_agent_imports_new_ones(self):
        """A plain import by an agent makes plain cases, announced and numbered."""
        result = self._load(
            self.agent, ("name", "type_id/.id"), ["New", self.type_complaint.id]
        )
        case = self.env["aftersales.case"].browse(result["ids"])
        self.assertTrue(case.number.startswith("TCMP/"))
        self.assertNotIn("imported", case.event_ids.mapped("kind"))

    def test_past_of_known_cases(self):
        """The past of a case that is here already is not rewritten by an import."""
        case = self._new_case(user_id=self.agent.id)
        with self.assertRefused(UserError, "Number: this is imported for new cases"):
            self._load(self.manager, (".id", "number"), [case.id, "OLD-1"])
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "known",
                "model": case._name,
                "res_id": case.id,
            }
        )
        with self.assertRefused(UserError, "Handled On"):
            self._load(
                self.manager, ("id", "closed_at"), ["known", "2019-03-11 15:00:00"]
            )
        # A move is one, and judged by its gate.
        result = self._load(
            self.manager, (".id", "stage_id/.id"), [case.id, self.stage_solved.id]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(case.stage_id, self.stage_new)
        self.assertNotIn("imported", case.event_ids.mapped("kind"))

    def test_key_of_a_caller(self):
        """The door is no word that a caller can say."""
        Case = self._as(self.agent)["aftersales.case"]
        case = Case.with_context(aftersales_import=True).create(
            {"name": "x", "type_id": self.type_complaint.id}
        )
        self.assertFalse(case._is_import())
        self.assertNotIn("imported", case.sudo().event_ids.mapped("kind"))
