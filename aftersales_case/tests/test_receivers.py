"""Who stands in *To:* gets the message; a sender becomes a contact of the case."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AftersalesSetup, feature
from .gateway import GatewayCommon, write_mail

NORA = "Nora Nieuw <nora@unknown.example>"


class TestReceivers(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env.ref("base.group_partner_manager")
        assert not (cls.agent | cls.reporter).all_group_ids & group

    def _make_case(self, source):
        """Let the mail of a stranger come in; an agent makes a case of it."""
        intake = self._as(self.agent, self._receive(source))
        intake.action_make_case()
        return intake.case_id.with_env(self.env)

    def _get_to(self, case, **kwargs):
        """Return what *To:* of an answer shows, as the agent sees it."""
        rows = self._as(self.agent, case)._message_get_suggested_recipients(
            reply_discussion=True, **kwargs
        )
        return [(row["name"], row["email"]) for row in rows if row["email"]]

    def test_sender_is_proposed_once(self):
        """A sender who is no contact is proposed once, with his name."""
        case = self._make_case(write_mail(From=NORA))
        to = [row for row in self._get_to(case) if "nora" in row[1]]
        self.assertEqual(to, [("Nora Nieuw", "nora@unknown.example")])
        to = self._get_to(case, primary_email='"Nora" <NORA@unknown.example>')
        self.assertEqual([address for _name, address in to].count(NORA[12:-1]), 1)

    def test_shared_address_is_proposed_once(self):
        """Two contacts with one address get one mail."""
        twin = self.contact.copy({"email": "Anna@Janssen.example"})
        case = self._new_case(user_id=self.agent.id)
        case.message_post(
            body="Me too", author_id=twin.id, message_type="email", subtype_id=1
        )
        to = [address for _name, address in self._get_to(case)]
        self.assertEqual(to.count("anna@janssen.example"), 1)

    def test_agent_answers_a_stranger(self):
        """Whom an agent answers becomes a contact, with the name of the mail."""
        case = self._make_case(write_mail(From=NORA))
        mine = self._as(self.agent, case)
        nora = mine._get_receivers(["nora@unknown.example"])
        self.assertEqual(nora.name, "Nora Nieuw")
        self.assertFalse(nora.env.su)
        self.assertEqual(mine._get_receivers([NORA]), nora)
        self.assertEqual(
            mine._get_receivers(["info@janssen.example", "x@else.example"]).mapped(
                "name"
            ),
            ["Janssen Horeca", "x@else.example"],
        )

    def test_reply_to_all_makes_contacts(self):
        """Answering a message makes contacts, as it does for those who may make any."""
        case = self._make_case(write_mail(From=NORA, Cc="co@unknown.example"))
        rows = self._as(self.agent, case)._message_get_suggested_recipients(
            reply_message=case.message_ids[-1:], no_create=False
        )
        found = {row["email"]: row["partner_id"] for row in rows}
        self.assertTrue(found["nora@unknown.example"])
        self.assertTrue(found["co@unknown.example"])

    def test_who_would_get_nothing_is_refused(self):
        """Without the role, and with a wrong address, it is said that nothing arrives."""
        case = self._new_case()
        case.message_subscribe(self.reporter.partner_id.ids)
        for user, address in (
            (self.reporter, "nora@unknown.example"),
            (self.agent, "nora at unknown"),
            (self.agent, self.type_complaint.alias_email),
        ):
            mine = self._as(user, case)
            with self.assertRefused(UserError, "would not get"):
                mine._get_receivers(["anna@janssen.example", address])
        known = self._as(self.reporter, case)._get_receivers(["anna@janssen.example"])
        self.assertEqual(known, self.contact)
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        with self.assertRefused(AccessError, "read"):
            self._as(self.agent, secret)._get_receivers(["nora@unknown.example"])

    def test_contact_of_another_company_stays_unseen(self):
        """Whom the agent may not read he does not find by an address, either."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["res.partner"].create(
            {
                "name": "Theirs",
                "email": "nora@unknown.example",
                "company_id": other.id,
            }
        )
        case = self._new_case()
        found = self._as(self.agent, case)._get_receivers(["nora@unknown.example"])
        self.assertTrue(found)
        self.assertNotEqual(found, theirs)

    # === The button === #

    def _open(self, case, user=None):
        Wizard = self._as(user or self.agent)["aftersales.contact"]
        return Form(Wizard.with_context(active_id=case.id))

    @feature("B4-08")
    def test_button_makes_the_contact(self):
        """One button makes the contact of the mail and puts it on the case."""
        case = self._make_case(write_mail(From=NORA))
        self.assertTrue(case.is_sender_new)
        form = self._open(case)
        self.assertEqual(form.name, "Nora Nieuw")
        form.save().action_apply()
        self.assertEqual(case.contact_id.name, "Nora Nieuw")
        self.assertEqual(case.contact_id.email, "nora@unknown.example")
        self.assertEqual(case.partner_id, case.contact_id)
        self.assertEqual(case.email, "nora@unknown.example")
        self.assertFalse(case.is_sender_new)

    @feature("B4-08")
    def test_customer_is_proposed_by_the_domain(self):
        """A new address of a customer's domain: he is proposed, a person decides."""
        case = self._make_case(write_mail(From="Jan <jan@janssen.example>"))
        self.assertFalse(case.partner_id)
        form = self._open(case)
        self.assertEqual(form.partner_id, self.customer)
        form.save().action_apply()
        self.assertEqual(case.contact_id.parent_id, self.customer)
        self.assertEqual(case.partner_id, self.customer)

    def test_domain_that_tells_nothing(self):
        """A domain of everybody, and one of two customers, proposes nobody."""
        partners = self.env["res.partner"]
        partners.create(
            [
                {"name": "A", "is_company": True, "email": "a@gmail.com"},
                {"name": "B", "is_company": True, "email": "b@twice.example"},
                {"name": "C", "is_company": True, "email": "c@twice.example"},
            ]
        )
        for address in ("nora@gmail.com", "nora@twice.example", "nora@x_ce.example"):
            case = self._make_case(write_mail(From=address, Message_Id=None))
            self.assertFalse(self._open(case).partner_id, address)

    def test_existing_contact_is_taken(self):
        """Who was made a contact by an answer is taken, not made twice."""
        case = self._make_case(write_mail(From=NORA))
        nora = self._as(self.agent, case)._get_receivers(["nora@unknown.example"])
        form = self._open(case)
        self.assertEqual(form.contact_id, nora)
        form.save().action_apply()
        self.assertEqual(case.contact_id, nora)

    def test_contact_for_those_who_work_on_the_case(self):
        """Who may not write the case puts no contact on it, and reads nothing of it."""
        case = self._new_case(
            contact_id=False,
            email="nora@unknown.example",
            confidential=True,
            user_id=self.manager.id,
        )
        with self.assertRefused(AccessError, "."):
            self._open(case)
        with self.assertRefused(AccessError, "."):
            wizard = self._as(self.agent)["aftersales.contact"].create(
                {"case_id": case.id, "name": "Nora"}
            )
            wizard.invalidate_recordset()
            wizard.read(["email"])
        with self.assertRefused(AccessError, "."):
            self._open(self._new_case(contact_id=False), self.reporter)


@tagged("post_install", "-at_install")
class TestReceiversInBrowser(AftersalesSetup, HttpCase):
    def _post(self, case, user, emails):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": case._name,
                "thread_id": case.id,
                "post_data": {
                    "body": "Which machine is it?",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    "partner_ids": self.contact.ids,
                    "partner_emails": emails,
                },
            },
        )

    def _find(self, case, emails):
        return self.make_jsonrpc_request(
            "/mail/partner/from_email",
            {"thread_model": case._name, "thread_id": case.id, "emails": emails},
        )

    @mute_logger("odoo.http")
    def test_contacts_are_made_on_cases_that_one_reads(self):
        """Nobody makes or finds contacts by a case that is not his to read."""
        portal = new_test_user(self.env, "as_portal", groups="base.group_portal")
        case = self._new_case(confidential=True, user_id=self.manager.id)
        for user in (self.agent, self.reporter, portal):
            self.authenticate(user.login, user.login)
            for emails in (["zoe@unknown.example"], ["anna@janssen.example"]):
                with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                    self._find(case, emails)
        strangers = self.env["res.partner"].search([("email", "=ilike", "zoe@%")])
        self.assertFalse(strangers)

    @feature("B4-05")
    def test_answer_reaches_who_is_no_contact(self):
        """An agent who may make no contacts answers a sender who is none."""
        case = self._new_case(
            user_id=self.agent.id, contact_id=False, email="nora@unknown.example"
        )
        self._post(case, self.agent, ["nora@unknown.example"])
        message = case.message_ids[:1]
        self.assertIn("Which machine", message.body)
        self.assertEqual(
            sorted(message.partner_ids.mapped("email")),
            ["anna@janssen.example", "nora@unknown.example"],
        )
        notified = message.notification_ids.filtered(
            lambda n: n.res_partner_id.email == "nora@unknown.example"
        )
        self.assertEqual(notified.notification_type, "email")
        found = self._find(case, ["zoe@unknown.example", "nora@unknown.example"])
        self.assertEqual(
            [row["email"] for row in found],
            ["zoe@unknown.example", "nora@unknown.example"],
        )

    @mute_logger("odoo.http")
    def test_message_that_would_be_lost_is_refused(self):
        """Without a role, the message is refused: it would not get there."""
        case = self._new_case(reporter_id=self.reporter.partner_id.id)
        count = len(case.message_ids)
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self._post(case, self.reporter, ["nora@unknown.example"])
        self.assertEqual(len(case.message_ids), count)
