from lxml import html

from odoo.tests import tagged

from odoo.addons.aftersales_case.tests.common import feature

from .web import GIF, WebSetup

PAGE = "/aftersales/form/website"
GERMAN = {"Accept-Language": "de"}


@tagged("post_install", "-at_install")
class TestWebPage(WebSetup):
    """The form of a channel on a page of its own, without scripts."""

    def _open_form(self, url=PAGE, status=200, **headers):
        self.env.flush_all()
        headers = {"Accept-Language": "en"} | headers
        answer = self.url_open(url, headers=headers)
        self.assertEqual(answer.status_code, status, answer.text)
        return html.fromstring(answer.content)

    def _post(self, page, typed, status=200, files=None, **headers):
        """Send a page as a browser without scripts does."""
        [form] = page.xpath("//form")
        for asleep in form.xpath(".//fieldset[@disabled]"):
            asleep.drop_tree()
        data = [
            (name, value)
            for name, value in form.form_values()
            if value and name not in typed and name != "files"
        ]
        data += [(name, value) for name, value in typed.items() if value is not None]
        self.env.flush_all()
        answer = self.opener.post(
            self.base_url() + form.get("action"),
            # In parts, as browsers send a form that may have files.
            files=[(name, (None, value)) for name, value in data] + (files or []),
            headers={"Origin": self.base_url(), "Accept-Language": "en"} | headers,
            timeout=60,
        )
        self.env.invalidate_all()
        self.assertEqual(answer.status_code, status, answer.text)
        return html.fromstring(answer.content)

    def _said(self, page, name):
        found = page.xpath(f"//*[@name='{name}']")
        return " ".join(found[0].text_content().split()) if found else None

    def _typed(self, **typed):
        start = {"start": self._start()}
        return {"description": "It leaks", "email": "me@home.example"} | start | typed

    @feature("B4-03")
    def test_report(self):
        """A stranger fills in the page, adds a picture, and reads his number."""
        files = [("files", ("leak.gif", GIF, "image/gif"))]
        page = self._post(self._open_form(), self._typed(), files=files)
        case = self._arrived().case_id
        self.assertIn(f"Its number is {case.number}.", self._said(page, "web_sent"))
        self.assertEqual(case.name, "It leaks")
        self.assertEqual(case.email, "me@home.example")
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["leak.gif"])

    def test_errors_keep_what_was_typed(self):
        """What is wrong stands at its field; what was typed is kept, files are not."""
        files = [("files", ("leak.gif", GIF, "image/gif"))]
        typed = self._typed(description="", email="nobody", reporter_name="Ann")
        page = self._post(self._open_form(), typed, 422, files=files)
        self.assertIn("This was not sent yet.", self._said(page, "form_errors"))
        # What is missing, and what is wrong: all at once.
        ways = page.xpath("//*[@name='form_errors']//a/@href")
        self.assertEqual(ways, ["#field-description", "#field-email"])
        self.assertIn("choose them again", self._said(page, "lost_files"))
        [email] = page.xpath("//input[@name='email']")
        self.assertEqual(email.get("value"), "nobody")
        self.assertEqual(email.get("aria-invalid"), "true")
        [error] = page.xpath(f"//*[@id='{email.get('aria-describedby')}']")
        self.assertIn("e-mail address", error.text_content())
        [name] = page.xpath("//input[@name='reporter_name']")
        self.assertEqual(name.get("value"), "Ann")
        [start] = page.xpath("//input[@name='start']")
        self.assertEqual(start.get("value"), typed["start"])
        # Put right, it is sent.
        page = self._post(page, {"description": "Wet", "email": "me@home.example"})
        self.assertEqual(self._arrived()[0].case_id.name, "Wet")
        self.assertEqual(self._arrived().mapped("state"), ["case", "refused"])

    def test_further_questions(self):
        """A question that an answer leads to is asked in a next step."""
        self._ask("urgency")
        rule = self._ask("phone", portal_required=True)
        rule.condition_ids = [(0, 0, {"key": "urgency", "operator": "=", "value": "3"})]
        page = self._post(self._open_form(), self._typed(urgency="3"))
        self.assertIn("further questions", self._said(page, "more_questions"))
        self.assertFalse(self._arrived())
        page = self._post(page, {}, 422)
        self.assertIn("must be answered", self._said(page, "form_errors"))
        # Who answers otherwise after all, is not asked any more.
        typed = {"phone": "+31 20 794 0001", "urgency": "1"}
        self._post(page, typed)
        case = self._arrived()[0].case_id
        self.assertEqual((case.urgency, case.phone), ("1", False))

    def test_types(self):
        """Of several types one chooses first; a link may name one."""
        self.channel.type_ids |= self.type_service
        page = self._open_form()
        links = page.xpath("//*[@name='web_choices']//a/@href")
        codes = self.channel.type_ids.mapped("code")
        self.assertEqual(links, [f"{PAGE}?type={code}" for code in codes])
        self._post(self._open_form(links[0]), self._typed())
        self.assertEqual(self._arrived().case_id.type_id, self.channel.type_ids[0])
        self.assertFalse(self._open_form(f"{PAGE}?type=none").xpath("//form"))

    def test_language(self):
        """The page speaks as the browser asks, or as the link says."""
        page = self._open_form(**{"Accept-Language": "nl-BE"})
        self.assertEqual(page.get("lang"), "nl-NL")
        page = self._open_form(f"{PAGE}?lang=de", **{"Accept-Language": "nl"})
        self.assertEqual(page.get("lang"), "de-DE")
        self.assertIn("lang=de", page.xpath("//form/@action")[0])
        self.type_complaint.with_context(lang="de_DE").portal_word = "Ärger"
        page = self._open_form(f"{PAGE}?lang=de")
        self.assertEqual(page.xpath("//h1")[0].text_content(), "Ärger")
        self.channel.type_ids |= self.type_service
        self.assertIn("Ärger", self._said(self._open_form(**GERMAN), "web_choices"))

    def test_closed(self):
        """Of no channel, one of programs, and a closed one there is no form."""
        self.company.email = "desk@shop.example"
        for vals, status in (({"needs_token": True}, 404), ({"active": False}, 410)):
            self.channel.write({"needs_token": False, "active": True} | vals)
            page = self._open_form(status=status)
            self.assertTrue(self._said(page, "web_gone"))
            # Whoever is told to write instead is told where to.
            self.assertIn("desk@shop.example", self._said(page, "web_mail"))
        page = self._open_form("/aftersales/form/none", status=404)
        self.assertTrue(self._said(page, "web_gone"))
        self.assertFalse(page.xpath("//*[@name='web_mail']"))

    def test_robots(self):
        """Who is too fast, or fills in what nobody sees, gets no number and no case."""
        # Sent in the moment in which it was opened, however slow this machine is.
        for typed in ({"start": self._start(seconds=-60)}, {"homepage": "x"}):
            page = self._post(self._open_form(), self._typed(**typed))
            said = self._said(page, "web_sent")
            self.assertIn("We have received it.", said)
            self.assertNotIn("number", said)
        self.assertEqual(set(self._arrived().mapped("reason")), {"web_robot"})

    def test_old_page(self):
        """A page that was open for days is sent once more."""
        page = self._post(
            self._open_form(), self._typed(start=self._start(hours=25)), 422
        )
        self.assertIn("Send it once more", self._said(page, "form_errors"))
        start = page.xpath("//input[@name='start']/@value")[0]
        self.assertNotEqual(start, self._start(hours=25))

    def test_files_help(self):
        """What the page says of its limits is right for one file as well."""
        self.channel.write({"most_files": 1, "most_megabytes": 7})
        said = self._open_form().xpath("//*[@id='help-files']")[0].text_content()
        self.assertIn("At most 1, together 7 MB.", said)
        self.channel.most_files = 0
        self.assertFalse(self._open_form().xpath("//*[@id='help-files']"))

    def test_limits(self):
        """Too many, too large, and from elsewhere: told on the page."""
        page = self._open_form()
        elsewhere = {"Origin": "https://evil.example"}
        answer = self._post(page, self._typed(), 403, **elsewhere)
        self.assertEqual(answer.xpath("//textarea")[0].text_content(), "It leaks")
        self.channel.most_megabytes = 1
        files = [("files", ("big.gif", GIF + bytes(2**20), "image/gif"))]
        answer = self._post(page, self._typed(), 413, files=files)
        self.assertIn("1 MB", self._said(answer, "form_errors"))
        self.channel.most_of_one = 1
        answer = self._post(page, self._typed(), 429)
        self.assertTrue(self._said(answer, "form_errors"))
        self.assertEqual(answer.xpath("//textarea")[0].text_content(), "It leaks")
        self.assertFalse(self._arrived().case_id)

    def test_twice(self):
        """Two clicks are one report, and say the same."""
        page, typed = self._open_form(), self._typed()
        said = [self._said(self._post(page, typed), "web_sent") for _n in range(2)]
        self.assertEqual(said[0], said[1])
        self.assertEqual(len(self._arrived().case_id), 1)

    def test_hostile(self):
        """What is typed stays text, and a page sets no cookie."""
        page = self._open_form()
        evil = "<script>alert(1)</script>\0"
        answer = self._post(
            page, self._typed(description=evil, email=evil, start="x"), 422
        )
        self.assertFalse(answer.xpath("//script[contains(., 'alert(1)')]"))
        [text] = answer.xpath("//textarea[@name='description']")
        self.assertEqual(text.text_content().strip(), evil[:-1])
        self.assertNotIn("Set-Cookie", self.url_open(PAGE).headers)
        self._post(page, self._typed(unknown="x", type="other"))
        self.assertEqual(self._arrived()[0].case_id.type_id, self.type_complaint)
