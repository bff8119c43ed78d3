"""An addon as the checks of this repository read it."""

import ast
from functools import cached_property
from pathlib import Path

import gen_readme

# Addon -> the addons of ours it may stand on, directly or through another.
GRAPH = {
    "aftersales_case": set(),
    "aftersales_sla": {"aftersales_case"},
    "aftersales_portal": {"aftersales_case"},
    "aftersales_dunning": {"aftersales_case"},
    "aftersales_planning": {"aftersales_case", "aftersales_portal"},
}


class Addon:
    """An addon on disk, read once."""

    def __init__(self, path):
        self.path = Path(path)
        self.name = self.path.name

    @cached_property
    def manifest(self):
        text = (self.path / "__manifest__.py").read_text(encoding="utf-8")
        return ast.literal_eval(text)

    @cached_property
    def modules(self):
        """The syntax tree of each Python file, by path inside the addon."""
        return {
            path.relative_to(self.path).as_posix(): _parse(path)
            for path in sorted(self.path.rglob("*.py"))
        }

    @cached_property
    def tests(self):
        return {
            name: tree
            for name, tree in self.modules.items()
            if name.startswith("tests/")
        }

    def files(self, *suffixes):
        """Return the paths of files inside the addon, by suffix."""
        return sorted(
            path.relative_to(self.path).as_posix()
            for path in self.path.rglob("*")
            if path.suffix in suffixes
        )


def _parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def find_addons(repo):
    """Return our addons."""
    return [Addon(path) for path in gen_readme.find_addons(repo)]


def called_name(node):
    """Return the last name of what a call calls."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", None) or getattr(function, "id", None)
