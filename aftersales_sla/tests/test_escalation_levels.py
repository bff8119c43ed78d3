"""How levels are set up, what they do besides, and who would be told."""

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.common import feature

from .common import at
from .escalation import EscalationCommon

ACT = "odoo.addons.aftersales_sla.models.escalation.aftersales_sla_alert_act"


class TestLevels(EscalationCommon):
    @feature("B4-90", "P-12")
    def test_form(self):
        """A manager adds a level on the policy's form, with receivers and a condition."""
        with Form(self._as(self.manager, self.policy)) as form:
            with form.level_ids.new() as level:
                level.when = "before"
                level.quantity = 2
                with level.receiver_ids.new() as receiver:
                    receiver.kind = "person"
                    receiver.user_id = self.leader
                    receiver.channel = "email"
        level = self.policy.level_ids
        self.assertEqual(
            level.sentence, "2 working hours before it is due: Lies Leader"
        )
        self.assertEqual(level.company_id, self.company)
        with Form(self._as(self.manager, level)) as form:
            with form.condition_ids.new() as condition:
                condition.key = "priority"
                condition.value_shown = "urgent"
        self.assertEqual(level.condition_ids.value, "3")
        self.assertEqual(level.condition_ids.display_name, "Priority is Urgent")

    def test_when(self):
        """The moment of a level is told as people say it, one hour as one hour."""
        for vals, text in (
            ({"quantity": 1}, "A working hour before it is due"),
            ({"quantity": 1.5}, "1.5 working hours before it is due"),
            ({"quantity": 1, "unit": "days"}, "A working day before it is due"),
            ({"quantity": 2, "unit": "days"}, "2 working days before it is due"),
            ({"quantity": 1, "when": "after"}, "A working hour after it was due"),
            ({"quantity": 3, "when": "after"}, "3 working hours after it was due"),
            (
                {"quantity": 1, "unit": "days", "when": "after"},
                "A working day after it was due",
            ),
            (
                {"quantity": 5, "unit": "days", "when": "after"},
                "5 working days after it was due",
            ),
            ({"quantity": 0, "when": "after"}, "When it is missed"),
        ):
            level = self._level("responsible", **{"when": "before", **vals})
            with self.subTest(vals):
                self.assertEqual(level._tell_when(), text)

    def test_refused(self):
        """What nobody would notice, or nobody can count, is refused by a sentence."""
        target = self.policy.target_ids
        own = {"kind": "responsible"}
        for vals, text in (
            ({"receiver_ids": []}, "tells nobody and does nothing"),
            ({"percent": 0}, "Share"),
            ({"percent": 1001}, "from 1 to 1000"),
            ({"when": "before", "quantity": 0}, "more than 0"),
            ({"when": "after", "quantity": -1}, "How Long"),
            ({"when": "after", "quantity": 1.5, "unit": "days"}, "whole days"),
            ({"when": "after", "quantity": 10**6}, "How Long"),
            ({"target_id": target.id}, "one policy, or to one target"),
            ({"policy_id": False}, "one policy, or to one target"),
            ({"receiver_ids": [Command.create({"kind": "person"})]}, "Person"),
        ):
            with self.subTest(text), self.assertRefused(ValidationError, text):
                self.env["aftersales.escalation.level"].create(
                    {
                        "policy_id": self.policy.id,
                        "receiver_ids": [Command.create(own)],
                        **vals,
                    }
                )
        level = self._level("responsible")
        with self.assertRefused(ValidationError, "tells nobody"):
            level.receiver_ids.unlink()

    def test_action_of_another_model(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Wrong",
                "state": "code",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        with self.assertRefused(ValidationError, "works on cases"):
            self._level("responsible", server_action_id=action.id)

    def test_told_already(self):
        """A level by which somebody was told is archived, not deleted."""
        level = self._level("responsible")
        self._start()
        self._run_at(5)
        with self.assertRefused(UserError, "archive it instead"):
            level.unlink()
        with self.assertRefused(UserError, "promised to cases already"):
            self.policy.target_ids.unlink()
        level.active = False
        self.assertFalse(self.policy.level_ids)

    def test_archived(self):
        level = self._level("responsible")
        case = self._start()
        with self._at(1):
            level.active = False
        self._run_at(5)
        self.assertFalse(case.alert_ids)

    @feature("P-12")
    def test_only_if(self):
        """A level whose conditions do not hold then is passed over."""
        level = self._level("leader")
        level.condition_ids = [
            Command.create({"key": "priority", "value_shown": "High, Urgent"}),
            Command.create({"key": "team_id", "operator": "set"}),
        ]
        level.condition_ids[0].operator = "in"
        cases = case, urgent = self._start(), self._start(urgency="3", impact="3")
        self._run_at(5)
        self.assertFalse(self._alerts(case))
        self.assertEqual(case.alert_ids.mapped("state"), ["passed"])
        self.assertEqual(self._alerts(urgent).told_user_id, self.leader)
        with self._at(5.1):
            case.write({"urgency": "3", "impact": "3"})
        self._run_at(5.2)
        self.assertFalse(self._alerts(case))
        self.assertEqual(len(cases), 2)

    def test_copied(self):
        """A new version, and an agreement from an example, bring their levels along."""
        self._level("responsible", "leader")
        copied = self.policy.copy({"sequence": 5})
        self.assertEqual(
            copied.level_ids.mapped("sentence"),
            self.policy.level_ids.mapped("sentence"),
        )
        self.assertEqual(len(copied.level_ids.receiver_ids), 2)


class TestActions(EscalationCommon):
    @feature("P-12")
    def test_to_somebody_else(self):
        """The case goes to another one of the team, who is told then."""
        self._level("responsible", is_reassigned=True)
        case = self._start()
        self._run_at(5)
        self.assertEqual(case.user_id, self.agent2)
        self.assertEqual(self._alerts(case).told_user_id, self.agent2)

    def test_to_a_team(self):
        team = self.env["aftersales.team"].create(
            {
                "name": "Second Line",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.leader.ids)],
            }
        )
        self._level(team_id=team.id)
        case = self._start()
        self._run_at(5)
        self.assertEqual((case.team_id, case.user_id), (team, self.leader))

    @feature("P-12")
    def test_priority(self):
        """One step up, once; what follows from it is not told again."""
        self._level("responsible", is_raised=True)
        case = self._start()
        self.assertEqual(case.priority, "1")
        self._run_at(5)
        self._run_at(5.1)
        self.assertEqual(case.priority, "2")
        self.assertEqual(len(self._alerts(case)), 1)

    def test_activity(self):
        kind = self.env.ref("mail.mail_activity_data_call")
        self._level(activity_type_id=kind.id)
        case = self._start()
        self._run_at(5)
        activity = case.activity_ids
        self.assertEqual(
            (activity.activity_type_id, activity.user_id), (kind, self.agent)
        )
        self.assertIn("Due", activity.note)

    @feature("P-12")
    def test_server_action(self):
        code = "record.write({'name': 'Hurry'})"
        self._level(server_action_id=self._action(code).id)
        case = self._start()
        self._run_at(5)
        self.assertEqual(case.name, "Hurry")

    def test_server_action_fails(self):
        """It fails for itself: people are told, and a manager once why it did."""
        self._level("responsible", server_action_id=self._action("1 / 0").id)
        case, other = self._start(), self._start()
        with mute_logger(ACT, "odoo.addons.base.models.ir_actions"):
            self._run_at(5)
            self._run_at(5.1)
        for one in (case, other):
            self.assertEqual(self._alerts(one).state, "sent")
            mark = one.alert_ids - self._alerts(one)
            self.assertIn("division by zero", mark.error)
        [activity] = self.policy.activity_ids
        self.assertEqual(activity.summary, "An escalation level failed")
        self.assertEqual(activity.user_id, self.manager)

    def test_in_the_way_of_others(self):
        """What another transaction was faster at is tried again, not told as a failure."""
        self._level("responsible", is_raised=True)
        case = self._start()
        self._run_at(5)
        [mark] = self.env["aftersales.sla.alert"].search(
            [("case_id", "=", case.id), ("user_id", "=", False)]
        )

        def meet(alert):
            raise SerializationFailure

        self.patch(self.registry["aftersales.sla.alert"], "_raise_priority", meet)
        with self.assertRaises(SerializationFailure):
            mark._try("_raise_priority")
        self.assertFalse(mark.error)

    def test_confidential_case_fails(self):
        """Of a confidential case nothing is told on the policy, which others read."""
        code = "raise UserError('Quoted: %s %s' % (record.number, record.name))"
        self._level("responsible", server_action_id=self._action(code).id)
        case = self._start(name="Theft by staff", confidential=True)
        with mute_logger(ACT, "odoo.addons.base.models.ir_actions"):
            self._run_at(5)
        [activity] = self.policy.activity_ids
        for secret in (case.number, case.name):
            self.assertNotIn(secret, activity.note)
        self.assertIn("confidential case", activity.note)
        marks = self._as(self.manager, case).alert_ids
        self.assertIn(case.name, str(marks.mapped("error")))

    def _action(self, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "Of a level",
                "state": "code",
                "code": code,
                "model_id": self.env["ir.model"]._get_id("aftersales.case"),
            }
        )


class TestPreview(EscalationCommon):
    def _preview(self, level, case, user=None):
        action = self._as(user or self.manager, level).action_preview()
        model = self._as(user or self.manager)["aftersales.escalation.preview"]
        with Form(model.with_context(**action["context"])) as form:
            form.case_id = case
        return form.record

    @feature("P-12")
    def test_who_when_how(self):
        """Who would get it, when, and by which channel; nothing is written."""
        self._employ(self.agent, self.leader)
        level = self._level("responsible", {"kind": "superior", "channel": "email"})
        with self._at():
            case = self._new_case(user_id=self.agent.id)
        with self._at(1):
            preview = self._preview(level, case)
            self.assertEqual(
                [
                    (line.told_user_id, line.told_at, line.channel, line.what)
                    for line in preview.line_ids
                ],
                [
                    (self.agent, at(5), "inbox", "Solved"),
                    (self.leader, at(5), "email", "Solved"),
                ],
            )
            self.assertIn("would come to this level so", preview.answer)
        self.assertFalse(case.alert_ids)

    def test_no_deadline(self):
        level = self._level("responsible")
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            case.stage_id = self.stage_wait_customer
        with self._at(1):
            preview = self._preview(level, case)
            self.assertIn("No deadline", preview.answer)
            self.assertEqual(preview.line_ids.told_user_id, self.agent)

    def test_condition(self):
        level = self._level("responsible")
        level.condition_ids = [
            Command.create({"key": "priority", "value_shown": "Urgent"})
        ]
        preview = self._preview(level, self._start())
        self.assertIn("passed over", preview.answer)
        self.assertFalse(preview.line_ids)
