from urllib.parse import urlsplit

import vobject

from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_portal.tests.common import PortalSetup

from ..const import CANCELLED
from .common import PlanningSetup, at


@tagged("post_install", "-at_install")
class TestVisitFile(PlanningSetup, PortalSetup, HttpCase):
    """A promised visit, for the customer's own calendar."""

    def setUp(self):
        super().setUp()
        self.visit = self._book(self._visit(note="Secret work"), at())
        self.visit.sudo().write({"window_from": at(-1), "window_to": at(3)})
        self.path = f"/my/cases/{self.visit.case_id.id}/visits/{self.visit.id}.ics"
        self.env.flush_all()

    def _ask(self, user, path=None):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(path or self.path, timeout=120, allow_redirects=False)

    @feature("I2-70")
    def test_promised(self):
        """The window that was promised: not when we come within it, nor who."""
        answer = self._ask(self.anna, f"/my/cases/{self.visit.case_id.id}")
        self.assertIn(self.path, answer.text)
        answer = self._ask(self.anna)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        event = vobject.readOne(answer.text).vevent
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), at(-1))
        self.assertEqual(event.dtend.value.replace(tzinfo=None), at(3))
        self.assertIn(self.visit.case_id.number, event.summary.value)
        self.assertEqual(event.status.value, "TENTATIVE")
        for text in ("Tom", "Secret"):
            self.assertNotIn(text, answer.text)
        # Promised anew and taken along again, it is the same entry, of later.
        self._book(self.visit, at(4))
        self.visit.sudo().write({"window_from": at(4), "window_to": at(7)})
        again = vobject.readOne(self._ask(self.anna).text).vevent
        self.assertEqual(again.uid.value, event.uid.value)
        self.assertGreater(int(again.sequence.value), int(event.sequence.value))
        self.visit._enter(CANCELLED)
        self.assertEqual(self._ask(self.anna).status_code, 404)

    def test_others(self):
        """Another customer, nobody, a wrong number, nothing promised: not found."""
        for user in (self.cleo, self.ivo):
            self.assertEqual(self._ask(user).status_code, 404)
        wrong = self.path.replace(
            f"/{self.visit.id}.ics", f"/{self.visit.id + 999}.ics"
        )
        self.assertEqual(self._ask(self.anna, wrong).status_code, 404)
        other = self._book(self._visit(), at(4))
        other.sudo().write({"window_from": at(4), "window_to": at(6)})
        mixed = self.path.replace(f"/{self.visit.id}.ics", f"/{other.id}.ics")
        self.assertEqual(self._ask(self.anna, mixed).status_code, 404)
        answer = self._ask(None)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(urlsplit(answer.headers["Location"]).path, "/web/login")
        self.visit.sudo().write({"window_from": False, "window_to": False})
        self.assertEqual(self._ask(self.anna).status_code, 404)
