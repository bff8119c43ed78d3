from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import MONDAY, SlaCommon


class TestMatch(SlaCommon):
    """Which policy holds for which case, and how it is told."""

    def _holds(self, case, side="customer"):
        return case._find_policies()[case].get(side, self.env["aftersales.sla.policy"])

    def _ask(self, case=None, policy=None, user=None):
        """Open the dialog as somebody does, and return its form."""
        records = self._as(user or self.agent, case or policy)
        action = (
            records.action_explain_policy() if case else records.action_which_wins()
        )
        dialogs = self._as(user or self.agent)[action["res_model"]]
        return Form(dialogs.with_context(**action["context"]))

    def _told(self, form):
        """Return what the dialog lists, as names and reasons."""
        policies = self.env["aftersales.sla.policy"]
        return [
            (policies.browse(line["policy_id"]).name, line["reason"])
            for line in form.line_ids._records
        ]

    @feature("B4-89")
    def test_which_one_wins(self):
        """Picked in the dialog, a case shows all that may hold, in order, and why."""
        above = self.env["res.partner"].create({"name": "Holding", "is_company": True})
        self.customer.parent_id = above
        own, holding = (
            self._agreement(code=partner.name, partner_id=partner.id)
            for partner in (self.customer, above)
        )
        self._policy({}, name="Own", agreement_id=own.id)
        self._policy({}, name="Own, urgent", agreement_id=own.id, priority="3")
        self._policy({}, name="Above", agreement_id=holding.id)
        self._policy({}, name="Everybody")
        self._policy({}, name="Complaints", type_id=self.type_complaint.id)
        self._policy({}, name="Second", sequence=20)
        self._policy({}, name="Over", sequence=30, date_to="2026-03-01")
        with self._at():
            case = self._new_case()
            form = self._ask(case)
        self.assertEqual(form.answer, "“Own” holds.")
        self.assertEqual(
            self._told(form),
            [
                ("Own", "It holds: the agreement is with the partner himself."),
                ("Above", "It fits, but Own is of an agreement that is nearer."),
                ("Complaints", "It fits, but Own is of an agreement that is nearer."),
                ("Everybody", "It fits, but Own is of an agreement that is nearer."),
                ("Second", "It fits, but Own is of an agreement that is nearer."),
                ("Own, urgent", "Only for Priority: Urgent."),
                ("Over", "It was valid until 03/01/2026."),
            ],
        )
        # Described otherwise, something else holds.
        form.priority = "3"
        self.assertEqual(form.answer, "“Own, urgent” holds.")
        self.assertEqual(
            self._told(form)[1],
            (
                "Own",
                "It fits, but Own, urgent says more exactly for which cases it is"
                " (1 criteria against 0).",
            ),
        )
        form.partner_id = self.env["res.partner"].create({"name": "Somebody"})
        self.assertEqual(form.answer, "“Complaints” holds.")
        self.assertEqual(form.customer_kind, "consumer")
        form.type_id = self.type_service
        self.assertEqual(form.answer, "“Everybody” holds.")
        self.assertIn(
            (
                "Second",
                "It fits as well as Everybody, which comes first by its sequence"
                " (10 before 20).",
            ),
            self._told(form),
        )

    @feature("B4-89")
    def test_no_deadline(self):
        """A case that has no deadline says why."""
        case = self._new_case()
        self.assertIn("No policy holds", self._ask(case).answer)
        policy = self._policy(name="Empty")
        self.assertEqual(
            self._ask(case).answer,
            "“Empty” holds, but promises nothing: add a target to it.",
        )
        policy.active = False
        self.assertIn("No policy holds", self._ask(case).answer)
        form = self._ask(policy=policy, user=self.manager)
        self.assertEqual(self._told(form), [("Empty", "It is archived.")])

    def test_promises_kept(self):
        """Where all that is promised is kept already, the dialog says so."""
        policy = self._policy({"metric": "assigned", "pause_customer": False})
        self.assertEqual(
            self._ask(policy=policy, user=self.manager).promises,
            "Take on within 4 working hours of the report",
        )
        with self._at():
            case = self._new_case()
            case.user_id = self.agent2
            self._flush()
            policy.target_ids = [
                Command.create(
                    {"metric": "next_reply", "quantity": 2, "pause_customer": False}
                )
            ]
            form = self._ask(case)
        self.assertEqual(
            form.promises.splitlines(),
            [
                "Take on within 4 working hours of the report: Met",
                "Answer what the customer writes within 2 working hours: not begun",
            ],
        )

    def test_asked_from_the_policy(self):
        """From a policy the dialog opens with its customer; for others it says whose it is."""
        policy = self._policy({}, name="Own", agreement_id=self._agreement().id)
        form = self._ask(policy=policy, user=self.manager)
        self.assertEqual(
            (form.partner_id, form.answer), (self.customer, "“Own” holds.")
        )
        form.partner_id = self.env["res.partner"].create({"name": "Somebody"})
        self.assertEqual(
            self._told(form), [("Own", "It is of an agreement with Janssen Horeca.")]
        )

    def test_case_of_somebody_else(self):
        """Who may not read a case learns nothing of it from the dialog."""
        case = self._new_case(confidential=True, user_id=self.manager.id)
        dialogs = self._as(self.agent)["aftersales.sla.match"]
        with self.assertRaises(AccessError):
            Form(dialogs.with_context(default_case_id=case.id))
        with self.assertRaises(AccessError):
            self._as(self.agent, case).action_explain_policy()

    def test_criteria(self):
        """Each criterion lets a policy hold for its cases and no other."""
        parent = self.env["aftersales.category"].create({"name": "Machine"})
        child = self.env["aftersales.category"].create(
            {"name": "Pump", "parent_id": parent.id}
        )
        goods = self.env["product.category"].create({"name": "Goods"})
        below = self.env["product.category"].create(
            {"name": "Below", "parent_id": goods.id}
        )
        product = self.env["product.product"].create(
            {"name": "B2", "categ_id": below.id}
        )
        tag = self.env["res.partner.category"].create({"name": "Gold"})
        self.customer.category_id = tag
        region = self.env["res.country.state"].create(
            {"name": "Region", "code": "X1", "country_id": self.env.ref("base.nl").id}
        )
        site = self.env["res.partner"].create(
            {
                "name": "Site",
                "type": "delivery",
                "country_id": region.country_id.id,
                "state_id": region.id,
                "parent_id": self.customer.id,
            }
        )
        case = self._new_case(
            category_id=child.id,
            priority="3",
            site_id=site.id,
            product_ids=[Command.set(product.ids)],
        )
        fits = {
            "type_id": case.type_id.id,
            "category_id": parent.id,
            "priority": "3",
            "product_categ_id": goods.id,
            "product_id": product.id,
            "partner_category_id": tag.id,
            "country_id": region.country_id.id,
            "country_state_id": region.id,
            "customer_kind": "business",
        }
        other = {
            "type_id": self.type_service.id,
            "category_id": parent.create({"name": "Other"}).id,
            "priority": "1",
            "product_categ_id": goods.create({"name": "Other"}).id,
            "product_id": product.create({"name": "B3"}).id,
            "partner_category_id": tag.create({"name": "Silver"}).id,
            "country_id": self.env.ref("base.de").id,
            "country_state_id": region.copy({"name": "Other", "code": "X2"}).id,
            "customer_kind": "consumer",
        }
        names = self.env["aftersales.sla.policy"]._get_criteria()
        self.assertEqual(set(fits), set(names))
        for name in names:
            with self.subTest(criterion=name):
                policy = self._policy({}, **{name: fits[name]})
                self.assertEqual(self._holds(case), policy)
                policy[name] = other[name]
                self.assertFalse(self._holds(case))
                policy.active = False

    def test_number_of_queries(self):
        """Many cases are matched, and their agreements found, by as many queries as one."""
        self._policy({}, agreement_id=self._agreement().id)
        self._policy({}, name="Everybody")
        cases = self.env["aftersales.case"]
        for number in range(12):
            customer = self.customer.copy({"name": f"Customer {number}"})
            contact = self.contact.copy({"parent_id": customer.id})
            cases |= self._new_case(contact_id=contact.id)
        self._flush()
        few, many = (
            (
                self._count_queries(some._find_policies),
                self._count_queries(lambda some=some: some.mapped("covered_until")),
            )
            for some in (cases[:1], cases)
        )
        self.assertEqual(few, many)

    def test_validity(self):
        """The day of the report, where the company is, decides whether a policy is valid."""
        self.company.partner_id.tz = "Europe/Amsterdam"
        policy = self._policy({}, date_from="2026-03-02", date_to="2026-03-02")
        for moment, holds in (
            (MONDAY.replace(hour=22, minute=59), True),
            (MONDAY.replace(hour=23), False),
            (MONDAY.replace(hour=0) - timedelta(minutes=60), True),
            (MONDAY.replace(hour=0) - timedelta(minutes=61), False),
        ):
            with self.subTest(moment=moment):
                case = self._new_case(reported_at=moment)
                self.assertEqual(
                    self._holds(case), policy if holds else policy.browse()
                )

    def test_supplier(self):
        """What a supplier promises us runs while the case waits for him."""
        supplier = self.env["res.partner"].create(
            {"name": "Vaporetta", "is_company": True}
        )
        agreement = self._agreement(partner_id=supplier.id, domain="purchase")
        policy = self._policy(
            {"metric": "supplier", "quantity": 4}, agreement_id=agreement.id
        )
        self.assertEqual(policy.target_ids.party, "supplier")
        with self._at():
            case = self._new_case(supplier_id=supplier.id)
            self.assertEqual(self._holds(case, "supplier"), policy)
            self.assertFalse(self._holds(case))
            self.assertFalse(self._clocks(case))
        with self._at(1):
            case.stage_id = self.stage_wait_supplier
            [clock] = self._clocks(case)
            self.assertEqual(clock.due_at, MONDAY + timedelta(hours=6))
        form = self._ask(policy=policy, user=self.manager)
        self.assertEqual(form.side, "supplier")
        self.assertEqual(form.answer, "“Standard” holds.")

    def test_ties(self):
        """Two policies between which nothing decides are refused, naming both."""
        self._policy({}, name="First")
        with self.assertRefused(ValidationError, "Second and First may both hold"):
            self._policy({}, name="Second")
        self._policy({}, name="Second", sequence=20)
        self._policy({}, name="Narrow", priority="3")
        self._policy({}, name="Other", priority="2")
        with self.assertRefused(ValidationError, "may both hold"):
            self._policy({}, name="Complaints", type_id=self.type_complaint.id)
        self._policy({}, name="Ends", date_to="2026-01-31", sequence=30)
        later = self._policy({}, name="Begins", date_from="2026-02-01", sequence=30)
        with self.assertRefused(ValidationError, "Begins and Ends may both hold"):
            later.date_from = "2026-01-31"

    def test_tied_categories(self):
        """A category and one above it have cases in common, two beside each other none."""
        above = self.env["aftersales.category"].create({"name": "Machine"})
        below, beside = (
            above.create({"name": name, "parent_id": above.id}) for name in "AB"
        )
        self._policy({}, name="Below", category_id=below.id)
        self._policy({}, name="Beside", category_id=beside.id)
        with self.assertRefused(ValidationError, "may both hold"):
            self._policy({}, name="Above", category_id=above.id)
