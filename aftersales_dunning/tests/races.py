import asyncio
import email
import email.policy
import threading
import time
from contextlib import contextmanager
from unittest import SkipTest
from unittest.mock import patch

from odoo import fields
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.races import SECONDS, RaceCase

from ..const import LOCK_INVOICE
from .common import DunningSetup

try:
    from aiosmtpd.controller import Controller
except ImportError:
    Controller = object

HOST = "127.0.0.1"
WAITING = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND classid = %s AND objid = ANY(%s)
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class SlowServer(Controller):
    """An SMTP server that stops at a mail until it is told to go on."""

    def __init__(self):
        if Controller is object:
            raise SkipTest("aiosmtpd is not installed")
        super().__init__(self, hostname=HOST, port=0)
        self.delivered = []
        self.times = []
        self.stop_at = None
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        return super()._trigger_server()

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        text = message.get_body(("plain", "html")).get_content()
        if self.stop_at and self.stop_at in text:
            self.reached.set()
            await asyncio.get_running_loop().run_in_executor(
                None, self.go_on.wait, SECONDS
            )
        self.delivered.append(text)
        self.times.append(time.monotonic())
        return "250 OK"

    def names(self, invoice_name):
        """Return how many mails that were delivered name an invoice."""
        return sum(invoice_name in text for text in self.delivered)

    def names_after(self, invoice_name, moment):
        """Return the mails that name an invoice and were delivered after a moment."""
        return [
            text
            for text, at in zip(self.delivered, self.times, strict=True)
            if invoice_name in text and at > moment
        ]


@tagged("post_install", "-at_install")
class SendingRace(RaceCase):
    """Holds and senders on real connections, with real commits and real SMTP.

    What they commit is removed again but for an archived company: an accounting company
    cannot be deleted.
    """

    _new_policy = vars(DunningSetup)["_new_policy"]  # as a method of this class
    _new_invoice = DunningSetup._new_invoice
    _credit = DunningSetup._credit
    _match = DunningSetup._match
    _hold = DunningSetup._hold
    _run = DunningSetup._run

    @classmethod
    def setUpClass(cls):
        cls.smtp = SlowServer()
        super().setUpClass()
        cls.smtp.start()
        cls.addClassCleanup(cls.smtp.stop)
        cls.today = fields.Date.today()
        with cls._transaction() as env:
            cls._set_up_company(env)
            cls._set_up_policy(env)
        cls.addClassCleanup(cls._remove_all)

    @classmethod
    def _set_up_company(cls, env):
        cls.company = env["res.company"].create(
            {"name": "Racing Grinders", "email": "info@race.example"}
        )
        env.user.company_ids |= cls.company
        env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.mail_server = env["ir.mail_server"].create(
            {
                "name": "Slow",
                "smtp_host": HOST,
                "smtp_port": cls.smtp.port,
                "smtp_encryption": "none",
                "sequence": 0,
            }
        )

    @classmethod
    def _set_up_policy(cls, env):
        # One company's records only, as a user of it has them.
        cls.env = env(context=dict(env.context, allowed_company_ids=cls.company.ids))
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"Racer {number}", "email": f"racer{number}@race.example"}
                for number in range(5)
            ]
        )
        cls.receivable = cls.customers[:1].property_account_receivable_id
        cls.policy = cls._new_policy()
        level = cls.policy.level_ids[0]
        # Rendering of letters is no part of the race.
        level.email_template_id = level.email_template_id.copy(
            {"report_template_ids": False, "email_from": "dora@race.example"}
        )
        cls.company.credit_policy_id = cls.policy

    @classmethod
    def _transaction(cls, **context):
        """Yield an environment that sees the racing company only, once it is there."""
        if company := getattr(cls, "company", None):
            context.setdefault("allowed_company_ids", company.ids)
        return super()._transaction(**context)

    @classmethod
    def _remove_all(cls):
        with cls._transaction() as env:
            cr = env.cr
            company = cls.company.id
            cr.execute(
                """
                DELETE FROM mail_mail WHERE mail_message_id IN (
                    SELECT id FROM mail_message
                     WHERE model = 'credit.control.communication' AND res_id IN (
                        SELECT id FROM credit_control_communication
                         WHERE company_id = %s));
                DELETE FROM credit_control_line WHERE company_id = %s;
                DELETE FROM credit_control_communication WHERE company_id = %s;
                DELETE FROM credit_control_run WHERE company_id = %s;
                DELETE FROM aftersales_dunning_hold WHERE company_id = %s;
                """,
                [company] * 5,
            )
            cls._remove_cases(env, env["res.company"].browse(company))
            moves = env["account.move"].search([("company_id", "=", company)])
            moves.button_draft()
            moves.with_context(force_delete=True).unlink()
            journals = env["account.journal"].search([("company_id", "=", company)])
            journals.alias_id.alias_name = False
            env["ir.mail_server"].browse(cls.mail_server.id).unlink()
            env["res.company"].browse(company).credit_policy_id = False
            env["credit.control.policy"].browse(cls.policy.id).unlink()
            # The next class has racers with these addresses, too.
            env["res.partner"].browse(cls.customers.ids).active = False
            env.user.company_ids -= cls.company
            env["res.company"].browse(company).write(
                {"active": False, "name": f"Racing Grinders {company}"}
            )

    def setUp(self):
        super().setUp()
        servers = self.registry["ir.mail_server"]
        self.patch(servers, "_disable_send", classmethod(lambda cls: False))
        self.smtp.delivered.clear()
        self.smtp.times.clear()
        self.smtp.reached.clear()
        self.smtp.go_on.clear()
        self.smtp.stop_at = None
        self.addCleanup(self.smtp.go_on.set)
        self._queue_reminders()

    def _queue_reminders(self):
        """Commit one invoice a customer, each with a reminder in the mail queue."""
        with self._transaction() as env:
            self.env = env
            invoices = env["account.move"].browse()
            for partner in self.customers:
                invoices |= self._new_invoice(1000, partner=partner)
            lines = self._run().line_ids.filtered(
                lambda line: line.invoice_id in invoices
            )
            lines.state = "to_be_sent"
            made = env["credit.control.communication"]._generate_comm_from_credit_lines(
                lines
            )
            # Otherwise they leave at once: tests send in the same transaction.
            with patch.object(
                self.registry["mail.mail"], "send_after_commit", lambda mails: None
            ):
                made._generate_emails()
            lines = lines.sorted(lambda line: line.invoice_id.id)
            mails = env["mail.mail"].search(
                [("model", "=", made._name), ("res_id", "in", made.ids)]
            )
            by_comm = {mail.res_id: mail.id for mail in mails}
            self.invoice_ids = lines.invoice_id.ids
            self.line_ids = lines.ids
            self.names = lines.invoice_id.mapped("name")
            self.mail_ids = [by_comm[line.communication_id.id] for line in lines]
            self.assertEqual(len(self.mail_ids), 5)
            self.assertEqual(set(mails.mapped("state")), {"outgoing"})

    # === Actors === #

    def _place_hold(self, index, **vals):
        """Hold an invoice as a request does: again when others wrote meanwhile."""

        def hold():
            self.env = env
            return self._hold(
                env["account.move"].browse(self.invoice_ids[index]), **vals
            )

        with self._transaction() as env:
            with mute_logger("odoo.sql_db"):  # it logs what is tried again
                retrying(hold, env)

    def _place_once(self, index, **vals):
        """Hold an invoice as a job or the mail gateway does: nobody tries again.

        :returns: id of the hold
        """
        with self._transaction() as env:
            self.env = env
            move = env["account.move"].browse(self.invoice_ids[index])
            return self._hold(move, **vals).id

    def _catch_up(self):
        """Let the job make up what is left, as the scheduler does."""
        with self._transaction() as env:
            env["aftersales.dunning.backlog"]._cron_catch_up()
        with self._transaction() as env:
            return len(env["aftersales.dunning.backlog"].search([]))

    @contextmanager
    def _open_hold(self, index):
        """Hold an invoice; the transaction is open during the block, then commits."""
        with self._transaction() as env:
            self.env = env
            self._hold(env["account.move"].browse(self.invoice_ids[index]))
            env.flush_all()
            yield env

    def _send_all(self):
        """Send as the transaction after a commit does: all mails in one."""
        with self._transaction() as env:
            env["mail.mail"].browse(self.mail_ids).send()

    @contextmanager
    def _sending(self, stop_at):
        """Let a thread send all; the block runs while a mail is on its way."""
        self.smtp.stop_at = self.names[stop_at]
        errors = []

        def send():
            try:
                self._send_all()
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            self.assertTrue(self.smtp.reached.wait(SECONDS))
            yield
        finally:
            self.smtp.go_on.set()
            thread.join(SECONDS)
        self.assertFalse(errors)

    def _wait_for_lock(self, index):
        """Wait until somebody waits for the lock of an invoice."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with self.registry.cursor() as cr:
                cr.execute(WAITING, (LOCK_INVOICE, [self.invoice_ids[index]]))
                if cr.fetchone()[0]:
                    return
            time.sleep(0.02)
        self.fail("Nobody waits for the lock")

    def _read(self):
        """Return the states of the mails and of the lines, as they are committed."""
        with self._transaction() as env:
            mails = env["mail.mail"].browse(self.mail_ids)
            lines = env["credit.control.line"].browse(self.line_ids)
            return mails.mapped("state"), lines.mapped("state")
