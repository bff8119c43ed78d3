from odoo.fields import Command

from ..engine import answers
from .common import PortalCommon

# {language: how a number is written in it}
NUMBERS = {
    "en_US": {2: "2", 2.5: "2.5", 1234.25: "1234.25", 0.1 + 0.2: "0.3"},
    "de_DE": {2: "2", 2.5: "2,5", 1234.25: "1234,25", 0.1 + 0.2: "0,3"},
    "nl_NL": {2: "2", 2.5: "2,5", 1234.25: "1234,25", 0.1 + 0.2: "0,3"},
    "pl_PL": {2: "2", 2.5: "2,5", 1234.25: "1234,25", 0.1 + 0.2: "0,3"},
}
KILOBYTE = 1024


class TestFormats(PortalCommon):
    """Numbers as the customer's language writes them."""

    def _in(self, lang):
        return self.env["aftersales.portal.service"].with_context(lang=lang)

    def test_numbers(self):
        """A number has the point or comma of its reader, and is read back the same."""
        for lang, numbers in NUMBERS.items():
            for number, text in numbers.items():
                with self.subTest(lang=lang, number=number):
                    shown = self._in(lang)._format_number(number)
                    self.assertEqual(shown, text)
                    typed = answers.read(answers.NUMBER, shown)
                    self.assertAlmostEqual(typed, number, 9)

    def test_sizes(self):
        """Small files in kB, large ones in MB."""
        for size, text in (
            (0, "1 kB"),
            (900, "1 kB"),
            (640 * KILOBYTE, "640 kB"),
            (2560 * KILOBYTE, "2,5 MB"),
            (20 * KILOBYTE**2, "20 MB"),
        ):
            with self.subTest(size=size):
                self.assertEqual(self._in("de_DE")._format_size(size), text)

    def test_page(self):
        """Goods and files of a case."""
        hose = self.env["product.product"].create({"name": "Hose"})
        line = {"product_id": hose.id, "quantity": 2.5}
        case = self._new_case(line_ids=[Command.create(line)])
        file = self._new_file(case, "film.txt", b"x" * 1536 * KILOBYTE)
        self._tell(case, "Look", self.contact, attachment_ids=file.ids)
        page = self._in("pl_PL")._get_page(self.contact, case)
        self.assertEqual([one["quantity"] for one in page["goods"]], ["2,5"])
        self.assertEqual([one["size"] for one in page["files"]], ["1,5 MB"])

    def test_answers(self):
        """What a form shows of an answer is written as the customer writes it."""
        self.type_complaint.properties_definition = [
            {"name": "length", "string": "Length", "type": "float"}
        ]
        self._show("properties.length", portal="editable")
        case = self._new_case(properties={"length": 12.5})
        service = self._in("nl_NL")
        [question] = service._get_change_form(self.contact, case)
        self.assertEqual(question["typed"], "12,5")
