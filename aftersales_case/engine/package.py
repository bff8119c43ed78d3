"""The file that carries a case type: what it may contain, and nothing else.

``check`` walks a document along a description of its form and raises at the first thing
that does not fit, with the place where it stands. Nothing in a package is executed, and
nothing unknown is skipped silently.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

FORMAT = "aftersales.case.type"
VERSION = 2
MAX_BYTES = 1_000_000
MAX_ROWS = 500
SHORT, LONG = 500, 100_000

NOT_JSON, FOREIGN, NEWER, TOO_BIG = "not_json", "foreign", "newer", "too_big"
MISSING, UNKNOWN, WRONG_KIND, NOT_ALLOWED = "missing", "unknown", "kind", "not_allowed"
TOO_LONG, TWICE, OUTSIDE = "too_long", "twice", "outside"

LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?(@[a-z]+)?")
NAME = re.compile(r"[a-z0-9_]{1,200}")
KEY = re.compile(r"((restricted_)?properties\.)?[a-z0-9_]{1,200}")
XMLID = re.compile(r"[a-z0-9_]{1,100}\.[A-Za-z0-9_.-]{1,200}")
CODE = re.compile(r"[^\s/]{1,20}")
# Characters that a text of a user never has; a database refuses the first of them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

PROPERTY_TYPES = {
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "integer",
    "many2many",
    "many2one",
    "selection",
    "separator",
    "tags",
    "text",
}


class PackageError(ValueError):
    """A file that is no package we can take; says what is wrong, and where."""

    def __init__(self, problem, path="", detail=""):
        super().__init__(f"{problem} {path} {detail}".strip())
        self.problem = problem
        self.path = path
        self.detail = detail


class PackagePart(NamedTuple):
    """What one addon adds to the package of a type.

    :param title: what it is about, for who reads a file without having the addon
    :param form: what it may contain, a form of this module
    :param export: name of the type's method that returns the content, or None for
        nothing; called with ``{kind of row: {record id: number of the row}}``
    :param take: name of the type's method that takes a content over; called with it and
        ``{kind of row: [record]}``, and only when the file has the part
    """

    title: str
    form: Callable
    export: str
    take: str


def load(content):
    """Return the document in a file, once it is known to be ours.

    :param content: bytes
    :raises PackageError: too big, no JSON, foreign, or newer than this program
    """
    if len(content) > MAX_BYTES:
        raise PackageError(TOO_BIG, detail=str(MAX_BYTES // 1000))
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise PackageError(NOT_JSON) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PackageError(FOREIGN)
    version = data.setdefault("version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise PackageError(FOREIGN)
    if version > VERSION:
        raise PackageError(NEWER, detail=str(version))
    return data


def _refuse(constant):
    raise ValueError(constant)


# === Forms: each is called with (value, path) and raises PackageError === #


def text(limit=SHORT, pattern=None, empty=True):
    def form(value, path):
        if not isinstance(value, str):
            raise PackageError(WRONG_KIND, path, "text")
        if len(value) > limit:
            raise PackageError(TOO_LONG, path, str(limit))
        if CONTROL.search(value) or not _is_unicode(value):
            raise PackageError(NOT_ALLOWED, path, repr(value[:20]))
        if pattern and not pattern.fullmatch(value):
            raise PackageError(NOT_ALLOWED, path, value[:40])
        if not empty and not value.strip():
            raise PackageError(MISSING, path)

    return form


def _is_unicode(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def texts(limit=SHORT, empty=True):
    """A text in languages; the source, en_US, is always there."""
    one = text(limit, empty=empty)

    def form(value, path):
        if not isinstance(value, dict):
            raise PackageError(WRONG_KIND, path, "texts")
        if "en_US" not in value:
            raise PackageError(MISSING, f"{path}.en_US")
        for language, content in value.items():
            if not LANGUAGE.fullmatch(language):
                raise PackageError(NOT_ALLOWED, path, language[:20])
            one(content, f"{path}.{language}")

    return form


def boolean(value, path):
    if not isinstance(value, bool):
        raise PackageError(WRONG_KIND, path, "yes or no")


def integer(low, high):
    def form(value, path):
        if isinstance(value, bool) or not isinstance(value, int):
            raise PackageError(WRONG_KIND, path, "number")
        if not low <= value <= high:
            raise PackageError(NOT_ALLOWED, path, str(value)[:20])

    return form


def choice(allowed):
    def form(value, path):
        if not isinstance(value, str):
            raise PackageError(WRONG_KIND, path, "text")
        if value not in allowed:
            raise PackageError(NOT_ALLOWED, path, value[:40])

    return form


def maybe(inner):
    def form(value, path):
        if value is not None:
            inner(value, path)

    return form


def rows(inner, limit=MAX_ROWS):
    def form(value, path):
        if not isinstance(value, list):
            raise PackageError(WRONG_KIND, path, "list")
        if len(value) > limit:
            raise PackageError(TOO_LONG, path, str(limit))
        for number, row in enumerate(value):
            inner(row, f"{path}[{number}]")

    return form


def record(required, optional=None):
    optional = optional or {}

    def form(value, path):
        if not isinstance(value, dict):
            raise PackageError(WRONG_KIND, path, "group")
        prefix = f"{path}." if path else ""
        for name in required:
            if name not in value:
                raise PackageError(MISSING, prefix + name)
        for name, content in value.items():
            inner = required.get(name) or optional.get(name)
            if not inner:
                raise PackageError(UNKNOWN, prefix + name[:40])
            inner(content, prefix + name)

    return form


# === The package === #


def own_field(value, path):
    """One property definition, without a domain: a package brings no code."""
    record(
        {
            "name": text(pattern=NAME),
            "string": text(empty=False),
            "type": choice(PROPERTY_TYPES),
        },
        {
            "selection": rows(_option(2)),
            "tags": rows(_option(3)),
            "comodel": text(),
            "suffix": text(),
            "restricted": boolean,
            "view_in_cards": boolean,
            "fold_by_default": boolean,
            "default": _any,
            "option_labels": _option_labels,
        },
    )(value, path)
    kind = value["type"]
    for name, kinds in (
        ("selection", {"selection"}),
        ("tags", {"tags"}),
        ("comodel", {"many2one", "many2many"}),
    ):
        if kind in kinds and name not in value:
            raise PackageError(MISSING, f"{path}.{name}")
        if kind not in kinds and name in value:
            raise PackageError(UNKNOWN, f"{path}.{name}")
    for name in ("selection", "tags"):
        _check_unique([option[0] for option in value.get(name, [])], f"{path}.{name}")
    if "default" in value and not _is_default(value):
        raise PackageError(NOT_ALLOWED, f"{path}.default")


def _any(value, path):
    """Judged with its neighbours, or by nobody here."""


def _option_labels(value, path):
    """``{option: {language: text}}``; options that there are not are no harm."""
    if not isinstance(value, dict):
        raise PackageError(WRONG_KIND, path, "group")
    for key, languages in value.items():
        text(empty=False)(key, path)
        if not isinstance(languages, dict):
            raise PackageError(WRONG_KIND, path, "texts")
        for code, content in languages.items():
            text(pattern=LANGUAGE)(code, path)
            text(empty=False)(content, f"{path}.{code}")


def _option(length):
    def form(value, path):
        if not isinstance(value, list) or len(value) != length:
            raise PackageError(WRONG_KIND, path, "option")
        text(empty=False)(value[0], path)
        text()(value[1], path)
        if length == 3:
            integer(0, 11)(value[2], path)

    return form


def _is_default(definition):
    value, kind = definition["default"], definition["type"]
    if kind in ("char", "text"):
        return isinstance(value, str) and len(value) <= SHORT and _is_unicode(value)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "float"):
        kinds = int if kind == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    if kind == "selection":
        return value in [key for key, _label in definition["selection"]]
    return False


def _check_unique(values, path):
    seen = set()
    for value in values:
        if value in seen:
            raise PackageError(TWICE, path, value[:40])
        seen.add(value)


def check(data, choices, requirement, parts=None):
    """Check a whole document.

    :param data: what ``load`` returned
    :param choices: ``{name: allowed keys}`` of the selections in this database
    :param requirement: ``{name: form}`` of what requirements carry besides their kind
    :param parts: ``{addon: form}`` of the parts that are known here; what others may
        contain nobody knows, and nothing is taken of them
    :raises PackageError: naming the first thing that does not fit
    """
    number = integer(0, MAX_ROWS)
    path = rows(text(empty=False), 20)
    index = maybe(number)
    link = record(
        {
            "customer_label": maybe(texts()),
            "assignment": choice(choices["assignment"]),
            "next": rows(number),
            "reply": index,
            "template": index,
            "roles": rows(text(pattern=XMLID)),
            "requirements": rows(
                record({"kind": choice(choices["kind"])}, requirement)
            ),
        }
    )
    stage = record(
        {
            "name": texts(empty=False),
            "state": choice(choices["state"]),
            "waiting_for": maybe(choice(choices["waiting_for"])),
            "fold": boolean,
            "description": maybe(texts(LONG)),
            "link": link,
        }
    )
    condition = record(
        {
            "key": text(pattern=KEY),
            "operator": choice(choices["operator"]),
            "value": maybe(text()),
        },
        {"records": rows(record({"xmlid": maybe(text(pattern=XMLID)), "path": path}))},
    )
    rule = record(
        {
            "key": text(pattern=KEY),
            "hidden": boolean,
            "label": maybe(texts()),
            "section": maybe(texts()),
            "required_from": index,
            "locked_from": index,
            "portal": choice(choices["portal"]),
            "conditions": rows(condition),
        },
        # Files of version 1 do not have them.
        {
            "help": maybe(texts()),
            "portal_required": boolean,
            "visible_from": index,
        },
    )
    template = record(
        {
            "name": texts(empty=False),
            "subject": maybe(texts(LONG)),
            "body": maybe(texts(LONG)),
            "email_from": maybe(text(LONG)),
            "email_to": maybe(text(LONG)),
            "lang": maybe(text(LONG)),
            "use_default_to": boolean,
        }
    )
    step = record(
        {
            "activity": maybe(text(pattern=XMLID)),
            "summary": maybe(text()),
            "note": maybe(text(LONG)),
            "responsible": choice(choices["responsible"]),
            "delay_count": integer(-3650, 3650),
            "delay_unit": choice(choices["delay_unit"]),
            "delay_from": choice(choices["delay_from"]),
        }
    )
    record(
        {
            "format": text(),
            "version": integer(1, VERSION),
            "type": record(
                {
                    "name": texts(empty=False),
                    "code": text(pattern=CODE),
                    "origin": choice(choices["origin"]),
                    "color": integer(0, 11),
                    "description": maybe(texts(LONG)),
                    "intake_unclear": choice(choices["intake_unclear"]),
                    "received_template": index,
                }
            ),
            "stages": rows(stage, 60),
            "own_fields": rows(own_field),
            "rules": rows(rule),
            "attachment_kinds": rows(record({"name": texts(empty=False)})),
            "categories": rows(record({"path": path})),
            "causes": rows(record({"name": texts(empty=False), "code": maybe(text())})),
            "resolutions": rows(
                record(
                    {
                        "name": texts(empty=False),
                        "code": maybe(text()),
                        "outcome": choice(choices["outcome"]),
                    }
                )
            ),
            "templates": rows(template),
            "plan": maybe(
                record({"name": text(empty=False), "steps": rows(step)}),
            ),
        },
        {"parts": _parts(parts or {})},
    )(data, "")
    _check_references(data)


def _parts(known):
    def form(value, path):
        if not isinstance(value, dict):
            raise PackageError(WRONG_KIND, path, "group")
        for addon, part in value.items():
            text(pattern=NAME)(addon, path)
            inner = known.get(addon, _any)
            record({"title": text(empty=False), "content": inner})(
                part, f"{path}.{addon}"
            )

    return form


def _check_references(data):
    """Check that every number points at a row, and that no row stands twice."""
    stages, templates = len(data["stages"]), len(data["templates"])

    def point(value, size, path):
        if value is not None and value >= size:
            raise PackageError(OUTSIDE, path, str(value))

    point(data["type"]["received_template"], templates, "type.received_template")
    for number, stage in enumerate(data["stages"]):
        path = f"stages[{number}]"
        if (stage["state"] == "waiting") != (stage["waiting_for"] is not None):
            raise PackageError(NOT_ALLOWED, f"{path}.waiting_for")
        link = stage["link"]
        point(link["reply"], stages, f"{path}.link.reply")
        point(link["template"], templates, f"{path}.link.template")
        for value in link["next"]:
            point(value, stages, f"{path}.link.next")
        for row, requirement in enumerate(link["requirements"]):
            point(
                requirement.get("attachment_kind"),
                len(data["attachment_kinds"]),
                f"{path}.link.requirements[{row}].attachment_kind",
            )
    for number, rule in enumerate(data["rules"]):
        point(rule["required_from"], stages, f"rules[{number}].required_from")
        point(rule["locked_from"], stages, f"rules[{number}].locked_from")
        point(rule.get("visible_from"), stages, f"rules[{number}].visible_from")
    _check_unique([field["name"] for field in data["own_fields"]], "own_fields")
    _check_unique([rule["key"] for rule in data["rules"]], "rules")
    _check_unique(
        [
            f"{s['name']['en_US']} {s['state']} {s['waiting_for']}"
            for s in data["stages"]
        ],
        "stages",
    )
    if not any(stage["state"] == "new" for stage in data["stages"]):
        raise PackageError(MISSING, "stages", "new")
