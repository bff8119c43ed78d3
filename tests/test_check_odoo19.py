"""Every construct Odoo 19 no longer honours is found, and what is right is not."""

import subprocess
import sys
import textwrap
from pathlib import Path

import check_odoo19
import pytest
from odoo19 import FIELD_NAMES, MODEL_NAMES, File, markup, python, script

SETUP = Path(__file__).resolve().parent.parent / "setup"
MODEL = "aftersales_case/models/case.py"
TEST = "aftersales_case/tests/test_case.py"
SLA = "aftersales_sla/models/clock.py"
ENGINE = "aftersales_dunning/engine/allocation.py"
VIEW = "aftersales_case/views/case_views.xml"
JS = "aftersales_case/static/src/views/case.esm.js"

# (construct, file, wrong, right)
PYTHON = [
    (
        "group_operator=",
        MODEL,
        "x = fields.Float(group_operator='sum')",
        "x = fields.Float(aggregator='sum')",
    ),
    (
        "company_dependent and required",
        MODEL,
        "x = fields.Char(company_dependent=True, required=True)",
        "x = fields.Char(company_dependent=True, required=False)",
    ),
    ("odoo.registry", MODEL, "odoo.registry(db)", "Registry(db)"),
    ("odoo.registry", MODEL, "from odoo import registry", "from odoo import api"),
    (
        "odoo.osv",
        MODEL,
        "from odoo.osv import expression",
        "from odoo.fields import Domain",
    ),
    (
        "group_expand with order",
        MODEL,
        "def _expand(self, groups, domain, order): pass",
        "def _find(self, team, domain, order='id'): pass",
    ),
    ("count=", MODEL, "self.search([], count=True)", "self.search_count([])"),
    ("args=", MODEL, "self.name_search('x', args=[])", "f('x', args=[])"),
    (
        "args=",
        MODEL,
        "def name_search(self, name='', args=None): pass",
        "def name_search(self, name='', domain=None): pass",
    ),
    (
        "force_company=",
        MODEL,
        "self.with_context(force_company=1)",
        "self.with_company(1)",
    ),
    (
        "subtype=",
        MODEL,
        "self.message_post(subtype='mail.mt_note')",
        "self.message_post(subtype_xmlid='mail.mt_note')",
    ),
    ("safe_eval(e, g, l)", MODEL, "safe_eval(a, {}, {})", "safe_eval(a, {})"),
    ("nocopy=", MODEL, "safe_eval(a, {}, nocopy=True)", "safe_eval(a, {})"),
    ("flush()", MODEL, "self.flush()", "stream.flush()"),
    ("flush()", MODEL, "self.env['a'].flush()", "self.env['a'].flush_model()"),
    (
        "FOR UPDATE NOWAIT",
        MODEL,
        "SQL('select 1 for update nowait')",
        "self.try_lock_for_update()",
    ),
    ('domain operator "=="', MODEL, "[('a', '==', 1)]", "[('a', '=', 1)]"),
    ("groups_id", MODEL, "user.groups_id", "user.group_ids"),
    ("groups_id", MODEL, "create(dict(groups_id=[]))", "create(dict(group_ids=[]))"),
    ("groups_id", MODEL, "[('user_id.groups_id', 'in', g)]", "['user.group_ids']"),
    ("res.partner.mobile", MODEL, "case.partner_id.mobile", "case.mobile"),
    ("tree,form", MODEL, "{'view_mode': 'kanban,tree'}", "{'view_mode': 'list,form'}"),
    ("view_mode tree", MODEL, "{'view_mode': 'tree'}", "{'kind': 'tree'}"),
    (
        "${object}",
        MODEL,
        "subject = '${object.name}'",
        "subject = '{{ object.name }}'",
    ),
    (
        'type="json"',
        "aftersales_portal/controllers/portal.py",
        "@http.route('/a', type=\"json\")\ndef f(self): pass",
        "@http.route('/a', type='jsonrpc')\ndef f(self): pass",
    ),
    ("request.cr", MODEL, "request.cr.execute(q)", "request.env.cr.execute(q)"),
    ("load_tests", TEST, "load_tests = f()", "def f():\n    load_tests = 1"),
    (
        "odoo.tests.common.Form",
        TEST,
        "from odoo.tests.common import Form",
        "from odoo.tests import Form",
    ),
    (
        "freeze_time with create_date",
        TEST,
        "@freeze_time('2026-01-05')\ndef test_x(self):\n    self.case.create_date",
        "@freeze_time('2026-01-05')\ndef test_x(self):\n    self.case.reported_at",
    ),
    (
        "freeze_time with create_date",
        TEST,
        "with freeze_time('2026-01-05'):\n    f('write_date')",
        "with freeze_time('2026-01-05'):\n    pass\nf('write_date')",
    ),
    ("create_date", SLA, "case.create_date", "case.reported_at"),
    (
        "odoo.addons.resource.models.utils.Intervals",
        MODEL,
        "from odoo.addons.resource.models.utils import Intervals",
        "from odoo.addons.resource.models.utils import HOURS_PER_DAY",
    ),
    (
        "_search_ with = only",
        MODEL,
        "def _search_late(self, operator, value):\n    return operator == '='",
        "def _search_late(self, operator, value):\n"
        "    if operator != 'in':\n        return NotImplemented\n"
        "    return [('late', '=', True)]",
    ),
    (".sudo()", MODEL, "self.sudo().unlink()", "self.sudo().unlink()  # own rows"),
    (
        ".sudo()",
        MODEL,
        "# far away\n\nx = self.sudo()",
        "# own rows\nx = self.sudo()\ny = x.sudo()",
    ),
    (
        ".sudo()",
        MODEL,
        "x = (\n    self\n    .sudo()\n)",
        "x = (\n    self\n    .sudo()  # own rows\n)",
    ),
    ("== on money", MODEL, "move.amount_total == 0", "move.amount_total > 0"),
    ("== on money", MODEL, "0.0 != vals['debit']", "vals['debit'] == False"),
    ("== on money", MODEL, "case.claim == 0", "case.claims == 0"),
    ("== on money", MODEL, "line.amount_residual == x", "tax.amount_type == x"),
    ("WebSuite", TEST, "class A(WebSuite): pass", "class A(HOOTCommon): pass"),
    ("syntax error", MODEL, "def (", "def f(): pass"),
]
MARKUP = [
    ("oe_chatter", '<div class="x oe_chatter"/>', "<chatter/>"),
    ("kanban-box", '<t t-name="kanban-box"/>', '<t t-name="card"/>'),
    ("t-esc=", '<t t-esc="a"/>', '<t t-out="a"/>'),
    ("t-raw=", '<t t-raw="a"/>', '<t t-out="a"/>'),
    (
        "kanban_image()",
        """<img t-att-src="kanban_image('a', 'b', 1)"/>""",
        '<field name="b" widget="image"/>',
    ),
    (
        "tree,form",
        '<record model="a"><field name="view_mode">tree,form</field></record>',
        '<record model="a"><field name="view_mode">list,form</field></record>',
    ),
    ("tree,form", '<menuitem view_mode="form,tree"/>', '<menuitem name="tree"/>'),
    ("${object}", "<p>Dear ${object.name}</p>", '<p t-out="object.name"/>'),
    ("${object}", '<a href="${object.url}"/>', '<a t-att-href="object.url"/>'),
    (
        "icon without title",
        '<i class="fa fa-bug"/>',
        '<i class="fa fa-bug" title="B"/>',
    ),
    (
        "alert without role",
        '<div class="alert alert-info"/>',
        '<div class="alert alert-info" role="status"/>',
    ),
    (
        "res.partner.mobile",
        '<record model="res.partner"><field name="mobile">1</field></record>',
        '<record model="aftersales.case"><field name="mobile">1</field></record>',
    ),
    ("syntax error", "<record>", "<record/>"),
]
JAVASCRIPT = [
    ("publicWidget", "publicWidget.registry.x = 1;", "// publicWidget\n"),
    ("@odoo-module", "/** @odoo-module **/", "/** a module of ours */"),
    ('useService("rpc")', 'useService("rpc");', 'useService("orm");'),
    (
        'useService("user")',
        "useService('user');",
        'import {user} from "@web/core/user";',
    ),
    ("owl global", "const {xml} = owl;", 'import {xml} from "@odoo/owl";'),
    ("owl global", "owl.mount();", "/* owl.mount(); */"),
    ("odoo.define", 'odoo.define("x", f);', "odoo.debug;"),
    ("jQuery", '$("a").hide();', "`${a}(`;"),
    ("tour extra_trigger", 'x = {extra_trigger: "a"};', 'x = {trigger: "a"};'),
    ("tour test", "x = {\n  test: true,\n};", "x = {\n  tested: true,\n};"),
    ("tour text", 'x = {run: "text a"};', 'x = {run: "edit a"};'),
]
SAMPLES = [
    *PYTHON,
    *((construct, VIEW, *pair) for construct, *pair in MARKUP),
    *((construct, JS, *pair) for construct, *pair in JAVASCRIPT),
]


def find(path, text):
    """Return the constructs found in a text, in the order of the lines."""
    found = check_odoo19.check(path, textwrap.dedent(text), frozenset({"claim"}))
    return [finding.construct for finding in sorted(found)]


@pytest.mark.parametrize(("construct", "path", "wrong", "right"), SAMPLES)
def test_sample(construct, path, wrong, right):
    """The wrong form is found, once; in the right one nothing is."""
    assert find(path, wrong) == [construct]
    assert find(path, right) == []


@pytest.mark.parametrize("name", sorted(python.NAMES))
def test_removed_name(name):
    """A removed name is found as call and as definition, not as plain text."""
    assert find(MODEL, f"record.{name}()") == [name]
    assert find(MODEL, f"def {name}(self):\n    '''Not {name}.'''") == [name]
    assert find(MODEL, f"'{name}'\n# {name}\n_x_{name} = 1") == []


@pytest.mark.parametrize("name", sorted(FIELD_NAMES))
def test_removed_field(name):
    """A removed field is found in code, in paths and in records."""
    assert find(MODEL, f"a.{name}\nb = 'x.{name}.y'\nf({name}=1)") == [name] * 3
    record = f'<record model="a"><field name="{name}"/></record>'
    assert find(VIEW, record) == [name]
    assert find(MODEL, f"'the {name} of old'") == []


@pytest.mark.parametrize("model", sorted(MODEL_NAMES))
def test_removed_model(model):
    """A removed model is found in code and as a record's model."""
    assert find(MODEL, f"self.env['{model}']") == [model]
    assert find(VIEW, f'<record model="{model}"><field name="x"/></record>') == [model]


@pytest.mark.parametrize(("model", "field"), sorted(markup.REMOVED_FIELDS))
def test_removed_field_of_model(model, field):
    """A field that one model has lost is found on that model only."""
    record = '<record model="{}"><field name="{}"/></record>'
    assert find(VIEW, record.format(model, field)) == [f"{model}.{field}"]
    assert find(VIEW, record.format("aftersales.case", field)) == []


def test_every_rule_has_a_sample():
    """No rule is there without a sample above that makes it fire."""
    constructs = {construct for construct, *_ in SAMPLES}
    assert constructs >= set(script.PATTERNS)
    files = [File(path, wrong) for _, path, wrong, _ in SAMPLES]
    for rule in {rule for rules in python.RULES.values() for rule in rules}:
        assert any(fires(rule, file) for file in files), rule.__name__
    elements = [
        element
        for construct, wrong, _ in MARKUP
        if construct != "syntax error"
        for element in markup.read(wrong)
    ]
    for rule in markup.RULES:
        assert any(list(rule(element)) for element in elements), rule.__name__


def fires(rule, file):
    """Return whether a Python rule finds something in a file."""
    if not file.path.endswith(".py") or file.text == "def (":
        return False
    tree = python.Tree(file)
    nodes = [n for n in python.ast.walk(tree.root) if rule in python.RULES[type(n)]]
    return any(list(rule(node, tree)) for node in nodes)


def test_line_and_advice():
    """A finding names file, line, construct and what to write instead."""
    [finding] = check_odoo19.check(MODEL, "a = 1\n\nb = self._cr\n")
    assert str(finding) == f"{MODEL}:3: _cr: write self.env.cr"
    [finding] = check_odoo19.check(JS, "/* one\ntwo */\nconst {xml} = owl;\n")
    assert finding.line == 3
    [finding] = check_odoo19.check(
        VIEW, '<form>\n\n<field\n name="a" t-raw="a"/></form>'
    )
    assert finding.line == 3


def test_meant_line():
    """A line that says why is left alone, a bare mark is not."""
    assert find(MODEL, "b = self._cr  # odoo19-ok: compares both") == []
    assert find(MODEL, "b = self._cr  # odoo19-ok:") == ["_cr"]


def test_exempt_places():
    """Tests need no reason for sudo; engines know no fields; sudo(False) is safe."""
    assert find(TEST, "self.case.sudo().unlink()") == []
    assert find(MODEL, "self.sudo(False).unlink()") == []
    assert find(ENGINE, "share.amount == 0") == []
    assert find(MODEL, "case.create_date") == []


def test_program(tmp_path):
    """The program prints findings and fails; without any it is silent."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("self._cr\n", encoding="utf-8")
    right = tmp_path / "right.py"
    right.write_text("self.env.cr\n", encoding="utf-8")
    program = [sys.executable, SETUP / "check_odoo19.py"]
    done = subprocess.run([*program, wrong, right], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == f"{wrong}:1: _cr: write self.env.cr\n"
    done = subprocess.run([*program, right], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
