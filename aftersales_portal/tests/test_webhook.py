import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from .receiver import NO_CONTENT, answer
from .webhooks import WebhookCommon, is_signed


class TestWebhook(WebhookCommon):
    """A shop's program hears what happens to cases."""

    @feature("P-55", "P-66")
    def test_story(self):
        """From the report to the solution: signed, in order, in the customer's words."""
        case = self._new_case(name="It leaks")
        case.stage_id = self.stage_progress
        self._tell(case, "We are coming", self.contact)
        self._complete(case).stage_id = self.stage_solved
        self.assertFalse(self.receiver.requests, "nothing before the commit")
        self._run()
        requests = list(self.receiver.requests)
        self.assertTrue(all(is_signed(one, self.secret) for one in requests))
        heard = self._heard()
        self.assertEqual(
            [(one["event"], one["case"]["status"]) for one in heard],
            [
                ("created", case.type_id.link_ids.sorted()[0].customer_label or "New"),
                ("status", "In work"),
                ("message", "In work"),
                ("closed", "Solved for you"),
            ],
        )
        self.assertEqual({one["case"]["number"] for one in heard}, {case.number})
        self.assertTrue(heard[0]["case"]["url"].endswith(f"/my/cases/{case.id}"))
        self.assertEqual([one["case"]["closed"] for one in heard], [False] * 3 + [True])
        self.assertEqual(heard[2]["message"], {"from": "company", "automatic": False})
        ids = [one["id"] for one in heard]
        self.assertEqual([one.headers["aftersales-delivery"] for one in requests], ids)
        self.assertEqual(len(set(ids)), 4)
        self.assertEqual(self._get(case).mapped("state"), ["sent"] * 4)
        self.assertEqual(self.hook.state, "working")
        self._run()
        self.assertFalse(self.receiver.requests, "each is sent once")

    def test_form(self):
        """A manager makes one; nothing is sent before there is a secret."""
        with Form(self._as(self.manager)["aftersales.webhook"]) as form:
            form.name = "Shop"
            form.url = "https://shop.example/hook"
        hook = form.save()
        self.assertEqual((hook.state, hook.user_id), ("secret", self.manager))
        with self.assertRefused(UserError, "secret"):
            hook.action_send_test()
        self.hook.unlink()
        case = self._new_case()
        self.assertFalse(self._get(case))
        hook.action_make_secret()
        self.assertEqual(hook.state, "new")
        case.stage_id = self.stage_progress
        self.assertEqual(self._get(case).mapped("news"), ["status"])

    def test_address(self):
        """An address is of the public internet, and by https."""
        Hook = self._as(self.manager)["aftersales.webhook"]
        for url in (
            "http://shop.example/",
            "ftp://shop.example/",
            "https://a:b@shop.example/",
            "https://shop.example:22/",
            "shop.example",
            "https://shop.example/\r\nX: y",
        ):
            with self.subTest(url=url), self.assertRefused(ValidationError, "Address"):
                Hook.create({"name": "Shop", "url": url})
        with self.assertRefused(ValidationError, "event"):
            self.hook.write(
                dict.fromkeys(
                    ("on_created", "on_message", "on_status", "on_closed"), False
                )
            )

    def test_which(self):
        """Only what was chosen: events, types, companies, web channels."""
        self.hook.write(
            {"on_created": False, "on_message": False, "on_closed": False}
            | {"type_ids": self.type_complaint.ids}
        )
        complaint = self._new_case()
        self._new_case(type_id=self.type_service.id)
        self._tell(complaint, "Hello", self.contact)
        self._complete(complaint).stage_id = self.stage_solved
        # Who does not hear of closings hears of the status.
        self.assertEqual(self._news(), [("status", "Solved for you")])
        channel = self.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "heard",
                "type_ids": self.type_complaint.ids,
                "company_id": self.company.id,
            }
        )
        self.hook.write({"on_created": True, "channel_ids": channel.ids})
        other, case = self._new_case(), self._new_case()
        self.env["aftersales.intake"].sudo().create(
            {
                "channel_id": channel.id,
                "case_id": case.id,
                "state": "case",
                "company_id": self.company.id,
                "message_id": "<heard@channel>",
                "received_at": "2025-03-03 10:00:00",
            }
        )
        self._run()
        self.assertEqual(
            [one["case"]["number"] for one in self._heard()], [case.number]
        )
        self.assertEqual(self._get(other).state, "dropped")

    def test_again(self):
        """What fails is tried again after growing pauses, with the same id."""
        case = self._new_case()
        self.receiver.says = [answer(500, b"Oops"), answer(302), NO_CONTENT]
        with freeze_time("2025-03-03 10:00:00"):
            self.env["aftersales.webhook.delivery"].search([]).next_at = "2025-03-01"
            self._run()
        delivery = self._get(case)
        self.assertEqual(
            (delivery.state, delivery.tries, delivery.status_code, delivery.answer),
            ("waiting", 1, 500, "Oops"),
        )
        self.assertEqual(str(delivery.next_at), "2025-03-03 10:01:00")
        self.assertEqual(self.hook.state, "failing")
        self.assertIn("500", self.hook.last_error)
        with freeze_time("2025-03-03 10:00:59"):
            self._run()
        self.assertEqual(len(self.receiver.requests), 1, "not before its time")
        with freeze_time("2025-03-03 10:01:00"):
            self._run()
        self.assertEqual(str(delivery.next_at), "2025-03-03 10:06:00")
        self.assertIn("not followed", delivery.error)
        with freeze_time("2025-03-03 10:06:00"):
            self._run()
        self.assertEqual((delivery.state, delivery.tries), ("sent", 3))
        self.assertEqual(self.hook.state, "working")
        self.assertEqual({one["id"] for one in self._heard()}, {delivery.key})

    def test_given_up(self):
        """After the last pause a message is given up; a manager sends it once more."""
        case = self._new_case()
        self.hook.off_after_days = 365
        self.receiver.says = [answer(500)]
        delivery = self._get(case)
        for _try in range(9):
            self._make_due(delivery)
            self._run()
        self.assertEqual((delivery.state, delivery.tries), ("failed", 9))
        self.receiver.says = [NO_CONTENT]
        self._as(self.manager, delivery).action_send_again()
        self._run()
        self.assertEqual((delivery.state, delivery.tries), ("sent", 1))

    def test_order(self):
        """What happened to one case is told in its order; other cases do not wait."""
        case = self._new_case()
        self.receiver.says = [answer(503), NO_CONTENT]
        self._run()
        self._heard()
        case.stage_id = self.stage_progress
        other = self._new_case(name="Other")
        self._run()
        self.assertEqual(
            [one["case"]["number"] for one in self._heard()], [other.number]
        )
        self._make_due(self._get(case)[0])
        self.assertEqual(
            [news for news, _status in self._news()], ["created", "status"]
        )

    def test_rest(self):
        """Who does not answer at all is left alone for a while, others are not."""
        self.hook.url = "http://127.0.0.1:1/"
        working = self._new_hook(name="Working")
        cases = [self._new_case(), self._new_case()]
        self._run()
        dead = self.deliveries.search([("webhook_id", "=", self.hook.id)])
        self.assertEqual(sorted(dead.mapped("tries")), [0, 1])
        self.assertTrue(self.hook.resting_until)
        self.assertEqual(len(self._heard()), len(cases))
        self.assertEqual(working.state, "working")

    def test_off(self):
        """After days without success it is switched off, and somebody is told."""
        case = self._new_case()
        self.receiver.says = [answer(500)]
        self.hook._store_health(fields.Datetime.now() - timedelta(days=3), None)
        self._run()
        self.assertEqual(self.hook.state, "off")
        activity = self.hook.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("500", activity.note)
        self._new_case(name="Unheard")
        self._make_due(self._get(case))
        self._heard()
        self._run()
        self.assertFalse(self.receiver.requests)
        with self.assertRefused(UserError, "Switch"):
            self._as(self.manager, self._get(case)).action_send_again()
        self.receiver.says = [NO_CONTENT]
        self._as(self.manager, self.hook).action_switch_on()
        self.assertFalse(self.hook.activity_ids)
        self.assertEqual([news for news, _status in self._news()], ["created"])

    def test_archived(self):
        """An archived one hears nothing, and what waits is not sent."""
        case = self._new_case()
        self.hook.active = False
        # Whoever asks first, with whatever context.
        self.hooks.with_context(active_test=False)._get_listening()
        case.stage_id = self.stage_progress
        self._run()
        self.assertFalse(self.receiver.requests)
        self.assertEqual(self._get(case).mapped("news"), ["created"])

    def test_test(self):
        """A test is sent at once, signed, and its outcome is told."""
        hook = self._as(self.manager, self.hook)
        self.receiver.says = [NO_CONTENT, answer(404)]
        self.assertEqual(hook.action_send_test()["params"]["type"], "success")
        request = self.receiver.requests[0]
        self.assertTrue(is_signed(request, self.secret))
        self.assertEqual(json.loads(request.body)["event"], "test")
        told = hook.action_send_test()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertIn("404", told["message"])

    def test_new_secret(self):
        """For a day both secrets count, then the new one alone."""
        before = self.secret
        with freeze_time("2025-03-03 10:00:00"):
            action = self._as(self.manager, self.hook).action_make_secret()
            after = action["context"]["default_token"]
            self.hook.action_send_test()
        with freeze_time("2025-03-04 10:00:00"):
            self.hook.action_send_test()
        first, second = self.receiver.requests
        self.assertTrue(is_signed(first, before) and is_signed(first, after))
        self.assertTrue(is_signed(second, after))
        self.assertFalse(is_signed(second, before))

    def test_forgotten(self):
        """After a month nobody needs to know what was sent."""
        case = self._new_case()
        self._run()
        delivery = self._get(case)
        self.deliveries._gc_deliveries()
        self.assertTrue(delivery.exists())
        delivery.queued_at = fields.Datetime.now() - timedelta(days=31)
        self.deliveries._gc_deliveries()
        self.assertFalse(delivery.exists())

    def test_language(self):
        """The status is in the language of the webhook."""
        self.env["res.lang"]._activate_lang("nl_NL")
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.with_context(lang="nl_NL").customer_label = "Bezig"
        self.hook.lang = "nl_NL"
        case = self._new_case()
        case.stage_id = self.stage_progress
        self.assertEqual(self._news()[1], ("status", "Bezig"))
