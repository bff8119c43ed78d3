"""What was said on a case, by us and by the customer: one event for each channel."""

from datetime import datetime, timedelta

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..const import (
    REASON_AUTO_REPLY,
    REPLY_AUTOMATIC,
    REPLY_CONFIRMATION,
    REPLY_OUT_OF_OFFICE,
    REPLY_RATING,
    REPLY_STAGE,
)
from .common import feature
from .gateway import GatewayCommon, write_mail

SAID = ("reply", "customer_message", "message")
AGENT = "as_agent@aftersales.example"
SECRET = "Our price is too high, says Anna"


class SaidCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Grinder Works", "email": "parts@grinder.example"}
        )

    def setUp(self):
        super().setUp()
        self.case = self._new_case(user_id=self.agent.id, supplier_id=self.supplier.id)

    def _get_said(self, cases=None):
        """Return (kind, reason or None) of what was said, in order."""
        events = (self.case if cases is None else cases).event_ids
        said = events.filtered(lambda event: event.kind in SAID).sorted("id")
        return [(event.kind, event.reason or None) for event in said]

    def _write(self, user=None, case=None, **values):
        """Post as the chatter does."""
        vals = {
            "body": SECRET,
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
        }
        case = self.case if case is None else case
        return self._as(user or self.agent, case).message_post(**vals | values)

    def _ask(self):
        """A question of the agent that the customer can answer by mail."""
        return self._write(partner_ids=self.contact.ids)


@tagged("post_install", "-at_install")
class TestReplies(SaidCommon):
    """A reply is what the customer's people receive of us."""

    @feature("P-01")
    def test_message_to_the_customer(self):
        """A public message to the contact is a reply of the agent; no text is kept."""
        self._ask()
        self.assertEqual(self._get_said(), [("reply", None)])
        event = self.case.event_ids[-1]
        self.assertEqual(event.actor_id, self.agent)
        self.assertNotIn(SECRET, str(event.read()))
        self.assertEqual(event.summary, "Reply to the customer")

    def test_who_the_customer_is(self):
        """The customer's colleague and the address of the case count; others do not."""
        colleague = self.env["res.partner"].create(
            {
                "name": "Kees",
                "parent_id": self.customer.id,
                "email": "k@janssen.example",
            }
        )
        agency = self.env["res.partner"].create(
            {"name": "Agency", "email": "desk@agency.example"}
        )
        namesake = self.env["res.partner"].create(
            {"name": "Anna too", "email": self.contact.email}
        )
        for partner, kind in (
            (self.customer, "reply"),
            (colleague, "reply"),
            (namesake, "reply"),
            (self.supplier, "message"),
            (agency, "message"),
            (self.agent2.partner_id, "message"),
        ):
            with self.subTest(partner.name):
                before = len(self._get_said())
                self._write(partner_ids=partner.ids)
                self.assertEqual(self._get_said()[before:], [(kind, None)])
        self.case.reporter_id = agency
        self._write(partner_ids=agency.ids)
        self.assertEqual(self._get_said()[-1], ("reply", None))

    def test_address_without_partner(self):
        """A case that only has an address is answered there."""
        case = self._new_case(contact_id=False, email="stranger@home.example")
        self._write(case=case, outgoing_email_to="Stranger <stranger@home.example>")
        self._write(case=case, outgoing_email_to="other@home.example")
        self.assertEqual(self._get_said(case), [("reply", None), ("message", None)])

    def test_customer_who_follows(self):
        """A message without receivers reaches a customer who follows the case."""
        self.case.message_subscribe(partner_ids=self.contact.ids)
        self._write()
        self.assertEqual(self._get_said(), [("reply", None)])

    def test_note_is_no_reply(self):
        """An internal note, even one that names the customer, is no reply."""
        self._write(subtype_xmlid="mail.mt_note")
        self._write(subtype_xmlid="mail.mt_note", partner_ids=self.contact.ids)
        self.assertEqual(self._get_said(), [("message", None)] * 2)

    def test_system_is_no_reply(self):
        """What the system writes or notifies says nothing to the customer."""
        self._write(message_type="notification", partner_ids=self.contact.ids)
        self.case.message_notify(body="x", partner_ids=self.contact.ids)
        self.case._message_log(body="x")
        self.assertFalse(self._get_said())

    def test_robot_is_no_person(self):
        """OdooBot's message and an acknowledgement are automatic."""
        for values in (
            {"user": self.env.user},
            {"message_type": "auto_comment"},
        ):
            self._write(partner_ids=self.contact.ids, **values)
        self._write(message_type="auto_comment", partner_ids=self.supplier.ids)
        self.assertEqual(self._get_said(), [("reply", REPLY_AUTOMATIC)] * 2)

    @feature("P-01")
    def test_colleague_answers_by_mail(self):
        """A colleague's mail is his reply, whomever the gateway runs as."""
        question = self._receive_answer(self._ask())
        for sent, kind in (
            ({"In_Reply_To": question.message_id}, "reply"),
            ({"Subject": self.case.number, "Cc": self.contact.email}, "reply"),
            ({"Subject": self.case.number, "Cc": "k@elsewhere.example"}, "message"),
        ):
            with self.subTest(sent=sent):
                before = len(self._get_said())
                intake = self._receive(write_mail(From=AGENT, **sent))
                self.assertEqual(intake.case_id, self.case)
                self.assertEqual(self._get_said()[before:], [(kind, None)])
                self.assertEqual(self.case.event_ids[-1].actor_id, self.agent)

    def test_receivers_are_not_claimed(self):
        """Who only says that his message went to the customer by mail has not replied."""
        self._write(message_type="email", incoming_email_to=self.contact.email)
        self.assertEqual(self._get_said(), [("message", None)])

    def _receive_answer(self, message):
        intake = self._receive(write_mail(In_Reply_To=message.message_id))
        return self._get_messages(intake.message_id)

    def test_message_put_off(self):
        """A message that is to be sent later is a reply when it is sent."""
        later = datetime.now() + timedelta(hours=2)
        message = self._write(partner_ids=self.contact.ids, scheduled_date=later)
        self.assertFalse(self._get_said())
        self.env["mail.message.schedule"]._send_message_notifications(message)
        self.assertEqual(self._get_said(), [("reply", None)])
        self.assertEqual(self.case.event_ids[-1].actor_id, self.agent)

    def test_absent_colleague(self):
        """What answers for somebody who is away is no person's reply."""
        self.agent.write(
            {
                "out_of_office_from": datetime.now() - timedelta(days=1),
                "out_of_office_message": "I am away",
            }
        )
        self._receive_answer(self._ask())
        self.assertEqual(
            self._get_said(),
            [
                ("reply", None),
                ("customer_message", None),
                ("reply", REPLY_OUT_OF_OFFICE),
            ],
        )
        self.assertEqual(self.case.event_ids[-1].reason_text, "out-of-office reply")

    @feature("P-01")
    def test_stage_and_confirmation(self):
        """What a stage and a receipt send are automatic replies once they left."""
        case = self._receive_case(write_mail())
        confirmation = self._get_last_sent(case)
        self._complete(case).stage_id = self.stage_solved
        stage = self._get_last_sent(case)
        self.assertNotEqual(confirmation, stage)
        self.assertEqual(self._get_said(case), [("customer_message", None)])
        (confirmation | stage).state = "sent"
        self.assertEqual(
            self._get_said(case)[1:],
            [("reply", REPLY_CONFIRMATION), ("reply", REPLY_STAGE)],
        )

    def test_stage_tells_the_supplier(self):
        """A message of a stage that goes to the supplier only is no reply."""
        template = self.env.ref("aftersales_case.template_received").copy(
            {
                "email_to": False,
                "partner_to": "{{ object.supplier_id.id }}",
                "use_default_to": False,
            }
        )
        mail = self.case._queue_message(template)
        self.assertEqual(mail.recipient_ids, self.supplier)
        mail.state = "sent"
        self.assertFalse(self._get_said())
        self.assertEqual(self.case.event_ids[-1].kind, "mail_out")

    def test_sent_by_what_a_customer_does(self):
        """The system writes what follows from it, a colleague what he sends."""
        customer = new_test_user(self.env, "anna", groups="base.group_portal")
        for user, author in (
            (customer, self.env.ref("base.partner_root")),
            (self.agent, self.agent.partner_id),
        ):
            # sudo: what a customer does is judged before
            case = self._as(user, self.case).sudo()
            template = case.env.ref("aftersales_case.template_received")
            with self.subTest(user=user.login):
                self.assertEqual(case._queue_message(template).author_id, author)

    def test_template_of_an_automation(self):
        """A template that a server action sends is automatic, and told once."""
        template = self.env.ref("aftersales_case.template_received")
        mail = self.env["mail.mail"].browse(template.send_mail(self.case.id))
        mail.state = "sent"
        self.assertEqual(self._get_said(), [("reply", REPLY_AUTOMATIC)])

    def test_request_for_a_rating(self):
        """Asking for a rating is automatic, whoever closes the case."""
        template = self.env["mail.template"].create(
            {
                "name": "Rate us",
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
                "subject": "How was it?",
                "body_html": "<p>x</p>",
                "partner_to": "{{ object.contact_id.id }}",
                "use_default_to": False,
            }
        )
        self.case.with_user(self.agent).rating_send_request(template, force_send=False)
        self.assertEqual(self._get_said(), [("reply", REPLY_RATING)])

    def test_text_message(self):
        """A text message to the contact is a reply, although Odoo posts a note."""
        self.contact.phone = "+31 6 1234 5678"
        self._as(self.agent, self.case)._message_sms("Ready")
        self.assertEqual(self._get_said(), [("reply", None)])
        case = self._new_case(contact_id=False, phone="+31 6 1234 5678")
        for number, kind in (("+31612345678", "reply"), ("+31612345679", "message")):
            self._as(self.agent, case)._message_sms("Ready", sms_numbers=[number])
            self.assertEqual(self._get_said(case)[-1], (kind, None))


@tagged("post_install", "-at_install")
class TestManyReplies(SaidCommon):
    """One text for many cases, in both ways that the composer knows."""

    def _compose(self, cases, mode):
        composer = self._as(self.agent)["mail.compose.message"].with_context(
            active_ids=cases.ids,
            default_model=cases._name,
            default_composition_mode=mode,
        )
        return composer.create(
            {
                "subject": "Strike",
                "body": "<p>We are late.</p>",
                "res_ids": repr(cases.ids),
                "use_exclusion_list": False,
                "force_send": False,
            }
        )

    def test_mass_mail(self):
        """Each case gets its reply when the colleague sends it, and one only.

        Odoo sends the same words to one address once.
        """
        cases = self.case | self._new_case(
            user_id=self.agent.id, contact_id=self.polish_customer.id
        )
        double = self._new_case(user_id=self.agent.id)
        composer = self._compose(cases | double, "mass_mail")
        mails, _messages = composer._action_send_mail()
        self.assertEqual(mails.mapped("state"), ["outgoing", "outgoing", "cancel"])
        self.assertFalse(self._get_said(double))
        for case in cases:
            self.assertEqual(self._get_said(case), [("reply", None)])
            self.assertEqual(case.event_ids[-1].actor_id, self.agent)
        mails.state = "sent"
        self.assertEqual(self._get_said(self.case), [("reply", None)])

    def test_mass_mail_put_off(self):
        """What the colleague puts off is his reply when it leaves."""
        template = self.env.ref("aftersales_case.template_received").copy(
            {"scheduled_date": "2126-03-02 08:00:00"}
        )
        composer = self._compose(self.case, "mass_mail")
        composer.template_id = template
        mail, _messages = composer._action_send_mail()
        self.assertTrue(mail.scheduled_date)
        self.assertFalse(self._get_said())
        mail.state = "sent"
        mail.state = "sent"
        self.assertEqual(self._get_said(), [("reply", None)])
        self.assertEqual(self.case.event_ids[-1].actor_id, self.agent)

    def test_mass_post(self):
        """Messages posted on many cases at once are replies of each."""
        cases = self.case | self._new_case(user_id=self.agent.id)
        cases.message_subscribe(partner_ids=self.contact.ids)
        self._compose(cases, "comment")._action_send_mail()
        for case in cases:
            self.assertEqual(self._get_said(case), [("reply", None)])

    def test_many_cost_the_same(self):
        """What was said to 80 customers is logged with the queries of one."""
        cases = self._new_case(user_id=self.agent.id).concat(
            *(self._new_case(user_id=self.agent.id) for _number in range(81))
        )
        counts = []
        for group in (cases[:1], cases[1:2], cases[2:]):
            mails = self.env["mail.mail"].create(
                [
                    {"model": case._name, "res_id": case.id, "email_to": case.email}
                    for case in group
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._log_mailed(mails)
            group._after_customer_message(mails.mail_message_id)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(cases[2:]), 80)
        self.assertLessEqual(counts[2], counts[1], counts)
        self.assertEqual(
            set(self._get_said(cases)),
            {("reply", REPLY_AUTOMATIC), ("customer_message", None)},
        )


@tagged("post_install", "-at_install")
class TestCustomerMessages(SaidCommon):
    """What the customer tells us takes the case on; what others say does not."""

    def setUp(self):
        super().setUp()
        self._complete(self.case).stage_id = self.stage_wait_customer
        self.question = self._ask()
        self.told = len(self._get_said())

    def _answer(self, **headers):
        headers = {"In_Reply_To": self.question.message_id} | headers
        return self._receive(write_mail(**headers))

    def _get_answers(self):
        return self._get_said()[self.told :]

    @feature("P-01", "I2-23")
    def test_answer_by_mail(self):
        """An answer is logged, in its order, and the waiting case goes on."""
        known = self.case.event_ids
        self._answer()
        self.assertEqual(
            (self.case.event_ids - known).sorted("id").mapped("kind"),
            ["mail_in", "customer_message", "stage"],
        )
        self.assertEqual(self.case.stage_id, self.stage_progress)

    def test_first_mail(self):
        """The mail that makes a case is the customer's word, and moves nothing."""
        first = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_new
        )
        first.reply_stage_id = self.stage_progress
        case = self._receive_case(write_mail())
        self.assertEqual(self._get_said(case), [("customer_message", None)])
        self.assertEqual(case.stage_id, self.stage_new)
        self._receive(write_mail(Subject=f"Re: {case.number}"))
        self.assertEqual(self._get_said(case), [("customer_message", None)] * 2)
        self.assertEqual(case.stage_id, self.stage_progress)

    def test_portal(self):
        """A customer who writes with a log-in is heard as he is by mail."""
        self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna",
                "partner_id": self.contact.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        user = self.contact.user_ids
        # sudo: as the portal does after it has judged
        self._as(user, self.case).sudo().message_post(
            body="It still leaks",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.contact.id,
        )
        self.assertEqual(self._get_answers(), [("customer_message", None)])
        self.assertEqual(self.case.event_ids[-1].kind, "stage")
        said = self.case.event_ids.filtered(lambda e: e.kind == "customer_message")
        self.assertEqual(said.actor_id, user)
        self.assertEqual(self.case.stage_id, self.stage_progress)

    def test_automatic_answer(self):
        """An out-of-office answer of the customer says so, and moves nothing."""
        self._answer(Auto_Submitted="auto-replied")
        self.assertEqual(self._get_answers(), [("customer_message", REASON_AUTO_REPLY)])
        self.assertEqual(self.case.event_ids[-1].reason_text, "Automatic reply")
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_others(self):
        """A stranger, the supplier and a colleague are not the customer."""
        for sender in ("piet@deboer.example", self.supplier.email, AGENT):
            with self.subTest(sender):
                intake = self._answer(From=sender)
                self.assertEqual(intake.case_id, self.case)
                kinds = [kind for kind, _reason in self._get_answers()]
                self.assertNotIn("customer_message", kinds)
                self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_supplier_who_is_the_customer(self):
        """Who is both is heard as the customer."""
        self.case.supplier_id = self.customer
        self._answer()
        self.assertEqual(self._get_answers(), [("customer_message", None)])

    def test_mail_sorted_by_hand(self):
        """A waiting mail that a colleague adds to a case counts as the customer's."""
        intake = self._receive(
            write_mail(From="unknown@home.example", To="service@aftersales.example")
        )
        self.assertEqual(intake.state, "waiting")
        intake._add_to(self.case)
        self.assertEqual(self._get_answers(), [("customer_message", None)])
        self.assertEqual(self.case.stage_id, self.stage_progress)

    def test_answer_reopens(self):
        """A closed case is opened again where its type says so."""
        self.case.stage_id = self.stage_solved
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_solved
        )
        self._answer(Message_Id="<thanks@janssen.example>")
        self.assertEqual(self.case.state, "done")
        link.reply_stage_id = self.stage_progress
        self._answer()
        self.assertEqual(self.case.state, "open")
        self.assertIn("reopened", self.case.event_ids.mapped("kind"))

    def test_refused_move(self):
        """A rule that forbids the move is noted; the message stays, and is logged."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_wait_customer
        )
        link.reply_stage_id = self.stage_finished
        self.case.cause_id = False
        with mute_logger("odoo.sql_db"):
            self._answer()
        self.assertEqual(self._get_answers(), [("customer_message", None)])
        self.assertEqual(self.case.stage_id, self.stage_wait_customer)

    def test_many_move_at_once(self):
        """80 cases go on with the queries of one; one that may not stops nobody."""
        cases = self._complete(
            self._new_case(user_id=self.agent.id).concat(
                *(self._new_case(user_id=self.agent.id) for _number in range(81))
            )
        )
        cases.stage_id = self.stage_wait_customer
        counts = []
        for group in (cases[:1], cases[1:2], cases[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._move_on_reply()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2, counts)
        self.assertEqual(cases.stage_id, self.stage_progress)
        cases.stage_id = self.stage_wait_customer
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_wait_customer
        )
        link.reply_stage_id = self.stage_solved
        cases[0].cause_id = False
        cases[:3]._move_on_reply()
        self.assertEqual(cases[0].stage_id, self.stage_wait_customer)
        self.assertEqual(cases[1:3].stage_id, self.stage_solved)
