from odoo.tests import Form, TransactionCase, tagged

from .common import AftersalesSetup

# Queries of one form, with all addons of the suite installed; with fewer it asks less.
# `setup/bench cases` tells what each of them adds.
MOST_TO_OPEN = 42
MOST_TO_CREATE = 83


@tagged("post_install", "-at_install")
class TestFormSpeed(AftersalesSetup, TransactionCase):
    """The form is what people of the service open all day."""

    def setUp(self):
        super().setUp()
        self.cases = self.env(user=self.agent)["aftersales.case"]
        self.defaults = {"default_type_id": self.type_complaint.id}
        form = Form(self.cases.with_context(**self.defaults))
        self.spec = form._view["fields_spec"]

    def _as_reported(self):
        return self._new_case(user_id=self.agent.id).with_env(self.cases.env)

    def _count_open(self, case):
        # The first time fills what the registry keeps.
        self._count_queries(lambda: case.web_read(self.spec))
        return self._count_queries(lambda: case.web_read(self.spec))

    def test_form_opens_with_few_questions(self):
        """Opening a case takes a bounded number of queries."""
        count = self._count_open(self._as_reported())
        self.assertLessEqual(count, MOST_TO_OPEN)

    def test_past_costs_nothing_until_it_is_looked_at(self):
        """A case with a long past, of a customer with many, opens like a new one."""
        case = self._as_reported()
        young = self._count_open(case)
        for stage in (self.stage_progress, self.stage_wait_customer) * 5:
            case.stage_id = stage
        for number in range(20):
            self._new_case(name=f"Machine leaks, number {number}")
        self.assertEqual(self._count_open(case), young)

    def test_case_is_made_with_few_questions(self):
        """Saving a new form takes a bounded number of queries."""

        def create(name):
            made = self.cases.with_context(**self.defaults).web_save(
                {
                    "name": name,
                    "partner_id": self.customer.id,
                    "description": "<p>It hums, and nothing more.</p>",
                },
                self.spec,
            )
            self.assertEqual(len(made), 1)

        self._count_queries(lambda: create("It hums"))
        count = self._count_queries(lambda: create("It hums again"))
        self.assertLessEqual(count, MOST_TO_CREATE)
