from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .links import LinkSetup


@tagged("post_install", "-at_install")
class TestHostileRating(LinkSetup, HttpCase):
    """The link to rate, in the hands of whoever has it."""

    def setUp(self):
        super().setUp()
        self.type_complaint.portal_rate = True
        self.case = self._complete(self._new_case(name="Secret leak"))
        self._close()
        self.rating = self.case.sudo()._open_rating()
        self.url = f"/rate/{self.rating.access_token}"
        self.env.flush_all()
        self.authenticate(None, None)

    def _close(self, **since):
        self.case.stage_id = self.stage_solved
        self.case.sudo().closed_at = fields.Datetime.now() - timedelta(**since)
        self.env.flush_all()

    def _post(self, url="", **data):
        files = data.pop("files", None)
        data["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(
            f"{url or self.url}/submit_feedback", data=data, files=files, timeout=120
        )
        self.env.invalidate_all()
        return answer

    def assertDead(self):
        given = (self.rating.rating, self.rating.feedback)
        for path in ("5", "submit_feedback"):
            gone = self.url_open(f"/rate/{'0' * 32}/{path}")
            answer = self.url_open(f"{self.url}/{path}")
            self.assertEqual(answer.status_code, 404)
            self.assertEqual(len(answer.text), len(gone.text))
        self.assertEqual(self._post(rate="1", feedback="Late").status_code, 404)
        self.assertEqual((self.rating.rating, self.rating.feedback), given)

    def test_reopened_and_closed_again(self):
        """Given or not, the link ends with its closing; the newer has its own."""
        for is_given in (False, True):
            with self.subTest(given=is_given):
                if is_given:
                    self.rating = self.case.sudo()._open_rating()
                    self.url = f"/rate/{self.rating.access_token}"
                    self.env.flush_all()
                    self._post(rate="5", feedback="Fine")
                    self.assertEqual(self.rating.rating, 5)
                self.case._reopen("It leaks again")
                self.env.flush_all()
                self.assertDead()
                self._close(minutes=5 + is_given)
                self.assertDead()

    def test_too_old(self):
        """After a month it opens nothing; on the page of his case he still rates."""
        self._close(days=31)
        self.rating.sudo().aftersales_closing = self.case._get_closing()
        self.env.flush_all()
        self.assertDead()
        self.authenticate(self.anna.login, self.anna.login)
        page = self.url_open(f"/my/cases/{self.case.id}/rate", timeout=120)
        self.assertEqual(page.status_code, 200)

    def test_switched_off(self):
        """Where customers are asked no more, or see nothing of the type."""
        for vals in ({"portal_rate": False}, {"portal_offer": "hidden"}):
            with self.subTest(vals=vals):
                self.type_complaint.write(vals)
                self.env.flush_all()
                self.assertDead()
                self.type_complaint.write({"portal_rate": True, "portal_offer": "new"})

    def test_tells_nothing(self):
        """The stars, and neither the case nor people nor what was said before."""
        secrets = ("Secret", self.case.number, "Anna", "Janssen", "Fine words")
        page = self.url_open(f"{self.url}/5")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        answers = [page, self._post(rate="5", feedback="Fine words")]
        answers += [
            self.url_open(f"{self.url}/{end}") for end in ("1", "submit_feedback")
        ]
        self.assertNotIn("<textarea", answers[2].text)
        for answer in answers:
            self.assertEqual(answer.status_code, 200)
            for secret in secrets:
                self.assertNotIn(secret, answer.text)
        for user, status in ((self.cleo, 404), (self.agent, 404), (self.ben, 200)):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                answer = self.url_open(f"{self.url}/5")
                self.assertEqual(answer.status_code, status)
                for secret in ("Secret", self.case.number):
                    self.assertNotIn(secret, answer.text)

    def test_colleagues_have_no_token(self):
        """Whoever works on the case does not rate himself by the customer's link."""
        rating = self._as(self.agent, self.rating.sudo(False))
        self.assertEqual(rating.res_id, self.case.id)
        for user in (self.agent, self.manager):
            mine = self._as(user, rating)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                mine.read(["access_token"])
            with self.subTest(user=user.login, searched=True):
                with self.assertRaises(AccessError):
                    mine.search([("access_token", "like", "a")])
            self.assertNotIn("access_token", mine.read()[0])

    def test_first_counts(self):
        """Sent twice, or by somebody to whom the mail was forwarded: said is said."""
        self._post(rate="5", feedback="Fine")
        self.assertEqual(self._post(rate="1", feedback="Forged").status_code, 200)
        self.assertEqual((self.rating.rating, self.rating.feedback), (5, "Fine"))

    def test_rubbish(self):
        """No number of ours, a file in place of text, signs that nobody types."""
        for data in ({}, {"rate": "x"}, {"rate": "2"}, {"rate": "9" * 40}):
            with self.subTest(data=data), mute_logger("odoo.http"):
                self.assertEqual(self._post(**data).status_code, 400)
        self.assertFalse(self.rating.consumed)
        for token in ("%F0%9F%98%80", "a" * 5000):
            with self.subTest(token=token[:20]):
                answer = self.url_open(f"/rate/{token}/5")
                self.assertEqual(answer.status_code, 404)
        self._post(rate="3", files={"feedback": ("a.txt", b"text")})
        self.assertEqual((self.rating.rating, self.rating.feedback), (3, False))
        self.rating.sudo().write({"consumed": False, "feedback": False})
        self.env.flush_all()
        said = "a\0b" + "c" * 30000
        self.assertEqual(self._post(rate="3", feedback=said).status_code, 200)
        self.assertEqual(self.rating.feedback[:3], "abc")
        self.assertEqual(len(self.rating.feedback), 20000)
