from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.gateway import GatewayCommon, write_mail
from odoo.addons.aftersales_case.tests.mail_servers import HOST, Exchange

from .links import LINK
from .silence import MONDAY, SilenceSetup, days


class TestSilenceMail(SilenceSetup, GatewayCommon):
    """A reminder as it travels, and what comes back."""

    @classmethod
    def setUpClass(cls):
        cls.exchange = Exchange("aftersales.example", None)
        super().setUpClass()
        cls.enterClassContext(mute_logger("mail.log"))
        cls.enterClassContext(cls.exchange.running())
        cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": HOST,
                "smtp_port": cls.exchange.port,
                "smtp_encryption": "none",
                "from_filter": "aftersales.example",
            }
        )

    def setUp(self):
        super().setUp()
        # Odoo sends nothing while it is tested.
        servers = type(self.env["ir.mail_server"])
        self.patch(servers, "_disable_send", classmethod(lambda cls: False))
        self.exchange.delivered.clear()

    @feature("P-36")
    def test_mail(self):
        """It arrives with a link of his own; his answer by mail begins anew."""
        case = self._wait()
        moment = MONDAY + days(3)
        self._run(moment)
        with freeze_time(moment):
            self.env["mail.mail"].process_email_queue(self._mails(case).ids)
            self.env.flush_all()
        [(_envelope, received)] = self.exchange.delivered
        self.assertIn("anna@janssen.example", received["To"])
        self.assertIn("we wait for your answer", received["Subject"])
        html = received.get_body(("html",)).get_content()
        self.assertIn("This is still a problem", html)
        self.assertTrue(LINK.search(html))
        purposes = case.sudo().link_ids.mapped("purpose")
        self.assertIn("still_a_problem", purposes)
        answer = write_mail(
            "It still leaks.",
            Subject=f"Re: {received['Subject']}",
            In_Reply_To=received["Message-Id"],
            References=received["Message-Id"],
        )
        with freeze_time(MONDAY + days(4)):
            row = self._receive(answer)
        self.assertEqual(row.case_id, case)
        self.assertIn("customer_message", case.event_ids.mapped("kind"))
        self.assertFalse(case.silent_planned)
