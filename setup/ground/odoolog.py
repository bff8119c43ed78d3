"""Find what should not be in a log of Odoo."""

import configparser
import re

from . import REPO

ENTRY = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ (?P<pid>\d+) (?P<level>[A-Z]+) \S+ "
    r"(?P<logger>\S+?): (?P<text>.*)"
)
BAD_LEVELS = {"WARNING", "ERROR", "CRITICAL"}
# What this logger says at INFO is what the process does from then on.
MARKS = "aftersales.doing"
# What a page still wanted when its test had ended tells nothing about the test.
TOO_LATE = r" Error received after termination: "
CONFIG = REPO / "checklog-odoo.cfg"


def bad_entries(log):
    """Return the entries above INFO, each with its continuation lines.

    Each starts with what its process was doing, where that was marked. What
    `checklog-odoo.cfg` says to ignore is left out.
    """
    entries = []
    doing = {}
    inside = False
    for line in log.splitlines():
        if found := ENTRY.match(line):
            inside = found["level"] in BAD_LEVELS
            if found["logger"] == MARKS:
                doing[found["pid"]] = f"{found['text'].strip()}\n  "
            elif inside:
                entries.append(doing.get(found["pid"], "") + line)
        elif inside:
            entries[-1] += f"\n  {line}"
    ignored = _ignored()
    return [entry for entry in entries if not any(i.search(entry) for i in ignored)]


def _ignored():
    """Return the patterns of what may be in a log."""
    patterns = [TOO_LATE]
    config = configparser.ConfigParser(interpolation=None)
    config.read(CONFIG)
    lines = config.get("checklog-odoo", "ignore", fallback="").split("\n")
    patterns += [line.strip() for line in lines if line.strip()]
    return [re.compile(pattern) for pattern in patterns]
