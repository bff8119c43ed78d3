from contextlib import nullcontext
from email.utils import parseaddr

from odoo.tests import Form, HttpCase, tagged

from odoo.addons.aftersales_case.const import HANDOVER_SHIPPING
from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.gateway import COMPLAINTS, write_mail
from odoo.addons.aftersales_case.tests.mail_round import MailRoundCommon, write_answer

from .questions import QuestionSetup

DORA = "Dora Vos <dora@janssen.example>"


@tagged("post_install", "-at_install")
class TestPortalMailRound(QuestionSetup, MailRoundCommon, HttpCase):
    """Confirmation, question and answer, by real servers, to who has no log-in."""

    def enter_registry_test_mode(self):
        """Pages are served in it already."""
        return nullcontext()

    def _take_delivered(self):
        """Return the path of the link in the only mail that was delivered."""
        [(envelope, received)] = self.exchange.delivered
        self.assertEqual(envelope.rcpt_tos, ["dora@janssen.example"])
        self.exchange.delivered.clear()
        path = self._find_link(received.get_body(("html",)).get_content())
        self.assertTrue(path)
        return path, received

    @feature("B4-63", "B4-64", "N-17")
    def test_confirmation_question_answer(self):
        """She mails, is confirmed, is asked, clicks; and answers the mail as well."""
        source = write_mail("It leaks", From=DORA, Message_Id="<dora1@janssen.example>")
        self.exchange.send(source, "dora@janssen.example", COMPLAINTS)
        case = self._fetch().case_id
        self.assertEqual(case.contact_id, self.dora)
        self.exchange.delivered.clear()
        self._get_mails(case).send()
        path, received = self._take_delivered()
        self.assertEqual(received["Auto-Submitted"], "auto-replied")
        status = self._ask("GET", path)
        self.assertIn(case.number, status.text)
        self.assertIn(case.customer_status, status.text)

        question = self.env["aftersales.question"].create(
            {
                "type_id": case.type_id.id,
                "name": "Pick up or ship?",
                "key": "handover",
                "answer_ids": [
                    (0, 0, {"name": "Pick up", "value": "pickup"}),
                    (0, 0, {"name": "Ship", "value": HANDOVER_SHIPPING}),
                ],
            }
        )
        action = self._as(self.manager, case).action_ask_customer()
        wizard = self._as(self.manager)[action["res_model"]]
        with Form(wizard.with_context(**action["context"])) as form:
            form.question_id = question
        form.record.action_ask()
        self._get_mails(case).filtered(lambda mail: mail.state == "outgoing").send()
        path, received = self._take_delivered()
        self.assertEqual(parseaddr(received["Reply-To"])[1], COMPLAINTS)
        self.assertIn("Ship", self._ask("GET", path).text)
        self.assertFalse(case.handover)
        button = {"button": str(question.answer_ids[1].id)}
        self.assertEqual(self._ask("POST", path, data=button).status_code, 200)
        self.assertEqual(case.handover, HANDOVER_SHIPPING)

        answer = write_answer(received, "And thank you!", sender=DORA)
        self.exchange.send(answer.as_bytes(), "dora@janssen.example", COMPLAINTS)
        added = self._fetch()
        self.assertEqual((added.state, added.case_id), ("added", case))
        self.assertIn("And thank you!", case.message_ids[0].body)
