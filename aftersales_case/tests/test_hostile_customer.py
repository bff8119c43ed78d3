import json

import odoo
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import AftersalesSetup
from .walks import RightsSetup


@tagged("post_install", "-at_install")
class TestHostileCustomer(RightsSetup, AftersalesSetup, HttpCase):
    """A customer with a log-in forges, hides and deletes nothing that was said."""

    def setUp(self):
        super().setUp()
        self.case = self.own_case
        self.answer = self.case.with_user(self.agent).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.portal.partner_id.ids,
        )
        self.evidence = self.env["ir.attachment"].create(
            {
                "name": "leak.txt",
                "raw": b"It leaks",
                "res_model": self.case._name,
                "res_id": self.case.id,
            }
        )
        self.sent = self.case.message_post(
            body="See the photo",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.portal.partner_id.id,
            attachment_ids=self.evidence.ids,
        )
        self.authenticate("as_portal", "as_portal")

    def _call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.make_jsonrpc_request("/web/dataset/call_kw", params)

    def _assert_refused(self, call, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            call(*args, **kwargs)

    def _snapshot(self):
        self.env.invalidate_all()
        return [
            (
                message.body,
                message.is_internal,
                message.subtype_id,
                message.attachment_ids,
            )
            for message in self.case.message_ids.sorted("id")
        ]

    def test_messages_by_rpc(self):
        """He reads what was written to him, and rewrites or deletes none of it."""
        before = self._snapshot()
        for message in (self.answer, self.sent):
            self.assertTrue(self._call("mail.message", "read", message.ids, ["body"]))
            for vals in (
                {"body": "We refund 100,000."},
                {"is_internal": True},
                {"subtype_id": self.env.ref("mail.mt_note").id},
                {"attachment_ids": [(5,)]},
            ):
                with self.subTest(message=message.id, vals=vals):
                    self._assert_refused(
                        self._call, "mail.message", "write", message.ids, vals
                    )
            self._assert_refused(self._call, "mail.message", "unlink", message.ids)
        self.assertEqual(self._snapshot(), before)

    def test_new_message_by_rpc(self):
        """Following the case, or having been answered, is no right to write in it."""
        before = self._snapshot()
        vals = {
            "model": self.case._name,
            "res_id": self.case.id,
            "body": "Agreed.",
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "author_id": self.agent.partner_id.id,
            "parent_id": self.answer.id,
        }
        self._assert_refused(self._call, "mail.message", "create", vals)
        self._assert_refused(
            self._call, self.case._name, "message_post", self.case.ids, body="Agreed."
        )
        msg = {"body": "Agreed.", "email_from": "boss@janssen.example"}
        for method, args in (("message_update", [self.case.ids, msg]),):
            self._assert_refused(self._call, self.case._name, method, *args)
        self.assertEqual(self._snapshot(), before)

    def test_routes_of_core(self):
        """No route of core changes, hides or adds what the case keeps."""
        before = self._snapshot()
        thread = {"thread_model": self.case._name, "thread_id": self.case.id}
        for message in (self.answer, self.sent):
            for route, params in (
                (
                    "/mail/update_is_internal",
                    {"message_id": message.id, "is_internal": True},
                ),
                (
                    "/mail/message/update_content",
                    {"message_id": message.id, "update_data": {"body": "Refund!"}},
                ),
                (
                    "/mail/message/post",
                    thread | {"post_data": {"body": "x", "message_type": "email"}},
                ),
            ):
                with self.subTest(route=route, message=message.id):
                    self._assert_refused(self.make_jsonrpc_request, route, params)
        self.assertEqual(self._snapshot(), before)

    def test_evidence_stays(self):
        """The token that core hands out with a file is none to delete it."""
        token = self.evidence.with_user(self.portal).sudo()._get_ownership_token()
        self._assert_refused(
            self.make_jsonrpc_request,
            "/mail/attachment/delete",
            {"attachment_id": self.evidence.id, "access_token": token},
        )
        self._assert_refused(
            self._call, "ir.attachment", "write", self.evidence.ids, {"res_id": 0}
        )
        self._assert_refused(self._call, "ir.attachment", "unlink", self.evidence.ids)
        self.assertTrue(self.evidence.exists())
        self.assertEqual(self.evidence.raw, b"It leaks")

    def test_no_file_is_put_on_a_case(self):
        """A file laid onto the case would count for its gates."""
        response = self.url_open(
            "/mail/attachment/upload",
            data={
                "thread_model": self.case._name,
                "thread_id": self.case.id,
                "csrf_token": odoo.http.Request.csrf_token(self),
            },
            files={"ufile": ("paid.txt", b"Paid", "text/plain")},
        )
        self.assertEqual(response.status_code, 404)
        self._assert_refused(
            self._call,
            "ir.attachment",
            "create",
            {
                "name": "paid.txt",
                "raw": "x",
                "res_model": self.case._name,
                "res_id": self.case.id,
            },
        )
        self.assertEqual(len(self.case.file_ids), 1)

    def test_incoming_mail(self):
        """A mail that waits is not rewritten by who sent it, nor its file taken."""
        intake = self.env["aftersales.intake"].create(
            {
                "message_id": "<1@janssen.example>",
                "received_at": "2026-03-02 08:00:00",
                "company_id": self.company.id,
            }
        )
        message = intake.message_post(
            body="It leaks",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.portal.partner_id.id,
        )
        file = self.evidence.copy({"res_model": intake._name, "res_id": intake.id})
        self._assert_refused(
            self._call, "mail.message", "write", message.ids, {"body": "No leak"}
        )
        self._assert_refused(
            self.make_jsonrpc_request,
            "/mail/attachment/delete",
            {
                "attachment_id": file.id,
                "access_token": file.sudo()._get_ownership_token(),
            },
        )
        self.assertTrue(file.exists())
        self.assertIn("It leaks", message.body)

    def test_reading_and_starring_go_on(self):
        """What was written to him he may read and mark."""
        self._call("mail.message", "toggle_message_starred", self.answer.ids)
        self.env.invalidate_all()
        self.assertIn(self.portal.partner_id, self.answer.starred_partner_ids)

    def test_colleague_rewrites_nobody(self):
        """Who was told of a case he cannot change does not edit the agent's words."""
        note = self.case.message_post(
            body="Told", author_id=self.agent.partner_id.id, message_type="comment"
        )
        note.partner_ids = self.reporter.partner_id
        with self.assertRaises(AccessError):
            self._as(self.reporter, note).body = "Promised"
        own = self._as(self.reporter, self.case).message_post(body="I saw it too.")
        self._as(self.reporter, own).body = "I saw it, too."
        self._as(self.agent, note).body = "Told all."
        self.assertIn("Told all", json.dumps(note.body))
