"""Databases: the template with other people's addons, and copies of it."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess

from . import addons, cache, python
from .odoolog import bad_entries
from .report import Problem, say, step

# The first one becomes the language of the users that Odoo makes.
LANGUAGES = ("en_US", "nl_NL", "pl_PL", "de_DE")
# What the backend's and the portal's pages load, with what tours add.
BUNDLES = (
    "bus.websocket_worker_assets",
    "web.__assets_tests_call__",
    "web.assets_backend_lazy",
    "web.assets_emoji",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
    "web.assets_web_print",
    "web.chartjs_lib",
    "web_tour.automatic",
    "web_tour.interactive",
)
# What unit tests of scripts load; making it takes as long as all of the others.
UNIT_TEST_BUNDLES = ("web.assets_unit_tests_setup", "web.assets_unit_tests")
# What Odoo's own `db create` gives a new database: indexes for searches inside a text,
# and searches that ignore accents. Odoo takes their absence in silence.
EXTENSIONS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # Both or none: Odoo warns of an `unaccent` that cannot be in an index.
    "CREATE EXTENSION IF NOT EXISTS unaccent; ALTER FUNCTION unaccent(text) IMMUTABLE",
)
MAKE_BUNDLES = """
for bundle in BUNDLES:
    assets = env["ir.qweb"]._get_asset_bundle(bundle)
    assets.js()
    assets.css()
env.cr.commit()
"""


def exists(space, name):
    """Return whether that database is there."""
    return bool(space.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(space, name):
    """Remove a database and its files, if there."""
    space.sql(f"UPDATE pg_database SET datistemplate=false WHERE datname='{name}'")
    space.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_filestore(space, name), ignore_errors=True)


def clone(space, origin, name):
    """Make database `name` a copy of `origin`, with its files."""
    drop(space, name)
    strategy = "STRATEGY file_copy" if space.server.version >= 15 else ""
    space.sql(f'CREATE DATABASE "{name}" TEMPLATE "{origin}" {strategy}')
    files = _filestore(space, origin)
    if files.exists():
        # Links are safe: Odoo names files by content and never changes one.
        subprocess.run(["cp", "-al", files, _filestore(space, name)], check=True)


def _filestore(space, name):
    """Return the folder of a database's attachments."""
    return space.data_folder / "filestore" / name


def template(space):
    """Return the name of the template with all third-party modules, made if needed.

    It has no demo data, the languages the addons are shipped in, and what tests need.
    """
    modules = [*addons.third_party(space.manifests), *addons.FOR_TESTS]
    made_of = [*modules, *LANGUAGES, *EXTENSIONS]
    parts = [python.locks_digest(), space.odoo.version, *made_of]
    name = f"aftersales_template_{_key(*parts)}"
    if exists(space, name):
        return name
    with cache.lock(f"template-{space.server.key}"):
        if not exists(space, name):
            _build_template(space, name, modules)
    return name


def _key(*parts):
    """Return a short hash of some texts."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


def _build_template(space, name, modules):
    """Install the modules in a database that gets its name when all went well."""
    partial = f"{name}_partial"
    drop(space, partial)
    encoding = "ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0"
    space.sql(f'CREATE DATABASE "{partial}" {encoding}')
    _add_extensions(space, partial)
    with step(f"installing Odoo's modules into a template ({len(modules)} and theirs)"):
        space.odoo_batch(
            partial, "-i", ",".join(modules), f"--load-language={','.join(LANGUAGES)}"
        )
    _finish_template(space, partial, name)


def _add_extensions(space, name):
    """Give a database its extensions, and say so if a foreign server has them not."""
    for statement in EXTENSIONS:
        try:
            space.sql(statement, name)
        except Problem as problem:
            say(
                "warning: searches will be slower, or will not ignore accents, because"
                f" PostgreSQL refused `{statement}`: {problem}"
            )


def for_tests(space):
    """Return the name of a template with our addons too, without demo data.

    The pages' scripts and styles are made beforehand: every browser test would
    otherwise make them again and roll them back. Raises Problem if installing logs
    a warning.
    """
    if not space.manifests:
        raise Problem("there is no addon in the repository yet.")
    origin = template(space)
    own = addons.digests(space.manifests).items()
    key = _key(origin, _bundles_script(), *(f"{name}={value}" for name, value in own))
    prefix = f"aftersales_tests_{space.checkout}"
    name = f"{prefix}_{key}"
    with cache.lock(f"{prefix}-{space.server.key}"):
        if not exists(space, name):
            for outdated in _named(space, f"{prefix}_.*"):
                drop(space, outdated)
            _build_for_tests(space, origin, name)
    return name


def _build_for_tests(space, origin, name):
    """Make the database of `for_tests`; it gets its name when all went well."""
    partial = f"{name}_partial"
    clone(space, origin, partial)
    with step(f"installing {', '.join(space.manifests)}"):
        log = space.odoo_batch(partial, "-i", ",".join(space.manifests))
        _check(log, "installing the addons")
    with step("making the pages' scripts and styles"):
        log = space.odoo_shell(partial, _bundles_script())
        _check(log, "making the pages' scripts and styles")
    _finish_template(space, partial, name)


def _bundles_script():
    """Return the script that makes the bundles the tests load."""
    unit_tests = UNIT_TEST_BUNDLES if addons.have_script_tests() else ()
    return f"BUNDLES = {BUNDLES + unit_tests}\n{MAKE_BUNDLES}"


def _finish_template(space, partial, name):
    """Give a finished database its name and statistics; mark it as a template."""
    space.sql("ANALYZE", partial)
    files = _filestore(space, name)
    shutil.rmtree(files, ignore_errors=True)
    _filestore(space, partial).rename(files)
    space.sql(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')
    space.sql(f"UPDATE pg_database SET datistemplate=true WHERE datname='{name}'")


@contextlib.contextmanager
def temporary(space, origin, purpose):
    """Yield the name of a copy of `origin` that is dropped afterwards."""
    prefix = f"aftersales_{purpose}"
    for name in _named(space, rf"{prefix}_\d+.*"):
        pid = re.search(r"_(\d+)", name).group(1)
        if not cache.process_runs(int(pid)):
            drop(space, name)
    name = f"{prefix}_{os.getpid()}"
    clone(space, origin, name)
    try:
        yield name
    finally:
        drop(space, name)


def _named(space, pattern):
    """Return the databases whose whole name matches a regular expression."""
    names = space.sql("SELECT datname FROM pg_database").splitlines()
    return [name for name in names if re.fullmatch(pattern, name)]


def demo(space, fresh=False):
    """Return the name of the demo database, made or brought up to date if needed."""
    name = f"aftersales_demo_{space.checkout}"
    record = space.data_folder / f"{name}.json"
    wanted = {
        "template": template(space),
        "addons": addons.digests(space.manifests),
    }
    with cache.lock(name):
        known = json.loads(record.read_text()) if record.exists() else {}
        if fresh or known.get("template") != wanted["template"]:
            known = {}
        if not known or not exists(space, name):
            record.unlink(missing_ok=True)
            _make_demo(space, name)
        elif known != wanted:
            record.unlink()
            _update_demo(space, name, known["addons"], wanted["addons"])
        record.write_text(json.dumps(wanted))
    return name


def _make_demo(space, name):
    """Make the demo database: our own demo data on other modules without theirs."""
    with step("making the demo database"):
        clone(space, template(space), name)
        install_with_demo(space, name, list(space.manifests))


def _update_demo(space, name, known, wanted):
    """Install new addons and update changed ones in the demo database."""
    new = [addon for addon in wanted if addon not in known]
    changed = [a for a in wanted if a in known and wanted[a] != known[a]]
    if changed:
        with step(f"updating {', '.join(changed)}"):
            log = space.odoo_batch(name, "-u", ",".join(changed))
            _check(log, "updating the addons")
    if new:
        with step(f"installing {', '.join(new)}"):
            install_with_demo(space, name, new)


def install_with_demo(space, name, own):
    """Install addons with demo data where their dependencies have none.

    Odoo gives demo data only to an addon whose dependencies have theirs, so those
    claim to have it for as long as this takes.
    """
    space.sql("UPDATE ir_module_module SET demo=true WHERE state='installed'", name)
    log = space.odoo_batch(name, "-i", ",".join(own), "--with-demo")
    mine = ", ".join(f"'{addon}'" for addon in space.manifests)
    space.sql(
        f"UPDATE ir_module_module SET demo=false WHERE name NOT IN ({mine})", name
    )
    _check(log, "installing the demo data")


def _check(log, what):
    """Raise Problem if Odoo's log has warnings or errors."""
    if bad := bad_entries(log):
        raise Problem(f"{what} logged:\n" + "\n".join(bad))
