"""What Python's hash seed must not decide."""

import pytest
from ground import database

# The events of one write that touches everything, in a database that is thrown away.
ONE_WRITE = """
case_type = env.ref("aftersales_case.type_complaint")
team = env["aftersales.team"].create({"name": "Second"})
users = env["res.users"].create(
    [{"name": name, "login": name, "company_ids": env.company.ids} for name in ("a", "b")]
)
case = env["aftersales.case"].create({"name": "x", "type_id": case_type.id})
seen = len(case.event_ids)
case.write({
    "stage_id": env.ref("aftersales_case.stage_progress").id,
    "user_id": env.ref("base.user_admin").id if case.user_id != env.ref("base.user_admin")
    else users[0].id,
    "priority": "3",
    "team_id": team.id,
    "partner_id": env.company.partner_id.id,
})
kinds = case.event_ids.sorted("id")[seen:].mapped("kind")
print("ORDER", *(kind for kind in kinds if kind != "mail_out"))
"""


@pytest.fixture(scope="module")
def copy(space):
    """Return the name of a database with our addons that may be written to."""
    with database.temporary(space, database.for_tests(space), "order") as name:
        yield name


@pytest.mark.parametrize("seed", ["1", "20261125"])
def test_events_stand_in_one_order(space, copy, seed, monkeypatch):
    """The events of one write stand in the same order, whatever the hash seed."""
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    log = space.odoo_shell(copy, ONE_WRITE)
    (order,) = [line for line in log.splitlines() if line.startswith("ORDER")]
    assert order == "ORDER customer priority team stage assigned"
