import hashlib

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.const import INTAKE_CASE, INTAKE_REFUSED

from ..const import REFUSED_RATE
from .common import PortalCommon


class TestChannel(PortalCommon):
    """Managers say by which channels the web reports, and what each takes."""

    def _new_channel(self, **vals):
        vals = {
            "name": "Website",
            "key": "website",
            "type_ids": [Command.set(self.type_complaint.ids)],
            "company_id": self.company.id,
        } | vals
        return self._as(self.manager)["aftersales.channel"].create(vals)

    def test_form(self):
        """A manager makes one; its address stands there to be copied."""
        with Form(self._as(self.manager)["aftersales.channel"]) as form:
            form.name = "Website"
            form.key = "website"
            form.type_ids.add(self.type_complaint)
            form.origins = "https://www.example.com"
        channel = form.save()
        self.assertTrue(channel.address.endswith("/aftersales/v1/website"))
        self.assertEqual(channel.company_id, self.company)

    def test_name_in_the_address(self):
        """It is one word that every address can have, and nobody else's."""
        self._new_channel()
        for key in ("Website", "my site", "-x", "a/b", "x" * 41, "ü"):
            with (
                self.subTest(key=key),
                self.assertRefused(ValidationError, "Name in the Address"),
            ):
                self._new_channel(key=key)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(IntegrityError, "aftersales_channel_key_uniq"),
        ):
            self._new_channel()

    def test_types(self):
        """A channel without a type would take nothing."""
        with self.assertRefused(ValidationError, "Case Types"):
            self._new_channel(type_ids=False)

    def test_websites(self):
        """Browsers are allowed by the address of their page, however it is written."""
        channel = self._new_channel(
            origins="https://Shop.example/\nhttp://localhost:8080\nhttps://a.example:443"
        )
        for origin, is_allowed in {
            "https://shop.example": True,
            "http://shop.example": False,
            "https://shop.example:8443": False,
            "https://shop.example.evil.example": False,
            "http://localhost:8080": True,
            "http://localhost": False,
            "https://a.example": True,
            "null": False,
            "": False,
        }.items():
            with self.subTest(origin=origin):
                self.assertEqual(channel._allows_origin(origin), is_allowed)
        for origins in ("shop.example", "https://", "https://x y", "ftp://x.example"):
            with (
                self.subTest(origins=origins),
                self.assertRefused(ValidationError, "Allowed Websites"),
            ):
                channel.origins = origins
        channel.origins = "*"
        self.assertTrue(channel._allows_origin("https://any.example"))

    def test_limits(self):
        """Limits stay within what the server takes at all."""
        for name, value in {
            "most_an_hour": -1,
            "most_of_one": 100001,
            "most_files": 11,
            "most_megabytes": 51,
        }.items():
            with self.subTest(name=name), self.assertRefused(ValidationError, "from"):
                self._new_channel(**{name: value})

    def test_token(self):
        """A token is shown once; a new one replaces it, and none is left after all."""
        channel = self._new_channel()
        self.assertFalse(channel._is_token(""))
        self.assertFalse(channel._is_token("x"))

        def make():
            action = channel.action_make_token()
            form = self._as(self.manager)[action["res_model"]]
            shown = Form(form.with_context(**action["context"]))
            return shown.token

        token = make()
        self.assertTrue(channel._is_token(token))
        self.assertEqual(channel.token_end, token[-4:])
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.assertEqual(channel.sudo().token_digest, digest)
        other = make()
        self.assertFalse(channel._is_token(token))
        self.assertTrue(channel._is_token(other))
        channel.action_remove_token()
        self.assertFalse(channel._is_token(other))

    def test_token_is_kept_by_the_system(self):
        """Nobody sets a digest of his own, or reads the one that is there."""
        channel = self._new_channel()
        with self.assertRefused(AccessError, "kept by the system"):
            channel.write({"token_end": "abcd"})
        with self.assertRefused(AccessError, ""):
            channel.write({"token_digest": "abcd"})
        with self.assertRefused(AccessError, ""):
            channel.read(["token_digest"])
        with self.assertRefused(AccessError, ""):
            self._as(self.agent, channel).action_make_token()

    def test_counts(self):
        """The form tells what became of what arrived, and why it was refused."""
        channel = self._new_channel()
        vals = {
            "channel": "web",
            "channel_id": channel.id,
            "company_id": self.company.id,
            "received_at": "2030-01-01 10:00:00",
        }
        refused = {"state": INTAKE_REFUSED, "reason": REFUSED_RATE}
        case = self._new_case()
        rows = self.env["aftersales.intake"].create(
            [
                vals | {"state": INTAKE_CASE, "case_id": case.id},
                vals | refused,
                vals | refused | {"received_at": "2030-01-02 10:00:00"},
            ]
        )
        self.assertEqual((channel.accepted_count, channel.refused_count), (1, 2))
        self.assertEqual(str(channel.last_refused_at), "2030-01-02 10:00:00")
        self.assertEqual(channel.refused_ids, rows[2] | rows[1])
        found = rows.search(channel.action_open_arrivals()["domain"])
        self.assertEqual(found, rows)
