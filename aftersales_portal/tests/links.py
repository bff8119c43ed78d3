"""Links as their receivers get and open them."""

import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.addons.aftersales_portal.engine.links import LinkPurpose

from .common import PortalSetup

LINK = re.compile(r"/aftersales/l/[\w-]{43}")
ACT = "act"


class LinkSetup(PortalSetup):
    """Dora is a contact of the customer without a log-in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dora = cls._new_person("Dora Vos", "dora@janssen.example", cls.customer)

    def _get_link(self, case, purpose="view", partner=None, **kwargs):
        """Return the path of a new link, as a mail brings it; None where there is none."""
        url = case.sudo()._make_link(purpose, partner or self.dora, **kwargs)
        return url and urlsplit(url).path

    def _ask(self, method, path, **kwargs):
        """Ask as somebody who has no cookie, and keeps none."""
        self.opener.cookies.clear()
        headers = {"Accept-Language": "en"} | kwargs.pop("headers", {})
        answer = self.opener.request(
            method,
            self.base_url() + path,
            timeout=120,
            allow_redirects=False,
            headers=headers,
            **kwargs,
        )
        self.env.invalidate_all()
        return answer

    @contextmanager
    def _acting(self, is_reusable=False):
        """Let links to cases do something, as a sibling does: they add a note."""
        done = []

        def get_purposes(case):
            return {ACT: LinkPurpose("Act", timedelta(days=1), is_reusable)}

        def get_page(case, link):
            return {
                "title": "Please act",
                "body": "",
                "fields": [
                    {"name": "why", "label": "Why", "type": "line", "required": True},
                    {
                        "name": "how",
                        "label": "How",
                        "type": "choice",
                        "required": False,
                        "options": [("a", "This way"), ("b", "That way")],
                    },
                    {"name": "files", "label": "F", "type": "files", "required": False},
                ],
                "buttons": [("do", "Do it")],
            }

        def apply_link(case, link, values):
            done.append(values)
            case._message_log(body=f"Acted: {values['why']}")
            return "It is done."

        model = type(self.env["aftersales.case"])
        with (
            patch.object(model, "_get_link_purposes", get_purposes),
            patch.object(model, "_get_link_page", get_page),
            patch.object(model, "_apply_link", apply_link),
        ):
            yield done
