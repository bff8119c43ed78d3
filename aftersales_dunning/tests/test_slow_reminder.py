import threading
import time
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.races import SECONDS

from ..const import SYNC
from ..models.hold import aftersales_dunning_hold_life, dunning_lock
from .common import DunningSetup
from .races import SendingRace

BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class SlowReminderCase(SendingRace):
    """Somebody of the company works on its cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._transaction() as env:
            cls.worker = env["res.users"].create(
                {
                    "name": "Wim Worker",
                    "login": f"worker{cls.company.id}@race.example",
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                    "group_ids": [
                        Command.link(
                            env.ref("aftersales_case.group_aftersales_manager").id
                        )
                    ],
                }
            )
        cls.addClassCleanup(cls._archive_worker)

    @classmethod
    def _archive_worker(cls):
        with cls._transaction() as env:
            env.cr.execute(
                "UPDATE res_users SET active = false WHERE id = %s", [cls.worker.id]
            )


class TestSlowReminder(SlowReminderCase):
    """A hold that is asked for while a reminder leaves slowly comes through."""

    def _read_hold(self, hold_id):
        with self._transaction() as env:
            hold = env["aftersales.dunning.hold"].browse(hold_id)
            return hold.state, hold.waits_for

    def _new_reminder(self, index):
        """Queue another mail about an invoice, as the composer does."""
        with self._transaction() as env:
            line = env["credit.control.line"].browse(self.line_ids[index])
            mail = env["mail.mail"].create(
                {
                    "model": line.communication_id._name,
                    "res_id": line.communication_id.id,
                    "subject": "Once more",
                    "body_html": f"<p>{self.names[index]}</p>",
                    "email_from": "dora@race.example",
                    "email_to": "racer@race.example",
                    "auto_delete": False,
                }
            )
            return mail.id

    def _send_one(self, mail_id):
        with self._transaction() as env:
            mail = env["mail.mail"].browse(mail_id)
            mail.send()
            return mail.state

    def test_hold_does_not_wait_for_ever(self):
        """It is stored as asked for, and works when the mail is out."""
        again = self._new_reminder(1)
        with patch.object(dunning_lock, "SECONDS", 0.5), self._sending(stop_at=1):
            began = time.monotonic()
            hold_id = self._place_once(1)
            self.assertLess(time.monotonic() - began, SECONDS / 2)
            self.assertEqual(self._read_hold(hold_id), ("requested", "reminder"))
            self.assertFalse(self.smtp.names(self.names[1]))
            # Nothing more leaves about it from now on.
            self.assertEqual(self._send_one(again), "outgoing")
            with patch.object(aftersales_dunning_hold_life, "SECONDS_OF_JOB", 0.5):
                self.assertTrue(self._catch_up())
            self.assertEqual(self._read_hold(hold_id), ("requested", "reminder"))
        self.assertEqual(self.smtp.names(self.names[1]), 1)
        self.assertFalse(self._catch_up())
        self.assertEqual(self._read_hold(hold_id), ("active", False))
        self.assertEqual(self._send_one(again), "cancel")
        self.assertEqual(self.smtp.names(self.names[1]), 1)

    def test_customer_is_held_after_the_mail(self):
        """A hold of the customer waits for the mail about one invoice in the same way."""
        vals = {"partner_id": self.customers[1].id, "company_id": self.company.id}
        with patch.object(dunning_lock, "SECONDS", 0.5), self._sending(stop_at=1):
            hold_id = self._place_once(1, scope="customer", **vals)
            self.assertEqual(self._read_hold(hold_id), ("requested", "reminder"))
        self.assertFalse(self._catch_up())
        self.assertEqual(self._read_hold(hold_id), ("active", False))
        with self._transaction() as env:
            env["aftersales.dunning.hold"].browse(hold_id)._end("by_hand")

    def test_what_was_written_meanwhile(self):
        """A hold that waited sees the lines as they were before; it is made all the same."""
        result = []
        with self._sending(stop_at=1):
            thread = threading.Thread(target=lambda: result.append(self._place_once(1)))
            with mute_logger("odoo.sql_db"):  # it logs what the job does again
                thread.start()
                self._wait_for_lock(1)
                self.smtp.go_on.set()
                thread.join(SECONDS)
        [hold_id] = result
        self.assertEqual(self._read_hold(hold_id), ("active", False))
        self._catch_up()
        self.assertFalse(self._catch_up())
        mails, lines = self._read()
        self.assertEqual((mails[1], lines[1]), ("sent", "sent"))

    def test_amount_while_the_mail_leaves(self):
        """An amount that is changed by hand is refused in words meanwhile."""
        with self._transaction() as env:
            self.env = env
            move = env["account.move"].browse(self.invoice_ids[1])
            # A hold that takes nothing back: the reminder asks for what is left.
            hold_id = self._hold(move, scope="amount", amount=0.004).id
        with patch.object(dunning_lock, "SECONDS", 0.5), self._sending(stop_at=1):
            with self._transaction() as env:
                hold = env["aftersales.dunning.hold"].browse(hold_id)
                with self.assertRaisesRegex(UserError, "just leaving"):
                    hold.amount = 500
                env.cr.rollback()
        with self._transaction() as env:
            hold = env["aftersales.dunning.hold"].browse(hold_id)
            hold.amount = 500
            self.assertEqual(hold.held_amount, 500)

    def test_customer_instead_of_invoice(self):
        """Nor does a hold grow to the whole customer while he gets a reminder."""
        with self._transaction() as env:
            self.env = env
            other = self._new_invoice(50, partner=self.customers[1])
            hold_id = self._hold(other).id
        with patch.object(dunning_lock, "SECONDS", 0.5), self._sending(stop_at=1):
            with self._transaction() as env:
                hold = env["aftersales.dunning.hold"].browse(hold_id)
                with self.assertRaisesRegex(UserError, "just leaving"):
                    hold.scope = "customer"
                env.cr.rollback()
        with self._transaction() as env:
            hold = env["aftersales.dunning.hold"].browse(hold_id)
            hold.scope = "customer"
            hold._end("by_hand")

    # === Asked for twice, and written by others === #

    def _new_case(self, **vals):
        """Commit a case of the first customer, about goods on his invoice."""
        with self._transaction() as env:
            case = env["aftersales.case"].create(
                {
                    "name": "Broken",
                    "type_id": env.ref("aftersales_case.type_complaint").id,
                    "company_id": self.company.id,
                    "partner_id": self.customers[0].id,
                    "user_id": self.worker.id,
                }
                | vals
            )
            return case.id

    def test_asked_for_twice_at_once(self):
        """The second request finds the hold of the first, and changes it."""
        case_id = self._new_case()
        vals = {"move_id": self.invoice_ids[0], "amount": 100}
        result = []

        def ask():
            with self._transaction() as env:
                request = vals | {"amount": 200}
                case = env["aftersales.case"].browse(case_id)
                with mute_logger("odoo.sql_db"):
                    hold = retrying(lambda: case._request_hold(request), env)
                result.append((hold.id, hold.amount))

        with self._transaction() as env:
            first = env["aftersales.case"].browse(case_id)._request_hold(vals).id
            env.flush_all()
            thread = threading.Thread(target=ask)
            thread.start()
            self._wait_until_blocked()
        thread.join(SECONDS * 2)
        self.assertEqual(result, [(first, 200)])

    def _wait_until_blocked(self):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with self.registry.cursor() as cr:
                cr.execute(BLOCKED)
                if cr.fetchone()[0]:
                    return
            time.sleep(0.02)
        self.fail("Nobody waits")

    def test_delivery_while_others_write_the_invoice(self):
        """A conflict takes no delivery back: the job makes the hold in a new transaction."""
        case_id = self._new_case()
        with self._transaction() as env:
            self.env = env
            product = env["product.product"].create({"name": "Cup"})
            line = {"product_id": product.id, "price_unit": 80, "tax_ids": False}
            move = self._new_invoice(
                0,
                partner=self.customers[0],
                invoice_line_ids=[Command.create(line)],
            )
            share = {
                "invoice_line_id": move.invoice_line_ids.id,
                "quantity": 1,
                "is_manual": True,
            }
            env["aftersales.case.line"].with_context(aftersales_sync=SYNC).create(
                {
                    "case_id": case_id,
                    "product_id": product.id,
                    "share_ids": [Command.create(share)],
                }
            )
            move_id = move.id
            env.flush_all()
            env.cr.execute(
                """
                DELETE FROM aftersales_dunning_hold WHERE case_id = %s;
                UPDATE account_move SET held_amount = 0, hold_state = 'none',
                       is_fully_held = FALSE WHERE id = %s;
                """,
                [case_id, move_id],
            )
        with self._transaction() as env:
            case = env["aftersales.case"].browse(case_id)
            self.assertFalse(case.hold_ids)  # the snapshot is taken
            with self._transaction() as other:
                # What a payment or a correction does at the same moment
                move = other["account.move"].browse(move_id)
                move.narration = "Written meanwhile"
            with mute_logger("odoo.sql_db"):
                case._sync_goods_or_later()
        with self._transaction() as env:
            self.assertFalse(env["aftersales.case"].browse(case_id).hold_ids)
        self.assertFalse(self._catch_up())
        with self._transaction() as env:
            hold = env["aftersales.case"].browse(case_id).hold_ids
            self.assertEqual(hold.state, "active")


class TestSlowReminderSlip(SlowReminderCase):
    """What names a slip meanwhile, by mail or by delivering, loses neither."""

    _bill = DunningSetup._bill

    def _new_invoice(self, amount, partner=None, **vals):
        """The second customer ordered five kettles and got three of them."""
        if partner != self.customers[1]:
            return super()._new_invoice(amount, partner=partner, **vals)
        env = self.env
        product = env["product.product"].create(
            {
                "name": "Kettle",
                "is_storable": True,
                "list_price": amount / 5,
                "invoice_policy": "order",
                "taxes_id": False,
            }
        )
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 5
        )
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "warehouse_id": warehouse.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 5})
                ],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.write({"quantity": 3, "picked": True})
        picking._action_done()  # leaves a backorder of two
        self.order_id, self.slip_name = order.id, picking.name
        invoice = self._bill(order, post=False)
        due = self.today - timedelta(days=30)
        invoice.write({"invoice_date": due, "invoice_date_due": due})
        invoice.action_post()
        return invoice

    def _write_mail(self):
        """Process a mail of the customer as the mail server's job does."""
        message = (
            "From: Racer 1 <racer1@race.example>\n"
            "To: service@race.example\n"
            f"Message-Id: <{self.slip_name}.{time.monotonic()}@race.example>\n"
            f"Subject: Kettles of {self.slip_name} leak\n\n"
            f"The kettles of delivery {self.slip_name} leak.\n"
        )
        with self._transaction() as env:
            values = {
                "company_id": self.company.id,
                "type_id": env.ref("aftersales_case.type_complaint").id,
            }
            return env["mail.thread"].message_process(
                "aftersales.case", message, custom_values=values
            )

    def _read_case(self, case_id):
        with self._transaction() as env:
            case = env["aftersales.case"].browse(case_id)
            holds = case.hold_ids
            return (
                case.picking_id.name,
                holds.mapped("state"),
                sum(holds.mapped("amount")),
            )

    def test_mail_and_delivery(self):
        """The mail becomes a case with its slip; what is delivered then is delivered."""
        with patch.object(dunning_lock, "SECONDS", 0.5), self._sending(stop_at=1):
            case_id = self._write_mail()
            self.assertEqual(
                self._read_case(case_id), (self.slip_name, ["requested"], 600)
            )
            with self._transaction() as env:
                order = env["sale.order"].browse(self.order_id)
                rest = order.picking_ids.filtered(lambda one: one.state != "done")
                rest.move_ids.write({"quantity": 2, "picked": True})
                rest._action_done()
            self.assertFalse(self.smtp.names(self.names[1]))
        self.assertEqual(self.smtp.names(self.names[1]), 1)
        self.assertFalse(self._catch_up())
        self.assertEqual(self._read_case(case_id), (self.slip_name, ["active"], 600))
