from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from ..const import SLIP_CLAIMED
from ..models.case.aftersales_case_gate import GateError
from .common import AftersalesCommon, feature
from .deliveries import DeliveriesMixin
from .gateway import GatewayCommon, write_mail

MATCHING = "odoo.addons.aftersales_case.models.goods.aftersales_slip_mixin"


class TestSlip(DeliveriesMixin, AftersalesCommon):
    """The delivery slip of a case: found by number, and its data taken over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot = cls._lot(cls.grinder, "M60-1")
        cls.slip = cls._picking(
            (cls.filters, 12), (cls.grinder, 1, cls.lot), origin="S-4711"
        )

    def _slip_case(self, number, **vals):
        """A case of nobody known yet, which names a slip."""
        return self._new_case(**{"contact_id": False, "slip_number": number} | vals)

    def _goods_of(self, case):
        return [
            (line.product_id, line.lot_id, line.delivered, line.quantity)
            for line in case.line_ids
        ]

    def _new_form(self, user=None):
        form = Form(self._as(user or self.agent)["aftersales.case"])
        form.name = "Two are missing"
        form.type_id = self.type_complaint
        return form

    def test_slip_comes_before_the_gate(self):
        """What the slip of a change tells counts for its gate, new case or not."""
        self.type_complaint.field_rule_ids.unlink()
        self.env["aftersales.field.rule"].create(
            [
                {
                    "type_id": self.type_complaint.id,
                    "key": key,
                    "required_from_id": self.stage_progress.id,
                }
                for key in ("partner_id", "product_ids")
            ]
        )
        moved = {"slip_number": self.slip.name, "stage_id": self.stage_progress.id}
        unknown = {"partner_id": False, "contact_id": False, "user_id": self.agent.id}
        new = self._as(self.agent)["aftersales.case"].create(
            {"name": "Broken", "type_id": self.type_complaint.id} | unknown | moved
        )
        known = self._as(self.agent, self._new_case(**unknown))
        known.write(moved)
        for case in (new, known):
            self.assertEqual(case.stage_id, self.stage_progress)
            self.assertEqual(case.partner_id, self.customer)
            self.assertEqual(case.product_ids, self.filters | self.grinder)
        with self.assertRaises(GateError):
            self._as(self.agent, self._new_case(**unknown)).write(
                moved | {"slip_number": "nobody knows it"}
            )

    # === By hand === #

    @feature("I2-52", "I2-53")
    def test_number_fills_the_form(self):
        """A number, typed carelessly, gives customer, site, goods and order at once."""
        number = f" {self.slip.name.lower()} "
        with self._new_form() as form:
            form.slip_number = number
            self.assertEqual(form.slip_number, number.strip())
            self.assertEqual(form.picking_id, self.slip)
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(form.site_id, self.site)
            self.assertEqual(form.product_ids[:], self.filters | self.grinder)
            self.assertEqual(form.order_ref, "S-4711")
            self.assertEqual(form.slip_state, "done")
            self.assertEqual(len(form.line_ids), 2)
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.product_id, self.filters)
                line.quantity = 2
            with form.line_ids.edit(1) as line:
                self.assertEqual(line.lot_id, self.lot)
                line.concerned = False
        case = form.record
        self.assertEqual(case.picking_id, self.slip)
        self.assertEqual(
            self._goods_of(case),
            [
                (self.filters, self.lot.browse(), 12, 2),
                (self.grinder, self.lot, 1, 1),
            ],
        )
        self.assertEqual(case.line_ids.mapped("concerned"), [True, False])
        self.assertEqual(case.line_ids.move_id, self.slip.move_ids)
        self.assertIn(self.slip.name, str(case.message_ids.mapped("body")))

    def test_goods_lead(self):
        """Where there are goods, what is concerned reads from them, and from one place."""
        with self._new_form() as form:
            form.product_ids.add(self.pump)
            self.assertFalse(form.goods_text)
            form.slip_number = self.slip.name
            text = "12 × Water Filter, Grinder M60 (M60-1), Rotary Pump"
            self.assertEqual(form.goods_text, text)
            with form.line_ids.edit(0) as line:
                line.quantity = 1
            with form.line_ids.edit(1) as line:
                line.concerned = False
            self.assertEqual(form.goods_text, "Water Filter, Rotary Pump")
            with self.assertRaisesRegex(AssertionError, "is not visible"):
                form.product_ids.remove(index=0)
        self.assertEqual(form.record.goods_text, "Water Filter, Rotary Pump")

    @feature("I2-53")
    def test_person_and_nothing_overwritten(self):
        """A person on the slip is the contact; what was entered before stays."""
        slip = self._picking((self.pump, 1), partner=self.contact)
        case = self._slip_case(slip.name)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.email, "anna@janssen.example")
        other = self.env["res.partner"].create(
            {"name": "Ben", "parent_id": self.customer.id}
        )
        case = self._slip_case(
            slip.name,
            contact_id=other.id,
            site_id=self.site.id,
            product_ids=[(6, 0, self.filters.ids)],
            supplier_id=self.vendor.id,
            email="ben@mail.example",
        )
        self.assertEqual(case.picking_id, slip)
        self.assertEqual(case.contact_id, other)
        self.assertEqual(case.site_id, self.site)
        self.assertEqual(case.product_ids, self.filters)
        self.assertEqual(case.supplier_id, self.vendor)
        self.assertEqual(case.email, "ben@mail.example")
        self.assertEqual(self._goods_of(case), [(self.pump, self.lot.browse(), 1, 1)])

    def test_address_of_a_mail_stays(self):
        """Who wrote is not replaced by the customer's general address."""
        case = self._slip_case(self.slip.name, email="fleur@mail.example")
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.email, "fleur@mail.example")

    @feature("I2-52")
    def test_order_number_will_do(self):
        """The order's number finds its only slip; two slips are offered, not guessed."""
        case = self._slip_case("s-4711")
        self.assertEqual(case.picking_id, self.slip)
        second = self._picking((self.filters, 3), origin="S-4711")
        case = self._slip_case("S-4711")
        self.assertFalse(case.picking_id)
        self.assertFalse(case.line_ids)
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(form.slip_state, "choice")
            self.assertEqual(form.slip_candidate_ids[:], self.slip | second)
        as_agent = self._as(self.agent, second)
        as_agent.with_context(
            aftersales_case_id=case.id
        ).action_use_for_aftersales_case()
        self.assertEqual(case.picking_id, second)
        self.assertEqual(case.slip_number, "S-4711")
        self.assertEqual(
            self._goods_of(case), [(self.filters, self.lot.browse(), 3, 3)]
        )
        with self._new_form() as form:
            form.slip_number = "S-4711"
            form.picking_id = self.slip
            self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(len(form.record.line_ids), 2)

    def test_wildcards_are_letters(self):
        """A number is taken literally, also in a search by pattern."""
        self._picking((self.pump, 1), name="A_1%B")
        self.assertTrue(self._slip_case("a_1%b").picking_id)
        for number in ("AX1%B", "A_1", "A_1%", "%"):
            with self.subTest(number=number):
                self.assertFalse(self._slip_case(number).picking_id)
        self.assertTrue(self._slip_case("A_ 1%B").picking_id)

    def test_slip_of_another_customer_is_offered(self):
        """A number that is somebody else's slip is not taken without asking."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        case = self._new_case(
            contact_id=False, partner_id=stranger.id, slip_number=self.slip.name
        )
        self.assertFalse(case.picking_id)
        self.assertEqual(case.slip_state, "choice")
        self.assertEqual(case.slip_candidate_ids, self.slip)
        case.picking_id = self.slip
        self.assertEqual(case.partner_id, stranger)
        self.assertEqual(len(case.line_ids), 2)

    def test_slips_are_offered_to_those_who_may_read_them(self):
        """A reporter learns that several slips fit, but neither which nor whose."""
        second = self._picking((self.filters, 3), origin="S-4711")
        case = self._new_case(
            contact_id=False,
            reporter_id=self.reporter.partner_id.id,
            slip_number="S-4711",
        )
        for user, offered in ((self.agent, self.slip | second), (self.reporter, [])):
            mine = self._as(user, case)
            self.assertEqual(mine.slip_state, "choice")
            read = mine.web_read({"slip_candidate_ids": {}})[0]["slip_candidate_ids"]
            self.assertEqual(set(read), {slip.id for slip in offered})

    def test_number_corrected(self):
        """What a wrong slip told goes with it; what was changed since stays."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        wrong = self._picking((self.pump, 5), partner=stranger)
        case = self._slip_case(wrong.name)
        case.site_id = self.site
        self.assertEqual(case.partner_id, stranger)
        for write in (False, True):
            with self.subTest(write=write), self.env.cr.savepoint() as savepoint:
                if write:
                    case.slip_number = self.slip.name
                else:
                    with Form(self._as(self.agent, case)) as form:
                        form.slip_number = self.slip.name
                        self.assertEqual(form.partner_id, self.customer)
                self.assertEqual(case.picking_id, self.slip)
                self.assertEqual(case.partner_id, self.customer)
                self.assertEqual(case.site_id, self.site)
                self.assertEqual(case.product_ids, self.filters | self.grinder)
                self.assertEqual(case.line_ids.picking_id, self.slip)
                self.assertEqual(len(case.line_ids), 2)
                savepoint.rollback()
                self.env.invalidate_all()
        own = self.env["aftersales.case.line"].create(
            {"case_id": case.id, "product_id": self.filters.id}
        )
        case.slip_number = False
        self.assertFalse(case.picking_id)
        self.assertEqual(case.line_ids, own)

    def test_quantities_are_limited(self):
        """No more can be concerned than was delivered, and not less than nothing."""
        line = self._slip_case(self.slip.name).line_ids[0]
        line.quantity = 12
        with self.assertRefused(ValidationError, "delivered only 12 "):
            line.quantity = 12.5
        with self.assertRefused(ValidationError, "Untick"):
            line.quantity = -1
        self.env["aftersales.case.line"].create(
            {"case_id": line.case_id.id, "product_id": self.pump.id, "quantity": 3}
        )

    def test_quantity_in_the_unit_of_the_product(self):
        """A slip in dozens gives pieces."""
        dozen = self.env.ref("uom.product_uom_dozen")
        slip = self._picking((self.filters, 2, None, dozen))
        line = self._slip_case(slip.name).line_ids
        self.assertEqual((line.delivered, line.quantity), (24, 24))
        self.assertEqual(line.product_uom_id, self.filters.uom_id)

    # === The slip comes later === #

    @feature("I2-52")
    def test_unknown_number_waits(self):
        """An unknown number is kept, and matched when that slip appears and is done."""
        with self._new_form() as form:
            form.slip_number = "OUT-LATER"
            self.assertEqual(form.slip_state, "unknown")
        case = form.record
        self.assertEqual(case.slip_number, "OUT-LATER")
        slip = self._picking((self.filters, 4), name="out-later", done=False)
        self.assertEqual(case.picking_id, slip)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.product_ids, self.filters)
        self.assertFalse(case.line_ids)
        self.assertEqual(case.slip_state, "undone")
        self.assertIn("found", str(case.message_ids[:1].body))
        self._deliver(slip)
        self.assertEqual(
            self._goods_of(case), [(self.filters, self.lot.browse(), 4, 4)]
        )
        self.assertIn("Data taken", str(case.message_ids[:1].body))

    def test_renamed_and_ordered(self):
        """A slip is found when it is renamed or gets its order's number."""
        slip = self._picking((self.filters, 4))
        by_name, by_order = self._slip_case("NEW 1"), self._slip_case("S-9")
        closed = self._slip_case("NEW1")
        closed._move_to_state("cancelled")
        slip.name = "NEW1"
        self.assertEqual(by_name.picking_id, slip)
        slip.origin = "S-9"
        self.assertEqual(by_order.picking_id, slip)
        self.assertFalse(closed.picking_id)

    def test_lines_follow_what_was_done(self):
        """With a backorder, a slip gives what it delivered, not what was ordered."""
        slip = self._picking((self.filters, 10), done=False, origin="S-10")
        case = self._slip_case(slip.name)
        self.assertEqual(case.slip_state, "undone")
        slip.move_ids.quantity = 4
        slip.move_ids.picked = True
        slip._action_done()
        backorder = slip.backorder_ids
        self.assertTrue(backorder)
        self.assertEqual(
            self._goods_of(case), [(self.filters, self.lot.browse(), 4, 4)]
        )
        self._deliver(backorder)
        self.assertEqual(len(case.line_ids), 1)
        second = self._slip_case(backorder.name)
        self.assertEqual(second.line_ids.delivered, 6)

    def test_other_company(self):
        """A slip of another company is none."""
        other = self.env["res.company"].create({"name": "Foreign"})
        self.env.user.company_ids |= other
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        case = self._slip_case("OUT-FOREIGN")
        slip = self._picking((self.filters, 1), name="OUT-FOREIGN", warehouse=warehouse)
        self.assertFalse(case.picking_id)
        self.assertFalse(self._slip_case("OUT-FOREIGN").picking_id)
        own = self._picking((self.filters, 1), name="OUT-FOREIGN")
        self.assertEqual(case.picking_id, own)
        self.assertNotEqual(slip, own)

    def test_receipts_are_no_slips(self):
        """What a supplier sent us is no delivery slip of a customer."""
        receipt = self._picking((self.filters, 1), incoming=True, partner=self.supplier)
        self.assertFalse(self._slip_case(receipt.name).picking_id)

    def test_delivery_never_fails(self):
        """What goes wrong in a case does not stop the delivery."""
        case = self._slip_case("OUT-X")
        Case = type(self.env["aftersales.case"])
        with (
            patch.object(Case, "_take_slips", side_effect=ValueError("broken")),
            self.assertLogs(MATCHING, "WARNING"),
        ):
            slip = self._picking((self.filters, 1), name="OUT-X")
        self.assertEqual(slip.state, "done")
        self.assertFalse(case.picking_id)
        self._as(self.agent, case).action_match_slip()
        self.assertEqual(case.picking_id, slip)

    def test_conflict_reaches_the_request(self):
        """Who delivers while others change the case tries again, and then it matches.

        The conflict is raised: in one transaction there is nobody to meet.
        """
        case = self._slip_case("OUT-Y")
        Case = type(self.env["aftersales.case"])
        conflict = SerializationFailure("could not serialize access")
        with (
            self.assertRaises(SerializationFailure),
            patch.object(Case, "_take_slips", side_effect=conflict),
            self.env.cr.savepoint(),
        ):
            self._picking((self.filters, 1), name="OUT-Y")
        slip = self._picking((self.filters, 1), name="OUT-Y")
        self.assertEqual(case.picking_id, slip)

    def _count_match(self, slips):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        slips._match_waiting_cases()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        """Fifty deliveries ask as much of the database as one; cases are taken in sets."""
        names = [f"BULK-{number}" for number in range(53)]
        slips = [self._picking((self.filters, 1), name=name) for name in names]
        bulk = self.slip.union(*slips[3:]) - self.slip
        one, fifty = self._count_match(slips[0]), self._count_match(bulk)
        self.assertEqual(one, fifty)
        cases = [self._slip_case(f"?{name}") for name in names]
        cases = self.env["aftersales.case"].union(*cases)
        self.env.flush_all()
        # As if the slips had appeared only now.
        self.env.cr.execute(
            "UPDATE aftersales_case SET slip_number = substr(slip_number, 2),"
            " slip_key = substr(slip_key, 2) WHERE id IN %s",
            [cases._ids],
        )
        self._count_match(slips[0])
        self._count_match(slips[1])
        one, fifty = self._count_match(slips[2]), self._count_match(bulk)
        self.assertTrue(all(case.picking_id for case in cases))
        self.assertTrue(all(case.line_ids for case in cases))
        # Core writes the products of each case by a statement of its own.
        self.assertLessEqual(fifty - 49, one)

    # === Supplier === #

    @feature("I2-59")
    def test_supplier_by_lot_and_by_vendor(self):
        """The lot's sender comes first, then the product's vendor of that day."""
        with self._new_form() as form:
            form.product_ids.add(self.pump)
            self.assertFalse(form.supplier_id)
        sellers = [
            (self.supplier, "2020-01-01", "2020-12-31"),
            (self.vendor, "2021-01-01", False),
        ]
        self.env["product.supplierinfo"].create(
            [
                {
                    "partner_id": partner.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "date_start": start,
                    "date_end": end,
                }
                for product in (self.pump, self.grinder)
                for partner, start, end in sellers
            ]
            + [
                {
                    "partner_id": self.supplier.id,
                    "product_tmpl_id": self.filters.product_tmpl_id.id,
                }
            ]
        )
        with self._new_form() as form:
            form.product_ids.add(self.pump)
            self.assertEqual(form.supplier_id, self.vendor)
        with self._new_form() as form:
            form.slip_number = self._picking((self.pump, 1)).name
            self.assertEqual(form.supplier_id, self.vendor)
        received = self._lot(self.grinder, "M60-2")
        self._picking((self.grinder, 1, received), incoming=True, partner=self.supplier)
        slip = self._picking((self.grinder, 1, received))
        with self._new_form() as form:
            form.slip_number = slip.name
            self.assertEqual(form.supplier_id, self.supplier)
        case = self._slip_case(slip.name)
        self.assertEqual(case.supplier_id, self.supplier)
        both = self._slip_case(self._picking((self.filters, 1), (self.pump, 1)).name)
        self.assertFalse(both.supplier_id, "two suppliers: chosen by hand")
        day = case.reported_at.date()
        self.assertEqual(case._find_supplier(self.grinder, self.lot, day), self.vendor)
        old = day.replace(year=2020, month=6, day=1)
        self.assertEqual(
            case._find_supplier(self.pump, self.lot.browse(), old), self.supplier
        )

    # === Who may === #

    @feature("I2-52")
    def test_reporter_names_a_slip(self):
        """A colleague without a role names the slip; the system takes over the rest."""
        with self._new_form(self.reporter) as form:
            form.slip_number = self.slip.name
            self.assertEqual(form.partner_id, self.customer)
        case = form.record
        self.assertEqual(case.picking_id, self.slip)
        self.assertEqual(len(case.line_ids), 2)
        with Form(case) as form:
            self.assertEqual(len(form.line_ids), 2)
            form.slip_number = "OTHER"
        self.assertFalse(case.picking_id)
        with self.assertRefused(AccessError, "not allowed"):
            case.line_ids.create({"case_id": case.id, "product_id": self.pump.id})
        with self.assertRaises(AccessError):
            self._as(self.reporter, self.slip).read(["name"])

    def test_goods_follow_the_case(self):
        """Who may not write the case changes none of its goods."""
        case = self._slip_case(
            self.slip.name, user_id=self.manager.id, confidential=True
        )
        line = case.line_ids[0]
        with self.assertRaises(AccessError):
            self._as(self.agent2, line).read(["quantity"])
        foreign = self.env["res.company"].create({"name": "Foreign"})
        stranger = new_test_user(
            self.env,
            "as_foreign",
            groups="aftersales_case.group_aftersales_manager",
            company_id=foreign.id,
            company_ids=[(6, 0, foreign.ids)],
        )
        with self.assertRaises(AccessError):
            self._as(stranger, line).read(["quantity"])

    # === From the slip === #

    def test_case_from_the_slip(self):
        """The delivery opens a new case about itself, and counts its cases."""
        slip = self._as(self.agent, self.slip)
        action = slip.action_make_aftersales_case()
        with Form(
            self._as(self.agent)["aftersales.case"].with_context(**action["context"])
        ) as form:
            form.type_id = self.type_complaint
            self.assertEqual(form.picking_id, self.slip)
            self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(len(form.record.line_ids), 2)
        self.assertEqual(slip.aftersales_case_count, 1)
        action = slip.action_view_aftersales_cases()
        found = self._as(self.agent)["aftersales.case"].search(action["domain"])
        self.assertEqual(found, form.record)

    # === Hook, merge and split === #

    def _watch(self):
        """Record the calls of the hook for changed goods."""
        calls = []

        def hook(cases):
            calls.append(cases.ids)

        Case = type(self.env["aftersales.case"])
        self.startPatcher(patch.object(Case, "_after_goods_change", hook))
        return calls

    def test_hook_once_per_batch(self):
        """However goods change, the hook is called once, with all cases concerned."""
        calls = self._watch()
        case = self._slip_case(self.slip.name)
        self.assertEqual(calls, [case.ids])
        with Form(self._as(self.agent, case)) as form:
            with form.line_ids.edit(0) as line:
                line.quantity = 2
            form.line_ids.remove(1)
            with form.line_ids.new() as line:
                line.product_id = self.pump
        self.assertEqual(calls, [case.ids] * 2)
        case.line_ids.write({"concerned": False})
        self.assertEqual(calls, [case.ids] * 3)
        case.line_ids.sequence = 5
        self.assertEqual(calls, [case.ids] * 3)
        case.line_ids.unlink()
        self.assertEqual(calls, [case.ids] * 4)
        waiting = [self._slip_case("OUT-L").id, self._slip_case("out-l").id]
        self.assertEqual(len(calls), 4, "a number alone is no goods")
        slip = self._picking((self.filters, 1), name="OUT-L", done=False)
        del calls[:]
        self._deliver(slip)
        self.assertEqual([sorted(ids) for ids in calls], [sorted(waiting)])

    def test_merge(self):
        """Goods move to the case that goes on, the same ones once."""
        target, source = (
            self._slip_case(self.slip.name),
            self._slip_case(self.slip.name),
        )
        target.line_ids[0].quantity = 2
        target.line_ids[1].concerned = False
        source.line_ids[0].quantity = 3
        other = self._picking((self.pump, 1))
        third = self._slip_case(other.name)
        (source | third)._merge_into(target)
        self.assertEqual(
            [(line.product_id, line.quantity) for line in target.line_ids.sorted("id")],
            [(self.filters, 3), (self.grinder, 1), (self.pump, 1)],
        )
        self.assertTrue(all(target.line_ids.mapped("concerned")))
        self.assertFalse((source | third).line_ids)
        self.assertEqual(target.picking_id, self.slip)
        bare = self._new_case()
        target._merge_into(bare)
        self.assertEqual(bare.picking_id, self.slip)
        self.assertEqual(bare.slip_number, self.slip.name)
        self.assertEqual(len(bare.line_ids), 3)

    def test_split(self):
        """The chosen goods go to the new case, which has the same slip."""
        case = self._slip_case(self.slip.name)
        grinder = case.line_ids[1]
        wizard = self._as(self.agent)["aftersales.split"].with_context(
            active_ids=case.ids
        )
        with Form(wizard) as form:
            form.name = "The grinder"
            form.line_ids.add(grinder)
        form.record.action_split()
        new = case.child_ids
        self.assertEqual(new.line_ids, grinder)
        self.assertEqual(new.picking_id, self.slip)
        self.assertEqual(case.line_ids.product_id, self.filters)

    def test_copy(self):
        """A copy of a case is about other goods."""
        copied = self._slip_case(self.slip.name).copy()
        self.assertFalse(copied.slip_number or copied.picking_id or copied.line_ids)


class TestSlipMail(DeliveriesMixin, GatewayCommon):
    """Slips that mails name."""

    @feature("I2-52", "I2-53")
    def test_mail_names_a_slip(self):
        """A customer's mail that names one slip of his becomes a case about it."""
        slip = self._picking((self.filters, 12), partner=self.contact)
        case = self._receive_case(
            write_mail(f"On slip {slip.name} two filters are missing, 12 ordered.")
        )
        self.assertEqual(case.slip_number, slip.name)
        self.assertEqual(case.picking_id, slip)
        self.assertEqual(case.line_ids.product_id, self.filters)
        self.assertEqual(case.contact_id, self.contact)

    def test_mail_that_leaves_a_doubt(self):
        """Two slips are not guessed from a mail."""
        first, second = (self._picking((self.filters, 1)) for _ in range(2))
        case = self._receive_case(write_mail(f"Wrong: {first.name} and {second.name}."))
        self.assertFalse(case.slip_number)
        self.assertFalse(case.picking_id)

    @feature("N-28")
    def test_mail_names_the_slip_of_somebody_else(self):
        """A known customer proves who he is, not that somebody else's slip is his."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._picking((self.filters, 1), partner=stranger)
        case = self._receive_case(write_mail(f"Wrong: {foreign.name}."))
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.slip_number, foreign.name)
        self.assertEqual(case.slip_state, SLIP_CLAIMED)
        self.assertEqual(case.claimed_picking_id, foreign)
        self.assertEqual(case.claimed_partner_id, stranger)
        self.assertFalse(case.picking_id or case.line_ids or case.product_ids)

    @mute_logger("odoo.addons.aftersales_case.models.intake.aftersales_case_mail")
    def test_mail_makes_a_case_all_the_same(self):
        """A slip that cannot be taken over does not cost the mail its case."""
        slip = self._picking((self.filters, 12))
        Case = type(self.env["aftersales.case"])
        with patch.object(Case, "_take_slips", side_effect=ValueError("broken")):
            case = self._receive_case(write_mail(f"Slip {slip.name}"))
        self.assertFalse(case.picking_id)
        self.assertEqual(case.partner_id, self.customer)
