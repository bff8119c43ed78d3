"""The demo data that `setup/run` shows."""

import re

import pytest
from ground import REPO, addons, database

LOGINS = {"service", "technician", "accountant", "warehouse", "customer"}
# Everything is replayed from the log, in several orders; nothing is kept of it. Once as
# the demo has it, and once with all kinds of promises about what lives on in it.
REPLAY = """
import random
from unittest.mock import patch

from odoo.fields import Command, Datetime

# What is found to be late already is dated now, however long this takes.
now = Datetime.now()
patch.object(Datetime, "now", lambda *_args: now).start()
Case, Clock = env["aftersales.case"], env["aftersales.sla.clock"]
METRICS = ("response", "next_reply", "update", "assigned", "resolved", "team")
draw = random.Random(1)


def read():
    rows = Clock._read_known(cases.ids).items()
    # Neither its number nor the mark for the job is what a clock says.
    return {key: {**row, "id": None, "is_marked": None} for key, row in rows}


def is_kept(key, stored, found):
    # A miss stays though its policy held no more from the beginning: the log names it.
    if key in found or not stored[key]["breached_at"]:
        return False
    case, target, cycle = key
    events = Case.browse(case).event_ids.filtered(
        lambda event: event.kind == "sla_breach"
        and (event.to_id, event.key) == (target, str(cycle))
    )
    return stored[key]["breached_at"] in events.mapped("to_at")


def compare():
    stored, ids = read(), cases.ids
    for size in (len(ids), 1, 7):
        env.cr.execute("DELETE FROM aftersales_sla_clock")
        env.invalidate_all()
        draw.shuffle(ids)
        for first in range(0, len(ids), size):
            Case.browse(ids[first : first + size])._replay_clocks()
        found = read()
        for key in stored.keys() | found.keys():
            if stored.get(key) != found.get(key) and not is_kept(key, stored, found):
                print("DIFFERS", size, key, stored.get(key), found.get(key))
    print("REPLAYED", len(ids), len(stored))


Case._cron_clocks()  # as the scheduler by now
cases = Case.search([])
cases._replay_clocks()  # as if somebody had touched each: policies came after some
compare()
env["aftersales.sla.policy"].create(
    {
        "name": "All kinds",
        "sequence": 1,
        "target_ids": [
            Command.create(
                {
                    "metric": metric,
                    "party": "team" if metric == "team" else "customer",
                    "pause_supplier": True,
                }
            )
            for metric in METRICS
        ],
    }
)
cases._replay_clocks()
compare()
env.cr.rollback()
"""

# What is computed in words is asked for in Dutch, after it was asked for in English.
WORDS = """
import re

assert "nl_NL" in dict(env["res.lang"].get_installed()), "nothing would be translated"
# Between the two times pass.
read = lambda record, name: re.sub(r"[0-9]", "0", record[name] or "")
for model in env.registry.models.values():
    if model._abstract or model._transient or not model._auto:
        continue
    names = [
        name
        for name, field in model._fields.items()
        if field.type in ("char", "text", "html")
        and field.compute
        and not (field.store or field.related)
        and any(module.startswith("aftersales_") for module in field._modules)
    ]
    records = env[model._name].search([], limit=4) if names else ()
    for name in names:
        for record in records.with_context(lang="en_US"):
            env.invalidate_all()
            read(record, name)
            dutch = record.with_context(lang="nl_NL")
            after = read(dutch, name)
            env.invalidate_all()
            if after != read(dutch, name):
                print("STAYS ENGLISH", record, name)
print("ASKED")
"""
# When what happened, by table.
DATED = {
    "aftersales_case_event": "at",
    "aftersales_dunning_hold": "requested_at",
    "mail_message": "date",
}


@pytest.fixture(scope="module")
def demo(space):
    """Return the name of a database with our demo data; making it logs no warning."""
    template = database.template(space)
    with database.temporary(space, template, "demo_test") as name:
        database.install_with_demo(space, name, list(addons.own()))
        yield name


def test_logins_that_run_prints(space, demo):
    """Everyone whom `setup/run` names can log in."""
    found = space.sql("SELECT login FROM res_users WHERE active", demo)
    assert set(found.splitlines()) >= LOGINS


def test_other_modules_have_no_demo_data(space, demo):
    """The story is our own: nobody else's customers and products are in it."""
    found = space.sql("SELECT name FROM ir_module_module WHERE demo", demo)
    assert set(found.splitlines()) == set(addons.own())


def test_replay_of_the_log(space, demo):
    """The clocks of the whole demo are what their log says, in any order of batches.

    Besides them there are misses that stay whatever is replayed; the log names each.
    """
    told = space.odoo_shell(demo, REPLAY)
    differences = [line for line in told.splitlines() if "DIFFERS" in line]
    assert "\n".join(differences) == ""
    (cases, few), (again, many) = re.findall(r"REPLAYED (\d+) (\d+)", told)
    assert int(cases) == int(again) > 10
    assert int(many) > int(few) > 0


def test_words_in_two_languages(space, demo):
    """Who asks after somebody else, in the same request, is answered in his language."""
    told = space.odoo_shell(demo, WORDS)
    assert "ASKED" in told
    assert "STAYS ENGLISH" not in told, told


def test_every_kind_has_a_case(space, demo):
    """No kind of cases that is shipped is without a case, and no case without words."""
    found = space.sql(
        "SELECT t.code FROM aftersales_case_type t"
        " LEFT JOIN aftersales_case c ON c.type_id = t.id AND c.description IS NOT NULL"
        " WHERE t.active GROUP BY t.id HAVING count(c.id) = 0",
        demo,
    )
    assert found == ""


def test_people_beside_the_service_desk(space, demo):
    """The warehouse reports goods, a subcontractor goes on a visit, a project is built."""
    found = space.sql(
        "SELECT t.code, u.login FROM aftersales_case c"
        " JOIN aftersales_case_type t ON t.id = c.type_id"
        " JOIN res_users u ON u.id = c.create_uid WHERE u.login = 'warehouse'"
        " ORDER BY t.code",
        demo,
    )
    assert found.splitlines() == ["GRN|warehouse", "INT|warehouse"]
    found = space.sql(
        "SELECT DISTINCT p.supplier_rank > 0 FROM aftersales_visit_crew w"
        " JOIN resource_resource r ON r.id = w.resource_id"
        " JOIN res_partner p ON p.id = r.visit_partner_id",
        demo,
    )
    assert found == "t"
    found = space.sql(
        "SELECT count(*) FROM aftersales_case WHERE project_id IS NOT NULL", demo
    )
    assert int(found) == 2
    found = space.sql("SELECT DISTINCT place FROM aftersales_visit", demo)
    assert set(found.splitlines()) == {"site", "workshop", "desk"}


def test_one_warns_and_one_is_missed(space, demo):
    """Of what agreements promise something is about to be missed, and something was."""
    found = space.sql(
        "SELECT DISTINCT CASE WHEN k.state = 'running' THEN 'warns' ELSE k.state END"
        " FROM aftersales_sla_clock k JOIN aftersales_sla_policy p ON p.id = k.policy_id"
        " WHERE p.agreement_id IS NOT NULL AND k.ended_at IS NULL AND (k.state = 'breached'"
        " OR now() AT TIME ZONE 'UTC' BETWEEN k.warn_at AND k.due_at)",
        demo,
    )
    assert set(found.splitlines()) == {"warns", "breached"}


def test_update_moves_no_dates(space, demo):
    """Each update of an addon runs its SQL again: the story stays when it happened."""
    before = _read_dates(space, demo)
    files = sorted(REPO.glob("aftersales_*/demo/*.sql"))
    assert files
    for path in files:
        space.sql(path.read_text(), demo)
    assert _read_dates(space, demo) == before


def _read_dates(space, demo):
    return {
        table: space.sql(f"SELECT id, {column} FROM {table} ORDER BY id", demo)
        for table, column in DATED.items()
    }
