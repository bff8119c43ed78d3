import logging
import threading
import time
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from ..const import (
    REASON_AUTO_REPLY,
    REASON_BOUNCE,
    REASON_BULK,
    REASON_DISMISSED,
    REASON_ERROR,
    REASON_INBOX,
    REASON_LOOP,
    REASON_NULL_SENDER,
    REASON_OUR_ADDRESS,
    REASON_SENDER_AMBIGUOUS,
    REASON_SENDER_UNKNOWN,
)
from .common import feature
from .gateway import COMPLAINTS, INBOX, GatewayCommon, read_mail, write_mail

BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: complaints@aftersales.example
Subject: Undelivered Mail Returned to Sender
Message-Id: <dsn-1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_dsn"

--=_dsn
Content-Type: text/plain; charset=us-ascii

The address does not exist.
--=_dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@janssen.example
Action: failed
Status: 5.1.1
--=_dsn--
"""


@tagged("post_install", "-at_install")
class TestUnclearSender(GatewayCommon):
    """A mail whose customer is not clear waits in the inbox, or becomes a case."""

    @feature("B4-02")
    def test_unknown_sender_waits(self):
        """A stranger's mail waits, with all that is known of it."""
        before = self._count_cases()
        intake = self._receive(write_mail(From="new@unknown.example"))
        self.assertEqual(intake.state, "waiting")
        self.assertEqual(intake.reason, REASON_SENDER_UNKNOWN)
        self.assertEqual(intake.type_id, self.type_complaint)
        self.assertEqual(intake.team_id, self.team)
        self.assertEqual(intake.company_id, self.company)
        self.assertFalse(intake.partner_id)
        self.assertFalse(intake.candidate_ids)
        self.assertEqual(self._count_cases(), before)
        self.assertEqual(self.team.waiting_intake_count, 1)

    @feature("B4-02")
    def test_waiting_mail_can_be_read(self):
        """The text and the files of a waiting mail stand on its row."""
        source = read_mail("pl_complaint_photo.eml")
        self.polish_customer.email = False
        intake = self._receive(source)
        message = intake.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn("Trzy sztuki są pęknięte", html2plaintext(message.body))
        self.assertEqual(message.attachment_ids.mapped("name"), ["zdjęcie.jpg"])

    @feature("B4-02")
    def test_unknown_sender_becomes_case(self):
        """A type may make a case all the same, without a customer."""
        self.type_complaint.intake_unclear = "case"
        intake = self._receive(write_mail(From="New One <new@unknown.example>"))
        self.assertEqual(intake.state, "case")
        self.assertEqual(intake.reason, REASON_SENDER_UNKNOWN)
        self.assertFalse(intake.case_id.partner_id)
        self.assertEqual(intake.case_id.email, "new@unknown.example")

    @feature("B4-02")
    def test_address_of_two_customers_waits(self):
        """An address that two customers use is nobody's: both are proposed."""
        other = self.env["res.partner"].create(
            {"name": "De Smid", "is_company": True, "email": "anna@janssen.example"}
        )
        intake = self._receive(write_mail())
        self.assertEqual(intake.state, "waiting")
        self.assertEqual(intake.reason, REASON_SENDER_AMBIGUOUS)
        self.assertEqual(intake.candidate_ids, self.contact | other)
        self.assertFalse(intake.partner_id)

    def test_two_contacts_of_one_customer_are_clear(self):
        """Two persons of one customer may share an address: the customer is clear."""
        self.contact.copy({"name": "Anna's assistant", "parent_id": self.customer.id})
        case = self._receive_case(write_mail())
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)

    def test_general_inbox_waits(self):
        """Mail to a team's address waits even from a known customer, who is noted."""
        intake = self._receive(write_mail(To=INBOX))
        self.assertEqual(intake.state, "waiting")
        self.assertEqual(intake.reason, REASON_INBOX)
        self.assertEqual(intake.team_id, self.team)
        self.assertEqual(intake.partner_id, self.contact)
        self.assertFalse(intake.type_id)

    def test_second_mail_about_a_waiting_one(self):
        """Who adds to his waiting mail gets a row of its own for the same team."""
        first = self._receive(
            write_mail(To=INBOX, Message_Id="<first@janssen.example>")
        )
        second = self._receive(
            write_mail(To=INBOX, References="<first@janssen.example>")
        )
        self.assertEqual(second.mapped("state"), ["waiting"])
        self.assertEqual(second.team_id, first.team_id)


@tagged("post_install", "-at_install")
class TestSorting(GatewayCommon):
    """An agent makes a case of a waiting or refused mail, adds it, or drops it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls.env["aftersales.team"].create(
            {
                "name": "Other",
                "company_id": cls.company.id,
                "leader_id": cls.manager.id,
                "member_ids": cls.manager.ids,
            }
        )

    def _receive_waiting(self):
        self.contact.email = False
        return self._as(self.agent, self._receive(read_mail("nl_complaint_photo.eml")))

    def _assert_delivered_once(self, case, message_id):
        """The mail stands on the case with its file and sender, and nowhere else."""
        message = self._get_messages(message_id)
        self.assertEqual(len(message), 1)
        self.assertEqual((message.model, message.res_id), (case._name, case.id))
        self.assertEqual(message.email_from, '"Anna Janssen" <anna@janssen.example>')
        self.assertEqual(message.attachment_ids.mapped("name"), ["lekkage.jpg"])
        return message

    @feature("B4-02")
    def test_make_a_case_of_a_waiting_mail(self):
        """The case gets customer, message, photo and sender; the row tells of it."""
        intake = self._receive_waiting()
        with Form(intake) as form:
            self.assertEqual(form.channel_label, "Mail")
            form.partner_id = self.customer
        action = intake.action_make_case()
        case = intake.case_id
        self.assertEqual(action["res_id"], case.id)
        self.assertEqual(intake.state, "case")
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.stage_id, self.stage_new)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(case.name, "Espressomachine lekt, graag zó snel mogelijk")
        self._assert_delivered_once(case, "<7c1f0d52-nl@janssen.example>")
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", intake._name), ("name", "=", "lekkage.jpg")]
            )
        )

    def test_case_needs_a_type(self):
        """A mail of the general inbox becomes a case when somebody says which type."""
        intake = self._as(self.agent, self._receive(write_mail(To=INBOX)))
        with self.assertRaisesRegex(UserError, "Type: choose"):
            intake.action_make_case()
        intake.type_id = self.type_service
        intake.action_make_case()
        self.assertEqual(intake.case_id.type_id, self.type_service)
        self.assertEqual(intake.case_id.contact_id, self.contact)

    def test_reported_when_it_came(self):
        """Of a mail without a date that can be true counts when it came, not was sorted."""
        came = fields.Datetime.now().replace(microsecond=0) - timedelta(days=20)
        for sent, reported in (
            (None, came),
            ("Mon, 01 Jan 2001 08:00:00 +0000", came),
            (format_datetime(came - timedelta(hours=3)), came - timedelta(hours=3)),
        ):
            intake = self._as(
                self.agent, self._receive(write_mail(To=INBOX, Date=sent))
            )
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE aftersales_intake SET create_date = %s WHERE id = %s",
                [came, intake.id],
            )
            intake.invalidate_recordset()
            intake.type_id = self.type_service
            intake.action_make_case()
            self.assertEqual(intake.case_id.reported_at, reported, sent)

    def test_case_for_another_team(self):
        """An agent may make a case for a team that is not his."""
        self.type_service.team_id = self.other_team
        self.type_service.user_id = self.manager
        self.type_service.link_ids.assignment = "keep"
        intake = self._as(self.agent, self._receive(write_mail(To=INBOX)))
        intake.type_id = self.type_service
        intake.action_make_case()
        self.assertEqual(intake.case_id.user_id, self.manager)

    @feature("B4-02")
    def test_make_a_case_of_a_refused_mail(self):
        """A mail taken for an automatic answer becomes a case when somebody says so."""
        source = read_mail("nl_complaint_photo.eml").replace(
            b"MIME-Version", b"Auto-Submitted: auto-replied\nMIME-Version", 1
        )
        intake = self._as(self.agent, self._receive(source))
        self.assertEqual(intake.state, "refused")
        self.assertFalse(self._get_messages(intake.message_id))
        intake.action_reconsider()
        intake.type_id = self.type_complaint
        intake.action_make_case()
        self.assertEqual(intake.state, "case")
        message = self._assert_delivered_once(intake.case_id, intake.message_id)
        self.assertEqual(message.author_id, self.contact)
        self.assertFalse(self._get_last_sent(intake.case_id))

    @feature("B4-02")
    def test_add_to_a_case(self):
        """A waiting mail is added to the case that it belongs to."""
        case = self._new_case(user_id=self.agent2.id)
        intake = self._receive_waiting()
        with Form(intake) as form:
            form.case_id = case
        intake.action_add_to_case()
        self.assertEqual(intake.state, "added")
        self.assertEqual(intake.case_id, case)
        self._assert_delivered_once(case, "<7c1f0d52-nl@janssen.example>")
        self.assertIn("mail_in", case.event_ids.mapped("kind"))

    def test_add_to_a_case_of_another_team(self):
        """Whoever reads a case may add a mail to it, even if he cannot change it."""
        case = self._new_case(user_id=self.manager.id, team_id=self.other_team.id)
        with self.assertRaises(AccessError):
            self._as(self.agent, case).name = "Mine?"
        intake = self._receive_waiting()
        intake.case_id = case
        intake.action_add_to_case()
        self.assertEqual(intake.state, "added")
        self._assert_delivered_once(case, "<7c1f0d52-nl@janssen.example>")

    def test_add_needs_a_case(self):
        """Without a chosen case nothing is added."""
        with self.assertRaisesRegex(UserError, "Case: choose"):
            self._receive_waiting().action_add_to_case()

    def test_mail_belongs_to_one_case(self):
        """A mail that became a case cannot become a second one, nor join another."""
        intake = self._receive_waiting()
        intake.action_make_case()
        before = self._count_cases()
        with self.assertRaisesRegex(UserError, "already belongs to case TCMP"):
            intake.action_make_case()
        with self.assertRaisesRegex(UserError, "already belongs to case TCMP"):
            intake.action_add_to_case()
        self.assertEqual(self._count_cases(), before)

    def test_journal_is_not_rewritten(self):
        """Source, sender, state and all else stay as the mail came in, for everybody."""
        intake = self._receive_waiting()
        forged = {
            "source": "RnJvbTogWA==",
            "message_id": "<other@test>",
            "email_from": "boss@janssen.example",
            "email_normalized": "boss@janssen.example",
            "state": "case",
            "reason": "loop",
            "received_at": "2020-01-01 00:00:00",
            "company_id": self.env.company.id,
        }
        for user in (self.agent, self.leader, self.manager):
            for name, value in forged.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRefused(AccessError, "kept as it came in"):
                        self._as(user, intake).write({name: value})
        with self.assertRaises(AccessError):
            intake.create({"message_id": "<x@test>", "received_at": "2026-03-02"})
        self.assertEqual(intake.state, "waiting")

    def test_mail_goes_to_no_unreadable_case(self):
        """A mail does not vanish in a case that its sorter cannot read."""
        secret = self._new_case(
            user_id=self.manager.id, confidential=True, team_id=self.other_team.id
        )
        intake = self._receive_waiting()
        with self.assertRefused(AccessError, ""):
            intake.case_id = secret
        intake.sudo().case_id = secret
        with self.assertRefused(AccessError, ""):
            intake.action_add_to_case()
        self.assertEqual(intake.sudo().state, "waiting")

    def test_what_no_longer_waits_stays(self):
        """The row of a case, or of a refused mail, is changed by nobody."""
        intake = self._receive_waiting()
        intake.action_dismiss()
        with self.assertRefused(AccessError, "no longer waits"):
            intake.type_id = self.type_service
        intake.action_reconsider()
        intake.type_id = self.type_service
        intake.action_make_case()
        with self.assertRefused(AccessError, "no longer waits"):
            self._as(self.manager, intake).case_id = False

    def test_dismiss_and_reconsider(self):
        """A dismissed mail is refused by hand, and can come back."""
        intake = self._receive_waiting()
        intake.action_dismiss()
        self.assertEqual((intake.state, intake.reason), ("refused", REASON_DISMISSED))
        intake.action_reconsider()
        self.assertEqual(intake.state, "waiting")
        intake.action_make_case()
        self._assert_delivered_once(intake.case_id, "<7c1f0d52-nl@janssen.example>")

    def test_mail_of_a_case_cannot_be_dismissed(self):
        """Dismissing leaves mails alone that belong to a case."""
        intake = self._receive(write_mail())
        intake.action_dismiss()
        self.assertEqual(intake.state, "case")

    def test_answer_after_sorting(self):
        """An answer to a mail that was sorted by hand lands on its case."""
        intake = self._receive_waiting()
        intake.action_make_case()
        answer = self._receive(write_mail(References="<7c1f0d52-nl@janssen.example>"))
        self.assertEqual(answer.state, "added")
        self.assertEqual(answer.case_id, intake.case_id)

    def test_copy_after_sorting(self):
        """A copy that comes in after sorting counts up and makes nothing."""
        intake = self._receive_waiting()
        intake.action_make_case()
        before = self._count_cases()
        self.assertFalse(self._receive(read_mail("nl_complaint_photo.eml")))
        self.assertEqual(intake.copies, 2)
        self.assertEqual(self._count_cases(), before)

    def test_reporter_sees_no_inbox(self):
        """Who only reports cases reads no incoming mail."""
        intake = self._receive_waiting()
        with self.assertRaises(AccessError):
            self._as(self.reporter, intake).read(["subject"])


@tagged("post_install", "-at_install")
class TestRefused(GatewayCommon):
    """What no person wrote makes no case; why, stands in the intake."""

    @feature("B4-02")
    def test_automatic_answer(self):
        """An automatic answer that belongs to no case is refused."""
        self._assert_refused(read_mail("auto_reply.eml"), REASON_AUTO_REPLY)

    @feature("B4-02")
    def test_newsletter(self):
        """A mailing list is refused."""
        self._assert_refused(read_mail("bulk_newsletter.eml"), REASON_BULK)

    def test_headers_of_machines(self):
        """Each header that machines set is enough."""
        for headers, reason in (
            ({"Precedence": "bulk"}, REASON_BULK),
            ({"Precedence": "auto_reply"}, REASON_AUTO_REPLY),
            ({"X_Autoreply": "yes"}, REASON_AUTO_REPLY),
            ({"List_Unsubscribe": "<https://a.example>"}, REASON_BULK),
            ({"Auto_Submitted": "auto-generated"}, REASON_AUTO_REPLY),
            ({"Return_Path": "<>"}, REASON_NULL_SENDER),
            ({"From": "<>"}, REASON_NULL_SENDER),
            ({"From": None}, REASON_NULL_SENDER),
            (
                {"From": "postmaster@mx.example", "Subject": "Undeliverable: Offer"},
                REASON_BOUNCE,
            ),
        ):
            with self.subTest(**headers):
                headers = {"From": "stranger@elsewhere.example"} | headers
                self._assert_refused(write_mail(**headers), reason)

    def test_delivery_report(self):
        """A report that our mail could not be delivered is refused as one."""
        intake = self._assert_refused(BOUNCE.encode(), REASON_BOUNCE)
        self.assertEqual(intake.subject, "Undelivered Mail Returned to Sender")

    def test_own_address(self):
        """A mail from one of our own addresses is a loop in the making."""
        for sender in (COMPLAINTS, INBOX, "catchall@aftersales.example"):
            with self.subTest(sender=sender):
                self._assert_refused(write_mail(From=sender), REASON_OUR_ADDRESS)

    def test_sender_whom_the_address_does_not_take(self):
        """A mail that the address itself turns away says so, not "received before"."""
        self.type_complaint.alias_id.alias_contact = "partners"
        intake = self._assert_refused(
            write_mail(From="new@unknown.example"), REASON_ERROR
        )
        self.assertIn("does not take mail from this sender", intake.error)

    def test_answer_to_a_bounce_of_core(self):
        """Core's own guard against loops is written down, too."""
        self._assert_refused(
            write_mail(References="<1-loop-detection-bounce-email@aftersales.example>"),
            REASON_LOOP,
        )

    @feature("B4-02")
    def test_same_message_id_twice(self):
        """A mail that comes twice makes one case and one row that counts."""
        intake = self._receive(read_mail("nl_complaint_photo.eml"))
        before = self._count_cases()
        for copies in (2, 3):
            self.assertFalse(self._receive(read_mail("nl_complaint_photo.eml")))
            self.assertEqual(intake.copies, copies)
        self.assertEqual(intake.state, "case")
        self.assertEqual(self._count_cases(), before)

    @feature("B4-02")
    def test_same_mail_without_message_id_twice(self):
        """A mail without Message-Id is recognised by its content."""
        intake = self._receive(read_mail("no_message_id.eml"))
        self.assertEqual(intake.state, "case")
        self.assertIn("@content.aftersales", intake.message_id)
        before = self._count_cases()
        delivered = b"Received: by mx2.aftersales.example\nDelivered-To: x@y.example\n"
        for copy in (b"", delivered):
            self.assertFalse(self._receive(copy + read_mail("no_message_id.eml")))
        self.assertEqual(intake.copies, 3)
        self.assertEqual(self._count_cases(), before)

    def test_message_id_used_again(self):
        """A scanner that gives every mail the same Message-Id loses none of them."""
        mails = [
            write_mail(
                f"Scan {day}",
                Subject=f"Scan {day}",
                Date=f"Tue, {day} Mar 2026 09:00:00 +0100",
                Message_Id="<scan@janssen.example>",
            )
            for day in (10, 17)
        ]
        first, second = (self._receive_case(mail) for mail in mails)
        self.assertNotEqual(first, second)
        self.assertFalse(self._receive(mails[0]) | self._receive(mails[1]))
        self.assertEqual((first | second).intake_ids.mapped("copies"), [2, 2])

    def test_used_message_id_waits_and_is_sorted(self):
        """A waiting mail with a used Message-Id becomes one case like any other."""
        self._receive(write_mail(Message_Id="<scan@janssen.example>", Date="today"))
        source = write_mail(To=INBOX, Message_Id="<scan@janssen.example>", Date="now")
        intake = self._receive(source)
        intake.type_id = self.type_complaint
        intake.action_make_case()
        self.assertEqual(len(self._get_messages(intake.message_id)), 1)
        self.assertEqual(len(intake.case_id.intake_ids), 1)
        self.assertFalse(self._receive(source))

    def test_refused_mail_twice(self):
        """A refused mail that comes again counts up."""
        intake = self._assert_refused(read_mail("auto_reply.eml"), REASON_AUTO_REPLY)
        self.assertFalse(self._receive(read_mail("auto_reply.eml")))
        self.assertEqual(intake.copies, 2)

    def test_loop(self):
        """The 21st equal mail in two hours is refused; no bounce is sent."""
        self.type_complaint.intake_unclear = "case"
        robot = {"From": "robot@elsewhere.example", "Subject": "Order received"}
        for _number in range(20):
            self._receive_case(write_mail(**robot))
        bounces = self.env["mail.mail"].search_count([])
        self._assert_refused(write_mail(**robot), REASON_LOOP)
        self.assertEqual(self.env["mail.mail"].search_count([]), bounces)

    def test_loop_is_forgotten(self):
        """After two hours a repeated subject is a case again."""
        for _number in range(20):
            self._receive_case(write_mail(Subject="Order received"))
        self.Intake.search([]).received_at = fields.Datetime.now() - timedelta(hours=3)
        case = self._receive_case(write_mail(Subject="Order received"))
        self.assertEqual(case.state, "new")

    @feature("B4-02")
    def test_busy_customer(self):
        """A customer with 25 different troubles in an hour gets 25 cases."""
        before = self._count_cases()
        for number in range(25):
            self._receive_case(write_mail(Subject=f"Machine {number} leaks"))
        self.assertEqual(self._count_cases(), before + 25)

    def test_robot_that_numbers_its_answers(self):
        """Two hundred different mails in two hours are no person's."""
        row = {
            "email_normalized": "robot@elsewhere.example",
            "received_at": fields.Datetime.now(),
            "state": "case",
        }
        self.Intake.create(
            [
                row | {"message_id": f"<{n}@robot.example>", "subject": f"Ticket {n}"}
                for n in range(200)
            ]
        )
        source = write_mail(From="robot@elsewhere.example", Subject="Ticket 200")
        self._assert_refused(source, REASON_LOOP)

    def test_allowed_sender_is_never_a_loop(self):
        """A web form whose address is allowed may send the same subject all day."""
        self.env["mail.gateway.allowed"].create({"email": "anna@janssen.example"})
        cases = [
            self._receive_case(write_mail(Subject="Contact form"))
            for _number in range(21)
        ]
        self.assertEqual(len(set(cases)), 21)

    def test_loop_through_another_address(self):
        """When core drops a mail as a loop of another document, our row says so."""
        partner_model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.alias"].create(
            {"alias_name": "people", "alias_model_id": partner_model}
        )
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        self._assert_refused(
            write_mail(To=f"{COMPLAINTS}, people@aftersales.example"), REASON_LOOP
        )


@tagged("post_install", "-at_install")
class TestProcessing(GatewayCommon):
    """What goes wrong on the way leaves a trace, and another try helps."""

    def _receive_failing(self, source):
        """Let a mail come in that fails; ``assertRaises`` would roll back."""
        failing = patch.object(
            type(self.env["aftersales.case"]),
            "message_post",
            side_effect=ZeroDivisionError("no luck"),
        )
        with failing, suppress(ZeroDivisionError):
            self._receive(source)
            self.fail("The error must reach the caller")
        return self.Intake.search([("message_id", "=", "<error@janssen.example>")])

    @mute_logger("odoo.sql_db")
    def test_error_is_written_down(self):
        """A mail that cannot be processed leaves its source and the error."""
        intake = self._receive_failing(write_mail(Message_Id="<error@janssen.example>"))
        self.assertEqual((intake.state, intake.reason), ("refused", REASON_ERROR))
        self.assertEqual(intake.error, "no luck")
        self.assertEqual(intake.subject, "Machine leaks")
        self.assertTrue(intake.source)
        self.assertFalse(intake.case_id)

    def test_next_try_succeeds(self):
        """A mail that failed and comes again is processed like a new one."""
        source = write_mail(Message_Id="<error@janssen.example>")
        intake = self._receive_failing(source)
        self._receive(source)
        self.assertEqual((intake.state, intake.reason), ("case", False))
        self.assertFalse(intake.error)
        self.assertEqual(intake.case_id.contact_id, self.contact)

    def test_case_by_hand_after_an_error(self):
        """A mail that failed can be made into a case by hand."""
        source = write_mail(Message_Id="<error@janssen.example>")
        intake = self._as(self.manager, self._receive_failing(source))
        intake.action_reconsider()
        intake.type_id = self.type_complaint
        intake.action_make_case()
        self.assertEqual(intake.case_id.name, "Machine leaks")


@tagged("post_install", "-at_install")
class TestTransactions(GatewayCommon):
    """Two real transactions: what survives a rollback, and what races.

    These tests commit; each takes away again what it left.
    """

    def setUp(self):
        super().setUp()
        self.log_apart.stop()
        self.addCleanup(self.log_apart.start)
        # Nobody waits for ever if the two transactions lock each other out.
        self.deadline = "SET lock_timeout = '20s'"

    def _open_env(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.addCleanup(cr.rollback)
        cr.execute(self.deadline)
        return api.Environment(cr, SUPERUSER_ID, {})

    def _take_away(self, message_id):
        with self.registry.cursor() as cr:
            intake = api.Environment(cr, SUPERUSER_ID, {})["aftersales.intake"]
            intake.search([("message_id", "=", message_id)]).unlink()

    def _find(self, message_id):
        intake = self._open_env()["aftersales.intake"]
        return intake.search([("message_id", "=", message_id)])

    @mute_logger("odoo.sql_db")
    def test_error_survives_the_rollback(self):
        """The row of a failed mail is there although everything else is rolled back."""
        message_id = "<survives@janssen.example>"
        self.addCleanup(self._take_away, message_id)
        env = self._open_env()
        failing = patch.object(
            type(env["aftersales.case"]),
            "message_new",
            side_effect=ValueError("broken"),
        )
        source = write_mail(To="x@elsewhere.example", Message_Id=message_id)
        env["aftersales.case.type"].search([]).intake_unclear = "case"
        with failing, self.assertRaisesRegex(ValueError, "broken"):
            env["mail.thread"].message_process("aftersales.case", source)
        env.cr.rollback()
        intake = self._find(message_id)
        self.assertEqual((intake.state, intake.reason), ("refused", REASON_ERROR))
        self.assertEqual(intake.error, "broken")

    def test_race_makes_one_case(self):
        """Of two processes with the same mail the second waits, and makes nothing.

        That is no error, and the log does not call it one.
        """
        self.startPatcher(
            patch.object(logging.getLogger("odoo.sql_db"), "error", self.fail)
        )
        message_id = "<race@janssen.example>"
        self.addCleanup(self._take_away, message_id)
        first, second = self._open_env(), self._open_env()
        source = write_mail(To="x@elsewhere.example", Message_Id=message_id)
        cases = second["aftersales.case"].search_count([])
        second.cr.execute("SELECT pg_backend_pid()")
        [pid] = second.cr.fetchone()
        refused = source.replace(b"Subject", b"Precedence: bulk\nSubject")
        first["mail.thread"].message_process("aftersales.case", refused)
        answers = []

        def process():
            answers.append(
                second["mail.thread"].message_process("aftersales.case", source)
            )

        thread = threading.Thread(target=process, daemon=True)
        thread.start()
        self._wait_until_blocked(pid)
        first.cr.commit()
        thread.join(30)
        self.assertEqual(answers, [False])
        self.assertEqual(second["aftersales.case"].search_count([]), cases)
        second.cr.rollback()
        self.assertEqual(self._find(message_id).copies, 2)

    def _wait_until_blocked(self, pid):
        with self.registry.cursor() as cr:
            for _try in range(200):
                cr.execute("SELECT cardinality(pg_blocking_pids(%s))", [pid])
                if cr.fetchone()[0]:
                    return
                time.sleep(0.05)
        self.fail("The second process did not wait for the first")
