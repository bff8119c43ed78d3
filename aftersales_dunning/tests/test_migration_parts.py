from datetime import timedelta

from odoo.tools import SQL

from .migration import MigrationCommon


class TestMigrationParts(MigrationCommon):
    """Running holds and the dates of released ones outlast the update."""

    def _set(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *params))
        self.env.invalidate_all()

    def test_parts(self):
        """An invoice waits on, as a whole; the terms that somebody chose stay."""
        day = self.today + timedelta(days=9)
        waiting, past, free = (self._new_invoice(amount) for amount in (1000, 200, 300))
        ended = [
            self._hold(move, "amount", 100) for move in (waiting, waiting, past, free)
        ]
        customer = self._hold_customer(
            self.env["res.partner"].create({"name": "Other customer"})
        )
        for hold in (*ended, customer):
            hold._release_by_hand({"release_policy": "go_on"})
        chosen = self._hold(past, "amount", 10, release_policy="wait")
        plain = self._hold(free, "amount", 10)
        self._set(
            "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS dunning_resume_on date"
        )
        self._set("UPDATE account_move SET dunning_resume_on = NULL")
        self._set(
            "UPDATE account_move SET dunning_resume_on = %s WHERE id = %s",
            day,
            waiting.id,
        )
        self._set(
            "UPDATE aftersales_dunning_hold SET part_state = NULL, outcome = NULL,"
            " terms_by_hand = NULL"
        )
        for hold, on in zip(
            (*ended, customer),
            (self.today, day, self.today, None, day),
            strict=True,
        ):
            self._set(
                "UPDATE aftersales_dunning_hold SET resume_on = %s WHERE id = %s",
                on,
                hold.id,
            )
        self._run_script("19.0.1.3.0/post-parts.py", "19.0.1.2.0")
        self.assertEqual(
            [hold.part_state for hold in (*ended, customer)],
            [False, "waiting", False, False, "waiting"],
        )
        self.assertEqual((waiting.held_amount, waiting.due_now), (1000, 0))
        self.assertEqual((past.held_amount, free.held_amount), (10, 10))
        found = waiting._get_standings(day)[waiting]
        self.assertEqual(found.due_now, 1000)
        self.assertEqual(
            [hold.terms_by_hand for hold in (chosen, plain)], [True, False]
        )
        for name, outcome in (("credited", "credited"), ("apology", "rejected")):
            resolution = self.env.ref(f"aftersales_case.resolution_{name}")
            self.assertEqual(resolution.hold_outcome, outcome)

    def test_running_beside_waiting(self):
        """As found in a filled database: a hold runs, and the invoice waits as a whole."""
        day = self.today + timedelta(days=9)
        invoice = self._new_invoice(1000)
        running = self._hold(invoice, "amount", 300)
        ended = self._hold(invoice, "amount", 200)
        ended._release_by_hand({"release_policy": "go_on"})
        self._set(
            "ALTER TABLE account_move ADD COLUMN IF NOT EXISTS dunning_resume_on date"
        )
        self._set("UPDATE account_move SET dunning_resume_on = NULL")
        for table, column, key in (
            ("account_move", "dunning_resume_on", invoice.id),
            ("aftersales_dunning_hold", "resume_on", ended.id),
        ):
            self._set(
                f"UPDATE {table} SET {column} = %s WHERE id = %s",
                day,
                key,
            )
        self._set(
            "UPDATE aftersales_dunning_hold SET part_state = NULL, outcome = NULL"
            " WHERE id = %s",
            ended.id,
        )
        self._run_script("19.0.1.3.0/post-parts.py", "19.0.1.2.0")
        self.assertEqual((running.state, running.held_amount), ("active", 300))
        self.assertEqual((ended.part_state, ended.held_amount), ("waiting", 700))
        self.assertEqual((invoice.held_amount, invoice.due_now), (1000, 0))
        self.assertEqual(invoice._get_standings(day)[invoice].due_now, 700)
