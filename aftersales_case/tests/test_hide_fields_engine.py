from lxml import etree

from odoo.tests import BaseCase, tagged

from odoo.addons.aftersales_case.engine.hide_fields import blank, hide


@tagged("post_install", "-at_install")
class TestHideFieldsEngine(BaseCase):
    def _hide(self, arch, hidden=("cost",), locked=()):
        root = etree.fromstring(arch)
        hide(root, {*hidden}, {*locked, *hidden}, lambda node: node.get("other"))
        return etree.tostring(root, encoding="unicode")

    def test_fields_and_labels(self):
        """A field goes with its label; the text behind it stays."""
        self.assertEqual(
            self._hide(
                '<form><label for="cost"/>A<field name="cost"/>B<field name="x"/></form>'
            ),
            '<form>AB<field name="x"/></form>',
        )

    def test_expressions(self):
        """What names a hidden field is answered with False, or left as it was."""
        hidden = {"cost"}
        for expression, expected in (
            ("cost > 5 or x", "False > 5 or x"),
            ("not cost", "not False"),
            ("'cost' in (rule_hidden or [])", "'cost' in (rule_hidden or [])"),
            ("[('id', '=', cost)]", "[('id', '=', False)]"),
            ("{'default_x': cost}", "{'default_x': False}"),
            ("costs  >  1", "costs  >  1"),
            ("parent.cost", "parent.cost"),
            ("1", "1"),
            ("no expression", "no expression"),
        ):
            self.assertEqual(blank(expression, hidden), expected)
        self.assertEqual(blank("not parent.cost", hidden, parent=True), "not False")
        self.assertEqual(blank("cost", hidden, parent=True), "cost")

    def test_filters(self):
        """A filter that asks for a hidden field goes, by whatever attribute."""
        for kept, attributes in (
            (False, "domain=\"[('cost', '&gt;', 1)]\""),
            (False, "domain=\"['|', ('x', '=', 1), ('cost.id', '=', 1)]\""),
            (False, "context=\"{'group_by': 'cost'}\""),
            (False, "context=\"{'group_by': 'cost:month'}\""),
            (False, 'date="cost"'),
            (True, "domain=\"[('costs', '&gt;', 1)]\""),
            (True, 'date="x"'),
        ):
            arch = self._hide(f'<search><filter name="f" {attributes}/></search>')
            self.assertEqual("filter" in arch, kept, attributes)
        arch = "<search><field name=\"x\" filter_domain=\"[('cost', '=', self)]\"/></search>"
        self.assertEqual(self._hide(arch), '<search><field name="x"/></search>')

    def test_cards(self):
        """A template that reads the value goes with it."""
        arch = self._hide(
            '<kanban default_group_by="cost"><progressbar field="cost"/><templates>'
            '<t t-name="card"><b t-if="record.cost.raw_value">!</b>'
            '<i t-if="record.costs.raw_value"/></t></templates></kanban>'
        )
        self.assertEqual(
            arch,
            '<kanban><templates><t t-name="card"><i t-if="record.costs.raw_value"/></t>'
            "</templates></kanban>",
        )

    def test_locked(self):
        """What is seen and not changed is read-only, whatever else is said."""
        self.assertEqual(
            self._hide(
                '<list default_order="x, cost desc"><field name="y" readonly="z"/></list>',
                locked=("y",),
            ),
            '<list><field name="y" readonly="1"/></list>',
        )

    def test_views_inside(self):
        """A view of another model has fields of its own, but may ask its parent."""
        arch = (
            '<form><field name="lines"><list other="1"><field name="cost"'
            ' column_invisible="parent.cost"/></list></field></form>'
        )
        self.assertEqual(self._hide(arch), arch.replace("parent.cost", "False"))
