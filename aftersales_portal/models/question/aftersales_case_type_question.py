from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.aftersales_case.const import MOST_DAYS
from odoo.addons.aftersales_case.engine import package
from odoo.addons.aftersales_case.engine.package import PackagePart
from odoo.addons.aftersales_case.engine.package_forms import (
    choice,
    integer,
    maybe,
    record,
    rows,
    text,
    texts,
)

from ...engine import answers
from .aftersales_question import ASKED_KINDS, MOST_REMINDERS

# Kinds of fields that one answer fills.
FILLED_KINDS = (
    answers.CHAR,
    answers.CHOICE,
    answers.DATE,
    answers.EMAIL,
    answers.NUMBER,
    answers.PHONE,
    answers.TEXT,
    answers.WHOLE,
    answers.YES_NO,
)
QUESTION_TEXTS = ("name", "explanation", "short_text")
SETTINGS = ("valid_days", "remind_days", "reminders")
MOST_STAGES = 999


class AftersalesCaseType(models.Model):
    """The questions of a type, as part of its package. Teams stay at home."""

    _inherit = "aftersales.case.type"

    question_ids = fields.One2many(
        "aftersales.question", "type_id", "Questions to Customers", copy=True
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        # A case may be of another type by now; what its customer was asked stays.
        self.with_context(active_test=False).question_ids._unlink_except_asked()

    def _get_filled(self):
        """Return ``{key: (kind, [(option, label)])}`` of what an answer may fill."""
        self.ensure_one()
        service = self.env["aftersales.portal.service"]
        case = self.env["aftersales.case"].new({"type_id": self.id})
        own = self._get_own_definitions()
        found = {}
        for key in self._get_rule_keys():
            kind = service._get_kind(case, key)
            if kind not in FILLED_KINDS or not service._is_public(case, key):
                continue
            if key in own:
                options = own[key].get("selection") or []
            elif case._fields[key].type == "selection":
                options = case._fields[key]._description_selection(self.env)
            else:
                options = []
            found[key] = kind, [(str(option), label) for option, label in options]
        return found

    # === Package === #

    @api.model
    def _get_package_parts(self):
        stage = maybe(integer(0, MOST_STAGES))
        answer = record({"name": texts(), "value": maybe(text()), "stage": stage})
        form = rows(
            record(
                {
                    "kind": choice([key for key, _label in ASKED_KINDS]),
                    "key": maybe(text(pattern=package.KEY)),
                    "stage": stage,
                    "files": maybe(texts()),
                    "valid_days": integer(1, MOST_DAYS),
                    "remind_days": integer(0, MOST_DAYS),
                    "reminders": integer(0, MOST_REMINDERS),
                    "asked_by": rows(integer(0, MOST_STAGES)),
                    "answers": rows(answer),
                    "name": texts(empty=False),
                    "explanation": maybe(texts()),
                    "short_text": maybe(texts()),
                }
            )
        )
        part = PackagePart("Questions", form, "_export_questions", "_take_questions")
        return super()._get_package_parts() | {"aftersales_portal_questions": part}

    def _export_questions(self, point):
        """Return the questions of this type; None where it has none."""
        self.ensure_one()
        found = [
            question._export_package(point) for question in self.question_ids.sorted()
        ]
        return found or None

    def _take_questions(self, content, found):
        """Take over questions; one of the same wording is written anew.

        What the file says no more is archived: cases may have been asked it.

        :param content: as ``_export_questions`` returns it
        :param found: ``{kind of row: [record]}``
        """
        self.ensure_one()
        stages = dict(enumerate(found["stage"]))
        mine = self.with_context(lang=None, active_test=False).question_ids
        known = {question.name: question for question in mine}
        keys, taken = self._get_filled(), mine.browse()
        kinds = self._find_question_files(content)
        for place, row in enumerate(content, 1):
            question = known.get(row["name"]["en_US"], mine.browse())
            vals = {
                "type_id": self.id,
                "sequence": 10 * place,
                "active": True,
                "name": row["name"]["en_US"],
                "kind": row["kind"],
                "key": row["key"] if row["key"] in keys else False,
                "stage_id": _get_id(stages, row["stage"]),
                "attachment_kind_id": row["files"]
                and kinds.get(row["files"]["en_US"], False),
                "answer_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "sequence": 10 * number,
                                "name": answer["name"]["en_US"],
                                "value": answer["value"],
                                "stage_id": _get_id(stages, answer["stage"]),
                            }
                        )
                        for number, answer in enumerate(row["answers"], 1)
                    ),
                ],
                **{name: row[name] for name in SETTINGS},
            }
            if question:
                question.write(vals)
            else:
                question = mine.create(vals)
            self._write_texts(question, {name: row[name] for name in QUESTION_TEXTS})
            for answer, one in zip(
                question.answer_ids.sorted(), row["answers"], strict=True
            ):
                self._write_texts(answer, {"name": one["name"]})
            taken |= question
            asking = {_get_id(stages, number) for number in row["asked_by"]}
            for link in self.link_ids:
                if link.stage_id.id in asking:
                    link.question_id = question
        (mine - taken).active = False

    def _find_question_files(self, content):
        """Return ``{name in English: id}`` of the kinds of files that questions name."""
        names = [row["files"]["en_US"] for row in content if row["files"]]
        kinds = self.env["aftersales.attachment.kind"].with_context(lang="en_US")
        # The first of a name counts.
        found = kinds.search([("name", "in", names)])[::-1]
        return {kind.name: kind.id for kind in found}


class AftersalesQuestion(models.Model):
    _inherit = "aftersales.question"

    def _export_package(self, point):
        """Return one question of a package; the names stand in the form."""
        self.ensure_one()
        export = self.type_id._export_texts
        asked_by = self.type_id.link_ids.filtered(lambda link: link.question_id == self)
        kind = self.attachment_kind_id
        return {
            "kind": self.kind,
            "key": self.key or None,
            "stage": point["stage"].get(self.stage_id.id),
            "files": export(kind, "name") if kind else None,
            "asked_by": [point["stage"][stage.id] for stage in asked_by.stage_id],
            "answers": [
                {
                    "name": export(answer, "name"),
                    "value": answer.value or None,
                    "stage": point["stage"].get(answer.stage_id.id),
                }
                for answer in self.answer_ids.sorted()
            ],
            **{name: self[name] for name in SETTINGS},
            **{name: export(self, name) for name in QUESTION_TEXTS},
        }


def _get_id(stages, number):
    return stages[number].id if number in stages else False
