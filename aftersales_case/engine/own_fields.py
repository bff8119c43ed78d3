"""Own fields of a type: between a row that a user fills in and Odoo's definition.

A definition is one dict of Odoo's ``PropertiesDefinition``: name, string, type, and more.
"""

import re
import unicodedata

TEXT, LONG_TEXT, WHOLE, NUMBER = "char", "text", "integer", "float"
YES_NO, CHOICE, TICK = "yes_no", "selection", "boolean"
DATE, DATETIME, HEADING, OTHER = "date", "datetime", "separator", "other"
KINDS = [
    (TEXT, "Text"),
    (LONG_TEXT, "Long text"),
    (NUMBER, "Number"),
    (WHOLE, "Whole number"),
    (YES_NO, "Yes or no"),
    (CHOICE, "Choice"),
    (DATE, "Date"),
    (DATETIME, "Date and time"),
    (TICK, "Tick box"),
    (HEADING, "Heading"),
    (OTHER, "Other"),
]
# A tick box cannot say "nobody answered yet": a question is a choice of two.
YES_NO_OPTIONS = [["yes", "Yes"], ["no", "No"]]
NOT_A_VALUE = (HEADING,)
CHOICES = (CHOICE, "tags")
MAX_NAME = 60
# Letters that are no base letter with a mark.
LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "đ": "d"}
)


def spell(text, joint, limit):
    """Return a text in small letters a to z and digits, words put together by a joint.

    >>> spell("Größe & Łódź", "-", 60), spell("!", "-", 60)
    ('grosse-lodz', '')
    """
    plain = unicodedata.normalize("NFKD", (text or "").translate(LETTERS))
    plain = plain.encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", joint, plain.lower()).strip(joint)
    return name[:limit].strip(joint)


def slug(text, taken=()):
    """Return a technical name for a text: letters, digits and _, not among ``taken``."""
    name = spell(text, "_", MAX_NAME)
    name = re.sub(r"(_html)+$", "", name)  # reserved by Odoo for formatted texts
    if not name or name[0].isdigit():
        name = f"field_{name}".rstrip("_")
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def get_kind(definition):
    """Return the kind of a definition, ``OTHER`` when a row cannot express it."""
    kind = definition["type"]
    if kind == CHOICE:
        keys = {key for key, _label in definition.get("selection") or []}
        return YES_NO if keys == {"yes", "no"} else CHOICE
    return kind if kind in dict(KINDS) else OTHER


def get_options(definition):
    """Return the options of a choice as the user writes them."""
    return ", ".join(label for _key, label in definition.get("selection") or [])


def build(label, kind, options="", on_card=False, old=None, taken=()):
    """Return the definition that a row asks for.

    :param label: name of the field, in the words of the user
    :param kind: one of ``KINDS``
    :param options: labels of a choice, separated by commas
    :param on_card: whether cards show the field
    :param old: definition that the row changes, if any; it keeps its technical name
        unless its kind changed, for answers of another kind cannot be read any more
    :param taken: technical names of the other fields
    """
    old = old or {}
    if kind == OTHER or (old and get_kind(old) == kind):
        definition = dict(old)
    else:
        definition = {"type": CHOICE if kind == YES_NO else kind}
    definition["string"] = label
    if kind == YES_NO:
        definition.setdefault("selection", YES_NO_OPTIONS)
    if kind == CHOICE:
        definition["selection"] = _build_options(options, old.get("selection") or [])
    definition.pop("view_in_cards", None)
    if on_card and kind not in NOT_A_VALUE:
        definition["view_in_cards"] = True
    definition.setdefault("name", slug(label, taken))
    return definition


def _build_options(text, old):
    """Return [key, label] of every option; an option that stays keeps its key."""
    keys = {label: key for key, label in old}
    taken = set(keys.values())
    result = []
    for part in (text or "").split(","):
        label = part.strip()
        if not label or label in [known for _key, known in result]:
            continue
        key = keys.get(label) or slug(label, taken)
        taken.add(key)
        result.append([key, label])
    return result


# === Options in languages: labels are {field: {option: {language: text}}} === #


def get_choices(definition):
    """Return the options of a choice or of tags: [key, label, …] each."""
    kind = definition.get("type")
    return definition.get(kind) or [] if kind in CHOICES else []


def get_text(texts, language):
    """Return the text in a language, or in a variant of it (Dutch of Belgium), or None."""
    texts = texts or {}
    base = (language or "").split("_")[0]
    variants = [text for code, text in texts.items() if code.split("_")[0] == base]
    return texts.get(language) or next(filter(None, variants), None)


def translate(definitions, labels, language):
    """Return definitions with the options in a language, where there is a text for it."""
    result = []
    for item in definitions:
        own = labels.get(item.get("name")) or {}
        choices = get_choices(item)
        if own and choices:
            item = item | {
                item["type"]: [
                    [key, get_text(own.get(key), language) or label, *rest]
                    for key, label, *rest in choices
                ]
            }
        result.append(item)
    return result


def untranslate(definitions, old, labels, language):
    """Take over definitions that somebody wrote in his language.

    :param definitions: as written, with options in the language
    :param old: definitions as they were, with their source
    :param labels: translations as they were
    :param language: of the one who wrote
    :returns: definitions with their source, and the translations of what is left; a
        label that he changed is a new text in his language where there was one
    """
    known = {item["name"]: dict(_pairs(item)) for item in old}
    sources, kept = [], {}
    for item in definitions:
        name = item.get("name")
        own, before = labels.get(name) or {}, known.get(name, {})
        choices = []
        for key, label, *rest in get_choices(item):
            texts = dict(own.get(key) or {})
            shown = get_text(texts, language)
            if key in before and shown and label != before[key]:
                if label != shown:
                    texts[language] = label
                label = before[key]
            if texts:
                kept.setdefault(name, {})[key] = texts
            choices.append([key, label, *rest])
        sources.append(item | {item["type"]: choices} if choices else item)
    return sources, kept


def complete(known, more):
    """Return translations with those of ``more`` that are not known yet."""
    result = {name: dict(options) for name, options in known.items()}
    for name, options in more.items():
        own = result.setdefault(name, {})
        for key, texts in options.items():
            own[key] = texts | own.get(key, {})
    return result


def are_option_labels(labels):
    """Say whether something is {field: {option: {language: text}}}."""
    return _is_group(labels) and all(
        _is_group(options)
        and all(
            _is_group(texts) and all(isinstance(text, str) for text in texts.values())
            for texts in options.values()
        )
        for options in labels.values()
    )


def _is_group(value):
    return isinstance(value, dict)


def _pairs(definition):
    return [(option[0], option[1]) for option in get_choices(definition)]
