from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.const import EVENT_REPLY, REPLY_RATING
from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalSetup


@tagged("post_install", "-at_install")
class TestRating(PortalSetup, HttpCase):
    """Customers rate how a case was handled: in the portal, and by a link of a mail."""

    def setUp(self):
        super().setUp()
        self.type_complaint.portal_rate = True
        self.type_complaint.link_ids.portal_agree = False
        self.case = self._complete(self._new_case(user_id=self.agent.id))
        self._close()
        self.url = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _close(self, hours=2):
        self.case.stage_id = self.stage_solved
        self.case.sudo().closed_at = fields.Datetime.now() - timedelta(hours=hours)
        self.env.flush_all()

    def _post(self, url=None, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(url or f"{self.url}/rate", data=data, timeout=120)
        self.env.invalidate_all()
        return answer

    def _ask(self):
        self.env.flush_all()
        self.env.ref("aftersales_portal.cron_ask_ratings").method_direct_trigger()
        self.env.invalidate_all()
        template = self.env.ref("aftersales_portal.template_rating")
        return self.env["mail.mail"].search(
            [
                ("res_id", "=", self.case.id),
                ("aftersales_template_id", "=", template.id),
            ]
        )

    def _ratings(self):
        return self.case.sudo().given_rating_ids.sorted("id")

    @feature("P-35")
    def test_portal(self):
        """Asked on the page when the case is done; said once, shown on the case."""
        self.assertIn(f'href="{self.url}/rate"', self.url_open(self.url).text)
        answer = self._post(feedback="So so")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Choose how satisfied you are.", answer.text)
        self.assertIn("So so", answer.text)
        self.assertFalse(self._ratings())
        answer = self._post(value="5", feedback="Very quick")
        self.assertIn('name="sent_rated"', answer.text)
        self.assertIn("Your rating: <b>Satisfied</b>", answer.text)
        self._post(value="1", feedback="Changed my mind")
        rating = self._ratings()
        self.assertEqual((rating.rating, rating.feedback), (5, "Very quick"))
        self.assertEqual(rating.partner_id, self.contact)
        self.assertEqual(rating.rated_partner_id, self.agent.partner_id)
        self.assertEqual(self.case.rating_last_value, 5)
        said = self.case.message_ids.filtered(lambda m: "Very quick" in str(m.body))
        self.assertEqual(said.author_id, self.contact)

    @feature("P-35")
    def test_tour(self):
        """In the browser, from the page of the case and back to it."""
        self.start_tour(self.url, "aftersales_portal_rate", login=self.anna.login)
        self.env.invalidate_all()
        rating = self._ratings()
        self.assertEqual((rating.rating, rating.feedback), (5, "Very quick"))

    def test_twice(self):
        """Two tabs that were both open: the first one counts."""
        service, partner = self._service(self.anna)
        case = service._find_case(partner, self.case.id)
        for value in ("5", "1"):
            self.assertEqual(service._rate(partner, case, value, ""), {})
        self.assertEqual(self._ratings().mapped("rating"), [5])

    def test_rating_is_no_answer(self):
        """A stage that an answer takes the case from keeps it when he rates it."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_solved
        )
        link.reply_stage_id = self.stage_progress
        self._post(value="5", feedback="Very quick")
        self.assertEqual(self.case.stage_id, self.stage_solved)

    @feature("P-35")
    def test_mail(self):
        """An hour after closing; the link only shows, sending it rates; asked once."""
        mail = self._ask()
        self.assertEqual(len(mail), 1)
        self.assertEqual(self._ask(), mail, "twice run asks once")
        values = mail._prepare_outgoing_list()[0]
        self.assertEqual(values["email_to_normalized"], ["anna@janssen.example"])
        token = self.case._find_rating().access_token
        for value in (5, 3, 1):
            self.assertIn(f"/rate/{token}/{value}", values["body"])
        self.authenticate(None, None)
        page = self.url_open(f"/rate/{token}/5")
        self.assertEqual(page.status_code, 200)
        self.assertIn("This was not sent yet", page.text)
        self.assertNotIn("Thank you", page.text)
        self.env.invalidate_all()
        self.assertFalse(self._ratings(), "a scanner that follows it rates nothing")
        self._post(f"/rate/{token}/submit_feedback", rate="3", feedback="Slow")
        self.assertEqual(self._ratings().mapped("rating"), [3])
        self.authenticate(self.anna.login, self.anna.login)
        self.assertIn("Your rating: <b>Neutral</b>", self.url_open(self.url).text)
        event = self.case.event_ids.filtered(lambda e: e.reason == REPLY_RATING)
        self.assertFalse(event, "it is told when it leaves")
        mail.state = "sent"  # as the queue has it when a server has taken it
        self.env.invalidate_all()
        event = self.case.event_ids.filtered(lambda e: e.reason == REPLY_RATING)
        self.assertEqual(event.kind, EVENT_REPLY)

    def test_who_gets_the_links(self):
        """Somebody else whom a mail reaches gets no link to rate."""
        self._ask()
        for partner, found in ((self.contact, True), (self.cleo.partner_id, False)):
            link = self.case._make_link("rate_5", partner)
            self.assertEqual(bool(link), found)

    def test_link_of_the_customer_before(self):
        """When the case changes hands, the link of its former customer rates nothing."""
        self._ask()
        token = self.case._find_rating().access_token
        self.case.write({"partner_id": self.other.id, "contact_id": False})
        self.env.flush_all()
        self.authenticate(None, None)
        self.assertEqual(self.url_open(f"/rate/{token}/1").status_code, 404)
        answer = self._post(f"/rate/{token}/submit_feedback", rate="1")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self._ratings())

    def test_not_asked(self):
        """Neither at once nor about what is long over, nor where no type asks."""
        for hours in (0, 100):
            self._close(hours)
            self.assertFalse(self._ask())
        self._close()
        self.type_complaint.portal_rate = False
        self.assertFalse(self._ask())
        self.assertEqual(self._post(value="5").status_code, 404)
        self.type_complaint.portal_rate = True
        self._post(value="5")
        self.assertFalse(self._ask(), "he has said it already")

    def test_rejected(self):
        """Whoever was refused something is not asked how he liked it."""
        rejected = self._new_case()
        rejected.stage_id = self.stage_cancelled
        self.env.flush_all()
        answer = self._post(f"/my/cases/{rejected.id}/rate", value="1")
        self.assertEqual(answer.status_code, 404)

    def test_each_closing(self):
        """A case that was opened and closed again is rated anew."""
        self._post(value="1")
        self.case._reopen("It leaks again")
        self.env.flush_all()
        self.assertEqual(self._post(value="5").status_code, 404)
        self._close(3)
        self.assertEqual(len(self._ask()), 1)
        self._post(value="5")
        self.assertEqual(self._ratings().mapped("rating"), [1, 5])
        self.assertEqual(self.case.rating_last_value, 5)

    def test_colleagues(self):
        """Colleagues who share rate; others do not."""
        self.authenticate(self.ben.login, self.ben.login)
        self.assertEqual(self._post(value="5").status_code, 404)
        self._share("all")
        self._post(value="5")
        self.assertEqual(self._ratings().partner_id, self.ben.partner_id)
        self.authenticate(self.cleo.login, self.cleo.login)
        self.assertEqual(self._post(value="1").status_code, 404)

    @feature("P-35")
    def test_report(self):
        """By team and responsible, for agents; nobody changes what customers said."""
        self._post(value="3")
        action = self.env.ref("aftersales_portal.aftersales_case_rating_action")
        cases = self._as(self.agent)["aftersales.case"]
        rows = cases.formatted_read_group(
            [("id", "=", self.case.id), ("rating_last_value", ">", 0)],
            ["team_id", "user_id"],
            ["rating_last_value:avg"],
        )
        self.assertEqual(
            [(row["user_id"][0], row["rating_last_value:avg"]) for row in rows],
            [(self.agent.id, 3)],
        )
        self.assertEqual(action.view_mode, "graph,pivot,list,form")
        rating = self._as(self.agent, self._ratings().sudo(False))
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for vals in ({"rating": 5}, {"aftersales_closing": "x"}):
                with self.assertRefused(AccessError, ""):
                    rating.write(vals)
