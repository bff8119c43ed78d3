from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.hints import find_documents, find_phones


class TestHintsEngine(BaseCase):
    def test_phones(self):
        """National and international numbers are found and written in E.164."""
        text = """Machine lekt, bel mij op 020 794 0001.
        Of mobiel: +48 22 501 02 03. Bestelling 12345, 020-7940001"""
        self.assertEqual(find_phones(text, "NL"), ["+31207940001", "+48225010203"])
        self.assertEqual(find_phones(text, None), ["+48225010203"])
        self.assertEqual(find_phones("", "NL"), [])

    def test_documents(self):
        """Numbers of orders, slips and invoices are found; plain words are not."""
        text = "Order S00042, bon KB/OUT/01233 (factuur INV-2026-7), maat B2, dank!"
        self.assertEqual(find_documents(text), ["S00042", "KB/OUT/01233", "INV-2026-7"])
        self.assertEqual(find_documents(None), [])
