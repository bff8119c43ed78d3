"""Drafts of forms, as pages save them, for tests."""

import re

from odoo import http

URL = "/my/cases/draft"


class DraftActions:
    """What a page does while somebody types; for ``HttpCase``."""

    def _save(self, key, files=(), url=URL, **data):
        data = {name.replace("__", "-"): value for name, value in data.items()}
        answer = self.url_open(
            url,
            data={"csrf_token": http.Request.csrf_token(self), "draft": key} | data,
            files=[("files", file) for file in files] or None,
            timeout=120,
        )
        self.env.invalidate_all()
        return answer

    def _drafts(self):
        return self.env["aftersales.portal.draft"].search(
            [("key", "not like", "sent-%")]
        )

    def _stamp(self, answer):
        return re.search(r'stamp="([^"]*)"', answer.text)[1]

    def assertState(self, answer, state):
        self.assertIn(f'data-state="{state}"', answer.text)
        self.assertEqual(answer.status_code, 200 if state == "saved" else 409)
