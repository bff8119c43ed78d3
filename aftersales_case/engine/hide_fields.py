"""Take the fields that somebody may not see out of the arch of a view.

What is left must still work without their values: the client stops at an expression that
names a field it does not have.
"""

import ast
import re

EXPRESSIONS = (
    "invisible",
    "column_invisible",
    "readonly",
    "required",
    "domain",
    "context",
    "options",
)
# Attributes of a view that name a field, and are left out with it.
NAMING = ("default_order", "default_group_by", "filter_domain")


def hide(root, hidden, locked, is_other):
    """Change the arch of one view, and of the views inside it.

    :param root: lxml element of a view
    :param hidden: names of the fields that are not shown
    :param locked: names of the fields that are shown, and not changed
    :param is_other: ``element -> bool``: a view of another model begins here
    """
    _clean(root, hidden)
    _walk(root, hidden, locked, is_other)


def _walk(node, hidden, locked, is_other):
    for child in list(node):
        if not isinstance(child.tag, str):
            continue
        if is_other(child):
            _clean_parent(child, hidden)
        elif _is_about(child, hidden):
            _remove(child)
        else:
            _clean(child, hidden)
            if child.tag == "field" and child.get("name") in locked:
                child.set("readonly", "1")
            _walk(child, hidden, locked, is_other)


def _is_about(node, hidden):
    """Say whether a node shows, or searches for, a hidden field."""
    if node.tag in ("field", "groupby") and node.get("name") in hidden:
        return True
    if node.tag == "label" and node.get("for") in hidden:
        return True
    if node.tag == "progressbar" and node.get("field") in hidden:
        return True
    if node.tag == "filter":
        said = (node.get("domain"), node.get("context"))
        return node.get("date") in hidden or any(_names(text, hidden) for text in said)
    # Templates of cards are JavaScript: what reads the value goes with it.
    return any(
        name.startswith("t-")
        and any(re.search(rf"\brecord\.{field}\b", value) for field in hidden)
        for name, value in node.items()
    )


def _names(text, hidden):
    """Say whether a domain or context names a hidden field, as a text or a variable."""
    tree = _parse(text)
    return tree is not None and any(
        (
            isinstance(part, ast.Constant)
            and isinstance(part.value, str)
            and re.split(r"[.:]", part.value)[0] in hidden
        )
        or (isinstance(part, ast.Name) and part.id in hidden)
        for part in ast.walk(tree)
    )


def _clean(node, hidden):
    for name, value in list(node.items()):
        if name in NAMING:
            words = {word.split()[0] for word in value.split(",") if word.split()}
            if words & hidden or _names(value, hidden):
                del node.attrib[name]
        elif name in EXPRESSIONS or name.startswith("decoration-"):
            node.set(name, blank(value, hidden))


def _clean_parent(node, hidden):
    """A view of another model may ask for fields of the record it stands on."""
    for child in node.iter("*"):
        for name, value in list(child.items()):
            if "parent." in value:
                child.set(name, blank(value, hidden, parent=True))


def blank(expression, hidden, parent=False):
    """Return an expression with False in the place of the hidden fields."""
    tree = _parse(expression)
    if tree is None:
        return expression
    cleaner = _Blank(hidden, parent)
    tree = cleaner.visit(tree)
    return ast.unparse(tree) if cleaner.changed else expression


def _parse(text):
    try:
        return ast.parse((text or "").strip(), mode="eval")
    except SyntaxError:
        return None


class _Blank(ast.NodeTransformer):
    def __init__(self, hidden, parent):
        self.hidden, self.parent, self.changed = hidden, parent, False

    def visit_Name(self, node):
        if self.parent or node.id not in self.hidden:
            return node
        self.changed = True
        return ast.Constant(False)

    def visit_Attribute(self, node):
        is_parent = isinstance(node.value, ast.Name) and node.value.id == "parent"
        if self.parent and is_parent and node.attr in self.hidden:
            self.changed = True
            return ast.Constant(False)
        return self.generic_visit(node)


def _remove(node):
    """Take an element out; the text behind it stays."""
    parent, tail = node.getparent(), node.tail
    if tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(node)
