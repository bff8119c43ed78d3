import re

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.const import CHANNEL_PORTAL
from odoo.addons.aftersales_case.tests.common import feature

from ..const import OFFER_HIDDEN, OFFER_SHOWN
from .common import PortalSetup

GIF = b"GIF89a" + bytes(20)


class ReportSetup(PortalSetup):
    """A complaint that asks what is wrong, whether a part is missing, and which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        complaint = cls.type_complaint
        others = (
            cls.env["aftersales.case.type"].search([]) - complaint - cls.type_service
        )
        others.portal_offer = OFFER_HIDDEN
        complaint.write(
            {
                "portal_word": "Tour complaint",
                "portal_sentence": "Something is not as it should be.",
                "portal_thanks": "We call you tomorrow.",
                "properties_definition": [
                    {"name": "missing", "string": "Part Missing", "type": "boolean"},
                    {"name": "part", "string": "Which Part", "type": "char"},
                    {"name": "count", "string": "How Many", "type": "integer"},
                ],
            }
        )
        rules = cls.env["aftersales.field.rule"]
        common = {"type_id": complaint.id, "portal": "asked"}
        rules.create(
            [
                common | vals
                for vals in (
                    {
                        "key": "description",
                        "label": "What Is Wrong",
                        "portal_required": True,
                        "sequence": 1,
                    },
                    {"key": "product_ids", "sequence": 2},
                    {"key": "properties.missing", "sequence": 3},
                    {
                        "key": "properties.part",
                        "portal_required": True,
                        "sequence": 4,
                        "condition_ids": [
                            Command.create(
                                {
                                    "key": "properties.missing",
                                    "operator": "=",
                                    "value": "yes",
                                }
                            )
                        ],
                    },
                    {"key": "properties.count", "sequence": 5},
                )
            ]
        )
        cls.url = f"/my/cases/new/{complaint.id}"


@tagged("post_install", "-at_install")
class TestReport(ReportSetup, HttpCase):
    """Customers report new cases."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.anna.login, self.anna.login)
        self.known = self.env["aftersales.case"].search([])

    def _send(self, files=(), shown=("description", "properties-missing"), **data):
        data = {name.replace("__", "-"): value for name, value in data.items()}
        names = ("product_ids", "properties-count", *shown)
        fields = {"csrf_token": http.Request.csrf_token(self), "shown": names}
        answer = self.url_open(
            self.url,
            data=fields | data,
            files=[("files", file) for file in files] or None,
            timeout=120,
        )
        self.env.invalidate_all()
        return answer

    def _made(self):
        return self.env["aftersales.case"].search([]) - self.known

    def test_twice(self):
        """What is sent a second time, by a click or a reload, makes one case."""
        once = re.search(r'name="once" value="([^"]+)"', self.url_open(self.url).text)[
            1
        ]
        answers = [
            self._send([("a.gif", GIF)], description="It leaks", once=once)
            for _click in range(2)
        ]
        self.assertEqual(len(self._made()), 1)
        self.assertEqual(answers[0].url, answers[1].url)
        self.assertFalse(self.env["aftersales.portal.draft"].search([]).file_ids)

    @feature("I2-46", "I2-49")
    def test_report(self):
        """Type, questions, files; then the number and what happens next."""
        page = self.url_open("/my/cases/new", timeout=120).text
        self.assertIn("Something is not as it should be.", page)
        page = self.url_open(self.url).text
        self.assertIn("What Is Wrong", page)
        answer = self._send(
            files=[("a.gif", GIF), ("b.gif", GIF + b"b")],
            description="The pump leaks.\nSince Monday.",
            properties__missing="no",
            properties__count="2",
        )
        case = self._made()
        self.assertIn(f"/my/cases/{case.id}?sent=new", answer.url)
        for text in (case.number, "We call you tomorrow.", "a.gif", "The pump leaks."):
            self.assertIn(text, answer.text)
        self.assertEqual(case.name, "The pump leaks.")
        self.assertEqual(case.channel, CHANNEL_PORTAL)
        self.assertEqual(case.reporter_id, self.contact)
        self.assertEqual(case.contact_id, self.contact)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.create_uid, self.anna)
        self.assertFalse(case.user_id.share)
        self.assertEqual(case._get_raw_properties(), {"missing": False, "count": 2})
        files = case.message_ids.attachment_ids.sorted("name")
        self.assertEqual(files.mapped("raw"), [GIF, GIF + b"b"])
        self.assertFalse(self.env["aftersales.portal.draft"].search([]))

    @feature("P-54")
    def test_next_step(self):
        """Without JavaScript a question that an answer leads to comes in a next step."""
        answer = self._send(description="Incomplete", properties__missing="yes")
        self.assertEqual(answer.status_code, 200)
        self.assertIn('name="more_questions"', answer.text)
        self.assertIn(">Incomplete</textarea>", answer.text)
        self.assertFalse(self._made())
        shown = ("description", "properties-missing", "properties-part")
        data = {"description": "Incomplete", "properties__missing": "yes"}
        answer = self._send(shown=shown, **data)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("Which Part: this must be answered.", answer.text)
        self._send(shown=shown, properties__part="Hose", **data)
        self.assertEqual(self._made().properties["part"], "Hose")

    def test_not_asked(self):
        """An answer to a question that is not asked counts for nothing."""
        self._send(
            description="Leaks",
            properties__missing="no",
            properties__part="Hose",
            cost="100",
            stage_id=str(self.stage_solved.id),
            partner_id=str(self.other.id),
            user_id=str(self.agent2.id),
        )
        case = self._made()
        self.assertFalse(case.properties["part"])
        self.assertFalse(case.cost)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.state, "new")

    def test_mistakes(self):
        """Everything typed and every file is kept; errors stand at their fields."""
        answer = self._send(files=[("a.gif", GIF)], properties__count="many")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("How Many: enter a whole number", answer.text)
        self.assertIn("What Is Wrong: this must be answered.", answer.text)
        self.assertIn('value="many"', answer.text)
        self.assertFalse(self._made())
        page = self.url_open(self.url).text
        self.assertIn('value="many"', page)
        self.assertIn("a.gif", page)
        answer = self._send(description="Leaks", properties__count="3")
        self.assertEqual(
            self._made().message_ids.attachment_ids.mapped("name"), ["a.gif"]
        )

    def test_order_of_mistakes(self):
        """What is wrong, and what is missing, is told from the top of the page."""
        shown = ("description", "properties-missing", "properties-count")
        answer = self._send(shown=shown, **{"properties-count": "x"})
        self.assertEqual(answer.status_code, 422)
        links = re.findall(r'href="#field-([\w-]+)"', answer.text)
        self.assertEqual(links, ["description", "properties-count"])

    def test_discard(self):
        """A draft is forgotten on demand."""
        self._send(files=[("a.gif", GIF)], properties__count="many")
        self._send(step="discard")
        self.assertFalse(self.env["aftersales.portal.draft"].search([]))
        self.assertNotIn('value="many"', self.url_open(self.url).text)

    def test_goods(self):
        """Goods are chosen among what the customer got, and among nothing else."""
        products = self.env["product.product"].create(
            [{"name": "Billed pump"}, {"name": "Strange pump"}]
        )
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.company, install_demo=False
        )
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [
                    Command.create({"product_id": products[0].id, "price_unit": 5})
                ],
            }
        ).action_post()
        page = self.url_open(self.url).text
        self.assertIn("Billed pump", page)
        self.assertNotIn("Strange pump", page)
        answer = self._send(description="Leaks", product_ids=str(products[1].id))
        self.assertEqual(answer.status_code, 422)
        self.assertFalse(self._made())
        self._send(description="Leaks", product_ids=str(products[0].id))
        self.assertEqual(self._made().product_ids, products[0])

    def test_not_offered(self):
        """A type that is not offered has no form, and takes no report."""
        self.type_complaint.portal_offer = OFFER_SHOWN
        self.assertEqual(self.url_open(self.url, timeout=120).status_code, 404)
        self.assertEqual(self._send(description="Leaks").status_code, 404)
        self.assertFalse(self._made())

    @feature("P-54")
    def test_tour(self):
        """With JavaScript further questions come at once."""
        self._show("properties.part", portal="asked")
        self.start_tour("/my/cases", "aftersales_portal_report", login="as_anna")
        self.assertEqual(self._made().properties["part"], "Hose")
