"""What form plug-ins of websites send, flattened to paths. Pure Python: bytes in, values out.

How to use: ``read(content, mimetype)`` gives ``{path: [text]}``; ``pick(found, rows)`` gives
``{key: [text]}`` of a table that says which path answers what.

How it works: names and keys on the way to a value are joined by dots, as in
``fields.email.value``; what has several values, such as ticked boxes, has one path with
all of them. Nothing is a path of its own that says nothing.
"""

import hashlib
import hmac
import json
import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from .bodies import BodyError, read_json
from .texts import clean_text

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_PATHS = 500
DEEPEST = 8
LONGEST_PATH = 250
# How long a signature counts, before and after its moment.
SIGNED_FOR = 600
BRACKET = re.compile(r"\[([^\[\]]*)\]")
SIGNATURE = re.compile(r"t=(\d{1,12}),\s*v1?=([0-9a-f]{64})")


class Mapping(NamedTuple):
    """Which path answers a question.

    :param separator: between several values in one text; "" means that there is one
    :param options: ``{what is sent, in small letters: value}``
    """

    path: str
    key: str
    separator: str = ""
    options: dict = {}


def read(content, mimetype):
    """Return ``{path: [text]}`` of what was sent.

    :raises BodyError: when it is neither JSON nor a form
    """
    starts_as_json = content.lstrip()[:1] == b"{"
    if mimetype.endswith("json") or (mimetype != FORM and starts_as_json):
        pairs = _flatten("", read_json(content), 0)
    elif mimetype == FORM:
        pairs = _read_form(content)
    else:
        raise BodyError(mimetype or "Content-Type")
    found = {}
    for path, text in pairs:
        path, text = clean_text(path).strip(), clean_text(text)
        if text.strip() and 0 < len(path) <= LONGEST_PATH:
            found.setdefault(path, []).append(text)
        if len(found) > MOST_PATHS:
            raise BodyError(f"more than {MOST_PATHS} fields")
    return found


def _flatten(path, value, depth):
    if depth > DEEPEST:
        raise BodyError(f"more than {DEEPEST} levels")
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flatten(f"{path}.{key}" if path else key, part, depth + 1)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            is_plain = not isinstance(part, (dict, list))
            place = path if is_plain else f"{path}.{number}"
            yield from _flatten(place, part, depth + 1)
    elif isinstance(value, str):
        yield path, value
    elif value is not None:
        yield path, json.dumps(value)


def _read_form(content):
    try:
        pairs = parse_qsl(content.decode("utf-8"), max_num_fields=2 * MOST_PATHS)
    except ValueError:
        raise BodyError(FORM) from None
    for name, text in pairs:
        yield _read_name(name), text


def _read_name(name):
    """Return the path of a field of a form as PHP names it.

    >>> _read_name("fields[email][value]"), _read_name("boxes[]"), _read_name("Your name")
    ('fields.email.value', 'boxes', 'Your name')
    """
    head, bracket, _rest = name.partition("[")
    steps = BRACKET.findall(name[len(head) :]) if bracket else []
    return ".".join([head, *filter(None, steps)])


def read_options(text):
    """Return the options of a mapping, written as ``what is sent = value``, one a line.

    :raises ValueError: with the line that is none

    >>> read_options("Very urgent = 3\\n\\nOther=1")
    {'very urgent': '3', 'other': '1'}
    """
    found = {}
    for line in filter(None, map(str.strip, (text or "").splitlines())):
        sent, equals, value = line.rpartition("=")
        if not equals or not sent.strip() or not value.strip():
            raise ValueError(line)
        found[sent.strip().lower()] = value.strip()
    return found


def pick(found, mappings):
    """Return ``{key: [text]}`` of what was sent, in the order of the mappings.

    :param found: ``{path: [text]}``
    """
    picked = {}
    for mapping in mappings:
        for text in found.get(mapping.path, ()):
            parts = text.split(mapping.separator) if mapping.separator else [text]
            for part in filter(None, map(str.strip, parts)):
                said = mapping.options.get(part.lower(), part)
                picked.setdefault(mapping.key, []).append(said)
    return picked


def is_signed(secret, header, content, now):
    """Say whether WPForms signed what was sent: ``t=<moment>,v=<HMAC>``, not long ago.

    :param now: seconds since 1970
    """
    match = SIGNATURE.fullmatch((header or "").strip())
    if not match or abs(now - int(match[1])) > SIGNED_FOR:
        return False
    signed = match[1].encode() + b"." + content
    known = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(known, match[2])
