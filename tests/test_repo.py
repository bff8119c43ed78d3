"""The rules of this repository: what every addon and every file must keep.

The checks are in `repo_checks.py`. Here they run on our addons, and each of them on a
small addon that breaks its rule, so that none of them can pass by finding nothing.
"""

import os
import re
import subprocess
from pathlib import Path

import gen_readme
import pytest
from repo_addon import Addon, find_addons
from repo_checks import CHECKS
from repo_test_checks import find_bad_feature_ids, find_tests_without_assertion

REPO = Path(__file__).resolve().parent.parent
ADDONS = {addon.name: addon for addon in find_addons(REPO)}
TOP_TESTS = Addon(REPO / "tests").modules
COMMANDS = sorted(
    path.name
    for path in (REPO / "setup").iterdir()
    if path.is_file() and not path.suffix and os.access(path, os.X_OK)
)
# Written with brackets, so that this file does not contain what it looks for.
FOREIGN = re.compile(
    r"(?<![\w.])/(root|home)[/]|/opt[/](wheels|pypi)|/work[/](main|shared)"
    r"|pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian[.]org"
    r"|archive[.]ubuntu[.]com|index-url\s*="
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ADDONS)
def test_addon(name, check):
    """Our addons keep every rule."""
    assert check(ADDONS[name]) == []


def test_there_are_addons():
    """The checks above had something to look at."""
    assert "aftersales_case" in ADDONS
    assert len(COMMANDS) >= 3


def test_top_level_tests():
    """The tests that cross addons can fail too, and name features by id."""
    assert find_tests_without_assertion(TOP_TESTS) == []
    assert find_bad_feature_ids(TOP_TESTS) == []


def test_nothing_of_one_machine():
    """No file names a folder of somebody's machine or a registry's host."""
    names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in filter(None, names.split("\0"))
        for number, line in enumerate(_read_lines(REPO / name), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


def _git(*arguments):
    command = ["git", "-c", f"safe.directory={REPO}", "-C", REPO, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def _read_lines(path):
    """Return the lines of a text file; nothing of a picture or a deleted file."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return []


@pytest.mark.parametrize(
    "text", ["see /root" + "/.cache", "/home" + "/me/odoo", "https://pypi" + ".org"]
)
def test_foreign_text_is_found(text):
    """The pattern of the test above finds what it is for."""
    assert FOREIGN.search(text)
    assert not FOREIGN.search("static/src/root.js, ./home/x and a pypi package")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_helps(command):
    """Every program in setup/ says what it does."""
    done = subprocess.run(
        [REPO / "setup" / command, "--help"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()


def test_readme_is_true():
    """README.md names only commands and files that exist, and the licence is there."""
    text = (REPO / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"\bsetup/([a-z0-9]+)\b", text))
    assert commands == set(COMMANDS)
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (REPO / link).exists()] == []
    licence = (REPO / "LICENSE").read_text(encoding="utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence


# A small addon that keeps every rule.
GOOD = {
    "__init__.py": "from . import models\n",
    "__manifest__.py": """{
    "name": "SLA",
    "summary": "Deadlines",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Somebody",
    "website": "https://example.com",
    "category": "Services",
    "depends": ["aftersales_case"],
    "data": [
        "security/ir.model.access.csv",
        "views/sla_views.xml",
        "views/menus.xml",
    ],
    "assets": {"web.assets_backend": ["aftersales_sla/static/src/**/*"]},
    "development_status": "Beta",
    "maintainers": [],
}
""",
    "pyproject.toml": '[build-system]\nbuild-backend = "whool.buildapi"\n',
    "models/__init__.py": "from . import aftersales_sla_policy\n",
    "models/aftersales_sla_policy.py": """\
from odoo import models

from odoo.addons.aftersales_case.const import STATE_NEW


class AftersalesSlaPolicy(models.Model):
    _name = "aftersales.sla.policy"
    _description = "SLA Policy"

    def _get_text(self):
        return self.env._("Late by %s", STATE_NEW)
""",
    "models/res_partner.py": """\
from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"
""",
    "security/ir.model.access.csv": (
        "id,name,model_id:id,group_id:id,perm_read\n"
        "a,a,model_aftersales_sla_policy,base.group_user,1\n"
    ),
    "views/sla_views.xml": "<odoo/>\n",
    "views/menus.xml": "<odoo/>\n",
    "static/src/sla.esm.js": 'export const LATE = _t("Late \\"now\\"");\n',
    "i18n/aftersales_sla.pot": (
        'msgid ""\nmsgstr ""\n\nmsgid "Late by %s"\nmsgstr ""\n\n'
        'msgid ""\n"Late "\n"\\"now\\""\nmsgstr ""\n'
    ),
    "readme/DESCRIPTION.md": "Deadlines.\n",
    "readme/CONFIGURE.md": "Nothing.\n",
    "readme/USAGE.md": "Look.\n",
    "readme/DEVELOP.md": "Hooks.\n",
    "readme/HISTORY.md": "First.\n",
    "tests/__init__.py": "from . import test_policy\n",
    "tests/common.py": "class SlaCommon(TransactionCase):\n    pass\n",
    "tests/test_policy.py": """\
@tagged("post_install", "-at_install")
class TestPolicy(SlaCommon):
    @feature("I2-62")
    def test_name(self):
        self.assertEqual(1, 1)
""",
}
MANIFEST = GOOD["__manifest__.py"]
MODEL = GOOD["models/aftersales_sla_policy.py"]
TEST = GOOD["tests/test_policy.py"]
# (check that must complain, file, its text or None to leave it out)
BROKEN = [
    ("assets", "__manifest__.py", MANIFEST.replace("src/**/*", "lib/*.js")),
    ("assets", "static/tests/sla.test.js", "export const A = 1;\n"),
    ("constructs", "models/res_partner.py", "load_tests = 1\n"),
    (
        "data_order",
        "__manifest__.py",
        MANIFEST.replace("sla_views", "x")
        .replace("menus", "sla_views")
        .replace("views/x", "views/menus"),
    ),
    ("data_order", "__manifest__.py", MANIFEST.replace("views/sla", "sla")),
    ("dependencies", "__manifest__.py", MANIFEST.replace("_case", "_portal")),
    ("external_dependencies", "models/res_partner.py", "import phonenumbers.util\n"),
    ("external_dependencies", "engine/due.py", "from holidays import NL\n"),
    (
        "external_dependencies",
        "__manifest__.py",
        MANIFEST.replace(
            '"data"', '"external_dependencies": {"python": ["holidays"]}, "data"'
        ),
    ),
    ("feature_ids", "tests/test_policy.py", TEST.replace("I2-62", "I2_62")),
    ("feature_ids", "tests/test_policy.py", TEST.replace('"I2-62"', "")),
    ("imports", "models/res_partner.py", MODEL.replace("case.const", "case.models")),
    ("imports", "models/res_partner.py", MODEL.replace("_case.const", "_portal.const")),
    (
        "manifest_keys",
        "__manifest__.py",
        MANIFEST.replace('"data"', '"installable": True, "data"'),
    ),
    (
        "methods_named_once",
        "models/aftersales_sla_policy_text.py",
        MODEL.replace("_name", "_inherit").replace('"SLA Policy"', "None"),
    ),
    ("model_files", "models/sla_policy.py", MODEL),
    (
        "model_files",
        "models/aftersales_sla_policy.py",
        MODEL + "\n\nclass B(models.Model):\n    _inherit = 'b'\n",
    ),
    ("no_guessing", "models/res_partner.py", "if 'a.b' in self.env:\n    pass\n"),
    ("no_guessing", "models/res_partner.py", "self.env.get('a.b')\n"),
    ("packaging", "pyproject.toml", None),
    ("packaging", "pyproject.toml", 'build-backend = "setuptools"\n'),
    (
        "private_keys",
        "models/res_partner.py",
        "if self.env.context.get('aftersales_later'):\n    pass\n",
    ),
    (
        "private_keys",
        "models/res_partner.py",
        "LATER = 'aftersales_later'\nif not self.env.context[LATER]:\n    pass\n",
    ),
    ("readme", "README.rst", "SLA\n===\n"),
    ("readme", "readme/USAGE.md", "Look twice.\n"),
    ("readme", "static/description/index.html", None),
    ("readme", "static/description/index.html", "<h1>SLA</h1>\n"),
    ("readme", "readme/USAGE.md", None),
    ("readme_reads", "README.rst", "Look ``here.\n"),
    ("tests_assert", "tests/test_policy.py", TEST.replace("assertEqual", "equal")),
    ("tests_imported", "tests/__init__.py", ""),
    ("tests_tagged", "tests/test_policy.py", TEST.replace('"-at_install"', '"sla"')),
    (
        "tests_tagged",
        "tests/test_policy.py",
        TEST + "\n\nclass TestMore(TestPolicy):\n    more = True\n",
    ),
    ("translations", "i18n/aftersales_sla.pot", None),
    ("translations", "models/aftersales_sla_policy.py", MODEL.replace("Late", "Too")),
    ("translations", "static/src/sla.esm.js", 'export const A = _t("Soon");\n'),
    ("vocabulary", "i18n/pl.po", 'msgid "Stages"\nmsgstr "Etapy"\n'),
]


@pytest.fixture
def good(tmp_path, monkeypatch):
    """Return the folder of a small addon that keeps every rule."""
    monkeypatch.setattr(gen_readme, "to_rst", lambda markdown: markdown)
    monkeypatch.setattr(gen_readme, "to_html", lambda rst: rst)
    folder = tmp_path / "aftersales_sla"
    for name, text in GOOD.items():
        write(folder / name, text)
    gen_readme.write(folder)
    return folder


def write(path, text):
    """Write a file, or remove it when there is no text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")


def complaining(folder):
    """Return the names of the checks that complain about an addon."""
    return {
        check.__name__.removeprefix("check_")
        for check in CHECKS
        if check(Addon(folder))
    }


def test_good_addon(good):
    """No check complains about an addon that keeps every rule."""
    assert complaining(good) == set()


@pytest.mark.parametrize(("name", "file", "text"), BROKEN)
def test_check_can_fail(good, name, file, text):
    """The check whose rule is broken complains."""
    write(good / file, text)
    assert name in complaining(good)


def test_every_check_can_fail():
    """Every check has at least one broken addon above."""
    names = {check.__name__.removeprefix("check_") for check in CHECKS}
    assert {name for name, *_ in BROKEN} == names


def test_readme_by_hand(good):
    """A README.rst that somebody changed is found, a generated one is not."""
    gen_readme.check(good)
    path = good / "README.rst"
    write(path, path.read_text(encoding="utf-8").replace("Look.", "Don't look."))
    with pytest.raises(gen_readme.StaleError, match="by hand"):
        gen_readme.check(good)
