from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestScriptTexts(HttpCase):
    def test_translated(self):
        """What a script of a page says comes in the language of the page."""
        answer = self.url_open("/website/translations?lang=nl_NL")
        texts = {
            message["id"]: message["string"]
            for message in answer.json()["modules"]["aftersales_portal"]["messages"]
        }
        self.assertEqual(texts["Signature"], "Handtekening")
        self.assertEqual(
            texts["(draw it, or leave it empty)"], "(teken hem, of laat dit leeg)"
        )
