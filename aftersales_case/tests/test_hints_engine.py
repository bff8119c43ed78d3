from odoo.tests import BaseCase

from odoo.addons.aftersales_case.engine.hints import (
    drop_quoted_lines,
    drop_quotes,
    find_documents,
    find_phones,
)


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
        found = find_documents(text)
        self.assertEqual(found[:3], ["S00042", "KB/OUT/01233", "INV-2026-7"])
        self.assertIn("INV/2026/7", found)
        self.assertNotIn("maat", found)
        self.assertEqual(find_documents(None), [])

    def test_documents_from_memory(self):
        """Small letters and spaces, as people write, find what stands on our papers."""
        for text, number in (
            ("bestelling s01233 graag", "S01233"),
            ("factuur INV 2026 00002 klopt niet", "INV/2026/00002"),
            ("pakbon wh out 00012.", "WH/OUT/00012"),
            ("Rechnung inv-2026-00002", "INV/2026/00002"),
            ("faktura inv_2026_00002,", "INV/2026/00002"),
        ):
            with self.subTest(text):
                self.assertIn(number, find_documents(text))

    def test_quoted_lines(self):
        """Lines that programs mark as quoted, and all below a quoted head, are not his."""
        for text, own in (
            ("mine\n> yours\nmine too", "mine\nmine too"),
            ("mine\nOn Tue, 3 Mar 2026, Bob <b@x.example> wrote:\nyours", "mine"),
            ("mine\nOp di 3 mrt 2026 om 10:00 schreef Bob:\n> yours\nme", "mine\nme"),
            ("mine\nAm 03.03.2026 um 10:00 schrieb Bob:\nyours", "mine"),
            ("mine\nW dniu 3.03.2026 o 10:00, Bob pisze:\n> yours", "mine"),
            ("mine\n-----Original Message-----\nyours", "mine"),
            ("mine\nVan: Bob\nVerzonden: dinsdag\nyours", "mine"),
            (
                "On arrival it broke\nFrom: the start",
                "On arrival it broke\nFrom: the start",
            ),
            ("", ""),
        ):
            with self.subTest(text):
                self.assertEqual(drop_quoted_lines(text), own)

    def test_quotes_in_html(self):
        """What Gmail, Outlook, Thunderbird, Apple Mail and Odoo mark as quoted goes."""
        for quoted in (
            "<blockquote type='cite'>yours</blockquote>",
            "<div class='gmail_quote x'>yours</div>",
            "<div class='moz-cite-prefix'>yours</div>",
            "<span data-o-mail-quote='1'>-- yours</span>",
            "<div id='divRplyFwdMsg'>From: you</div><div>yours</div>",
        ):
            with self.subTest(quoted):
                html = drop_quotes(f"<p>mine é</p>{quoted}")
                self.assertIn("mine é", html)
                self.assertNotIn("you", html)
        self.assertEqual(drop_quotes(False), "")
        self.assertIn(
            "a", drop_quotes('<?xml version="1.0" encoding="utf-8"?><p>a</p>')
        )
