"""Constructs in JavaScript files, found by patterns outside of comments."""

import re

PATTERNS = {
    "publicWidget": (
        r"\bpublicWidget\b",
        "an Interaction from @web/public/interaction",
    ),
    'useService("rpc")': (
        r"""\buseService\(\s*["']rpc["']""",
        'import {rpc} from "@web/core/network/rpc"',
    ),
    'useService("user")': (
        r"""\buseService\(\s*["']user["']""",
        'import {user} from "@web/core/user"',
    ),
    "owl global": (r"=\s*owl\b|(?<![@/\w.])owl\.", 'an import from "@odoo/owl"'),
    "odoo.define": (r"\bodoo\.define\(", "an ES module"),
    "jQuery": (r"(?<![\w$])(\$|jQuery)\(", "the DOM: the backend has no jQuery"),
    "tour extra_trigger": (r"\bextra_trigger\s*:", "a step of its own"),
    "tour test": (r"^\s*test\s*:\s*true\b", "nothing"),
    "tour text": (r"""\brun\s*:\s*["'`]text\b""", 'run: "edit ..."'),
}
PATTERNS = {
    construct: (re.compile(pattern, re.MULTILINE), instead)
    for construct, (pattern, instead) in PATTERNS.items()
}
HEADER = re.compile(r"@odoo-module\b")
# Strings are matched too, so that the // of an address starts no comment.
COMMENT_OR_STRING = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""",
    re.DOTALL,
)


def check(file):
    """Yield what is wrong in a JavaScript file."""
    for found in HEADER.finditer(file.text):
        yield file.finding(_line(file.text, found), "@odoo-module", "nothing")
    code = COMMENT_OR_STRING.sub(_blank_comment, file.text)
    for construct, (pattern, instead) in PATTERNS.items():
        for found in pattern.finditer(code):
            yield file.finding(_line(code, found), construct, instead)


def _blank_comment(match):
    """Return a string as it is, and of a comment only its line ends."""
    text = match[0]
    return text if text[0] in "\"'`" else "\n" * text.count("\n")


def _line(text, found):
    start = found.start() + len(found[0]) - len(found[0].lstrip())
    return text.count("\n", 0, start) + 1
