"""The JSON Schema (2020-12) of a form, built of its questions. Pure Python.

What the schema allows, the judge of field rules accepts, and nothing else:

* An unanswered question is an absent key: blank text is no answer, and allowed nowhere.
* A question with conditions is required, or allowed at all, only where they hold; they
  compare as ``engine/conditions.py`` of the core does, records by id.
* A condition on what the form does not ask is a constant.

One exception: a condition that compares a date with time with a text never holds here.

Validators report an answer to a question that does not come up without naming it. So
``find_errors`` looks at each answer for itself, by ``get_fields``, and the judge then says
which questions were asked.
"""

import re
from contextlib import suppress
from datetime import date, datetime, timezone
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from jsonschema import Draft202012Validator, FormatChecker

from odoo.addons.aftersales_case.engine import conditions

from . import answers
from .answers import LARGEST

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Of what is no text: spaces of all kinds and signs that control something.
NO_TEXT = (
    "\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f"
    "\\u3000\\ufeff"
)
SAYS_SOMETHING = f"[^{NO_TEXT}]"
# No format "email" beside it: what that means, validators do not agree on.
LABEL = r"[A-Za-z0-9\u00c0-\u1fff\u3040-\ud7ff-]+"
ADDRESS = rf'^[^{NO_TEXT}@,;:<>()"\[\]\\]+@{LABEL}(\.{LABEL})+$'
NUMBER_OF_PHONE = r"^[+(]?[0-9][0-9 ()./-]{3,28}[0-9]$"
DAY = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
MOMENT = (
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(Z|[+-][0-9]{2}:[0-9]{2})$"
)
# What is wrong with an answer, by the keyword that says so.
CODES = {
    "additionalProperties": "unknown_field",
    "const": "choice",
    "enum": "choice",
    "format": "format",
    "maxItems": "length",
    "maxLength": "length",
    "maximum": "number",
    "minItems": "length",
    "minimum": "number",
    "oneOf": "choice",
    "pattern": "format",
    "type": "type",
    "uniqueItems": "choice",
}


class Condition(NamedTuple):
    """One comparison of a rule; ``wanted`` as ``conditions.parse`` gives it."""

    key: str
    operator: str
    wanted: list


class Question(NamedTuple):
    """One question of a form.

    :param kind: one of ``engine/answers.py``
    :param options: ``(key, label)`` that may be chosen
    :param longest: most characters of a text
    :param is_compared: whether conditions see what was answered
    :param is_plain: whether they compare it as text: no HTML
    """

    key: str
    kind: str
    label: str = ""
    help: str = ""
    section: str = ""
    required: bool = False
    options: tuple = ()
    conditions: tuple = ()
    longest: int = 250
    is_compared: bool = True
    is_plain: bool = True


def build(questions, known=None, one_of=()):
    """Return the schema of a form.

    :param questions: list of ``Question``, in their order
    :param known: ``{key: plain value}`` of what conditions ask and the form does not
    :param one_of: keys of which one must be answered at least
    """
    asked = _drop_impossible(questions, known or {})
    fields = {question.key: _describe(question) for question, _conditions in asked}
    required = [q.key for q, found in asked if q.required and not found]
    rules = [_get_rule(q, found) for q, found in asked if found]
    schema = {"$schema": DIALECT, "type": "object", "properties": fields}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    one_of = [key for key in one_of if key in fields]
    if one_of and not set(one_of) & set(required):
        schema["anyOf"] = [{"required": [key]} for key in one_of]
    if rules:
        schema["allOf"] = rules
    return schema


def get_fields(schema):
    """Return the schema of the answers alone, each for itself."""
    return {
        "type": "object",
        "properties": schema["properties"],
        "additionalProperties": False,
    }


# === Questions === #


def _describe(question):
    """Return the schema of one answer."""
    schema = {"title": question.label, **_get_kind(question)}
    if question.help:
        schema["description"] = question.help
    if question.section:
        schema["x-section"] = question.section
    return schema


def _get_kind(question):
    kind, longest = question.kind, question.longest
    text = {"type": "string", "maxLength": longest}
    options = [{"const": key, "title": label} for key, label in question.options]
    fixed = {
        answers.WHOLE: {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST},
        answers.NUMBER: {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
        answers.YES_NO: {"type": "boolean"},
        answers.DATE: {"type": "string", "format": "date", "pattern": DAY},
        answers.MOMENT: {"type": "string", "format": "date-time", "pattern": MOMENT},
        answers.EMAIL: text | {"pattern": ADDRESS},
        answers.PHONE: {"type": "string", "pattern": NUMBER_OF_PHONE},
    }
    if kind in fixed:
        return fixed[kind]
    if kind in (answers.CHOICE, answers.ONE):
        # Of nothing nothing can be chosen.
        return {"oneOf": options} if options else {"not": {}}
    if kind == answers.MANY:
        return {
            "type": "array",
            "items": {"oneOf": options} if options else {"not": {}},
            "minItems": 1,
            "uniqueItems": True,
        }
    return text | {"pattern": SAYS_SOMETHING}


# === Conditions === #


def _drop_impossible(questions, known):
    """Return ``[(question, [schema of a condition])]`` of those that can come up."""
    gone = set()
    while True:
        asked = {q.key: q for q in questions if q.key not in gone and q.is_compared}
        result, left_out = [], set()
        for question in questions:
            found = [_get_condition(c, asked, known) for c in question.conditions]
            if False in found:
                left_out.add(question.key)
            else:
                result.append((question, [one for one in found if one is not True]))
        if left_out == gone:
            return result
        gone = left_out


def _get_rule(question, found):
    rule = {"if": found[0] if len(found) == 1 else {"allOf": found}}
    if question.required:
        rule["then"] = {"required": [question.key]}
    return rule | {"else": {"properties": {question.key: False}}}


def _get_condition(condition, asked, known):
    """Return the schema under which a condition holds, or whether it always does."""
    key, operator, wanted = condition
    question = asked.get(key)
    if question is None:
        return conditions.holds(operator, known.get(key), wanted)
    answered = {"required": [key]}
    if operator == conditions.SET:
        return answered
    if operator == conditions.NOT_SET:
        return {"not": answered}
    match = _get_match(question, wanted)
    is_wanted = operator in (conditions.IS, conditions.IN)
    if match is False:
        return not is_wanted
    holds = answered | {"properties": {key: match}}
    return holds if is_wanted else {"not": holds}


def _get_match(question, wanted):
    """Return the schema of the answers that a condition names, or False for none."""

    def is_one(value):
        return conditions.holds(conditions.IS, value, wanted)

    kind, keys = question.kind, [key for key, _label in question.options]
    if kind in (answers.WHOLE, answers.NUMBER):
        found = [number for number in map(_read_number, wanted) if number is not None]
    elif kind == answers.YES_NO:
        found = [value for value in (True, False) if is_one(value)]
    elif kind == answers.ONE:
        found = [key for key in keys if is_one(int(key))]
    elif kind in (answers.CHOICE, answers.MANY):
        found = [key for key in keys if is_one(key)]
    elif kind == answers.MOMENT or not question.is_plain:
        found = []
    else:
        texts = "|".join(map(_match_any_case, wanted))
        return {"pattern": f"^[{NO_TEXT}]*({texts})[{NO_TEXT}]*$"}
    if not found:
        return False
    return {"contains": {"enum": found}} if kind == answers.MANY else {"enum": found}


def _read_number(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _match_any_case(text):
    """Return a pattern of a text in small letters or capitals."""
    capitals = _get_capitals()
    parts = []
    for sign in text.lower():
        letters = sorted({sign, *capitals.get(sign, ())})
        parts.append(
            f"[{''.join(letters)}]" if len(letters) > 1 else re.escape(letters[0])
        )
    return "".join(parts)


@lru_cache(maxsize=1)
def _get_capitals():
    """Return ``{small letter: its capitals}``."""
    found = {}
    for sign in map(chr, range(0x10000)):
        small = sign.lower()
        if small != sign and len(small) == 1:
            found.setdefault(small, []).append(sign)
    return found


# === Judging === #

CHECKER = FormatChecker(formats=())


@CHECKER.checks("date", raises=ValueError)
def _is_day(value):
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@CHECKER.checks("date-time", raises=ValueError)
def _is_moment(value):
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


def is_valid(schema, body):
    return Draft202012Validator(schema, format_checker=CHECKER).is_valid(body)


def find_errors(schema, body):
    """Return ``[(field, code)]`` of the answers that are none, each field once.

    :param schema: of a form, see ``build``
    :param body: dictionary, as JSON gives it
    """
    fields = get_fields(schema)
    validator = Draft202012Validator(fields, format_checker=CHECKER)
    found = {key: "unknown_field" for key in body if key not in fields["properties"]}
    for error in validator.iter_errors(body):
        if error.absolute_path:
            field = error.absolute_path[0]
            found.setdefault(field, CODES.get(error.validator, "choice"))
    return list(found.items())


def read_value(kind, value):
    """Return the value of an answer that the schema allows.

    :returns: as ``answers.read`` does; a date with time as a date of UTC without zone
    """
    if kind == answers.WHOLE:
        return int(value)
    if kind == answers.NUMBER:
        return float(value)
    if kind == answers.DATE:
        return date.fromisoformat(value)
    if kind == answers.MOMENT:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    if isinstance(value, str):
        value = value.strip()
        return " ".join(value.split()) if kind == answers.CHAR else value
    return value


def read_typed(kind, typed):
    """Return what a form without JSON sent, as JSON would have it; None for nothing.

    :param typed: list of texts
    """
    typed = [one for one in typed if one.strip()]
    if kind in answers.LISTS:
        return typed or None
    if not typed:
        return None
    text = typed[0]
    if kind == answers.YES_NO:
        words = {"yes": True, "true": True, "on": True, "no": False, "false": False}
        return words.get(text.strip().lower(), text)
    if kind in (answers.WHOLE, answers.NUMBER):
        with suppress(answers.AnswerError):
            return answers.read(kind, text)
    return text
