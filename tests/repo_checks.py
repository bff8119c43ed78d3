"""What must hold for every addon, as functions that return complaints.

Each takes an `Addon` and returns a list of sentences, empty when all is well.
`test_repo.py` runs them on our addons, and on broken ones to see that they can fail.
"""

import ast
import io
import re
import sys
from pathlib import Path

import check_odoo19
import gen_readme
import polib
from docutils import nodes
from docutils.core import publish_doctree
from repo_addon import GRAPH, called_name
from repo_test_checks import (
    check_feature_ids,
    check_tests_assert,
    check_tests_imported,
    check_tests_tagged,
)

# The core works where these are not installed.
NOT_FOR_CORE = {"purchase", "repair", "sale", "base_automation"}
SHARED_MODULES = re.compile(
    r"^(tests\.(common|copies|deliveries|drawn|gateway|hostile|mail_round|mail_servers|papers|races|scripts|walks|working_times)|engine|engine\..+|const|exceptions)(\.|$)"
)
# What Odoo itself cannot start without, of its requirements.txt.
WITH_ODOO = {
    "babel",
    "dateutil",
    "docutils",
    "freezegun",
    "jinja2",
    "lxml",
    "markupsafe",
    "num2words",
    "odoo",
    "openpyxl",
    "passlib",
    "PIL",
    "polib",
    "psutil",
    "psycopg2",
    "PyPDF2",
    "pytz",
    "reportlab",
    "requests",
    "rjsmin",
    "werkzeug",
    "xlsxwriter",
    "zeep",
}
MANIFEST_DEFAULTS = {
    "active": True,
    "application": False,
    "assets": {},
    "auto_install": False,
    "demo": [],
    "description": "",
    "external_dependencies": {},
    "installable": True,
    "sequence": 100,
}
# The order of a manifest's data: (pattern of the path, what it is).
DATA_ORDER = (
    (re.compile(r"^security/[a-z_]*groups\.xml$"), "groups"),
    (re.compile(r"^security/ir\.model\.access\.csv$"), "access"),
    (re.compile(r"^security/[a-z_]*rules\.xml$"), "rules"),
    (re.compile(r"^data/"), "data"),
    (re.compile(r"^report/"), "reports"),
    (re.compile(r"^wizards/"), "wizards"),
    (re.compile(r"^(views/(?!menus\.xml)|templates/)"), "views"),
    (re.compile(r"^views/menus\.xml$"), "menus"),
)
FRAGMENTS = ("DESCRIPTION", "CONFIGURE", "USAGE", "DEVELOP", "HISTORY")
BUILD_BACKEND = re.compile(r'^build-backend\s*=\s*"whool\.buildapi"$', re.MULTILINE)
# Our words: (word of the source, language, what it is not called there, and is). One
# thing has one name, in all addons.
VOCABULARY = [
    (re.compile(rf"\b{source}", re.IGNORECASE), language, re.compile(wrong), right)
    for source, language, wrong, right in (
        ("case", "de", r"(?<!jedem )\bF(all|alls|älle|ällen)\b|[Tt]icket", "Vorgang"),
        ("case type", "de", r"\bTyp", "Vorgangsart"),
        ("case type", "nl", r"[Ss]oort zaak|[Zz]aaksoort", "zaaktype"),
        ("case type", "pl", r"[Rr]odzaj", "typ zgłoszenia"),
        ("discard$", "nl", r"Verwerpen|Annuleren", "Negeren"),
        ("stage", "de", r"\bStufe|\bEtappe", "Phase"),
        ("stage", "pl", r"\b[Ee]tap", "faza"),
    )
]
PRIVATE_KEYS = ("aftersales_", "dunning_")
# Keys of ours that the client sends; what they name is looked at with its rights.
PUBLIC_KEYS = {"aftersales_case_id"}
MODEL_BASES = {"Model", "TransientModel", "AbstractModel"}
TRANSLATED_IN_JS = re.compile(r"""\b_t\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
POT_ENTRY = re.compile(r'^msgid((?:\s+".*"$)+)', re.MULTILINE)


# Manifest and files


def check_manifest_keys(addon):
    """The manifest says nothing that goes without saying."""
    return [
        f"{key} is the default, leave it out"
        for key, default in MANIFEST_DEFAULTS.items()
        if key in addon.manifest and addon.manifest[key] == default
    ]


def check_data_order(addon):
    """Groups, access, rules, data, reports, wizards, views, menus."""
    complaints, highest = [], 0
    for path in addon.manifest.get("data", []):
        rank = _data_rank(path)
        if rank is None:
            complaints.append(f"{path}: no folder for data")
        elif rank < highest:
            before, after = DATA_ORDER[rank][1], DATA_ORDER[highest][1]
            complaints.append(f"{path}: {before} stand before {after}")
        else:
            highest = rank
    return complaints


def _data_rank(path):
    ranks = [rank for rank, (form, _) in enumerate(DATA_ORDER) if form.match(path)]
    return ranks[0] if ranks else None


def check_assets(addon):
    """Every asset is there, and every file for the browser is in a bundle."""
    patterns = {
        path
        for entries in addon.manifest.get("assets", {}).values()
        for entry in entries
        for path in _asset_paths(entry)
        if path.split("/")[0] == addon.name
    }
    bundled, complaints = set(), []
    for pattern in sorted(patterns):
        found = {*addon.path.parent.glob(pattern)}
        bundled |= found
        if not found:
            complaints.append(f"{pattern} matches no file")
    complaints += [
        f"{path} is in no bundle"
        for path in addon.files(".js", ".scss", ".css", ".xml")
        if re.match(r"static/(src|tests)/(?!lib/)", path)
        and addon.path / path not in bundled
    ]
    return complaints


def _asset_paths(entry):
    """Return the paths an entry of a bundle adds."""
    if isinstance(entry, str):
        return [entry]
    return [] if entry[0] in ("include", "remove") else [entry[-1]]


def check_packaging(addon):
    """The addon builds into a package."""
    path = addon.path / "pyproject.toml"
    if not path.exists() or not BUILD_BACKEND.search(path.read_text(encoding="utf-8")):
        return ["pyproject.toml does not build with whool"]
    return []


def check_readme(addon):
    """The fragments are there and README.rst is made of them."""
    complaints = [
        f"readme/{name}.md is missing"
        for name in FRAGMENTS
        if not (addon.path / "readme" / f"{name}.md").exists()
    ]
    try:
        gen_readme.check(addon.path)
    except gen_readme.StaleError as error:
        complaints.append(f"README.rst: {error}")
    return complaints


def check_readme_reads(addon):
    """README.rst can be read: Odoo does so with each update, and shows it."""
    path = addon.path / "README.rst"
    if not path.exists():
        return []
    settings = {"warning_stream": io.StringIO(), "halt_level": 5}
    tree = publish_doctree(
        path.read_text(encoding="utf-8"), settings_overrides=settings
    )
    return [
        f"README.rst: {message.astext()}"
        for message in tree.findall(nodes.system_message)
        if message["level"] >= 2
    ]


def check_translations(addon):
    """The .pot is there and knows every text of the code."""
    path = addon.path / "i18n" / f"{addon.name}.pot"
    if not path.exists():
        return [f"i18n/{addon.name}.pot is missing"]
    text = path.read_text(encoding="utf-8")
    known = {
        "".join(ast.literal_eval(line.strip()) for line in entry.strip().splitlines())
        for entry in POT_ENTRY.findall(text)
    }
    return [
        f"{place}: not in the .pot: {text!r}"
        for place, text in [*_python_texts(addon), *_javascript_texts(addon)]
        if text not in known
    ]


def check_vocabulary(addon):
    """Translations call the things of the product by the names that all addons use."""
    return [
        f"{path.name}: {entry.msgid!r} says {found[0]!r} where we say {right}"
        for path in sorted((addon.path / "i18n").glob("*.po"))
        for entry in polib.pofile(str(path))
        for source, language, wrong, right in VOCABULARY
        if language == path.stem
        and not entry.obsolete
        and source.search(entry.msgid)
        and (found := wrong.search(entry.msgstr))
    ]


def _python_texts(addon):
    """Yield the place and the text of each translated literal."""
    for name, tree in addon.modules.items():
        if name.startswith("tests/"):
            continue
        for node in ast.walk(tree):
            if called_name(node) not in ("_", "_lt", "LazyTranslate") or not node.args:
                continue
            if isinstance(text := getattr(node.args[0], "value", None), str):
                yield f"{name}:{node.lineno}", text


def _javascript_texts(addon):
    for name in addon.files(".js"):
        if not name.startswith("static/src/"):
            continue
        code = (addon.path / name).read_text(encoding="utf-8")
        for found in TRANSLATED_IN_JS.finditer(code):
            yield name, re.sub(r"\\(.)", r"\1", found[2])


# Models and who knows whom


def check_model_files(addon):
    """One model per file, and the file has the model's name."""
    complaints = []
    by_file = {}
    for place, model in _models(addon):
        by_file.setdefault(place, []).append(model)
    for place, models in by_file.items():
        folder, stem = place.split("/")[0], Path(place).stem
        # Extensions that tell one subject may stand together; a new model stands alone.
        if folder == "models" and len(models) > 1 and any(m.is_new for m in models):
            complaints.append(f"{place}: {len(models)} models in one file")
        name = models[0].name.replace(".", "_")
        # A large model may be told in several files, each named for its subject.
        fits = stem == name or (not models[0].is_new and stem.startswith(f"{name}_"))
        # A wizard stands with its lines, in a file with the name of one of them.
        if folder == "wizards":
            fits = fits or stem in {m.name.replace(".", "_") for m in models}
        if folder in ("models", "wizards") and not fits:
            complaints.append(f"{place}: {models[0].name} belongs in {name}.py")
    return complaints


class ModelClass:
    """A class that makes or extends a model."""

    def __init__(self, node, kind):
        values = {
            target.id: ast.literal_eval(statement.value)
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if getattr(target, "id", None) in ("_name", "_inherit")
        }
        inherited = values.get("_inherit", [])
        inherited = [inherited] if isinstance(inherited, str) else inherited
        self.kind = kind
        self.name = values.get("_name") or (inherited or ["unnamed"])[0]
        self.is_new = self.name not in inherited
        self.methods = {
            part.name: "super(" in ast.unparse(part)
            for part in node.body
            if isinstance(part, ast.FunctionDef)
        }


def _models(addon):
    """Yield the file and the class of each model of an addon."""
    for name, tree in addon.modules.items():
        if name.startswith(("tests/", "migrations/")):
            continue
        for node in ast.walk(tree):
            for base in getattr(node, "bases", []):
                if ast.unparse(base) in {f"models.{kind}" for kind in MODEL_BASES}:
                    yield name, ModelClass(node, base.attr)


def check_methods_named_once(addon):
    """No two files give one model a method of the same name: the later would win.

    What extends another file's method on purpose calls ``super()``.
    """
    places = {}
    for place, model in _models(addon):
        for method, extends in model.methods.items():
            if not extends:
                places.setdefault((model.name, method), []).append(place)
    return [
        f"{found[-1]}: {method} is in {found[0]}, too"
        for (_model, method), found in places.items()
        if len(found) > 1
    ]


def check_dependencies(addon):
    """The addon stands only on what the design lets it stand on."""
    if addon.name not in GRAPH:
        return [f"{addon.name} is not in the design's graph"]
    depends = set(addon.manifest.get("depends", []))
    ours = {name for name in depends if name.startswith("aftersales_")}
    complaints = [
        f"must not depend on {name}" for name in sorted(ours - GRAPH[addon.name])
    ]
    if addon.name == "aftersales_case":
        complaints += [
            f"must not depend on {name}" for name in sorted(depends & NOT_FOR_CORE)
        ]
    return complaints


def check_imports(addon):
    """Of a sibling only its constants, engines and test builders are imported."""
    allowed = GRAPH.get(addon.name, set())
    return [
        f"{name}:{line}: must not import {module}"
        for name, tree in addon.modules.items()
        for line, module in _sibling_imports(tree)
        if not _may_import(module, addon.name, allowed)
    ]


def _sibling_imports(tree):
    """Yield the line and the path of each import from an addon of ours."""
    prefix = "odoo.addons.aftersales_"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for path in paths:
            if path.startswith(prefix):
                yield node.lineno, path.removeprefix("odoo.addons.")


def _may_import(module, own, allowed):
    sibling, _, inside = module.partition(".")
    return sibling == own or (sibling in allowed and SHARED_MODULES.match(inside))


def check_external_dependencies(addon):
    """What is imported at load, and comes not with Odoo, stands in the manifest.

    Odoo then says what is missing, and the built package brings it.
    """
    known = {*sys.stdlib_module_names, *WITH_ODOO}
    declared = addon.manifest.get("external_dependencies", {}).get("python", [])
    loaded = {
        module: name
        for name, tree in addon.modules.items()
        if not name.startswith("tests/")
        for module in _loaded_modules(tree)
        if module not in known
    }
    complaints = [
        f"{loaded[module]}: {module} is not in external_dependencies"
        for module in sorted(loaded.keys() - {*declared})
    ]
    return complaints + [
        f"{module} is in external_dependencies, but is not imported"
        for module in sorted({*declared} - loaded.keys())
    ]


def _loaded_modules(tree):
    """Yield the outermost package of each absolute import outside functions."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def check_no_guessing(addon):
    """No code asks whether a model is installed: siblings fill hooks instead."""
    return [
        f"{name}:{node.lineno}: asks whether a model is installed"
        for name, tree in addon.modules.items()
        if not name.startswith("tests/")
        for node in ast.walk(tree)
        if _asks_environment(node)
    ]


def _asks_environment(node):
    if isinstance(node, ast.Compare):
        asked = zip(node.ops, node.comparators, strict=True)
        return any(
            isinstance(op, ast.In | ast.NotIn) and _is_env(of) for op, of in asked
        )
    return called_name(node) == "get" and _is_env(getattr(node.func, "value", None))


def _is_env(node):
    return "env" in (getattr(node, "attr", None), getattr(node, "id", None))


def check_constructs(addon):
    """Nothing in it that Odoo 19 ignores."""
    paths = [
        path for path in addon.path.rglob("*") if path.suffix in check_odoo19.CHECKS
    ]
    return [
        str(found) for path in sorted(paths) for found in check_odoo19.check_path(path)
    ]


def check_private_keys(addon):
    """A private key of the context counts only when its value is an object of ours.

    The context of a request is the caller's: what is true there says nothing.
    """
    return [
        f"{name}:{node.lineno}: takes a private key of the context for true; "
        "ask get_private, or compare with `is`"
        for name, tree in addon.modules.items()
        if not name.startswith("tests/")
        for node in _private_reads(tree)
    ]


def _private_reads(tree):
    """Yield each reading of a private key that does not tell objects of ours apart."""
    constants = {
        target.id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    identified = {
        id(side)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot)
        for side in (node.left, *node.comparators)
    }
    for node in ast.walk(tree):
        key = _context_key(node)
        key = constants.get(getattr(key, "id", None), getattr(key, "value", None))
        if (
            isinstance(key, str)
            and key.startswith(PRIVATE_KEYS)
            and key not in PUBLIC_KEYS
            and id(node) not in identified
        ):
            yield node


def _context_key(node):
    """Return what is read of a context: the key of `context.get(…)` or `context[…]`."""
    if isinstance(node, ast.Subscript):
        return node.slice if _is_context(node.value) else None
    function = getattr(node, "func", None)
    if getattr(function, "attr", None) == "get" and _is_context(function.value):
        return node.args[0] if node.args else None
    return None


def _is_context(node):
    return "context" in (getattr(node, "attr", None), getattr(node, "id", None))


CHECKS = (
    check_assets,
    check_constructs,
    check_data_order,
    check_dependencies,
    check_external_dependencies,
    check_feature_ids,
    check_imports,
    check_manifest_keys,
    check_methods_named_once,
    check_model_files,
    check_no_guessing,
    check_packaging,
    check_private_keys,
    check_readme,
    check_readme_reads,
    check_tests_assert,
    check_tests_imported,
    check_tests_tagged,
    check_translations,
    check_vocabulary,
)
