from odoo.tests import HttpCase, tagged

from ..const import CLAIM_PHONE
from .common import AftersalesSetup, feature
from .deliveries import DeliveriesMixin
from .gateway import write_mail


@tagged("post_install", "-at_install")
class TestTours(AftersalesSetup, HttpCase):
    @feature("B4-44", "B4-45")
    def test_drag_on_the_board(self):
        """The board has a column for each phase; a card is dragged to the next one."""
        self.type_complaint.name = "Tour Complaint"
        self.type_complaint.properties_definition = [
            {
                "name": "covered",
                "string": "Covered",
                "type": "selection",
                "selection": [["yes", "Yes"], ["no", "No"]],
                "view_in_cards": True,
            }
        ]
        case = self._new_case(
            name="Boiler drips",
            user_id=self.agent.id,
            properties={"covered": "no"},
        )
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_overview_action",
            "aftersales_case_board",
            login="as_agent",
        )
        self.assertEqual(case.stage_id, self.stage_progress)
        self.assertEqual(case.event_ids[-1:].actor_id, self.agent)

    def test_history_is_read_when_opened(self):
        """The past is no part of the form: it comes with its tab, and after each save."""
        case = self._new_case(name="Lived of the tour", user_id=self.agent.id)
        views = self._as(self.agent, case).get_views([(False, "form")])
        self.assertNotIn("history_html", views["models"]["aftersales.case"]["fields"])
        self.start_tour(
            f"/odoo/aftersales.case/{case.id}",
            "aftersales_case_history",
            login="as_agent",
        )
        self.assertEqual(case.stage_id, self.stage_progress)

    @feature("I2-06")
    def test_first_report(self):
        """A colleague without a role opens the app, reports a case, and sees it there."""
        self.start_tour(
            "/odoo/discuss", "aftersales_case_first_report", login="as_reporter"
        )
        case = self.env["aftersales.case"].search(
            [("name", "=", "Cups arrived broken")]
        )
        self.assertEqual(case.create_uid, self.reporter)
        self.assertTrue(case.user_id)
        link = self._as(self.reporter, case).action_reported()["params"]["links"][0]
        self.start_tour(
            link["url"], "aftersales_case_reported_link", login="as_reporter"
        )

    def test_report_says_only_what_was_answered(self):
        """An own field is empty until somebody answers; 0 and No are answers."""
        self.type_complaint.write(
            {
                "sequence": 0,  # the type that a new case starts with
                "properties_definition": [
                    {"name": "quantity", "string": "Quantity", "type": "integer"},
                    {"name": "usable", "string": "Still Usable", "type": "boolean"},
                    {"name": "spare", "string": "Spare Parts", "type": "integer"},
                    {"name": "broken", "string": "Broken", "type": "boolean"},
                    {"name": "opened", "string": "Opened", "type": "boolean"},
                ],
            }
        )
        self.start_tour(
            "/odoo/reported-cases",
            "aftersales_case_report_unanswered",
            login="as_reporter",
        )
        case = self.env["aftersales.case"].search([("name", "=", "Cups of the tour")])
        self.assertEqual(case._get_raw_properties(), {"spare": 0, "broken": False})

    def test_app_opens_what_one_reported_and_follows(self):
        """An accountant finds his reports and what he follows; an agent his overview."""
        self._new_case(
            name="Reported by the accountant", reporter_id=self.accountant.partner_id.id
        )
        followed = self._new_case(name="Followed by the accountant")
        followed.message_subscribe(self.accountant.partner_id.ids)
        self._new_case(name="Nobody told him")
        self.start_tour(
            "/odoo/discuss", "aftersales_case_landing_followed", login="as_accountant"
        )
        self.start_tour(
            "/odoo/discuss", "aftersales_case_landing_agent", login="as_agent"
        )

    def test_rejecting_a_claim_is_asked_first(self):
        """What a click would lose for good is asked before, and can be left."""
        case = self._new_case(name="Claim of the tour", contact_id=False)
        case.write(
            {"claim_reason": CLAIM_PHONE, "claimed_partner_id": self.customer.id}
        )
        self.start_tour(
            "/odoo/claims-to-confirm", "aftersales_case_reject_claim", login="as_agent"
        )
        self.assertFalse(case.claim_reason)
        self.assertFalse(case.partner_id)

    @feature("B4-06")
    def test_mail_becomes_a_service_order(self):
        """An agent opens a waiting mail and makes a case of it: two clicks, no typing."""
        self.type_service.alias_name = "repairs"
        source = write_mail(
            "The boiler of the tour drips.",
            From="new@unknown.example",
            To="repairs@aftersales.example",
            Subject="Boiler of the tour",
        )
        self.env["mail.thread"].message_process(None, source)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_intake_action",
            "aftersales_case_inbox",
            login="as_agent",
        )
        case = self.env["aftersales.case"].search([("name", "=", "Boiler of the tour")])
        self.assertEqual(case.type_id, self.type_service)
        self.assertEqual(case.email, "new@unknown.example")
        self.assertIn("The boiler of the tour drips", case.description)
        self.assertEqual(case.intake_ids.state, "case")

    @feature("B4-06")
    def test_refused_mail_is_seen(self):
        """The inbox counts refused mails; a leader allows the sender of one."""
        self.type_service.alias_name = "repairs"
        for subject, headers in (
            ("Waiting here", {}),
            ("Members of the tour", {"Precedence": "bulk"}),
            ("Newsletter", {"Precedence": "bulk"}),
        ):
            source = write_mail(
                From="new@unknown.example",
                To="repairs@aftersales.example",
                Subject=subject,
                **headers,
            )
            self.env["mail.thread"].message_process(None, source)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_intake_action",
            "aftersales_inbox_refused",
            login="as_leader",
        )
        allowed = self.env["aftersales.intake.allowed"].search([])
        self.assertEqual(allowed.mapped("value"), ["new@unknown.example"])

    @feature("B4-06")
    def test_mail_joins_a_case(self):
        """An agent adds a waiting mail to the case that it is about."""
        case = self._new_case(name="Grinder of the tour", user_id=self.agent.id)
        self.type_service.alias_name = "repairs"
        source = write_mail(
            "It is worse now.",
            From="new@unknown.example",
            To="repairs@aftersales.example",
            Subject="More on the tour",
        )
        self.env["mail.thread"].message_process(None, source)
        self.start_tour(
            "/odoo/action-aftersales_case.aftersales_intake_action",
            "aftersales_case_inbox_add",
            login="as_agent",
        )
        self.assertEqual(case.intake_ids.state, "added")
        self.assertIn("It is worse now", "".join(case.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestSlipTours(DeliveriesMixin, AftersalesSetup, HttpCase):
    @feature("I2-52", "I2-53")
    def test_number_fills_the_screen(self):
        """An agent enters a slip's number, sees the goods and marks what is wrong."""
        lot = self._lot(self.grinder, "M60-1")
        slip = self._picking(
            (self.filters, 12),
            (self.grinder, 1, lot),
            name="TOUR-SLIP-1",
            origin="S-4711",
        )
        self.type_complaint.sequence = 0  # the type that a new case starts with
        self.start_tour("/odoo/cases/new", "aftersales_case_slip", login="as_agent")
        case = self.env["aftersales.case"].search([("picking_id", "=", slip.id)])
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.line_ids.mapped("quantity"), [2, 1])
        self.assertEqual(case.line_ids.mapped("concerned"), [True, False])

    @feature("I2-52")
    def test_choose_one_of_several(self):
        """When two slips fit, the agent chooses."""
        case = self._new_case(user_id=self.agent.id)
        slips = [
            self._picking(
                (self.filters, 1), name=f"tour-slip-{number}", origin="S-4712"
            )
            for number in (2, 3)
        ]
        self.start_tour(
            f"/odoo/cases/{case.id}", "aftersales_case_slip_choice", login="as_agent"
        )
        self.assertEqual(case.picking_id, slips[1])
        self.assertEqual(len(case.line_ids), 1)
