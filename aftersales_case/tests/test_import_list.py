import io
from datetime import datetime

import openpyxl

from odoo.exceptions import AccessError
from odoo.tools import file_open

from .common import AftersalesCommon, feature

TITLES = (
    "Number",
    "Type",
    "Title",
    "Description",
    "Customer",
    "Contact",
    "Reported On",
    "Handled On",
    "Stage",
    "Responsible",
    "Files",
)
FIELDS = (
    "number",
    "type_id",
    "name",
    "description",
    "partner_id",
    "contact_id",
    "reported_at",
    "closed_at",
    "stage_id",
    "user_id",
    "file_ids",
)
# As the client sends them.
OPTIONS = {
    "has_headers": True,
    "advanced": True,
    "keep_matches": False,
    "limit": 2000,
    "skip": 0,
    "sheet": "",
    "sheets": [],
    "encoding": "",
    "separator": "",
    "quoting": '"',
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "import_skip_records": [],
    "import_set_empty_fields": [],
    "fallback_values": {},
    "name_create_enabled_fields": {},
    "tracking_disable": True,
}


class ListCommon(AftersalesCommon):
    """Lists in real files, as the page of the import brings them in."""

    def _row(self, number="OLD-1", **values):
        row = {
            "Number": number,
            "Type": "TCMP",
            "Title": "Machine leaks",
            "Customer": "Janssen Horeca",
            "Reported On": datetime(2019, 3, 4, 9),
            "Handled On": datetime(2019, 3, 11, 15),
            "Stage": "Solved",
        } | {name.replace("_", " "): value for name, value in values.items()}
        return [row.get(title) for title in TITLES]

    def _open_row(self, number="OLD-2", **values):
        values = {"Stage": "In Progress", "Handled_On": None} | values
        return self._row(number, **values)

    def _make_file(self, *rows, titles=TITLES):
        book = openpyxl.Workbook()
        for row in (titles, *rows):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def _start(self, *rows, user=None, titles=TITLES, content=None):
        """Upload a list and let its columns be matched; return what the client has."""
        content = content or self._make_file(*rows, titles=titles)
        importer = self._as(user or self.manager)["base_import.import"].create(
            {
                "res_model": "aftersales.case",
                "file": content,
                "file_name": "cases.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument"
                ".spreadsheetml.sheet",
            }
        )
        preview = importer.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        matches = preview["matches"] or {}
        paths = [
            "/".join(matches[place]) if place in matches else False
            for place in range(len(preview["headers"]))
        ]
        titles = [title.strip().lower() for title in preview["headers"]]
        return importer, paths, titles, preview["options"]

    def _import(self, *rows, test=False, **kwargs):
        """Import a list, as the buttons *Test* and *Import* do."""
        return self._run(self._start(*rows, **kwargs), test=test)

    def _run(self, started, test=False, **options):
        importer, paths, titles, found = started
        options = OPTIONS | found | options
        return importer.execute_import(paths, titles, dict(options), dryrun=test)

    def _get_cases(self, *numbers):
        Case = self.env["aftersales.case"]
        cases = Case.search([("company_id", "=", self.company.id)])
        return cases.filtered(lambda case: case.number in numbers)

    def _upload(self, name, user=None, **vals):
        return self._as(user or self.manager)["ir.attachment"].create(
            {"name": name, "raw": name.encode()} | vals
        )

    def _assert_told(self, result, row, column, text):
        """The list brings in nothing, and tells the mistake by row and column."""
        self.assertFalse(result["ids"])
        told = [message["message"] for message in result["messages"]]
        start = f"Row {row}, {column}: "
        self.assertTrue(
            [one for one in told if one.startswith(start) and text in one], told
        )
        [message] = [one for one in result["messages"] if one["message"] in told[:1]]
        self.assertIn("field_path", message)
        self.assertEqual(message["type"], "error")


class TestImportList(ListCommon):
    """An Excel list of reports becomes cases."""

    @feature("I2-76")
    def test_the_whole_way(self):
        """Columns are matched by their titles; each row is a case with its past."""
        photo, letter = self._upload("photo.jpg"), self._upload("letter.pdf")
        started = self._start(
            self._row(
                Description="Water\nunder it",
                Contact="Anna Janssen",
                Responsible="as_agent",
                Files="photo.jpg, letter.pdf",
            ),
            self._open_row(
                Reported_On="2019-05-06 08:30:00",
                Type="TSRV",
                Stage="Waiting for Customer",
            ),
        )
        self.assertEqual(tuple(started[1]), FIELDS)
        rehearsed = self._run(started, test=True)
        self.assertEqual(rehearsed["messages"], [])
        self.assertFalse(self._get_cases("OLD-1", "OLD-2"))
        result = self._run(started)
        self.assertEqual(result["messages"], [])
        self.assertEqual(result["nextrow"], 0)
        case, other = self.env["aftersales.case"].browse(result["ids"])
        self.assertEqual(case.number, "OLD-1")
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.user_id, self.agent)
        self.assertEqual(case.stage_id, self.stage_solved)
        self.assertEqual(case.reported_at, datetime(2019, 3, 4, 9))
        self.assertEqual(case.closed_at, datetime(2019, 3, 11, 15))
        self.assertEqual(str(case.description), "<p>Water<br>under it</p>")
        self.assertEqual((photo | letter).mapped("res_id"), [case.id] * 2)
        self.assertEqual(set((photo | letter).mapped("res_model")), {case._name})
        self.assertIn("imported", case.event_ids.mapped("kind"))
        self.assertEqual(other.type_id, self.type_service)
        self.assertEqual(other.reported_at, datetime(2019, 5, 6, 8, 30))
        self.assertEqual(other.stage_id, self.stage_wait_customer)
        self.assertFalse(other.closed_at)

    @feature("I2-76")
    def test_template(self):
        """The list that the page offers is matched, title by title, and passes."""
        [offered] = self.env["aftersales.case"].get_import_templates()
        with file_open(offered["template"].lstrip("/"), "rb") as template:
            content = template.read()
        # What its example rows name.
        customer = self.env["res.partner"].create(
            {"name": "Example Ltd", "is_company": True}
        )
        customer.child_ids = [(0, 0, {"name": "Ann Example"})]
        (self.type_complaint | self.type_service).write({"active": False})
        self._upload("photo.jpg")
        self._upload("letter.pdf")
        started = self._start(content=content)
        self.assertNotIn(False, started[1])
        self.assertGreaterEqual(set(started[1]), set(FIELDS))
        self.assertEqual(started[3]["sheet"], "Cases")
        result = self._run(started)
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._get_cases("OLD-0001").contact_id.name, "Ann Example")

    def test_columns_of_others(self):
        """Who is no manager is offered no column of the past."""
        for user, offered in (
            (self.manager, {"number", "assigned_at", "closed_at", "file_ids"}),
            (self.agent, {"file_ids"}),
        ):
            tree = self._as(user)["base_import.import"].get_fields_tree(
                "aftersales.case"
            )
            names = {column["name"] for column in tree}
            past = {"number", "assigned_at", "closed_at", "file_ids"}
            self.assertEqual(names & past, offered)

    @feature("I2-76")
    def test_agent_without_the_role(self):
        """An agent is told which column is not his; his list makes new cases."""
        titles = ("Title", "Type", "Customer", "Files")
        self._upload("photo.jpg", user=self.agent)
        row = ["Leaks", "TCMP", "Janssen Horeca", "photo.jpg"]
        importer, paths, names, options = self._start(
            row, user=self.agent, titles=titles
        )
        with self.assertRefused(AccessError, "^Number: only managers"):
            importer.execute_import(
                ["name", "number", False, False], names, dict(options)
            )
        result = self._run((importer, paths, names, options))
        self.assertEqual(result["messages"], [])
        case = self.env["aftersales.case"].browse(result["ids"])
        self.assertTrue(case.number.startswith("TCMP/"))
        self.assertEqual(case.partner_id, self.customer)
        self.assertTrue(self._count_files(case))

    def _count_files(self, cases):
        return self.env["ir.attachment"].search_count(
            [("res_model", "=", cases._name), ("res_id", "in", cases.ids)]
        )

    def test_empty_cells(self):
        """An empty cell leaves to a new case what it has by itself."""
        result = self._import(
            self._open_row(Customer=None, Contact="Anna Janssen", Stage=None)
        )
        self.assertEqual(result["messages"], [])
        case = self._get_cases("OLD-2")
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.stage_id, self.stage_new)
        self.assertEqual(case.urgency, "2")

    # === Mistakes === #

    @feature("I2-76")
    def test_customer_unknown_or_named_twice(self):
        """The row and the column are told, with what to do; nothing comes in."""
        self.env["res.partner"].create(
            [{"name": "Twin Bakery"}, {"name": "Twin Bakery"}]
        )
        result = self._import(
            self._row(),
            self._row("OLD-3", Customer="Nobody"),
            self._row("OLD-4", Customer="Twin Bakery"),
        )
        self._assert_told(result, 2, "Customer", "Correct the name, or make it first.")
        self._assert_told(result, 3, "Customer", "Write the reference")
        self.assertFalse(self._get_cases("OLD-1"))
        rows = [message["rows"]["from"] for message in result["messages"]]
        self.assertEqual(rows, [1, 2])
        self.assertEqual(result["messages"][0]["field_path"], ["partner_id"])

    def test_customer_by_reference(self):
        """One of two is meant by its reference; the company by an address they share."""
        twins = self.env["res.partner"].create([{"name": "Twin Bakery"}] * 2)
        twins[1].ref = "K-7"
        self.contact.email = self.customer.email
        result = self._import(
            self._row(Customer="K-7"),
            self._open_row(Customer=self.customer.email),
        )
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._get_cases("OLD-1").partner_id, twins[1])
        self.assertEqual(self._get_cases("OLD-2").partner_id, self.customer)

    def test_customer_is_made(self):
        """Core's choice to make what is unknown still holds."""
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")
        started = self._start(self._row(Customer="Newcomer"))
        result = self._run(started, name_create_enabled_fields={"partner_id": True})
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._get_cases("OLD-1").partner_id.name, "Newcomer")

    @feature("I2-76")
    def test_stage_of_the_type(self):
        """Of several stages with one name it is that of the row's type."""
        twin = self.stage_wait_customer.copy(
            {"name": "Waiting for Customer", "state": "waiting"}
        )
        link = self.type_service.link_ids.filtered(
            lambda link: link.stage_id == self.stage_wait_customer
        )
        link.stage_id = twin
        result = self._import(
            self._open_row(Stage="Waiting for Customer"),
            self._open_row("OLD-3", Stage="Waiting for Customer", Type="TSRV"),
        )
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._get_cases("OLD-2").stage_id, self.stage_wait_customer)
        self.assertEqual(self._get_cases("OLD-3").stage_id, twin)

    def test_stage_of_another_type(self):
        """A stage that the row's type does not have is told with those it has."""
        alien = self.stage_progress.copy({"name": "Launched"})
        self.assertTrue(alien)
        result = self._import(self._open_row(Stage="Launched"))
        self._assert_told(result, 1, "Stage", "Write one of these: New, ")

    def test_contact_of_another_customer(self):
        """A contact is one of the row's customer."""
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        twin = self.contact.copy({"name": "Anna Janssen", "parent_id": other.id})
        result = self._import(
            self._row(Contact="Anna Janssen"),
            self._open_row(Contact="Anna Janssen", Customer="Other"),
        )
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._get_cases("OLD-1").contact_id, self.contact)
        self.assertEqual(self._get_cases("OLD-2").contact_id, twin)
        twin.name = "Piet"
        result = self._import(self._row("OLD-5", Contact="Piet"))
        self._assert_told(result, 1, "Contact", "no contact of Janssen Horeca")

    def test_type_named_twice(self):
        """A type that several have the name of is called by its code."""
        self.type_service.name = self.type_complaint.name = "Trouble"
        result = self._import(self._row(Type="Trouble"))
        self._assert_told(result, 1, "Type", "Write the code")

    def test_date_that_is_none(self):
        """A date that nobody can read is told by its row."""
        result = self._import(self._row(), self._row("OLD-3", Reported_On="soon"))
        self.assertFalse(result.get("ids"))
        self.assertIn("soon", result["messages"][0]["message"])
        self.assertFalse(self._get_cases("OLD-1"))

    def test_rows_of_a_later_part(self):
        """Rows are counted through the whole list."""
        rows = [self._row(f"OLD-{n}") for n in range(3)]
        started = self._start(*rows, self._row("OLD-3", Customer="Nobody"))
        result = self._run(started, skip=2, limit=2)
        self._assert_told(result, 4, "Customer", "nothing is called Nobody")

    # === Twice imports once === #

    @feature("I2-76")
    def test_twice_imports_once(self):
        """The second time all rows are left out, and nothing changes."""
        self._upload("photo.jpg")
        rows = [self._row(Files="photo.jpg"), self._open_row()]
        self.assertEqual(self._import(*rows)["skipped"], 0)
        cases = self._get_cases("OLD-1", "OLD-2")
        cases[0].name = "Renamed since"
        self.customer.name = "Janssen renamed"
        self.env.flush_all()
        kept = [*FIELDS, "write_date", "message_ids", "assigned_at"]
        before = cases.read(kept)
        events, files = cases.event_ids, self._count_files(cases)
        for test in (True, False):
            result = self._import(*rows, test=test)
            self.assertEqual(result["messages"], [])
            self.assertEqual((result["ids"], result["skipped"]), ([], 2))
            self.assertEqual(result["nextrow"], 0)
        self.assertEqual(cases.read(kept), before)
        self.assertEqual(cases.event_ids, events)
        self.assertEqual(self._count_files(cases), files)
        self.assertEqual(self._get_cases("OLD-1", "OLD-2"), cases)

    @feature("I2-76")
    def test_longer_list(self):
        """A list that grew brings in the new rows only; mistakes keep their rows."""
        self._import(self._row())
        result = self._import(self._row(), self._row("OLD-3", Customer="Nobody"))
        self._assert_told(result, 2, "Customer", "nothing is called Nobody")
        result = self._import(self._row(), self._row("OLD-3"))
        self.assertEqual(result["skipped"], 1)
        self.assertEqual(result["ids"], self._get_cases("OLD-3").ids)

    def test_mistakes_of_core_keep_their_rows(self):
        """What core finds in a row behind one that is left out has its own row."""
        self._import(self._row())
        titles = (*TITLES, "Urgency")
        result = self._import(
            [*self._row(), None], [*self._row("OLD-3"), "terrible"], titles=titles
        )
        [message] = result["messages"]
        self.assertEqual(message["field"], "urgency")
        self.assertEqual((message["record"], message["rows"]["from"]), (1, 1))

    def test_parts(self):
        """A list in parts goes on behind rows that are left out."""
        rows = [self._row(f"OLD-{n}") for n in range(5)]
        self._import(*rows[:3])
        started = self._start(*rows)
        skip, made, skipped = 0, [], 0
        while True:
            result = self._run(started, limit=2, skip=skip)
            self.assertEqual(result["messages"], [])
            made += result["ids"]
            skipped += result["skipped"]
            skip = result["nextrow"]
            if not skip:
                break
        self.assertEqual(skipped, 3)
        self.assertEqual(made, self._get_cases("OLD-3", "OLD-4").sorted("id").ids)

    def test_number_of_a_case_of_ours(self):
        """The number of a case that was not imported is a mistake."""
        case = self._new_case()
        result = self._import(self._row(), self._row(case.number))
        self._assert_told(result, 2, "Number", "was not imported")
        self.assertEqual(case.name, "Machine leaks")

    def test_number_twice_in_the_list(self):
        """A number that stands in the list twice is told with the other row."""
        result = self._import(self._row(), self._row())
        self._assert_told(result, 2, "Number", "OLD-1 stands in row 1 already")

    def test_number_of_another_company(self):
        """A number is known within its company."""
        self._import(self._row())
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        imported = self.env["aftersales.case"].search([("number", "=", "OLD-1")])
        self.assertTrue(imported)
        rows = self._as(self.manager)["aftersales.case"]
        taken = rows._find_numbered(
            [(self.company.id, "OLD-1"), (other.id, "OLD-1"), (other.id, "X")]
        )
        self.assertEqual(taken, {(self.company.id, "OLD-1"): True})

    # === Rehearsal === #

    @feature("I2-76")
    def test_rehearsal_writes_nothing(self):
        """No case, number, mail, message or file is there after the test."""
        photo = self._upload("photo.jpg")
        drawn = self._new_case()
        self.env.flush_all()
        counted = (
            "aftersales.case",
            "aftersales.case.event",
            "mail.mail",
            "mail.message",
            "mail.notification",
            "mail.activity",
        )
        before = {name: self.env[name].search_count([]) for name in counted}
        waiting = len(self.env.cr.postcommit)
        rows = [
            self._row(None, Files="photo.jpg"),
            self._open_row("TCMP/2019/00077", Responsible="as_agent"),
        ]
        result = self._import(*rows, test=True)
        self.assertEqual(result["messages"], [])
        self.assertEqual(len(result["ids"]), 2)
        titles = ("Title", "Type", "Customer")
        result = self._import(
            ["Leaks", "TCMP", "Janssen Horeca"],
            user=self.agent,
            titles=titles,
            test=True,
        )
        self.assertEqual(result["messages"], [])
        self.env.invalidate_all()
        after = {name: self.env[name].search_count([]) for name in counted}
        self.assertEqual(after, before)
        self.assertEqual(len(self.env.cr.postcommit), waiting)
        self.assertFalse(photo.res_id)
        start, number = drawn.number.rsplit("/", 1)
        self.assertEqual(self._new_case().number, f"{start}/{int(number) + 1:05}")

    # === Files === #

    @feature("I2-76")
    def test_missing_file(self):
        """A file that was not uploaded is told by its row; nothing is written."""
        photo = self._upload("photo.jpg")
        result = self._import(
            self._row(Files="photo.jpg"), self._open_row(Files="a.pdf")
        )
        self._assert_told(result, 2, "Files", "a.pdf is none of the files")
        self.assertFalse(photo.res_id)
        self.assertFalse(self._get_cases("OLD-1"))

    def test_file_of_two_rows(self):
        """A file that two rows name is on both cases; the last upload counts."""
        first = self._upload("photo.jpg", raw=b"old")
        second = self._upload("photo.jpg", raw=b"new")
        result = self._import(
            self._row(Files="photo.jpg; photo.jpg"), self._open_row(Files="photo.jpg")
        )
        self.assertEqual(result["messages"], [])
        self.assertFalse(first.res_id)
        for case in self._get_cases("OLD-1", "OLD-2"):
            files = self.env["ir.attachment"].search(
                [("res_model", "=", case._name), ("res_id", "=", case.id)]
            )
            self.assertEqual(files.mapped("raw"), [second.raw])

    @feature("I2-76")
    def test_hostile_files(self):
        """A list is no right to what belongs to others, or to something."""
        held = self._new_case()
        files = self._upload("others.pdf", user=self.agent)
        files |= self._upload("held.pdf", res_model=held._name, res_id=held.id)
        files |= self._upload("draft.pdf", res_model="mail.compose.message")
        files |= self._upload("public.pdf", public=True)
        files |= self._upload(
            "link.pdf", type="url", url="https://a.example", raw=False
        )
        files = files.sudo()
        self.env.flush_all()
        places = files.mapped(lambda file: (file.res_model, file.res_id))
        for name in files.mapped("name"):
            with self.subTest(name=name):
                result = self._import(self._row(Files=name))
                self._assert_told(result, 1, "Files", name)
        for user in (self.manager, self.agent):
            Case = self._as(user)["aftersales.case"].with_context(
                aftersales_import_list={"files": files.ids},
                aftersales_import_run={"rehearsal": True},
            )
            result = Case.load(["name", "file_ids"], [["Leaks", str(files.ids[1])]])
            self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertEqual(
            files.mapped(lambda file: (file.res_model, file.res_id)), places
        )

    def test_files_of_a_reporter(self):
        """Who only reports puts no file on a case by a list that he may not change."""
        photo = self._upload("photo.jpg", user=self.reporter)
        Case = self._as(self.reporter)["aftersales.case"]
        result = Case.load(
            ["name", "type_id/.id", "file_ids"],
            [["Leaks", str(self.type_complaint.id), "photo.jpg"]],
        )
        case = self.env["aftersales.case"].browse(result["ids"] or [])
        self.assertEqual(bool(case), bool(photo.res_id))
        self.assertIn(photo.res_id, (0, False, *case.ids))
