from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import AftersalesCommon, feature

HUGE = (2**30, 2**40, 10**20)


class TestSettingsGuard(AftersalesCommon):
    """Settings that would break cases are refused in one sentence."""

    def _links(self, stage):
        return self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == stage
        )

    # === Stages in use === #

    @feature("B4-12")
    def test_state_of_a_stage_in_use(self):
        """The state of a stage changes only while no case of any company is in it."""
        case = self._new_case(stage_id=self.stage_progress.id, confidential=True)
        stage = self._as(self.manager, self.stage_progress)
        for vals in (
            {"state": "done"},
            {"state": "waiting", "waiting_for": "parts"},
            {"active": False},
        ):
            with self.subTest(vals=vals), self.assertRefused(RedirectWarning, "Move"):
                stage.write(vals)
        with self.assertRefused(RedirectWarning, "Move"), Form(stage) as form:
            form.state = "rejected"
        self.assertEqual(case.state, "open")
        self.assertFalse(case.closed_at)
        case.stage_id = self.stage_wait_customer
        with self.assertRefused(RedirectWarning, "Waiting For: 1 cases"):
            self.stage_wait_customer.waiting_for = "parts"
        stage.write({"name": "Busy", "state": "open", "sequence": 3})
        self.assertEqual(stage.name, "Busy")

    def test_warning_leads_to_the_cases(self):
        """The number counts all cases; the list behind the button is the user's own."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        cases = self._new_case(stage_id=self.stage_progress.id) | self._new_case(
            type_id=self.env.ref("aftersales_case.type_complaint").id,
            stage_id=self.stage_progress.id,
            company_id=other.id,
            contact_id=False,
            user_id=self.env.ref("base.user_admin").id
            if other in self.env.ref("base.user_admin").company_ids
            else self._new_colleague(other).id,
        )
        with self.assertRaises(RedirectWarning) as caught:
            self._as(self.manager, self.stage_progress).state = "done"
        message, action, _button = caught.exception.args[:3]
        self.assertIn(f"{len(cases)} cases", message)
        found = self._as(self.manager)["aftersales.case"].search(action["domain"])
        self.assertEqual(found, cases[0])

    def _new_colleague(self, company):
        return self.agent.copy(
            {
                "login": "as_other",
                "name": "Olga Other",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
            }
        )

    def test_stage_leaves_a_type_with_cases(self):
        """A type keeps the stages in which its cases stand, closed ones too."""
        case = self._complete(self._new_case(stage_id=self.stage_progress.id))
        link = self._links(self.stage_progress)
        spare = self.env.ref("aftersales_case.stage_settle")
        with self.assertRefused(RedirectWarning, "Stage: 1 cases"):
            link.unlink()
        with self.assertRefused(RedirectWarning, "Stage: 1 cases"):
            link.stage_id = spare
        with self.assertRefused(RedirectWarning, "Stage: 1 cases"):
            self.type_complaint.write({"link_ids": [Command.delete(link.id)]})
        case.stage_id = self.stage_solved
        with self.assertRefused(RedirectWarning, "Stage: 1 cases"):
            self._links(self.stage_solved).unlink()
        link.unlink()
        self.assertNotIn(self.stage_progress, self.type_complaint.link_ids.stage_id)

    # === Numbers === #

    def _get_numbers(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Plan",
                "res_model": "aftersales.case",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_todo"
                            ).id
                        }
                    )
                ],
            }
        )
        link = self._links(self.stage_progress)
        requirement = self.env["aftersales.stage.requirement"].create(
            {"link_id": link.id, "kind": "no_activity"}
        )
        return (
            (link, "max_hours", "At Most (Working Hours)"),
            (link, "sequence", "Sequence"),
            (requirement, "minimum", "How Many"),
            (requirement, "sequence", "Sequence"),
            (self.type_complaint, "max_days_open", "Open at Most (Working Days)"),
            (self.type_complaint, "max_changes", "Changes of Hands"),
            (self.type_complaint, "changes_days", "Within (Days)"),
            (self.type_complaint, "sequence", "Sequence"),
            (self.type_complaint, "color", "Color"),
            (self.stage_progress, "sequence", "Sequence"),
            (self.type_complaint.field_rule_ids[:1], "sequence", "Sequence"),
            (self.team, "sequence", "Sequence"),
            (self.env.ref("aftersales_case.cause_material"), "sequence", "Sequence"),
            (plan.template_ids, "delay_count", "Interval"),
        )

    def test_huge_numbers(self):
        """A number that no calendar or column can hold is refused with its bounds."""
        for record, name, label in self._get_numbers():
            small = name not in ("sequence", "color")
            values = HUGE if small else HUGE[1:]
            for value in (*values, -(2**40)):
                with (
                    self.subTest(model=record._name, field=name, value=value),
                    self.assertRaises(ValidationError) as caught,
                ):
                    record.write({name: value})
                self.assertIn(f"{label}: enter a number from", str(caught.exception))

    def test_huge_number_at_creation(self):
        """The same holds when a setting is made, alone or within its parent."""
        with self.assertRefused(ValidationError, "Working Hours.*0 to 87600"):
            self.type_complaint.link_ids[0].write({"max_hours": float("inf")})
        with self.assertRefused(ValidationError, "Working Hours"):
            self.type_complaint.link_ids[0].write({"max_hours": float("nan")})
        with self.assertRefused(ValidationError, "How Many"):
            self.type_complaint.write(
                {
                    "link_ids": [
                        Command.update(
                            self.type_complaint.link_ids[0].id,
                            {
                                "requirement_ids": [
                                    Command.create(
                                        {"kind": "no_activity", "minimum": 2**30}
                                    )
                                ]
                            },
                        )
                    ]
                }
            )
        with self.assertRefused(ValidationError, "Sequence"):
            self.env["aftersales.tag"].create({"name": "Big", "color": 2**31 - 1})
            self.env["aftersales.cause"].create({"name": "Big", "sequence": 2**31})

    # === What cases refer to === #

    def test_deleting_what_is_in_use(self):
        """Users, teams, stages, types, partners of cases are archived, in words."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_progress
        case.user_id = self.agent2
        product = self.env["product.product"].create({"name": "Grinder"})
        case.line_ids = [Command.create({"product_id": product.id, "quantity": 1})]
        for record in (
            self.agent,
            self.team,
            self.stage_progress,
            self.type_complaint,
            self.contact,
            self.customer,
            product,
        ):
            with (
                self.subTest(record=record.display_name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(UserError) as caught,
                self.env.cr.savepoint(),
            ):
                record.unlink()
            self.assertNotIsInstance(caught.exception, IntegrityError)
            self.assertIn("cannot be deleted", str(caught.exception))
        unused = self.customer.copy()
        unused.unlink()
        self.assertFalse(unused.exists())

    # === Copies === #

    def test_copy_of_a_case_whose_responsible_left(self):
        """The copy of a closed case gets a responsible who is there."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_solved
        self.agent.active = False
        copied = self._as(self.leader, case).copy()
        self.assertEqual(case.user_id, self.agent)
        self.assertTrue(copied.user_id.active)
        self.assertNotEqual(copied.user_id, self.agent)
        named = self._as(self.leader, case).copy({"user_id": self.agent2.id})
        self.assertEqual(named.user_id, self.agent2)
        self.assertEqual(copied.copy().user_id, copied.user_id)
