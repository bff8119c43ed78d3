import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine.import_list import ImportList, ImportRun
from ...engine.private import get_private

# Told by identity: it cannot come in over RPC.
IMPORT = object()
IMPORT_KEY = "aftersales_import"
# The part of a list that is being imported, and the run it belongs to.
LIST_KEY = "aftersales_import_list"
RUN_KEY = "aftersales_import_run"
# What the past of a case is, which the system sets for every other one. Its stage comes
# with it; a stage alone is that of a new case, and judged by its gate.
PAST_FIELDS = ("number", "reported_at", "assigned_at", "closed_at")


class AftersalesCase(models.Model):
    """Old cases come from another system, with their numbers, dates and stages.

    A manager brings them in by Odoo's own import; it is logged on each of them. No gate
    judges them, nobody is told, and no plan is started: what they tell is over.
    """

    _inherit = "aftersales.case"

    @api.model
    def load(self, fields, data):
        """Make cases of a list; let managers import the past of new ones.

        What ``aftersales_case_import_list.py`` and ``aftersales_case_import_files.py``
        say of rows applies.

        :param fields: columns, as paths of fields; ``file_ids`` has names of files
        :param data: rows of text
        :returns: as in core, and under ``skipped`` how many rows were left out because
            their cases were imported before; ``ids`` has none of these
        :raises AccessError: naming the column that is not the user's to set
        :raises UserError: naming the column that changes the past of a case, or is none
        """
        self._ensure_known(filter(None, map(_get_column_field, fields)))
        if self.env.su:
            return super().load(fields, data)
        past = self._opens_the_past(fields, data)
        run = get_private(self.env.context, RUN_KEY, ImportRun)
        listed = ImportList(past, run)
        context = {LIST_KEY: listed} | ({IMPORT_KEY: IMPORT} if past else {})
        importing = self.with_context(**context)
        result = super(AftersalesCase, importing).load(*listed.take_files(fields, data))
        limit = self.env.context.get("_import_limit")
        return result | {
            "nextrow": listed.get_next_row(limit),
            "skipped": listed.skipped,
        }

    @api.model
    def _opens_the_past(self, columns, data):
        """Say whether an import brings in old cases, and whether the user may."""
        past = [name for name in map(_get_column_field, columns) if name in PAST_FIELDS]
        user = self.env.user
        if not user.has_group("aftersales_case.group_aftersales_manager"):
            if user.has_group("aftersales_case.group_aftersales_leader"):
                past = [name for name in past if name != "reported_at"]
            self._refuse_past(past, AccessError)
            return False
        if past and self._has_known_rows(columns, data):
            # When the customer told us is a leader's to correct.
            past = [name for name in past if name != "reported_at"]
            self._refuse_past(past, UserError)
            return False
        return bool(past)

    @api.model
    def _refuse_past(self, names, exception):
        """Raise for the first of these columns, if there is one."""
        if not names:
            return
        label = self._fields[names[0]]._description_string(self.env)
        if exception is AccessError:
            text = self.env._(
                "%(column)s: only managers of After-sales import this. Leave out the"
                " column: it is set by itself.",
                column=label,
            )
        else:
            text = self.env._(
                "%(column)s: this is imported for new cases only. Leave out the column,"
                " or the rows of cases that are here already.",
                column=label,
            )
        raise exception(text)

    @api.model
    def _has_known_rows(self, columns, data):
        """Say whether a row names a case that is here already, by either kind of id."""
        for place, column in enumerate(columns):
            values = [row[place] for row in data if row[place]]
            if column == ".id" and values:
                return True
            if column == "id" and any(map(self._find_external_id, values)):
                return True
        return False

    @api.model
    def _find_external_id(self, xmlid):
        full = xmlid if "." in xmlid else f"__import__.{xmlid}"
        return self.env["ir.model.data"]._xmlid_to_res_id(full)

    @api.model
    def _get_list_columns(self):
        """Return what the user may import beside the fields that everybody sets.

        :returns: list of columns in the form of core's import, which leaves out fields
            that are read-only
        """
        if not self.env.user.has_group("aftersales_case.group_aftersales_manager"):
            return []
        return [
            {
                "id": name,
                "name": name,
                "string": self._get_field_label(name),
                "required": False,
                "fields": [],
                "type": self._fields[name].type,
                "model_name": self._name,
            }
            for name in PAST_FIELDS
            if self._fields[name].readonly
        ]

    @api.model
    def get_import_templates(self):
        """Offer a list to fill in, whose columns are found by their titles."""
        return [
            {
                "label": self.env._("Import Template for Cases"),
                "template": "/aftersales_case/static/xls/cases.xlsx",
            }
        ]

    # === What is different for a case of the past === #

    def _is_import(self):
        return self.env.context.get(IMPORT_KEY) is IMPORT

    def _fill_responsible(self, vals_list):
        past = [(vals, vals.get("assigned_at")) for vals in vals_list]
        result = super()._fill_responsible(vals_list)
        if self._is_import():
            for vals, assigned_at in past:
                vals["assigned_at"] = assigned_at or vals["assigned_at"]
        return result

    def _settle_import(self):
        """Take over cases of the past: they are judged by their dates, not by gates."""
        self._check_past()
        self.type_id._skip_numbers(self.mapped("number"))
        note = self.env._("Imported with the number, dates and stage it had before.")
        self._message_log_batch(dict.fromkeys(self.ids, note))

    def _check_past(self):
        """Refuse what cannot have been.

        :raises ValidationError: naming the case, the field and the remedy
        """
        for case in self:
            problem = case._find_problem_of_past()
            if problem:
                raise ValidationError(
                    self.env._(
                        "Case %(number)s: %(problem)s",
                        number=case.number,
                        problem=problem,
                    )
                )

    def _find_problem_of_past(self):
        """Return a sentence about dates that contradict each other or the stage."""
        self.ensure_one()
        if self.reported_at > fields.Datetime.now():
            return self.env._("Reported On lies in the future. Correct the date.")
        if self._is_closed() and not self.closed_at:
            return self.env._(
                "Handled On is empty, but stage %s is an end. Fill in the date.",
                self.stage_id.name,
            )
        if self.closed_at and not self._is_closed():
            return self.env._(
                "Handled On is filled in, but stage %s is no end. Import the stage in"
                " which the case ended.",
                self.stage_id.name,
            )
        if self.closed_at and self.closed_at < self.reported_at:
            return self.env._(
                "Handled On lies before Reported On. Correct one of them."
            )
        return None


def _get_column_field(column):
    """Return the field that a column is about, as a path of fields says it."""
    return re.split("[/.:]", column)[0]
