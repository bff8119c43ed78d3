"""Forms of the own fields of a type, as a file carries them."""

from .package_forms import (
    LANGUAGE,
    MISSING,
    NAME,
    NOT_ALLOWED,
    SHORT,
    UNKNOWN,
    WRONG_KIND,
    PackageError,
    anything,
    boolean,
    check_unique,
    choice,
    integer,
    is_unicode,
    record,
    rows,
    text,
)

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
            "default": anything,
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
        check_unique([option[0] for option in value.get(name, [])], f"{path}.{name}")
    if "default" in value and not _is_default(value):
        raise PackageError(NOT_ALLOWED, f"{path}.default")


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
        return isinstance(value, str) and len(value) <= SHORT and is_unicode(value)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "float"):
        kinds = int if kind == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    if kind == "selection":
        return value in [key for key, _label in definition["selection"]]
    return False
