from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import PortalCommon
from .questions import QuestionSetup


class TestHostileAnswers(QuestionSetup, PortalCommon):
    """Questions, links and informed people, where somebody looks for what is not his."""

    def setUp(self):
        super().setUp()
        self.nothing = self.env["aftersales.question.answer"]
        self.text = self.env["aftersales.question"].create(
            {"type_id": self.type_service.id, "name": "What is it?", "kind": "text"}
        )

    # === What an answer does === #

    def test_markup_in_an_answer(self):
        """What a customer types is text to the colleague whom it alerts."""
        self.text.team_id = self.team
        case = self._new_service(user_id=self.agent.id)
        said = '<a href="https://evil.example">Log in again</a>\nNow'
        case._ask(self.text)._answer(self.nothing, said, [], self.dora, "link")
        note = str(case.activity_ids.note)
        self.assertIn("Log in again", note)
        self.assertNotIn("<a ", note)
        self.assertIn("&lt;a href", note)

    def test_field_that_is_gone(self):
        """An answer to a field that its type has no more is kept, and told."""
        self.type_service.properties_definition = [
            {"name": "floor", "string": "Floor", "type": "integer"}
        ]
        self.text.key = "properties.floor"
        case = self._new_service(user_id=self.agent.id)
        asked = case._ask(self.text)
        self.type_service.properties_definition = []
        asked._answer(self.nothing, "3", [], self.dora, "link")
        self.assertEqual((asked.state, asked.answer), ("answered", "3"))
        self.assertIn("no such field", " ".join(case.activity_ids.mapped("note")))
        # Whoever tidies up the answers is not in the way of himself, either.
        self.text.write(
            {"key": False, "answer_ids": [Command.create({"name": "a", "value": "b"})]}
        )

    def test_field_of_colleagues(self):
        """What only colleagues read by now, no answer of a customer writes."""
        self.text.key = "phone"
        case = self._new_service(user_id=self.agent.id, phone=False)
        asked = case._ask(self.text)
        self.env["aftersales.field.right"].create(
            {
                "key": "aftersales.case.phone",
                "read_group_ids": [
                    Command.set(
                        self.env.ref("aftersales_case.group_aftersales_manager").ids
                    )
                ],
            }
        )
        asked._answer(self.nothing, "+31 20 794 0001", [], self.dora, "link")
        self.assertFalse(case.phone)
        self.assertEqual(asked.state, "answered")

    def test_type_that_changed(self):
        """A case of another type takes no answer that this one asks nobody for."""
        self.type_service.properties_definition = [
            {"name": "floor", "string": "Floor", "type": "integer"}
        ]
        self.text.key = "properties.floor"
        case = self._new_service(user_id=self.agent.id)
        asked = case._ask(self.text)
        with case._changing(forced=True, reason="Set-up") as cases:
            cases.type_id = self.type_complaint
        asked._answer(self.nothing, "3", [], self.dora, "link")
        self.assertEqual(asked.state, "answered")
        self.assertNotIn("floor", case._get_raw_properties())

    def test_too_late(self):
        """What is open for too long is not answered, before the job notices either."""
        case = self._new_service()
        asked = case._ask(self.text)
        self.assertTrue(asked._get_page())
        with self._in_days(20):
            self.assertFalse(asked._get_page())
            values = {"button": "send", "text": "Late"}
            self.assertFalse(asked._take(values, self.dora, "link"))
        self.assertEqual(asked.state, "open")

    def test_answer_of_the_customer_before(self):
        """Whose case it becomes reads no answer of the one before, nor takes it back."""
        case = self._new_service(contact_id=self.anna.partner_id.id)
        answered, asked = case._ask(self.text), case._ask(self.question)
        said = (self.nothing, "Our secret", [])
        answered._answer(*said, self.anna.partner_id, "portal")
        service, partner = self._service(self.anna)
        self.assertTrue(service._find_asked(partner, case.id, answered.id)[1])
        case.write({"partner_id": self.other.id, "contact_id": False})
        case.contact_id = self.cleo.partner_id
        service, partner = self._service(self.cleo)
        self.assertFalse(service._find_asked(partner, case.id, answered.id)[1])
        self.assertTrue(service._find_asked(partner, case.id, asked.id)[1])

    def test_by_phone_with_an_informed_colleague(self):
        """Whoever else is informed: an answer by phone is taken as the contact's."""
        case = self._new_service(user_id=self.agent.id)
        rows = self.env["aftersales.portal.informed"]
        rows.create({"case_id": case.id, "partner_id": self.ben.partner_id.id})
        asked = case._ask(self.text)
        wizard = self._as(self.agent)["aftersales.question.reply"].create(
            {"asked_id": asked.id, "text": "A pump"}
        )
        wizard.action_answer()
        self.assertEqual((asked.partner_id, asked.answer), (self.dora, "A pump"))

    # === Wizards that name what one may not read === #

    def test_question_of_a_secret_case(self):
        """Who names a question that he may not read, reads nothing of it."""
        secret = self._new_service(user_id=self.manager.id, confidential=True)
        asked = secret._ask(self.text)
        env = self._as(self.agent)
        self.env.flush_all()
        self.env.invalidate_all()
        for model, vals, names in (
            (
                "aftersales.question.reply",
                {"asked_id": asked.id},
                {"question_id": {"fields": {"display_name": {}}}, "kind": {}},
            ),
            ("aftersales.question.ask", {"case_id": secret.id}, {"type_id": {}}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                env[model].create(vals).web_read(names)

    def test_own_question_of_another_case(self):
        """What an agent asked once, of his case, is asked of no other one."""
        case, other = self._new_service(), self._new_service()
        own = self.text.copy({"type_id": False})
        own.sudo().case_id = other
        wizard = self._as(self.agent)["aftersales.question.ask"].create(
            {"case_id": case.id, "question_id": own.id}
        )
        with self.assertRefused(UserError, "of the type of this case"):
            wizard.action_ask()

    # === Rights that end === #

    def test_still_after_a_merge(self):
        """A reminder's link opens the case that goes on only while it is his."""
        case = self._new_case(contact_id=self.dora.id)
        case.stage_id = self.stage_wait_customer
        self._get_link(case, "still_a_problem")
        survivor = self._new_case(name="Secret pump", contact_id=self.dora.id)
        survivor.stage_id = self.stage_wait_customer
        case._merge_into(survivor)
        link = case.link_ids.sudo()
        self.assertEqual(case.sudo()._get_link_page(link)["body"], "Secret pump")
        before = len(survivor.message_ids)
        survivor.write({"partner_id": self.other.id, "contact_id": False})
        self.assertFalse(case.sudo()._get_link_page(link))
        case.sudo()._apply_link(link, {"button": "still", "text": "Wet"})
        said = survivor.message_ids.mapped("preview")
        self.assertNotIn("Wet", " ".join(filter(None, said)), before)

    def test_person_who_left(self):
        """An archived contact has left: his links open nothing."""
        case = self._new_case(contact_id=self.dora.id)
        self.assertTrue(case._may_have_link("view", self.dora, ""))
        self.dora.active = False
        self.assertFalse(case._may_have_link("view", self.dora, ""))

    def test_informed_no_more(self):
        """The links of who is informed no more end with it; the contact keeps his."""
        case = self._new_case()
        rows = self.env["aftersales.portal.informed"]
        row = rows.create({"case_id": case.id, "partner_id": self.dora.id})
        self._get_link(case)
        row.with_user(self.agent).unlink()
        self.assertEqual(case.link_ids.state, "revoked")
        case.contact_id = self.dora
        row = rows.create({"case_id": case.id, "partner_id": self.dora.id})
        self._get_link(case)
        row.unlink()
        self.assertIn("open", case.link_ids.mapped("state"))

    def test_informed_and_merged(self):
        """People of another customer stay behind; an unknown customer is no obstacle."""
        rows = self.env["aftersales.portal.informed"]
        for vals, moved in (
            ({"partner_id": False, "contact_id": False, "email": False}, True),
            (
                {
                    "partner_id": self.other.id,
                    "contact_id": self.cleo.partner_id.id,
                },
                False,
            ),
        ):
            with self.subTest(moved=moved):
                case, survivor = self._new_case(), self._new_case(**vals)
                rows.create({"case_id": case.id, "partner_id": self.dora.id})
                case._merge_into(survivor)
                self.assertEqual(
                    self.dora in survivor.portal_informed_ids.partner_id, moved
                )
