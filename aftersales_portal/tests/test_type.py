import base64
import json

from odoo.tests import HttpCase, tagged
from odoo.tools import convert_file

from odoo.addons.aftersales_case.tests.common import feature

from ..const import OFFER_HIDDEN, OFFER_NEW, OFFER_SHOWN
from .common import PortalCommon, PortalSetup


class TestType(PortalCommon):
    """How a type is set up for the portal."""

    def test_shipped_types(self):
        """Shipped types are ready: what their rules ask is offered, in customers' words."""
        offers = {
            name: self.env.ref(f"aftersales_case.type_{name}").portal_offer
            for name in ("complaint", "service", "open_point", "internal_report")
        }
        self.assertEqual(
            offers,
            {
                "complaint": OFFER_NEW,
                "service": OFFER_NEW,
                "open_point": OFFER_SHOWN,
                "internal_report": OFFER_HIDDEN,
            },
        )
        complaint = self.env.ref("aftersales_case.type_complaint")
        self.assertEqual(complaint.portal_words, "Complaints")
        self.assertIn("Something is wrong", complaint.portal_sentence)
        quantity = self.env.ref("aftersales_case.rule_complaint_own_quantity")
        self.assertTrue(quantity.is_goods_quantity)

    def test_texts_stay(self):
        """An update overwrites no text that somebody wrote, and misses no type."""
        complaint = self.env.ref("aftersales_case.type_complaint")
        complaint.portal_words = "Grievances"
        self.env.ref("aftersales_case.type_warranty").unlink()
        self._load_texts("update")
        self.assertEqual(complaint.portal_words, "Grievances")

    def test_texts_that_were_emptied(self):
        """Nor does it fill one again that somebody emptied, in any language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        complaint = self.env.ref("aftersales_case.type_complaint")
        complaint.portal_words = False
        self._load_texts("update")
        self.env["ir.module.module"].search(
            [("name", "=", "aftersales_portal")]
        )._update_translations(["nl_NL"])
        self.env.invalidate_all()
        for lang in ("en_US", "nl_NL"):
            self.assertFalse(complaint.with_context(lang=lang).portal_words)

    def test_texts_of_a_new_installation(self):
        """They come in each language, and miss no type that was deleted before."""
        complaint = self.env.ref("aftersales_case.type_complaint")
        complaint.portal_words = False
        self.env.ref("aftersales_case.type_warranty").unlink()
        self._load_texts("init")
        self.assertEqual(complaint.portal_words, "Complaints")

    def test_texts_of_a_language_that_comes_later(self):
        """Odoo reads them with the other translations of the addon."""
        self.env["res.lang"]._activate_lang("nl_NL")
        # As where the language was not there.
        self.env.cr.execute(
            "UPDATE aftersales_case_type SET portal_words ="
            " jsonb_build_object('en_US', portal_words->'en_US')"
        )
        self.env["ir.module.module"].search(
            [("name", "=", "aftersales_portal")]
        )._update_translations(["nl_NL"])
        self.env.invalidate_all()
        complaint = self.env.ref("aftersales_case.type_complaint")
        self.assertEqual(complaint.with_context(lang="nl_NL").portal_words, "Klachten")

    def _load_texts(self, mode):
        convert_file(
            self.env,
            "aftersales_portal",
            "data/type_texts.xml",
            {},
            mode=mode,
            noupdate=True,
        )

    def test_new_type(self):
        """A new type shows customers nothing until somebody says so."""
        case_type = self.env["aftersales.case.type"].create(
            {"name": "New", "code": "NEW"}
        )
        self.assertEqual(case_type.portal_offer, OFFER_HIDDEN)

    def test_package(self):
        """What customers see of a type travels with it."""
        source = self.type_complaint
        source.write(
            {
                "portal_offer": OFFER_SHOWN,
                "portal_word": "Trouble",
                "portal_goods": False,
                "portal_reopen_days": 5,
                "portal_close_stage_id": self.stage_solved.id,
            }
        )
        link = source.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.customer_next = "A technician calls you."
        self._show("urgency", is_goods_quantity=True)
        self._show("impact")
        data = json.dumps(source._export_package()).encode()
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data)}
        )
        made = source.browse(wizard.action_import()["res_id"])
        self.assertNotEqual(made, source)
        for name in (
            "portal_offer",
            "portal_word",
            "portal_goods",
            "portal_reopen_days",
        ):
            self.assertEqual(made[name], source[name], name)
        self.assertEqual(
            made.field_rule_ids.filtered("is_goods_quantity").mapped("key"), ["urgency"]
        )
        self.assertEqual(made.portal_close_stage_id.state, "done")
        self.assertIn("A technician calls you.", made.link_ids.mapped("customer_next"))

    def test_package_again(self):
        """What the file says no more is not left over where a type is updated."""
        source = self.type_complaint
        link = source.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        data = json.dumps(source._export_package()).encode()
        link.customer_next = "A technician calls you."
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(data), "mode": "update"}
        )
        wizard.action_import()
        self.assertFalse(source.link_ids.filtered("customer_next"))

    def test_own_word(self):
        """Customers read the type's own word, each in his language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        complaint = self.type_complaint
        case = self._new_case()
        self.assertEqual(case.customer_word, complaint.name)
        complaint.portal_word = "Grievance"
        complaint.with_context(lang="nl_NL").portal_word = "Klacht"
        dutch = case.with_context(lang="nl_NL")
        self.assertEqual(
            (case.customer_word, dutch.customer_word), ("Grievance", "Klacht")
        )
        self.assertIn(f"Klacht {case.number}", str(dutch.letter_link))
        groups = dutch._notify_get_recipients_groups(
            self.env["mail.message"], "Case", msg_vals={}
        )
        self.assertIn(f"Klacht {case.number}", groups[0][2]["button_access"]["title"])

    def test_mail_leads_to_page(self):
        """Mails to who has a log-in and sees the case have a button to its page."""
        case = self._new_case()
        groups = case._notify_get_recipients_groups(
            self.env["mail.message"], "Case", msg_vals={}
        )
        name, is_led, data = groups[0]
        self.assertEqual(name, "aftersales_customer")
        self.assertTrue(data["button_access"]["url"].endswith(f"/my/cases/{case.id}"))
        led = {
            user.login: is_led({"type": "portal", "id": user.partner_id.id})
            for user in (self.anna, self.ben, self.cleo)
        }
        self.assertEqual(led, {"as_anna": True, "as_ben": False, "as_cleo": False})
        self.assertFalse(is_led({"type": "user", "id": self.agent.partner_id.id}))


@tagged("post_install", "-at_install")
class TestPreview(PortalSetup, HttpCase):
    """Colleagues look at what the customer sees."""

    @feature("I2-47")
    def test_preview(self):
        """As marked, with nothing to do, and without what the type hides."""
        case = self._new_case(name="It leaks", description="<p>All wet</p>")
        self._show("description")
        self._tell(case, "We look into it", self.contact)
        case.with_user(self.agent).message_post(body="Secret note")
        action = self._as(self.agent, case).action_preview_portal()
        self.authenticate(self.agent.login, self.agent.login)
        page = self.url_open(action["url"], timeout=120).text
        self.assertIn('name="preview"', page)
        self.assertIn("Anna Janssen", page)
        self.assertIn('inert="inert"', page)
        for text in ("It leaks", "All wet", "We look into it"):
            self.assertIn(text, page)
        self.assertNotIn("Secret note", page)
        self.type_complaint.portal_timeline = False
        page = self.url_open(action["url"]).text
        self.assertNotIn("We look into it", page)
        self.type_complaint.portal_offer = OFFER_HIDDEN
        page = self.url_open(action["url"]).text
        self.assertIn("sees nothing of this case", page)
        self.assertNotIn("All wet", page)

    def test_who_previews(self):
        """Only agents who may read the case; customers least of all."""
        case = self._new_case(name="It leaks", confidential=True)
        url = f"/aftersales/preview/{case.id}"
        for user in (self.anna, self.reporter, self.agent2):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                answer = self.url_open(url, timeout=120)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("It leaks", answer.text)
