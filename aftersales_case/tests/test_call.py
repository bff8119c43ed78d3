"""Somebody calls: a telephone opens who it is, and the call becomes a case."""

from datetime import datetime
from urllib.parse import urlsplit

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..wizards.intake.aftersales_call import MOST_CASES
from .common import AftersalesCommon, AftersalesSetup
from .deliveries import DeliveriesMixin

NUMBER = "+31715550123"


class TestCall(DeliveriesMixin, AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.company.country_id = self.env.ref("base.nl")
        self.contact.phone = NUMBER
        self.calls = self._as(self.agent)["aftersales.call"]

    def test_who_calls(self):
        """The number as telephones write it: who it is, what is open, what he has."""
        case = self._new_case()
        done = self._complete(self._new_case())
        done.stage_id = self.stage_solved
        lot = self._lot(self.grinder, "M60-1")
        self._picking((self.grinder, 1, lot))
        for written in (NUMBER, " 31715550123", "071 555 0123", "0031 71-5550123"):
            with self.subTest(written):
                call = self.calls.open_call(written)
                self.assertEqual(call.contact_id, self.contact)
                self.assertEqual(call.partner_id, self.customer)
                self.assertEqual(call.case_ids, case)
                self.assertIn("M60-1", call.devices)

    def test_nobody_known(self):
        for written in ("+31 20 0000000", "anonymous", "", "1" * 500):
            with self.subTest(written):
                call = self.calls.open_call(written)
                self.assertFalse(call.contact_id | call.case_ids.partner_id)
                self.assertFalse(call.devices)

    def test_two_customers(self):
        """Of two who have the number one is chosen."""
        other = self.env["res.partner"].create({"name": "Twin", "phone": NUMBER})
        call = self.calls.open_call(NUMBER)
        self.assertEqual(call.candidate_ids, self.contact | other)
        self.assertFalse(call.contact_id)
        call.contact_id = other
        self.assertFalse(call.case_ids)

    def test_many_open_cases(self):
        """The newest ten are shown, and a link leads to all."""
        cases = self._new_case()
        self.assertFalse(self.calls.open_call(NUMBER).more_text)
        for day in range(1, MOST_CASES + 2):
            cases |= self._new_case(reported_at=datetime(2026, 3, day))
        with Form(self.calls.open_call(NUMBER)) as form:
            self.assertEqual(len(form.case_ids), MOST_CASES)
            self.assertEqual(form.more_text, f"All {MOST_CASES + 2} open cases")
        call = form.record
        newest = cases.sorted("reported_at", reverse=True)[:MOST_CASES]
        self.assertEqual(call.case_ids, newest)
        action = call.action_view_cases()
        found = self._as(self.agent)[action["res_model"]].search(action["domain"])
        self.assertEqual(found, cases)

    def test_confidential(self):
        """Only what the agent may read is shown."""
        case = self._new_case(user_id=self.agent2.id, confidential=True)
        self.assertNotIn(case, self.calls.open_call(NUMBER).case_ids)

    def test_new_call(self):
        """It becomes a case of the type for calls, which came in by phone."""
        action = self.calls.open_call(NUMBER).action_new_case()
        cases = self._as(self.agent)["aftersales.case"]
        with Form(cases.with_context(**action["context"])) as form:
            form.name = "Asks for the bill"
        case = form.record
        self.assertEqual(case.type_id, self.env.ref("aftersales_case.type_call"))
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual((case.channel, case.phone), ("phone", NUMBER))

    def test_who_works_on_no_cases(self):
        for user in (self.reporter, self.accountant):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self._as(user)["aftersales.call"].open_call(NUMBER)


@tagged("post_install", "-at_install")
class TestCallRoute(AftersalesSetup, HttpCase):
    def test_route(self):
        """A telephone opens the address; who is not logged in is asked to."""
        url = "/aftersales/call?phone=%2B31715550123"
        answer = self.url_open(url)
        self.assertEqual(urlsplit(answer.url).path, "/web/login")
        self.authenticate("as_agent", "as_agent")
        answer = self.url_open(url, allow_redirects=False)
        call = self.env["aftersales.call"].search([], order="id desc", limit=1)
        self.assertEqual(
            urlsplit(answer.headers["Location"]).path, f"/odoo/call/{call.id}"
        )
        self.assertEqual((call.phone, call.create_uid), (NUMBER, self.agent))
        self.authenticate("as_reporter", "as_reporter")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
