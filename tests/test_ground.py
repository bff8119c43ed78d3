"""The programs in `setup/`: what they promise beyond running."""

import json
import os
import re
import subprocess
import sys

import pytest
from ground import (
    REPO,
    SETUP,
    addons,
    cache,
    database,
    javascript,
    odoolog,
    source,
    translations,
)
from ground.report import Problem, run

PROGRAMS = ("run", "test", "story", "shell", "i18n", "bench", "wordpress")
LOG = """\
2026-01-01 10:00:00,000 7 INFO db aftersales.doing: tests/test_x.py::test_y
2026-01-01 10:00:00,001 7 WARNING db odoo.models: two fields have one label
2026-01-01 10:00:00,002 8 ERROR ? odoo.sql_db: bad query
DETAIL: there is no such table
2026-01-01 10:00:00,003 8 INFO db odoo.http: GET / 200 ERROR
2026-01-01 10:00:00,004 8 ERROR db x.browser: Error received after termination: none
"""
SECONDS_OF_SERVER = 60
PROGRAM = f"""
import os
from types import SimpleNamespace
from ground.workspace import Workspace

space = SimpleNamespace(environment=os.environ)
with Workspace.started(space, ["sleep", "{SECONDS_OF_SERVER}"]) as server:
    print("started", flush=True)
    server.wait()
"""
POT = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Case"
msgstr ""
"""


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Return a cache folder of the test's own."""
    tmp_path.chmod(0o755)
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "ROOM_NEEDED", 0)
    monkeypatch.setattr(cache, "_check_others_can_enter", lambda path: None)
    return tmp_path


@pytest.mark.parametrize("name", PROGRAMS)
def test_help(name):
    """Every program explains itself without building anything."""
    text = run([sys.executable, SETUP / name, "--help"], name)
    assert text.startswith(f"usage: {name}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--port", "x"], "'x' is no port"),
        (["test", "nothing"], "nothing is neither a file of tests nor an id"),
        (["test", "Z9-" + "99"], "no test carries the id Z9-99"),
        (["shell", "--run"], "--run needs a command"),
    ],
)
def test_wrong_arguments(arguments, sentence):
    """A mistake gets one sentence, no traceback."""
    program, *rest = arguments
    done = subprocess.run(
        [sys.executable, SETUP / program, *rest],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_log_entries():
    """Entries above INFO are found, with their test and their further lines."""
    first, second = odoolog.bad_entries(LOG)
    assert first.startswith("tests/test_x.py::test_y\n")
    assert first.endswith("two fields have one label")
    assert second.endswith("bad query\n  DETAIL: there is no such table")


def test_build_happens_once(own_cache):
    """What is complete is not built again."""
    made = []
    for _ in range(2):
        cache.build(own_cache / "thing", made.append)
    assert made == [own_cache / "thing"]


def test_interrupted_build_starts_anew(own_cache):
    """What an interrupted build left is removed before the next."""

    def fail(path):
        (path / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.build(own_cache / "thing", fail)
    cache.build(own_cache / "thing", lambda path: (path / "whole").touch())
    names = {path.name for path in (own_cache / "thing").iterdir()}
    assert names == {"whole", cache.COMPLETE}


def test_javascript_is_installed_from_the_lock(own_cache):
    """A new machine gets the packages that the lock names, and no other version."""
    manifest = json.loads((javascript.install() / "axe-core/package.json").read_text())
    lock = json.loads((SETUP / "package-lock.json").read_text())
    locked = lock["packages"]["node_modules/axe-core"]
    assert manifest["version"] == locked["version"]
    assert locked["integrity"].startswith("sha512-")


def test_full_disk(own_cache, monkeypatch):
    """A build that cannot fit is not begun."""
    monkeypatch.setattr(cache, "ROOM_NEEDED", 2**62)
    with pytest.raises(Problem, match="free some space"):
        cache.build(own_cache / "thing", lambda path: None)
    assert not (own_cache / "thing").exists()


def test_cache_that_cannot_be_made(monkeypatch):
    """The variable that helps is named."""
    monkeypatch.setenv("AFTERSALES_CACHE", os.devnull + "/cache")
    with pytest.raises(Problem, match="set AFTERSALES_CACHE"):
        cache.folder()


def test_cache_that_is_a_file(monkeypatch, tmp_path):
    """A file where the folder should be is refused like a folder of somebody else."""
    (tmp_path / "cache").touch(mode=0o777)
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    with pytest.raises(Problem, match="set AFTERSALES_CACHE"):
        cache.folder()


@pytest.mark.parametrize(
    ("release", "sentence"),
    [
        ("version_info = (18, 0, 0, FINAL, 0, '')", "holds Odoo 18.0"),
        ("", "holds no Odoo"),
    ],
)
def test_checkout_of_another_version(tmp_path, monkeypatch, release, sentence):
    """A wrong checkout is refused with what to do."""
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text(release)
    monkeypatch.setenv("ODOO_SRC", str(tmp_path))
    with pytest.raises(Problem, match=rf"{sentence}; check out branch 19.0"):
        source.find()


def test_checkout(tmp_path, monkeypatch):
    """A checkout brings its own folder of addons."""
    (tmp_path / "odoo").mkdir()
    (tmp_path / "addons").mkdir()
    release = "version_info = (19, 0, 0, FINAL, 0, '')"
    (tmp_path / "odoo/release.py").write_text(release)
    monkeypatch.setenv("ODOO_SRC", str(tmp_path))
    found = source.find()
    assert (found.root, found.addons) == (tmp_path, (tmp_path / "addons",))


def test_dependencies_come_first():
    """An addon stands behind each own addon it needs, other people's left out."""
    manifests = {
        "case": {"depends": ["mail"]},
        "site": {"depends": ["case", "portal"]},
        "planning": {"depends": ["site", "case"]},
    }
    found = addons.with_dependencies("planning", manifests)
    assert found == ["case", "site", "planning"]
    assert addons.third_party(manifests) == ["mail", "portal"]


def test_translation_is_brought_in_step(tmp_path, capsys):
    """A .po file with other terms fails the check; merging mends it."""
    template = tmp_path / "x.pot"
    template.write_text(POT)
    (tmp_path / "nl.po").write_text(POT.replace("Case", "Old"))
    assert translations.main("check", "nl", template) == 1
    assert "not in step" in capsys.readouterr().out
    assert translations.main("merge", "nl", template) == 0
    assert "1 untranslated" in capsys.readouterr().out
    assert translations.main("check", "nl", template) == 0


def test_databases_can_search_inside_texts(space):
    """Odoo's extensions are there, so are our trigram indexes, and accents are ignored.

    Without the extensions Odoo makes no such index, and says nothing.
    """
    name = database.for_tests(space)
    extensions = space.sql("SELECT extname FROM pg_extension", name).splitlines()
    assert {"pg_trgm", "unaccent"} <= set(extensions)
    indexes = space.sql(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'aftersales_case'"
        " AND indexdef LIKE '%gin_trgm_ops%'",
        name,
    )
    for column in ("number", "name", "description", "slip_number"):
        assert re.search(rf"unaccent\(\(?{column}\b", indexes), column
    assert space.sql("SELECT unaccent('Zażółć')", name) == "Zazolc"


def test_server_without_an_extension(space, monkeypatch, capsys):
    """A server that refuses an extension is told of; the others are still made."""
    wanted = ("CREATE EXTENSION no_such_thing", "CREATE EXTENSION pg_trgm")
    monkeypatch.setattr(database, "EXTENSIONS", wanted)
    with database.temporary(space, "template0", "extensions") as name:
        database._add_extensions(space, name)
        found = space.sql("SELECT extname FROM pg_extension", name)
    assert "pg_trgm" in found
    assert "refused `CREATE EXTENSION no_such_thing`" in capsys.readouterr().err


def test_unknown_command(space):
    """A command that is not there is a sentence, not a traceback."""
    with pytest.raises(Problem, match="no-such-command is no command"):
        space.call(["no-such-command"])


def test_server_ends_with_its_program():
    """What a killed program had started does not stay behind with its port."""
    environment = {**os.environ, "PYTHONPATH": str(SETUP)}
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as program:
        assert program.stdout.readline() == "started\n"
        program.kill()
        # It ends when the last one that can write into the pipe is gone: the server.
        rest, _errors = program.communicate(timeout=SECONDS_OF_SERVER / 2)
    assert rest == ""


def test_continuous_integration_needs_no_input():
    """The entry point of CI is the one command for tests."""
    script = (REPO / ".ci/run").read_text()
    assert "setup/test </dev/null" in script
