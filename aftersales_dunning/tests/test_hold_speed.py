from functools import partial
from unittest.mock import patch

from odoo.tools import profiler

from ..const import LOCK_INVOICE, LOCK_PARTNER
from ..models.hold import dunning_lock
from .reminders import RemindersCommon

LOCKS = """
    SELECT classid::bigint, count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid IN (%s, %s)
  GROUP BY 1
"""
FEW, MANY = 4, 24


class TestHoldSpeed(RemindersCommon):
    """What holds cost, counted in queries and locks."""

    def _new_invoices(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Speedy {number}"} for number in range(count)]
        )
        moves = self.env["account.move"]
        return moves.union(*(self._new_invoice(100, partner=one) for one in partners))

    def _prepare(self, invoice, **vals):
        reason = self.env.ref("aftersales_dunning.reason_product")
        return {"move_id": invoice.id, "reason_id": reason.id} | vals

    def _hold_all(self, vals_list):
        return self._as(self.dunner)["aftersales.dunning.hold"].create(vals_list)

    def _count(self, action):
        """Return how many queries an action costs, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _get_cost(self, prepare):
        """Return what one more hold in a batch costs, in queries."""
        counts = []
        for number in (FEW, MANY):
            vals_list = prepare(self._new_invoices(number))
            counts.append(self._count(partial(self._hold_all, vals_list)))
        return (counts[1] - counts[0]) / (MANY - FEW)

    def test_parts_of_invoices(self):
        """One of many holds costs two queries at most: so does each below."""
        cost = self._get_cost(
            lambda moves: [
                self._prepare(move, scope="amount", amount=40) for move in moves
            ]
        )
        self.assertLessEqual(cost, 2)

    def test_whole_invoices(self):
        """What is held in full is published in Odoo's own flag, all at once."""
        cost = self._get_cost(
            lambda moves: [self._prepare(move, scope="invoice") for move in moves]
        )
        self.assertLessEqual(cost, 2)

    def test_customers(self):
        """A hold of a customer writes nothing on his invoices."""
        cost = self._get_cost(
            lambda moves: [
                self._prepare(move, scope="customer", partner_id=move.partner_id.id)
                | {"move_id": False, "company_id": self.company.id}
                for move in moves
            ]
        )
        self.assertLessEqual(cost, 2)

    def test_cases(self):
        """Each with a case of its own, whose history and chatter tell of it."""

        def prepare(moves):
            cases = self.env["aftersales.case"].create(
                [
                    {
                        "name": "Broken",
                        "type_id": self.env.ref("aftersales_case.type_complaint").id,
                        "company_id": self.company.id,
                        "partner_id": move.partner_id.id,
                    }
                    for move in moves
                ]
            )
            return [
                self._prepare(move, case_id=case.id)
                for move, case in zip(moves, cases, strict=True)
            ]

        self.assertLessEqual(self._get_cost(prepare), 2)

    # === Locks === #

    def _get_locks(self):
        self.env.cr.execute(LOCKS, [LOCK_INVOICE, LOCK_PARTNER])
        return dict(self.env.cr.fetchall())

    def test_lock_of_customer_alone(self):
        """A hold of a customer locks the customer, whatever he owes."""
        for _number in range(3):
            self._new_invoice(100)
        self._hold_customer()
        self.assertEqual(self._get_locks(), {LOCK_PARTNER: 1})

    def test_locks_are_few(self):
        """Beyond the most that a transaction may lock, the job makes holds work."""
        invoices = self._new_invoices(5)
        lines = self._run().line_ids
        with patch.object(dunning_lock, "MOST", 3):
            holds = self._hold_all([self._prepare(move) for move in invoices])
            self.assertEqual(self._get_locks(), {LOCK_INVOICE: 3})
            self.assertEqual(holds.mapped("state"), ["active"] * 3 + ["requested"] * 2)
            self.assertEqual(set(holds[3:].mapped("waits_for")), {"reminder"})
            # What is locked already is not too much.
            holds[0].amount = 10
            self.assertEqual(holds[0].amount, 10)
        self.assertEqual(set(lines.mapped("invoice_id")), set(invoices))
        rows = self.env["aftersales.dunning.backlog"].search([])
        self.assertEqual(rows.hold_id, holds[3:])
        rows[0]._do()
        self.assertEqual(holds[3].state, "active")

    # === Payments === #

    def test_payment_of_what_is_not_held(self):
        """A payment asks once whether the invoice is held."""
        invoice = self._new_invoice(100)
        self._new_invoices(1)
        self.env.flush_all()
        self.env.invalidate_all()
        with profiler.Profiler(collectors=["sql"], db=None) as watch:
            self._pay(invoice)
            self.env.flush_all()
        self.assertEqual(invoice.payment_state, "paid")
        ours = [
            entry["query"]
            for entry in watch.collectors[0].entries
            if "aftersales_dunning_" in entry["query"]
        ]
        self.assertEqual(len(ours), 1)
