"""setup/lint finds what each of its tools is for, and touches nothing unasked."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
CONFIGURATION = (
    "setup",
    ".pre-commit-config.yaml",
    ".pylintrc-mandatory",
    ".ruff.toml",
    "eslint.config.cjs",
    "prettier.config.cjs",
)
ADDON = "aftersales_bad"
MANIFEST = """{
    "name": "Bad",
    "version": "1",
    "license": "AGPL-3",
    "author": "Nobody",
    "depends": ["base"],
    "data": ["views/bad.xml"],
}
"""
# hook: the file that breaks its rule
BAD = {
    "rejected-patches": ("left.rej", "x\n"),
    "en-po": (f"{ADDON}/i18n/en.po", 'msgid ""\nmsgstr ""\n'),
    "trailing-whitespace": ("space.txt", "x \n"),
    "end-of-file": ("end.txt", "x"),
    "line-endings": ("line.txt", "x\r\ny\n"),
    "ruff": (f"{ADDON}/models/unused.py", "import os\n"),
    "ruff-format": (f"{ADDON}/models/format.py", "x = {'a':1}\n"),
    "prettier": (f"{ADDON}/static/src/a.scss", ".a{color: $b}\n"),
    "eslint": (f"{ADDON}/static/src/a.esm.js", "owl.mount();\n"),
    "gen-readme": (f"{ADDON}/readme/DESCRIPTION.md", "Bad.\n"),
    "check-yaml": ("bad.yaml", "a: [\n"),
    "check-toml": ("bad.toml", "a = \n"),
    "check-json": ("bad.json", "{\n"),
    "check-xml": ("bad.xml", "<a>\n"),
    "check-merge-conflict": ("conflict.txt", "<<<<<<< HEAD\nx\n=======\ny\n"),
    "check-case-conflict": ("END.txt", "x\n"),
    "check-symlinks": ("link.txt", None),
    "check-executables-have-shebangs": ("executable", "x\n"),
    "check-shebang-scripts-are-executable": ("script.sh", "#!/bin/sh\n"),
    "debug-statements": (f"{ADDON}/models/debug.py", "breakpoint()\n"),
    "check-odoo19": (f"{ADDON}/models/old.py", "load_tests = 1\n"),
    "pylint-odoo": (f"{ADDON}/__manifest__.py", MANIFEST),
    "oca-checks-odoo-module": (f"{ADDON}/views/bad.xml", "<openerp/>\n"),
    "oca-checks-po": (
        f"{ADDON}/i18n/nl.po",
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        '#, python-format\nmsgid "%s late"\nmsgstr "te laat"\n',
    ),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Return a checkout with our tools and a file against each of them."""
    folder = tmp_path_factory.mktemp("lint") / "tree"
    folder.mkdir()
    for name in CONFIGURATION:
        copy = shutil.copytree if (REPO / name).is_dir() else shutil.copy2
        copy(REPO / name, folder / name)
    for name, text in BAD.values():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.symlink_to("nowhere")
        else:
            path.write_bytes(text.encode())
    (folder / ADDON / "__init__.py").touch()
    (folder / "executable").chmod(0o755)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def lint(tree, *arguments):
    """Run the linter of a tree; return its exit code and its output."""
    command = [tree / "setup" / "lint", *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def content(tree):
    """Return every file of a tree but git's own."""
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def test_every_tool_can_fail(tree):
    """Each hook finds the file that breaks its rule, and nothing is written."""
    before = content(tree)
    code, output = lint(tree)
    failed = set(re.findall(r"^- hook id: (\S+)$", output, re.MULTILINE))
    configured = (tree / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    hooks = set(re.findall(r"^ +(?:- )?id: (\S+)$", configured, re.MULTILINE))
    assert failed == hooks - {"oca-fix"} == set(BAD), output
    assert code == 1
    assert f"0 passed, {len(BAD)} failed" in output
    assert content(tree) == before


def test_fix(tree):
    """With --fix the formatters write, into the files that are named only."""
    code, output = lint(tree, "--fix", "space.txt", f"{ADDON}/models")
    assert code == 1, output
    found = content(tree)
    assert found["space.txt"] == b"x\n"
    assert found[f"{ADDON}/models/format.py"] == b'x = {"a": 1}\n'
    assert found["end.txt"] == b"x"
    assert re.findall(r"^    (\S+): formatted$", output, re.MULTILINE) == [
        f"{ADDON}/models/format.py",
        f"{ADDON}/models/unused.py",
        "space.txt",
    ]


def test_good_file(tree):
    """A tree without findings passes, and ignored files do not count."""
    (tree / "END.txt").unlink(missing_ok=True)  # its hook always looks at all names
    (tree / "good.txt").write_text("x\n", encoding="utf-8")
    (tree / ".gitignore").write_text("*.swp\n", encoding="utf-8")
    (tree / "bad.swp").write_text("x \n", encoding="utf-8")
    code, output = lint(tree, "good.txt", "bad.swp")
    assert code == 0, output
    assert "0 failed" in output


def test_no_such_file(tree):
    """A path that is not in the tree is one clear sentence."""
    code, output = lint(tree, "nowhere.txt")
    assert code == 1
    assert output == "error: no file of this tree in: nowhere.txt.\n"
