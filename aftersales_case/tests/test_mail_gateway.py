import base64
from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from ..const import REASON_AUTO_REPLY, REASON_LOOP
from .common import feature
from .gateway import (
    ANNA,
    COMPLAINTS,
    INBOX,
    REPAIRS,
    GatewayCommon,
    read_mail,
    write_mail,
)

JPEG = b"\xff\xd8\xff"


@tagged("post_install", "-at_install")
class TestNewMail(GatewayCommon):
    """A mail to the address of a type becomes a case of that type."""

    def _get_announcements(self, case):
        return self.env["mail.message"].search(
            [
                ("model", "=", case._name),
                ("res_id", "=", case.id),
                ("message_type", "=", "user_notification"),
            ]
        )

    @feature("B4-02", "B4-05", "I2-07", "I2-11", "I2-12", "I2-13", "I2-14", "I2-18")
    def test_mail_of_known_contact_becomes_case(self):
        """Customer, contact, title, text and time of a case come from the mail."""
        with freeze_time("2026-03-10 12:00:00"):
            case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        self.assertEqual(case.name, "Espressomachine lekt, graag zó snel mogelijk")
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.stage_id, self.stage_new)
        self.assertEqual(case.state, "new")
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.reporter_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(case.phone, "+31207940001")
        self.assertEqual(str(case.reported_at), "2026-03-10 07:12:04")
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.team_id, self.team)
        self.assertIn("plas water op de bar", html2plaintext(case.description))
        self.assertRegex(case.number, r"^TCMP/\d{4}/00001$")

    @feature("B4-02")
    def test_photo_is_kept(self):
        """The photo stands with the message of the case, byte for byte a picture."""
        case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        message = self._get_messages("<7c1f0d52-nl@janssen.example>")
        self.assertEqual((message.model, message.res_id), (case._name, case.id))
        self.assertEqual(message.author_id, self.contact)
        self.assertEqual(message.message_type, "email")
        photo = message.attachment_ids
        self.assertEqual(photo.mapped("name"), ["lekkage.jpg"])
        self.assertEqual(photo.mimetype, "image/jpeg")
        self.assertEqual(photo.raw[:3], JPEG)
        self.assertEqual((photo.res_model, photo.res_id), (case._name, case.id))

    @feature("B4-02")
    def test_polish_mail_with_picture_in_its_text(self):
        """Latin-2 is read right, and a picture inside the text is kept as a file."""
        case = self._receive_case(read_mail("pl_complaint_photo.eml"))
        self.assertEqual(case.name, "Reklamacja: pęknięte filiżanki")
        self.assertEqual(case.partner_id, self.polish_customer)
        self.assertFalse(case.contact_id)
        self.assertIn("Trzy sztuki są pęknięte", html2plaintext(case.description))
        photo = self._get_messages("<000901dc-pl-118@kawiarnia.example>").attachment_ids
        self.assertEqual(photo.mapped("name"), ["zdjęcie.jpg"])
        self.assertEqual(photo.raw[:3], JPEG)

    @feature("B4-01", "B4-02")
    def test_address_decides_the_type(self):
        """A German mail to the repair address becomes a service case."""
        guest = self.env["res.partner"].create(
            {"name": "Hotel Bergblick", "email": "empfang@bergblick.example"}
        )
        case = self._receive_case(read_mail("de_service.eml"))
        self.assertEqual(case.type_id, self.type_service)
        self.assertEqual(case.name, "Kaffeemühle defekt")
        self.assertEqual(case.partner_id, guest)
        self.assertIn("bis 150 € ist", html2plaintext(case.description))

    @feature("B4-02")
    def test_row_of_the_intake_tells_the_story(self):
        """Every mail leaves a row with sender, subject, first lines and source."""
        source = read_mail("nl_complaint_photo.eml")
        intake = self._receive(source)
        self.assertEqual(intake.state, "case")
        self.assertFalse(intake.reason)
        self.assertEqual(intake.message_id, "<7c1f0d52-nl@janssen.example>")
        self.assertEqual(intake.email_normalized, "anna@janssen.example")
        self.assertEqual(intake.email_to, COMPLAINTS)
        self.assertEqual(intake.copies, 1)
        self.assertFalse(intake.damaged)
        self.assertEqual(intake.partner_id, self.contact)
        self.assertTrue(intake.preview.startswith("Goedemorgen,"))
        self.assertEqual(base64.b64decode(intake.source), source)

    @feature("I2-27")
    def test_team_is_told(self):
        """Members and leader of the team are told of the new case, nobody else."""
        case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        told = self._get_announcements(case)
        self.assertEqual(len(told), 1)
        self.assertEqual(
            told.notified_partner_ids,
            (self.agent | self.agent2 | self.leader).partner_id,
        )
        self.assertIn(case.number, told.subject)
        self.assertIn("Janssen Horeca", html2plaintext(told.body))

    @feature("I2-27")
    def test_nobody_but_the_responsible_is_told(self):
        """A team that wants no announcements gets none; the responsible does."""
        self.team.announce_to = "nobody"
        case = self._receive_case(write_mail())
        told = self._get_announcements(case)
        self.assertEqual(told.notified_partner_ids, self.leader.partner_id)

    @feature("I2-21", "I2-30", "B4-24")
    def test_case_from_mail_is_unassigned(self):
        """The leader answers for a new case by fallback; nobody took it yet."""
        case = self._receive_case(write_mail())
        self.assertEqual(case.user_id, self.leader)
        self.assertFalse(case.assigned_at)
        self.assertTrue(case.is_unassigned)
        self.assertIn(self.leader.partner_id, case.message_partner_ids)

    @feature("B4-24")
    def test_history_starts(self):
        """Creation, assignment, mail and confirmation are events of the case."""
        case = self._receive_case(write_mail())
        self.assertNotIn("mail_out", case.event_ids.mapped("kind"))
        self._get_last_sent(case).state = "sent"
        self.assertEqual(
            case.event_ids.mapped("kind"),
            [
                "created",
                "assigned",
                "mail_in",
                "customer_message",
                "mail_out",
                "reply",
            ],
        )

    @feature("I2-13", "I2-14")
    def test_mail_of_a_company_has_no_contact(self):
        """A mail from the customer's general address names no person."""
        case = self._receive_case(write_mail(From="info@janssen.example"))
        self.assertEqual(case.partner_id, self.customer)
        self.assertFalse(case.contact_id)
        self.assertEqual(case.email, "info@janssen.example")

    @feature("I2-12")
    def test_impossible_date_is_not_believed(self):
        """A mail from the future, or of last year, counts as told now."""
        for date in (
            "Tue, 10 Mar 2037 09:00:00 +0100",
            "Mon, 10 Mar 2025 09:00:00 +0100",
        ):
            with self.subTest(date=date), freeze_time("2026-03-10 12:00:00"):
                case = self._receive_case(write_mail(Date=date))
                self.assertEqual(str(case.reported_at), "2026-03-10 12:00:00")

    def test_mail_without_subject_gets_a_title(self):
        """A case always has a title."""
        for subject in (None, ""):
            with self.subTest(subject=subject):
                case = self._receive_case(write_mail(Subject=subject))
                self.assertEqual(case.name, "(no subject)")

    def test_two_addresses_make_one_case(self):
        """One mail to two of our addresses makes one case."""
        before = self._count_cases()
        intake = self._receive(write_mail(To=f"{COMPLAINTS}, {REPAIRS}", Cc=INBOX))
        self.assertEqual(intake.mapped("state"), ["case"])
        self.assertEqual(self._count_cases(), before + 1)

    def test_address_in_capitals(self):
        """Addresses are compared without regard to case."""
        case = self._receive_case(write_mail(To="Complaints@AFTERSALES.example"))
        self.assertEqual(case.type_id, self.type_complaint)

    def test_address_in_delivered_to(self):
        """A mail sent on to us by a server is recognised by Delivered-To."""
        case = self._receive_case(
            write_mail(To="undisclosed-recipients:;", Delivered_To=COMPLAINTS)
        )
        self.assertEqual(case.type_id, self.type_complaint)

    def test_colleague_is_no_customer(self):
        """A colleague who sends a complaint on is its reporter, never its customer."""
        self.type_complaint.intake_unclear = "case"
        case = self._receive_case(write_mail(From="as_agent@aftersales.example"))
        self.assertFalse(case.partner_id)
        self.assertEqual(case.reporter_id, self.agent.partner_id)

    def test_customer_of_another_company_is_not_taken(self):
        """A partner of another company is unknown to the company of the address."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env["res.partner"].create(
            {
                "name": "Theirs",
                "email": "theirs@elsewhere.example",
                "company_id": other.id,
            }
        )
        intake = self._receive(write_mail(From="theirs@elsewhere.example"))
        self.assertEqual(intake.state, "waiting")
        self.assertEqual(intake.reason, "sender_unknown")

    @feature("B4-02")
    def test_company_of_the_address(self):
        """A type without company takes the company of the domain it was written to."""
        self.team.company_id = False
        self.type_complaint.company_id = False
        # Core gives the first domain to every company there is.
        everybody = self.env["res.company"].search([])
        (everybody - self.company).alias_domain_id = False
        env = self.env(context={"allowed_company_ids": []})
        env["mail.thread"].message_process(None, write_mail(Subject="Whose?"))
        case = self.env["aftersales.case"].search([("name", "=", "Whose?")])
        self.assertEqual(case.company_id, self.company)

    def test_other_mail_is_none_of_our_business(self):
        """Mail to other parts of Odoo leaves no row in the intake."""
        partner_model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.alias"].create(
            {"alias_name": "people", "alias_model_id": partner_model}
        )
        source = write_mail(
            To="people@aftersales.example", Auto_Submitted="auto-replied"
        )
        self.assertFalse(self._receive(source))
        self.assertTrue(
            self.env["res.partner"].search([("name", "=", "Machine leaks")])
        )


@tagged("post_install", "-at_install")
class TestConfirmation(GatewayCommon):
    """The customer whose mail became a case is told that we have it."""

    @feature("B4-05", "I2-29")
    def test_confirmation_goes_out(self):
        """The type's confirmation goes to the sender, from and back to its address."""
        case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        mail = self._get_last_sent(case)
        self.assertEqual(mail.email_to, "anna@janssen.example")
        self.assertEqual(mail.state, "outgoing")
        self.assertIn(case.number, mail.subject)
        self.assertEqual(mail.email_from, COMPLAINTS)
        self.assertIn(COMPLAINTS, mail.reply_to)
        self.assertEqual(
            mail.aftersales_template_id, self.type_complaint.received_template_id
        )

    def test_confirmation_says_that_it_is_automatic(self):
        """The confirmation names itself automatic, so that no robot answers it."""
        case = self._receive_case(write_mail())
        self.assertIn(
            "'Auto-Submitted': 'auto-replied'", self._get_last_sent(case).headers
        )

    def test_type_without_confirmation(self):
        """A type without a confirmation sends none."""
        self.type_complaint.received_template_id = False
        case = self._receive_case(write_mail())
        self.assertFalse(self._get_last_sent(case))

    def test_confirmations_stop_when_they_repeat(self):
        """A sender gets five confirmations in two hours; further cases come quietly."""
        for number in range(7):
            self._receive_case(write_mail(Subject=f"Machine {number} leaks"))
        sent = self.env["mail.mail"].search([("email_to", "=", "anna@janssen.example")])
        self.assertEqual(len(sent), 5)

    def test_confirmation_cannot_stop_a_mail(self):
        """A confirmation that cannot be written is noted; the case is there."""
        template = self.type_complaint.received_template_id
        template.subject = "{{ object.no_such_field }}"
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            case = self._receive_case(write_mail())
        self.assertFalse(self._get_last_sent(case))
        self.assertIn("was not sent", self._get_texts(case))


@tagged("post_install", "-at_install")
class TestDamagedMail(GatewayCommon):
    """A mail that is not as it should be is read as far as it goes, and kept."""

    def test_unknown_charset_is_read(self):
        """A text in a charset that nobody knows is read as UTF-8."""
        case = self._receive_case(read_mail("unknown_charset.eml"))
        self.assertIn(
            "De café-bestelling was één pallet groot.", html2plaintext(case.description)
        )

    def test_broken_mime_keeps_the_original(self):
        """A mail whose text is lost becomes a marked case with its source attached."""
        source = read_mail("broken_mime.eml")
        intake = self._receive(source)
        self.assertTrue(intake.damaged)
        case = intake.case_id
        files = self._get_messages("<broken-1@janssen.example>").attachment_ids
        self.assertEqual(files.mapped("name"), ["original_email.eml"])
        self.assertEqual(files.raw, source)
        self.assertIn("may have been lost", self._get_texts(case))

    def test_unreadable_part_loses_nothing(self):
        """A part that the parser cannot read leaves a case with the source attached."""
        source = write_mail("Lost", Message_Id="<unreadable@janssen.example>")
        read = EmailMessage.get_payload

        def fail(message, *args, **kwargs):
            content = read(message, *args, **kwargs)
            if content == b"Lost":
                raise KeyError("text/odd")
            return content

        with patch.object(EmailMessage, "get_payload", fail):
            intake = self._receive(source)
        self.assertEqual(intake.state, "case")
        self.assertTrue(intake.damaged)
        self.assertEqual(intake.case_id.name, "Machine leaks")
        self.assertEqual(intake.case_id.contact_id, self.contact)
        files = self._get_messages("<unreadable@janssen.example>").attachment_ids
        self.assertEqual(files.raw, source)

    def test_zero_bytes(self):
        """Zero bytes, which the database refuses, do not stop a mail."""
        case = self._receive_case(write_mail("It\0leaks", Subject="Machine\0leaks"))
        self.assertEqual(case.name, "Machineleaks")
        self.assertIn("Itleaks", html2plaintext(case.description))

    def test_zero_bytes_in_headers(self):
        """Zero bytes in addresses, ids and names of files do not stop a mail either."""
        source = write_mail(
            To="complaints\0@aftersales.example",
            From="Anna\0 <anna@janssen.example>",
            Message_Id="<zero\0@janssen.example>",
            References="<first\0@janssen.example>",
            Content_Type='application/pdf; name="slip\0.pdf"',
        )
        intake = self._receive(source)
        self.assertEqual(intake.state, "case")
        self.assertEqual(intake.message_id, "<zero@janssen.example>")
        self.assertEqual(base64.b64decode(intake.source), source)
        self.assertFalse(self._receive(source))
        self.assertEqual(intake.copies, 2)

    def test_headers_that_break_the_parser(self):
        """Addresses that Python's own parser fails on do not stop a mail."""
        case = self._receive_case(write_mail(To=f"a: b: {COMPLAINTS};;"))
        self.assertEqual(case.type_id, self.type_complaint)
        case = self._receive_case(write_mail(From="a: b: anna@janssen.example;;"))
        self.assertEqual(case.contact_id, self.contact)

    def test_broken_message_id(self):
        """A line break inside a Message-Id does not stop a mail."""
        source = write_mail(Message_Id="<broken\r-id@janssen.example>")
        self._receive_case(source)
        self.assertFalse(self._receive(source))

    def test_year_of_three_digits(self):
        """A date that no database takes counts as now."""
        with freeze_time("2026-03-10 12:00:00"):
            case = self._receive_case(write_mail(Date="10 Mar 208 09:00:00 +0100"))
        self.assertEqual(str(case.reported_at), "2026-03-10 12:00:00")

    def test_raw_bytes_in_headers(self):
        """A subject in bare Latin-1 does not stop a mail."""
        source = write_mail(Subject="Kaffeem\xfchle").decode().encode("latin-1")
        case = self._receive_case(source)
        self.assertRegex(case.name, "^Kaffeem.+hle$")

    def test_mail_given_as_text(self):
        """The gateway takes a mail as text, too."""
        case = self._receive_case(write_mail("Één molen").decode())
        self.assertIn("Één molen", html2plaintext(case.description))


@tagged("post_install", "-at_install")
class TestNoRuleStopsMail(GatewayCommon):
    """No rule refuses a case that comes by mail."""

    def _set_defaults(self, **values):
        alias = self.type_complaint.alias_id
        alias.alias_defaults = repr({"type_id": self.type_complaint.id} | values)

    def _receive_bare(self):
        case = self._receive_case(write_mail())
        self.assertEqual(case.name, "Machine leaks")
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertTrue(case.user_id)
        self.assertIn("could not be set on this case", self._get_texts(case))
        return case

    def test_responsible_who_left(self):
        """An address that names somebody who left makes a case all the same."""
        left = self.agent.copy({"login": "as_left", "active": False})
        self._set_defaults(user_id=left.id)
        case = self._receive_bare()
        self.assertEqual(case.user_id, self.leader)
        self.assertEqual(case.type_id, self.type_complaint)
        self.assertEqual(case.partner_id, self.customer)

    def test_value_that_does_not_exist(self):
        """An address with a value that no field knows makes a case all the same."""
        self._set_defaults(priority="9")
        self.assertEqual(self._receive_bare().priority, "1")

    def test_stage_of_another_type(self):
        """An address with a foreign stage makes a case in the first stage."""
        self._set_defaults(stage_id=self.stage_assigned.id)
        self.assertEqual(self._receive_bare().stage_id, self.stage_new)

    @mute_logger("odoo.sql_db")
    def test_type_without_stages(self):
        """An address whose type cannot hold a case makes one of another type."""
        self.type_complaint.link_ids.unlink()
        case = self._receive_bare()
        self.assertTrue(case.stage_id)
        self.assertNotEqual(case.type_id, self.type_complaint)

    @mute_logger("odoo.sql_db")
    def test_error_of_the_database(self):
        """Even a value that only the database refuses makes a case all the same."""
        self._set_defaults(category_id=2**31 - 1)
        self.assertFalse(self._receive_bare().category_id)


@tagged("post_install", "-at_install")
class TestReply(GatewayCommon):
    """An answer lands on its case, and an automatic one does no harm there."""

    def setUp(self):
        super().setUp()
        self.case = self._receive_case(read_mail("nl_complaint_photo.eml"))
        self._complete(self.case).user_id = self.agent
        self.case.stage_id = self.stage_wait_customer
        self.sent = self.case.message_post(
            body="What is the serial number?",
            partner_ids=self.contact.ids,
            subtype_xmlid="mail.mt_comment",
            author_id=self.agent.partner_id.id,
        )

    def _reply(self, name="nl_reply.eml"):
        return self._receive(
            read_mail(name, subject=self.case.name, message_id=self.sent.message_id)
        )

    @feature("B4-02", "B4-05")
    def test_answer_lands_on_its_case(self):
        """The customer's answer is a public message of the case; no case is made."""
        before = self._count_cases()
        intake = self._reply()
        self.assertEqual(intake.state, "added")
        self.assertEqual(intake.case_id, self.case)
        self.assertEqual(self._count_cases(), before)
        message = self._get_messages("<reply-1@janssen.example>")
        self.assertEqual(message.res_id, self.case.id)
        self.assertEqual(message.author_id, self.contact)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertIn(self.agent.partner_id, message.notified_partner_ids)
        received = self.case.event_ids.filtered(lambda e: e.kind == "mail_in")
        self.assertEqual(received.mapped("reason"), [False, False])

    @feature("B4-02", "I2-23")
    def test_answer_takes_a_waiting_case_on(self):
        """A case that waits for the customer goes on when the customer answers."""
        self._reply()
        self.assertEqual(self.case.stage_id, self.stage_progress)
        self.assertEqual(self.case.user_id, self.agent)

    def test_answer_elsewhere_moves_nothing(self):
        """A case that waits for the supplier keeps waiting for him."""
        self.case.stage_id = self.stage_wait_supplier
        self._reply()
        self.assertEqual(self.case.stage_id, self.stage_wait_supplier)

    def test_answer_of_a_colleague_moves_nothing(self):
        """A colleague's mail is an answer, but not the customer's."""
        source = write_mail(
            From="as_agent2@aftersales.example", In_Reply_To=self.sent.message_id
        )
        self.assertEqual(self._receive(source).state, "added")
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_answer_of_a_stranger_counts_as_the_customers(self):
        """The customer's colleague may answer from an address that we do not know."""
        source = write_mail(
            From="kees@janssen.example", In_Reply_To=self.sent.message_id
        )
        self.assertEqual(self._receive(source).state, "added")
        self.assertEqual(self.case.stage_id, self.stage_progress)

    @feature("B4-02")
    def test_out_of_office_is_a_note(self):
        """An out-of-office answer is an internal note and moves nothing."""
        intake = self._reply("out_of_office.eml")
        self.assertEqual(intake.state, "added")
        self.assertEqual(intake.reason, "null_sender")
        message = self._get_messages("<ooo-1@janssen.example>")
        self.assertEqual(message.res_id, self.case.id)
        self.assertTrue(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)
        self.assertNotIn(self.contact, message.notified_partner_ids)
        received, said = self.case.event_ids[-2:]
        self.assertEqual((received.kind, received.reason), ("mail_in", "null_sender"))
        self.assertEqual((said.kind, said.reason), ("customer_message", "null_sender"))

    def test_automatic_answer_is_a_note(self):
        """An automatic answer is a note by its header alone."""
        source = write_mail(
            In_Reply_To=self.sent.message_id,
            Auto_Submitted="auto-replied",
            Message_Id="<auto-note@janssen.example>",
        )
        self.assertEqual(self._receive(source).reason, REASON_AUTO_REPLY)
        self.assertTrue(self._get_messages("<auto-note@janssen.example>").is_internal)

    def test_answer_to_the_inbox_lands_on_its_case(self):
        """An answer that goes to the general inbox still belongs to its case."""
        for to in (INBOX, f"{INBOX}, {COMPLAINTS}"):
            with self.subTest(to=to):
                source = write_mail(To=to, References=self.sent.message_id)
                intake = self._receive(source)
                self.assertEqual(intake.state, "added")
                self.assertEqual(intake.case_id, self.case)

    def test_answer_to_an_own_mail(self):
        """A customer who writes again under his first mail adds to the case."""
        source = write_mail(References="<7c1f0d52-nl@janssen.example>")
        self.assertEqual(self._receive(source).case_id, self.case)

    def test_answer_to_something_unknown_is_new(self):
        """A reference that we never saw makes an ordinary new case."""
        case = self._receive_case(write_mail(References="<unknown@janssen.example>"))
        self.assertNotEqual(case, self.case)

    def test_answer_after_closing_stays_on_the_case(self):
        """An answer to a closed case stands on that case, which stays closed."""
        self.case.stage_id = self.stage_solved
        self.assertEqual(self._reply().case_id, self.case)
        self.assertEqual(self.case.state, "done")
        self.assertIn(
            self.agent.partner_id,
            self._get_messages("<reply-1@janssen.example>").notified_partner_ids,
        )

    def test_move_that_is_refused_keeps_the_answer(self):
        """When a rule forbids the move, the answer comes in and the rule is noted."""
        cls = type(self.env["aftersales.case"])
        with patch.object(
            cls, "_after_stage_change", side_effect=UserError("Serial number missing")
        ):
            self._reply()
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)
        self.assertTrue(self._get_messages("<reply-1@janssen.example>"))
        self.assertIn("Serial number missing", self._get_texts(self.case))

    def test_copy_of_an_answer_counts_up(self):
        """The same answer twice stands on the case once."""
        intake = self._reply()
        self.assertFalse(self._reply())
        self.assertEqual(intake.copies, 2)
        self.assertEqual(len(self._get_messages("<reply-1@janssen.example>")), 1)

    def test_lasting_loop_on_a_case_becomes_notes(self):
        """The same answer over and over again stops being an answer."""
        for number in range(20):
            self._receive(
                write_mail(
                    Subject="Ticket received",
                    In_Reply_To=self.sent.message_id,
                    Message_Id=f"<robot-{number}@janssen.example>",
                )
            )
        intake = self._receive(
            write_mail(
                Subject="Ticket received",
                In_Reply_To=self.sent.message_id,
                Message_Id="<robot-20@janssen.example>",
            )
        )
        self.assertEqual(intake.reason, REASON_LOOP)
        self.assertFalse(self._get_messages("<robot-19@janssen.example>").is_internal)
        self.assertTrue(self._get_messages("<robot-20@janssen.example>").is_internal)


@tagged("post_install", "-at_install")
class TestMessagesToCustomer(GatewayCommon):
    """The customer is told what becomes of his case, in his language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("nl_NL")
        cls.contact.lang = "nl_NL"
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Taken",
                "model_id": cls.env["ir.model"]._get_id("aftersales.case"),
                "subject": "{{ object.number }}: we are on it",
                "email_from": "{{ object.type_id.alias_email }}",
                "email_to": "{{ object.email }}",
                "use_default_to": False,
                "lang": "{{ (object.contact_id or object.partner_id).lang }}",
                "auto_delete": False,
            }
        )
        cls.template.with_context(
            lang="nl_NL"
        ).subject = "{{ object.number }}: we zijn bezig"
        links = cls.type_complaint.link_ids
        links.filtered(
            lambda link: link.stage_id == cls.stage_progress
        ).mail_template_id = cls.template

    @feature("B4-05", "I2-29")
    def test_stage_tells_the_customer_in_his_language(self):
        """Entering a stage queues its message, in the language of the contact."""
        case = self._complete(self._new_case())
        case.stage_id = self.stage_progress
        mail = self._get_last_sent(case)
        self.assertEqual(mail.subject, f"{case.number}: we zijn bezig")
        self.assertEqual(mail.email_to, "anna@janssen.example")
        self.assertEqual(mail.state, "outgoing")
        mail.state = "sent"
        self.assertEqual(case.event_ids[-2:].mapped("kind"), ["mail_out", "reply"])
        self.assertEqual(case.event_ids[-2].to_id, self.template.id)

    @feature("B4-05")
    def test_answers_come_back_to_the_address_of_the_type(self):
        """Whatever the customer answers to goes to the address of the case's type."""
        case = self._complete(self._new_case())
        case.stage_id = self.stage_progress
        mail = self._get_last_sent(case)
        self.assertIn(COMPLAINTS, mail.reply_to or mail.email_from)
        message = case.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        self.assertIn(f"<{COMPLAINTS}>", message.reply_to)

    @feature("B4-05")
    def test_answer_to_a_message_comes_back(self):
        """What the customer answers to a queued message lands on the case."""
        case = self._complete(self._new_case())
        case.stage_id = self.stage_progress
        sent = self._get_last_sent(case)
        intake = self._receive(write_mail(References=sent.message_id))
        self.assertEqual(intake.state, "added")
        self.assertEqual(intake.case_id, case)

    def test_case_without_address_gets_a_note(self):
        """Nobody believes that a customer knows whom no mail can reach."""
        case = self._complete(self._new_case(contact_id=False))
        case.stage_id = self.stage_progress
        self.assertFalse(case.email)
        self.assertFalse(self._get_last_sent(case))
        self.assertIn("“Taken” was not sent", self._get_texts(case))

    @feature("B4-05")
    def test_agent_sends_without_rights_on_templates(self):
        """An agent who may move a case sends the message that follows from it."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        self._as(self.agent, case).stage_id = self.stage_progress
        self.assertEqual(self._get_last_sent(case).email_to, "anna@janssen.example")

    @feature("B4-05")
    def test_message_of_an_agent_reaches_the_customer(self):
        """A message written on a case goes to the customer by mail."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        message = self._as(self.agent, case).message_post(
            body="What is the serial number?",
            partner_ids=self.contact.ids,
            subtype_xmlid="mail.mt_comment",
        )
        notification = message.notification_ids.filtered(
            lambda n: n.res_partner_id == self.contact
        )
        self.assertEqual(notification.notification_type, "email")

    def test_sender_is_who_wrote(self):
        """The case's customer is suggested as receiver of the next message."""
        case = self._receive_case(write_mail(From=ANNA))
        suggested = case._message_get_suggested_recipients()
        self.assertIn(self.contact.id, [row["partner_id"] for row in suggested])
