from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw

from odoo.addons.aftersales_case.tests.hostile import call

from .goods import GoodsCommon

NAMES = {"fields": {"display_name": {}}}
# Forms of service, which lead to what it need not read.
FORMS = (
    "aftersales.case",
    "aftersales.case.line",
    "aftersales.dunning.hold",
    "aftersales.dunning.proposal",
    "aftersales.dunning.proposal.line",
    "aftersales.dunning.release",
    "aftersales.dunning.share",
)
# How deep a form has lists in its lists.
DEPTH = 2


class TestHostileForms(GoodsCommon):
    """A form names what it is sent: nobody learns by it what he may not read."""

    def setUp(self):
        super().setUp()
        self.stranger = self.env["res.partner"].create({"name": "Nobody's Business"})
        order = self._new_order(7, partner=self.stranger)
        slip = self._deliver(order)
        invoice = self._bill(order)
        hold = self._hold(invoice)
        self.secret = {
            record._name: record.id
            for record in (
                invoice,
                invoice.invoice_line_ids[:1],
                hold,
                order,
                order.order_line,
                slip,
            )
        }
        self.words = [invoice.name, order.name, slip.name, self.stranger.name]
        own = self._new_order(3)
        self.slip = self._deliver(own)
        self.case = self._complain(self.slip, user_id=self.agent.id)
        self.invoice = self._bill(own)

    def _get_links(self, user, model):
        """Return ``{field: id}``: by which fields a form may name what is secret."""
        return {
            name: self.secret[definition.comodel_name]
            for name, definition in self.env[model]._fields.items()
            if definition.type == "many2one"
            and definition.comodel_name in self.secret
            and not self._as(user)[definition.comodel_name]
            .browse(self.secret[definition.comodel_name])
            .has_access("read")
        }

    def _get_spec(self, model, depth=1):
        """Return the specification of a form that shows all that has a name."""
        spec = {}
        for name, definition in self.env[model]._fields.items():
            if definition.type == "many2one":
                spec[name] = NAMES
            elif definition.type in ("char", "text", "monetary"):
                spec[name] = {}
            elif depth and self._is_form(definition):
                spec[name] = {
                    "fields": self._get_spec(definition.comodel_name, depth - 1)
                }
        return spec

    def _is_form(self, definition):
        return definition.type in ("one2many", "many2many") and (
            definition.comodel_name in FORMS
        )

    def _get_forged(self, user, model, depth=DEPTH):
        """Return ``[values]`` that name a secret record by some field, or list of it."""
        forged = [{name: key} for name, key in self._get_links(user, model).items()]
        for name, definition in self.env[model]._fields.items():
            if depth and self._is_form(definition):
                forged += [
                    {name: [[Command.CREATE, "virtual_1", values]]}
                    for values in self._get_forged(
                        user, definition.comodel_name, depth - 1
                    )
                ]
        return forged

    def _get_records(self, user, model):
        """Return a new record of a model, and one that is the user's."""
        known = {
            "aftersales.case": self.case,
            "aftersales.case.line": self.case.line_ids,
            "aftersales.dunning.hold": self.case.hold_ids,
            "aftersales.dunning.share": self.case.share_ids,
        }
        records = self._as(user)[model]
        return [records, *(self._as(user, found) for found in known.get(model, ())[:1])]

    def test_forms(self):
        """Neither number nor customer, by any link of any of our forms, first or later."""
        for user in (self.reporter, self.agent):
            tried = 0
            for model in FORMS:
                spec = self._get_spec(model)
                for values in self._get_forged(user, model):
                    for records in self._get_records(user, model):
                        for changed in ([], list(values)):
                            tried += self._try(records, values, changed, spec)
            self.assertGreater(tried, 10)

    def _try(self, records, values, changed, spec):
        """Send a form; return whether it was answered."""
        allowed = {n: s for n, s in spec.items() if self._is_readable(records, n)}
        base = {"case_id": self.case.id} if "case_id" in records._fields else {}
        args = [records.ids, base | values, changed, allowed]
        try:
            with self.env.cr.savepoint():
                answer = call_kw(records.browse(), "onchange", args, {})
        except UserError:
            return False
        finally:
            self.env.invalidate_all()
        with self.subTest(form=records, user=records.env.user.login, values=values):
            for word in self.words:
                self.assertNotIn(word, repr(answer))
        return True

    def _is_readable(self, records, name):
        return records._has_field_access(records._fields[name], "read")

    def test_number_is_enough(self):
        """Who enters the number of an order or a delivery is told what it says."""
        for number in (self.slip.name, self.slip.sale_id.name):
            spec = {"slip_number": {}, "partner_id": NAMES, "picking_id": NAMES}
            values = {"slip_number": number, "type_id": self.type_complaint.id}
            answer = call_kw(
                self._as(self.agent)["aftersales.case"],
                "onchange",
                [[], values, ["slip_number"], spec],
                {},
            )
            with self.subTest(number=number):
                self.assertEqual(answer["value"]["picking_id"]["id"], self.slip.id)
                self.assertIn(self.customer.name, repr(answer))

    def test_reports(self):
        """Nor is a report about a delivery of others its way to what stands on it."""
        cases = self._as(self.reporter)["aftersales.case"]
        vals = {"name": "x", "company_id": self.company.id}
        vals["type_id"] = self.type_complaint.id
        for name, model in (
            ("picking_id", "stock.picking"),
            ("sale_order_id", "sale.order"),
        ):
            for more in ({}, {"slip_number": "x"}, {"slip_number": False}):
                with self.subTest(name=name, more=more):
                    with self.assertRefused(UserError, "enter its number"):
                        call(cases, "create", vals | {name: self.secret[model]} | more)
        case_id = call(
            cases,
            "create",
            vals | {"slip_number": self.slip.name, "picking_id": self.slip.id},
        )
        self.assertEqual(self.case.browse(case_id).picking_id, self.slip)

    def test_refusals(self):
        """A refusal to hold an invoice names none."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "ref": "Salary of Bob",
                "partner_id": self.stranger.id,
                "company_id": self.company.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 5, "tax_ids": False})
                ],
            }
        )
        bill.action_post()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        holds = self._as(self.agent)["aftersales.dunning.hold"]
        vals = {"case_id": self.case.id, "reason_id": self.reason.id}
        told = set()
        for key in (bill.id, self.secret["account.move"], 10**8):
            for more in ({}, {"company_id": elsewhere.id}, {"scope": "customer"}):
                with self.subTest(key=key, more=more):
                    with self.assertRaises(UserError) as caught:
                        with self.env.cr.savepoint():
                            call(holds, "create", vals | {"move_id": key} | more)
                    told.add(str(caught.exception))
        self.assertEqual(len(told), 1, told)
