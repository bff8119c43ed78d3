"""Mails that travel by real servers, for the tests of siblings too."""

import email.policy
from email.message import EmailMessage
from email.utils import make_msgid

from odoo.tests import Form
from odoo.tools import mute_logger

from .gateway import ANNA, GatewayCommon
from .mail_servers import HOST, Dovecot, Exchange

DOMAIN = "aftersales.example"


def get_fetchmail_vals(mailbox, **vals):
    """Return what a user fills in to fetch a mailbox."""
    return {
        "name": "Loopback",
        "server_type": "imap",
        "server": HOST,
        "port": mailbox.port,
        "user": mailbox.user,
        "password": mailbox.password,
    } | vals


def write_answer(received, text, sender=ANNA):
    """Return the answer that a mail program makes of a mail."""
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"] = sender
    answer["To"] = received["Reply-To"]
    answer["Subject"] = f"Re: {received['Subject']}"
    answer["Message-Id"] = make_msgid(domain="janssen.example")
    answer["In-Reply-To"] = received["Message-Id"].strip()
    references = f"{received.get('References', '')} {received['Message-Id']}"
    answer["References"] = " ".join(references.split())
    quoted = received.get_body(("plain",)).get_content().splitlines()
    answer.set_content("\n".join([text, "", *(f"> {line}" for line in quoted)]))
    return answer


class MailRoundCommon(GatewayCommon):
    """Mails travel by real servers: SMTP, IMAP, Odoo, and SMTP to the customer."""

    @classmethod
    def setUpClass(cls):
        cls.mailbox = Dovecot()
        cls.exchange = Exchange(DOMAIN, cls.mailbox)
        super().setUpClass()
        cls.enterClassContext(mute_logger("mail.log"))  # every word that SMTP says
        cls.enterClassContext(cls.mailbox.running())
        cls.enterClassContext(cls.exchange.running())
        # The scheduled action fetches from all servers.
        cls.env["fetchmail.server"].search([]).set_draft()
        cls.incoming = cls.env["fetchmail.server"].create(
            get_fetchmail_vals(cls.mailbox)
        )
        cls.outgoing = cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": HOST,
                "smtp_port": cls.exchange.port,
                "smtp_encryption": "none",
                "from_filter": DOMAIN,
            }
        )
        cls.incoming.button_confirm_login()

    def setUp(self):
        super().setUp()
        # Odoo sends nothing while it is tested.
        servers = type(self.outgoing)
        self.patch(servers, "_disable_send", classmethod(lambda cls: False))

    def _fetch(self):
        """Run the scheduled action; return the rows that the mails left."""
        before = self.Intake.search([])
        cron = self.env.ref("mail.ir_cron_mail_gateway_action")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)
        self.assertFalse(self.incoming.error_message)
        return self.Intake.search([]) - before

    def _send_from(self, case, text):
        """Write to the contact of a case in the composer, as its agent."""
        case = self._as(self.agent, case)
        suggested = case._message_get_suggested_recipients()
        self.assertIn(case.contact_id.id, [vals["partner_id"] for vals in suggested])
        composer = Form(
            case.env["mail.compose.message"].with_context(
                default_composition_mode="comment",
                default_model=case._name,
                default_res_ids=case.ids,
                default_partner_ids=case.contact_id.ids,
            )
        )
        composer.body = text
        composer.save().action_send_mail()
