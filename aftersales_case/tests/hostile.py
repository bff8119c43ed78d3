"""What a hostile caller tries: calls over RPC, with a context and values of his own."""

import re
from pathlib import Path

from odoo.service.model import call_kw

ADDONS = Path(__file__).parents[2]
# How our code lays objects of its own into the context, or looks for them.
LAID = re.compile(r"with_context\(\s*(?:\*\*\{\s*)?\"?((?:aftersales|dunning)_\w+)")
LOOKED_FOR = re.compile(r"(?:get_private\([^\"]*|context\.get\(\s*)\"(\w+)\"")
NAMED = re.compile(r"^[A-Z_]+ = \"((?:aftersales|dunning)_\w+)\"$", re.MULTILINE)
# Keys that once switched something off, and must never do so again.
FORMER = (
    "aftersales_gate",
    "aftersales_goods_later",
    "aftersales_leaving_ids",
    "aftersales_logged_later",
    "aftersales_quiet",
    "aftersales_reason",
    "aftersales_slip_taken",
    "aftersales_user_named",
)
# What JSON can bring.
VALUES = (True, 1, "x", [1], {"runs": True, "forced": {"1": None}})


def get_private_keys():
    """Return every key of the context that our addons' code gives a meaning of its own."""
    keys = set(FORMER)
    for path in ADDONS.glob("aftersales_*/**/*.py"):
        if "tests" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for pattern in (LAID, LOOKED_FOR, NAMED):
            keys |= set(pattern.findall(text))
    return sorted(keys)


def call(records, method, *args, **context):
    """Call a method as RPC does: by name, on ids, with a context of the caller's own."""
    model = records.browse()
    ids = [records.ids] if records else []
    context = dict(records.env.context) | context
    return call_kw(model, method, [*ids, *args], {"context": context})
