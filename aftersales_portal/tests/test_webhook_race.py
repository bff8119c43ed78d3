import threading

from odoo import fields
from odoo.tests import tagged

from .races import PortalRace
from .receiver import NO_CONTENT, listening


@tagged("post_install", "-at_install")
class TestWebhookRace(PortalRace):
    """Two jobs that send at once, on real connections."""

    def _set_up_race(self, env):
        self.receiver = self.enterContext(listening())
        company = env["res.company"].browse(self.company_id)
        hook = env["aftersales.webhook"].create(
            {
                "name": "Race",
                "url": self.receiver.url,
                "allows_private": True,
                "company_id": company.id,
            }
        )
        hook.action_make_secret()
        self.hook_id = hook.id
        first = self._new_case(env, name="First")
        first.stage_id = first.type_id.link_ids.sorted()[1].stage_id
        self._new_case(env, name="Second")

    def _remove_others(self, env):
        env["aftersales.webhook"].browse(self.hook_id).unlink()

    def _send_one(self, env):
        delivery = env["aftersales.webhook.delivery"]._take_next()
        if delivery:
            delivery._send()
        return delivery.id

    def test_at_once(self):
        """What one sends the other leaves, and what comes after it of the same case."""
        begun, go_on = threading.Event(), threading.Event()

        def wait(connection):
            begun.set()
            go_on.wait(10)
            connection.sendall(NO_CONTENT)

        self.receiver.says = [wait]
        taken = []

        def send():
            with self._transaction() as env:
                taken.append(self._send_one(env))

        thread = threading.Thread(target=send)
        thread.start()
        self.addCleanup(thread.join, 20)
        self.assertTrue(begun.wait(10))
        with self._transaction() as env:
            other = env["aftersales.webhook.delivery"]._take_next()
            self.assertEqual(other.case_id.name, "Second")
            # With that taken, too, there is nothing that a third may send.
            with self._transaction() as third:
                found = third["aftersales.webhook.delivery"]._take_next()
                self.assertFalse(found)
        go_on.set()
        thread.join(20)
        with self._transaction() as env:
            sent = env["aftersales.webhook.delivery"].browse(taken)
            self.assertEqual((sent.state, sent.case_id.name), ("sent", "First"))
            found = env["aftersales.webhook.delivery"]._take_next()
            self.assertTrue(found)

    def test_killed(self):
        """Who dies while he sends leaves the message waiting; its id is the same."""
        with self.assertRaises(ZeroDivisionError), self._transaction() as env:
            self._send_one(env)
            raise ZeroDivisionError
        with self._transaction() as env:
            self._send_one(env)
        first, second = self.receiver.requests
        self.assertEqual(
            first.headers["aftersales-delivery"], second.headers["aftersales-delivery"]
        )
        self.assertEqual(first.body, second.body)

    def test_uncommitted(self):
        """Nobody sends what is not committed."""
        with self._transaction() as env:
            env["aftersales.webhook.delivery"].search(
                [("webhook_id", "=", self.hook_id)]
            ).unlink()
        with self._transaction() as env:
            self._new_case(env, name="Third")
            env.flush_all()
            with self._transaction() as other:
                found = other["aftersales.webhook.delivery"]._take_next()
                self.assertFalse(found)
            env.cr.rollback()
        with self._transaction() as env:
            now = fields.Datetime.now()
            self.assertFalse(
                env["aftersales.webhook.delivery"].search_count(
                    [("webhook_id", "=", self.hook_id), ("queued_at", "<=", now)]
                )
            )
