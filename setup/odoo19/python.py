"""Constructs in Python files, found in the syntax tree."""

import ast
import io
import re
import tokenize
from collections import defaultdict

from . import FIELD_NAMES, MODEL_NAMES

# Method and attribute names that are gone, or that Odoo no longer calls.
NAMES = {
    "_cr": "self.env.cr",
    "_uid": "self.env.uid",
    "_context": "self.env.context",
    "name_get": "_compute_display_name; it is never called",
    "_name_search": "_search_display_name or _rec_names_search; it is never called",
    "read_group": "_read_group, or formatted_read_group for the client",
    "toggle_active": "action_archive() or action_unarchive()",
    "check_access_rights": "check_access(op) or has_access(op)",
    "check_access_rule": "check_access(op) or has_access(op)",
    "_filter_access_rules": "_filtered_access(op)",
    "_filter_access_rules_python": "_filtered_access(op)",
    "user_has_groups": "self.env.user.has_group(...)",
    "invalidate_cache": "invalidate_model() or invalidate_recordset()",
    "fields_view_get": "get_view()",
    "_where_calc": "_search()",
    "_apply_ir_rules": "_search()",
    "get_module_resource": "odoo.tools.misc.file_path()",
    "lazy_property": "functools.cached_property",
    "load_tests": "plain test classes; it is never called",
    "message_post_with_view": "message_post_with_source()",
    "generate_email": "_generate_template()",
    "_notify_progress": "self.env['ir.cron']._commit_progress()",
    "_message_add_suggested_recipient": "_message_add_suggested_recipients()",
    "_sms_get_number_fields": "_phone_get_number_fields()",
    "_sms_get_partner_fields": "_mail_get_partner_fields()",
    "make_aware": "odoo.tools.date_utils.localized()",
}
# (called method, argument): what to write. Unknown options of fields are found by Odoo.
ARGUMENTS = {
    ("Float", "group_operator"): "aggregator=",
    ("Integer", "group_operator"): "aggregator=",
    ("Monetary", "group_operator"): "aggregator=",
    ("search", "count"): "search_count()",
    ("name_search", "args"): "domain=",
    ("with_context", "force_company"): "with_company()",
    ("message_post", "subtype"): "subtype_xmlid=",
    ("safe_eval", "nocopy"): "safe_eval(expression, context)",
    ("safe_eval", "locals_dict"): "safe_eval(expression, context)",
    ("safe_eval", "globals_dict"): "safe_eval(expression, context)",
}
STILL_IN_RESOURCE_UTILS = {"HOURS_PER_DAY", "filter_domain_leaf"}
RECORD_DATES = {"create_date", "write_date"}
PARTNER = re.compile(r"(partner|customer|contact)(_id|_ids)?$")
TREE_MODE = re.compile(r"^[a-z]+(,[a-z]+)+$")
MONEY = re.compile(
    r"(^|_)amount(_(total|untaxed|tax|residual|due|paid|currency|signed)\w*)?$"
    r"|(^|_)residual(_|$)|^price_(unit|total|subtotal)$|^(balance|debit|credit)$"
)

RULES = defaultdict(list)


def check(file):
    """Yield what is wrong in a Python file."""
    try:
        tree = Tree(file)
    except SyntaxError as error:
        yield file.finding(error.lineno or 1, "syntax error", "Python that parses")
        return
    for node in ast.walk(tree.root):
        for rule in RULES[type(node)]:
            for line, construct, instead in rule(node, tree):
                yield file.finding(line, construct, instead)


class Tree:
    """A syntax tree whose nodes know their parents, with its comments."""

    def __init__(self, file):
        self.file = file
        self.root = ast.parse(file.text)
        self.parents = {
            child: parent
            for parent in ast.walk(self.root)
            for child in ast.iter_child_nodes(parent)
        }
        tokens = tokenize.generate_tokens(io.StringIO(file.text).readline)
        self.comments = {t.start[0] for t in tokens if t.type == tokenize.COMMENT}

    def ancestors(self, node):
        """Yield the nodes around one, from the inside out."""
        while node := self.parents.get(node):
            yield node

    def statement(self, node):
        """Return the statement a node belongs to."""
        return next(a for a in (node, *self.ancestors(node)) if isinstance(a, ast.stmt))


def rule(*kinds):
    """Register a function as rule for these kinds of nodes."""

    def register(function):
        for kind in kinds:
            RULES[kind].append(function)
        return function

    return register


@rule(ast.Attribute, ast.FunctionDef, ast.alias, ast.Name)
def removed_name(node, tree):
    """Yield uses and definitions of names that are gone."""
    name = _name_of(node)
    if isinstance(node, ast.Name) and not _is_class_attribute(node, tree):
        return
    for table in (NAMES, FIELD_NAMES):
        if name in table:
            yield node.lineno, name, table[name]


def _is_class_attribute(node, tree):
    """Return whether a name is assigned in a class or a module, not in a function."""
    if not isinstance(node.ctx, ast.Store):
        return False
    owner = tree.parents[tree.statement(node)]
    return isinstance(owner, ast.ClassDef | ast.Module)


def _name_of(node):
    """Return the last name of an attribute, a definition, a call, an import."""
    if isinstance(node, ast.Call):
        return _name_of(node.func)
    for key in ("attr", "id", "name"):
        if hasattr(node, key):
            return getattr(node, key)
    return None


@rule(ast.Constant)
def removed_name_in_text(node, tree):
    """Yield field paths and model names that are gone."""
    text = node.value
    if not isinstance(text, str):
        return
    if text in MODEL_NAMES:
        yield node.lineno, text, MODEL_NAMES[text]
    for name in FIELD_NAMES.keys() & set(text.split(".")):
        yield node.lineno, name, FIELD_NAMES[name]
    if "${object" in text:
        yield node.lineno, "${object}", "{{ object }}; it is sent as it stands"
    if TREE_MODE.match(text) and "tree" in text.split(","):
        yield node.lineno, "tree,form", "list,form"
    if "FOR UPDATE NOWAIT" in text.upper():
        yield node.lineno, "FOR UPDATE NOWAIT", "try_lock_for_update()"


@rule(ast.Dict)
def tree_view_type(node, tree):
    """Yield actions that open a tree alone; lists of modes are found as text."""
    for key, value in zip(node.keys, node.values, strict=True):
        if _text(key) in ("view_mode", "view_type") and _text(value) == "tree":
            yield value.lineno, "view_mode tree", "list"


def _text(node):
    return node.value if isinstance(node, ast.Constant) else None


@rule(ast.Call)
def removed_arguments(node, tree):
    """Yield arguments that Odoo ignores or refuses."""
    called = _name_of(node)
    for keyword in node.keywords:
        name = keyword.arg
        if (called, name) in ARGUMENTS:
            yield keyword.value.lineno, f"{name}=", ARGUMENTS[called, name]
        if name in FIELD_NAMES:
            yield keyword.value.lineno, name, FIELD_NAMES[name]
        if called == "route" and name == "type" and _text(keyword.value) == "json":
            yield keyword.value.lineno, 'type="json"', 'type="jsonrpc"'
    if called == "safe_eval" and len(node.args) > 2:
        yield node.lineno, "safe_eval(e, g, l)", "safe_eval(expression, context)"


def _is_field(node):
    """Return whether a node is `fields.Something(...)`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and _name_of(node.func.value) == "fields"
    )


@rule(ast.Call)
def impossible_fields(node, tree):
    """Yield required fields that can never be filled."""
    if not _is_field(node):
        return
    options = {keyword.arg: _text(keyword.value) for keyword in node.keywords}
    if not options.get("required"):
        return
    if options.get("company_dependent"):
        yield (
            node.lineno,
            "company_dependent and required",
            "a check in Python: the column is NOT NULL and never filled",
        )


@rule(ast.Call)
def flush_everything(node, tree):
    """Yield `flush()` on records or the environment's models."""
    if _name_of(node) != "flush" or not isinstance(node.func, ast.Attribute):
        return
    of = node.func.value
    is_model = isinstance(of, ast.Subscript) and _name_of(of.value) == "env"
    if is_model or (isinstance(of, ast.Name) and of.id == "self"):
        yield node.lineno, "flush()", "flush_model() or flush_recordset()"


@rule(ast.Attribute)
def removed_attributes(node, tree):
    """Yield attributes that are gone from one kind of object."""
    of = _name_of(node.value)
    if of == "odoo" and node.attr == "registry":
        yield node.lineno, "odoo.registry", "odoo.modules.registry.Registry"
    if of == "request" and node.attr in ("cr", "uid", "context"):
        yield node.lineno, f"request.{node.attr}", f"request.env.{node.attr}"
    if node.attr == "mobile" and of and PARTNER.search(of):
        yield node.lineno, "res.partner.mobile", "phone"


@rule(ast.Import, ast.ImportFrom)
def removed_modules(node, tree):
    """Yield imports of modules and names that have moved."""
    module = getattr(node, "module", None) or ""
    for alias in node.names:
        path = f"{module}.{alias.name}".strip(".")
        if path.startswith("odoo.osv"):
            yield node.lineno, "odoo.osv", "from odoo.fields import Domain"
        if path == "odoo.registry":
            yield node.lineno, "odoo.registry", "odoo.modules.registry.Registry"
        if path == "odoo.tests.common.Form":
            yield node.lineno, "odoo.tests.common.Form", "from odoo.tests import Form"
        old_utils = module == "odoo.addons.resource.models.utils"
        if old_utils and alias.name not in STILL_IN_RESOURCE_UTILS:
            yield node.lineno, path, "odoo.tools.intervals or odoo.tools.date_utils"


@rule(ast.FunctionDef)
def changed_signatures(node, tree):
    """Yield methods that Odoo calls with other arguments than these."""
    names = [argument.arg for argument in node.args.args]
    is_expand = len(names) == 4 and names[2:] == ["domain", "order"]
    if is_expand and not node.args.defaults:
        yield node.lineno, "group_expand with order", "(self, groups, domain)"
    if node.name == "name_search" and "args" in names:
        yield node.lineno, "args=", "domain="


@rule(ast.FunctionDef)
def equals_only_search(node, tree):
    """Yield search methods that wait for `=`: Odoo 19 sends `in`."""
    arguments = [argument.arg for argument in node.args.args]
    if not node.name.startswith("_search_") or len(arguments) != 3:
        return
    comparisons = [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Compare) and _name_of(part.left) == arguments[1]
    ]
    operators = {_text(part) for c in comparisons for part in ast.walk(c)}
    if operators & {"=", "!="} and not operators & {"in", "not in"}:
        yield (
            node.lineno,
            "_search_ with = only",
            "a branch for `in`, and NotImplemented for the rest",
        )


@rule(ast.Tuple, ast.List)
def old_operators(node, tree):
    """Yield domain leaves whose operator is deprecated."""
    if len(node.elts) != 3 or not isinstance(_text(node.elts[0]), str):
        return
    operator = _text(node.elts[1])
    if operator in ("==", "<>"):
        yield node.lineno, f'domain operator "{operator}"', '"=" or "!="'


@rule(ast.Call)
def unexplained_sudo(node, tree):
    """Yield `.sudo()` without a comment near it; tests need no reason."""
    if _name_of(node) != "sudo" or not isinstance(node.func, ast.Attribute):
        return
    drops = node.args and _text(node.args[0]) is False
    if drops or tree.file.is_test:
        return
    statement = tree.statement(node)
    is_block = hasattr(statement, "body")
    last = node.func.end_lineno if is_block else statement.end_lineno
    first = statement.lineno
    # One comment may stand above several lines.
    while first > 1 and ".sudo(" in tree.file.lines[first - 2]:
        first -= 1
    if not tree.comments & set(range(first - 1, last + 1)):
        yield node.func.end_lineno, ".sudo()", "the reason in a comment"


@rule(ast.Compare)
def compared_money(node, tree):
    """Yield money compared as floats; engines do not work with fields."""
    if "/engine/" in tree.file.path:
        return
    parts = [node.left, *node.comparators]
    for operator, left, right in zip(node.ops, parts, parts[1:], strict=False):
        if not isinstance(operator, ast.Eq | ast.NotEq):
            continue
        numbers = [p for p in (left, right) if not _is_other_than_number(p)]
        if len(numbers) == 2 and any(_is_money(p, tree.file) for p in numbers):
            yield (
                node.lineno,
                "== on money",
                "currency.is_zero() or currency.compare_amounts()",
            )


def _is_other_than_number(node):
    return isinstance(node, ast.Constant) and type(node.value) not in (int, float)


def _is_money(node, file):
    """Return whether a node reads a monetary field, as far as its name tells."""
    is_key = isinstance(node, ast.Subscript)
    name = _text(node.slice) if is_key else _name_of(node)
    if isinstance(node, ast.Call) or not isinstance(name, str):
        return False
    return name in file.monetary or bool(MONEY.search(name))


@rule(ast.Constant, ast.Attribute)
def record_dates(node, tree):
    """Yield dates of the transaction where the case's own are wanted."""
    name = _text(node) if isinstance(node, ast.Constant) else node.attr
    if not isinstance(name, str) or not RECORD_DATES & set(name.split(".")):
        return
    if "create_date" in name and tree.file.addon == "aftersales_sla":
        yield node.lineno, "create_date", "reported_at: the clock's own start"
    elif any(_is_frozen(outer) for outer in tree.ancestors(node)):
        yield (
            node.lineno,
            "freeze_time with create_date",
            "a field of your own: those are cr.now(), which does not freeze",
        )


def _is_frozen(node):
    """Return whether a class, a function or a block runs under freeze_time."""
    around = [item.context_expr for item in getattr(node, "items", [])]
    around += getattr(node, "decorator_list", [])
    return any(_name_of(call) == "freeze_time" for call in around)


@rule(ast.ClassDef)
def web_suite(node, tree):
    """Yield browser tests on a base whose tests would not run."""
    if any(_name_of(base) == "WebSuite" for base in node.bases):
        yield node.lineno, "WebSuite", "odoo.addons.web.tests.test_js.HOOTCommon"
