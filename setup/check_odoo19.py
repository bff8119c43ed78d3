#!/usr/bin/env python3
"""Check our addons for constructs that Odoo 19 no longer honours.

They install without a word: a search that is never called, a view that breaks in the
browser. What Odoo itself refuses or warns of is not looked for here. Prints
`path:line: construct: write ...`. A line that means it says so: `odoo19-ok: reason`.
"""

import argparse
import re
import sys
from pathlib import Path

from odoo19 import File, markup, python, script

REPO = Path(__file__).resolve().parent.parent
CHECKS = {".py": python, ".xml": markup, ".js": script}
MONETARY = re.compile(r"^\s+(\w+) = fields\.Monetary\(", re.MULTILINE)


def main(arguments=None):
    """Check the files given, or all files of all addons."""
    parser = argparse.ArgumentParser(
        prog="setup/check_odoo19.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE")
    given = parser.parse_args(arguments).files
    files = map(Path, given) if given else find_files()
    monetary = find_monetary_fields()
    findings = sorted(
        finding for path in files for finding in check_path(path, monetary)
    )
    for finding in findings:
        print(finding)
    return 1 if findings else 0


def find_files():
    """Return every file of our addons that can be checked."""
    found = REPO.glob("aftersales_*/**/*")
    return sorted(path for path in found if path.suffix in CHECKS)


def find_monetary_fields():
    """Return the names of the monetary fields that our addons declare."""
    names = set()
    for path in REPO.glob("aftersales_*/**/*.py"):
        names.update(MONETARY.findall(path.read_text(encoding="utf-8")))
    return frozenset(names)


def check_path(path, monetary=frozenset()):
    """Return the findings in a file of the repository."""
    path = path.resolve()
    name = path.relative_to(REPO) if path.is_relative_to(REPO) else path
    return check(name.as_posix(), path.read_text(encoding="utf-8"), monetary)


def check(name, text, monetary=frozenset()):
    """Return the findings in a text that stands in a file of that name."""
    checker = CHECKS.get(Path(name).suffix)
    if not checker:
        return []
    return [finding for finding in checker.check(File(name, text, monetary)) if finding]


if __name__ == "__main__":
    sys.exit(main())
