import gzip
from urllib.parse import urlsplit

from lxml import html

from odoo.tests import Form, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .browsing import DESKTOP, PHONE, read_axe
from .embeds import DIV, GIF_TEXT, ROOT, EmbedSetup
from .sites import STRICT

MOST_BYTES = 15 * 1024
# What stands beside the page, inside the form.
WIDE = f"""
[...{ROOT}.querySelectorAll("*")]
    .filter((element) => {{
        const {{right, width}} = element.getBoundingClientRect();
        return width > 1 && right > innerWidth + 1;
    }})
    .map((element) => element.outerHTML.slice(0, 300))
"""
# A page that a browser kept for more than a day.
OLD = """
const known = window.fetch;
let count = 0;
window.fetch = async (...args) => {
    const answer = await known(...args);
    const headers = {"Aftersales-Start": "%s"};
    return count++ ? answer : new Response(await answer.text(), {headers});
};
"""
OFFLINE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


@tagged("post_install", "-at_install")
class TestEmbed(EmbedSetup):
    """The form of a channel on a page of another website."""

    def test_size(self):
        """The script is small, comes from caches, and any page may load it."""
        answer = self.url_open("/aftersales/embed.js")
        self.assertEqual(answer.status_code, 200)
        self.assertLess(len(gzip.compress(answer.content)), MOST_BYTES)
        self.assertEqual(answer.headers["Cache-Control"], "public, max-age=300")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        self.assertNotIn("Set-Cookie", answer.headers)
        headers = {"If-None-Match": answer.headers["ETag"]}
        again = self.url_open("/aftersales/embed.js", headers=headers)
        self.assertEqual((again.status_code, again.content), (304, b""))
        for forbidden in (b"innerHTML", b"insertAdjacent", b"document.write", b"eval("):
            self.assertNotIn(forbidden, answer.content)

    @feature("N-26", "B4-03")
    def test_report(self):
        """Where the tag stands one fills in, adds a picture, sends, and gets a number."""
        with self._visit_site() as (site, browser):
            tag = self._get_tag(channel="website")
            self._go(browser, site.show("/", f"<p>Before</p>{tag}<p>After</p>"))
            before = "document.querySelector('[data-aftersales-channel]')"
            text = f"{before}.nextElementSibling.innerText"
            self.assertEqual(self._run(browser, text), "After")
            self._type(browser, description="It leaks", email="me@home.example")
            self._drop(browser, ["leak.gif", GIF_TEXT])
            self._send_form(browser)
            case = self._sent_case(browser)
            focus = f"{ROOT}.activeElement.tagName"
            self.assertEqual(self._run(browser, focus), "H2")
        self.assertEqual(case.name, "It leaks")
        self.assertEqual(case.email, "me@home.example")
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["leak.gif"])

    def test_strict_page(self):
        """It works where a page allows nothing but our script."""
        with self._visit_site() as (site, browser):
            rules = STRICT.format(odoo=self.base_url())
            url = site.show(
                "/",
                '<div data-aftersales-channel="website"><a href="#">Report</a></div>',
                head=self._get_tag(),
                Content_Security_Policy=rules,
            )
            self._go(browser, url)
            self._type(browser, description="It leaks", email="me@home.example")
            self._send_form(browser)
            self.assertTrue(self._sent_case(browser))
            border = f"getComputedStyle({ROOT}.querySelector('.page')).maxWidth"
            self.assertEqual(self._run(browser, border), "672px")

    def _ask_more(self):
        self._ask("urgency")
        rule = self._ask("phone", portal_required=True)
        rule.condition_ids = [(0, 0, {"key": "urgency", "operator": "=", "value": "3"})]

    @feature("N-26")
    def test_errors(self):
        """What is wrong stands at its field and above all; what was typed stays."""
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self._click(browser, "button.main")
            self.assertIn("This was not sent yet.", self._focus(browser))
            self._click(browser, ".errors a[href='#field-email']")
            self.assertEqual(self._focus(browser), "email")
            error = self._read(browser, "#field-email-error")
            self.assertEqual(error, "Email: this must be answered.")
            described = f"{ROOT}.querySelector('[name=email]')"
            about = self._run(browser, f"{described}.getAttribute('aria-describedby')")
            self.assertEqual(about, "field-email-error")
            # What only the server knows.
            self._type(browser, description="It leaks", email="nobody")
            # What is being answered is not missing any more.
            self.assertIsNone(self._read(browser, "#field-email-error"))
            self.assertFalse(self._is_shown(browser, ".errors"))
            self._send_form(browser)
            self._until(browser, f"{ROOT}.querySelector('.errors:not([hidden])')")
            self.assertIn("e-mail address", self._read(browser, "#field-email-error"))
            self.assertIsNone(self._read(browser, "#field-description-error"))
            self._type(browser, email="me@home.example")
            self._click(browser, "button.main")
            self.assertEqual(self._sent_case(browser).name, "It leaks")

    def test_conditions(self):
        """A question comes up with the answer that leads to it, and goes again."""
        self._ask_more()
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            phone = "[name=phone]"
            self.assertFalse(self._is_shown(browser, phone))
            self._type(browser, urgency="3")
            self.assertTrue(self._is_shown(browser, phone))
            self._type(browser, description="It leaks", email="me@home.example")
            self._click(browser, "button.main")
            self.assertIn("Phone", self._read(browser, ".errors"))
            self._type(browser, phone="+31 20 794 0001", urgency="1")
            self.assertFalse(self._is_shown(browser, phone))
            self._send_form(browser)
            case = self._sent_case(browser)
        self.assertEqual((case.urgency, case.phone), ("1", False))

    def test_types(self):
        """Of several types one chooses; a page may say which."""
        self._ask("description", self.type_service)
        self.channel.type_ids |= self.type_service
        code = self.type_service.code
        self.type_service.portal_sentence = "A device is broken."
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self.assertFalse(self._is_shown(browser, "textarea"))
            self._click(browser, f".types [value={code}]")
            self._until(browser, f"{ROOT}.querySelector('textarea')")
            # It stands where one chooses, and is said once.
            self.assertIsNone(self._read(browser, ".lead"))
            self._type(browser, description="It rattles", email="me@home.example")
            self._click(browser, f".types [value={self.type_complaint.code}]")
            self._until(
                browser, f"{ROOT}.querySelector('h2').innerText === 'Complaint'"
            )
            text = self._run(browser, f"{ROOT}.querySelector('textarea').value")
            self.assertEqual(text, "It rattles")
            self._send_form(browser)
            self.assertEqual(self._sent_case(browser).type_id, self.type_complaint)
            body = DIV.replace("></", f' data-aftersales-type="{code}"></')
            self._open_form(site, browser, body=body)
            self.assertFalse(self._is_shown(browser, ".types"))
            self._type(browser, description="It rattles", email="me@home.example")
            self._send_form(browser)
            self.assertEqual(self._sent_case(browser).type_id, self.type_service)

    def test_languages(self):
        """The form speaks the language of the page it stands on."""
        for lang, word in (
            ("nl_NL", "Klacht"),
            ("de_DE", "Ärger"),
            ("pl_PL", "Skarga"),
        ):
            self.type_complaint.with_context(lang=lang).portal_word = word
        with self._visit_site() as (site, browser):
            sent = []
            for lang, word in (("nl", "Klacht"), ("de-AT", "Ärger"), ("pl", "Skarga")):
                self._open_form(site, browser, lang=lang)
                self.assertEqual(self._read(browser, "h2"), word)
                known = self._run(browser, f"{ROOT}.querySelector('.page').lang")
                self.assertEqual(known[:2], lang[:2])
                sent.append(self._read(browser, "button.main"))
            self.assertEqual(len(set(sent)), 3, sent)

    def test_draft(self):
        """What was typed is there again after a reload, on this device only."""
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self._type(browser, description="It leaks")
            self.assertIn("on this device only", self._read(browser, ".draft .told"))
            self._open_form(site, browser)
            text = f"{ROOT}.querySelector('textarea').value"
            self.assertEqual(self._run(browser, text), "It leaks")
            self.assertIn("here again", self._read(browser, ".draft .told"))
            self._click(browser, ".draft button")
            self.assertEqual(self._run(browser, text), "")
            self._type(browser, description="It leaks", email="me@home.example")
            # Sent at once: what was kept was typed before.
            self._open_form(site, browser)
            self._click(browser, "button.main")
            self._sent_case(browser)
            self.assertEqual(self._run(browser, "localStorage.length"), 0)
        self.assertFalse(self.env["aftersales.portal.draft"].search([]))

    def test_files(self):
        """What cannot be sent is told at once; the rest is listed, and can be left out."""
        self.channel.most_files = 2
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            files = [["a.exe", GIF_TEXT], ["b.gif", ""]]
            files += [[f"{name}.gif", GIF_TEXT] for name in "cde"]
            self._drop(browser, *files)
            self.assertEqual(
                self._read(browser, "#field-files-error"),
                "a.exe cannot be taken. Send pictures, films, PDF, text or office"
                " documents. b.gif is empty. Choose another file."
                " e.gif is one file too many; 2 can be sent at once.",
            )
            self._click(browser, ".files li:first-child button")
            self.assertIn("d.gif", self._read(browser, ".files"))
            self.assertNotIn("c.gif", self._read(browser, ".files"))
            self._type(browser, description="It leaks", email="me@home.example")
            self._send_form(browser)
            case = self._sent_case(browser)
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["d.gif"])

    def test_no_connection(self):
        """Without a connection all is kept; sent again, and twice, it is one case."""
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self._type(browser, description="It leaks", email="me@home.example")
            self._drop(browser, ["leak.gif", GIF_TEXT])
            request = browser._websocket_request
            request("Network.enable")
            offline = "Network.emulateNetworkConditions"
            request(offline, params=OFFLINE | {"offline": True})
            self._send_form(browser)
            self._until(browser, f"{ROOT}.querySelector('.errors:not([hidden])')")
            self.assertIn("no connection", self._read(browser, ".errors"))
            request(offline, params=OFFLINE | {"offline": False})
            click = f"{ROOT}.querySelector('button.main').click();"
            self._run(browser, click * 2)
            case = self._sent_case(browser)
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["leak.gif"])
        self.assertEqual(len(self._arrived()), 1)

    def test_old_page(self):
        """A page that was open for a day is sent all the same."""
        start = self._start(hours=25)
        with self._visit_site(OLD % start) as (site, browser):
            self._open_form(site, browser)
            self._type(browser, description="It leaks", email="me@home.example")
            self._send_form(browser)
            self.assertTrue(self._sent_case(browser))

    def test_failing(self):
        """Where the form cannot be had, a way to it is there, in the page's language."""
        with self._visit_site() as (site, browser):
            self.channel.origins = "https://other.example"
            self.env.flush_all()
            url = site.show("/", DIV, lang="nl", head=self._get_tag())
            self._go(browser, url, "failed")
            link = self._run(browser, f"{ROOT}.querySelector('a').href")
            self.assertEqual(urlsplit(link).path, "/aftersales/form/website")
            body = DIV.replace("></", "><a href='#'>Report</a></")
            self._go(browser, site.show("/2", body, head=self._get_tag()), "failed")
            self.assertIn("Report", self._run(browser, "document.body.innerText"))
            body = DIV.replace("website", "none")
            self._go(browser, site.show("/3", body, head=self._get_tag()), "failed")
            self.channel.write({"origins": site.origin, "needs_token": True})
            self.env.flush_all()
            self._go(browser, site.show("/4", DIV, head=self._get_tag()), "failed")

    def test_colors(self):
        """It has the company's colour, where that can be read, or that of the page."""
        self.company.primary_color = "#8B0000"
        style = "<link rel='stylesheet' href='/style.css'/>"
        color = f"getComputedStyle({ROOT}.querySelector('button.main')).backgroundColor"
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            self.assertEqual(self._run(browser, color), "rgb(139, 0, 0)")
            self.company.primary_color = "#FFFF99"
            self.env.flush_all()
            css = "[data-aftersales-channel] { --aftersales-color: #00f }"
            site.pages["/style.css"] = (css.encode(), {"Content_Type": "text/css"})
            # Another language: browsers keep the form of before.
            url = site.show("/2", DIV, lang="nl", head=self._get_tag())
            self._go(browser, url)
            self.assertEqual(self._run(browser, color), "rgb(113, 75, 103)")
            self._go(browser, site.show("/3", DIV, head=style + self._get_tag()))
            self.assertEqual(self._run(browser, color), "rgb(0, 0, 255)")

    def test_snippets(self):
        """What one copies from the channel works as it stands, of a type or of all."""
        self.channel.type_ids |= self.type_service
        with Form(self.channel) as form:
            form.form_type_id = self.type_complaint
            self.assertIn(f'data-type="{self.type_complaint.code}"', form.snippet_here)
        self.channel.form_type_id = self.type_complaint
        with self._visit_site() as (site, browser):
            for number, body in enumerate(
                (
                    self.channel.snippet_here,
                    self.channel.snippet_place + self.channel.snippet_script,
                )
            ):
                self._go(browser, site.show(f"/{number}", body))
                self.assertEqual(self._read(browser, "h2"), "Complaint")
        page = html.fromstring(self.url_open(self.channel.form_url).content)
        self.assertEqual(page.xpath("//h1")[0].text_content(), "Complaint")
        self.channel.form_type_id = False
        self.assertNotIn("type", self.channel.snippet_here)
        self.assertEqual(
            urlsplit(self.channel.form_url)._replace(netloc="", scheme="").geturl(),
            "/aftersales/form/website",
        )

    def test_barriers(self):
        """No state of the form has a serious barrier, nor makes one scroll sideways."""
        self._ask_more()
        self._ask("product_ids", section="Außerordentlichkeitsbescheinigung" * 3)
        self.channel.type_ids |= self.type_service
        with self._visit_site(read_axe()) as (site, browser):
            self._set_width(browser, DESKTOP)
            self._open_form(site, browser)
            self.assertOpen(browser, "chooser")
            self._click(browser, f".types [value={self.type_complaint.code}]")
            self._until(browser, f"{ROOT}.querySelector('textarea')")
            self._type(browser, description="x" * 300, urgency="3")
            self._drop(browser, ["x" * 90 + ".gif", GIF_TEXT], ["a.exe", GIF_TEXT])
            self._click(browser, "button.main")
            self.assertOpen(browser, "errors")
            self._type(browser, email="me@home.example", phone="+31 20 794 0001")
            self._send_form(browser)
            self._sent_case(browser)
            self.assertOpen(browser, "sent")

    def assertOpen(self, browser, state):
        for width in (DESKTOP, PHONE, PHONE // 2):
            self._set_width(browser, width)
            with self.subTest(state=state, width=width):
                self.assertEqual(self._find_barriers(browser, {}), [])
                self.assertEqual(self._run(browser, WIDE), [])
        self._set_width(browser, DESKTOP)

    def test_keyboard(self):
        """Tab goes through the form in its order, past what people do not see."""
        with self._visit_site() as (site, browser):
            self._open_form(site, browser)
            names = []
            for _press in range(5):
                self._press(browser)
                names.append(self._focus(browser))
            self.assertEqual(
                names, ["description", "reporter_name", "email", "files", "Send"]
            )
