"""Constructs in access lists."""

import csv
from pathlib import Path


def check(file):
    """Yield lines of an access list that give rights to everybody."""
    if Path(file.path).name != "ir.model.access.csv":
        return
    reader = csv.DictReader(file.text.splitlines())
    for row in reader:
        group = row.get("group_id:id") or row.get("group_id/id")
        if not group:
            yield file.finding(reader.line_num, "access without group", "a group")
