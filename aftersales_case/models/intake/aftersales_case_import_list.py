from uuid import uuid4

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...const import EVENT_IMPORTED
from ...engine.import_list import ImportList, ImportRun
from ...engine.private import get_private
from .aftersales_case_import import LIST_KEY, RUN_KEY


class AftersalesCase(models.Model):
    """The rows of a list are judged together, before core makes cases of them.

    Mistakes are told by row and column, and nothing is written then. A row of the past
    whose case was imported before is left out: the same list may come again. What is
    rehearsed draws no number and tells nobody.
    """

    _inherit = "aftersales.case"

    @api.model
    def _convert_records(self, records, *, log=lambda message: None, savepoint):
        listed = get_private(self.env.context, LIST_KEY, ImportList)
        if not listed:
            return super()._convert_records(records, log=log, savepoint=savepoint)
        rows = self._judge_rows(listed.read_rows(records))
        rows = self._leave_out_known(rows, listed)
        self._tell_mistakes(rows, listed, log)

        def tell(message):
            log(message | {"record": rows[message["record"]].place})

        # Core converts what is left in the cells.
        stream = ((row.cells, row.span) for row in rows)
        converted = super()._convert_records(stream, log=tell, savepoint=savepoint)
        return self._take_judged(rows, converted)

    def _take_judged(self, rows, converted):
        """Yield what can be written, with what was found in the rows themselves."""
        for case_id, xmlid, vals, info in converted:
            row = rows[info["record"]]
            if not row.mistakes:
                yield case_id, xmlid, vals | row.vals, info | {"record": row.place}

    @api.model
    def _judge_rows(self, rows):
        """Hook: find what rows mean, and note in them what is wrong.

        Called once for each part of a list, with the user's own rights.

        :param rows: list of ``Row``
        :returns: the rows
        """
        self._find_listed_cases(rows)
        for row in rows:
            self._leave_out_empty(row)
        return rows

    @api.model
    def _find_listed_cases(self, rows):
        """Look up the cases that rows change, by either kind of id."""
        named = {}
        for row in rows:
            for kind in (".id", "id"):
                if value := row.cells.get(kind):
                    found = self._find_case_id(kind, value)
                    row.is_new = not (found or kind == ".id")
                    named[row] = found
        cases = self.search([("id", "in", list(filter(None, named.values())))])
        for row, case_id in named.items():
            if case_id in cases._ids:
                case = cases.browse(case_id)
                row.known |= {
                    name: case[name].id
                    for name in ("company_id", "type_id", "partner_id")
                }

    @api.model
    def _find_case_id(self, kind, value):
        if kind == "id":
            return self._find_external_id(str(value))
        return int(value) if str(value).isdecimal() else None

    @api.model
    def _leave_out_empty(self, row):
        """An empty cell says nothing of a new case: what follows by itself stays so."""
        asked = self.env.context.get("import_skip_records") or ()
        if row.is_new:
            for name in [name for name in row.cells if not row.cells[name]]:
                if name not in asked and name not in (".id", "id"):
                    del row.cells[name]
        text = row.cells.get("description")
        if isinstance(text, str) and "<" not in text:
            row.cells["description"] = plaintext2html(text)

    # === Twice imports once === #

    @api.model
    def _leave_out_known(self, rows, listed):
        """Return the rows without those whose cases were imported before."""
        if not listed.past:
            return rows
        numbers = {
            row: (self._get_row_company(row).id, str(row.cells["number"]).strip())
            for row in rows
            if row.cells.get("number")
        }
        taken = self._find_numbered(numbers.values())
        first, left = {}, []
        for row in rows:
            key = numbers.get(row)
            if taken.get(key):
                listed.skipped += 1
                continue
            left.append(row)
            if key in taken:
                self._note_taken(row, key[1])
            elif key and first.setdefault(key, row) is not row:
                self._note_double(row, key[1], listed.get_row_number(first[key]))
        return left

    @api.model
    def _find_numbered(self, keys):
        """Return ``{(company id, number): whether it was imported}`` of cases."""
        # sudo: numbers of cases that the user may not see are taken, too
        cases = self.sudo().search_fetch(
            Domain("company_id", "in", [company_id for company_id, _number in keys])
            & Domain("number", "in", [number for _company_id, number in keys]),
            ["company_id", "number"],
        )
        imported = (
            self.env["aftersales.case.event"]
            .sudo()  # sudo: as above
            .search([("case_id", "in", cases.ids), ("kind", "=", EVENT_IMPORTED)])
            .case_id
        )
        return {(case.company_id.id, case.number): case in imported for case in cases}

    def _note_taken(self, row, number):
        text = self.env._(
            "%s is the number of a case that was not imported. Leave it empty, and the"
            " case gets a new one.",
            number,
        )
        row.mistakes.append(("number", text, {}))

    def _note_double(self, row, number, other):
        text = self.env._(
            "%(number)s stands in row %(other)s already. Correct one of them.",
            number=number,
            other=other,
        )
        row.mistakes.append(("number", text, {}))

    @api.model
    def _get_row_company(self, row):
        """Return the company that the case of a row will have."""
        companies = self.env["res.company"]
        if company_id := row.get_id("company_id"):
            return companies.browse(company_id)
        # sudo: as in _prepare_case_vals
        types = self.env["aftersales.case.type"].sudo()
        case_type = types.browse(row.get_id("type_id"))
        company = case_type.company_id or case_type.team_id.company_id
        return company.with_env(self.env) or self.env.company

    # === What is told === #

    def _tell_mistakes(self, rows, listed, log):
        """Tell core what is wrong, by row and column."""
        for row in rows:
            for name, text, more in row.mistakes:
                label = self._get_field_label(name)
                message = self.env._(
                    "Row %(row)s, %(column)s: %(problem)s",
                    row=listed.get_row_number(row),
                    column=label,
                    problem=text,
                )
                log(
                    row.span
                    | {
                        "type": "error",
                        "record": row.place,
                        "field": name,
                        "field_path": [name],
                        "field_name": label,
                        "message": message,
                        # Of several mistakes in a column core shows this and no more.
                        "value": text,
                    }
                    | more
                )

    # === Rehearsal === #

    def _is_rehearsal(self):
        run = get_private(self.env.context, RUN_KEY, ImportRun)
        return bool(run and run.rehearsal)

    @api.model
    def _number_cases(self, vals_list):
        """Draw no number in a rehearsal: the database takes none back."""
        if self._is_rehearsal():
            for vals in vals_list:
                if vals.get("number", "/") == "/":
                    vals["number"] = f"?{uuid4().hex}"
        return super()._number_cases(vals_list)

    def _announce_change(self, change, created):
        if self._is_rehearsal():
            return None
        return super()._announce_change(change, created)
