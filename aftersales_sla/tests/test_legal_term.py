from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from ..hooks import _forget_remedy
from .common import at
from .laws import LegalCommon


class TestLegalTerm(LegalCommon):
    """Legal terms as managers keep them, and for which cases they hold."""

    @feature("N-07")
    def test_set_up(self):
        """A manager enters a term, and reads it as a sentence."""
        terms = self._as(self.manager)["aftersales.legal.term"]
        with Form(terms) as form:
            form.name = "Answer (Poland)"
            form.remedy_id = self.answer
            form.country_id = self.poland
            form.customer_kind = "consumer"
            form.quantity = 14
            form.is_rolled = True
        term = form.record
        self.assertEqual(
            term.sentence,
            "Answer (Poland): within 14 calendar days of the report, or on the working"
            " day after that",
        )
        target = term.target_ids
        self.assertEqual(len(target), 1)
        self.assertEqual((target.quantity, target.unit), (14, "calendar_days"))
        term.write({"quantity": 2, "unit": "months", "metric": "response"})
        self.assertEqual(
            (target.quantity, target.unit, target.metric), (2, "months", "response")
        )

    def test_shipped(self):
        """What is shipped holds for whom it should, and runs where it has a number."""
        Remedy = self.env["aftersales.remedy"].with_context(active_test=False)
        remedies = {one.code: one for one in Remedy.search([("code", "!=", False)])}
        country = {code: self.env.ref(f"base.{code}") for code in ("nl", "fr", "jp")}
        table = [
            (self.poland, "ANSWER", "pl_answer", "2026-03-16 23:59:59"),
            (self.poland, "WITHDRAWAL", "pl_withdrawal", "2026-03-16 23:59:59"),
            (country["nl"], "WITHDRAWAL", "nl_withdrawal", "2026-03-16 23:59:59"),
            (country["fr"], "WITHDRAWAL", "eu_withdrawal", "2026-03-16 23:59:59"),
            (country["fr"], "ANSWER", None, None),
            (country["fr"], "REPAIR", "eu_repair", None),
            (country["fr"], "PERSONAL-DATA", "eu_personal_data", "2026-04-02 23:59:59"),
            (country["jp"], "PERSONAL-DATA", None, None),
            (country["jp"], "ACKNOWLEDGEMENT", "acknowledgement", None),
            (country["jp"], "CARRIER-DAMAGE", None, None),
        ]
        for place, code, name, due in table:
            with self.subTest(place=place.code, code=code), self._at():
                self.consumer.country_id = place
                case = self._new_complaint(remedy_id=remedies[code].id)
                found = case._find_legal_terms().get(case)
                expected = name and self.env.ref(f"aftersales_sla.legal_term_{name}")
                self.assertEqual(found, expected)
                dues = self._clocks(case).mapped(lambda clock: str(clock.due_at))
                self.assertEqual(dues, [due] if due else [])
        with self._at():
            remedy = remedies["CARRIER-DAMAGE"]
            # Of a business, and of nobody: our own claim on a carrier.
            for vals in ({}, {"contact_id": False}):
                case = self._new_case(remedy_id=remedy.id, **vals)
                self.assertEqual(str(self._clocks(case).due_at), "2026-03-09 23:59:59")

    def test_for_whom(self):
        """Kind of customer, country of customer or site, and the day of the report."""
        term = self._term(date_from="2026-03-02", date_to="2026-03-03")
        site = self.env["res.partner"].create(
            {"name": "Flat", "country_id": self.poland.id}
        )
        with self._at():
            case = self._new_complaint()
            for vals, holds in (
                ({}, True),
                ({"customer_kind": "business"}, False),
                ({"customer_kind": "consumer"}, True),
                ({"reported_at": at(-24)}, False),
                ({"reported_at": at(0)}, True),
                ({"remedy_id": self.repair.id}, False),
                ({"remedy_id": self.answer.id}, True),
            ):
                case.write(vals)
                with self.subTest(vals=vals):
                    found = case._find_legal_terms()
                    self.assertEqual(found, {case: term} if holds else {})
            self.consumer.country_id = False
            self.assertFalse(case._find_legal_terms())
            case.site_id = site
            self.assertEqual(case._find_legal_terms(), {case: term})

    # === Without a number === #

    @feature("N-07")
    def test_own_number(self):
        """Where the law names no number the company's own one counts, and only there."""
        term = self._term(name="Repair (Poland)", quantity=0)
        self.assertEqual(
            term.sentence, "Repair (Poland): within the time that the company has set"
        )
        with self._at():
            case = self._new_complaint()
            self.assertFalse(self._clocks(case))
            self.assertIn(
                "No number is set yet, so no clock runs: ask a manager",
                self._as(self.agent, case).legal_text,
            )
            asked = self._as(self.manager)["aftersales.legal.term"].search(
                [("quantity", "=", 0), ("own_quantity", "=", 0)]
            )
            self.assertIn(term, asked)
            other = self.env["res.company"].create({"name": "Elsewhere"})
            term.with_company(other).own_quantity = 3
            self._run_legal_job()
            self.assertFalse(self._clocks(case))
            with Form(self._as(self.manager, term)) as form:
                form.own_quantity = 10
            self._run_legal_job()
            [clock] = self._clocks(case)
            self.assertEqual(str(clock.due_at), "2026-03-12 23:59:59")
            self.assertIn("Mar", self._as(self.agent, clock).why_html)
            self.assertFalse(term.changed_at)
            term.with_company(self.company).own_quantity = 0
            self._run_legal_job()
            self.assertFalse(self._clocks(case))

    # === Changed while it runs === #

    def test_changed_while_it_runs(self):
        """Open clocks follow a changed number; what was missed stays missed."""
        term = self._term()
        with self._at():
            case, old = (
                self._new_complaint(),
                self._new_complaint(reported_at=at(0, -20)),
            )
            self._flush()
        with self._at(1):
            term.quantity = 30
            self._run_legal_job()
            self.assertEqual(str(self._clocks(case).due_at), "2026-04-01 23:59:59")
            self.assertEqual(self._clocks(old).state, "breached")
            self.assertFalse(term.changed_at)
        with self._at(2):
            term.active = False
            self._run_legal_job()
            self.assertEqual(self._clocks(case).state, "cancelled")
            self.assertEqual(self._clocks(old).state, "breached")
        with self._at(3):
            term.active = True
            self._run_legal_job()
            self.assertEqual(self._clocks(case).state, "running")

    def test_new_law(self):
        """A law that is entered later holds for the cases that are open."""
        with self._at():
            case = self._new_complaint()
            self.assertFalse(self._clocks(case))
            self._term()
            self._run_legal_job()
            self.assertEqual(self._clocks(case).state, "running")

    def test_not_deleted(self):
        """What held for a case is not deleted, nor is its target."""
        term, free = self._term(), self._term(remedy_id=self.repair.id)
        with self._at():
            self._clocks(self._new_complaint())
        manager = self._as(self.manager)
        with self.assertRefused(UserError, r"Answer \(Poland\) held for cases already"):
            term.with_env(manager).unlink()
        target = free.target_ids
        free.with_env(manager).unlink()
        self.assertFalse(free.exists() or target.exists())

    def test_target_is_of_its_term(self):
        """What the law says is changed on the term, and nowhere else."""
        # All companies share it: who works in all of them may change the rest.
        self.manager.company_ids = self.env["res.company"].search([])
        target = self._as(self.manager, self._term().target_ids)
        for action in (
            lambda: target.write({"quantity": 99}),
            lambda: target.write({"pause_customer": True}),
            lambda: target.write({"policy_id": self._policy().id}),
            target.unlink,
            lambda: target.create({"legal_term_id": target.legal_term_id.id}),
        ):
            with self.assertRefused(UserError, "of a legal term. Change it under"):
                action()
        target.sequence = 5
        self.assertEqual(target.quantity, 14)

    # === Bad input === #

    def test_refused(self):
        """Each sentence names the field and what to do."""
        europe = self.env.ref("base.europe")
        table = [
            ({"quantity": -1}, "Within: enter a number from 0"),
            ({"quantity": 2.5}, "Within: enter whole days or months"),
            ({"own_quantity": -1}, "Our Own Number: enter a number from 0"),
            ({"own_quantity": 0.5}, "Our Own Number: enter whole days"),
            ({"warn_percent": 100}, "enter a number from 0 to 99"),
            ({"country_group_id": europe.id}, "Group of Countries: .* has a country"),
            (
                {"date_from": "2026-03-02", "date_to": "2026-03-01"},
                "Valid Until: the term cannot end before it begins",
            ),
            (
                {"unit": "months", "quantity": 121},
                "Within: enter a number from 0 to 120",
            ),
        ]
        for vals, text in table:
            with self.subTest(vals=vals), self.assertRefused(ValidationError, text):
                self._term(**vals)

    def test_ties(self):
        """Two laws for the same cases are refused, by a sentence that names both."""
        self._term(name="Old law", date_to="2022-12-31")
        new = self._term(name="New law", date_from="2023-01-01")
        with self.assertRefused(
            ValidationError, "New law and Old law are both the law"
        ):
            new.date_from = date(2022, 12, 31)
        with self.assertRefused(ValidationError, "are both the law for the same cases"):
            self._term(name="Another")
        copied = new.copy()
        self.assertEqual((copied.name, copied.active), ("New law (copy)", False))
        with self.assertRefused(ValidationError, "are both the law"):
            copied.active = True
        union = self.env.ref("base.europe")
        self._term(name="Union", country_id=False, country_group_id=union.id)
        self._term(name="Anybody", customer_kind=False)
        self.assertTrue(self._term(name="Anywhere", country_id=False))

    def test_rights(self):
        """Agents read terms, managers write them; a reporter reads remedies only."""
        term = self._term()
        self.assertTrue(self._as(self.agent, term).source)
        with self.assertRefused(AccessError, ""):
            self._as(self.agent, term).quantity = 99
        with self.assertRefused(AccessError, ""):
            self._as(self.reporter, term).read(["name"])
        self.assertTrue(self._as(self.reporter, self.answer).read(["name"]))

    def test_leaves_no_rule_behind(self):
        """Without the addon nothing speaks of a field that there is no more."""
        rules = self.env["aftersales.field.rule"].create(
            [
                {"type_id": self.type_complaint.id, "key": "remedy_id"},
                {"type_id": self.type_complaint.id, "key": "supplier_id"},
            ]
        )
        self.env["aftersales.field.condition"].create(
            {"rule_id": rules[1].id, "key": "remedy_id", "operator": "set"}
        )
        gate = self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self.type_complaint.link_ids[1].id,
                "kind": "field",
                "key": "remedy_id",
            }
        )
        _forget_remedy(self.env)
        self.assertFalse(rules[0].exists() or gate.exists())
        self.assertEqual((rules[1].active, len(rules[1].condition_ids)), (False, 0))
