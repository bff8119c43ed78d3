from odoo.tests import BaseCase, tagged

from ..engine import colors


@tagged("post_install", "-at_install")
class TestColors(BaseCase):
    """Contrast as WCAG 2.1 defines it."""

    def test_contrast(self):
        """Figures of others for colours that are often used."""
        for color, ratio in (
            ("#000000", 21.0),
            ("#ffffff", 1.0),
            ("#767676", 4.54),
            ("#777777", 4.48),
            ("#0000ff", 8.59),
            ("#ff0000", 4.0),
            ("#dd8f3b", 2.6),
        ):
            with self.subTest(color=color):
                self.assertAlmostEqual(colors.get_contrast(color), ratio, 2)

    def test_text_on_a_color(self):
        """What stands on any colour can be read."""
        for red in range(0, 256, 51):
            for green in range(0, 256, 51):
                for blue in range(0, 256, 51):
                    color = f"#{red:02x}{green:02x}{blue:02x}"
                    text = colors.get_text_color(color)
                    ratio = colors.get_contrast(text, color)
                    self.assertGreaterEqual(ratio, colors.LEGIBLE, color)

    def test_reading(self):
        """Only colours get into a page, however they are written."""
        for text, color in (
            ("#FA0", "#ffaa00"),
            (" #714B67 ", "#714b67"),
            ("#12345", ""),
            ("#12345g", ""),
            ("red", ""),
            ("#fff;} body {display: none", ""),
            ("", ""),
            (False, ""),
            (None, ""),
        ):
            with self.subTest(text=text):
                self.assertEqual(colors.read_color(text), color)
