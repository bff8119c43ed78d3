"""A colleague forges nothing: what was said, rated, delivered and ticked off stands."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AftersalesCommon
from .deliveries import DeliveriesMixin
from .hostile import call


@tagged("post_install", "-at_install")
class TestForgedWords(AftersalesCommon):
    """Messages, files and ratings of a case, written in somebody else's name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Case = cls.env["aftersales.case"].with_user(cls.reporter)
        report = Case.create({"name": "Leak", "type_id": cls.type_complaint.id})
        cls.case = report.with_env(cls.env)
        cls.case.user_id = cls.agent
        cls.said = cls.case.message_post(
            body="It leaks",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=cls.contact.id,
        )
        cls.answer = cls.case.with_user(cls.agent).message_post(
            body="We look into it", message_type="comment"
        )

    def _assert_refused(self, records, method, *args, **context):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            call(records, method, *args, **context)
            self.env.flush_all()
        self.env.invalidate_all()

    def test_words_of_others(self):
        """Neither who reported the case nor who works on it rewrites another's words."""
        self.assertTrue(self._as(self.reporter, self.case).has_access("write"))
        for user, message in (
            (self.reporter, self.said),
            (self.reporter, self.answer),
            (self.agent, self.said),
            (self.leader, self.answer),
            (self.manager, self.said),
        ):
            mine = self._as(user, message)
            for vals in (
                {"body": "No leak"},
                {"author_id": user.partner_id.id},
                {"is_internal": True},
            ):
                with self.subTest(user=user.login, vals=vals):
                    self._assert_refused(mine, "write", vals)
            self._assert_refused(mine, "unlink")
            self._assert_refused(
                self._as(user, self.case),
                "write",
                {"message_ids": [Command.update(message.id, {"body": "No leak"})]},
            )
            self._assert_refused(
                self._as(user, self.case),
                "write",
                {"message_ids": [Command.delete(message.id)]},
            )
        self.assertIn("It leaks", self.said.body)
        self.assertIn("We look", self.answer.body)
        call(self._as(self.agent, self.answer), "write", {"body": "We looked"})

    def test_name_of_somebody_else(self):
        """Nobody lets the customer, or a colleague, say what he did not say."""
        count = len(self.case.message_ids)
        stranger = "Somebody <new@unknown.example>"
        for user, said in (
            (self.agent, {"author_id": self.contact.id}),
            (self.agent, {"email_from": self.contact.email_formatted}),
            (self.agent, {"email_from": stranger, "author_id": False}),
            (self.reporter, {"author_id": self.agent.partner_id.id}),
            (self.agent, {"author_id": self.manager.partner_id.id}),
        ):
            vals = {
                "model": self.case._name,
                "res_id": self.case.id,
                "body": "Agreed.",
                "message_type": "email",
            }
            with self.subTest(user=user.login, said=said):
                Message = self._as(user)["mail.message"]
                self._assert_refused(Message, "create", vals | said)
                with self.assertRaises(AccessError):
                    self._as(user, self.case).message_post(body="Agreed.", **said)
                about = {f"default_{name}": vals[name] for name in ("model", "res_id")}
                self._assert_refused(Message, "create", {"body": "x"} | said, **about)
                about = {f"default_{name}": value for name, value in said.items()}
                self._assert_refused(Message, "create", vals, **about)
        own = self._as(self.agent, self.answer)
        self._assert_refused(own, "write", {"author_id": self.contact.id})
        self.assertEqual(len(self.case.message_ids), count)

    def test_agent_answers_with_a_template(self):
        """What is sent by a template comes from the address of our house."""
        template = self.type_complaint.received_template_id or self.env[
            "mail.template"
        ].search([("model", "=", self.case._name)], limit=1)
        self.case.email = self.contact.email
        before = self.case.message_ids
        composer = (
            self._as(self.agent)["mail.compose.message"]
            .with_context(
                default_model=self.case._name,
                default_res_ids=self.case.ids,
                default_template_id=template.id,
                default_composition_mode="comment",
            )
            .create({})
        )
        composer.action_send_mail()
        self.assertTrue(self.case.message_ids - before)

    def test_files_of_others(self):
        """Who reported a case takes away none of the files that others put there."""
        vals = {
            "name": "leak.txt",
            "raw": b"It leaks",
            "res_model": self.case._name,
            "res_id": self.case.id,
        }
        file = self.env["ir.attachment"].create(vals)
        theirs = self._as(self.reporter, file)
        self.assertEqual(theirs.raw, b"It leaks")
        self._assert_refused(theirs, "unlink")
        self._assert_refused(theirs, "write", {"raw": "Tm8="})
        self._assert_refused(theirs, "write", {"res_id": 0})
        own = self._as(self.reporter)["ir.attachment"].create(vals)
        own.name = "photo.txt"
        own.unlink()
        call(self._as(self.agent, file), "write", {"name": "Leak"})

    def test_ratings(self):
        """What a customer thinks of us is written down by the system only."""
        model = self.env["ir.model"]._get_id(self.case._name)
        vals = {"res_model_id": model, "res_id": self.case.id, "rating": 1}
        rating = self.env["rating.rating"].create(vals)
        elsewhere = {"res_model_id": self.env["ir.model"]._get_id("res.partner")}
        for user in (self.reporter, self.agent, self.manager):
            with self.subTest(user=user.login):
                mine = self._as(user, rating)
                self.assertEqual(mine.rating, 1)
                self._assert_refused(mine, "write", {"rating": 5})
                self._assert_refused(mine.browse(), "create", vals | {"rating": 5})
                self._assert_refused(
                    self._as(user, self.case),
                    "write",
                    {"rating_ids": [Command.update(rating.id, {"rating": 5})]},
                )
                other = mine.create(vals | elsewhere | {"res_id": self.customer.id})
                self._assert_refused(
                    other, "write", {"res_model_id": model, "res_id": self.case.id}
                )
        self.assertEqual(rating.rating, 1)

    def test_ratings_with_a_message(self):
        """Nobody rates for the customer by what he posts, nor by a message rewritten."""
        for user in (self.reporter, self.agent, self.manager):
            with self.subTest(user=user.login):
                mine = self._as(user, self.case)
                call(mine, "message_post", body="Great", rating_value=5)
                call(mine, "message_post", body="Great", rating_id=1)
                self.assertFalse(self.case.sudo().rating_ids)
                self.assertFalse(self.case.rating_last_value)

    def test_activity_of_another_case(self):
        """Nobody holds up a case that he cannot read, by an activity moved there."""
        secret = self._new_case(user_id=self.manager.id, confidential=True)
        case = self._as(self.reporter, self.case)
        activity = case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.reporter.id
        )
        self._assert_refused(activity, "write", {"res_id": secret.id})
        self.assertFalse(secret.activity_ids)
        activity.res_id = self.case.id


@tagged("post_install", "-at_install")
class TestForgedParts(DeliveriesMixin, AftersalesCommon):
    """Parts of a case: what the system knows of them is not said by callers."""

    def test_who_ticked_it_off(self):
        """Nobody signs for somebody else."""
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        Item = self._as(self.agent)["aftersales.checklist.item"]
        vals = {"case_id": case.id, "name": "Photo made"}
        item = Item.browse(call(Item, "create", vals))
        for forged in (
            {"done_by_id": self.manager.id},
            {"done_at": "2026-01-01 00:00:00"},
        ):
            signed = {"done": True} | forged
            with self.assertRaises(AccessError):
                call(item, "write", signed)
            with self.assertRaises(AccessError):
                call(Item, "create", vals | signed)
            with self.assertRaises(AccessError):
                call(case, "write", {"checklist_ids": [Command.create(vals | signed)]})
        defaults = {"default_done_by_id": self.manager.id}
        forged = Item.browse(call(Item, "create", vals | {"done": True}, **defaults))
        self.assertEqual(forged.done_by_id, self.agent)

    def test_what_was_delivered(self):
        """What the slip delivered is taken from it, whatever a form sends along."""
        slip = self._picking((self.pump, 2))
        case = self._new_case(user_id=self.agent.id, picking_id=slip.id)
        line = self._as(self.agent, case.line_ids[:1])
        delivered = line.delivered
        self.assertTrue(delivered)
        call(line, "write", {"delivered": 9999})
        self.assertEqual(line.delivered, delivered)
        with self.assertRaises(UserError):
            call(line, "write", {"delivered": 9999, "quantity": 9999})
        copied = {
            "case_id": case.id,
            "product_id": line.product_id.id,
            "lot_id": line.lot_id.id,
            "move_id": line.sudo().move_id.id,
            "delivered": 9999,
        }
        with self.assertRaises(UserError):
            call(line.browse(), "create", copied | {"quantity": 9999})
        # Nor are the goods of somebody else's delivery laid on a case.
        other = self._picking((self.pump, 2), partner=self.vendor)
        theirs = copied | {"move_id": other.move_ids.id, "quantity": 1}
        with self.assertRaises(UserError):
            call(line.browse(), "create", theirs)
        with self.assertRaises(UserError):
            call(line, "write", {"move_id": other.move_ids.id})
