"""Who makes the service review of an agreement, and who is refused it."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import SlaCommon

LEADER = "aftersales_case.group_aftersales_leader"


class TestReviewRights(SlaCommon):
    """Leaders print and export the reviews of their company's agreements, their own ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._agreement(name="Secret Contract")
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = new_test_user(
            cls.env,
            "leader_elsewhere",
            groups=LEADER,
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        cls.portal = new_test_user(cls.env, "review_portal", "base.group_portal")

    def setUp(self):
        super().setUp()
        self.review = self._new_review(self.leader)

    def _new_review(self, user):
        """Return the dialog that somebody has sent, about the agreement."""
        reviews = self._as(user)["aftersales.sla.review"]
        return reviews.create({"agreement_id": self.agreement.id})

    def _assert_no_review(self, review):
        """Neither button works, and nothing is told when a report is asked for it."""
        report = self.env.ref("aftersales_sla.sla_review_report").report_name
        reports = review.env["ir.actions.report"]
        for name, attempt in {
            "print": lambda: review.action_print(),
            "export": lambda: review.action_export(),
            "report": lambda: reports._render_qweb_html(report, review.ids),
        }.items():
            # Whatever somebody else has read before.
            with self.subTest(name), self.assertRefused(AccessError, ""):
                attempt()

    def test_leader(self):
        """A leader opens it, prints it and exports it."""
        action = self.env.ref("aftersales_sla.aftersales_sla_review_action")
        reviews = self._as(self.leader)[action.res_model]
        form = Form(reviews.with_context(default_agreement_id=self.agreement.id))
        review = form.save()
        self.assertEqual(review.action_print()["type"], "ir.actions.report")
        self.assertIn(f"id={review.id}", review.action_export()["url"])

    def test_no_leader(self):
        """Agents, employees of no group and customers neither open nor get it."""
        for user in (self.agent, self.reporter, self.portal):
            with self.subTest(user=user.login):
                with self.assertRefused(AccessError, ""):
                    Form(self._as(user)["aftersales.sla.review"])
                self._assert_no_review(self._as(user, self.review))

    def test_elsewhere(self):
        """A leader names no agreement of another company, whatever number he sends."""
        self._assert_no_review(self._as(self.stranger, self._new_review(self.stranger)))

    def test_of_a_colleague(self):
        """A dialog is its user's own, the sheet in it as well."""
        self.review.action_export()
        other = self._as(self._hire_other_leader(), self.review)
        self._assert_no_review(other)
        self.env.invalidate_all()
        with self.assertRefused(AccessError, ""):
            other.read(["sheet", "agreement_id"])

    def test_without_the_report(self):
        """Whom an administrator takes the report from is told so at the button."""
        self.env.ref("aftersales_sla.access_sla_report_leader").perm_read = False
        self._assert_no_review(self._as(self.leader, self.review))
