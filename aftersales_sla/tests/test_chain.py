"""What we promised, and the supplier on whom it depends."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestChain(SlaCommon):
    """Two working days promised; the supplier's subcase is due a day before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_receipt = cls._copy_type("aftersales_case.type_goods_receipt", "TGRC")
        cls.policy = cls._policy({"metric": "resolved", "quantity": 16})

    def setUp(self):
        super().setUp()
        with self._at():
            self.case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            self.child = self._new_child()
            self._settle()

    def _new_child(self, **vals):
        return self._new_case(
            name="Grinder back to its maker",
            type_id=self.type_receipt.id,
            parent_id=self.case.id,
            user_id=self.agent2.id,
            contact_id=False,
            **vals,
        )

    def _settle(self):
        """Do what the end of the transaction does."""
        for _round in range(3):
            self._flush()
            self.env["aftersales.case"]._flush_due_change()
        self.env.invalidate_all()

    def _chain(self, child=None):
        self._settle()
        clocks = self._clocks(child or self.child)
        return clocks.filtered(lambda clock: clock.metric == "chain")

    def _told(self, case):
        return self._as(self.agent, case).chain_text

    @feature("P-09", "N-11")
    def test_due_before_ours(self):
        """It has what is left of our promise less a reserve, and breaks before ours."""
        clock = self._chain()
        self.assertEqual((clock.due_at, clock.party), (at(0, 1), "supplier"))
        line = f"What we promised in {self.case.number} leaves the supplier until"
        for case in (self.case, self.child):
            self.assertIn(line, self._told(case))
            self.assertFalse(self._as(self.agent, case).is_chain_late)
        with Form(self._as(self.agent, self.child)) as form:
            self.assertIn(line, form.chain_text)
        with self._at(1, 1):
            self._run_job()
            self._settle()
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(0, 1)))
            self.assertEqual(self._clocks(self.case).state, "running")
            for case in (self.case, self.child):
                self.assertIn("Too late: what we promised", self._told(case))
                self.assertTrue(self._as(self.agent, case).is_chain_late)
            activity = self.case.activity_ids
            self.assertEqual(activity.user_id, self.agent)
            self.assertIn("supplier is too late", activity.summary)
            self.assertIn(self.child.number, activity.note)
            self.child.user_id = self.agent
            self._run_job()
            self._settle()
            self.assertEqual(self.case.activity_ids, activity)

    @feature("N-11")
    def test_seen_beforehand(self):
        """A later date agreed with the supplier breaks the chain at once, and once."""
        with self._at(2):
            self.child.date_deadline = at(0, 1)
            self._settle()
            self.assertFalse(self.case.activity_ids)
            self.child.date_deadline = at(4, 1)
            self._settle()
            self.assertEqual(self._chain().state, "running")
            self.assertIn("Will be too late", self._told(self.case))
            self.assertIn("Will be too late", self._told(self.child))
            [activity] = self.case.activity_ids
            event = self.child.event_ids[-1]
            self.assertEqual(event.reason_text, "the supplier is too late")
        with self._at(1, 1):
            self._run_job()
            self._settle()
            self.assertEqual(self._chain().state, "breached")
            self.assertEqual(self.case.activity_ids, activity)

    def test_told_once(self):
        """What is too late already is not told again when our promise moves."""
        with self._at(2):
            self.child.date_deadline = at(4, 1)
            self._settle()
            [activity] = self.case.activity_ids
            self.case._log_promise("visit:7", at(6, 1))
            self.assertEqual(self._chain().due_at, at(6))
            self.assertEqual(self.case.activity_ids, activity)

    @feature("P-09")
    def test_of_the_suppliers_agreement(self):
        """What the supplier promises us is compared with what we have for him."""
        supplier = self.env["res.partner"].create({"name": "Grinder Works"})
        agreement = self.env["agreement"].create(
            {
                "name": "Grinder contract",
                "code": "GRIND",
                "partner_id": supplier.id,
                "company_id": self.company.id,
                "domain": "purchase",
            }
        )
        target = {"metric": "resolved", "quantity": 24, "party": "supplier"}
        self._policy(target, agreement_id=agreement.id)
        with self._at(2):
            child = self._new_child(supplier_id=supplier.id)
            self.assertEqual(self._chain(child).due_at, at(0, 1))
            self.assertIn("Will be too late", self._told(child))

    @feature("P-09")
    def test_in_time(self):
        """A supplier who is done in time has kept it; closed cases have no line."""
        with self._at(3):
            with self.child._changing(forced=True) as child:
                child.stage_id = self.stage_solved
            clock = self._chain()
            self.assertEqual((clock.state, clock.ended_at), ("met", at(3)))
            self.assertFalse(self._told(self.case))

    def test_supplier_is_let_off(self):
        """A subcase that is cancelled is nothing that the supplier has kept."""
        with self._at(3):
            with self.child._changing(forced=True) as child:
                child.stage_id = self.stage_cancelled
            clock = self._chain()
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(3)))

    def test_moves_with_ours(self):
        """Waiting for the customer moves ours, and stops the supplier's meanwhile."""
        with self._at(2):
            self.case.stage_id = self.stage_wait_customer
            clock = self._chain()
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(2)))
            self.assertFalse(self._told(self.child))
        with self._at(4):
            self.case.stage_id = self.stage_progress
            clock = self._chain()
            # An hour of waiting, and one of lunch.
            self.assertEqual((clock.state, clock.due_at), ("running", at(1, 1)))
            self.assertEqual(clock.start_at, at(1))

    def test_moved_after_it_broke(self):
        """A later promise does not mend what was missed."""
        with self._at(1, 1):
            self._run_job()
            self._as(self.leader, self._clocks(self.case))._set_due(at(0, 4), "Agreed")
            clock = self._chain()
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(0, 1)))
            self._as(self.leader, self.child)._repair_clocks("To be sure")
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(0, 1)))

    def test_promised_date(self):
        """A nearer date that was promised leaves the supplier less."""
        with self._at(2):
            self.case._log_promise("visit:7", at(4, 1))
            # Eight hours before Tuesday at one: Monday at one, after lunch.
            self.assertEqual(self._chain().due_at, at(4))

    def test_reserve(self):
        """In days, by a form; none at all is our own date; nonsense is refused."""
        with self._at(2):
            with Form(self._as(self.manager, self.type_complaint)) as form:
                form.chain_reserve = 0
            self.assertEqual(self._chain().due_at, at(0, 2))
            with Form(self._as(self.manager, self.type_complaint)) as form:
                form.chain_reserve = 1
                form.chain_unit = "days"
            self.assertEqual(self._chain().due_at, at(0, 1))
            for value in (-1, 1e6, float("nan")):
                with self.assertRefused(ValidationError, "Reserve .* enter a number"):
                    self.type_complaint.chain_reserve = value

    def test_reserve_that_cannot_be_counted(self):
        """By hours of no day no reserve is taken: our own date is the supplier's."""
        empty = self.calendar.copy()
        empty.write({"name": "Nothing", "attendance_ids": [Command.clear()]})
        self.team.resource_calendar_id = empty
        with self._at(2):
            self.case._log_promise("visit:7", at(0, 2))
            self.assertEqual(self.case._get_chain_dues(), {self.case: at(0, 2)})

    def test_reserve_beside_others(self):
        """What one case has left does not depend on the cases that are asked beside it."""
        weekly = self.calendar.copy({"name": "An hour a week"})
        weekly.attendance_ids[1:].unlink()
        weekly.attendance_ids.hour_to = 9
        self.team.resource_calendar_id = weekly
        with self._at(2):
            early, late = self.case, self._new_case(user_id=self.agent.id)
            self.policy.active = False
            self._settle()
            early._log_promise("visit:7", at(0, 2))
            late._log_promise("visit:7", at(0, 100))
            for cases in (late, early | late):
                self.assertEqual(cases._get_chain_dues()[late], at(0, 100))

    def test_in_his_language(self):
        """Whoever answers for the case above reads of it in his own language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        self.env["ir.module.module"].search(
            [("name", "=", "aftersales_sla")]
        )._update_translations(["nl_NL"])
        self.agent.lang = "nl_NL"
        with self._at(2):
            self._agree(self.child, at(4, 1))
            [activity] = self.case.activity_ids
            self.assertIn("leverancier", activity.summary)
            self.assertNotIn("Will be too late", activity.note)

    def test_too_late_from_the_start(self):
        """Where nothing is left the chain is broken when it begins, not before."""
        with self._at(3, 1):
            child = self._new_child()
            self._settle()
            self._run_job()
            clock = self._chain(child)
        with self._at(4, 1):
            self._run_job()
            self.assertEqual((clock.state, clock.breached_at), ("breached", at(3, 1)))

    def test_left(self):
        """Without the case above, or as another type, it is in no chain."""
        with self._at(2):
            self.child.parent_id = False
            clock = self._chain()
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(2)))
            self.child.parent_id = self.case
            self.assertEqual(self._chain().state, "running")
        with self._at(3):
            self.child.type_id = self.type_complaint
            self.assertEqual(self._chain().state, "cancelled")

    def test_not_of_the_supplier(self):
        """A subcase of another kind is in no chain."""
        with self._at(2):
            child = self._new_case(parent_id=self.case.id)
            self.assertFalse(self._chain(child))

    def test_queries(self):
        """Twenty chains are planned, and told of when they break, as one is."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _each in range(23))
            )
            chains = self.env["aftersales.case"].concat(
                *(
                    self._new_case(type_id=self.type_receipt.id, parent_id=case.id)
                    for case in cases
                )
            )
            self._settle()
        # The first ones fill what the registry keeps.
        parts = chains[:1], chains[1:2], chains[2:3], chains[3:]
        with self._at(2):
            planned, late = (
                [self._count_agreeing(some, moment) for some in parts]
                for moment in (at(0, 1), at(4, 1))
            )
        self.assertEqual(planned[2], planned[3])
        self.assertEqual(late[2], late[3])
        for case in cases:
            self.assertIn(case.child_ids.number, case.activity_ids.note)

    def _count_agreeing(self, chains, moment):
        return self._count_queries(lambda: self._agree(chains, moment))

    def _agree(self, chains, moment):
        """Agree upon a date with the suppliers of these subcases; their agent does."""
        chains = self._as(self.agent, chains)
        chains.date_deadline = moment
        chains._flush_clocks()
        chains._flush_due_change()
        self.env.invalidate_all()
