"""Forms: what a value in a file may be, and where it stands when it is not.

Each function returns a form, or is one: called with (value, path) it raises
PackageError, or returns nothing.
"""

import re

MAX_ROWS = 500
SHORT, LONG = 500, 100_000

NOT_JSON, FOREIGN, NEWER, TOO_BIG = "not_json", "foreign", "newer", "too_big"
MISSING, UNKNOWN, WRONG_KIND, NOT_ALLOWED = "missing", "unknown", "kind", "not_allowed"
TOO_LONG, TWICE, OUTSIDE = "too_long", "twice", "outside"

LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?(@[a-z]+)?")
NAME = re.compile(r"[a-z0-9_]{1,200}")
# Characters that a text of a user never has; a database refuses the first of them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class PackageError(ValueError):
    """A file that is no package we can take; says what is wrong, and where."""

    def __init__(self, problem, path="", detail=""):
        super().__init__(f"{problem} {path} {detail}".strip())
        self.problem = problem
        self.path = path
        self.detail = detail


def text(limit=SHORT, pattern=None, empty=True):
    def form(value, path):
        if not isinstance(value, str):
            raise PackageError(WRONG_KIND, path, "text")
        if len(value) > limit:
            raise PackageError(TOO_LONG, path, str(limit))
        if CONTROL.search(value) or not is_unicode(value):
            raise PackageError(NOT_ALLOWED, path, repr(value[:20]))
        if pattern and not pattern.fullmatch(value):
            raise PackageError(NOT_ALLOWED, path, value[:40])
        if not empty and not value.strip():
            raise PackageError(MISSING, path)

    return form


def is_unicode(value):
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
    return _number(int, low, high)


def decimal(low, high):
    return _number(int | float, low, high)


def _number(kinds, low, high):
    def form(value, path):
        if isinstance(value, bool) or not isinstance(value, kinds):
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


def anything(value, path):
    """Judged with its neighbours, or by nobody here."""


def check_unique(values, path):
    seen = set()
    for value in values:
        if value in seen:
            raise PackageError(TWICE, path, value[:40])
        seen.add(value)
