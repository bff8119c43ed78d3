"""What must hold for every addon, as functions that return complaints.

Each takes an `Addon` and returns a list of sentences, empty when all is well.
`test_repo.py` runs them on our addons, and on broken ones to see that they can fail.
"""

import ast
import io
import re
import sys
from functools import cached_property
from pathlib import Path

import check_odoo19
import gen_readme
from docutils import nodes
from docutils.core import publish_doctree

# Addon -> the addons of ours it may stand on, directly or through another.
GRAPH = {
    "aftersales_case": set(),
    "aftersales_sla": {"aftersales_case"},
    "aftersales_portal": {"aftersales_case"},
    "aftersales_dunning": {"aftersales_case"},
    "aftersales_planning": {"aftersales_case", "aftersales_portal"},
}
# The core works where these are not installed.
NOT_FOR_CORE = {"purchase", "repair", "sale", "base_automation"}
SHARED_MODULES = re.compile(
    r"^(tests\.(common|deliveries|gateway|hostile|mail_round|mail_servers|races|walks)|engine|engine\..+|const|exceptions)(\.|$)"
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
    "werkzeug",
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
FEATURE = re.compile(r"^[A-Z]\d?-\d\d$")
ASSERTING = re.compile(r"^_*(assert|check|fail)")
ASSERTING_CALLS = {"start_tour", "browser_js", "raises", "warns"}
TAGS = {"post_install", "-at_install"}
# Test cases that open no registry may run at any time.
WITHOUT_REGISTRY = {"BaseCase", "TestCase"}
PRIVATE_KEYS = ("aftersales_", "dunning_")
# Keys of ours that the client sends; what they name is looked at with its rights.
PUBLIC_KEYS = {"aftersales_case_id"}
MODEL_BASES = {"Model", "TransientModel", "AbstractModel"}
TRANSLATED_IN_JS = re.compile(r"""\b_t\(\s*(["'`])((?:\\.|(?!\1).)*)\1""", re.DOTALL)
POT_ENTRY = re.compile(r'^msgid((?:\s+".*"$)+)', re.MULTILINE)


class Addon:
    """An addon on disk, read once."""

    def __init__(self, path):
        self.path = Path(path)
        self.name = self.path.name

    @cached_property
    def manifest(self):
        text = (self.path / "__manifest__.py").read_text(encoding="utf-8")
        return ast.literal_eval(text)

    @cached_property
    def modules(self):
        """The syntax tree of each Python file, by path inside the addon."""
        return {
            path.relative_to(self.path).as_posix(): _parse(path)
            for path in sorted(self.path.rglob("*.py"))
        }

    @cached_property
    def tests(self):
        return {
            name: tree
            for name, tree in self.modules.items()
            if name.startswith("tests/")
        }

    def files(self, *suffixes):
        """Return the paths of files inside the addon, by suffix."""
        return sorted(
            path.relative_to(self.path).as_posix()
            for path in self.path.rglob("*")
            if path.suffix in suffixes
        )


def _parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def find_addons(repo):
    """Return our addons."""
    return [Addon(path) for path in gen_readme.find_addons(repo)]


# Tests


def check_tests_assert(addon):
    """Every test method can fail."""
    return find_tests_without_assertion(addon.tests)


def find_tests_without_assertion(modules):
    """Return a complaint for each test function that asserts nothing."""
    return [
        f"{name}:{function.lineno}: {function.name} asserts nothing"
        for name, tree in modules.items()
        for function in _test_functions(tree)
        if not any(_is_assertion(node) for node in ast.walk(function))
    ]


def _test_functions(tree):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _is_assertion(node):
    if isinstance(node, ast.Assert):
        return True
    name = _called_name(node)
    return bool(name) and (bool(ASSERTING.match(name)) or name in ASSERTING_CALLS)


def _called_name(node):
    """Return the last name of what a call calls."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", None) or getattr(function, "id", None)


def check_tests_imported(addon):
    """Every test file is imported: Odoo runs no other."""
    init = addon.tests.get("tests/__init__.py", ast.Module([], []))
    imported = {
        alias.name
        for node in ast.walk(init)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [
        f"{name} is not imported in tests/__init__.py"
        for name in addon.tests
        if (stem := Path(name).stem).startswith("test_") and stem not in imported
    ]


def check_tests_tagged(addon):
    """Test classes run after installation, and inherited tests do run."""
    index = TestClasses(addon)
    complaints = []
    for name, node in index.own.items():
        lineage = [node, *index.ancestors(node)]
        tags = set().union(*(_tags(one) for one in lineage))
        opens_registry = not WITHOUT_REGISTRY & {*map(_base_name, node.bases)}
        if _has_tests(node) and opens_registry and not tags >= TAGS:
            complaints.append(
                f'{name}: @tagged("post_install", "-at_install") is missing'
            )
        inherits = any(_has_tests(one) for one in lineage[1:])
        if inherits and not any(_allows_inherited(one) for one in lineage):
            complaints.append(
                f"{name}: inherited tests do not run; "
                "set allow_inherited_tests_method = True"
            )
    return complaints


class TestClasses:
    """The classes in an addon's tests, and those of its siblings they may stand on."""

    def __init__(self, addon):
        self.own = self._classes(addon)
        self.all = dict(self.own)
        for sibling in GRAPH.get(addon.name, ()):
            path = addon.path.parent / sibling
            if path.exists():
                self.all = self._classes(Addon(path)) | self.all

    @staticmethod
    def _classes(addon):
        return {
            node.name: node
            for tree in addon.tests.values()
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }

    def ancestors(self, node):
        """Return the known classes a class inherits from, nearest first."""
        found = []
        for base in node.bases:
            parent = self.all.get(_base_name(base))
            if parent and parent is not node:
                found += [parent, *self.ancestors(parent)]
        return found


def _base_name(base):
    return getattr(base, "id", None) or getattr(base, "attr", None)


def _has_tests(node):
    return any(f.name.startswith("test_") for f in node.body if _is_function(f))


def _is_function(node):
    return isinstance(node, ast.FunctionDef)


def _tags(node):
    """Return the tags a class is decorated with."""
    return {
        argument.value
        for decorator in node.decorator_list
        if _called_name(decorator) == "tagged"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    }


def _allows_inherited(node):
    return any(
        getattr(target, "id", None) == "allow_inherited_tests_method"
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    )


def check_feature_ids(addon):
    """The features a test shows are named by literal ids."""
    return find_bad_feature_ids(addon.tests)


def find_bad_feature_ids(modules):
    """Return a complaint for each id in a feature decorator that is none."""
    return [
        f"{name}:{call.lineno}: {ast.unparse(argument)} is no feature id"
        for name, tree in modules.items()
        for call in _feature_calls(tree)
        for argument in call.args or [ast.Constant("()")]
        if not FEATURE.match(str(getattr(argument, "value", "")))
    ]


def _feature_calls(tree):
    return [
        decorator
        for node in ast.walk(tree)
        for decorator in getattr(node, "decorator_list", [])
        if _called_name(decorator) == "feature"
    ]


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


def _python_texts(addon):
    """Yield the place and the text of each translated literal."""
    for name, tree in addon.modules.items():
        if name.startswith("tests/"):
            continue
        for node in ast.walk(tree):
            if _called_name(node) not in ("_", "_lt", "LazyTranslate") or not node.args:
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
    return _called_name(node) == "get" and _is_env(getattr(node.func, "value", None))


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
)
