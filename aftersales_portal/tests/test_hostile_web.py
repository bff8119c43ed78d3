from odoo.fields import Command
from odoo.tests import tagged

from ..engine.addresses import get_household
from .web import WebSetup


@tagged("post_install", "-at_install")
class TestHostileWeb(WebSetup):
    """Strangers at a channel who are in the way of others."""

    def test_key_of_a_program(self):
        """No stranger takes the key under which a program is going to report."""
        key = {"Idempotency-Key": "order-1"}
        stranger = self._case(self._send(self._body(), headers=key))
        token = {"Authorization": f"Bearer {self.token}"}
        body = self._body(description="Of the program", start=None)
        case = self._case(self._send(body, headers=key | token))
        self.assertNotEqual(case, stranger)
        self.assertEqual(
            self._send(body, headers=key | token).json()["number"], case.number
        )

    def test_key_of_another_channel(self):
        """A key counts for its channel: nobody is told of a report to another one."""
        key = {"Idempotency-Key": "order-1"}
        self.channel.copy({"key": "other", "origins": self.channel.origins})
        body = self._body(start=None)
        headers = key | {"Authorization": f"Bearer {self.token}"}
        case = self._case(self._send(body, headers=headers))
        answer = self._send(self._body(), path="/other/cases", headers=key)
        self.assertNotIn(case.number, answer.text)
        answer = self._send(body, path="/other/cases", headers=headers)
        self.assertEqual(answer.status_code, 401, answer.text)

    def test_customers(self):
        """Nobody finds out by the answer who is a customer, nor what he was sent."""
        self._ask("slip_number")
        operation = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        slip = self.env["stock.picking"].create(
            {"partner_id": self.customer.id, "picking_type_id": operation.id}
        )
        told = set()
        for answers in (
            {},
            {"email": self.contact.email},
            {"slip_number": slip.name},
            {"slip_number": "WH/OUT/99999"},
            {"email": self.contact.email, "slip_number": slip.name},
            {"description": f"About {slip.name} of {self.customer.name}"},
        ):
            answer = self._send(self._body(**answers))
            case = self._case(answer)
            link = answer.json()["link"].rpartition("/")[2]
            text = answer.text.replace(case.number, "").replace(link, "")
            status = self._send(path=f"/website/cases/{link}", method="GET").json()
            self.assertTrue(status.pop("reported"))
            self.assertEqual(status.pop("number"), case.number)
            told.add((text, str(sorted(status.items()))))
        self.assertEqual(len(told), 1, told)

    def test_host(self):
        """Whoever says under which name he found us leads nobody elsewhere."""
        evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = self._send(self._body(), headers=evil)
        self._case(answer)
        texts = [answer.text]
        for path in ("/openapi.json", "/website/form", "/website/schema"):
            answer = self._send(path=path, method="GET", headers=evil)
            self.assertEqual(answer.status_code, 200, answer.text)
            texts.append(answer.text + str(answer.headers))
        script = self.url_open("/aftersales/embed.js", headers=evil)
        page = self.url_open("/aftersales/form/website", headers=evil)
        for text in (*texts, script.text, page.text):
            self.assertNotIn("evil.example", text)

    def test_flood(self):
        """However many strangers come, programs and plug-ins still get through."""
        self.channel.most_an_hour = 2
        token = {"Authorization": f"Bearer {self.token}"}
        codes = [self._send(self._body()).status_code for _number in range(4)]
        self.assertEqual(codes, [201, 201, 429, 429])
        codes = [
            self._send(self._body(start=None), headers=token).status_code
            for _number in range(3)
        ]
        self.assertEqual(codes, [201, 201, 429])
        wrong = {"Authorization": "Bearer wrong"}
        self.assertEqual(self._send(self._body(), headers=wrong).status_code, 429)

    def test_forged_address(self):
        """Nobody is somebody else by saying so: what proxies say is believed of ours."""
        self.channel.most_of_one = 2
        codes = [
            self._send(
                self._body(),
                headers={
                    "X-Forwarded-For": f"192.0.2.{number}",
                    "X-Real-IP": f"192.0.2.{number}",
                    "Forwarded": f"for=192.0.2.{number}",
                },
            ).status_code
            for number in range(4)
        ]
        self.assertEqual(codes, [201, 201, 429, 429])

    def test_company_that_is_gone(self):
        """A channel of an archived company takes nothing, and says so."""
        company = self.env["res.company"].create({"name": "Old Shop"})
        case_type = self.env.ref("aftersales_case.type_complaint").copy(
            {"company_id": company.id, "code": "OLD"}
        )
        self.channel.write(
            {"company_id": company.id, "type_ids": [Command.set(case_type.ids)]}
        )
        company.active = False
        answer = self._send(self._body())
        self.assertEqual(answer.status_code, 410, answer.text)

    def test_household(self):
        """However an address is written, one household is one address."""
        for address, other, same in (
            ("2001:db8::1", "2001:db8::9:8:7:6", True),
            ("2001:db8:0:0:1::", "2001:db8::1", True),
            ("2001:db8:0:1::1", "2001:db8::1", False),
            ("::ffff:192.0.2.1", "192.0.2.1", True),
            ("192.0.2.1", "192.0.2.2", False),
            ("fe80::1%eth0", "fe80::2%eth1", True),
            ("", "", True),
        ):
            with self.subTest(address=address, other=other):
                self.assertEqual(get_household(address) == get_household(other), same)
