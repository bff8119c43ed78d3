"""What Odoo 19 no longer honours, and what to write instead.

One module per kind of file; each has `check(file)`, which yields findings.
`tests/test_check_odoo19.py` holds a wrong and a right sample for every construct.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Gone from Odoo, whether as attribute, argument, key, field of a record or path.
FIELD_NAMES = {
    "groups_id": "group_ids (all_group_ids in domains)",
    "uom_po_id": "product.uom_ids or the supplier's price list",
    "factor_inv": "relative_factor",
    "detailed_type": "type, with is_storable",
}
# `title` and `users` mean something else on other models: see markup.REMOVED_FIELDS.
MODEL_NAMES = {
    "res.partner.title": "nothing, the model is gone",
    "uom.category": "relative_uom_id and relative_factor of uom.uom",
    "product.packaging": "product.uom_ids",
}
ALLOWED = re.compile(r"odoo19-ok: \w")


@dataclass(frozen=True, order=True)
class Finding:
    """A construct found in a file."""

    path: str
    line: int
    construct: str
    instead: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.construct}: write {self.instead}"


@dataclass(frozen=True)
class File:
    """A file to check, its path as it stands in the repository."""

    path: str
    text: str
    monetary: frozenset = frozenset()

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @property
    def is_test(self):
        return "tests" in Path(self.path).parts

    @property
    def addon(self):
        return Path(self.path).parts[0]

    def finding(self, line, construct, instead):
        """Return the finding, or nothing where the line says that it is meant."""
        nearby = self.lines[line - 1] if line <= len(self.lines) else ""
        if ALLOWED.search(nearby):
            return None
        return Finding(self.path, line, construct, instead)
