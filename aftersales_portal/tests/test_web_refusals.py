from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.aftersales_case.const import (
    CHANNEL_WEB,
    CLAIM_SLIP,
    CLAIM_TYPED,
    INTAKE_CASE,
    INTAKE_REFUSED,
)
from odoo.addons.aftersales_case.tests.common import feature

from ..const import (
    REFUSED_CLOSED,
    REFUSED_CONTENT,
    REFUSED_FILE,
    REFUSED_KEY,
    REFUSED_ORIGIN,
    REFUSED_RATE,
    REFUSED_ROBOT,
    REFUSED_SIZE,
    REFUSED_TOKEN,
)
from .web import GIF, SITE, WebSetup

FORM = "multipart/form-data; boundary=x"


@tagged("post_install", "-at_install")
class TestWebRefusals(WebSetup):
    """What is refused: a status, a code, a field, and a row; no error in the log.

    The readme has the same table.
    """

    def assertRefusal(self, answer, status, code, field=None, kind=None):
        """Assert what a program is told, and that pages of the website may read it."""
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        told = answer.json()
        self.assertEqual((told["status"], told["code"]), (status, code))
        self.assertTrue(told["detail"])
        if field:
            found = {(one["field"], one["code"]) for one in told["errors"]}
            self.assertIn((field, kind), found)
            self.assertTrue(all(one["detail"] for one in told["errors"]))

    @feature("B4-03")
    def test_table(self):
        """Everything that is wrong by itself."""
        self._ask("urgency")
        rule = self._ask("phone")
        rule.condition_ids = [(0, 0, {"key": "urgency", "operator": "=", "value": "3"})]
        plain, body = {"Content-Type": "text/plain"}, self._body
        foreign, none = {"Origin": "https://evil.example"}, {"Origin": None}
        long_key = {"Idempotency-Key": "x" * 251}
        wrong = {"Authorization": "Bearer x"}
        closed, form = {"active": False}, {"Content-Type": FORM}
        program = {"needs_token": True}
        big = {"most_megabytes": 1}
        table = [
            # what is sent, changes of the channel, status, code, (field, code), row
            (("{", {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            (("[]", {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            (("[" * 9999, {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            (('{"a": NaN}', {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            (('{"a": "\\ud83d"}', {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            ((b"\xff", {}), {}, 400, "malformed", None, REFUSED_CONTENT),
            ((b"--y", form), {}, 400, "malformed", None, REFUSED_CONTENT),
            ((body(), long_key), {}, 400, "key", None, REFUSED_CONTENT),
            ((body(), none), {}, 401, "token", None, REFUSED_TOKEN),
            ((body(), wrong), {}, 401, "token", None, REFUSED_TOKEN),
            ((body(), {}), program, 401, "token", None, REFUSED_TOKEN),
            ((body(), foreign), {}, 403, "origin", None, REFUSED_ORIGIN),
            ((body(), {}), closed, 410, "channel_closed", None, REFUSED_CLOSED),
            ((b"{" + b" " * 2**20, {}), {}, 413, "too_large", None, REFUSED_SIZE),
            ((b"-" * (2**20 + 1), form), big, 413, "too_large", None, REFUSED_SIZE),
            (("x", plain), {}, 415, "media_type", None, REFUSED_CONTENT),
            *(
                ((body(**answers), {}), {}, 422, "invalid", error, REFUSED_CONTENT)
                for answers, error in (
                    ({"description": None}, ("description", "required")),
                    ({"description": " "}, ("description", "format")),
                    ({"description": 7}, ("description", "type")),
                    ({"description": "x" * 20001}, ("description", "length")),
                    (
                        {"description": None, "urgency": "3"},
                        ("description", "required"),
                    ),
                    ({"email": None}, ("email", "required")),
                    ({"email": "me"}, ("email", "format")),
                    ({"urgency": "9"}, ("urgency", "choice")),
                    ({"urgency": ["3"]}, ("urgency", "choice")),
                    ({"partner_id": 1}, ("partner_id", "unknown_field")),
                    ({"stage_id": 1}, ("stage_id", "unknown_field")),
                    ({"a\0b": 1}, ("a\0b", "unknown_field")),
                    ({"phone": "020 7940001"}, ("phone", "not_asked")),
                    ({"phone": "me", "urgency": "3"}, ("phone", "format")),
                    ({"type": "NONE"}, ("type", "choice")),
                    ({"type": []}, ("type", "choice")),
                    ({"start": None}, ("start", "required")),
                    ({"start": "1-x"}, ("start", "expired")),
                    ({"start": self._start(hours=25)}, ("start", "expired")),
                )
            ),
        ]
        for (sent, headers), changes, status, code, error, reason in table:
            with self.subTest(sent=str(sent)[:80], headers=headers, changes=changes):
                was = {name: self.channel[name] for name in changes}
                self.channel.write(changes)
                headers = {"Content-Type": "application/json"} | headers
                answer = self._send(sent, headers=headers)
                self.assertRefusal(answer, status, code, *(error or ()))
                is_allowed = headers.get("Origin", SITE) == SITE
                allowed = answer.headers.get("Access-Control-Allow-Origin")
                self.assertEqual(allowed, SITE if is_allowed else None)
                row = self._arrived()[0]
                self.assertEqual((row.state, row.reason), (INTAKE_REFUSED, reason))
                self.assertIn(code, row.error)
                self.channel.write(was)
        self.assertEqual(len(self._arrived()), len(table))
        self.assertFalse(self._arrived().case_id)

    def test_addresses(self):
        """What is there for nobody, or not for this method."""
        table = [
            ("POST", "/none/cases", 404, "channel_unknown"),
            ("GET", "/none/schema", 404, "channel_unknown"),
            ("POST", "/%00/cases", 404, "channel_unknown"),
            ("GET", "/website/else", 404, "unknown_address"),
            ("GET", "/website/cases", 405, "method"),
            ("PUT", "/website/cases", 405, "method"),
            ("POST", "/website/schema", 405, "method"),
            ("DELETE", "/openapi.json", 405, "method"),
        ]
        for method, path, status, code in table:
            with self.subTest(method=method, path=path):
                answer = self._send(self._body(), path=path, method=method)
                self.assertRefusal(answer, status, code)
                self.assertEqual("Allow" in answer.headers, status == 405)
        self.assertFalse(self._arrived())

    def test_chunked(self):
        """Who does not say how much comes is not listened to."""
        headers = {"Content-Type": "application/json"}
        answer = self._send(iter([b"{}"]), headers=headers)
        self.assertRefusal(answer, 411, "length")

    def test_files(self):
        """Files that are none we take, too many, too large: each is named."""
        self.channel.most_files = 2
        page = ("files", ("a.gif", b"<html><script>"))
        good, empty = ("files", ("a.gif", GIF)), ("files", ("b.gif", b""))
        other = ("photo", ("a.gif", GIF))
        for files, field, code in (
            ([page], "files", "file"),
            ([good, empty], "files", "file"),
            ([good] * 3, "files", "file"),
            ([other], "photo", "unknown_field"),
        ):
            with self.subTest(files=[name for _field, (name, _data) in files]):
                answer = self._send(self._body(), files=files)
                self.assertRefusal(answer, 422, "invalid", field, code)
        reasons = set(self._arrived().mapped("reason"))
        self.assertEqual(reasons, {REFUSED_FILE, REFUSED_CONTENT})

    def test_language(self):
        """Sentences are in the language of who reads them."""
        self.env["res.lang"]._activate_lang("nl_NL")
        body = self._body(email="me")
        headers = {"Accept-Language": "nl"}
        answer = self._send(body, headers=headers)
        self.assertRefusal(answer, 422, "invalid", "email", "format")
        self.channel.lang = "nl_NL"
        other = self._send(body, headers={"Accept-Language": "fr"})
        self.assertEqual(other.json()["detail"], answer.json()["detail"])

    # === Pages of websites === #

    def test_pages(self):
        """Browsers ask first: allowed websites get an answer, others none."""
        ask = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, idempotency-key",
        }
        for origin, is_allowed in ((SITE, True), ("https://evil.example", False)):
            headers = ask | {"Origin": origin}
            answer = self._send(method="OPTIONS", headers=headers)
            self.assertEqual((answer.status_code, answer.text), (204, ""))
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            self.assertEqual(allowed, origin if is_allowed else None)
            self.assertIn("Origin", answer.headers["Vary"])
            if is_allowed:
                may = answer.headers["Access-Control-Allow-Headers"]
                self.assertIn("Idempotency-Key", may)
        self.assertFalse(self._arrived())

    # === Twice === #

    def test_key(self):
        """The same under the same key makes one case; something else is refused."""
        headers = {"Idempotency-Key": "k-1"}
        body = self._body()
        first = self._send(body, headers=headers)
        case = self._case(first)
        self.assertEqual(self._send(body, headers=headers).json(), first.json())
        self.assertEqual(len(self._arrived()), 1)
        answer = self._send(self._body(description="Else"), headers=headers)
        self.assertRefusal(answer, 422, "key_reused")
        self.assertEqual(self._arrived()[0].reason, REFUSED_KEY)
        # A day later nobody remembers.
        keys = self.env["aftersales.channel.key"].search([])
        keys.taken_at = "2020-01-01"
        other = self._case(self._send(body, headers=headers))
        self.assertNotEqual(other, case)
        keys.search([]).taken_at = "2020-01-01"
        keys._gc_keys()
        self.assertFalse(keys.search([]))

    def test_key_of_a_form(self):
        """A form with files is known again by what it says, however it is packed."""
        body = self._body()

        def send(data):
            files = [("files", ("a.gif", data))]
            return self._send(body, files=files, headers={"Idempotency-Key": "k"})

        first = send(GIF)
        self.assertEqual(send(GIF).json(), first.json())
        self.assertEqual(send(GIF + b"x").status_code, 422)

    # === Many === #

    def test_limits(self):
        """So many an hour, from one address and in all; what is refused counts too."""
        self.channel.most_of_one = 2
        self._send("{")
        self._case(self._send(self._body()))
        for _number in range(2):
            answer = self._send(self._body())
            self.assertRefusal(answer, 429, "too_many")
            self.assertLessEqual(int(answer.headers["Retry-After"]), 3601)
        rows = self._arrived().filtered(lambda row: row.reason == REFUSED_RATE)
        self.assertEqual(len(rows), 1)
        counts = self.env["aftersales.channel.count"].search(
            [("channel_id", "=", self.channel.id)]
        )
        # One address takes nothing away from the others.
        self.assertEqual(sorted(counts.mapped("count")), [2, 4])
        self.assertNotIn("127.0.0.1", counts.mapped("who"))
        self.channel.write({"most_of_one": 100, "most_an_hour": 2})
        self.assertRefusal(self._send(self._body()), 429, "too_many")
        counts.hour = "2020-01-01"
        counts._gc_counts()
        self.assertFalse(counts.exists())

    # === Robots === #

    @feature("B4-03")
    def test_robots(self):
        """A robot is told the same, and makes no case; its report is kept."""
        for answers in (
            {"homepage": "https://spam.example"},
            {"start": self._start(seconds=1)},
        ):
            with self.subTest(answers=answers):
                answer = self._send(self._body(**answers))
                self.assertEqual(answer.status_code, 201)
                self.assertFalse(answer.json()["number"])
                row = self._arrived()[0]
                self.assertEqual(row.state, INTAKE_REFUSED)
                self.assertEqual(row.reason, REFUSED_ROBOT)
                self.assertIn("It leaks", row.preview)
        self.assertFalse(self._arrived().case_id)

    def test_start_of_another_channel(self):
        """That a form was opened, of whichever channel, is no start of this one."""
        other = self.channel.copy({"key": "other"})
        service = self.env["aftersales.portal.service"]
        ago = fields.Datetime.now() - timedelta(minutes=1)
        answer = self._send(self._body(start=service._get_start(other, ago)))
        self.assertRefusal(answer, 422, "invalid", "start", "expired")
        self.assertFalse(self._arrived().case_id)

    def test_refused_report_becomes_a_case(self):
        """Nothing is lost: who looks into the journal makes a case of it all the same."""
        self._send(self._body(homepage="x", reporter_name="Sam"))
        row = self._as(self.agent, self._arrived())
        row.action_reconsider()
        row.type_id = self.type_service
        row.action_make_case()
        case = row.case_id
        self.assertEqual((row.state, case.type_id), (INTAKE_CASE, self.type_service))
        self.assertIn("It leaks", case.description)
        self.assertEqual(case.email, "stranger@elsewhere.example")
        self.assertFalse(case.partner_id)

    def test_refused_report_joins_a_case(self):
        """What came in twice is added to the case that is there."""
        self._send(self._body(homepage="x"))
        case = self._new_case()
        row = self._as(self.agent, self._arrived())
        row.action_reconsider()
        row.case_id = case
        row.action_add_to_case()
        self.assertIn("It leaks", str(case.message_ids.mapped("body")))

    # === Strangers === #

    @feature("B4-03")
    def test_slip_of_a_stranger(self):
        """A number that counts up proves nothing, whether there is such a slip or not."""
        self._ask("slip_number")
        case = self._case(self._send(self._body(slip_number="WH/OUT/99999")))
        self.assertEqual(case.slip_number, "WH/OUT/99999")
        self.assertEqual(case.claim_reason, CLAIM_SLIP)
        self.assertTrue(case._is_claimed())
        # It comes to be: nothing of it is taken over.
        operation = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        picking = self.env["stock.picking"].create(
            {
                "name": "WH/OUT/99999",
                "partner_id": self.customer.id,
                "picking_type_id": operation.id,
            }
        )
        self.assertFalse(case.picking_id)
        self.assertFalse(case.partner_id | case.contact_id)
        self.assertFalse(case.line_ids)
        answer = self._send(self._body(slip_number="WH/OUT/99999"))
        other = self._case(answer)
        self.assertFalse(other.picking_id)
        self.assertFalse(other.partner_id | other.contact_id)
        self.assertEqual(other.claimed_picking_id, picking)
        self.assertNotIn("Janssen", answer.text)

    def test_rule_that_refuses(self):
        """A report is not lost when some rule of the house refuses its values."""
        self.type_complaint.active = True
        service = self.env["aftersales.portal.service"]
        vals = {
            "type_id": self.type_complaint.id,
            "company_id": self.company.id,
            "name": "It leaks",
            "urgency": "none",
        }
        case = service._create_anyway(vals)
        self.assertEqual(case.name, "It leaks")
        self.assertIn("could not be set", str(case.message_ids.mapped("body")))

    def test_rule_that_refuses_a_claim(self):
        """What a stranger claims stays a claim, and can be answered, all the same."""
        service = self.env["aftersales.portal.service"]
        vals = service._prepare_stranger(self.channel, self.type_complaint) | {
            "name": "It leaks",
            "description": "<p>Badly</p>",
            "email": "stranger@elsewhere.example",
            "channel": CHANNEL_WEB,
            "claim_reason": CLAIM_TYPED,
            "claim_hint": "Janssen",
            "claimed_partner_id": self.customer.id,
        }
        case = service._create_anyway(vals | {"urgency": "none"})
        self.assertTrue(case._is_claimed())
        for name in ("claim_reason", "claim_hint", "email", "channel", "description"):
            with self.subTest(name):
                self.assertEqual(case[name], vals[name])
        self.assertEqual(case.claimed_partner_id, self.customer)
        self.assertFalse(case.partner_id | case.contact_id | case.reporter_id)
