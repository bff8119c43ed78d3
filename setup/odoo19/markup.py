"""Constructs in XML files, found while reading them (expat knows the lines)."""

import re
from dataclasses import dataclass
from xml.parsers import expat

from . import FIELD_NAMES, MODEL_NAMES

ATTRIBUTES = {
    "t-esc": "t-out",
    "t-raw": "t-out, with Markup where the value is HTML",
}
# (model, field): what to write
REMOVED_FIELDS = {
    ("ir.cron", "numbercall"): "nothing",
    ("ir.cron", "doall"): "nothing",
    ("res.groups", "category_id"): "privilege_id",
    ("res.groups", "users"): "user_ids",
    ("res.partner", "mobile"): "phone",
    ("res.partner", "title"): "nothing",
    ("mail.template", "report_template"): "report_template_ids",
    ("mail.template", "user_signature"): "nothing",
    ("ir.actions.server", "fields_lines"): "update_path and value",
    ("base.automation", "state"): "action_server_ids",
    ("base.automation", "code"): "action_server_ids",
}
KANBAN_HELPER = re.compile(r"\bkanban_(image|color|getcolor)\b")
TITLES = ("title", "aria-label", "aria-hidden")


@dataclass
class Element:
    """An element of the file: its start, and its own text when it has ended."""

    tag: str
    attributes: dict
    line: int
    parent: "Element | None"
    text: str = ""

    @property
    def classes(self):
        return set(self.attributes.get("class", "").split())

    def ancestors(self):
        element = self.parent
        while element:
            yield element
            element = element.parent

    def has_any(self, names):
        """Return whether one of the attributes is there, static or computed."""
        forms = ("{}", "t-att-{}", "t-attf-{}", "{}.translate")
        return any(f.format(n) in self.attributes for n in names for f in forms)


def check(file):
    """Yield what is wrong in an XML file."""
    try:
        elements = read(file.text)
    except expat.ExpatError as error:
        yield file.finding(error.lineno, "syntax error", f"well-formed XML ({error})")
        return
    for element in elements:
        for rule in RULES:
            for construct, instead in rule(element):
                yield file.finding(element.line, construct, instead)


def read(text):
    """Return the elements of an XML text in the order of their starts."""
    parser = expat.ParserCreate()
    elements, open_elements = [], []

    def start(tag, attributes):
        parent = open_elements[-1] if open_elements else None
        element = Element(tag, attributes, parser.CurrentLineNumber, parent)
        elements.append(element)
        open_elements.append(element)

    def characters(data):
        if open_elements:
            open_elements[-1].text += data

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: open_elements.pop()
    parser.CharacterDataHandler = characters
    parser.Parse(text.encode(), True)
    return elements


def tags(element):
    """Yield views that are called otherwise."""
    if "oe_chatter" in element.classes:
        yield "oe_chatter", "<chatter/>: the div stays empty"
    if element.attributes.get("t-name") == "kanban-box":
        yield "kanban-box", 't-name="card": the browser fails on it'


def attributes(element):
    """Yield attributes that are ignored or refused."""
    # Components of our own may call a property what they like.
    is_component = element.tag[0].isupper()
    for name, text in element.attributes.items():
        if name in ATTRIBUTES and not is_component:
            yield f"{name}=", ATTRIBUTES[name]
        if KANBAN_HELPER.search(text):
            yield "kanban_image()", 'a field with widget="image"'


def view_modes(element):
    """Yield actions that open a tree: installing accepts it, the browser fails."""
    is_field = element.tag == "field" and element.attributes.get("name") == "view_mode"
    modes = element.text if is_field else element.attributes.get("view_mode", "")
    if "tree" in [mode.strip() for mode in modes.split(",")]:
        yield "tree,form", "list,form"


def records(element):
    """Yield fields of records that are gone from the model."""
    name = element.attributes.get("name")
    parent = element.parent
    if element.tag != "field" or not parent or parent.tag != "record":
        return
    model = parent.attributes.get("model")
    if (model, name) in REMOVED_FIELDS:
        yield f"{model}.{name}", REMOVED_FIELDS[model, name]
    if name in FIELD_NAMES:
        yield name, FIELD_NAMES[name]
    if model in MODEL_NAMES:
        yield model, MODEL_NAMES[model]


def placeholders(element):
    """Yield placeholders that are sent as they stand."""
    if any("${object" in text for text in (element.text, *element.attributes.values())):
        yield "${object}", "{{ object }} in Char, t-out in Html"


def accessibility(element):
    """Yield what the server warns about when it validates a view."""
    classes = element.classes
    is_icon = element.tag == "i" and any(name.startswith("fa-") for name in classes)
    if is_icon and not element.has_any(TITLES):
        yield "icon without title", "title, or aria-hidden beside a text"
    if "alert" in classes and not element.has_any(["role"]):
        yield "alert without role", 'role="alert" or role="status"'


RULES = (
    tags,
    attributes,
    view_modes,
    records,
    placeholders,
    accessibility,
)
