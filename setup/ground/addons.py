"""What the addons of this repository say about themselves."""

import ast
import hashlib

from . import REPO
from .report import Problem

# What lies in an addon and changes nothing in a database.
IGNORED = {"tests", "readme", "README.rst", "pyproject.toml"}
# Modules of Odoo that no addon needs, but tests: a payment provider that pays by itself.
FOR_TESTS = ("payment_demo",)
# Addons of others whose own tests must stay green beside ours: we change what they do.
WITH_THEIR_TESTS = ("account_credit_control",)


def own():
    """Return {name: manifest} of the installable addons in the repository."""
    manifests = {}
    for path in sorted(REPO.glob("*/__manifest__.py")):
        try:
            manifest = ast.literal_eval(path.read_text())
        except (SyntaxError, ValueError) as error:
            raise Problem(f"{path.relative_to(REPO)} is no manifest: {error}") from None
        if manifest.get("installable", True):
            manifests[path.parent.name] = manifest
    return manifests


def third_party(manifests):
    """Return the sorted names of what the addons depend on, less themselves."""
    depends = {name for manifest in manifests.values() for name in manifest["depends"]}
    return sorted(depends - set(manifests)) or ["base"]


def digests(manifests):
    """Return {name: hash of the addon's files that matter to a database}."""
    return {name: _digest(REPO / name) for name in manifests}


def _digest(folder):
    """Return a short hash of the names and contents below an addon's folder."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        ignored = inside.parts[0] in IGNORED or "__pycache__" in inside.parts
        if path.is_file() and not ignored:
            seen.update(f"{inside}\0".encode() + path.read_bytes())
    return seen.hexdigest()[:12]


def with_dependencies(name, manifests):
    """Return the own addons that `name` needs, those needed first, itself last."""
    found = []
    for other in manifests[name]["depends"]:
        if other in manifests:
            found += with_dependencies(other, manifests)
    return list(dict.fromkeys([*found, name]))


def have_script_tests():
    """Return whether any addon has unit tests of its scripts."""
    return any(REPO.glob("*/static/tests/**/*.test.js"))
