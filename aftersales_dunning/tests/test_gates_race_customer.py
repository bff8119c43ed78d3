import threading
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.races import SECONDS

from ..const import LOCK_PARTNER
from ..models.hold import dunning_lock
from .races import WAITING, SendingRace


class TestRaceOfCustomer(SendingRace):
    """Holds of customers against mails about opening balances: entries, no invoices."""

    def _new_invoice(self, amount, partner=None, **vals):
        """Post an entry that names its customer on the line only."""
        equity = self.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "=", self.company.id)],
            limit=1,
        )
        due = self.today.replace(year=self.today.year - 1)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "date": due,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable.id,
                            "partner_id": partner.id,
                            "debit": amount,
                            "date_maturity": due,
                        }
                    ),
                    Command.create({"account_id": equity.id, "credit": amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    def _hold_customer(self, index):
        """Commit a hold of a customer, which is over at the end of the test."""
        with self._transaction() as env:
            self.env = env
            hold = self._hold(
                env["account.move"],
                scope="customer",
                partner_id=self.customers[index].id,
                company_id=self.company.id,
            )
            self.addCleanup(self._end, hold.id)
            return hold.id

    def _end(self, hold_id):
        with self._transaction() as env:
            env["aftersales.dunning.hold"].browse(hold_id)._end("by_hand")

    def test_hold_while_batch_is_sent(self):
        """No reminder about the entry leaves after the commit of the hold."""
        with (
            self._sending(stop_at=1),
            patch.object(
                self.registry["account.move"], "_stop_reminders", lambda moves: None
            ),
        ):
            self._hold_customer(3)
            self.assertFalse(self.smtp.names(self.names[3]))
        mails, lines = self._read()
        self.assertEqual(mails, ["sent", "sent", "sent", "cancel", "sent"])
        self.assertEqual(lines, ["sent", "sent", "sent", "ignored", "sent"])
        self.assertFalse(self.smtp.names(self.names[3]))

    def test_hold_waits_for_mail_in_flight(self):
        """The hold commits only when the mail about the entry is out."""
        done = threading.Event()

        def hold():
            self._hold_customer(1)
            done.set()

        with (
            mute_logger("odoo.sql_db"),  # it logs what the job does again
            self._sending(stop_at=1),
        ):
            thread = threading.Thread(target=hold)
            thread.start()
            self._wait_for_lock(1)
            self.assertFalse(done.is_set())
            self.smtp.go_on.set()
            thread.join(SECONDS)
        self.assertTrue(done.is_set())
        self.assertEqual(self._read()[0], ["sent"] * 5)

    def _wait_for_lock(self, index):
        """Wait until somebody waits for the lock of a customer."""
        for _try in range(SECONDS * 20):
            with self.registry.cursor() as cr:
                cr.execute(WAITING, (LOCK_PARTNER, [self.customers[index].id]))
                if cr.fetchone()[0]:
                    return
            threading.Event().wait(0.05)
        self.fail("Nobody waits for the lock")

    def test_more_than_may_be_locked(self):
        """What one transaction may not lock the job holds, each in its own."""
        with patch.object(dunning_lock, "MOST", 2):
            with self._transaction() as env:
                holds = env["aftersales.dunning.hold"].create(
                    [
                        {
                            "partner_id": partner.id,
                            "company_id": self.company.id,
                            "scope": "customer",
                            "reason_id": env.ref(
                                "aftersales_dunning.reason_product"
                            ).id,
                        }
                        for partner in self.customers
                    ]
                )
                holds.action_approve()
                ids = holds.ids
            for hold_id in ids:
                self.addCleanup(self._end, hold_id)
            self.assertEqual(self._read_states(ids), ["active"] * 2 + ["requested"] * 3)
            self._send_all()
            self.assertFalse(self.smtp.delivered)
            for _try in range(4):
                if not self._catch_up():
                    break
        self.assertEqual(self._read_states(ids), ["active"] * 5)
        self.assertEqual(self._read(), (["cancel"] * 5, ["ignored"] * 5))

    def _read_states(self, ids):
        with self._transaction() as env:
            return env["aftersales.dunning.hold"].browse(ids).mapped("state")
