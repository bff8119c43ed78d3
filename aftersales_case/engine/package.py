"""The file that carries a case type: what it may contain, and nothing else.

``check`` walks a document along a description of its form and raises at the first thing
that does not fit, with the place where it stands. Nothing in a package is executed, and
nothing unknown is skipped silently.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from ..const import MOST_CHANGES, MOST_DAYS, MOST_HOURS
from .package_forms import (
    FOREIGN,
    LONG,
    MAX_ROWS,
    MISSING,
    NAME,
    NEWER,
    NOT_ALLOWED,
    NOT_JSON,
    OUTSIDE,
    TOO_BIG,
    WRONG_KIND,
    PackageError,
    anything,
    boolean,
    check_unique,
    choice,
    decimal,
    integer,
    maybe,
    record,
    rows,
    text,
    texts,
)
from .package_own_fields import own_field

FORMAT = "aftersales.case.type"
VERSION = 2
MAX_BYTES = 1_000_000

KEY = re.compile(r"((restricted_)?properties\.)?[a-z0-9_]{1,200}")
XMLID = re.compile(r"[a-z0-9_]{1,100}\.[A-Za-z0-9_.-]{1,200}")
CODE = re.compile(r"[^\s/]{1,20}")


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


# === The package === #


def _requirement(kinds, own, addons):
    """A requirement; of one whose addon is not here nobody knows what it asks for."""
    named = {"addon": text(pattern=NAME), "title": text(empty=False)}
    known = record({"kind": choice(kinds)}, own | named)

    def form(value, path):
        if isinstance(value, dict) and "addon" in value:
            named["addon"](value["addon"], f"{path}.addon")
            if is_foreign(value, addons):
                other = dict.fromkeys(value, anything)
                return record(named | {"kind": text()}, other)(value, path)
        return known(value, path)

    return form


def is_foreign(requirement, addons):
    """Return whether a requirement is of an addon that is not installed here."""
    return "addon" in requirement and requirement["addon"] not in addons


def take_out(data, addons):
    """Take foreign requirements out of a checked document.

    :return: list of each with the row of its stage
    """
    found = []
    for stage in data["stages"]:
        link = stage["link"]
        rows = link["requirements"]
        found += [(stage, row) for row in rows if is_foreign(row, addons)]
        link["requirements"] = [row for row in rows if not is_foreign(row, addons)]
    return found


def check(data, choices, requirement, parts=None, addons=()):
    """Check a whole document.

    :param data: what ``load`` returned
    :param choices: ``{name: allowed keys}`` of the selections in this database
    :param requirement: ``{name: form}`` of what requirements carry besides their kind
    :param parts: ``{addon: form}`` of the parts that are known here; what others may
        contain nobody knows, and nothing is taken of them
    :param addons: names of what is installed here; see ``is_foreign``
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
            "requirements": rows(_requirement(choices["kind"], requirement, addons)),
        },
        # Files of version 1 do not have it.
        {"max_hours": decimal(0, MOST_HOURS)},
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
                },
                # Files of version 1 do not have them.
                {
                    "is_deadline_promised": boolean,
                    "max_days_open": integer(0, MOST_DAYS),
                    "max_changes": integer(0, MOST_CHANGES),
                    "changes_days": integer(0, MOST_DAYS),
                },
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
    _check_references(data, addons)


def _parts(known):
    def form(value, path):
        if not isinstance(value, dict):
            raise PackageError(WRONG_KIND, path, "group")
        for addon, part in value.items():
            text(pattern=NAME)(addon, path)
            inner = known.get(addon, anything)
            record({"title": text(empty=False), "content": inner})(
                part, f"{path}.{addon}"
            )

    return form


def _check_references(data, addons):
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
            if is_foreign(requirement, addons):
                continue
            point(
                requirement.get("attachment_kind"),
                len(data["attachment_kinds"]),
                f"{path}.link.requirements[{row}].attachment_kind",
            )
    for number, rule in enumerate(data["rules"]):
        point(rule["required_from"], stages, f"rules[{number}].required_from")
        point(rule["locked_from"], stages, f"rules[{number}].locked_from")
        point(rule.get("visible_from"), stages, f"rules[{number}].visible_from")
    check_unique([field["name"] for field in data["own_fields"]], "own_fields")
    check_unique([rule["key"] for rule in data["rules"]], "rules")
    check_unique(
        [
            f"{s['name']['en_US']} {s['state']} {s['waiting_for']}"
            for s in data["stages"]
        ],
        "stages",
    )
    if not any(stage["state"] == "new" for stage in data["stages"]):
        raise PackageError(MISSING, "stages", "new")
