import base64
import hashlib
import io
import json
import re

from lxml import html
from PIL import Image
from pypdf import PdfReader

from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import EVENT_REOPENED
from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.papers import (
    LETTERHEAD,
    find_tops,
    use_letterhead,
)

from ..const import EVENT_AGREED, EVENT_REFUSED
from .common import PortalCommon, PortalSetup

PROPOSAL = re.compile(r'name="proposal" value="([0-9a-f]{64})"')


def draw(width=300, height=80, kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


class DecisionSetup(PortalSetup):
    """A solved complaint, of which the customer sees the solution."""

    def setUp(self):
        super().setUp()
        self.link = self._get_link(self.stage_solved)
        self.link.write(
            {"portal_agree": True, "refused_stage_id": self.stage_progress.id}
        )
        self._show("solution", label="Solution")
        self.case = self._complete(
            self._new_case(name="It leaks", solution="<p>You get a new pump</p>")
        )
        self.case.stage_id = self.stage_solved
        self.reason = self.env.ref("aftersales_portal.refusal_not_solved")

    def _get_link(self, stage):
        return self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == stage
        )

    def _kinds(self):
        return self.case.event_ids.mapped("kind")


@tagged("post_install", "-at_install")
class TestDecision(DecisionSetup, HttpCase):
    """Customers accept what was done, or refuse it, as they meet it in the browser."""

    def setUp(self):
        super().setUp()
        self.url = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)

    def _open(self, step=""):
        return self.url_open(self.url + step, timeout=120)

    def _post(self, step, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(f"{self.url}/{step}", data=data, timeout=120)
        self.env.invalidate_all()
        return answer

    def _agree(self, **data):
        page = self._open("/agree").text
        data = {"name": "Anna J.", "tick": "yes", "proposal": PROPOSAL.search(page)[1]}
        return self._post("agree", **(data | self.changed))

    changed = {}

    @feature("I2-50")
    def test_accept(self):
        """Without scripts: typed name and tick; kept with time, address and digest."""
        self.type_complaint.portal_rate = True
        page = self._open().text
        self.assertIn(f'href="{self.url}/agree"', page)
        self.assertIn("Tell us whether this is right.", page)
        for later in ("rate", "reopen"):
            self.assertNotIn(f"{self.url}/{later}", page)
        page = self._open("/agree").text
        self.assertIn("You get a new pump", page)
        self.changed = {"comment": "Thank you"}
        answer = self._agree()
        self.assertIn('name="sent_agreed"', answer.text)
        told, title = answer.text.index("sent_agreed"), answer.text.index("<h1")
        self.assertLess(told, title, "what was done stands on top")
        self.assertIn('name="agreed"', answer.text)
        self.assertNotIn(f"{self.url}/agree", answer.text)
        for later in ("rate", "reopen"):
            self.assertIn(f"{self.url}/{later}", answer.text)
        signature = self.case.signature_ids
        self.assertEqual(signature.name, "Anna J.")
        self.assertEqual(signature.partner_id, self.contact)
        self.assertEqual(
            (signature.purpose, signature.channel), ("agreement", "portal")
        )
        self.assertEqual(signature.address, "127.0.0.1")
        self.assertTrue(signature.is_typed)
        text = f"{self.case.number}: It leaks\nSolution: You get a new pump"
        self.assertEqual(signature.digest, hashlib.sha256(text.encode()).hexdigest())
        self.assertEqual(self._kinds().count(EVENT_AGREED), 1)
        event = self.case.event_ids.filtered(lambda e: e.kind == EVENT_AGREED)
        self.assertEqual(event.actor_id, self.anna)
        said = self.case.message_ids.filtered(lambda m: "I accept" in str(m.body))
        self.assertEqual(said.author_id, self.contact)
        self.assertIn("Thank you", str(said.body))
        file = said.attachment_ids
        self.assertEqual(file.mimetype, "application/pdf")
        self.assertEqual((file.res_model, file.res_id), (self.case._name, self.case.id))
        self.assertIn(file.name, answer.text)
        self.assertEqual(self.case.stage_id, self.stage_solved)

    def test_accept_drawn(self):
        """A drawn signature is kept; what is no PNG is refused and signs nothing."""
        self.changed = {"signature": draw(kind="JPEG"), "comment": "Thank you"}
        answer = self._agree()
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Drawing: sign with a PNG", answer.text)
        self.assertIn("Thank you", answer.text)
        self.assertFalse(self.case.signature_ids)
        self.assertNotIn(EVENT_AGREED, self._kinds())
        self.changed = {"signature": draw()}
        self._agree()
        self.assertFalse(self.case.signature_ids.is_typed)

    def test_accept_incomplete(self):
        """Name and tick are asked for; nothing is signed before."""
        self.changed = {"name": " ", "tick": ""}
        answer = self._agree()
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Name: write your name.", answer.text)
        self.assertIn("Tick that you accept this.", answer.text)
        self.assertFalse(self.case.signature_ids)

    def test_drawing_comes_back(self):
        """Who draws and forgets to tick need not draw again."""
        drawn = draw()
        self.changed = {"signature": drawn, "tick": ""}
        page = html.fromstring(self._agree().text)
        (component,) = page.xpath("//owl-component[contains(@name, 'signature')]")
        self.assertEqual(json.loads(component.get("props")), {"image": drawn})

    def test_accept_stale(self):
        """What changed meanwhile is not signed: he is told, and reads the new text."""
        page = self._open("/agree").text
        self.case.solution = "<p>You get nothing</p>"
        self.env.flush_all()
        old = PROPOSAL.search(page)[1]
        answer = self._post("agree", name="Anna", tick="yes", proposal=old)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("This changed while you were reading.", answer.text)
        self.assertIn("You get nothing", answer.text)
        self.assertFalse(self.case.signature_ids)
        self._agree()
        self.assertTrue(self.case.signature_ids)

    def test_accept_twice(self):
        """A second click and another tab sign nothing more, and refuse nothing."""
        page = self._open("/agree").text
        data = {"name": "Anna", "tick": "yes", "proposal": PROPOSAL.search(page)[1]}
        for _number in range(2):
            answer = self._post("agree", **data)
            self.assertEqual(answer.status_code, 200)
            self.assertIn('name="agreed"', answer.text)
        self._post("refuse", reason=self.reason.id, text="It leaks")
        self.assertEqual(len(self.case.signature_ids), 1)
        self.assertNotIn(EVENT_REFUSED, self._kinds())
        self.assertEqual(self.case.stage_id, self.stage_solved)

    def test_accept_at_once(self):
        """Who waited for another click finds it decided: nothing more, nothing else."""
        service, partner = self._service(self.anna)
        case = service._find_case(partner, self.case.id)
        typed = {"name": "Anna", "comment": "", "tick": "yes", "signature": ""}
        typed["proposal"] = service._get_proposal(case)[2]
        for _number in range(2):
            self.assertEqual(service._agree(partner, case, typed), {})
        reason = str(self.reason.id)
        self.assertEqual(service._refuse(partner, case, reason, "Wet"), (True, {}))
        self.assertEqual(len(self.case.signature_ids), 1)
        self.assertEqual(self._kinds().count(EVENT_AGREED), 1)
        self.assertNotIn(EVENT_REFUSED, self._kinds())

    @feature("I2-50")
    def test_refuse(self):
        """With a reason and text the case goes on where the type says."""
        answer = self._post("refuse", text="Still wet")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Reason: choose one.", answer.text)
        self.assertIn("Still wet", answer.text)
        self.assertEqual(self.case.stage_id, self.stage_solved)
        answer = self._post("refuse", reason=self.reason.id, text=" ")
        self.assertIn("Tell us what is not right.", answer.text)
        answer = self._post("refuse", reason=self.reason.id, text="Still wet")
        self.assertIn('name="sent_refused"', answer.text)
        self.assertEqual(self.case.stage_id, self.stage_progress)
        event = self.case.event_ids.filtered(lambda e: e.kind == EVENT_REFUSED)
        self.assertEqual(event.to_id, self.reason.id)
        self.assertIn("It is not solved", event.summary)
        self.assertFalse(event.reason, "no text of customers stands in the log")
        self.assertIn(EVENT_REOPENED, self._kinds())
        self.assertIn("Still wet", answer.text)
        self.assertFalse(self.case.signature_ids)
        self.assertEqual(self._post("refuse").status_code, 404)

    def test_refuse_is_judged(self):
        """A stage that does not let it in keeps it: the responsible is asked."""
        self._get_link(self.stage_progress).requirement_ids = [
            (0, 0, {"kind": "attachment"})
        ]
        answer = self._post("refuse", reason=self.reason.id, text="Still wet")
        self.assertIn('name="sent_asked"', answer.text)
        self.assertEqual(self.case.stage_id, self.stage_solved)
        self.assertEqual(self.case.activity_ids.user_id, self.case.user_id)
        self.assertIn("refuses", self.case.activity_ids.summary)

    def test_asked_again(self):
        """Each time the case comes to the stage it is asked for anew."""
        self._agree()
        self.assertNotIn(f"{self.url}/agree", self._open().text)
        self.case._reopen("Not yet")
        self.case.stage_id = self.stage_solved
        self.env.flush_all()
        self.assertIn(f"{self.url}/agree", self._open().text)

    def test_who(self):
        """Colleagues who share decide; others, and other stages, do not."""
        service, partner = self._service(self.ben)
        self.assertFalse(service._may_decide(partner, self.case.sudo()))
        self.authenticate(self.ben.login, self.ben.login)
        self.assertEqual(self._open("/agree").status_code, 404)
        self._share("chosen", self.ben)
        self._agree()
        self.assertEqual(self.case.signature_ids.partner_id, self.ben.partner_id)
        for user in (self.cleo, self.ivo):
            self.authenticate(user.login, user.login)
            self.assertEqual(self._post("agree", tick="yes").status_code, 404)
        self.authenticate(self.anna.login, self.anna.login)
        self.link.portal_agree = False
        self.assertNotIn('name="case_decision"', self._open().text)
        self.assertEqual(self._post("agree", tick="yes").status_code, 404)

    @feature("I2-50")
    def test_tours(self):
        """With scripts: draws a signature; refuses with a reason."""
        self.start_tour(self.url, "aftersales_portal_agree", login=self.anna.login)
        self.env.invalidate_all()
        self.assertFalse(self.case.signature_ids.is_typed)
        self.case._reopen("Not yet")
        self.case.stage_id = self.stage_solved
        self.env.flush_all()
        self.start_tour(self.url, "aftersales_portal_refuse", login=self.anna.login)
        self.env.invalidate_all()
        self.assertEqual(self.case.stage_id, self.stage_progress)


class TestAgreement(DecisionSetup, PortalCommon):
    """What is made of an acceptance, by the service alone."""

    def _sign(self, **context):
        service, partner = self._service(self.anna)
        service = service.with_context(**context)
        case = service._find_case(partner, self.case.id)
        typed = {
            "name": "Anna Janssen",
            "comment": "With thanks",
            "tick": "yes",
            "signature": draw(),
            "proposal": service._get_proposal(case)[2],
        }
        errors = service._agree(partner, case, typed, "192.0.2.7")
        self.env.invalidate_all()
        return errors

    @feature("I2-50")
    def test_pdf(self):
        """The file tells what was agreed, by whom and from where, and the drawing."""
        use_letterhead(self.company)
        url = f"http://127.0.0.1:{HttpCase.http_port()}"
        self.env["ir.config_parameter"].set_param("report.url", url)
        with self.allow_pdf_render():
            self.assertEqual(self._sign(force_report_rendering=True), {})
        file = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self.case._name),
                ("res_id", "=", self.case.id),
                ("mimetype", "=", "application/pdf"),
            ]
        )
        self.assertIn(self.case.number.replace("/", "-"), file.name)
        tops = find_tops(file.raw)
        self.assertGreater(tops["Agreement"], tops[LETTERHEAD[-1]] + 10)
        page = PdfReader(io.BytesIO(file.raw)).pages[0]
        text = " ".join(page.extract_text().split())
        for part in (
            "Agreement",
            self.case.number,
            "Solution: You get a new pump",
            "With thanks",
            "Anna Janssen",
            "192.0.2.7",
        ):
            self.assertIn(part, text)
        self.assertIn(self.case.signature_ids.digest, text.replace(" ", ""))
        self.assertTrue(page.images)

    def test_moves(self):
        """Where the type says so the case goes on; a gate that asks for it lets it in."""
        self.link.agreed_stage_id = self.stage_finished
        finished = self._get_link(self.stage_finished) or self.link.copy(
            {"stage_id": self.stage_finished.id, "portal_agree": False}
        )
        finished.requirement_ids = [
            (0, 0, {"kind": "signature", "signature_purpose": "agreement"})
        ]
        self.assertTrue(self.case._missing_for(self.stage_finished)[self.case])
        self.assertEqual(self._sign(), {})
        self.assertEqual(self.case.stage_id, self.stage_finished)
        self.assertFalse(self.case.activity_ids)

    def test_kept_stage(self):
        """A stage that asks for more keeps the case where it is; he signed all the same."""
        self.link.agreed_stage_id = self.stage_finished
        finished = self.link.copy(
            {"stage_id": self.stage_finished.id, "portal_agree": False}
        )
        finished.requirement_ids = [(0, 0, {"kind": "attachment", "minimum": 9})]
        self.assertEqual(self._sign(), {})
        self.assertTrue(self.case.signature_ids)
        self.assertEqual(self.case.stage_id, self.stage_solved)
        self.assertIn("accepts", self.case.activity_ids.summary)

    def test_stage_that_is_gone(self):
        """A stage that the type no longer has is no place to go to."""
        self.link.refused_stage_id = self.stage_wait_supplier
        links = self.type_complaint.link_ids
        links.filtered(lambda x: x.stage_id == self.stage_wait_supplier).unlink()
        self.assertEqual(self.link._get_refused_stage(), self.stage_progress)

    def test_package(self):
        """Where customers decide travels with the type."""
        content = self.type_complaint._export_portal(
            {
                "stage": {
                    s.id: n for n, s in enumerate(self.type_complaint.link_ids.stage_id)
                }
            }
        )
        other = self.type_service.copy({"code": "TOTH"})
        stages = list(self.type_complaint.link_ids.stage_id)
        self.link.write({"portal_agree": False, "refused_stage_id": False})
        self.type_complaint._take_portal(content, {"stage": stages})
        self.assertTrue(self.link.portal_agree)
        self.assertEqual(self.link.refused_stage_id, self.stage_progress)
        self.assertFalse(any(other.link_ids.mapped("portal_agree")))
