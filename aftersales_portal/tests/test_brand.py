from odoo.tests import Form, HttpCase, tagged

from .common import PortalCommon, PortalSetup

PALE, DARK = "#FFC0CB", "#8B0000"


class TestWarning(PortalCommon):
    """A colour that customers cannot read is told of in the settings."""

    def test_contrast(self):
        """4.5:1 against white is asked for; the figure is never rounded up to it."""
        for color, contrast, is_pale in (
            (PALE, 1.53, True),
            ("#777777", 4.47, True),
            ("#767676", 4.54, False),
            (DARK, 10.01, False),
            (False, 0, False),
            ("pink", 0, False),
        ):
            with self.subTest(color=color):
                self.company.primary_color = color
                self.assertEqual(self.company.aftersales_link_contrast, contrast)
                self.assertEqual(self.company.aftersales_link_is_pale, is_pale)

    def test_settings(self):
        """Each company is warned of its own colour."""
        self.company.primary_color = PALE
        other = self.env["res.company"].create({"name": "Dark"})
        other.primary_color = DARK
        for company, is_pale in ((self.company, True), (other, False)):
            settings = self.env["res.config.settings"].with_company(company)
            with Form(settings) as form:
                self.assertEqual(form.aftersales_link_is_pale, is_pale)


@tagged("post_install", "-at_install")
class TestBrand(PortalSetup, HttpCase):
    """Pages have the colours and the logo of the company that works for the customer."""

    def test_pages(self):
        self.company.primary_color = DARK
        other = self.env["res.company"].create({"name": "Elsewhere"})
        other.primary_color = PALE
        case = self._new_case()
        self.authenticate(self.anna.login, self.anna.login)
        for url in ("/my/cases", "/my/cases/new", f"/my/cases/{case.id}"):
            with self.subTest(url=url):
                page = self.url_open(url, timeout=120).text
                self.assertIn("--o_aftersales_color: #8b0000;", page)
                self.assertIn("--o_aftersales_on_color: #ffffff;", page)
                self.assertIn(f"/logo.png?company={self.company.id}", page)
        self.env.cr.execute(
            "UPDATE aftersales_case SET company_id = %s WHERE id = %s",
            [other.id, case.id],
        )
        self.env.invalidate_all()
        page = self.url_open(f"/my/cases/{case.id}").text
        self.assertIn("--o_aftersales_color: #ffc0cb;", page)
        self.assertIn("--o_aftersales_on_color: #000000;", page)
        self.assertIn(f"/logo.png?company={other.id}", page)

    def test_no_color(self):
        """Without a colour, and with what is none, pages are as Odoo makes them."""
        self.authenticate(self.anna.login, self.anna.login)
        for color in (False, "red; background: url(x)"):
            self.company.primary_color = color
            page = self.url_open("/my/cases", timeout=120).text
            self.assertNotIn("--o_aftersales", page)
            self.assertNotIn("url(x)", page)
