from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import feature
from .gateway import ANNA, COMPLAINTS, GatewayCommon, write_mail

STRANGER = "Piet <piet@elsewhere.example>"
LIST = "Service <service.aftersales.example>"


@tagged("post_install", "-at_install")
class TestNobodyIsRefusedInSilence(GatewayCommon):
    """Customers are heard through lists and forms; who is refused can be allowed."""

    def _assert_waiting(self, source, reason):
        intake = self._receive(source)
        self.assertEqual((intake.state, intake.reason), ("waiting", reason))
        return intake

    @feature("B4-02")
    def test_customer_through_a_list(self):
        """A customer's mail through somebody's list waits; a stranger's is refused."""
        for headers in (
            {"List_Id": "<members.horeca.example>"},
            {"Precedence": "list"},
            {"List_Unsubscribe": "<https://news.example/u>"},
        ):
            with self.subTest(headers):
                intake = self._assert_waiting(write_mail(**headers), "bulk")
                self.assertEqual(intake.partner_id, self.contact)
                self._assert_refused(write_mail(From=STRANGER, **headers), "bulk")

    @feature("B4-02")
    def test_own_address_behind_a_list(self):
        """Our own list is no bulk mail, whether it keeps the writer in From or not."""
        self.assertEqual(
            self._receive_case(write_mail(List_Id=LIST, Precedence="list")).contact_id,
            self.contact,
        )
        rewritten = {"From": f"'Anna' via Service <{COMPLAINTS}>", "List_Id": LIST}
        for said in ({"Reply_To": ANNA}, {"X_Original_From": ANNA}):
            with self.subTest(said):
                case = self._receive_case(write_mail(**rewritten, **said))
                self.assertEqual(case.contact_id, self.contact)
                self.assertEqual(case.email, "anna@janssen.example")
                self.assertEqual(
                    case.intake_ids.email_normalized, "anna@janssen.example"
                )
        self._assert_refused(write_mail(**rewritten), "our_address")
        # A group that does not give its name is ours by its address.
        nameless = rewritten | {"List_Id": None, "Precedence": "list"}
        case = self._receive_case(write_mail(Reply_To=ANNA, **nameless))
        self.assertEqual(case.email, "anna@janssen.example")

    def test_writer_behind_a_list_where_senders_are_checked(self):
        """What a list says of its writer is no proof where From is checked."""
        intake = self._receive(
            write_mail(
                From=f"'Anna' via Service <{COMPLAINTS}>",
                List_Id=LIST,
                X_Original_From=ANNA,
                Authentication_Results="mx.aftersales.example; dmarc=pass",
            )
        )
        self.assertEqual(intake.state, "waiting")
        self.assertFalse(intake.partner_id)
        self.assertEqual(intake.claimed_partner_id, self.contact)

    def test_form_that_says_it_is_a_program(self):
        """A customer's form waits; his vacation program gets no case and no answer."""
        self._assert_waiting(write_mail(Auto_Submitted="auto-generated"), "auto_reply")
        self._assert_refused(write_mail(Auto_Submitted="auto-replied"), "auto_reply")

    @feature("B4-02")
    def test_allow_a_sender(self):
        """Who was refused is brought back, and passes from then on; others do not."""
        newsletter = {"From": STRANGER, "List_Id": "<news.elsewhere.example>"}
        intake = self._assert_refused(write_mail(**newsletter), "bulk")
        self._as(self.leader, intake).action_allow_sender()
        self.assertEqual(intake.state, "waiting")
        self._assert_waiting(write_mail(**newsletter), "sender_unknown")
        newsletter["From"] = "jan@elsewhere.example"
        self._assert_refused(write_mail(**newsletter), "bulk")

    def test_allow_a_list_and_a_domain(self):
        """A list is allowed whoever writes, a domain for all who write from it."""
        newsletter = {"From": STRANGER, "List_Id": "<news.shop.example>"}
        intake = self._assert_refused(write_mail(**newsletter), "bulk")
        self.assertEqual(intake.list_name, "news.shop.example")
        self._as(self.leader, intake).action_allow_list()
        newsletter["From"] = "jan@other.example"
        self._assert_waiting(write_mail(**newsletter), "sender_unknown")
        bulk = write_mail(From=STRANGER, Precedence="bulk")
        self._assert_refused(bulk, "bulk")
        self.env["aftersales.intake.allowed"].create(
            {"kind": "domain", "value": " @Elsewhere.Example"}
        )
        self._assert_waiting(
            write_mail(From=STRANGER, Precedence="bulk"), "sender_unknown"
        )

    def test_allowed_by_another_company(self):
        """What one company allows, another does not."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env["aftersales.intake.allowed"].create(
            {"value": "piet@elsewhere.example", "company_id": other.id}
        )
        self._assert_refused(write_mail(From=STRANGER, Precedence="bulk"), "bulk")

    @feature("B4-02")
    def test_refused_are_counted(self):
        """The inbox counts what was refused lately in the companies of the user."""
        bulk = {"From": STRANGER, "Precedence": "bulk"}
        rows = [self._assert_refused(write_mail(**bulk), "bulk") for _row in range(4)]
        rows[0].received_at = fields.Datetime.now() - timedelta(days=8)
        other = self.env["res.company"].create({"name": "Other"})
        rows[1].write({"company_id": other.id, "type_id": False, "team_id": False})
        rows[2].action_reconsider()
        rows[2].action_dismiss()
        agent = self._as(self.agent, self.Intake)
        self.assertEqual(agent.count_refused_lately(), 1)
        with self.assertRaises(AccessError):
            self._as(self.reporter, self.Intake).count_refused_lately()

    def test_who_may_allow(self):
        """Leaders allow, agents do not; a mail that names no list allows none."""
        intake = self._assert_refused(
            write_mail(From=STRANGER, Precedence="bulk"), "bulk"
        )
        with self.assertRaises(AccessError):
            self._as(self.agent, intake).action_allow_sender()
        with self.assertRaisesRegex(UserError, "name no sender or list"):
            self._as(self.leader, intake).action_allow_list()
        self.assertEqual(intake.state, "refused")

    @mute_logger("odoo.sql_db")
    def test_what_can_be_allowed(self):
        """An address is an address, a domain is none."""
        allowed = self.env["aftersales.intake.allowed"]
        for kind, value in (("address", "example.com"), ("domain", "a@example.com")):
            with self.subTest(kind), self.assertRaises(ValidationError):
                allowed.create({"kind": kind, "value": value})

    @feature("B4-02")
    def test_forms_of_one_sender(self):
        """25 forms with one subject and different texts are 25 cases."""
        before = self._count_cases()
        for number in range(25):
            self._receive_case(
                write_mail(f"Machine {number} leaks.", Subject="Contact form")
            )
        self.assertEqual(self._count_cases(), before + 25)

    def test_equal_forms(self):
        """The 21st equal mail is refused of a stranger; of a customer it waits."""
        self.type_complaint.intake_unclear = "case"
        for sender in (ANNA, STRANGER):
            for _number in range(20):
                self._receive_case(write_mail("Out of order", From=sender))
        self._assert_waiting(write_mail("Out of order"), "loop")
        self._assert_refused(write_mail("Out of order", From=STRANGER), "loop")

    @feature("B4-02")
    def test_company_of_a_refused_mail(self):
        """What is refused is read in the company that it was sent to."""
        other = self.env["res.company"].create({"name": "Other"})
        other.alias_domain_id = self.alias_domain
        team = self.env["aftersales.team"].create(
            {"name": "Theirs", "company_id": other.id, "alias_name": "other-repairs"}
        )
        address = "other-repairs@aftersales.example"
        refused = self._assert_refused(
            write_mail(From=STRANGER, To=address, Precedence="bulk"), "bulk"
        )
        self.assertEqual(refused.company_id, other)
        failed = self._assert_refused(
            write_mail(From="MAILER-DAEMON@x.example", To=address), "bounce"
        )
        self.assertEqual(failed.company_id, other)
        self.assertEqual((refused | failed).team_id, team)

    def test_person_who_writes_as_postmaster(self):
        """A person may be a postmaster; a report of a server is none."""
        self.contact.email = "postmaster@janssen.example"
        sender = "Anna <postmaster@janssen.example>"
        case = self._receive_case(write_mail(From=sender))
        self.assertEqual(case.contact_id, self.contact)
        about = write_mail(From=sender, Subject="Your invoice bounced here")
        self.assertEqual(self._receive(about).state, "case")
        for subject in ("Undeliverable: Offer", "Onbestelbaar: Offerte"):
            self._assert_refused(write_mail(From=sender, Subject=subject), "bounce")


@tagged("post_install", "-at_install")
class TestEveryMailHasARow(GatewayCommon):
    """By whatever a mail names us, it is found in the inbox."""

    @feature("B4-02")
    def test_blind_copy(self):
        """A mail whose head does not name us goes by its envelope."""
        for headers in (
            {"X_Original_To": COMPLAINTS},
            {"Envelope_To": f"<{COMPLAINTS}>"},
            {"Received": f"from mx by mail with SMTP id 7 for <{COMPLAINTS}>; now"},
        ):
            for to in ("undisclosed-recipients:;", None, "piet@elsewhere.example"):
                with self.subTest(headers=headers, to=to):
                    case = self._receive_case(write_mail(To=to, **headers))
                    self.assertEqual(case.type_id, self.type_complaint)

    def test_nobody_is_named(self):
        """A mail that names no address at all waits, instead of being forgotten."""
        for to in ("undisclosed-recipients:;", None):
            intake = self._receive(write_mail(To=to))
            self.assertEqual((intake.state, intake.reason), ("waiting", "inbox"))
            self.assertEqual(intake.company_id, self.company)

    def test_mail_of_others_is_left_alone(self):
        """A mail to somebody else makes no row, and core says what it always said."""
        with self.assertRaisesRegex(ValueError, "No possible route"):
            self._receive(write_mail(To="piet@elsewhere.example"))
        self.assertFalse(self.Intake.search([("email_to", "ilike", "piet@")]))

    @feature("B4-02")
    def test_archived(self):
        """The address of what is archived takes mail that waits, and says why."""
        for record, address in (
            (self.type_complaint, COMPLAINTS),
            (self.team, "service@aftersales.example"),
        ):
            with self.subTest(address):
                record.active = False
                intake = self._receive(write_mail(To=address))
                self.assertEqual(
                    (intake.state, intake.reason), ("waiting", "type_archived")
                )
                self.assertEqual(intake.partner_id, self.contact)

    def test_answer_to_a_case_of_an_archived_type(self):
        """What goes on already goes on."""
        case = self._receive_case(write_mail(Message_Id="<old@janssen.example>"))
        self.type_complaint.active = False
        answer = self._receive(write_mail(References="<old@janssen.example>"))
        self.assertEqual((answer.state, answer.case_id), ("added", case))
        self.assertFalse(answer.reason)

    @feature("B4-02")
    def test_numbers_as_people_write_them(self):
        """Small letters and spaces in a number name the same delivery."""
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "origin": "S01233",
                "picking_type_id": self.env["stock.picking.type"]
                .search(
                    [
                        ("code", "=", "outgoing"),
                        ("company_id", "=", self.company.id),
                    ],
                    limit=1,
                )
                .id,
            }
        )
        picking.name = "KB/OUT/2026/00012"
        for text in ("bestelling s01233", "pakbon kb out 2026 00012"):
            with self.subTest(text):
                intake = self._receive(write_mail(text, From=STRANGER))
                self.assertEqual(intake.state, "waiting")
                self.assertEqual(intake.claimed_partner_id, self.customer)
