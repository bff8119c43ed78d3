"""Every addon installs alone and leaves nothing behind when it is uninstalled."""

import pytest
from ground import addons, database
from ground.odoolog import bad_entries

# What a database consists of, as text that can be compared; extensions stay, as others
# may use them.
STRUCTURE = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
  FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'function ' || oid::regprocedure
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION SELECT 'trigger ' || tgrelid::regclass || '.' || tgname
  FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'constraint ' || conrelid::regclass || '.' || conname
  FROM pg_constraint WHERE conrelid <> 0
UNION SELECT 'sequence ' || sequencename
  FROM pg_sequences WHERE schemaname = 'public'
"""
# The items whose invoice is held in full, as Odoo's own flag says.
FLAGGED = """
SELECT string_agg(line.id::text, ',')
  FROM account_move_line AS line JOIN account_move AS move ON move.id = line.move_id
 WHERE line.no_followup AND move.is_fully_held AND NOT move.no_followup_before
"""
# The entries of visits in calendars, and the views of calendars that know of visits.
VISITS = "SELECT id FROM calendar_event WHERE visit_id IS NOT NULL ORDER BY id"
VIEWS = """
SELECT id FROM ir_ui_view
 WHERE model LIKE 'calendar.%' AND arch_db::text LIKE '%visit%'
"""
# Who has which rights by which others, as text.
IMPLIED = """
SELECT a.module || '.' || a.name || ' > ' || b.module || '.' || b.name
  FROM res_groups_implied_rel r
  JOIN ir_model_data a ON a.model = 'res.groups' AND a.res_id = r.gid
  JOIN ir_model_data b ON b.model = 'res.groups' AND b.res_id = r.hid
"""
MANIFESTS = addons.own()


@pytest.mark.parametrize("addon", MANIFESTS)
def test_addon_installs_alone_and_uninstalls_clean(space, addon):
    """Nothing of an addon outlives it, and neither step logs a warning."""
    *needed, _itself = addons.with_dependencies(addon, MANIFESTS)
    template = database.template(space)
    with database.temporary(space, template, f"install_{addon}") as name:
        if needed:
            space.odoo_batch(name, "-i", ",".join(needed))
        before, implied = _structure(space, name), _implied(space, name)
        assert bad_entries(space.odoo_batch(name, "-i", addon)) == []
        assert _structure(space, name) - before, "installing changed nothing"
        log = space.run_odoo("module", "uninstall", "-d", name, addon)
        assert bad_entries(log) == []
        assert _structure(space, name) - before == set()
        assert before - _structure(space, name) == set()
        assert _implied(space, name) == implied
        assert _records(space, name, addon) == ""


def test_uninstalls_with_cases(space):
    """A database that was worked in gives the addons up without an error in the log.

    The demo has cases with a history, holds, and documents that stay.
    """
    template = database.template(space)
    with database.temporary(space, template, "uninstall_demo") as name:
        before = _structure(space, name)
        database.install_with_demo(space, name, list(MANIFESTS))
        invoices = space.sql("SELECT count(*) FROM account_move", name)
        flagged = space.sql(FLAGGED, name)
        assert flagged, "the demo holds no invoice in full"
        _assert_calendar_stays(space, name)
        for addon in ("aftersales_dunning", "aftersales_case"):
            log = space.run_odoo("module", "uninstall", "-d", name, addon)
            assert bad_entries(log) == []
            assert _records(space, name, addon) == ""
        left = {
            line for line in _structure(space, name) - before if "aftersales" in line
        }
        assert left == set()
        assert space.sql("SELECT count(*) FROM account_move", name) == invoices
        kept = "SELECT id FROM account_move_line WHERE no_followup AND id IN"
        assert space.sql(f"{kept} ({flagged})", name) == ""


def _assert_calendar_stays(space, name):
    """Assert that people keep in their calendars what was planned, and nothing of ours."""
    entries = space.sql(VISITS, name).splitlines()
    assert entries, "the demo has no visit that is planned"
    assert space.sql(VIEWS, name)
    log = space.run_odoo("module", "uninstall", "-d", name, "aftersales_planning")
    assert bad_entries(log) == []
    assert _records(space, name, "aftersales_planning") == ""
    kept = (
        f"SELECT id FROM calendar_event WHERE id IN ({', '.join(entries)}) ORDER BY id"
    )
    assert space.sql(kept, name).splitlines() == entries
    assert space.sql(VIEWS, name) == ""
    extension = "SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'"
    assert space.sql(extension, name) == "1"


def _structure(space, name):
    """Return the set of everything the database's schema consists of."""
    return set(space.sql(STRUCTURE, name).splitlines())


def _implied(space, name):
    """Return the set of which group implies which."""
    return set(space.sql(IMPLIED, name).splitlines())


def _records(space, name, addon):
    """Return the names of the addon's records that Odoo still knows."""
    query = f"SELECT name FROM ir_model_data WHERE module = '{addon}' ORDER BY name"
    return space.sql(query, name)
