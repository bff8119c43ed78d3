import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PortalSetup

SECRET = "Secret leak"
MODEL = "aftersales.case"
# Core's, which know records by model and id: {address: parameters but those two}
THREADS = {
    "/mail/thread/messages": {},
    "/mail/chatter_fetch": {},
    "/portal/chatter_init": {},
    "/mail/message/post": {"post_data": {"body": "Forged", "rating_value": 5}},
    "/mail/thread/recipients": {},
    "/mail/thread/recipients/get_suggested_recipients": {},
    "/mail/partner/from_email": {"emails": ["forged@evil.example"]},
}
FILES = (
    "/web/content/{}",
    "/web/image/{}",
    "/web/image/{}/10x10",
    "/web/content/{}?access_token=x",
    "/web/content/ir.attachment/{}/raw",
    "/web/image/ir.attachment/{}/datas",
)
RECORDS = (
    "/web/content/aftersales.case/{}/description",
    "/web/image/aftersales.case/{}/name",
    "/web/content?model=aftersales.question.asked&id={}&field=before",
    "/mail/unfollow?model=aftersales.case&res_id={}&pid=3&token=x",
    "/mail/view?model=aftersales.case&res_id={}&access_token=x",
)


@tagged("post_install", "-at_install")
class TestCoreRoutes(PortalSetup, HttpCase):
    """Routes of core that know any record: of cases they tell and do nothing."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name=SECRET, description=SECRET)
        self.file = self._new_file(self.case, "secret.txt", SECRET.encode())
        self._tell(self.case, SECRET, attachment_ids=self.file.ids)
        self.env.flush_all()

    def _get_missing(self, record):
        number = int("9" * len(str(record.id)))
        while record.browse(number).exists():
            number -= 1
        return number

    def _call(self, url, case_id, **params):
        """Return what a route answers, without what the session brings anyway."""
        params |= {"thread_model": MODEL, "thread_id": case_id}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http"):
            answer = self.opener.post(self.base_url() + url, json=body, timeout=120)
        data = answer.json() if answer.ok else {}
        error = data.get("error", {}).get("data", {})
        said = json.dumps([data.get("result"), error.get("name"), error.get("message")])
        return answer.status_code, said.replace(f'"id": {case_id}', '"id": N')

    def _open(self, url):
        # Core says there that a token is wrong.
        with mute_logger("odoo.http", "odoo.addons.mail.controllers.mail"):
            answer = self.url_open(url, timeout=120, allow_redirects=False)
        return answer.status_code, answer.text

    def _count(self):
        self.env.flush_all()
        self.env.invalidate_all()
        ratings = self.env["rating.rating"].search_count([("res_model", "=", MODEL)])
        followers = self.case.sudo().message_follower_ids
        return len(self.case.message_ids), len(followers), ratings

    def test_threads(self):
        """Messages and people of a case, and what is written there."""
        before, missing = self._count(), self._get_missing(self.case)
        for user in (None, self.anna, self.cleo):
            self.authenticate(user and user.login, user and user.login)
            for url, params in THREADS.items():
                for token in ({}, {"token": "x"}):
                    with self.subTest(user=user and user.login, url=url, token=token):
                        theirs = self._call(url, self.case.id, **params, **token)
                        self.assertNotIn(SECRET, theirs[1])
                        self.assertEqual(
                            theirs, self._call(url, missing, **params, **token)
                        )
                        self.assertEqual(self._count(), before)

    def test_files(self):
        """A file of a case by its id, for whom no message brought it."""
        for user in (None, self.anna, self.cleo):
            self.authenticate(user and user.login, user and user.login)
            for urls, record in ((FILES, self.file), (RECORDS, self.case)):
                missing = self._get_missing(record)
                for url in urls:
                    with self.subTest(user=user and user.login, url=url):
                        status, text = self._open(url.format(record.id))
                        self.assertNotIn(SECRET, text)
                        if user == self.cleo:
                            other, same = self._open(url.format(missing))
                            self.assertEqual((status, len(text)), (other, len(same)))
