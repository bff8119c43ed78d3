"""Who sent a mail: his company, his address, and whether a case knows him."""

from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from ..const import CLAIM_REPLY_TO, REASON_OTHER_SENDER, REASON_SENDER_FORGED
from .common import feature
from .gateway import COMPLAINTS, INBOX, GatewayCommon, write_mail

SHOP = "Web Shop <noreply@shop.example>"
ANNA = "Anna Janssen <anna@janssen.example>"


@tagged("post_install", "-at_install")
class TestCompany(GatewayCommon):
    """The company of a mail to an address that several companies share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.company_id = cls.type_complaint.company_id = False
        # Core gives the first domain to every company there is.
        everybody = cls.env["res.company"].search([])
        (everybody - cls.company).alias_domain_id = False
        # Before the first one in core's order, and with the same domain.
        cls.company2 = cls.env["res.company"].create(
            {
                "name": "Another Roastery",
                "sequence": -1,
                "alias_domain_id": cls.alias_domain.id,
            }
        )
        cls.env.user.company_ids |= cls.company2
        cls.leader.company_ids |= cls.company2

    def _receive_as(self, company, **headers):
        """Let a mail come in that somebody of a company fetches."""
        env = self.env(context={"allowed_company_ids": company.ids})
        before = self.Intake.search([])
        env["mail.thread"].message_process(None, write_mail(**headers))
        self.env.flush_all()
        return (self.Intake.search([]) - before).company_id

    @feature("B4-02")
    def test_new_company_takes_no_mail_of_the_first(self):
        """A second company on the domain changes nothing for the first one's mail."""
        self.assertEqual(self._receive_as(self.company), self.company)
        stranger = self._receive_as(self.company, From="new@unknown.example")
        self.assertEqual(stranger, self.company)

    def test_company_of_the_customer(self):
        """A customer of one company only stays with it, whoever fetches mail."""
        self.customer.company_id = self.contact.company_id = self.company2
        self.assertEqual(self._receive_as(self.company), self.company2)

    def test_company_of_his_earlier_case(self):
        """A customer of all companies is served where he was served last."""
        self._new_case(company_id=self.company2.id, user_id=self.leader.id)
        self.assertEqual(self._receive_as(self.company), self.company2)

    def test_company_of_his_delivery(self):
        """Without a case it is the company that has delivered to him."""
        picking_type = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company2.id)], limit=1
        )
        self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": picking_type.id,
                "location_id": picking_type.default_location_src_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self.assertEqual(self._receive_as(self.company), self.company2)

    def test_customer_of_both_companies_is_nobodys(self):
        """An address with a record in each company is that of whoever fetches."""
        self.customer.company_id = self.contact.company_id = self.company2
        self.env["res.partner"].create(
            {
                "name": "Anna, too",
                "email": self.contact.email,
                "company_id": self.company.id,
            }
        )
        for company in (self.company, self.company2):
            with self.subTest(company.name):
                self.assertEqual(self._receive_as(company), company)

    def test_domain_of_one_company(self):
        """An address of one company's own domain tells the company of a stranger."""
        self.company2.alias_domain_id = False
        found = self._receive_as(self.company2, From="new@unknown.example")
        self.assertEqual(found, self.company)

    def test_fetched_by_a_third_company(self):
        """Whoever fetches for others gives a stranger to the oldest of them."""
        third = self.env["res.company"].create({"name": "Third"})
        third.alias_domain_id = False
        found = self._receive_as(third, From="new@unknown.example")
        self.assertEqual(found, self.company)

    def test_type_and_team_decide_first(self):
        """A type of one company is that company's, whoever the customer is."""
        self.customer.company_id = self.contact.company_id = self.company2
        self.type_complaint.company_id = self.company
        self.assertEqual(self._receive_as(self.company2), self.company)

    def test_inbox_of_all_companies(self):
        """Mail to a general inbox finds its company in the same way."""
        self._new_case(company_id=self.company2.id, user_id=self.leader.id)
        self.assertEqual(self._receive_as(self.company, To=INBOX), self.company2)


@tagged("post_install", "-at_install")
class TestReplyTo(GatewayCommon):
    """The form of a web site writes for the customer, who is in Reply-To."""

    def _get_receivers(self, case):
        """Return whom the message of the next stage goes to."""
        case.stage_id = self.stage_progress
        self._complete(case).stage_id = self.stage_solved
        return self._get_last_sent(case).email_to

    @feature("B4-02", "B4-05")
    def test_customer_in_reply_to(self):
        """The customer is recognised, and all that we send goes to him."""
        case = self._receive_case(write_mail(From=SHOP, Reply_To=ANNA))
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.reporter_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(self._get_last_sent(case).email_to, "anna@janssen.example")
        self.assertEqual(self._get_receivers(case), "anna@janssen.example")

    @feature("N-28")
    def test_reply_to_where_senders_are_checked(self):
        """A server that checks senders says nothing of Reply-To: it is a claim.

        Everybody can write any address into a form.
        """
        self.type_complaint.intake_unclear = "case"
        case = self._receive_case(
            write_mail(
                From=SHOP,
                Reply_To=ANNA,
                Authentication_Results="mx.aftersales.example; dmarc=pass",
            )
        )
        self.assertFalse(case.partner_id | case.contact_id | case.reporter_id)
        self.assertEqual(case.claim_reason, CLAIM_REPLY_TO)
        self.assertEqual(case.claimed_partner_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(self._get_last_sent(case).email_to, "anna@janssen.example")
        self.assertEqual(self._get_receivers(case), "anna@janssen.example")

    def test_form_of_an_address_that_looks_human(self):
        """An unknown From is answered under Reply-To, and is not the customer."""
        self.type_complaint.intake_unclear = "case"
        case = self._receive_case(write_mail(From="form@agency.example", Reply_To=ANNA))
        self.assertFalse(case.contact_id)
        self.assertEqual(case.claimed_partner_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")

    def test_known_sender_comes_before_reply_to(self):
        """A customer who has answers sent elsewhere is still that customer."""
        case = self._receive_case(write_mail(Reply_To="office@unknown.example"))
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.email, "anna@janssen.example")

    def test_reply_to_that_is_of_no_use(self):
        """Our own address and a machine's are no address of the customer."""
        self.type_complaint.intake_unclear = "case"
        for reply_to in (COMPLAINTS, "no-reply@shop.example", "", None):
            with self.subTest(reply_to=reply_to):
                case = self._receive_case(write_mail(From=SHOP, Reply_To=reply_to))
                self.assertFalse(case.partner_id)
                self.assertEqual(case.email, "noreply@shop.example")
                self.assertFalse(self._get_last_sent(case), "machines get no answer")

    @feature("B4-02")
    def test_customer_chosen_on_the_mail(self):
        """Who is chosen for a machine's waiting mail gets the messages."""
        intake = self._as(self.agent, self._receive(write_mail(From=SHOP)))
        self.assertEqual(intake.state, "waiting")
        with Form(intake) as form:
            form.partner_id = self.contact
        intake.action_make_case()
        case = intake.case_id.with_env(self.env)
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(self._get_receivers(case), "anna@janssen.example")

    @feature("B4-02")
    def test_customer_chosen_on_the_case(self):
        """Who is chosen on a machine's case gets the messages from then on."""
        self.type_complaint.intake_unclear = "case"
        case = self._receive_case(
            write_mail(From=SHOP, Reply_To="anna.private@unknown.example")
        )
        self.assertEqual(case.email, "anna.private@unknown.example")
        with Form(self._as(self.agent, case)) as form:
            form.contact_id = self.contact
        self.assertEqual(case.email, "anna@janssen.example")
        self.assertEqual(self._get_receivers(case), "anna@janssen.example")


class AnswerCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create(
            {"name": "De Boer", "is_company": True, "email": "info@deboer.example"}
        )
        cls.piet = cls.env["res.partner"].create(
            {
                "name": "Piet de Boer",
                "parent_id": cls.other.id,
                "email": "piet@deboer.example",
            }
        )

    def setUp(self):
        super().setUp()
        self.case = self._receive_case(write_mail(Message_Id="<first@janssen.example>"))
        self._complete(self.case).user_id = self.agent
        self.case.stage_id = self.stage_wait_customer

    def _answer(self, sender, **headers):
        source = write_mail(
            "Here it is.", From=sender, References="<first@janssen.example>", **headers
        )
        intake = self._receive(source)
        self.assertEqual((intake.state, intake.case_id), ("added", self.case))
        return intake


@tagged("post_install", "-at_install")
class TestSomebodyElse(AnswerCommon):
    """An answer of somebody who is none of the case's people is no answer."""

    def _assert_answered(self, sender):
        self.case.stage_id = self.stage_wait_customer
        intake = self._answer(sender)
        self.assertFalse(intake.reason, sender)
        self.assertEqual(self.case.stage_id, self.stage_progress, sender)

    @feature("B4-02")
    def test_another_customer_answers(self):
        """His mail is added as a note that says whose it is; the case waits on."""
        intake = self._answer(
            "Piet <piet@deboer.example>", Message_Id="<piet@deboer.example>"
        )
        self.assertEqual(intake.reason, REASON_OTHER_SENDER)
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)
        message = self._get_messages("<piet@deboer.example>")
        self.assertEqual(message.author_id, self.piet)
        self.assertTrue(message.is_internal)
        self.assertIn("piet@deboer.example", self._get_texts(self.case))
        self.assertIn("none of the people of this case", self._get_texts(self.case))
        event = self.case.event_ids[-1]
        self.assertEqual((event.kind, event.reason), ("mail_in", REASON_OTHER_SENDER))
        self.assertEqual(event.reason_text, "Sent by none of the people of the case")
        self.assertNotIn(self.contact, message.notified_partner_ids)
        note = self.case.message_ids.filtered(lambda m: "none of the" in m.body)
        self.assertEqual(note.notified_partner_ids, self.agent.partner_id)

    def test_his_form_answers(self):
        """A machine that writes for another customer is no better."""
        intake = self._answer(SHOP, Reply_To="piet@deboer.example")
        self.assertEqual(intake.reason, REASON_OTHER_SENDER)

    def test_reply_to_is_no_signature(self):
        """A stranger who asks for answers to the customer is not the customer."""
        for sender in (SHOP, "crook@crime.example"):
            intake = self._answer(sender, Reply_To=ANNA)
            self.assertEqual(intake.reason, REASON_OTHER_SENDER, sender)
            self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_two_senders(self):
        """A mail from two addresses at once comes from nobody we know."""
        intake = self._answer(f"crook@crime.example, {ANNA}")
        self.assertEqual(intake.reason, REASON_OTHER_SENDER)
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_number_and_reply_to(self):
        """A number in the subject and the customer in Reply-To lead into no case."""
        source = write_mail(
            From="crook@crime.example", Reply_To=ANNA, Subject=f"Re: {self.case.number}"
        )
        self.assertNotEqual(self._receive(source).case_id, self.case)

    @feature("N-28")
    def test_forged_answer(self):
        """An answer whose sender our mail server doubts moves nothing."""
        for sender in (ANNA, self.agent.email_formatted):
            intake = self._answer(
                sender,
                Authentication_Results="mx.aftersales.example; dmarc=fail",
            )
            self.assertEqual(intake.reason, REASON_SENDER_FORGED, sender)
            self.assertEqual(self.case.stage_id, self.stage_wait_customer)
            message = self._get_messages(intake.message_id)
            self.assertTrue(message.is_internal)
            self.assertFalse(message.author_id)
        self.assertIn("doubts that", self._get_texts(self.case))

    def test_stranger_of_another_domain(self):
        """Nobody knows him, and he is not of the customer's house."""
        self.assertEqual(
            self._answer("lawyer@office.example").reason, REASON_OTHER_SENDER
        )

    def test_stranger_of_a_public_domain(self):
        """Two people with an address at gmail.com are not colleagues."""
        self.contact.email = "anna@gmail.com"
        self.customer.email = False
        self.case.email = "anna@gmail.com"
        intake = self._answer("bob@gmail.com")
        self.assertEqual(intake.reason, REASON_OTHER_SENDER)

    def test_people_of_the_case(self):
        """Contact, his company, a new colleague, and who reported or follows."""
        self.case.reporter_id = self.piet
        follower = self.env["res.partner"].create(
            {"name": "Installer", "email": "installer@fitters.example"}
        )
        self.case.message_subscribe(follower.ids)
        colleague = self.env["res.partner"].create(
            {
                "name": "Kees",
                "email": "kees@elsewhere.example",
                "parent_id": self.customer.id,
            }
        )
        for sender in (
            self.contact.email,
            self.customer.email,
            colleague.email,
            "unknown@janssen.example",
            self.piet.email,
            follower.email,
        ):
            self._assert_answered(sender)

    def test_address_of_the_case(self):
        """The address that a case came from is one of its people."""
        self.case.write({"email": "private@gmail.com"})
        self._assert_answered("private@gmail.com")

    def test_people_of_a_merged_case(self):
        """Who wrote about a case that was merged is one of the new one's people."""
        merged = self._new_case(contact_id=self.piet.id)
        merged._merge_into(self.case)
        self._assert_answered(self.piet.email)


@tagged("post_install", "-at_install")
class TestNumberInSubject(AnswerCommon):
    """A number of a case in the subject, in a mail without references."""

    def _write(self, subject, sender=ANNA, **headers):
        number = self.case.number
        return self._receive(
            write_mail(Subject=subject % number, From=sender, **headers)
        )

    @feature("B4-02", "B4-05")
    def test_number_of_his_case(self):
        """The photo that he sends in a new mail is added to his case."""
        before = self._count_cases()
        for subject in ("Re: [%s] foto", "%s", "AW: Ihr Fall (%s): Foto", "foto %s."):
            with self.subTest(subject):
                self.case.stage_id = self.stage_wait_customer
                intake = self._write(subject)
                self.assertEqual((intake.state, intake.case_id), ("added", self.case))
                self.assertEqual(self.case.stage_id, self.stage_progress)
        self.assertEqual(self._count_cases(), before)

    def test_number_in_small_letters(self):
        """Whoever types the number need not mind capitals."""
        intake = self._receive(write_mail(Subject=f"re {self.case.number.lower()}"))
        self.assertEqual(intake.case_id, self.case)

    def test_number_to_the_general_inbox(self):
        """The number finds the case by any of our addresses."""
        self.assertEqual(self._write("[%s]", To=INBOX).case_id, self.case)

    def test_colleague_of_the_customer(self):
        """Another person of the same customer is one of the case's people."""
        intake = self._write("[%s]", sender="info@janssen.example")
        self.assertEqual(intake.case_id, self.case)

    def test_our_own_colleague(self):
        """A colleague who may read the case adds to it."""
        intake = self._write("[%s]", sender=self.agent2.email)
        self.assertEqual((intake.state, intake.case_id), ("added", self.case))

    def test_number_of_somebody_elses_case(self):
        """A number alone opens no case: the mail is a new one, as without it."""
        intake = self._write("Re: [%s] foto", sender=self.piet.email)
        self.assertEqual(intake.state, "case")
        self.assertNotEqual(intake.case_id, self.case)
        self.assertEqual(intake.case_id.contact_id, self.piet)
        intake = self._write("Re: [%s] foto", sender="new@unknown.example")
        self.assertEqual(intake.state, "waiting")

    def test_stranger_of_the_same_domain_must_be_known(self):
        """What suffices for an answer does not suffice for a typed number."""
        intake = self._write("[%s]", sender="unknown@janssen.example")
        self.assertEqual(intake.state, "waiting")

    def test_same_number_in_two_companies(self):
        """Of two cases with one number it is the one that knows the sender."""
        other = self.env["res.company"].create({"name": "Other"})
        self.leader.company_ids |= other
        self.env.user.company_ids |= other
        shared = self.type_complaint.copy(
            {"code": "TSHARED", "company_id": False, "team_id": False}
        )
        theirs = self.env["aftersales.case"].create(
            {
                "name": "Theirs",
                "type_id": shared.id,
                "company_id": other.id,
                "contact_id": self.piet.id,
                "user_id": self.leader.id,
                "number": self.case.number,
            }
        )
        self.assertEqual(theirs.number, self.case.number)
        self.assertEqual(self._write("[%s]").case_id, self.case)
        self.assertEqual(self._write("[%s]", sender=self.piet.email).case_id, theirs)

    def test_number_of_a_merged_case(self):
        """The number of a case that was merged leads to the one that goes on."""
        merged = self._new_case()
        number = merged.number
        merged._merge_into(self.case)
        intake = self._receive(write_mail(Subject=f"[{number}] foto"))
        self.assertEqual(intake.case_id, self.case)
        self.assertIn("The machine leaks", html2plaintext(self._get_texts(self.case)))

    def test_automatic_answer_with_a_number(self):
        """A machine that repeats our subject is refused as ever."""
        intake = self._write("Away: [%s]", Auto_Submitted="auto-replied")
        self.assertEqual(intake.state, "refused")
