from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.aftersales_case.const import (
    CHANNEL_PHONE,
    HANDOVER_PICKUP,
    HANDOVER_SHIPPING,
)
from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon
from .questions import QuestionSetup


class TestAnswers(QuestionSetup, PortalCommon):
    """What follows from an answer."""

    @feature("B4-64")
    def test_answer(self):
        """Field, stage, message, and the team that has something to do."""
        self.question.answer_ids[1].team_id = self.team
        case = self._new_service(user_id=self.agent2.id, stage_id=self.settle.id)
        asked = case._ask(self.question)
        self._choose(asked, 1)
        self.assertEqual(case.handover, HANDOVER_SHIPPING)
        self.assertEqual(case.stage_id, self.ship)
        self.assertEqual((asked.state, asked.answer), ("answered", "Please ship it"))
        self.assertEqual(asked.partner_id, self.dora)
        message = case.message_ids.filtered(lambda m: "Please ship it" in m.body)[:1]
        self.assertEqual(message.author_id, self.dora)
        activity = asked.activity_id
        self.assertEqual(activity.user_id, self.leader)
        self.assertIn("Please ship it", activity.note)
        told = self.env["mail.notification"].search(
            [("mail_message_id.subject", "like", "the customer has answered")]
        )
        self.assertIn(self.agent.partner_id, told.res_partner_id)
        events = self.env["aftersales.case.event"].search([("case_id", "=", case.id)])
        self.assertIn("customer_message", events.mapped("kind"))
        with self.assertRefused(UserError, "not open any more"):
            self._choose(asked, 0)

    def test_who_is_told(self):
        """Of a secret case only those of the team who may read it."""
        self.question.answer_ids[1].team_id = self.team
        case = self._new_service(
            user_id=self.manager.id, stage_id=self.settle.id, confidential=True
        )
        asked = case._ask(self.question)
        self._choose(asked, 1)
        may = [
            user
            for user in self.team.leader_id | self.team.member_ids
            if case.with_user(user).has_access("read")
        ]
        self.assertNotIn(self.agent, may)
        told = self.env["mail.notification"].search(
            [("mail_message_id.subject", "like", "the customer has answered")]
        )
        self.assertNotIn(self.agent.partner_id, told.res_partner_id)
        self.assertIn(asked.activity_id.user_id, [*may, self.manager])

    def test_refused_move(self):
        """A gate keeps the case: the answer is kept, the responsible is told what lacks."""
        asked_in = self.question.with_context(lang="nl_NL")
        asked_in.answer_ids[1].name = "Graag verzenden"
        self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self._get_stage_link(self.ship).id,
                "kind": "checklist",
                "checklist_text": "Packed",
            }
        )
        case = self._new_service(user_id=self.agent.id, stage_id=self.settle.id)
        asked = case._ask(self.question)
        self._choose(asked.with_context(lang="nl_NL"), 1)  # the customer's language
        self.assertEqual(case.handover, HANDOVER_SHIPPING)
        self.assertEqual(case.stage_id, self.settle)
        self.assertEqual(asked.state, "answered")
        activity = case.activity_ids.filtered(lambda a: "followed" in a.summary)
        self.assertEqual(activity.user_id, case.user_id)
        self.assertIn("Packed", activity.note)
        self.assertIn("Please ship it", activity.note)

    def test_reply_stage(self):
        """An answer that names no stage takes the case on as any answer does."""
        self.question.answer_ids.stage_id = False
        link = self._get_stage_link(self.wait)
        self.assertTrue(link.reply_stage_id)
        case = self._new_service(stage_id=self.wait.id)
        self._choose(case._ask(self.question), 0)
        self.assertEqual(case.stage_id, link.reply_stage_id)

    def test_named_stage_only(self):
        """An answer that names a stage takes the case there at once, by no detour."""
        self.question.answer_ids[0].stage_id = self.settle
        link = self._get_stage_link(self.wait)
        link.next_ids = [Command.clear()]
        self.assertNotEqual(link.reply_stage_id, self.settle)
        case = self._new_service(stage_id=self.wait.id)
        self._choose(case._ask(self.question), 0)
        self.assertEqual(case.stage_id, self.settle)
        moves = self.env["aftersales.case.event"].search(
            [("case_id", "=", case.id), ("kind", "=", "stage")]
        )
        self.assertNotIn(link.reply_stage_id.id, moves.mapped("to_id"))

    @feature("B4-64")
    def test_gate(self):
        """The answer satisfies the gate that asks for the field."""
        self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self._get_stage_link(self.ship).id,
                "kind": "field",
                "key": "handover",
            }
        )
        case = self._new_service(stage_id=self.settle.id)
        self.assertTrue(case._missing_for(self.ship)[case])
        self._choose(case._ask(self.question), 1)
        self.assertEqual(case.stage_id, self.ship)

    def test_own_field(self):
        """The answer goes into an own field; the others keep what they say."""
        self.type_service.properties_definition = [
            {
                "name": "power",
                "string": "Power",
                "type": "selection",
                "selection": [["a", "230 V"], ["b", "400 V"]],
            },
            {"name": "floor", "string": "Floor", "type": "integer"},
            {"name": "lift", "string": "Lift", "type": "boolean"},
        ]
        power, floor = self.env["aftersales.question"].create(
            [
                {
                    "type_id": self.type_service.id,
                    "name": "Which power?",
                    "key": "properties.power",
                    "answer_ids": [Command.create({"name": "400", "value": "b"})],
                },
                {
                    "type_id": self.type_service.id,
                    "name": "Which floor?",
                    "kind": "text",
                    "key": "properties.floor",
                },
            ]
        )
        case = self._new_service()
        case.properties = {"lift": True}
        asked = case._ask(power)
        self._choose(asked, 0)
        other = case._ask(floor)
        other._answer(
            self.env["aftersales.question.answer"], "3", [], self.dora, "link"
        )
        found = case._get_raw_properties()
        self.assertEqual(found, {"power": "b", "floor": 3, "lift": True})
        other._undo(self.dora)
        self.assertEqual(case._get_raw_properties(), {"power": "b", "lift": True})
        self.assertFalse(case._is_answered("properties.floor"))

    def test_unreadable_text(self):
        """A text that the field cannot take is kept; the responsible is told."""
        self.type_service.properties_definition = [
            {"name": "floor", "string": "Floor", "type": "integer"}
        ]
        question = self.env["aftersales.question"].create(
            {
                "type_id": self.type_service.id,
                "name": "Which floor?",
                "kind": "text",
                "key": "properties.floor",
            }
        )
        case = self._new_service(user_id=self.agent.id)
        asked = case._ask(question)
        nothing = self.env["aftersales.question.answer"]
        asked._answer(nothing, "the top one", [], self.dora, "link")
        self.assertEqual(asked.answer, "the top one")
        self.assertIn("whole number", " ".join(case.activity_ids.mapped("note")))

    def test_undo(self):
        """For ten minutes, while nothing else changed: as before, and open again."""
        self.question.answer_ids[0].team_id = self.team
        case = self._new_service(stage_id=self.settle.id, user_id=self.agent.id)
        asked = case._ask(self.question)
        self._choose(asked, 0)
        self.assertEqual(case.handover, HANDOVER_PICKUP)
        self.assertTrue(asked._can_undo())
        asked._undo(self.dora)
        self.assertFalse(case.handover)
        self.assertEqual(case.stage_id, self.settle)
        self.assertEqual(asked.state, "open")
        self.assertFalse(asked.activity_id)
        self.assertFalse(case.activity_ids)
        self._choose(asked, 1)
        self.assertEqual(case.handover, HANDOVER_SHIPPING)
        with self._in_days(11 / 24 / 60):
            self.assertFalse(asked._can_undo())

    def test_no_undo(self):
        """Not when somebody changed the field, moved the case, or said something."""

        def change(case):
            case.handover = HANDOVER_PICKUP

        def move(case):
            case.stage_id = self.settle

        def say(case):
            service = self.env["aftersales.portal.service"]
            service._post(self.dora, case, "And one more thing")

        for what in (change, move, say):
            with self.subTest(what=what.__name__):
                case = self._new_service(stage_id=self.settle.id)
                asked = case._ask(self.question)
                self._choose(asked, 1)
                self.assertTrue(asked._can_undo())
                what(case)
                self.assertFalse(asked._can_undo())

    def test_by_phone(self):
        """What a customer says on the phone, an agent enters."""
        case = self._new_service(stage_id=self.settle.id, user_id=self.agent.id)
        asked = self._as(self.agent, case._ask(self.question))
        action = asked.action_answer()
        env = self._as(self.agent)[action["res_model"]]
        form = Form(env.with_context(**action["context"]))
        form.answer_id = self.question.answer_ids[0]
        form.save().action_answer()
        self.assertEqual(case.handover, HANDOVER_PICKUP)
        self.assertEqual(case.stage_id, self.pickup)
        self.assertEqual((asked.state, asked.channel), ("answered", CHANNEL_PHONE))
        note = case.message_ids.filtered(lambda m: "by phone" in m.body)
        self.assertEqual(note.author_id, self.agent.partner_id)
        self.assertTrue(case._is_note(note))
        with self.assertRaises(AccessError):
            self._as(self.reporter, asked).action_answer()

    def test_files(self):
        """Files land on the case with their kind, and satisfy the gate."""
        question = self._new_photo_question(stage_id=self.ship.id)
        kind = question.attachment_kind_id
        self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self._get_stage_link(self.ship).id,
                "kind": "attachment",
                "attachment_kind_id": kind.id,
                "minimum": 2,
            }
        )
        case = self._new_service(stage_id=self.settle.id)
        asked = case._ask(question)
        files = [("a.gif", b"GIF89a" + bytes(20)), ("b.png.exe", b"GIF89a" + bytes(9))]
        nothing = self.env["aftersales.question.answer"]
        asked._answer(nothing, "", files, self.dora, "link")
        found = self.env["ir.attachment"].search(
            [("res_model", "=", case._name), ("res_id", "=", case.id)], order="id"
        )
        self.assertEqual(found.mapped("name"), ["a.gif", "b.png.exe.gif"])
        self.assertEqual(found.aftersales_kind_id, kind)
        self.assertEqual(case.stage_id, self.ship)
        self.assertFalse(asked._can_undo())

    def test_merged(self):
        """The question goes on with the case."""
        case, survivor = self._new_service(), self._new_service()
        asked = case._ask(self.question)
        case._merge_into(survivor)
        self.assertEqual(asked.case_id, survivor)
        self._choose(asked, 0)
        self.assertEqual(survivor.handover, HANDOVER_PICKUP)

    def test_merged_both_asked(self):
        """Open on both, it is asked once: each link leads to the one that goes on."""
        case, survivor = self._new_service(), self._new_service()
        asked, first = case._ask(self.question), survivor._ask(self.question)
        asked._make_answer_link(self.dora)
        link = case.sudo().link_ids
        case._merge_into(survivor)
        self.assertEqual((asked.state, first.state), ("withdrawn", "open"))
        self.assertEqual((link.case_id, link._get_record()), (survivor, first))

    def test_no_undo_when_asked_anew(self):
        """Not when the same was asked again meanwhile."""
        case = self._new_service(stage_id=self.settle.id)
        asked = case._ask(self.question)
        self._choose(asked, 0)
        self.assertTrue(asked._can_undo())
        case._ask(self.question)
        self.assertFalse(asked._can_undo())
