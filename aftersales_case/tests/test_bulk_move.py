from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import AftersalesCommon


class TestBulkMove(AftersalesCommon):
    """Many cases at once, through the gate of the stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.field_rule_ids.unlink()
        cls.env["aftersales.field.rule"].create(
            [
                {
                    "type_id": cls.type_complaint.id,
                    "key": key,
                    "required_from_id": cls.stage_solved.id,
                }
                for key in ("cause_id", "resolution_id")
            ]
        )
        cls.cause = cls.env["aftersales.cause"].create({"name": "Worn"})
        cls.other_cause = cls.env["aftersales.cause"].create({"name": "Broken"})
        cls.resolution = cls.env["aftersales.resolution"].create({"name": "Repaired"})

    def _form(self, cases, user=None):
        context = {"active_model": cases._name, "active_ids": cases.ids}
        model = self._as(user or self.agent)["aftersales.move"]
        return Form(model.with_context(**context))

    def test_close_many(self):
        """Those that lack nothing go; the dialog says what keeps the others."""
        answered = self._new_case(cause_id=self.other_cause.id)
        bare = self._new_case()
        (answered | bare).stage_id = self.stage_progress
        self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self.type_complaint.link_ids.filtered(
                    lambda link: link.stage_id == self.stage_solved
                ).id,
                "kind": "no_activity",
            }
        )
        bare.activity_schedule(summary="Call back")
        form = self._form(answered | bare)
        form.stage_id = self.stage_solved
        self.assertEqual((form.ready_count, form.count), (0, 2))
        self.assertIn("“Cause” is not filled in", form.missing_text)
        form.cause_id = self.cause
        form.resolution_id = self.resolution
        self.assertEqual(form.ready_count, 1)
        self.assertNotIn(answered.number, form.missing_text)
        self.assertIn(bare.number, form.missing_text)
        self.assertNotIn("Cause", form.missing_text)
        action = form.save().action_move()
        self.assertIn("1 moved to “Solved”, 1 left", action["params"]["message"])
        self.assertEqual(answered.stage_id, self.stage_solved)
        self.assertEqual(bare.stage_id, self.stage_progress)
        self.assertFalse(bare.cause_id, "what stays is not touched")
        self.assertEqual(answered.cause_id, self.other_cause, "an answer is kept")
        self.assertEqual(answered.resolution_id, self.resolution)

    def test_stage_of_another_type(self):
        """A case whose type has no such stage stays, and is named."""
        own = self.env["aftersales.case.stage"].create(
            {"name": "Only Here", "state": "open"}
        )
        self.env["aftersales.type.stage"].create(
            {"type_id": self.type_complaint.id, "stage_id": own.id, "sequence": 15}
        )
        case = self._new_case()
        other = self._new_case(type_id=self.type_service.id)
        form = self._form(case | other)
        form.stage_id = own
        self.assertIn(f"{other.display_name}: ", form.missing_text)
        self.assertIn("has no stage “Only Here”", form.missing_text)
        form.save().action_move()
        self.assertEqual(case.stage_id, own)
        self.assertEqual(other.stage_id, self.stage_new)

    def test_nothing_to_move(self):
        """With nothing to move it is refused; who only reports has no such dialog."""
        case = self._new_case()
        form = self._form(case)
        form.stage_id = self.stage_solved
        with self.assertRefused(UserError, "None of these cases"):
            form.save().action_move()
        with self.assertRaises(AccessError):
            self._form(case, self.reporter)

    def test_queries_do_not_grow(self):
        """The dialog of twenty costs what that of five does."""
        counts = []
        for number in (5, 20):
            cases = self._new_case()
            for _number in range(number - 1):
                cases |= self._new_case()
            cases.stage_id = self.stage_progress
            self.env.flush_all()
            move = self._form(cases)
            move.stage_id = self.stage_solved
            move.cause_id, move.resolution_id = self.cause, self.resolution
            wizard = move.save()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_move()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(cases.stage_id, self.stage_solved)
        self.assertLessEqual(counts[1], counts[0] + 2)
