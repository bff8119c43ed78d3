import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
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


class TestAsking(QuestionSetup, PortalCommon):
    """Agents, stages and letters ask; each question once."""

    @feature("B4-63")
    def test_agent_asks(self):
        """By mail, with a link for who gets it; the form shows it as open."""
        case = self._new_service()
        wizard = self._open_wizard(case)
        wizard.question_id = self.question
        wizard.save().action_ask()
        asked = case.asked_ids
        self.assertEqual(asked.state, "open")
        body = self._get_mail_body(case)
        self.assertIn("Do you pick it up, or shall we ship it?", body)
        path = self._find_link(body)
        self.assertTrue(path)
        link = case.link_ids
        self.assertEqual((link.res_model, link.res_id), (asked._name, asked.id))
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(len(form.asked_ids), 1)
        with self.assertRefused(UserError, "asked this and can still answer"):
            wizard = self._open_wizard(case)
            wizard.question_id = self.question
            wizard.save().action_ask()

    def _open_wizard(self, case, user=None):
        action = self._as(user or self.agent, case).action_ask_customer()
        env = self._as(user or self.agent)
        return Form(env[action["res_model"]].with_context(**action["context"]))

    def test_own_question(self):
        """An agent's own question is of his case, and of no other."""
        case = self._new_service()
        wizard = self._open_wizard(case)
        wizard.name = "Can we come on Monday?"
        wizard.labels = "Yes\n\n No "
        wizard.save().action_ask()
        question = case.asked_ids.question_id
        self.assertEqual(question.answer_ids.mapped("name"), ["Yes", "No"])
        self.assertEqual(question.case_id, case)
        self.assertFalse(question.type_id)
        self.assertIn("Can we come on Monday?", self._get_mail_body(case))
        for vals, text in (
            ({"name": " "}, "write what you want to know"),
            ({"name": "Monday?", "labels": " "}, "at least one answer"),
        ):
            form = self._open_wizard(case)
            form.name, form.labels = "x", "x"
            wizard = form.save()
            wizard.write(vals)
            with self.assertRefused((UserError, ValidationError), text):
                wizard.action_ask()

    def test_without_address(self):
        """Who cannot be mailed is not asked by mail."""
        case = self._new_service(contact_id=False, partner_id=False, email=False)
        wizard = self._open_wizard(case)
        wizard.question_id = self.question
        with self.assertRefused(UserError, "no e-mail address"):
            wizard.save().action_ask()
        self.assertFalse(case.asked_ids)

    @feature("B4-63")
    def test_stage_asks(self):
        """When a case enters it; not what is known, nor what is open already."""
        link = self._get_stage_link(self.settle)
        link.question_id = self.question
        link.mail_template_id = False
        case, known = self._new_service(), self._new_service(handover="pickup")
        (case | known).stage_id = self.settle
        self.assertEqual(case.asked_ids.state, "open")
        self.assertFalse(known.asked_ids)
        self.assertTrue(self._find_link(self._get_mail_body(case)))
        case.stage_id = self.assigned
        case.stage_id = self.settle
        self.assertEqual(len(case.asked_ids), 1)

    def test_stage_with_message(self):
        """A stage whose own message brings the questions sends no second one."""
        template = self.env.ref("aftersales_case.template_taken").copy()
        template.body_html = '<p>Soon!</p><t t-out="object.letter_questions"/>'
        link = self._get_stage_link(self.settle)
        link.write({"question_id": self.question.id, "mail_template_id": template.id})
        case = self._new_service()
        case.stage_id = self.settle
        body = self._get_mail_body(case)  # of the only one
        self.assertIn("Soon!", body)
        self.assertTrue(self._find_link(body))
        # A working stage sends its message once; what it asks anew is sent alone.
        self._choose(case.asked_ids, 0)
        case.handover = False
        case.stage_id = self.settle
        mails = self._get_mails(case)
        self.assertEqual(len(mails), 2)
        self.assertIn("we need to know this", mails[1].body_html)

    def test_placeholder(self):
        """A manager puts the open questions into a message; without any it is empty."""
        template = self._as(
            self.manager, self.env.ref("aftersales_case.template_taken")
        )
        template.body_html = '<p>Hello</p><t t-out="object.letter_questions"/>'
        case = self._new_service()
        self.assertFalse(case.letter_questions)
        case._ask(self.question)
        self.assertIn("#aftersales-link-question_", case.letter_questions)
        case.asked_ids.action_withdraw()
        self.assertFalse(case.letter_questions)

    def test_link_of_others(self):
        """A marker of another case's question makes no link; nor does a stranger's."""
        case, other = self._new_service(), self._new_service()
        asked = other._ask(self.question)
        self.assertFalse(case._make_link(f"question_{asked.id}", self.dora))
        self.assertFalse(other._make_link(f"question_{asked.id}", self.cleo.partner_id))
        self.assertTrue(other._make_link(f"question_{asked.id}", self.dora))
        self.assertFalse(other._make_link("question_x", self.dora))

    def test_short_text(self):
        """The question for a phone, with a link."""
        case = self._new_service()
        text = case._ask(self.question)._get_short_text(self.dora)
        self.assertTrue(text.startswith("Pick up or ship? Tell us here: http"))
        self.assertTrue(self._find_link(text))

    def test_remind_and_expire(self):
        """Reminded as often as said, then expired, which the responsible is told."""
        case = self._new_service(user_id=self.agent.id)
        asked = case._ask(self.question)
        for day, mails, state in (
            (1, 0, "open"),
            (4, 1, "open"),
            (5, 1, "open"),
            (9, 1, "open"),
            (15, 1, "expired"),
        ):
            with self.subTest(day=day):
                for _twice in range(2):
                    self._run_job(day)
                self.assertEqual(len(self._get_mails(case)), mails)
                self.assertEqual(asked.state, state)
        self.assertEqual(asked.reminded, 1)
        activity = case.activity_ids.filtered(lambda a: "not answered" in a.summary)
        self.assertEqual(activity.user_id, self.agent)

    def test_send_again(self):
        """An agent sends an open question again; not one that is withdrawn."""
        case = self._new_service()
        asked = self._as(self.agent, case._ask(self.question))
        asked.action_remind()
        self.assertEqual(len(self._get_mails(case)), 1)
        asked.action_withdraw()
        self.assertEqual(asked.state, "withdrawn")
        with self.assertRefused(UserError, "not open any more"):
            asked.action_remind()
        for user in (self.reporter, self.accountant):
            with self.assertRaises(AccessError):
                self._as(user, asked).action_withdraw()


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


class TestSetup(QuestionSetup, PortalCommon):
    """What managers write."""

    def test_checks(self):
        """An answer fills in what its field can be, of fields that customers may fill."""
        question = self._as(self.manager, self.question)
        for vals, text in (
            ({"key": "cost"}, "no answer of a customer"),
            ({"key": "partner_id"}, "no answer of a customer"),
            ({"answer_ids": [Command.clear()]}, "at least one answer"),
            (
                {"answer_ids": [Command.create({"name": "x", "value": "by boat"})]},
                "by boat cannot be written",
            ),
            ({"valid_days": 9999}, "Open For"),
        ):
            with self.subTest(vals=vals), self.assertRefused(ValidationError, text):
                question.write(vals)
                self.env.flush_all()
        link = self._get_stage_link(self.settle)
        own = self.env.ref("aftersales_portal.question_solved")
        with self.assertRefused(ValidationError, "is no question of type"):
            link.question_id = own

    def test_delete(self):
        """What somebody was asked is archived, never deleted."""
        self._new_service()._ask(self.question)
        with self.assertRefused(UserError, "Do you pick it up"):
            self._as(self.manager, self.question).unlink()

    def test_package(self):
        """Questions go with the package of their type, in all languages."""
        self.question.with_context(lang="nl_NL").name = "Ophalen of sturen?"
        self._get_stage_link(self.settle).question_id = self.question
        source = self.type_service
        data = json.dumps(source._export_package()).encode()
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data)}
        )
        made = source.browse(wizard.action_import()["res_id"])
        question = made.question_ids
        self.assertEqual(question.key, "handover")
        self.assertEqual(question.with_context(lang="nl_NL").name, "Ophalen of sturen?")
        self.assertEqual(question.answer_ids.mapped("value"), ["pickup", "shipping"])
        self.assertEqual(
            question.answer_ids.stage_id,
            made.link_ids.stage_id & (self.pickup | self.ship),
        )
        self.assertEqual(
            made.link_ids.filtered("question_id").stage_id.name, self.settle.name
        )
        case = self._new_service()
        asked = case._ask(self.question)
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data), "mode": "update"}
        )
        wizard.action_import()
        self.assertEqual(len(source.question_ids), 1)
        self.assertEqual(asked.question_id, source.question_ids)
