from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import AftersalesCommon, feature


class TestCase(AftersalesCommon):
    def _form(self, user):
        return Form(self._as(user)["aftersales.case"])

    @feature("I2-06", "B4-04", "I2-07", "B4-24")
    def test_anybody_reports_by_hand(self):
        """A colleague without a role reports; the case starts in New by itself."""
        form = self._form(self.reporter)
        form.type_id = self.type_complaint
        form.name = "Grinder makes noise"
        case = form.save()
        self.assertEqual(case.state, "new")
        self.assertEqual(case.reporter_id, self.reporter.partner_id)
        self.assertEqual(case.create_uid, self.reporter)
        self.assertTrue(case.reported_at)
        self.assertRegex(case.number, r"^TCMP/\d{4}/00001$")

    @feature("I2-01", "B4-01")
    def test_complaints_and_service_in_one_list(self):
        """Complaints and service orders stand in one list, with their own numbers."""
        complaint = self._new_case()
        service = self._new_case(type_id=self.type_service.id)
        as_agent = self._as(self.agent)
        menu = self.env.ref("aftersales_case.menu_cases_all")
        self.assertIn(menu.id, as_agent["ir.ui.menu"]._visible_menu_ids())
        shown = literal_eval(menu.action.domain or "[]")
        found = as_agent["aftersales.case"].search(shown)
        self.assertGreaterEqual(found, complaint | service)
        self.assertTrue(complaint.number.startswith("TCMP/"))
        self.assertTrue(service.number.startswith("TSRV/"))

    @feature("I2-11", "I2-13", "I2-14")
    def test_reporter_is_not_the_customer(self):
        """Choosing the person fills in the customer; the reporter stays who told us."""
        form = self._form(self.agent)
        form.type_id = self.type_complaint
        form.name = "Leak"
        form.contact_id = self.contact
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.email, "anna@janssen.example")
        self.assertEqual(form.phone, "+31207940001")
        case = form.save()
        self.assertEqual(case.reporter_id, self.agent.partner_id)
        self.assertEqual(case.contact_id, self.contact)

    @feature("I2-12", "I2-18", "I2-19", "I2-21", "I2-23")
    def test_fields_of_a_call(self):
        """Report date, description, category, responsible and status are kept."""
        category = self.env.ref("aftersales_case.category_delivery")
        form = self._form(self.agent)
        form.type_id = self.type_complaint
        form.name = "Pallet damaged"
        form.description = "<p>Two boxes were wet.</p>"
        form.category_id = category
        form.reported_at = fields.Datetime.to_datetime("2026-03-02 08:30:00")
        case = form.save()
        with Form(self._as(self.agent, case)) as edit:
            edit.user_id = self.agent2
            edit.stage_id = self.stage_progress
        self.assertIn("Two boxes were wet.", case.description)
        self.assertEqual(case.category_id, category)
        self.assertEqual(str(case.reported_at), "2026-03-02 08:30:00")
        self.assertEqual(case.user_id, self.agent2)
        self.assertEqual(case.state, "open")

    @feature("I2-22", "I2-24")
    def test_date_handled_and_lead_time(self):
        """Closing writes the date handled; reopening takes it back."""
        case = self._new_case(
            reported_at=fields.Datetime.now() - timedelta(days=3), user_id=self.agent.id
        )
        as_agent = self._as(self.agent, self._complete(case))
        self.assertEqual(as_agent.days_open, 3)
        as_agent.action_done()
        self.assertTrue(case.closed_at)
        with Form(as_agent) as form:
            for name in ("closed_at", "lead_time"):
                self.assertFalse(form._get_modifier(name, "invisible"), name)
            self.assertEqual(form.closed_at, fields.Datetime.to_string(case.closed_at))
            self.assertAlmostEqual(form.lead_time, 3, places=2)
        as_agent.stage_id = self.stage_progress
        self.assertFalse(case.closed_at)
        self.assertEqual(case.lead_time, 0)

    def test_date_handled_stays_when_a_closed_case_moves_on(self):
        """In a batch that is cancelled, what was solved before keeps its date."""
        monday = fields.Datetime.to_datetime("2026-03-02 08:00:00")
        with freeze_time(monday):
            solved = self._complete(self._new_case(reported_at=monday))
            still_open = self._new_case(reported_at=monday)
        with freeze_time(monday + timedelta(days=1)):
            solved.stage_id = self.stage_solved
        with freeze_time(monday + timedelta(days=4)):
            (still_open | solved).stage_id = self.stage_cancelled
        self.assertEqual(solved.closed_at, monday + timedelta(days=1))
        self.assertEqual(still_open.closed_at, monday + timedelta(days=4))
        # The second time it is handled, the new date counts.
        with freeze_time(monday + timedelta(days=5)):
            solved.stage_id = self.stage_progress
        with freeze_time(monday + timedelta(days=6)):
            solved.stage_id = self.stage_solved
        self.assertEqual(solved.closed_at, monday + timedelta(days=6))

    @feature("I2-20")
    def test_costs(self):
        """An agent enters the costs; who changed them is noted, and lists add them up."""
        case = self._new_case(user_id=self.agent.id)
        with Form(self._as(self.agent, case)) as form:
            form.cost = 125.5
        self.cr.flush()  # the end of a request: core notes what changed
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(form.cost, 125.5)
            form.cost = 80
        self.cr.flush()
        case.invalidate_recordset(["message_ids"])
        note = case.message_ids.filtered("tracking_value_ids").sorted("id")[-1:]
        tracked = note.sudo().tracking_value_ids
        self.assertEqual(note.author_id, self.agent.partner_id)
        self.assertEqual(
            (tracked.old_value_float, tracked.new_value_float), (125.5, 80)
        )
        self._new_case(cost=20)
        Case = self._as(self.manager)["aftersales.case"]
        totals = Case.web_read_group(
            [("partner_id", "=", self.customer.id)], ["partner_id"], ["cost:sum"]
        )
        self.assertEqual(totals["groups"][0]["cost:sum"], 100)

    def test_priority_follows_urgency_and_impact(self):
        """Priority is computed from urgency and impact, and may be overruled."""
        form = self._form(self.agent)
        form.type_id = self.type_complaint
        form.name = "Urgent"
        form.urgency, form.impact = "3", "3"
        self.assertEqual(form.priority, "3")
        form.priority = "1"
        self.assertEqual(form.save().priority, "1")

    def test_number_is_gapless_per_type(self):
        """Each type counts for itself."""
        first, second = self._new_case(), self._new_case()
        other = self._new_case(type_id=self.type_service.id)
        numbers = [int(case.number.rpartition("/")[2]) for case in (first, second)]
        self.assertEqual(numbers[1], numbers[0] + 1)
        self.assertEqual(other.number.rpartition("/")[2], "00001")

    def test_costs_of_a_new_case(self):
        """One more in a batch of new cases takes what its number and its note take."""
        vals = {"name": "Many", "type_id": self.type_complaint.id}
        vals |= {"partner_id": self.customer.id, "company_id": self.company.id}

        def create(count):
            return lambda: self.env["aftersales.case"].create([vals] * count)

        create(1)()
        few, many = (self._count_queries(create(count)) for count in (2, 12))
        self.assertLessEqual((many - few) / 10, 10)

    def test_type_change_keeps_stage_by_state(self):
        """A case that becomes a service order keeps its state, not its stage."""
        case = self._new_case(stage_id=self.stage_progress.id)
        case.type_id = self.type_service
        self.assertEqual(case.stage_id, self.stage_assigned)
        self.assertEqual(case.state, "open")

    def test_foreign_stage_is_refused(self):
        """A case cannot stand in a stage that its type does not have."""
        case = self._new_case()
        with self.assertRefused(ValidationError, "is no stage of type"):
            case.stage_id = self.stage_finished

    def test_type_needs_a_first_stage(self):
        """Every type has a stage in state New."""
        with self.assertRefused(ValidationError, "stage in state New"):
            self.env["aftersales.case.type"].create(
                {
                    "name": "Bad",
                    "code": "BAD",
                    "link_ids": [(0, 0, {"stage_id": self.stage_progress.id})],
                }
            )

    @mute_logger("odoo.sql_db")
    def test_waiting_stage_says_for_whom(self):
        """A waiting stage names who is waited for, and only a waiting one does."""
        Stage = self.env["aftersales.case.stage"]
        for vals in (
            {"state": "waiting"},
            {"state": "open", "waiting_for": "customer"},
        ):
            with self.subTest(vals=vals), self.assertRaises(Exception) as caught:
                with self.env.cr.savepoint():
                    Stage.create({"name": "Odd"} | vals)
            self.assertIn("waiting_for", str(caught.exception))

    def test_cases_are_not_deleted(self):
        """A case has a history, so it is cancelled, not deleted."""
        case = self._new_case()
        with self.assertRefused(UserError, "Cancel it"):
            self._as(self.manager, case).unlink()

    def test_used_type_and_stage_cannot_be_deleted(self):
        """Configuration that stands in history is archived."""
        case = self._new_case()
        with self.assertRefused(UserError, "Archive it"):
            case.type_id.unlink()
        with self.assertRefused(UserError, "history"):
            self.stage_new.unlink()

    def test_copied_type_has_own_code_and_numbers(self):
        """A copy of a type has its stages, and a code and numbering of its own."""
        copied = self.type_complaint.copy()
        self.assertEqual(copied.code, "TCMP2")
        self.assertEqual(
            copied.link_ids.stage_id, self.type_complaint.link_ids.stage_id
        )
        self.assertNotEqual(copied.sequence_id, self.type_complaint.sequence_id)

    @feature("I2-29")
    def test_followers_are_told_of_progress(self):
        """Several people can be informed: followers get a notice of each move."""
        case = self._new_case(user_id=self.agent.id)
        followers = (self.leader | self.agent2 | self.reporter).partner_id
        case.message_subscribe(partner_ids=followers.ids)
        self._as(self.agent, case).stage_id = self.stage_progress
        notice = case.message_ids.filtered(
            lambda m: m.subtype_id == self.env.ref("aftersales_case.mt_case_stage")
        )
        told = notice.notified_partner_ids
        self.assertLessEqual(followers, told)
        self.assertNotIn(self.agent.partner_id, told)

    def _get_columns(self, domain):
        """Return the columns of the board, as an agent sees them."""
        Case = self._as(self.agent)["aftersales.case"]
        groups = Case.with_context(read_group_expand=True).web_read_group(
            domain, ["stage_id"], ["__count"]
        )
        return [group["stage_id"][0] for group in groups["groups"]]

    def test_board_shows_all_stages_of_a_type(self):
        """The board of a type has a column for each of its stages, empty ones too."""
        self._new_case()
        columns = self._get_columns([("type_id", "=", self.type_complaint.id)])
        self.assertEqual(columns, self.type_complaint.link_ids.sorted().stage_id.ids)

    def test_board_has_the_order_of_its_type(self):
        """The columns of one type stand as the type orders them, with cases or without."""
        links = self.type_complaint.link_ids.sorted()
        for place, link in enumerate(reversed(links)):
            link.sequence = place
        self._new_case()
        self._new_case(stage_id=self.stage_wait_supplier.id)
        ordered = self.type_complaint.link_ids.sorted().stage_id.ids
        self.assertNotEqual(ordered, links.stage_id.ids)
        for domain in (
            [("type_id", "=", self.type_complaint.id)],
            [("type_id", "in", self.type_complaint.ids), ("state", "!=", "done")],
        ):
            self.assertEqual(self._get_columns(domain), ordered)

    def test_board_of_several_types(self):
        """Without one type, stages that have cases stand in the order of all stages."""
        used = [
            self._new_case(type_id=self.type_service.id),
            self._new_case(stage_id=self.stage_wait_supplier.id),
            self._new_case(stage_id=self.stage_progress.id),
        ]
        numbers = [case.id for case in used]
        expected = (
            self.stage_new | self.stage_progress | self.stage_wait_supplier
        ).sorted()
        types = self.type_complaint | self.type_service
        for domain in ([], [("type_id", "in", types.ids)]):
            columns = self._get_columns([("id", "in", numbers), *domain])
            self.assertEqual(columns, expected.ids)
        case = used[0]
        other = [("id", "in", numbers), ("type_id", "!=", case.type_id.id)]
        self.assertEqual(self._get_columns(other), (expected - self.stage_new).ids)

    def test_open_is_what_no_stage_has_ended(self):
        """A case that was done, rejected or cancelled is found as not open, only so."""
        cases = self._complete(self._new_case()) | self._new_case()
        cases[0].action_done()
        for is_open, wanted in ((True, cases[1]), (False, cases[0])):
            domain = [("id", "in", cases.ids), ("is_open", "=", is_open)]
            self.assertEqual(cases.search(domain), wanted)
            self.assertEqual(cases.filtered_domain(domain), wanted)

    def test_partner_counts_cases(self):
        """The customer's card says how many cases there are and how many are open."""
        first = self._complete(self._new_case())
        self._new_case()
        first.action_done()
        partner = self._as(self.agent, self.customer)
        self.assertEqual(partner.aftersales_case_count, 2)
        self.assertEqual(partner.aftersales_open_case_count, 1)
        action = partner.action_view_aftersales_cases()
        self.assertEqual(self.env["aftersales.case"].search_count(action["domain"]), 2)
        # Whoever looked before: one counts what he may see.
        self._new_case(confidential=True, user_id=self.manager.id)
        self.env.invalidate_all()
        for user, count in ((self.manager, 3), (self.agent, 2)):
            self.assertEqual(
                self._as(user, self.customer).aftersales_case_count, count, user.name
            )
