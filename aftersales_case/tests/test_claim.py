from ast import literal_eval

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import html2plaintext, mute_logger

from ..const import (
    CLAIM_DOCUMENT,
    CLAIM_FORGED,
    CLAIM_PHONE,
    EVENT_CLAIM_CONFIRMED,
    EVENT_CLAIM_EXPIRED,
    EVENT_CLAIM_REJECTED,
    EVENT_SLIP_CONFIRMED,
    REASON_SENDER_FORGED,
    REASON_SENDER_UNKNOWN,
    SLIP_CLAIMED,
)
from .common import AftersalesCommon, AftersalesSetup, feature
from .deliveries import DeliveriesMixin
from .gateway import INBOX, GatewayCommon, write_mail

STRANGER = "Fleur Vos <fleur@vos.example>"
CLAIM_FIELDS = (
    "claimed_partner_id",
    "claimed_picking_id",
    "claim_reason",
    "claim_hint",
)
FAILED = "mx.aftersales.example; spf=pass; dmarc=fail (p=none) header.from=j.example"


class ClaimCommon(DeliveriesMixin, GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.intake_unclear = "case"
        cls.slip = cls._picking((cls.filters, 12), origin="S-4711", partner=cls.contact)

    def _receive_claim(self, text=None, **headers):
        """Return the case of a stranger's mail, which names our customer's slip."""
        headers = {"From": STRANGER} | headers
        return self._receive_case(
            write_mail(text or f"Slip {self.slip.name} is not complete.", **headers)
        )

    def _assert_nothing_taken(self, case):
        for name in ("partner_id", "contact_id", "picking_id", "site_id", "phone"):
            self.assertFalse(case[name], name)
        for name in ("line_ids", "product_ids", "supplier_id"):
            self.assertFalse(case[name], name)

    def _get_kinds(self, case):
        return case.event_ids.mapped("kind")


class TestClaim(ClaimCommon):
    """What a stranger names is a candidate until a person confirms it."""

    @feature("N-28")
    def test_nothing_is_taken_and_nothing_told(self):
        """A stranger names a slip: the mail to him names his words and the number."""
        case = self._receive_claim()
        self._assert_nothing_taken(case)
        self.assertEqual(case.slip_number, self.slip.name)
        self.assertEqual(case.slip_state, SLIP_CLAIMED)
        self.assertFalse(case.slip_candidate_ids)
        sent = self._get_last_sent(case)
        self.assertIn("fleur@vos.example", sent.email_to)
        text = f"{sent.subject} {html2plaintext(sent.body_html)}"
        self.assertIn(case.number, text)
        self.assertIn("Machine leaks", text)
        for secret in ("Anna", "Janssen", "794", self.slip.name, "Water Filter"):
            self.assertNotIn(secret, text)
        self.assertNotIn("Dear", text)

    @feature("N-28")
    def test_waiting_mail_offers_the_candidate(self):
        """A mail that waits shows whom it names; one click takes him over."""
        self.type_complaint.intake_unclear = "inbox"
        mail = write_mail(f"Invoice for {self.slip.name} is wrong", From=STRANGER)
        intake = self._as(self.agent, self._receive(mail))
        self.assertEqual(intake.state, "waiting")
        self.assertEqual(intake.reason, REASON_SENDER_UNKNOWN)
        self.assertFalse(intake.partner_id)
        self.assertEqual(intake.claimed_partner_id, self.customer)
        self.assertEqual(intake.claimed_picking_id, self.slip)
        intake.action_confirm_claim()
        self.assertEqual(intake.partner_id, self.customer)
        self.assertFalse(intake.claim_reason)
        self.assertIn(self.agent.name, self._get_texts(intake))
        intake.action_make_case()
        self.assertEqual(intake.case_id.partner_id, self.customer)
        self.assertEqual(intake.case_id.picking_id, self.slip)
        with self.assertRaisesRegex(UserError, "nothing is left"):
            intake.action_confirm_claim()

    @feature("N-28")
    def test_invoice_number(self):
        """The number of an invoice names its customer, and proves nothing."""
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "CLM",
                "type": "sale",
                "company_id": self.company.id,
            }
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": self.customer.id,
                "company_id": self.company.id,
            }
        )
        invoice.name = "INV/2026/00002"
        case = self._receive_claim("Dit gaat over INV/2026/00002")
        self._assert_nothing_taken(case)
        self.assertEqual(case.claimed_partner_id, self.customer)
        self.assertEqual(case.claim_reason, CLAIM_DOCUMENT)
        self.assertEqual(case.claim_hint, "INV/2026/00002")
        self.assertFalse(case.slip_number or case.claimed_picking_id)
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.partner_id, self.customer)

    @feature("N-28")
    def test_made_without_a_decision(self):
        """Who makes a case of a waiting mail has not said that the claim is true."""
        self.type_complaint.intake_unclear = "inbox"
        mail = write_mail(f"Slip {self.slip.name}", From=STRANGER)
        intake = self._as(self.agent, self._receive(mail))
        intake.action_make_case()
        self._assert_nothing_taken(intake.case_id)
        self.assertEqual(intake.case_id.claimed_picking_id, self.slip)

    @feature("N-28")
    def test_rejected_on_a_waiting_mail(self):
        """A rejected candidate is gone, and does not come back with the case."""
        intake = self._receive(
            write_mail(f"Slip {self.slip.name}", From=STRANGER, To=INBOX)
        )
        intake = self._as(self.agent, intake)
        intake.action_reject_claim()
        intake.type_id = self.type_complaint
        intake.action_make_case()
        self._assert_nothing_taken(intake.case_id)
        self.assertFalse(intake.case_id.claim_reason or intake.case_id.slip_number)

    @feature("N-28")
    def test_confirm(self):
        """Whoever confirms is logged; customer and goods are then as if he typed."""
        case = self._as(self.agent, self._receive_claim())
        case.action_confirm_claim()
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.picking_id, self.slip)
        self.assertEqual(case.line_ids.product_id, self.filters)
        self.assertEqual(case.slip_state, "done")
        self.assertEqual(case.email, "fleur@vos.example")
        self.assertFalse(case.slip_unconfirmed)
        event = case.event_ids.filtered(lambda e: e.kind == EVENT_CLAIM_CONFIRMED)
        self.assertEqual(event.actor_id, self.agent)
        self.assertEqual(event.to_id, self.customer.id)
        self.assertIn(
            f"Aagje Agent confirmed this claim: The sender names delivery"
            f" {self.slip.name} of Janssen Horeca.",
            self._get_texts(case),
        )
        with self.assertRaisesRegex(UserError, "nothing is left to confirm"):
            case.action_confirm_claim()

    @feature("N-28")
    def test_stranger_is_greeted_by_no_name(self):
        """Also after a confirmation: a stranger's address is not the contact's."""
        case = self._receive_claim()
        self._as(self.agent, case).action_confirm_claim()
        case.contact_id = self.contact
        case.email = "fleur@vos.example"
        self.assertFalse(case.addressee_name)
        case.email = "Anna@janssen.example"
        self.assertEqual(case.addressee_name, "Anna Janssen")

    @feature("N-28")
    def test_reject(self):
        """A rejected number matches nothing any more, not even a later delivery."""
        case = self._as(self.agent, self._receive_claim())
        case.action_reject_claim()
        self._assert_nothing_taken(case)
        self.assertFalse(case.claim_reason or case.slip_number or case.slip_state)
        event = case.event_ids.filtered(lambda e: e.kind == EVENT_CLAIM_REJECTED)
        self.assertEqual(event.actor_id, self.agent)
        self.assertNotIn("Janssen", f"{event.summary} {self._get_texts(case)}")
        self._picking((self.filters, 1), name="OUT-9", origin=self.slip.name)
        self._assert_nothing_taken(case)

    @feature("N-28")
    def test_somebody_decides_by_typing(self):
        """A customer or slip entered by hand settles the claim."""
        other = self._picking((self.pump, 1), partner=self.polish_customer)
        for name, value in (
            ("partner_id", self.polish_customer),
            ("slip_number", other.name),
            ("picking_id", other),
        ):
            with self.subTest(name):
                case = self._as(self.agent, self._receive_claim())
                if name == "picking_id":  # chosen in the list of transfers
                    other.with_context(
                        aftersales_case_id=case.id
                    ).action_use_for_aftersales_case()
                else:
                    with Form(case) as form:
                        form[name] = value
                self.assertFalse(case.claim_reason or case.claimed_partner_id)
                self.assertEqual(case.partner_id, self.polish_customer)
                self.assertEqual(case.picking_id == other, name != "partner_id")

    @feature("N-28")
    def test_later_delivery_is_not_taken(self):
        """The number of a delivery that comes later waits for a person as well."""
        # As a page for strangers makes it.
        case = self._new_case(
            contact_id=False,
            slip_number="OUT-LATER",
            claim_reason=CLAIM_DOCUMENT,
            claim_hint="out-later",
        )
        later = self._picking((self.pump, 1), name="OUT-LATER")
        self._assert_nothing_taken(case)
        self.assertEqual(case.slip_state, SLIP_CLAIMED)
        self._as(self.agent, case).action_match_slip()
        self._assert_nothing_taken(case)
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.picking_id, later)
        self.assertEqual(case.partner_id, self.customer)

    @feature("N-28")
    def test_claim_goes_on_to_no_other_case(self):
        """Merging and splitting carry no claimed number to a case that takes it."""
        claimed, target = self._receive_claim(), self._new_case(contact_id=False)
        self.assertFalse(claimed._prepare_split_vals().get("slip_number"))
        claimed._merge_into(target)
        self.assertFalse(target.slip_number)
        self.slip.origin = self.slip.name
        self._assert_nothing_taken(target)

    @feature("N-28")
    def test_old_claims_are_forgotten(self):
        """After the days of the company the candidate is forgotten, the case stays."""
        case = self._receive_claim()
        waiting = self._receive(
            write_mail(f"Slip {self.slip.name}", From=STRANGER, To=INBOX)
        )
        self.company.aftersales_claim_days = 10
        for days, kept in ((9, True), (11, False)):
            old = fields.Datetime.subtract(fields.Datetime.now(), days=days)
            case.reported_at = waiting.received_at = old
            case._gc_claims()
            waiting._gc_claims()
            self.assertEqual(bool(case.claimed_partner_id), kept)
            self.assertEqual(bool(waiting.claimed_partner_id), kept)
        self.assertFalse(case.slip_number)
        self.assertEqual(case.state, "new")
        self.assertIn(EVENT_CLAIM_EXPIRED, self._get_kinds(case))
        self.assertIn("within 10 days", self._get_texts(case))
        self.assertNotIn("Janssen", self._get_texts(case))

    def test_never_forgotten(self):
        """Zero days mean that claims are kept."""
        case = self._receive_claim()
        self.company.aftersales_claim_days = 0
        case.reported_at = "2020-01-01 08:00:00"
        case._gc_claims()
        self.assertTrue(case.claimed_partner_id)

    def _receive_two(self):
        """Return two claimed cases, behind one that claims nothing."""
        return self._as(
            self.agent,
            self._new_case()
            | self._receive_claim()
            | self._receive_claim(From="Gijs <gijs@gijs.example>"),
        )

    @feature("N-28")
    def test_confirm_a_batch(self):
        """Every claim that is chosen is confirmed; where nothing is claimed, nothing."""
        cases = self._receive_two()
        cases.action_confirm_claim()
        self.assertEqual(cases[1:].picking_id, self.slip)
        self.assertEqual(
            [EVENT_CLAIM_CONFIRMED in self._get_kinds(case) for case in cases],
            [False, True, True],
        )

    @feature("N-28")
    def test_reject_a_batch(self):
        """Every claim that is chosen is rejected; where nothing is claimed, nothing."""
        cases = self._receive_two()
        cases.action_reject_claim()
        self.assertFalse(any(cases.mapped("claim_reason")))
        self.assertEqual(
            [EVENT_CLAIM_REJECTED in self._get_kinds(case) for case in cases],
            [False, True, True],
        )

    @feature("N-28")
    def test_reject_a_batch_of_mails(self):
        """Every waiting mail that is chosen forgets whom it names, not the first only."""
        mails = self.env["aftersales.intake"]
        for sender in (STRANGER, "Gijs <gijs@gijs.example>"):
            mails |= self._receive(
                write_mail(f"Slip {self.slip.name}", From=sender, To=INBOX)
            )
        self.assertTrue(all(mails.mapped("claim_reason")))
        self._as(self.agent, mails).action_reject_claim()
        self.assertFalse(any(mails.mapped("claim_reason")))

    @feature("N-28")
    def test_list_of_claims(self):
        """Agents find what is to be confirmed in its own list, with its count."""
        before = self._as(self.agent, self.type_complaint).claim_case_count
        case = self._receive_claim()
        self.type_complaint.invalidate_recordset()
        domain = self.env.ref("aftersales_case.aftersales_claim_action").domain
        found = self._as(self.agent)["aftersales.case"].search(literal_eval(domain))
        self.assertIn(case, found)
        counted = self._as(self.agent, self.type_complaint).claim_case_count
        self.assertEqual(counted, before + 1)


class TestForgedSender(ClaimCommon):
    """Our own mail server may doubt that a mail comes from its address."""

    def _receive_forged(self, *results, text="The machine leaks.", **headers):
        lines = "".join(f"Authentication-Results: {result}\n" for result in results)
        return self._receive(lines.encode() + write_mail(text, **headers))

    @feature("N-28")
    def test_forged_address_proves_nothing(self):
        """A known address that fails the check makes a candidate, greeted by nobody."""
        intake = self._receive_forged(FAILED, text=f"Slip {self.slip.name}")
        case = intake.case_id
        self.assertEqual(intake.reason, REASON_SENDER_FORGED)
        self._assert_nothing_taken(case)
        self.assertFalse(case.reporter_id)
        self.assertFalse(self._get_messages(intake.message_id).author_id)
        self.assertEqual(case.claimed_partner_id, self.contact)
        self.assertEqual(case.claim_reason, CLAIM_FORGED)
        self.assertNotIn("Anna", self._get_last_sent(case).body_html)
        self._as(self.agent, case).action_confirm_claim()
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.partner_id, self.customer)

    @feature("N-28")
    def test_colleagues_address_acts_for_nobody(self):
        """A forged mail of a colleague is not written down as his doing."""
        mail = {"From": self.agent.email_formatted}
        intake = self._receive_forged(FAILED, **mail)
        self.assertFalse(intake.case_id.reporter_id)
        self.assertNotIn(self.agent, intake.case_id.event_ids.actor_id)
        genuine = self._receive(write_mail(**mail))
        self.assertEqual(genuine.case_id.reporter_id, self.agent.partner_id)

    @feature("N-28")
    def test_address_counts_without_a_doubt(self):
        """No header, a passed check, or a stranger's word below ours: it is Anna."""
        passed = FAILED.replace("dmarc=fail", "dmarc=pass")
        for results in ((), (passed,), (passed, FAILED.replace("mx.", "other."))):
            with self.subTest(results):
                intake = self._receive_forged(*results)
                self.assertEqual(intake.case_id.contact_id, self.contact)
                self.assertFalse(intake.case_id.claim_reason)

    @feature("N-28")
    def test_name_of_our_server(self):
        """With its name in the settings, only what our own server wrote counts."""
        form = Form(self.env["res.config.settings"])
        form.aftersales_authserv_id = "mx.aftersales.example"
        form.save().execute()
        relay = "relay.example; dmarc=pass"
        self.assertEqual(
            self._receive_forged(relay, FAILED).reason, REASON_SENDER_FORGED
        )
        foreign = FAILED.replace("mx.", "other.")
        self.assertFalse(self._receive_forged(foreign).reason)


class TestClaimRights(ClaimCommon):
    @feature("N-28")
    def test_reporter_sees_no_candidate(self):
        """Claim fields are for agents: not read, not searched, not decided by others."""
        case = self._receive_claim()
        case.message_subscribe(self.reporter.partner_id.ids)
        own = self._as(self.reporter, case)
        self.assertEqual(own.slip_state, SLIP_CLAIMED)
        for name in CLAIM_FIELDS:
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    own.read([name])
                with self.assertRaises(AccessError):
                    own.search([(name, "!=", False)])
                self.assertNotIn(name, own.fields_get())
        for action in ("action_confirm_claim", "action_reject_claim"):
            with self.assertRefused(AccessError, "."):
                getattr(own, action)()

    @feature("N-28")
    def test_reporter_confirms_nothing(self):
        """Whoever reports a case with a slip does not confirm it himself."""
        with Form(self._as(self.reporter)["aftersales.case"]) as form:
            form.name = "Two are missing"
            form.type_id = self.type_complaint
            form.slip_number = self.slip.name
        case = form.record
        self.assertEqual(case.picking_id, self.slip)
        self.assertEqual(case.partner_id, self.customer)
        self.assertTrue(case.slip_unconfirmed)
        with self.assertRefused(AccessError, "only agents of After-sales confirm"):
            case.action_confirm_slip()
        with self.assertRaises(AccessError):
            case.slip_unconfirmed = False
        self._as(self.agent, case).action_confirm_slip()
        self.assertFalse(case.slip_unconfirmed)
        event = case.event_ids.filtered(lambda e: e.kind == EVENT_SLIP_CONFIRMED)
        self.assertEqual(event.actor_id, self.agent)

    def test_whose_word_is_enough(self):
        """An agent's number needs no confirmation, a reporter's later one does."""
        case = self._as(self.reporter)["aftersales.case"].create(
            {"name": "Mine", "type_id": self.type_complaint.id}
        )
        self.assertFalse(case.slip_unconfirmed)
        self._as(self.agent, case).slip_number = self.slip.name
        self.assertFalse(case.slip_unconfirmed)
        case.slip_number = "S-NONE"
        self.env.flush_all()
        self.assertTrue(case.slip_unconfirmed)
        case.slip_number = False
        self.assertFalse(case.slip_unconfirmed)

    def test_agent_of_another_team(self):
        """Who may not write the case decides nothing about it."""
        other = self.env["aftersales.team"].create(
            {
                "name": "Other",
                "company_id": self.company.id,
                "leader_id": self.manager.id,
            }
        )
        case = self._receive_claim()
        case.write({"team_id": other.id, "user_id": self.manager.id})
        for action in (
            "action_confirm_claim",
            "action_reject_claim",
            "action_confirm_slip",
        ):
            with self.assertRefused(AccessError, "."):
                getattr(self._as(self.agent, case), action)()


@tagged("post_install", "-at_install")
class TestClaimRpc(AftersalesSetup, HttpCase):
    """What portal users and reporters get by RPC."""

    @feature("N-28")
    @mute_logger("odoo.http")
    def test_portal_and_reporter_by_rpc(self):
        """Neither the customer nor a colleague without a role reads a candidate."""
        case = self._new_case(
            contact_id=False,
            claimed_partner_id=self.customer.id,
            claim_reason=CLAIM_PHONE,
            claim_hint="+31207940000",
        )
        case.message_subscribe(self.reporter.partner_id.ids)
        portal = new_test_user(
            self.env,
            "as_claimer",
            groups="base.group_portal",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for user in (portal, self.reporter):
            self.authenticate(user.login, user.login)
            for method, args in (
                ("read", [case.ids, list(CLAIM_FIELDS)]),
                ("search_read", [[["claimed_partner_id", "!=", False]], ["name"]]),
                ("action_confirm_claim", [case.ids]),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(JsonRpcException),
                ):
                    self.make_jsonrpc_request(
                        f"/web/dataset/call_kw/aftersales.case/{method}",
                        {
                            "model": "aftersales.case",
                            "method": method,
                            "args": args,
                            "kwargs": {},
                        },
                    )
        self.assertFalse(case.partner_id)


class TestAddressee(AftersalesCommon):
    @feature("N-28")
    def test_who_is_greeted(self):
        """A message greets whose address it goes to, and nobody else by name."""
        case = self._new_case()
        self.assertEqual(case.addressee_name, "Anna Janssen")
        case.email = "info@janssen.example"
        self.assertEqual(case.addressee_name, "Janssen Horeca")
        case.email = "else@mail.example"
        self.assertFalse(case.addressee_name)
