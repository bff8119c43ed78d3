import hashlib
import hmac
import json
import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.aftersales_case.const import (
    CHANNEL_WEB,
    CLAIM_TYPED,
    INTAKE_CASE,
    INTAKE_REFUSED,
    INTAKE_WAITING,
)
from odoo.addons.aftersales_case.tests.common import feature

from ..const import (
    REASON_NEW,
    REASON_UNMAPPED,
    REFUSED_CLOSED,
    REFUSED_CONTENT,
    REFUSED_RATE,
    REFUSED_SIZE,
    REFUSED_TOKEN,
)
from .submissions import CF7, EMAIL, JSON, SHAPES
from .web import WebSetup

CRON = "aftersales_portal.cron_judge_hooked"


class HookSetup(WebSetup):
    """The form of a website, whose plug-in sends what visitors typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        action = cls.channel.action_make_hook()
        cls.hook = action["context"]["default_token"].partition("/aftersales/v1")[2]

    def _submit(self, body, mimetype=JSON, path=None, **headers):
        """Send as a plug-in does: from a server, which knows no origin."""
        if isinstance(body, dict):
            body = json.dumps(body)
        headers = {"Origin": None, "Content-Type": mimetype} | headers
        answer = self._send(
            body.encode() if isinstance(body, str) else body,
            path=path or self.hook,
            headers=headers,
        )
        self.assertEqual((answer.status_code, answer.text), (200, "{}"))
        return self._arrived()[:1]

    def _map(self, mappings, channel=None):
        (channel or self.channel).mapping_ids = [
            (5,),
            *((0, 0, {"path": path} | vals) for path, vals in mappings.items()),
        ]

    def _judge(self):
        self.env.flush_all()
        self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestWebHook(HookSetup):
    """What plug-ins of forms send becomes cases, and is never lost."""

    @feature("B4-03")
    def test_shapes(self):
        """Every plug-in: kept at once, a case right after."""
        self._ask("urgency")
        for name, (mimetype, body, mappings) in SHAPES.items():
            with self.subTest(name):
                self._map(mappings)
                row = self._submit(body, mimetype)
                self.assertEqual((row.state, row.reason), (INTAKE_WAITING, REASON_NEW))
                self.assertEqual(row.email_normalized, EMAIL)
                self.assertFalse(row.case_id)
                self._judge()
                self.assertEqual(row.state, INTAKE_CASE, row.error)
                case = row.case_id
                self.assertEqual(case.name, "It leaks")
                self.assertIn("badly", case.description)
                self.assertEqual((case.email, case.urgency), (EMAIL, "3"))
                self.assertEqual(row.email_from, f'"Sam Stranger" <{EMAIL}>')
                self.assertEqual(case.channel, CHANNEL_WEB)
                self.assertFalse(case.link_ids)

    @feature("B4-03")
    def test_mapping_by_clicking(self):
        """A manager takes the fields from the last submission, and says what they are."""
        row = self._submit(CF7)
        self._judge()
        self.assertEqual((row.state, row.reason), (INTAKE_WAITING, REASON_UNMAPPED))
        self.assertIn("Email", row.error)
        channel = self._as(self.manager, self.channel)
        channel.action_take_paths()
        channel.action_take_paths()
        mappings = {mapping.path: mapping for mapping in channel.mapping_ids}
        self.assertEqual(
            list(mappings), ["your-name", "your-email", "your-message", "urgency"]
        )
        self.assertEqual(mappings["your-email"].sample, EMAIL)
        self.assertEqual(channel.unmapped_count, 1)
        mappings["your-email"].key = "email"
        mappings["your-message"].key = "description"
        with self.assertRaises(AccessError):
            mappings["urgency"].sample = "x"
        channel.action_judge_unmapped()
        self._judge()
        self.assertEqual(row.state, INTAKE_CASE, row.error)
        self.assertFalse(row.reason)

    def test_try_again(self):
        """Who sorts the inbox tries again what was mended, and reads what is wrong."""
        row = self._submit(CF7)
        self._judge()
        own = self._as(self.leader, row)
        with self.assertRaisesRegex(UserError, "Email"):
            own.action_judge_again()
        self._map(SHAPES["CF7 to Webhook"][2])
        own.action_judge_again()
        self.assertEqual(row.state, INTAKE_CASE)
        with self.assertRaises(UserError):
            own.action_judge_again()
        with self.assertRaises(AccessError):
            self._as(self.reporter, row).action_judge_again()

    def test_by_hand(self):
        """What does not fit becomes a case by hand, in words."""
        row = self._submit(CF7)
        self._judge()
        row.type_id = self.type_complaint
        case = row._make_case()
        self.assertIn("your-message: It leaks", case.description)

    def test_claim(self):
        """Who names a customer in a form is a candidate, and gets a confirmation."""
        self._map(SHAPES["CF7 to Webhook"][2])
        row = self._submit(CF7 | {"your-email": self.contact.email})
        self._judge()
        self.assertEqual(row.case_id.claim_reason, CLAIM_TYPED)
        self.assertFalse(row.case_id.partner_id)
        mails = self.env["mail.mail"].search([("res_id", "=", row.case_id.id)])
        self.assertEqual(len(mails.filtered("aftersales_reason")), 1)

    def test_what_the_form_cannot_know(self):
        """Words of an option mean it; an answer that was not asked for is left out."""
        self._ask("urgency")
        rule = self._ask("phone")
        rule.condition_ids = [(0, 0, {"key": "urgency", "operator": "=", "value": "3"})]
        self._map(
            SHAPES["CF7 to Webhook"][2]
            | {"urgency": {"key": "urgency"}, "tel": {"key": "phone"}}
        )
        labels = dict(self.env["aftersales.case"]._fields["urgency"].selection)
        low = labels["1"]
        row = self._submit(CF7 | {"urgency": low.upper(), "tel": "+31 20 794 0009"})
        self._judge()
        self.assertEqual(row.state, INTAKE_CASE, row.error)
        self.assertEqual(row.case_id.urgency, "1")
        self.assertFalse(row.case_id.phone)

    def test_several_types(self):
        """A channel of several types: a field of the form says which."""
        self.channel.type_ids |= self.type_service
        self._map(SHAPES["CF7 to Webhook"][2] | {"kind": {"key": "type"}})
        row = self._submit(CF7)
        self._judge()
        self.assertEqual(row.reason, REASON_UNMAPPED)
        row = self._submit(CF7 | {"kind": "TCMP"})
        self._judge()
        self.assertEqual(row.case_id.type_id, self.type_complaint)

    # === Who may, and how much === #

    def test_repeated(self):
        """The same within an hour is one submission, however often it is sent."""
        row = self._submit(CF7)
        self.assertEqual(self._submit(CF7), row)
        self.assertEqual(row.copies, 2)
        keys = self.env["aftersales.channel.key"].search([("name", "=like", "  %")])
        self.assertEqual(len(keys), 1)
        keys.taken_at = fields.Datetime.now() - timedelta(minutes=61)
        self.assertNotEqual(self._submit(CF7), row)

    def test_token(self):
        """The token stands in the address, or in a header; another one keeps nothing."""
        token = self.hook.rpartition("/")[2]
        plain = "/website/hook"
        self.assertTrue(self._submit(CF7, path=plain, Authorization=f"Bearer {token}"))
        for path in (plain, f"{plain}/wrong", f"{plain}/{self.token}"):
            with self.subTest(path=path):
                row = self._submit(CF7 | {"path": path}, path=path)
                self.assertEqual(
                    (row.state, row.reason), (INTAKE_REFUSED, REFUSED_TOKEN)
                )
                self.assertFalse(row.source)
        count = len(self._arrived())
        self._submit(CF7, path="/unknown/hook/x")
        self.assertEqual(len(self._arrived()), count)
        self.assertNotIn(token, str(self.channel.sudo().read()))

    def test_replaced(self):
        """A new address replaces the old one; without one nothing comes in."""
        with self.assertRaises(AccessError):
            self._as(self.leader, self.channel).action_make_hook()
        channel = self._as(self.manager, self.channel)
        new = channel.action_make_hook()["context"]["default_token"]
        row = self._submit(CF7)
        self.assertEqual(row.reason, REFUSED_TOKEN)
        self.assertEqual(
            self._submit(CF7, path=new.partition("/aftersales/v1")[2]).reason,
            REASON_NEW,
        )
        channel.action_remove_hook()
        self.assertFalse(channel.hook_at)
        row = self._submit(CF7 | {"a": "b"}, path=new.partition("/aftersales/v1")[2])
        self.assertEqual(row.reason, REFUSED_TOKEN)

    def test_signature(self):
        """With the secret of WPForms only what it signed is taken, and not later."""
        self.channel.hook_secret = "s3cret"
        body = SHAPES["WPForms"][1]

        def sign(moment, secret=b"s3cret"):
            signed = f"{moment}.{body}".encode()
            found = hmac.new(secret, signed, hashlib.sha256).hexdigest()
            return f"t={moment},v={found}"

        now, name = int(time.time()), "X-WPForms-Webhook-Signature"
        for header in ("", "t=1,v=x", sign(now, b"other"), sign(now - 3600)):
            with self.subTest(header=header):
                self.env["aftersales.channel.key"].search([]).unlink()
                row = self._submit(body, **{name: header})
                self.assertEqual(
                    (row.state, row.reason), (INTAKE_REFUSED, REFUSED_TOKEN)
                )
        self.env["aftersales.channel.key"].search([]).unlink()
        row = self._submit(body, **{name: sign(now)})
        self.assertEqual((row.state, row.reason), (INTAKE_WAITING, REASON_NEW))

    def test_kept_all_the_same(self):
        """What cannot be taken is kept with its words; the plug-in learns nothing."""
        for body, mimetype, reason in (
            ("{", JSON, REFUSED_CONTENT),
            ("[1]", JSON, REFUSED_CONTENT),
            ("a", "text/plain", REFUSED_CONTENT),
            (b"a\0b", "text/plain", REFUSED_CONTENT),
            (b"a=\xff", "application/x-www-form-urlencoded", REFUSED_CONTENT),
            ("x" * (2**20 + 1), JSON, REFUSED_SIZE),
        ):
            with self.subTest(body=body[:9]):
                row = self._submit(body, mimetype)
                self.assertEqual((row.state, row.reason), (INTAKE_REFUSED, reason))
        self.channel.active = False
        row = self._submit(CF7)
        self.assertEqual((row.state, row.reason), (INTAKE_REFUSED, REFUSED_CLOSED))
        self.assertIn("It leaks", row.preview)
        self.assertTrue(row.source)

    def test_limit(self):
        """Past the limit it is refused and kept; past twice the limit no more rows."""
        self.channel.write({"most_an_hour": 2, "most_of_one": 1})
        rows = [self._submit(CF7 | {"n": str(number)}) for number in range(6)]
        self.assertEqual(
            [row.reason for row in rows[:4]],
            [REASON_NEW, REASON_NEW, REFUSED_RATE, REFUSED_RATE],
        )
        self.assertEqual(len(self._arrived()), 4)
        self.assertTrue(rows[2].source)

    def test_options_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "Options"):
            self._map({"a": {"options": "nothing"}})
        with self.assertRaisesRegex(ValidationError, "Websites of Files"):
            self.channel.file_origins = "shop"
