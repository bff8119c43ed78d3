from odoo import api, fields, models

from odoo.addons.aftersales_case.const import SURFACE_INTAKE
from odoo.addons.aftersales_case.engine import conditions

from ...const import LONGEST_LINE, LONGEST_TEXT
from ...engine import answers, schema
from ...engine.texts import clean_text

# Whose answers would be records of a customer: strangers see none.
NOT_OF_STRANGERS = ("contact_id", "site_id")
# Who writes, and what answers a robot: no fields of cases.
REPORTER, EMAIL, DESCRIPTION = "reporter_name", "email", "description"
START, TRAP, TYPE = "start", "homepage", "type"
CONTROLS = (TYPE, REPORTER, START, TRAP)
# Say how to reach somebody, not what it is about.
SAYS_NOTHING = (EMAIL, "phone")


class AftersalesPortalService(models.AbstractModel):
    """Forms for strangers: websites and programs, of which nobody knows who writes.

    The same questions as customers are asked in the portal, but for records: goods are
    told in words, and people and addresses are not asked.
    """

    _inherit = "aftersales.portal.service"

    # === Questions === #

    @api.model
    def _prepare_stranger(self, channel, case_type):
        """Return the values that every case reported by a channel has."""
        return {
            "type_id": case_type.id,
            "company_id": channel.company_id.id,
            "reporter_id": False,
            "partner_id": False,
            "contact_id": False,
        }

    @api.model
    def _get_stranger_form(self, channel, case_type):
        """Return ``(unsaved case, [question])`` of a form for strangers.

        An address to answer to must always be told, and what it is about: where no rule
        wants an answer that says so, the description.
        """
        case = self._get_cases().new(self._prepare_stranger(channel, case_type))
        rules, possible = self._get_possible(case)
        states = self._sort_states(possible)
        asked = [
            self._get_stranger_question(case, key, state, rules[key])
            for key, state in states.items()
            if key not in NOT_OF_STRANGERS
        ]
        keys = {question["key"] for question in asked}
        if EMAIL not in keys:
            asked.append(self._get_added_question(EMAIL, answers.EMAIL))
        always = [question for question in asked if not question["asked_if"]]
        needed = {EMAIL}
        if not any(one["required"] for one in always if one["key"] not in SAYS_NOTHING):
            needed.add(DESCRIPTION)
            if DESCRIPTION not in keys:
                asked.insert(0, self._get_added_question(DESCRIPTION, answers.TEXT))
        for question in asked:
            if question["key"] in needed:
                question |= {"required": True, "hidden": False, "asked_if": []}
        return case, asked

    @api.model
    def _get_stranger_question(self, case, key, state, rule):
        labels = case.type_id._get_key_labels()
        is_goods = key == "product_ids"
        no_one = self.env["res.partner"]
        options = [] if is_goods else self._get_choices(no_one, case, key, state)[0]
        return {
            "key": key,
            "name": key.replace(".", "-"),
            "kind": answers.CHAR if is_goods else self._get_kind(case, key),
            "label": state.label or labels.get(key, key),
            "help": state.help or "",
            "required": rule.portal_required,
            "section": state.section or "",
            "options": options,
            "hidden": state.hidden,
            "asked_if": [
                schema.Condition(one.key, one.operator, conditions.parse(one.value))
                for one in rule.condition_ids
            ],
        }

    @api.model
    def _get_added_question(self, key, kind):
        """Return a question that no rule asks."""
        field = self._get_cases()._fields[key]
        return {
            "key": key,
            "name": key,
            "kind": kind,
            "label": field._description_string(self.env),
            "help": "",
            "required": True,
            "section": "",
            "options": [],
            "hidden": False,
            "asked_if": [],
        }

    # === As a schema === #

    @api.model
    def _get_schema(self, channel, case_type):
        """Return the JSON Schema of what a channel takes of a type."""
        case, asked = self._get_stranger_form(channel, case_type)
        return self._build_schema(channel, case, asked)

    @api.model
    def _build_schema(self, channel, case, asked):
        """Return the JSON Schema of a form.

        :param case: unsaved, as ``_get_stranger_form`` gives it
        """
        keys = {question["key"] for question in asked}
        rules = case.type_id.field_rule_ids._origin
        asked_for = rules.filtered(lambda rule: rule.key in keys).condition_ids
        built = schema.build(
            [self._get_schema_question(question) for question in asked],
            known=case._get_plain_values(asked_for.mapped("key")),
            one_of=[q["key"] for q in asked if q["key"] not in SAYS_NOTHING],
        )
        case_type = case.type_id
        head = {
            "$schema": built.pop("$schema"),
            "title": case_type._get_portal_word(),
        }
        if case_type.portal_sentence:
            head["description"] = case_type.portal_sentence
        built["properties"] |= self._get_controls(case_type)
        if len(channel.type_ids) > 1:
            built["required"] = [TYPE, *built.get("required", [])]
        return head | built

    @api.model
    def _get_schema_question(self, question):
        key, kind = question["key"], question["kind"]
        return schema.Question(
            key=key,
            kind=kind,
            label=question["label"],
            help=question["help"],
            section=question["section"],
            required=question["required"],
            options=tuple(question["options"]),
            conditions=tuple(question["asked_if"]),
            longest=LONGEST_TEXT if kind == answers.TEXT else LONGEST_LINE,
            is_compared=key != "product_ids",
            is_plain=key != DESCRIPTION,
        )

    @api.model
    def _get_controls(self, case_type):
        """Return the schemas of what a report says besides its answers."""
        line = {"type": "string", "maxLength": LONGEST_LINE}
        return {
            TYPE: {"const": case_type.code},
            REPORTER: line
            | {
                "title": self.env._("Your Name"),
                "pattern": schema.SAYS_SOMETHING,
            },
            START: line
            | {
                "description": "The header Aftersales-Start of the answer with this schema."
            },
            TRAP: line | {"description": "Hide this from people, and leave it empty."},
        }

    # === Judging === #

    @api.model
    def _judge_answers(self, case, asked, body):
        """Find out which questions came up, and what is wrong with the answers.

        :param body: answers that the schema of each field allows
        :returns: ``[(field, code)]``; the questions have their values then
        """
        given = {
            question["key"]: self._get_given(question["kind"], body[question["key"]])
            for question in asked
            if question["key"] in body
        }
        self._settle_stranger(case, asked, given)
        errors = []
        for question in asked:
            key = question["key"]
            if question["hidden"] and key in given:
                errors.append((key, "not_asked"))
            elif not question["hidden"] and question["required"] and key not in given:
                errors.append((key, "required"))
        if not errors and not given.keys() - {*SAYS_NOTHING}:
            said = [q["key"] for q in asked if q["key"] not in SAYS_NOTHING]
            errors.append((said[0], "required"))
        return errors

    @api.model
    def _get_given(self, kind, answer):
        # The schema allows signs beside the text that no database keeps.
        answer = clean_text(answer) if isinstance(answer, str) else answer
        value = schema.read_value(kind, answer)
        # A moment names its zone: it is kept as UTC, whose zone nobody adds.
        return fields.Datetime.to_string(value) if kind == answers.MOMENT else value

    @api.model
    def _settle_stranger(self, case, asked, given):
        """Find out which questions come up, as ``_settle`` does for customers."""
        for _round in range(len(asked) + 1):
            for question in asked:
                value = given.get(question["key"])
                question["value"] = None if question["hidden"] else value
            case.update(self._prepare_answers(case, asked))
            states = case._get_field_states(SURFACE_INTAKE)[case]
            was = [question["hidden"] for question in asked]
            for question in asked:
                if question["asked_if"]:
                    question["hidden"] = states[question["key"]].hidden
            if was == [question["hidden"] for question in asked]:
                break

    @api.model
    def _prepare_answers(self, case, asked):
        """Return values for a case of the answers of a stranger; goods are words."""
        return self._prepare_vals(
            case,
            {
                question["key"]: question["value"]
                for question in asked
                if question["key"] != "product_ids"
            },
        )
