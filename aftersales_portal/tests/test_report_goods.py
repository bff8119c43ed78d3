from odoo import http
from odoo.fields import Command, Domain
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.deliveries import DeliveriesMixin

from .test_report import ReportSetup


@tagged("post_install", "-at_install")
class TestReportGoods(DeliveriesMixin, ReportSetup, HttpCase):
    """Customers pick the goods of a new case from what they got, with quantities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.serial = cls._lot(cls.grinder, "M60-0815")
        other_serial = cls._lot(cls.grinder, "M60-4711")
        cls.first = cls._picking((cls.filters, 6), (cls.pump, 2), origin="S00042")
        cls.second = cls._picking((cls.filters, 3), (cls.grinder, 1, cls.serial))
        cls.theirs = cls._picking(
            (cls.grinder, 1, other_serial), (cls.vendor_pump(), 1), partner=cls.other
        )

    @classmethod
    def vendor_pump(cls):
        return cls._product("Strange Pump")

    def setUp(self):
        super().setUp()
        self.authenticate(self.anna.login, self.anna.login)
        self.known = self.env["aftersales.case"].search([])

    def _key(self, slip, product, lot=None):
        move = slip.move_ids.filtered(lambda move: move.product_id == product)
        return f"m{move.id}-{lot.id if lot else 0}"

    def _send(self, picked=(), amounts=None, **data):
        names = ("description", "product_ids", "properties-missing", "properties-count")
        fields = {
            "csrf_token": http.Request.csrf_token(self),
            "shown": names,
            "description": "Leaks",
            "product_ids": list(picked),
        }
        amounts = {f"quantity-{key}": much for key, much in (amounts or {}).items()}
        answer = self.url_open(self.url, data=fields | amounts | data, timeout=120)
        self.env.invalidate_all()
        return answer

    def _made(self):
        return self.env["aftersales.case"].search([]) - self.known

    def _lines(self, case):
        return [
            (line.product_id, line.lot_id, line.quantity, line.delivered, line.move_id)
            for line in case.line_ids
        ]

    @feature("I2-46", "I2-49", "B4-08")
    def test_pick(self):
        """Several lines with quantity, a serial number, and what nothing is typed at."""
        keys = [
            self._key(self.first, self.filters),
            self._key(self.first, self.pump),
            self._key(self.second, self.grinder, self.serial),
        ]
        page = self.url_open(self.url, timeout=120).text
        for text in (*keys, "No. M60-0815", self.first.name):
            self.assertIn(text, page)
        self.assertNotIn(f'name="quantity-{keys[2]}"', page)
        # A quantity picks, ticked or not.
        self._send(keys[1:], {keys[0]: "4"})
        case = self._made()
        no_lot = self.env["stock.lot"]
        filters, pump = self.first.move_ids
        self.assertCountEqual(
            self._lines(case),
            [
                (self.filters, no_lot, 4, 6, filters),
                (self.pump, no_lot, 2, 2, pump),
                (self.grinder, self.serial, 1, 1, self.second.move_ids[1]),
            ],
        )
        self.assertEqual(case.product_ids, self.filters | self.pump | self.grinder)
        self.assertFalse(case.picking_id)
        self.assertEqual(case.partner_id, self.customer)

    @feature("I2-49")
    def test_quantity_is_said_once(self):
        """How many is not asked again where goods are picked; elsewhere it is."""
        rules = self.type_complaint.field_rule_ids
        rule = rules.filtered(lambda rule: rule.key == "properties.count")
        with Form(self._as(self.manager, rule)) as form:
            form.is_goods_quantity = True
        self.assertNotIn("How Many", self.url_open(self.url, timeout=120).text)
        key = self._key(self.first, self.filters)
        self._send([], {key: "4"}, **{"properties-count": "7"})
        case = self._made()
        self.assertEqual(case.line_ids.quantity, 4)
        self.assertFalse(case._is_answered("properties.count"))
        rule.portal = "editable"
        page = self.url_open(f"/my/cases/{case.id}/change", timeout=120).text
        self.assertNotIn("How Many", page)
        rule.portal = "asked"
        rules.filtered(lambda rule: rule.key == "product_ids").portal = "hidden"
        self.assertIn("How Many", self.url_open(self.url, timeout=120).text)

    def test_one_slip(self):
        """Goods of one delivery make it the slip of the case, and add nothing of it."""
        self._send(amounts={self._key(self.first, self.filters): "1"})
        case = self._made()
        self.assertEqual(case.picking_id, self.first)
        self.assertEqual(case.slip_number, self.first.name)
        self.assertEqual([line[2] for line in self._lines(case)], [1])
        # Who works on it changes the quantity as on any other line.
        self._as(self.agent, case).line_ids.quantity = 5

    def test_slip_typed(self):
        """With the number of the slip typed as well, only what is picked is concerned."""
        self._show("slip_number", portal="asked")
        shown = ["description", "product_ids", "properties-missing", "properties-count"]
        self._send(
            amounts={self._key(self.first, self.filters): "1"},
            shown=[*shown, "slip_number"],
            slip_number=self.first.name,
        )
        case = self._made()
        self.assertEqual(case.picking_id, self.first)
        self.assertEqual([line[2] for line in self._lines(case)], [1])

    def test_quantities(self):
        """More than was delivered, nothing, and nonsense are refused, and kept."""
        key = self._key(self.first, self.filters)
        for typed in ("7", "0", "-1", "many", "6.5", "9" * 200):
            with self.subTest(typed=typed):
                answer = self._send(amounts={key: typed})
                self.assertEqual(answer.status_code, 422)
                self.assertIn("enter more than 0 and at most 6", answer.text)
                self.assertIn(f'id="field-product_ids-{key}-error"', answer.text)
                self.assertNotIn('id="error-product_ids"', answer.text, "said twice")
                self.assertFalse(self._made())
        self._send(amounts={key: "5x"})
        page = self.url_open(self.url).text
        self.assertIn('value="5x"', page)

    def test_strange(self):
        """Goods of other customers, and keys that name nothing, make no case."""
        serial = self.theirs.move_line_ids.lot_id
        [lot_of_ours] = self.serial
        for key in (
            self._key(self.theirs, self.grinder, serial),
            self._key(self.theirs, self.theirs.move_ids[1].product_id),
            # One's own delivery with the serial number of somebody else.
            self._key(self.second, self.grinder, serial),
            self._key(self.first, self.filters, lot_of_ours),
            str(self.theirs.move_ids[1].product_id.id),
            "m1",
            "m-1-0",
            "m99999999999-0",
            f"m{2**31 - 1}-{2**31 - 1}",
            "0",
            "x",
            "m\x00",
        ):
            for sent in ({"picked": [key]}, {"amounts": {key: "1"}}):
                with self.subTest(key=key, sent=sent):
                    answer = self._send(**sent)
                    self.assertEqual(answer.status_code, 422)
                    self.assertFalse(self._made())

    def test_search_step(self):
        """Without JavaScript a button searches; what is picked stays picked."""
        picked = self._key(self.first, self.pump)
        answer = self._send([picked], search="0815", step="search")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self._key(self.second, self.grinder, self.serial), answer.text)
        self.assertRegex(answer.text, f'value="{picked}"[^>]* checked="checked"')
        self.assertNotIn(self._key(self.first, self.filters), answer.text)
        self.assertFalse(self._made())

    def _found(self, search):
        page = self.url_open(f"{self.url}/goods?search={search}", timeout=120)
        self.assertEqual(page.status_code, 200)
        return page.text

    def test_search(self):
        """By product, delivery, order, invoice and serial number; never another's."""
        filters = [self._key(slip, self.filters) for slip in (self.first, self.second)]
        pump = self._key(self.first, self.pump)
        grinder = self._key(self.second, self.grinder, self.serial)
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.company, install_demo=False
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [
                    Command.create({"product_id": self.pump.id, "price_unit": 5})
                ],
            }
        )
        invoice.action_post()
        every = {*filters, pump, grinder}
        for search, keys in (
            ("rotary", {pump}),
            (self.first.name, {filters[0], pump}),
            ("S00042", {filters[0], pump}),
            (invoice.name, {pump}),
            ("m60-08", {grinder}),
            ("m60-4711", set()),
            ("strange", set()),
            ("", every),
            ("%25", set()),
        ):
            with self.subTest(search=search):
                page = self._found(search)
                self.assertEqual({key for key in every if f'"{key}"' in page}, keys)
                self.assertNotIn("Strange Pump", page)
                self.assertNotIn("M60-4711", page)

    def test_search_of_types(self):
        """A type that asks for no goods has none to search."""
        self.type_complaint.field_rule_ids.filtered(
            lambda rule: rule.key == "product_ids"
        ).portal = "visible"
        page = self.url_open(f"{self.url}/goods", timeout=120)
        self.assertEqual(page.status_code, 404)

    def test_hook(self):
        """Another addon says which products may be picked."""
        service = self.registry["aftersales.portal.service"]

        def only_pumps(service, partner):
            return Domain("id", "=", self.pump.id)

        self.patch(service, "_get_customer_goods_domain", only_pumps)
        page = self._found("")
        self.assertIn("Rotary Pump", page)
        self.assertNotIn("Water Filter", page)
        key = self._key(self.first, self.filters)
        self.assertEqual(self._send([key]).status_code, 422)

    def test_contact(self):
        """A colleague is named as the contact; the one who reports stays the reporter."""
        self._show("contact_id", portal="asked")
        page = self.url_open(self.url, timeout=120).text
        self.assertIn("Ben Janssen", page)
        self.assertNotIn("Cleo Smit", page)
        shown = ["description", "product_ids", "properties-missing", "properties-count"]
        shown.append("contact_id")
        cleo = str(self.cleo.partner_id.id)
        answer = self._send(shown=shown, contact_id=cleo)
        self.assertEqual(answer.status_code, 422)
        self._send(shown=shown, contact_id=str(self.ben.partner_id.id))
        case = self._made()
        self.assertEqual(case.contact_id, self.ben.partner_id)
        self.assertEqual(case.reporter_id, self.contact)
        self.assertTrue(self._sees(self.anna, case) and self._sees(self.ben, case))

    def test_phone(self):
        """A phone number is read as its country writes it; a mistake stands there."""
        self._show("phone", portal="asked", label="Phone")
        self.customer.country_id = self.env.ref("base.nl")
        shown = ["description", "product_ids", "properties-missing", "properties-count"]
        shown.append("phone")
        answer = self._send(shown=shown, phone="12")
        self.assertEqual(answer.status_code, 422)
        self.assertIn('id="error-phone"', answer.text)
        self.assertIn("Phone: enter a phone number, such as", answer.text)
        self.assertNotIn("(0)", answer.text, "core's own words")
        self._send(shown=shown, phone="020 624 1111")
        self.assertEqual(self._made().phone, "+31206241111")

    def test_tour(self):
        """With JavaScript goods are found while one types, in any language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.start_tour(
            f"/nl{self.url}",
            "aftersales_portal_goods",
            login=self.anna.login,
            timeout=120,
        )
        case = self._made()
        self.assertCountEqual(
            [(line.product_id, line.quantity) for line in case.line_ids],
            [(self.pump, 1), (self.grinder, 1)],
        )
