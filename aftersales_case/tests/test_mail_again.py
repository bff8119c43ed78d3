"""Mails that fail for a passing reason: others write, or the disk is full."""

import errno
from contextlib import contextmanager, suppress
from unittest.mock import patch

import psycopg2
from psycopg2 import errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..const import REASON_AGAIN, REASON_BULK, REASON_ERROR, REASON_NO_SOURCE
from .common import feature
from .gateway import GatewayCommon, write_mail

KEY = "<again@janssen.example>"


class AgainCommon(GatewayCommon):
    @contextmanager
    def _failing(self, method, error, times=1, model="aftersales.case"):
        """Let a method raise an error, the first times that it is called."""
        cls = type(self.env[model])
        right = getattr(cls, method)
        left = [error] * times

        def fail(records, *args, **kwargs):
            if left:
                raise left.pop()
            return right(records, *args, **kwargs)

        with patch.object(cls, method, fail):
            yield

    def _receive_failing(self, source, error):
        """Let a mail come in whose error must reach the caller; return its row."""
        with suppress(error):
            self._receive(source)
            self.fail("The error must reach the caller")
        return self.Intake.search([("message_id", "=", KEY)])

    def _run_job(self):
        """Run the job that tries again, when everything is due."""
        self.Intake.search([("retry_at", "!=", False)]).retry_at = "2020-01-01"
        cron = self.env.ref("aftersales_case.cron_try_again")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestConflict(AgainCommon):
    """A mail that meets other people's changes is not lost, only late.

    The conflicts are raised where PostgreSQL raises them, in the writing of the case:
    in the one transaction of a test nobody else can write. ``TestTransactions`` below
    meets a real one.
    """

    def _receive_contended(self, error=errors.SerializationFailure, **headers):
        with self._failing("create", error("could not serialize access")):
            return self._receive_failing(
                write_mail(Message_Id=KEY, **headers), psycopg2.Error
            )

    @feature("B4-02")
    def test_conflict_while_a_case_is_made(self):
        """The mail waits with its source, not as a case without half its values."""
        before = self._count_cases()
        intake = self._receive_contended()
        self.assertEqual((intake.state, intake.reason), ("waiting", REASON_AGAIN))
        self.assertTrue(intake.source)
        self.assertTrue(intake.retry_at)
        self.assertEqual(intake.type_id, self.type_complaint)
        self.assertEqual((intake.team_id, intake.company_id), (self.team, self.company))
        self.assertEqual(self._count_cases(), before)

    @feature("B4-02")
    def test_job_makes_the_case(self):
        """Minutes later the job makes the case that would have been made, once."""
        intake = self._receive_contended()
        before = self._count_cases()
        self._run_job()
        self.assertEqual((intake.state, intake.reason), ("case", False))
        self.assertEqual(intake.case_id.contact_id, self.contact)
        self.assertEqual(intake.case_id.type_id, self.type_complaint)
        self.assertFalse(intake.retry_at)
        self.assertEqual(intake.copies, 1)
        self._run_job()
        self.assertEqual(self._count_cases(), before + 1)

    def test_deadlock_and_lock_timeout(self):
        """The other two ways in which PostgreSQL says "try again" count alike."""
        for error in (errors.DeadlockDetected, errors.LockNotAvailable):
            with self.subTest(error.__name__):
                intake = self._receive_contended(error)
                self.assertEqual(intake.reason, REASON_AGAIN)
                self._run_job()
                self.assertEqual(intake.state, "case")
                intake.message_id = f"<{error.__name__}@janssen.example>"
                self._get_messages(KEY).message_id = False

    def test_company_where_the_team_is_locked(self):
        """A row that cannot name its team still names its company."""
        self.log_apart.stop()
        self.addCleanup(self.log_apart.start)
        other = self.env["res.company"].create({"name": "Other"})
        other.alias_domain_id = self.alias_domain
        self.env["aftersales.team"].create(
            {"name": "Theirs", "company_id": other.id, "alias_name": "other-repairs"}
        )
        source = write_mail(Message_Id=KEY, To="other-repairs@aftersales.example")
        locked = errors.LockNotAvailable("lock timeout")
        failing = self._failing("create", locked, times=2, model="aftersales.intake")
        with self.enter_registry_test_mode(), failing:
            intake = self._receive_failing(source, psycopg2.Error)
        self.assertEqual(intake.reason, REASON_AGAIN)
        self.assertFalse(intake.team_id)
        self.assertEqual(intake.company_id, other)

    def test_sender_is_not_bounced(self):
        """Nobody is told that his mail failed, and the address stays valid."""
        mails = self.env["mail.mail"].search_count([])
        self._receive_contended()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.type_complaint.alias_id.alias_status, "not_tested")

    def test_conflict_in_an_answer(self):
        """An answer that meets a conflict is added to its case by the job."""
        case = self._receive_case(write_mail(Message_Id="<first@janssen.example>"))
        answer = write_mail(Message_Id=KEY, References="<first@janssen.example>")
        conflict = errors.SerializationFailure("could not serialize access")
        with self._failing("_move_on_reply", conflict):
            intake = self._receive_failing(answer, psycopg2.Error)
        self.assertEqual(intake.reason, REASON_AGAIN)
        self._run_job()
        self.assertEqual((intake.state, intake.case_id), ("added", case))

    def test_conflict_in_the_confirmation(self):
        """A conflict while the confirmation is written is no failure of the template."""
        conflict = errors.SerializationFailure("could not serialize access")
        with self._failing("send_mail_batch", conflict, model="mail.template"):
            intake = self._receive_failing(write_mail(Message_Id=KEY), psycopg2.Error)
        self.assertEqual(intake.reason, REASON_AGAIN)
        self._run_job()
        kinds = intake.case_id.event_ids.mapped("kind")
        self.assertEqual(kinds, ["created", "assigned", "mail_in", "customer_message"])
        # Queued now; it counts as sent when it has left.
        queued = self.env["mail.mail"].search([("res_id", "=", intake.case_id.id)])
        self.assertTrue(queued.aftersales_template_id)

    def test_fallback_of_the_mail_server_is_kept(self):
        """A mail that came in by the server's own model does so again."""
        source = write_mail(Message_Id=KEY, To="x@elsewhere.example")
        self.env["aftersales.case.type"].search([]).intake_unclear = "case"
        with (
            self._failing("create", errors.SerializationFailure("again")),
            suppress(psycopg2.Error),
        ):
            self._receive(source, model="aftersales.case")
        intake = self.Intake.search([("message_id", "=", KEY)])
        self._run_job()
        self.assertEqual(intake.state, "case")

    def test_mail_that_comes_again_before_the_job(self):
        """Whoever delivers the mail once more makes the case; the job nothing."""
        intake = self._receive_contended()
        self._receive(write_mail(Message_Id=KEY))
        self.assertEqual((intake.state, intake.reason), ("case", False))
        before = self._count_cases()
        self._run_job()
        self.assertEqual(self._count_cases(), before)

    def test_case_by_hand_before_the_job(self):
        """An agent need not wait for the job, which then finds nothing to do."""
        intake = self._as(self.agent, self._receive_contended())
        intake.type_id = self.type_complaint
        intake.action_make_case()
        before = self._count_cases()
        self._run_job()
        self.assertEqual(intake.state, "case")
        self.assertEqual(self._count_cases(), before)

    def test_tries_become_rarer_and_end(self):
        """A conflict that never ends leaves the mail in the inbox, as an error."""
        with freeze_time("2026-03-10 12:00:00"):
            intake = self._receive_contended()
        self.assertEqual(str(intake.retry_at), "2026-03-10 12:05:00")
        conflict = errors.SerializationFailure("still busy")
        with self._failing("create", conflict, times=50):
            with freeze_time("2026-03-10 12:05:00"):
                self._run_job()
            self.assertEqual(str(intake.retry_at), "2026-03-10 12:15:00")
            for _run in range(10):
                self._run_job()
        self.assertEqual((intake.state, intake.reason), ("waiting", REASON_ERROR))
        self.assertIn("still busy", intake.error)
        self.assertEqual(intake.attempts, 8)

    def test_other_error_of_a_further_try(self):
        """A mail that fails for good the second time is refused with that error."""
        intake = self._receive_contended()
        with self._failing("message_post", ZeroDivisionError("no luck")):
            self._run_job()
        self.assertEqual((intake.state, intake.reason), ("refused", REASON_ERROR))
        self.assertEqual(intake.error, "no luck")
        self.assertEqual(intake.copies, 1)


@tagged("post_install", "-at_install")
class TestFullDisk(AgainCommon):
    """A filestore that takes nothing more: the mail still has a row.

    Root writes into every folder, so the disk is full where Odoo writes to it.
    """

    @contextmanager
    def _full(self, smallest=0):
        """Let the filestore refuse files from a size on."""
        cls = type(self.env["ir.attachment"])
        right = cls._file_write

        def write(attachments, bin_value, checksum):
            if len(bin_value) >= smallest:
                raise OSError(errno.ENOSPC, "No space left on device")
            return right(attachments, bin_value, checksum)

        with patch.object(cls, "_file_write", write):
            yield

    @feature("B4-02")
    def test_row_without_source(self):
        """The mail waits in the inbox with sender and words, and says what is missing."""
        text = "The machine leaks. " * 60
        with self._full():
            intake = self._receive_failing(write_mail(text, Message_Id=KEY), OSError)
        self.assertEqual((intake.state, intake.reason), ("waiting", REASON_NO_SOURCE))
        self.assertFalse(intake.source)
        self.assertIn("No space left on device", intake.error)
        self.assertEqual(intake.email_normalized, "anna@janssen.example")
        self.assertEqual(intake.subject, "Machine leaks")
        self.assertEqual(intake.preview.count("The machine leaks."), 60)
        with self.assertRaisesRegex(UserError, "Original Mail: it could not be kept"):
            self._as(self.agent, intake).action_make_case()

    def test_refused_mail_has_a_row_too(self):
        """A newsletter is refused as ever, only without its source."""
        with self._full():
            newsletter = write_mail(From="news@elsewhere.example", Precedence="bulk")
            intake = self._receive(newsletter)
        self.assertEqual((intake.state, intake.reason), ("refused", REASON_BULK))
        self.assertFalse(intake.source)
        self.assertIn("could not be kept", intake.error)

    def test_sent_again(self):
        """When the sender sends the same mail again, it becomes the case."""
        with self._full():
            intake = self._receive_failing(write_mail(Message_Id=KEY), OSError)
        self._receive(write_mail(Message_Id=KEY))
        self.assertEqual((intake.state, intake.reason), ("case", False))
        self.assertTrue(intake.source)

    def test_room_for_the_source_only(self):
        """A mail whose photo found no room is tried again when there is some."""
        right = type(self.env["aftersales.case"]).message_post

        def post(case, **kwargs):
            with self._full():
                return right(case, **kwargs)

        photo = write_mail(
            "aGVsbG8=",
            Message_Id=KEY,
            MIME_Version="1.0",
            Content_Type='image/jpeg; name="photo.jpg"',
            Content_Transfer_Encoding="base64",
        )
        with patch.object(type(self.env["aftersales.case"]), "message_post", post):
            intake = self._receive_failing(photo, OSError)
        self.assertEqual((intake.state, intake.reason), ("waiting", REASON_AGAIN))
        self._run_job()
        self.assertEqual(intake.state, "case")
        files = self._get_messages(KEY).attachment_ids
        self.assertEqual(files.mapped("name"), ["photo.jpg"])


@tagged("post_install", "-at_install")
class TestRealConflict(GatewayCommon):
    """Two connections: the case of a mail and its answer, changed by somebody else.

    These tests commit; each takes away again what it left.
    """

    def setUp(self):
        super().setUp()
        self.log_apart.stop()
        self.addCleanup(self.log_apart.start)

    def _open_env(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.addCleanup(cr.rollback)
        cr.execute("SET lock_timeout = '1s'")
        return api.Environment(cr, SUPERUSER_ID, {})

    def _take_away(self):
        env = self._open_env()
        env["aftersales.intake"].search([("message_id", "=", KEY)]).unlink()
        env.cr.commit()

    @mute_logger("odoo.sql_db")
    def test_row_of_another_transaction(self):
        """A type that somebody has locked lets no case be made: the mail waits.

        The row is there although the caller rolls back, and a further try makes the
        case as soon as the other has ended.
        """
        self.addCleanup(self._take_away)
        first, second = self._open_env(), self._open_env()
        case_type = first["aftersales.case"]._default_type_id()
        first.cr.execute(
            "SELECT 1 FROM aftersales_case_type WHERE id = %s FOR UPDATE",
            [case_type.id],
        )
        second["aftersales.case.type"].search([]).filtered(
            lambda found: found != case_type
        ).intake_unclear = "case"
        source = write_mail(To="x@elsewhere.example", Message_Id=KEY)
        with self.assertRaises(errors.LockNotAvailable):
            second["mail.thread"].message_process(
                "aftersales.case", source, custom_values={"type_id": case_type.id}
            )
        second.cr.rollback()
        third = self._open_env()
        intake = third["aftersales.intake"].search([("message_id", "=", KEY)])
        self.assertEqual((intake.state, intake.reason), ("waiting", REASON_AGAIN))
        self.assertTrue(intake.source)
        first.cr.rollback()
        case_type.with_env(third).intake_unclear = "case"
        intake._try_again()
        self.assertEqual(intake.state, "case")
