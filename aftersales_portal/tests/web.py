import json
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.aftersales_case.tests.common import AftersalesSetup

from .common import PortalSetup

SITE = "https://www.shop.example"
GIF = b"GIF89a" + bytes(20)
API = "/aftersales/v1"


class WebSetup(PortalSetup, AftersalesSetup, HttpCase):
    """A channel of a website, and a stranger who reports by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["aftersales.channel"].create(
            {
                "name": "Website",
                "key": "website",
                "company_id": cls.company.id,
                "type_ids": [Command.set(cls.type_complaint.ids)],
                "origins": SITE,
                "most_an_hour": 1000,
                "most_of_one": 1000,
            }
        )
        action = cls.channel.action_make_token()
        cls.token = action["context"]["default_token"]
        cls.type_complaint.field_rule_ids.filtered(
            lambda rule: rule.portal == "asked"
        ).portal = "hidden"
        cls._ask("description", portal_required=True)

    @classmethod
    def _ask(cls, key, case_type=None, **vals):
        """Ask strangers a question."""
        rules = cls.env["aftersales.field.rule"]
        case_type = case_type or cls.type_complaint
        domain = [("type_id", "=", case_type.id), ("key", "=", key)]
        rule = rules.search(domain)
        vals = {"portal": "asked"} | vals
        if rule:
            rule.write(vals)
            return rule
        return rules.create({"type_id": case_type.id, "key": key} | vals)

    def _start(self, **ago):
        """Return what says that the form was opened a while ago."""
        service = self.env["aftersales.portal.service"]
        moment = fields.Datetime.now() - timedelta(**ago or {"minutes": 1})
        return service._get_start(self.channel, moment)

    def _body(self, **answers):
        body = {
            "email": "stranger@elsewhere.example",
            "description": "It leaks",
            "start": self._start(),
        }
        body |= answers
        return {key: value for key, value in body.items() if value is not None}

    def _send(self, body=None, path="/website/cases", method="POST", **kwargs):
        """Send what a form on the website would send; JSON unless files come with it."""
        headers = {"Origin": SITE, "Accept-Language": "en"} | kwargs.pop("headers", {})
        headers = {key: value for key, value in headers.items() if value is not None}
        if isinstance(body, dict) and "files" not in kwargs:
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, str):
            headers.setdefault("Content-Type", "application/json")
        self.env.flush_all()
        # Nothing of it may reach the log as an error: that is looked at, too.
        answer = self.opener.request(
            method,
            f"{self.base_url()}{API}{path}",
            data=body,
            headers=headers,
            timeout=60,
            allow_redirects=False,
            **kwargs,
        )
        self.env.invalidate_all()
        return answer

    def _arrived(self):
        return self.env["aftersales.intake"].search(
            [("channel_id", "=", self.channel.id)], order="id desc"
        )

    def _case(self, answer):
        self.assertEqual(answer.status_code, 201, answer.text)
        number = answer.json()["number"]
        case = self.env["aftersales.case"].search([("number", "=", number)])
        self.assertEqual(len(case), 1)
        return case
