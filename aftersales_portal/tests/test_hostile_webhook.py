import time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.hostile import call

from ..const import OFFER_HIDDEN
from .receiver import NO_CONTENT, answer
from .webhooks import WebhookCommon


class TestHostileWebhook(WebhookCommon):
    """What must not be told, where nobody may lead us, and who may say so."""

    def test_not_shown(self):
        """What the portal would not show is not told, by what holds when it is sent."""
        table = {
            "confidential": lambda case: case.write({"confidential": True}),
            "type": lambda case: case.type_id.write({"portal_offer": OFFER_HIDDEN}),
        }
        for name, act in table.items():
            with self.subTest(name):
                self.type_complaint.portal_offer = "new"
                case = self._new_case(name=name)
                act(case)
                self._run()
                self.assertFalse(self._heard())
                self.assertEqual(self._get(case).mapped("state"), ["dropped"])

    def test_no_timeline(self):
        """That somebody wrote is not told where customers see no messages."""
        self.hook.on_created = False
        case = self._new_case()
        self._tell(case, "We are coming", self.contact)
        self.type_complaint.portal_timeline = False
        self.assertEqual(self._news(), [])
        self.assertEqual(self._get(case).mapped("state"), ["dropped"])

    def test_moved(self):
        """A webhook that another company or type gets hears nothing of the one before."""
        other = self.env["res.company"].create({"name": "Other"})
        for vals in (
            {"type_ids": self.type_service.ids},
            {"type_ids": [Command.clear()], "company_id": other.id},
        ):
            with self.subTest(vals=vals):
                case = self._new_case()
                self.hook.write(vals)
                self._run()
                self.assertFalse(self._heard())
                self.assertEqual(self._get(case).mapped("state"), ["dropped"])
                self.hook.write(
                    {"type_ids": [Command.clear()], "company_id": self.company.id}
                )

    def test_internal(self):
        """Notes, mails to the supplier and our own stages are nobody's business."""
        self.hook.on_created = False
        case = self._new_case()
        case.with_user(self.agent).message_post(body="He is a liar")
        self._tell(case, "Send a new one", self.supplier_contact())
        for link in case.type_id.link_ids:
            link.customer_label = "In work"
        case.stage_id = self.stage_progress
        self.assertEqual(self._news(), [])
        self.assertFalse(self._get(case))

    def supplier_contact(self):
        return self.env["res.partner"].create(
            {"name": "Supplier", "email": "supplier@else.example"}
        )

    def test_no_words(self):
        """Neither title nor text, no name and no address leaves the house."""
        case = self._new_case(name="It leaks", description="<p>Badly</p>")
        self._tell(case, "We are coming", self.contact)
        self._run()
        sent = b"".join(request.body for request in self.receiver.requests).decode()
        self.assertIn(case.number, sent)
        for word in ("leaks", "Badly", "coming", self.contact.name, self.contact.email):
            self.assertNotIn(word, sent)

    def test_claimed(self):
        """Of a claim number and status are told, no page, and nothing that is said."""
        case = self._new_case(
            partner_id=False,
            contact_id=False,
            reporter_id=False,
            email="stranger@elsewhere.example",
        )
        case.sudo().write(
            {"claimed_partner_id": self.customer.id, "claim_reason": "address"}
        )
        self._tell(case, "Who are you?", self.contact)
        self._run()
        heard = self._heard()
        self.assertEqual([one["event"] for one in heard], ["created"])
        self.assertIsNone(heard[0]["case"]["url"])
        self.assertEqual(
            set(heard[0]["case"]), {"number", "type", "status", "closed", "url"}
        )

    def test_rolled_back(self):
        """What did not happen is not told."""
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._new_case()
            raise ZeroDivisionError
        self.assertEqual(self._news(), [])

    def test_deleted(self):
        """With an erased case its messages go."""
        case = self._new_case()
        deliveries = self._get(case)
        with self.env["aftersales.case.event"]._maintenance():
            self.env.cr.execute(
                "DELETE FROM aftersales_case_event WHERE case_id = %s", (case.id,)
            )
        self.env.invalidate_all()
        self.assertFalse(deliveries.exists())
        self.assertEqual(self._news(), [])

    def test_private(self):
        """Only system administrators lead our server into private networks."""
        manager = self._as(self.manager)["aftersales.webhook"]
        hook = manager.create({"name": "x", "url": "https://shop.example/"})
        for act in (
            lambda: manager.create(
                {"name": "x", "url": "http://10.0.0.1/", "allows_private": True}
            ),
            lambda: hook.write({"allows_private": True}),
            lambda: self._as(self.manager, self.hook).write(
                {"url": "http://127.0.0.1:8069/"}
            ),
            lambda: call(
                manager,
                "create",
                [{"name": "x", "url": self.receiver.url}],
                default_allows_private=True,
            ),
        ):
            with self.assertRefused(AccessError, "Private Addresses"):
                act()
        self._as(self.manager, self.hook).write({"name": "y", "url": self.receiver.url})
        url = "https://shop.example/"
        self._as(self.manager, self.hook).write({"allows_private": False, "url": url})

    def test_private_name(self):
        """A name that leads into a private network is not called."""
        self.hook.write({"url": "https://localhost/", "allows_private": False})
        case = self._new_case()
        self._run()
        self.assertIn("private network", self._get(case).error)
        told = self.hook.action_send_test()["params"]["message"]
        self.assertIn("private network", told)

    def test_redirect(self):
        """An answer that leads elsewhere leads nowhere."""
        self.receiver.says = [answer(307, b"", f"Location: {self.receiver.url}")]
        self._new_case()
        self._run()
        self.assertEqual(len(self.receiver.requests), 1)

    def test_huge(self):
        """Of a huge answer its beginning is kept, without what no text has."""
        self.receiver.says = [answer(500, b"\0<b>" + b"x" * 10**6)]
        case = self._new_case()
        self._run()
        self.assertEqual(self._get(case).answer, "<b>" + "x" * 496)

    def test_slow(self):
        """Who keeps us waiting is left."""
        self.patch(self.env.registry["aftersales.webhook.delivery"], "_seconds", 0.3)
        self.receiver.says = [lambda connection: time.sleep(1)]
        case = self._new_case()
        self._run()
        self.assertIn("in time", self._get(case).error)

    def test_mistake(self):
        """A mistake of ours about one case stops no other."""
        bad, good = self._new_case(), self._new_case()
        service = self.env.registry["aftersales.portal.service"]
        found = service._get_news

        def get_news(service, case, event, news):
            if case == bad:
                raise ValueError("Broken")
            return found(service, case, event, news)

        self.patch(service, "_get_news", get_news)
        self._run()
        self.assertEqual(
            [one["case"]["number"] for one in self._heard()], [good.number]
        )
        self.assertEqual(self._get(bad).error, "Broken")

    def test_forged(self):
        """No caller says what was sent, reads the secret, or wakes what is off."""
        self._new_case()
        self._run()
        delivery = self.deliveries.search([], limit=1)
        manager = self._as(self.manager)
        for act in (
            lambda: call(self._as(self.manager, delivery), "write", {"state": "sent"}),
            lambda: call(
                manager["aftersales.webhook.delivery"],
                "create",
                [{"webhook_id": self.hook.id, "case_id": delivery.case_id.id}],
            ),
            lambda: call(self._as(self.manager, delivery), "unlink"),
            lambda: call(self._as(self.manager, self.hook), "read", ["secret"]),
            lambda: call(self._as(self.manager, self.hook), "write", {"secret": "x"}),
            lambda: call(
                self._as(self.manager, self.hook), "write", {"stopped_at": False}
            ),
            lambda: call(self.hook.with_user(self.admin()), "read", ["secret"]),
            lambda: call(self._as(self.agent, self.hook), "action_send_test"),
            lambda: call(self._as(self.agent, self.hook), "action_make_secret"),
            lambda: call(self._as(self.agent, self.hook), "action_switch_on"),
            lambda: call(self._as(self.agent, delivery), "action_send_again"),
            lambda: call(self._as(self.anna, self.hook), "read", ["url"]),
        ):
            with mute_logger("odoo.models"), self.assertRaises(AccessError):
                act()

    def admin(self):
        return self.env.ref("base.user_admin")

    def test_two_programs(self):
        """Each hears with a signature of its own, and one event once."""
        self._new_hook(name="Second")
        case = self._new_case()
        self.receiver.says = [NO_CONTENT]
        self.assertEqual(len(self._get(case)), 2)
        self._run()
        signatures = {
            one.headers["aftersales-signature"].split("v1=")[1]
            for one in self.receiver.requests
        }
        self.assertEqual(len(signatures), 2)
