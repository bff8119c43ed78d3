from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ...const import STATE_DONE, STATE_REJECTED

# Columns in which a record is called by its name, in the order in which they are looked
# up: what fits a row depends on those before. Beside the names by which core looks for a
# record, these fields call it as well.
NAMED_COLUMNS = {
    "company_id": (),
    "type_id": ("code",),
    "stage_id": (),
    "partner_id": (),
    "contact_id": ("name",),
    "reporter_id": (),
    "site_id": ("name",),
    "user_id": ("login",),
    "team_id": (),
    "category_id": ("name",),
    "cause_id": (),
    "resolution_id": (),
    "rejection_reason_id": (),
}
OUTCOMES = {"resolution_id": STATE_DONE, "rejection_reason_id": STATE_REJECTED}
# Ways out that the user has chosen on the page of the import.
CHOICES = (
    "name_create_enabled_fields",
    "import_set_empty_fields",
    "import_skip_records",
)
MOST_NAMES = 12


class AftersalesCase(models.Model):
    """Rows call records by their names, which may belong to several.

    What a name means is judged by the rest of the row: a stage is one of the row's type,
    a contact one of the row's customer. Core takes the first of several.
    """

    _inherit = "aftersales.case"

    @api.model
    def _judge_rows(self, rows):
        rows = super()._judge_rows(rows)
        for name, fields in NAMED_COLUMNS.items():
            self._find_referenced(name, rows)
            self._find_named(name, fields, rows)
            if name == "type_id":
                self._suppose_type(rows)
        return rows

    @api.model
    def _suppose_type(self, rows):
        """Let rows that name no type have the one that new cases have by themselves."""
        usual = None
        for row in rows:
            if row.is_new and "type_id" not in row.cells and not row.get_id("type_id"):
                if usual is None:
                    usual = self.default_get(["type_id"]).get("type_id") or False
                row.known["type_id"] = usual

    @api.model
    def _find_referenced(self, name, rows):
        """Look at what rows call by an id, which core resolves."""
        comodel = self.env[self._fields[name].comodel_name]
        found = {}
        for row in rows:
            for kind, value in row.get_references(name):
                if kind == ".id" and str(value).isdecimal():
                    found[row] = int(value)
                elif kind == "id":
                    found[row] = self._find_external_id(str(value))
        seen = comodel.search([("id", "in", list(filter(None, found.values())))])
        for row, record_id in found.items():
            if record_id in seen._ids:
                row.known[name] = record_id

    @api.model
    def _find_named(self, name, fields, rows):
        """Find what rows call by its name in one column, with one query."""
        called = {row: row.get_name(name) for row in rows}
        called = {row: text for row, text in called.items() if text}
        if not called:
            return
        by_name = self._search_named(name, fields, set(called.values()))
        for row, text in called.items():
            found = by_name[text]
            if not found and self._has_chosen(name):
                continue
            del row.cells[name]
            fit = self._choose_named(name, found, row)
            if len(fit) == 1:
                row.vals[name] = fit.id
            else:
                row.mistakes.append(
                    self._prepare_mistake_of_name(name, text, found, fit, row)
                )

    @api.model
    def _search_named(self, name, fields, texts):
        """Return ``{text: records that are called so}``."""
        comodel = self.env[self._fields[name].comodel_name]
        usual = comodel._rec_names_search or [comodel._rec_name]
        fields = list(dict.fromkeys([*usual, *fields]))
        found = comodel.search(
            Domain.OR(Domain(field, "in", list(texts)) for field in fields)
        )
        by_name = defaultdict(lambda: comodel)
        for record in found:
            for text in {record[field] for field in fields}:
                if text:
                    by_name[text] |= record
        return by_name

    def _has_chosen(self, name):
        """Say whether the user has chosen what becomes of names that are unknown."""
        return any(name in (self.env.context.get(key) or ()) for key in CHOICES)

    @api.model
    def _choose_named(self, name, found, row):
        """Return those of the records with a name that a row can mean."""
        fit = found.filtered(lambda record: self._fits_row(name, record, row))
        if len(fit) > 1 and name == "partner_id":
            # A company and its people may share an address.
            return fit.filtered(lambda partner: not partner.parent_id) or fit
        return fit

    @api.model
    def _fits_row(self, name, record, row):
        """Hook: say whether a record can be what a row means in a column.

        Called for each record that has the name, with the user's own rights.

        :param name: the many2one of the case
        :param record: one record that is called so
        :param row: ``Row``; what columns before have found is in it
        """
        if name == "company_id":
            return True
        if name == "user_id":
            return not record.share
        return (
            self._fits_row_company(name, record, row)
            and self._fits_row_type(name, record, row)
            and self._fits_row_outcome(name, record)
            and self._fits_row_customer(name, record, row)
        )

    def _fits_row_company(self, name, record, row):
        if "company_id" not in record._fields or not record.company_id:
            return True
        if name == "type_id":
            # Where no company is named it follows from the type.
            return row.get_id("company_id") in (None, record.company_id.id)
        return record.company_id == self._get_row_company(row)

    def _fits_row_type(self, name, record, row):
        if name == "type_id" or "type_ids" not in record._fields:
            return True
        # sudo: which stages a type has is no secret to who makes a case of it
        types = record.sudo().type_ids
        return row.get_id("type_id") in types._ids or (name != "stage_id" and not types)

    def _fits_row_outcome(self, name, record):
        return name not in OUTCOMES or record.outcome == OUTCOMES[name]

    def _fits_row_customer(self, name, record, row):
        customer = self.env["res.partner"].browse(row.get_id("partner_id"))
        if name != "contact_id" or not customer:
            return True
        return record.commercial_partner_id == customer.commercial_partner_id

    # === What is told === #

    def _prepare_mistake_of_name(self, name, text, found, fit, row):
        """Return the mistake of a name that means no record, or several."""
        if not found:
            problem = self.env._(
                "nothing is called %s. Correct the name, or make it first.", text
            )
            return name, problem, {"value": text, "moreinfo": self._show_choice(name)}
        if fit:
            return name, self._tell_several(name, text, len(fit)), {}
        return name, self._tell_unfit(name, text, row), {}

    def _tell_several(self, name, text, count):
        values = {"count": count, "name": text}
        if self._fields[name].comodel_name == "res.partner":
            return self.env._(
                "%(count)s contacts are called %(name)s. Write the reference or the"
                " e-mail address of one of them instead.",
                **values,
            )
        if name == "type_id":
            return self.env._(
                "%(count)s types are called %(name)s. Write the code of one of them"
                " instead.",
                **values,
            )
        return self.env._(
            "%(count)s entries are called %(name)s. Rename all but one of them.",
            **values,
        )

    def _tell_unfit(self, name, text, row):
        # sudo: as in _fits_row_type
        case_type = self.env["aftersales.case.type"].sudo()
        case_type = case_type.browse(row.get_id("type_id"))
        if name == "stage_id":
            stages = case_type.link_ids.sorted().stage_id.mapped("name")
            return self.env._(
                "%(name)s is no stage of type %(type)s. Write one of these: %(stages)s.",
                name=text,
                type=case_type.name or "?",
                stages=", ".join(stages[:MOST_NAMES]),
            )
        if name == "contact_id":
            customer = self.env["res.partner"].browse(row.get_id("partner_id"))
            return self.env._(
                "%(name)s is no contact of %(customer)s. Correct one of them.",
                name=text,
                customer=customer.display_name,
            )
        return self.env._(
            "%s is there, but for other companies or types, or for another use. Write"
            " one that the case can have.",
            text,
        )

    def _show_choice(self, name):
        """Return the action by which core shows what could be meant."""
        return {
            "name": self.env._("Possible Values"),
            "type": "ir.actions.act_window",
            "target": "new",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "context": {"create": False},
            "res_model": self._fields[name].comodel_name,
        }
