from datetime import timedelta
from io import BytesIO
from time import perf_counter

from werkzeug.datastructures import FileStorage

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.aftersales_case.const import CLAIM_FORWARDED
from odoo.addons.aftersales_case.tests.common import feature

from ..const import OFFER_HIDDEN
from ..engine.links import digest
from .common import PortalCommon
from .links import ACT, LINK, LinkSetup


class TestReceivers(LinkSetup, PortalCommon):
    """Who gets a link when a mail leaves, and what is kept of it."""

    def _make(self, case, partner, **kwargs):
        return bool(case._make_link("view", partner, **kwargs))

    @feature("N-17")
    def test_mail_brings_a_link(self):
        """The mail to a customer without a log-in has a link of his own; we keep none."""
        case = self._new_case(contact_id=self.dora.id)
        case._send_to_customer(self.env.ref("aftersales_case.template_received"))
        mail = self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
        )
        (values,) = mail._prepare_outgoing_list()
        secret = LINK.search(values["body"])[0].rpartition("/")[2]
        link = case.link_ids
        self.assertEqual(link.digest, digest(secret))
        self.assertEqual(link.email, "dora@janssen.example")
        self.assertEqual(link.purpose_label, "See the status")
        self.assertEqual(link.state, "open")
        kept = [str(value) for row in link.read() for value in row.values()]
        self.assertFalse([value for value in kept if secret in value])
        self.assertNotIn(secret, f"{mail.body_html}{mail.mail_message_id.body}")

    def test_who_may_have_one(self):
        """People of the customer and who reported it; nobody else, whoever mails him."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        person = self._new_person("Ida", "ida@installs.example", self.installers)
        self.ivo.active = False
        for partner, may in (
            (self.dora, True),
            (self.customer, True),
            (self.ivo.partner_id, True),
            (person, False),
            (self.cleo.partner_id, False),
            (self.other, False),
            (self.agent.partner_id, False),
        ):
            with self.subTest(partner=partner.name):
                self.assertEqual(self._make(case, partner), may)
        case.confidential = True
        self.assertFalse(self._make(case, self.dora))
        self.assertFalse(case._make_link("steal", self.dora))

    def test_address_only(self):
        """A sender who is no contact gets a link at the address of his case."""
        case = self._new_case(
            partner_id=False, contact_id=False, email="New <new@away.example>"
        )
        nobody = self.env["res.partner"]
        self.assertTrue(self._make(case, nobody, address="new@away.example"))
        self.assertFalse(self._make(case, nobody, address="other@away.example"))
        self.assertFalse(self._make(case, nobody))
        case.sudo().write(
            {"claim_reason": CLAIM_FORWARDED, "claimed_partner_id": self.dora.id}
        )
        self.assertFalse(self._make(case, nobody, address="new@away.example"))
        self.assertFalse(self._make(case, self.dora, address="dora@janssen.example"))

    def test_hidden_type(self):
        """Nobody sees the status of a type that customers see nothing of."""
        case = self._new_case(contact_id=self.dora.id)
        self.type_complaint.portal_offer = OFFER_HIDDEN
        self.assertFalse(self._make(case, self.dora))

    def test_validity(self):
        """A link holds as long as its purpose says, or as its maker says."""
        case = self._new_case()
        self._get_link(case)
        self._get_link(case, valid=timedelta(days=2))
        now = fields.Datetime.now()
        left = [(link.expires_at - now).days for link in case.link_ids.sorted("id")]
        self.assertEqual([round(days / 10) for days in left], [9, 0])

    def test_agent_revokes(self):
        """Agents see the links of their cases and take them back; others do not."""
        case = self._new_case()
        self._get_link(case)
        with Form(self._as(self.agent, case)) as form:
            self.assertEqual(len(form.link_ids), 1)
        link = self._as(self.agent, case.link_ids)
        link.action_revoke()
        self.assertEqual(link.state, "revoked")
        with self.assertRaises(AccessError):
            link.write({"expires_at": "2999-01-01"})
        with self.assertRaises(AccessError):
            self._as(self.agent)["aftersales.link"].create(
                {"case_id": case.id, "digest": "x"}
            )
        with self.assertRaises(AccessError):
            self._as(self.reporter, case.link_ids).action_revoke()
        with self.assertRaises(AccessError):
            link.read(["digest"])

    def test_files_of_a_request_tried_again(self):
        """Odoo rewinds one file only when it tries a request again: all are read."""
        uploads = [
            FileStorage(BytesIO(b"GIF89a" + bytes([number])), f"{number}.gif")
            for number in range(3)
        ]
        service = self.env["aftersales.portal.service"]
        for _again in range(2):
            found, error = service._read_link_files(uploads)
            self.assertFalse(error)
            self.assertEqual([len(content) for _name, content in found], [7, 7, 7])
        many = [FileStorage(BytesIO(b"GIF89a"), f"{n}.gif") for n in range(11)]
        found, error = service._read_link_files(many)
        self.assertEqual(len(found), 10)
        self.assertIn("10.gif is one file too many", error)

    def test_retention(self):
        """What expired half a year ago is forgotten."""
        case = self._new_case()
        self._get_link(case)
        self._get_link(case)
        old, new = case.link_ids
        old.sudo().expires_at = fields.Datetime.now() - timedelta(days=181)
        new.sudo().expires_at = fields.Datetime.now() - timedelta(days=179)
        self.env["aftersales.link"]._gc_links()
        self.assertEqual((old | new).exists(), new)


@tagged("post_install", "-at_install")
class TestLinkPage(LinkSetup, HttpCase):
    """The page of a link, without a cookie and without a log-in."""

    def setUp(self):
        super().setUp()
        self.case = self._new_case(name="Secret leak", description="Secret text")

    def _count_notes(self):
        messages = self.case.message_ids.filtered(lambda m: "Acted" in m.body)
        return len(messages)

    def test_view(self):
        """Number, status, promised date, what happens next; nothing else of the case."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.case.stage_id
        )
        link.write({"customer_label": "We have it", "customer_next": "We call you"})
        answer = self._ask("GET", self._get_link(self.case))
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.case.number, answer.text)
        self.assertIn("We have it", answer.text)
        self.assertIn("We call you", answer.text)
        for secret in ("Secret", "Anna", "Janssen", "<form"):
            self.assertNotIn(secret, answer.text)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", answer.headers["X-Robots-Tag"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)

    def test_language(self):
        """The page speaks the receiver's language, not his browser's."""
        self.dora.lang = "nl_NL"
        answer = self._ask("GET", self._get_link(self.case))
        self.assertIn('lang="nl-NL"', answer.text)

    @feature("N-17")
    def test_looking_changes_nothing(self):
        """Mail scanners follow links: nothing happens, however often."""
        with self._acting() as done:
            path = self._get_link(self.case, ACT)
            for method in ("GET", "HEAD", "OPTIONS", "GET"):
                answer = self._ask(method, f"{path}?button=do&why=x")
                self.assertEqual(answer.status_code, 200)
            self.assertFalse(done)
            link = self.case.link_ids
            self.assertFalse(link.last_used_at)
            for method in ("PUT", "DELETE", "PATCH"):
                self.assertEqual(self._ask(method, path).status_code, 405)
        self.assertFalse(done)

    @feature("N-17")
    def test_acts_once(self):
        """Sending acts; a second click opens nothing any more."""
        with self._acting() as done:
            path = self._get_link(self.case, ACT)
            self.assertIn("Do it", self._ask("GET", path).text)
            data = {"button": "do", "why": "it leaks", "how": "b", "stage_id": "9"}
            answer = self._ask("POST", path, data=data)
            self.assertEqual(answer.status_code, 200)
            self.assertIn("It is done.", answer.text)
            self.assertNotIn("Set-Cookie", answer.headers)
            again = self._ask("POST", path, data=data)
            self.assertEqual(again.status_code, 404)
            self.assertEqual(self._ask("GET", path).status_code, 404)
        expected = {"button": "do", "why": "it leaks", "how": "b", "files": []}
        self.assertEqual(done, [expected])
        self.assertEqual(self._count_notes(), 1)
        self.assertEqual(self.case.link_ids.state, "used")
        self.assertTrue(self.case.link_ids.last_used_at)

    def test_bad_input(self):
        """What the page does not offer is not taken; what was typed is kept."""
        with self._acting() as done:
            path = self._get_link(self.case, ACT)
            for data, text in (
                ({"button": "do", "how": "a"}, "Why: this must be answered."),
                ({"button": "do", "why": "x" * 251}, "longer than 250 characters"),
                ({"button": "do", "why": "x", "how": "z"}, "How: choose one"),
            ):
                with self.subTest(text=text):
                    answer = self._ask("POST", path, data=data)
                    self.assertEqual(answer.status_code, 422)
                    self.assertIn(text, answer.text)
                    self.assertIn(data.get("why", ""), answer.text)
            program = {"files": ("a.pdf", b"MZ\x90\0program")}
            answer = self._ask(
                "POST", path, data={"button": "do", "why": "kept"}, files=program
            )
            self.assertEqual(answer.status_code, 422)
            self.assertIn("a.pdf cannot be taken", answer.text)
            self.assertIn("kept", answer.text)
            for data in ({}, {"button": "steal", "why": "x"}):
                answer = self._ask("POST", path, data=data)
                self.assertEqual(answer.status_code, 200)
            self.assertFalse(done)
            self.assertFalse(self.case.link_ids.used_at)
            body = {"button": "do", "why": "a\0b"}
            self.assertEqual(self._ask("POST", path, data=body).status_code, 200)
        self.assertEqual(done[0]["why"], "ab")

    def _get_dead(self):
        """Return ``{why: path}`` of links that open nothing."""
        paths = {"unknown": "/aftersales/l/" + "x" * 43}
        for why in ("used", "expired", "revoked"):
            paths[why] = self._get_link(self.case, ACT)
            link = self.case.link_ids.sorted("id")[-1].sudo()
            if why == "used":
                link.used_at = fields.Datetime.now()
            elif why == "expired":
                link.expires_at = fields.Datetime.now()
            else:
                link.action_revoke()
        return paths

    @feature("N-17")
    def test_dead(self):
        """Unknown, used, expired, revoked: one page, one length, as many queries."""
        self.enterContext(self._acting())
        paths = self._get_dead()
        self._get_link(self.case, ACT)  # one that opens lies beside them
        self._ask("GET", paths["unknown"])
        for method in ("GET", "POST"):
            found = {}
            for why, path in paths.items():
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                answer = self._ask(method, path, data={"button": "do", "why": "x"})
                count = self.env.cr.sql_log_count - start
                self.assertIn("does not work any more", answer.text)
                self.assertNotIn("Set-Cookie", answer.headers)
                found[why] = (answer.status_code, len(answer.text), count)
            self.assertEqual(len(set(found.values())), 1, found)
            self.assertEqual(found["unknown"][0], 404)
        self.assertEqual(self._count_notes(), 0)

    def test_time(self):
        """A known link that is dead takes no other time than an unknown one."""
        self.enterContext(self._acting())
        paths = self._get_dead()
        times = {why: [] for why in paths}
        for _round in range(9):
            for why, path in paths.items():
                start = perf_counter()
                self._ask("GET", path)
                times[why].append(perf_counter() - start)
        # The quickest of each: other programs run beside.
        best = {why: min(found) for why, found in times.items()}
        self.assertLess(max(best.values()), 2 * min(best.values()), best)

    def test_guesses(self):
        """Nothing but the whole secret opens anything."""
        path = self._get_link(self.case)
        secret = path.rpartition("/")[2]
        stored = self.case.link_ids.sudo().digest
        for guess in (
            secret[:-1],
            f"{secret}x",
            secret.swapcase(),
            stored,
            str(self.case.link_ids.id),
            "%00",
            "%",
            "x" * 5000,
            "é",
        ):
            with self.subTest(guess=guess[:50]):
                answer = self._ask("GET", f"/aftersales/l/{guess}")
                self.assertIn(answer.status_code, (400, 404))
                self.assertNotIn(self.case.number, answer.text)

    def test_other_customer(self):
        """When the case changes hands, the links of its former customer are dead."""
        path = self._get_link(self.case)
        self.assertEqual(self._ask("GET", path).status_code, 200)
        self.case.write({"partner_id": self.other.id, "contact_id": False})
        self.assertEqual(self._ask("GET", path).status_code, 404)

    def test_merged(self):
        """The link of a merged case shows the one that goes on."""
        path = self._get_link(self.case)
        survivor = self._new_case()
        self.case._merge_into(survivor)
        self.assertIn(survivor.number, self._ask("GET", path).text)
        survivor.write({"partner_id": self.other.id, "contact_id": False})
        self.assertNotIn(survivor.number, self._ask("GET", path).text)

    def test_deleted(self):
        """The link of what is no longer there opens nothing, and breaks nothing."""
        path = self._get_link(self.case)
        link = self.case.link_ids.sudo()
        link.res_id = 0
        self.assertEqual(self._ask("GET", path).status_code, 404)
        link.res_model = "aftersales.gone"
        self.assertEqual(self._ask("GET", path).status_code, 404)

    def test_revoked_while_open(self):
        """Revoked between opening and sending: nothing happens."""
        with self._acting() as done:
            path = self._get_link(self.case, ACT)
            self._ask("GET", path)
            self._as(self.agent, self.case.link_ids).action_revoke()
            answer = self._ask("POST", path, data={"button": "do", "why": "x"})
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(done)
