"""What must hold for the tests of every addon; see `repo_checks.py`."""

import ast
import re
from pathlib import Path

from repo_addon import GRAPH, Addon, called_name

FEATURE = re.compile(r"^[A-Z]\d?-\d\d$")
ASSERTING = re.compile(r"^_*(assert|check|fail)")
ASSERTING_CALLS = {"start_tour", "browser_js", "raises", "warns"}
TAGS = {"post_install", "-at_install"}
# Test cases that open no registry may run at any time.
WITHOUT_REGISTRY = {"BaseCase", "TestCase"}


def check_tests_assert(addon):
    """Every test method can fail."""
    return find_tests_without_assertion(addon.tests)


def find_tests_without_assertion(modules):
    """Return a complaint for each test function that asserts nothing."""
    return [
        f"{name}:{function.lineno}: {function.name} asserts nothing"
        for name, tree in modules.items()
        for function in _test_functions(tree)
        if not any(_is_assertion(node) for node in ast.walk(function))
    ]


def _test_functions(tree):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _is_assertion(node):
    if isinstance(node, ast.Assert):
        return True
    name = called_name(node)
    return bool(name) and (bool(ASSERTING.match(name)) or name in ASSERTING_CALLS)


def check_tests_imported(addon):
    """Every test file is imported: Odoo runs no other."""
    init = addon.tests.get("tests/__init__.py", ast.Module([], []))
    imported = {
        alias.name
        for node in ast.walk(init)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [
        f"{name} is not imported in tests/__init__.py"
        for name in addon.tests
        if (stem := Path(name).stem).startswith("test_") and stem not in imported
    ]


def check_tests_tagged(addon):
    """Test classes run after installation, and inherited tests do run."""
    index = TestClasses(addon)
    complaints = []
    for name, node in index.own.items():
        lineage = [node, *index.ancestors(node)]
        tags = set().union(*(_tags(one) for one in lineage))
        opens_registry = not WITHOUT_REGISTRY & {*map(_base_name, node.bases)}
        if _has_tests(node) and opens_registry and not tags >= TAGS:
            complaints.append(
                f'{name}: @tagged("post_install", "-at_install") is missing'
            )
        inherits = any(_has_tests(one) for one in lineage[1:])
        if inherits and not any(_allows_inherited(one) for one in lineage):
            complaints.append(
                f"{name}: inherited tests do not run; "
                "set allow_inherited_tests_method = True"
            )
    return complaints


class TestClasses:
    """The classes in an addon's tests, and those of its siblings they may stand on."""

    def __init__(self, addon):
        self.own = self._classes(addon)
        self.all = dict(self.own)
        for sibling in GRAPH.get(addon.name, ()):
            path = addon.path.parent / sibling
            if path.exists():
                self.all = self._classes(Addon(path)) | self.all

    @staticmethod
    def _classes(addon):
        return {
            node.name: node
            for tree in addon.tests.values()
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }

    def ancestors(self, node):
        """Return the known classes a class inherits from, nearest first."""
        found = []
        for base in node.bases:
            parent = self.all.get(_base_name(base))
            if parent and parent is not node:
                found += [parent, *self.ancestors(parent)]
        return found


def _base_name(base):
    return getattr(base, "id", None) or getattr(base, "attr", None)


def _has_tests(node):
    return any(f.name.startswith("test_") for f in node.body if _is_function(f))


def _is_function(node):
    return isinstance(node, ast.FunctionDef)


def _tags(node):
    """Return the tags a class is decorated with."""
    return {
        argument.value
        for decorator in node.decorator_list
        if called_name(decorator) == "tagged"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    }


def _allows_inherited(node):
    return any(
        getattr(target, "id", None) == "allow_inherited_tests_method"
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    )


def check_feature_ids(addon):
    """The features a test shows are named by literal ids."""
    return find_bad_feature_ids(addon.tests)


def find_bad_feature_ids(modules):
    """Return a complaint for each id in a feature decorator that is none."""
    return [
        f"{name}:{call.lineno}: {ast.unparse(argument)} is no feature id"
        for name, tree in modules.items()
        for call in _feature_calls(tree)
        for argument in call.args or [ast.Constant("()")]
        if not FEATURE.match(str(getattr(argument, "value", "")))
    ]


def _feature_calls(tree):
    return [
        decorator
        for node in ast.walk(tree)
        for decorator in getattr(node, "decorator_list", [])
        if called_name(decorator) == "feature"
    ]
