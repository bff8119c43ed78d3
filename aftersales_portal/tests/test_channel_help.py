from odoo.tests import Form, tagged

from odoo.addons.aftersales_case.const import INTAKE_WAITING
from odoo.addons.aftersales_case.tests.common import feature

from ..const import REASON_NEW, REASON_UNMAPPED, REFUSALS
from .web import WebSetup


@tagged("post_install", "-at_install")
class TestChannelHelp(WebSetup):
    """Who sets up a channel for the first time reads what happened, and what to do."""

    def test_name_is_proposed(self):
        """The name in the address follows from the name, unless somebody chose one."""
        channels = self._as(self.manager)["aftersales.channel"]
        for name, key in (
            ("Our Web Shop", "our-web-shop"),
            ("Größe & Länge", "grosse-lange"),
            ("x" * 50, "x" * 40),
            ("a" * 39 + " b", "a" * 39),
            ("!", ""),
        ):
            with self.subTest(name=name):
                form = Form(channels)
                form.name = name
                self.assertEqual(form.key or "", key)
        form = Form(channels)
        form.key = "mine"
        form.name = "Yours"
        self.assertEqual(form.key, "mine")

    @feature("B4-03")
    def test_remedy(self):
        """A refusal names the website or the files, and what an administrator does."""
        other = {"Origin": "https://other.example"}
        self.assertEqual(self._send(self._body(), headers=other).status_code, 403)
        row = self._as(self.manager, self._arrived()[0])
        self.assertEqual(row.error, "403 origin (https://other.example)")
        self.assertIn("Allowed Websites", row.remedy)
        page = ("files", ("page.html", b"<html>"))
        empty = ("files", ("empty.png", b""))
        good = ("files", ("a.gif", b"GIF89a" + bytes(20)))
        answer = self._send(self._body(), files=[page, good, empty])
        self.assertEqual(answer.status_code, 422)
        row = self._arrived()[0]
        self.assertEqual(row.error, "422 invalid (page.html, empty.png)")
        self.assertIn("are taken", row.remedy)

    def test_every_refusal_has_a_remedy(self):
        """Whatever is refused says what to do; what waits says it by its reason."""
        remedies = self.env["aftersales.intake"]._get_remedies()
        self.assertEqual(
            set(remedies), {reason for reason, _label in REFUSALS} - WAITING
        )

    def test_what_waits_is_no_case(self):
        """What did not fit the mapping is not counted among the cases; it is listed."""
        rows = self.env["aftersales.intake"].create(
            [
                {
                    "channel": "web",
                    "channel_id": self.channel.id,
                    "company_id": self.company.id,
                    "received_at": "2030-01-01 10:00:00",
                    "state": INTAKE_WAITING,
                    "reason": reason,
                }
                for reason in WAITING
            ]
        )
        channel = self._as(self.manager, self.channel)
        self.assertEqual((channel.accepted_count, channel.unmapped_count), (0, 1))
        found = rows.search(channel.action_open_unmapped()["domain"])
        self.assertEqual(found.reason, REASON_UNMAPPED)
        told = channel.action_judge_unmapped()["params"]["message"]
        self.assertTrue(told.startswith("Tried again: 1."))

    def test_mapping_names_questions_as_refusals_do(self):
        """A type calls a question by another name: the mapping knows both."""
        self._ask("description", label="What Leaks")
        keys = dict(self.env["aftersales.channel.mapping"]._get_keys())
        self.assertIn("What Leaks", keys["description"].split(" / ")[1:])
        self.assertEqual(keys["email"], "Email")


WAITING = {REASON_NEW, REASON_UNMAPPED}
