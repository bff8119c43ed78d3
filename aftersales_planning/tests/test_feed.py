import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import vobject

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_portal.engine.logs import hide_secrets

from .common import PlanningSetup

NOW = datetime(2026, 3, 2, 6)


def soon(hours=3, days=0):
    """Return a moment after that of these tests."""
    return NOW + timedelta(hours=hours, days=days)


class FeedSetup(PlanningSetup):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "Dorpsstraat 1", "city": "Leiden"})
        cls.site.write({"access_note": "Key under the mat", "phone": "+31 71 1234"})

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOW))

    def _settle(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def _address(self, resource, user=None):
        """Return the path of a new calendar address."""
        action = self._as(user or self.leader, resource).action_make_feed()
        return urlsplit(action["context"]["default_address"]).path

    def _ask(self, path, method="GET", **headers):
        """Ask as a program without a cookie."""
        self._settle()
        self.opener.cookies.clear()
        answer = self.opener.request(
            method,
            self.base_url() + path,
            timeout=120,
            allow_redirects=False,
            headers=headers,
        )
        self.env.invalidate_all()
        return answer

    def _read(self, path):
        """Return ``{uid: event}`` of a calendar."""
        answer = self._ask(path)
        self.assertEqual(answer.status_code, 200)
        calendar = vobject.readOne(answer.text)
        return {event.uid.value: event for event in calendar.contents.get("vevent", ())}

    def _get_uid(self, visit):
        uuid = self.env["ir.config_parameter"].get_param("database.uuid")
        return f"aftersales-visit-{visit.id}@{uuid}"


@tagged("post_install", "-at_install")
class TestFeed(FeedSetup, HttpCase):
    """The calendar of a technician, as other programs read it."""

    @feature("I2-68")
    def test_read_by_another_program(self):
        """The visits of the technician, and of nobody else, read by another library."""
        visit = self._book(self._visit(note="Pump leaks"), soon())
        other = self._book(self._visit(), soon(), self.tina)
        path = self._address(self.tom)
        answer = self._ask(path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        self.assertIn("private", answer.headers["Cache-Control"])
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertNotIn("Set-Cookie", answer.headers)
        calendar = vobject.readOne(answer.text)
        self.assertEqual(calendar.x_wr_calname.value, "Visits of Tom")
        event = calendar.vevent
        self.assertEqual(event.uid.value, self._get_uid(visit))
        number = f"{visit.case_id.number}-1"
        self.assertEqual(event.summary.value, f"Janssen Horeca, {number}")
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), soon())
        self.assertEqual(event.dtend.value.replace(tzinfo=None), soon(5))
        self.assertIn("Dorpsstraat 1", event.location.value)
        self.assertIn("Pump leaks", event.description.value)
        self.assertIn("+31 71 1234", event.description.value)
        self.assertNotIn("mat", answer.text)
        self.assertNotIn(self._get_uid(other), answer.text)

    @feature("I2-68")
    def test_moved_is_one_entry(self):
        """A moved visit, imported twice, is one entry, of which the later one counts."""
        visit = self._book(self._visit(), soon())
        path = self._address(self.tom)
        first = self._read(path)
        self._book(visit, soon(8))
        second = self._read(path)
        self.assertEqual(list(first), list(second))
        uid = self._get_uid(visit)
        self.assertGreater(
            int(second[uid].sequence.value), int(first[uid].sequence.value)
        )
        self.assertEqual(second[uid].dtstart.value.replace(tzinfo=None), soon(8))
        imported = first | second
        self.assertEqual(len(imported), 1)

    def test_not_asked_again(self):
        """Who has the newest is told so; any change makes it another."""
        visit = self._book(self._visit(), soon())
        path = self._address(self.tom)
        tag = self._ask(path).headers["ETag"]
        again = self._ask(path, **{"If-None-Match": tag})
        self.assertEqual((again.status_code, again.text), (304, ""))
        visit.note = "Bring a ladder"
        again = self._ask(path, **{"If-None-Match": tag})
        self.assertEqual(again.status_code, 200)
        self.assertIn("ladder", again.text)

    @feature("I2-68")
    def test_called_off(self):
        """What is called off or taken away is said to be so, for thirty days."""
        cancelled = self._book(self._visit(), soon())
        unbooked = self._book(self._visit(), soon(6))
        handed_on = self._book(self._visit(), soon(9))
        path = self._address(self.tom)
        before = self._read(path)
        cancelled.action_cancel()
        unbooked._unbook()
        self._book(handed_on, soon(9), self.tina)
        after = self._read(path)
        self.assertEqual(set(before), set(after))
        for uid, event in after.items():
            self.assertEqual(event.status.value, "CANCELLED")
            self.assertEqual(event.dtstart.value, before[uid].dtstart.value)
            self.assertGreater(
                int(event.sequence.value), int(before[uid].sequence.value)
            )
        self._book(handed_on, soon(9), self.tom)
        again = self._read(path)[self._get_uid(handed_on)]
        self.assertNotEqual(again.status.value, "CANCELLED")
        old = fields.Datetime.now() - timedelta(days=31)
        for table in ("aftersales_visit_gone", "aftersales_visit_crew"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = %s, write_date = %s",
                    SQL.identifier(table),
                    old,
                    old,
                )
            )
        self.env.invalidate_all()
        self.assertEqual(list(self._read(path)), [self._get_uid(handed_on)])
        self.env["aftersales.visit.gone"]._gc_gone()
        self.assertFalse(
            self.env["aftersales.visit.gone"].search(
                [("visit_id", "in", (unbooked | handed_on).ids)]
            )
        )

    def test_span(self):
        """Thirty days back, ninety ahead."""
        seen = [self._book(self._visit(), soon(days=days)) for days in (-29, 0, 89)]
        for days in (-32, 92):
            self._book(self._visit(), soon(days=days))
        found = self._read(self._address(self.tom))
        self.assertEqual(set(found), {self._get_uid(visit) for visit in seen})

    @feature("I2-68")
    def test_confidential(self):
        """Of a confidential case the calendar says that he is busy, and no more."""
        visit = self._book(self._visit(note="Secret work"), soon())
        path = self._address(self.tom)
        visit.case_id.confidential = True
        answer = self._ask(path)
        event = vobject.readOne(answer.text).vevent
        self.assertEqual(event.summary.value, "Busy")
        self.assertEqual(event.contents["class"][0].value, "PRIVATE")
        for text in ("Janssen", "Secret", "Dorps", "+31", visit.case_id.number):
            self.assertNotIn(text, answer.text)

    def test_words_of_the_technician(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.tom.user_id.lang = "nl_NL"
        self.assertEqual(self._ask(self._address(self.tom)).status_code, 200)

    @feature("I2-68")
    def test_wrong_secrets(self):
        """Unknown, replaced, removed, of another kind, of who left: one and the same."""
        self._book(self._visit(), soon())
        paths = {"unknown": "/aftersales/feed/" + "x" * 43 + ".ics"}
        paths["replaced"] = self._address(self.tom)
        paths["good"] = self._address(self.tom)
        paths["removed"] = self._address(self.tina)
        self._as(self.leader, self.tina).action_remove_feed()
        paths["no visits"] = self._address(self.sub)
        self.sub.does_visits = False
        case = self._new_case()
        url = case.sudo()._make_link("view", self.contact)
        paths["of a case"] = f"/aftersales/feed/{url.rpartition('/')[2]}.ics"
        good = paths.pop("good")
        for guess in (
            good[:-5] + ".ics",
            good.upper(),
            good.replace("feed/", "feed/x"),
        ):
            paths[f"guess {guess[-9:]}"] = guess
        found = {}
        for why, path in paths.items():
            if "/feed/" not in path:
                continue
            answer = self._ask(path)
            headers = {k: v for k, v in answer.headers.items() if k != "Date"}
            found[why] = (answer.status_code, answer.text, str(headers))
        self.assertEqual({status for status, _t, _h in found.values()}, {404})
        self.assertEqual(len(set(found.values())), 1, found)
        self.assertEqual(self._ask(good).status_code, 200)
        # Nor does its secret open the page of links.
        secret = good.rpartition("/")[2][:-4]
        self.assertEqual(self._ask(f"/aftersales/l/{secret}").status_code, 404)

    def test_only_looks(self):
        path = self._address(self.tom)
        for method in ("POST", "PUT", "DELETE"):
            self.assertEqual(self._ask(path, method).status_code, 405)
        self.assertEqual(self._ask(path, "HEAD").status_code, 200)
        self.assertEqual(self._ask(path + "?env=1&secret=2").status_code, 200)

    def test_secret_is_kept_nowhere(self):
        """Neither the database nor the log of the server has it."""
        path = self._address(self.tom)
        secret = path.rpartition("/")[2][:-4]
        link = self.env["aftersales.link"].search([("purpose", "=", "feed")])
        kept = [str(value) for row in link.read() for value in row.values()]
        self.assertFalse([value for value in kept if secret in value])
        logged = hide_secrets(f"GET {path} HTTP/1.1")
        self.assertEqual(logged, "GET /aftersales/feed/*** HTTP/1.1")

    @feature("I2-68")
    def test_who_may_make_one(self):
        """The technician for himself, leaders for others; who goes on no visit has none."""
        self.assertTrue(self._as(self.tom.user_id, self.tom).may_make_feed)
        self._address(self.tom, self.tom.user_id)
        self.assertTrue(self._as(self.tom.user_id, self.tom).feed_at)
        self.assertTrue(self._address(self.sub))
        for user in (self.accountant, self.agent, self.tina.user_id):
            mine = self._as(user, self.tom)
            self.assertFalse(mine.may_make_feed)
            with self.assertRaises(AccessError):
                mine.action_make_feed()
            with self.assertRaises(AccessError):
                mine.action_remove_feed()
        self.tom.does_visits = False
        with self.assertRaisesRegex(UserError, "does not go on visits"):
            self._as(self.leader, self.tom).action_make_feed()
        action = self._as(self.tina.user_id)["res.users"].action_make_visit_feed()
        self.assertIn("/aftersales/feed/", action["context"]["default_address"])
        with self.assertRaises(UserError):
            self._as(self.accountant)["res.users"].action_make_visit_feed()
        mine = self._as(self.tina.user_id, self.tina.user_id)
        self.assertTrue(mine.read(["does_visits"])[0]["does_visits"])

    def test_rpc(self):
        """Portal users and plain employees reach neither links nor who is gone."""
        portal = new_test_user(
            self.env, "as_feed_portal", groups="base.group_portal", name="P"
        )
        self._address(self.tom)
        self._book(self._visit(), soon())._unbook()
        self._settle()
        for user in (portal, self.accountant, self.agent):
            env = self._as(user)
            with self.assertRaises(AccessError):
                env["aftersales.visit.gone"].search([])
            with self.assertRaises(AccessError):
                env["aftersales.visit.gone"].create({"visit_id": 1})
        for user in (self.agent, self.manager):
            links = self._as(user)["aftersales.link"].search([])
            self.assertFalse(links.filtered(lambda link: link.purpose == "feed"))
        with self.assertRaises(AccessError):
            self._as(portal, self.tom).action_make_feed()

    def test_constant_queries(self):
        """A calendar of forty visits costs as many queries as one of two."""
        path = self._address(self.tom)
        secret = path.rpartition("/")[2][:-4]

        def count():
            self._settle()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            content = self.env["aftersales.portal.service"]._get_feed(secret)
            return self.env.cr.sql_log_count - before, content

        for days in range(2):
            self._book(self._visit(), soon(days=days))
        gone = self._book(self._visit(), soon(days=50))
        self._settle()
        gone._unbook()
        few, _content = count()
        for days in range(2, 40):
            self._book(self._visit(), soon(days=days))
        many, content = count()
        self.assertEqual(len(re.findall(b"BEGIN:VEVENT", content)), 41)
        self.assertLessEqual(many, few)
