from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time

from odoo.addons.aftersales_case.tests.common import feature

from ..hooks import IMPLIED, _take_roles_back
from .common import MONDAY, SlaCommon

REVIEW = "aftersales_sla.activity_review"


class TestAgreement(SlaCommon):
    """The contract: who sees it, what hangs on it, and whom it covers."""

    def _review(self, agreement):
        return agreement.activity_search([REVIEW]).mapped("date_deadline")

    @feature("I2-62")
    def test_agreement_with_policy(self):
        """A manager agrees with a customer on a form, and says what is promised there."""
        agreements = self._as(self.manager)["agreement"]
        with Form(agreements) as form:
            form.name = "Service"
            form.code = "SV-1"
            form.partner_id = self.customer
            form.start_date = date(2026, 1, 1)
            form.end_date = date(2026, 12, 31)
            form.sla_goal_percent = 98
        agreement = form.record
        self.assertEqual(agreement.sla_review_on, date(2026, 12, 1))
        self.assertEqual(self._review(agreement), [date(2026, 12, 1)])
        policies = self._as(self.manager)["aftersales.sla.policy"]
        with Form(policies.with_context(default_agreement_id=agreement.id)) as form:
            form.name = "Fast"
            form.calendar_id = self.calendar
            with form.target_ids.new() as target:
                target.metric = "resolved"
                target.quantity = 8
        self.assertEqual(form.record.target_ids.goal_percent, 98)
        with self._at():
            case = self._new_case()
            [clock] = self._clocks(case)
        self.assertEqual(clock.policy_id, form.record)
        seen = Form(self._as(self.agent, case))
        self.assertEqual(seen.agreement_id, agreement)
        self.assertEqual(seen.covered_until, "2026-12-31")

    def test_review_moves(self):
        """One reminder stands: for the day that is chosen, or thirty days before the end."""
        agreement = self._agreement(end_date="2026-12-31")
        self.assertEqual(self._review(agreement), [date(2026, 12, 1)])
        agreement.end_date = "2027-12-31"
        self.assertEqual(self._review(agreement), [date(2027, 12, 1)])
        agreement.sla_review_on = "2027-06-01"
        self.assertEqual(self._review(agreement), [date(2027, 6, 1)])
        agreement.active = False
        self.assertFalse(self._review(agreement))

    def test_dates(self):
        """An agreement cannot end before it starts, nor be reviewed after its end."""
        with self.assertRefused(ValidationError, "Valid Until: .* before it starts"):
            self._agreement(start_date="2026-03-02", end_date="2026-03-01")
        with self.assertRefused(ValidationError, "Next Review: choose a day before"):
            self._agreement(end_date="2026-03-01", sla_review_on="2026-03-02")
        for goal in (0, 101, 2**40):
            with self.assertRefused(ValidationError, "Goal"):
                self._agreement(sla_goal_percent=goal)

    def test_no_longer_covered(self):
        """A case is covered by what held when it was reported."""
        agreement = self._agreement(end_date=MONDAY.date())
        with self._at():
            today = self._new_case()
        with self._at(days=1):
            later = self._new_case()
        self.assertEqual(today.covered_until, MONDAY.date())
        self.assertEqual((today | later).agreement_id, agreement)
        self.assertFalse(later.agreement_id)

    def test_nearest_covers(self):
        """A branch's own agreement goes before that of the company above it."""
        branch = self.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": self.customer.id}
        )
        above = self._agreement(code="ABOVE")
        case = self._new_case(contact_id=False, partner_id=branch.id)
        self.assertEqual(case.agreement_id, above)
        own = self._agreement(code="OWN", partner_id=branch.id)
        case.invalidate_recordset()
        self.assertEqual(case.agreement_id, own)

    def test_contact_form_of_anybody(self):
        """Who reads no agreements opens contacts all the same; who does sees how many."""
        self._agreement()
        seen = self._as(self.reporter, self.contact)
        self.assertEqual(seen.agreements_count, 0)
        self.assertNotIn("agreements_count", self._get_form(self.reporter))
        seen = self._as(self.agent, self.contact)
        self.assertEqual(seen.agreements_count, 1)
        self.assertIn("agreements_count", self._get_form(self.agent))
        found = self._as(self.agent)["agreement"].search(
            seen.action_open_agreement()["domain"]
        )
        self.assertEqual(found.partner_id, self.customer)

    def _get_form(self, user):
        partners = self._as(user)["res.partner"]
        view = self.env.ref("base.view_partner_form")
        return partners.get_view(view.id, "form")["arch"]

    def test_roles(self):
        """Agents and leaders read agreements, managers write them."""
        agreement = self._agreement()
        for user in (self.agent, self.leader):
            self.assertTrue(self._as(user, agreement).has_access("read"))
            with self.assertRaises(AccessError):
                self._as(user, agreement).name = "Mine"
        self._as(self.manager, agreement).name = "Ours"
        self.assertFalse(self._as(self.reporter, agreement).has_access("read"))

    def test_figures(self):
        """Leaders see on the agreement how many deadlines were met and missed."""
        agreement = self._agreement()
        self._policy({"metric": "response", "quantity": 2}, agreement_id=agreement.id)
        with self._at():
            late, early, _running = [self._new_case() for _number in range(3)]
            self._flush()
        with self._at(1):
            early.stage_id = self.stage_cancelled
            self._flush()
        with self._at(5):
            self._run_job()
            seen = self._as(self.leader, agreement)
            self.assertEqual(late.clock_ids.state, "breached")
            self.assertEqual(seen.sla_missed_count, 2)
            self.assertEqual(seen.sla_met_percent, 0)
            self.assertEqual(seen.sla_open_count, 0)
        with self.assertRaises(AccessError):
            self._as(self.agent, agreement).read(["sla_met_percent"])

    @feature("I2-62")
    def test_template(self):
        """An example becomes an agreement with policies and targets of its own."""
        template = self.env.ref("aftersales_sla.agreement_premium")
        made = self._as(self.manager, template).action_use_sla_template()
        agreement = self.env["agreement"].browse(made["res_id"])
        self.assertFalse(agreement.is_template)
        self.assertEqual(agreement.company_id, self.company)
        # Without a responsible nobody is reminded of the review.
        self.assertEqual(agreement.sla_user_id, self.manager)
        self.assertEqual(len(agreement.sla_policy_ids), 2)
        self.assertEqual(
            agreement.sla_policy_ids.target_ids.mapped("metric"),
            template.sla_policy_ids.target_ids.mapped("metric"),
        )
        agreement.partner_id = self.customer
        with self._at():
            case = self._new_case()
            self.assertEqual(len(self._clocks(case)), 2)
        with self.assertRefused(UserError, "is no template"):
            agreement.action_use_sla_template()

    def test_templates_hold_for_nobody(self):
        """No case is matched with an example, nor covered by it."""
        with self._at():
            case = self._new_case()
            self.assertFalse(self._clocks(case))
            self.assertFalse(case.agreement_id)

    def test_policies_keep_their_agreement(self):
        """What is promised is not deleted with its contract."""
        agreement = self._agreement()
        self._policy({}, agreement_id=agreement.id)
        with self.assertRefused(UserError, "Service has SLA policies: archive it"):
            agreement.unlink()

    def test_archived(self):
        """The policies of an archived agreement hold no more; others do."""
        agreement = self._agreement()
        own = self._policy({"quantity": 2}, agreement_id=agreement.id)
        other = self._policy({"quantity": 8}, name="Everybody")
        with self._at():
            case = self._new_case()
            self.assertEqual(self._clocks(case).policy_id, own)
        with self._at(1):
            agreement.active = False
            self._run_job()
            states = {one.policy_id: one.state for one in case.clock_ids}
            self.assertEqual(states, {own: "cancelled", other: "running"})

    def test_two_agreements(self):
        """Two agreements at once are fine; policies of theirs that tie are refused."""
        first = self._agreement(code="A", end_date="2026-12-31")
        second = self._agreement(code="B")
        self._policy({}, agreement_id=first.id, name="First")
        with self.assertRefused(ValidationError, "Second and First may both hold"):
            self._policy({}, agreement_id=second.id, name="Second")
        self._policy({}, agreement_id=second.id, name="Urgent", priority="3")
        second.start_date = "2027-01-01"
        self._policy({}, agreement_id=second.id, name="Second")
        with self.assertRefused(ValidationError, "may both hold"):
            second.start_date = "2026-12-31"

    def test_existing_agreements_are_reviewed(self):
        """What was agreed before the addon came is reviewed too."""
        agreement = self._agreement(end_date=date.today() + timedelta(days=90))
        agreement.activity_unlink([REVIEW])
        with freeze_time("2026-03-02 09:00:00"):
            agreement.search([("end_date", ">=", "today")])._plan_reviews()
        self.assertEqual(len(self._review(agreement)), 1)


class TestUninstall(SlaCommon):
    def test_roles_are_taken_back(self):
        """Without the addon the roles give no right to agreements any more."""
        agreement = self._agreement()
        self.assertTrue(self._as(self.agent, agreement).has_access("read"))
        _take_roles_back(self.env)
        for role, implied in IMPLIED.items():
            self.assertNotIn(self.env.ref(implied), self.env.ref(role).implied_ids)
        self.assertFalse(self._as(self.agent, agreement).has_access("read"))
