from odoo.fields import Command

from .common import PortalCommon


class TestPage(PortalCommon):
    """What the page of a case shows."""

    def _said(self, page):
        return [str(e["body"]) for e in page["timeline"] if e["kind"] == "said"]

    def _file(self, case, name, **vals):
        return self.env["ir.attachment"].create(
            {"name": name, "raw": b"text", "res_model": case._name, "res_id": case.id}
            | vals
        )

    def test_the_system_has_the_name_of_the_company(self):
        """What the system wrote to a customer is said by the company."""
        case = self._new_case()
        robot = self.env.ref("base.user_root")
        self._tell(case, "We have received it", self.anna.partner_id, user=robot)
        said = self._page(self.anna, case)["timeline"]
        authors = {entry["author"] for entry in said if entry["kind"] == "said"}
        self.assertEqual(authors, {self.company.name})

    def test_status(self):
        """The status in the customer's words, and what happens next."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.customer_label = "We are on it"
        link.customer_next = "A technician calls you."
        case = self._new_case(stage_id=self.stage_progress.id)
        page = self._page(self.anna, case)
        self.assertEqual(page["status"], "We are on it")
        self.assertEqual(page["next"], "A technician calls you.")
        self.assertFalse(page["waiting_since"])

    def test_waiting(self):
        """Waiting for the customer: since when, in his own words."""
        case = self._new_case(stage_id=self.stage_progress.id)
        case.stage_id = self.stage_wait_customer
        page = self._page(self.anna, case)
        self.assertTrue(page["waits_for_you"])
        self.assertTrue(page["waiting_since"])
        self.assertEqual(page["next"], "We need your answer before we can go on.")

    def test_promised_date(self):
        """Only a promised date is shown, never a deadline of ours."""
        case = self._new_case(date_deadline="2030-03-04 10:00:00")
        self.assertFalse(self._page(self.anna, case)["promised"])
        self.type_complaint.is_deadline_promised = True
        self.assertIn("Mar 4, 2030 10:00", self._page(self.anna, case)["promised"])
        self.type_complaint.portal_promise = False
        self.assertFalse(self._page(self.anna, case)["promised"])

    def test_answers(self):
        """Only what a rule shows the customer, by section and order."""
        self.type_complaint.properties_definition = [
            {"name": "urgent", "string": "Urgent", "type": "boolean"},
            {
                "name": "about",
                "string": "About",
                "type": "selection",
                "selection": [["price", "Price"], ["goods", "Goods"]],
            },
        ]
        self._show("properties.urgent", sequence=30)
        self._show("properties.about", sequence=20, section="More")
        self._show("description", sequence=10, label="What Is Wrong")
        self._show("cost", portal="hidden")
        self._show("supplier_id", sequence=5, visible_from_id=self.stage_solved.id)
        case = self._new_case(
            description="<p>It leaks</p>",
            cost=100,
            supplier_id=self.installers.id,
            properties={"urgent": False, "about": "goods"},
        )
        answers = self._page(self.anna, case)["answers"]
        self.assertEqual(
            [
                (section, [(a["label"], str(a["value"])) for a in found])
                for section, found in answers
            ],
            [
                ("", [("What Is Wrong", "<p>It leaks</p>"), ("Urgent", "No")]),
                ("More", [("About", "Goods")]),
            ],
        )

    def test_own_fields(self):
        """Own fields of every kind are shown in words, and asked where they may change."""
        country = self.env.ref("base.be")
        values = {
            "boolean": (True, "Yes"),
            "char": ("Left", "Left"),
            "date": ("2030-01-31", "01/31/2030"),
            "datetime": ("2030-01-31 10:00:00", "Jan 31, 2030 10:00 AM"),
            "float": (2.5, "2.50"),
            "integer": (3, "3"),
            "many2many": (country.ids, "Belgium"),
            "many2one": (country.id, "Belgium"),
            "selection": ("a", "First"),
            "tags": (["t"], "Tag"),
            "text": ("Two\nlines", "Two\nlines"),
        }
        more = {
            "many2many": {"comodel": "res.country"},
            "many2one": {"comodel": "res.country"},
            "selection": {"selection": [["a", "First"]]},
            "tags": {"tags": [["t", "Tag", 1]]},
        }
        self.type_complaint.properties_definition = [
            {"name": f"p_{kind}", "string": kind, "type": kind} | more.get(kind, {})
            for kind in values
        ]
        for kind in values:
            self._show(f"properties.p_{kind}", portal="editable")
        case = self._new_case(
            properties={f"p_{kind}": value for kind, (value, _text) in values.items()}
        )
        [(_section, answers)] = self._page(self.anna, case)["answers"]
        shown = {
            answer["label"]: str(answer["value"]).replace("\u202f", " ")
            for answer in answers
        }
        self.assertEqual(shown, {kind: text for kind, (_v, text) in values.items()})
        service, partner = self._service(self.anna)
        found = service._find_case(partner, case.id)
        asked = service._get_change_form(partner, found)
        self.assertEqual(
            {question["label"] for question in asked},
            values.keys() - {"many2many", "many2one"},
        )

    def test_restricted_field(self):
        """What only some roles may read is shown to no customer."""
        self._show("cost")
        case = self._new_case(cost=100)
        self.assertTrue(self._page(self.anna, case)["answers"])
        leaders = self.env.ref("aftersales_case.group_aftersales_leader")
        self.env["aftersales.field.right"].create(
            {
                "key": "aftersales.case.cost",
                "read_group_ids": [Command.set(leaders.ids)],
            }
        )
        self.assertFalse(self._page(self.anna, case)["answers"])

    def test_messages(self):
        """Shown is what the customer's people wrote or got; not notes, not suppliers."""
        case = self._new_case(supplier_id=self.installers.id)
        self._tell(case, "To the customer", self.contact)
        self._tell(case, "To the supplier", self.ivo.partner_id)
        self._tell(case, "To nobody")
        self._tell(case, "Among us", self.contact, is_internal=True)
        case.with_user(self.agent).message_post(body="A note")
        case.message_post(
            body="From Ben",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.ben.partner_id.id,
        )
        case.message_post(
            body="From the supplier",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.ivo.partner_id.id,
        )
        said = self._said(self._page(self.anna, case))
        self.assertEqual(said, ["<p>From Ben</p>", "<p>To the customer</p>"])

    def test_mails_of_stages(self):
        """What a stage mails to the customer by itself is shown as well."""
        template = self.env.ref("aftersales_case.template_taken")
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.mail_template_id = template
        case = self._new_case()
        case.stage_id = self.stage_progress
        said = self._said(self._page(self.anna, case))
        self.assertEqual(len(said), 1)
        self.assertNotIn("#aftersales-link", said[0])
        self.assertNotIn("/my/cases", said[0], "no link to the page that he looks at")
        self._share("all")
        self.assertEqual(len(self._said(self._page(self.ben, case))), 1)

    def test_mails_without_a_customer(self):
        """A case that nobody's customer is: what came from, and went to, his address."""
        person = self.contact
        case = self._new_case(
            contact_id=False,
            partner_id=False,
            email="anna@janssen.example",
            reporter_id=person.id,
        )
        for address in ("Anna <anna@janssen.example>", "joanna@janssen.example"):
            case.message_post(
                body=address.split("@")[0].split("<")[-1],
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                author_id=False,
                email_from=address,
            )
        self.assertEqual(self._said(self._page(self.anna, case)), ["<p>anna</p>"])

    def test_messages_of_a_reporter(self):
        """Who reports for others reads what he took part in; the customer reads it too."""
        case = self._new_case(reporter_id=self.ivo.partner_id.id)
        self._tell(case, "To Anna", self.contact)
        self._tell(case, "To Ivo", self.ivo.partner_id)
        self.assertEqual(self._said(self._page(self.ivo, case)), ["<p>To Ivo</p>"])
        said = self._said(self._page(self.anna, case))
        self.assertEqual(said, ["<p>To Ivo</p>", "<p>To Anna</p>"])

    def test_status_changes(self):
        """The timeline tells the moves that the customer notices, and no others."""
        case = self._new_case()
        for stage in (
            self.stage_progress,
            self.stage_wait_supplier,
            self.stage_wait_customer,
        ):
            case.stage_id = stage
        entries = self._page(self.anna, case)["timeline"]
        self.assertEqual(
            [entry["status"] for entry in entries if entry["kind"] == "status"],
            ["Waiting for your answer", "Being worked on", "Received"],
        )

    def test_files(self):
        """Files of shown messages, and those whose kind is for customers."""
        case = self._new_case()
        mine, note = self._file(case, "mine.txt"), self._file(case, "note.txt")
        mail = self._file(case, "original_email.eml")
        lying = self._file(case, "lying.txt")
        self._tell(case, "Look", self.contact, attachment_ids=(mine | mail).ids)
        case.with_user(self.agent).message_post(body="Note", attachment_ids=note.ids)
        kind = self.env.ref("aftersales_case.attachment_kind_protocol")
        self._file(case, "protocol.txt", aftersales_kind_id=kind.id)
        names = [file["name"] for file in self._page(self.anna, case)["files"]]
        self.assertEqual(names, ["mine.txt"])
        kind.is_for_customer = True
        page = self._page(self.anna, case)
        names = [file["name"] for file in page["files"]]
        self.assertEqual(names, ["mine.txt", "protocol.txt"])
        service, partner = self._service(self.anna)
        self.assertTrue(service._find_file(partner, case.id, mine.id))
        for hidden in (note, mail, lying):
            self.assertFalse(service._find_file(partner, case.id, hidden.id))
        self.type_complaint.portal_files = False
        self.assertFalse(self._page(self.anna, case)["files"])
        self.assertFalse(service._find_file(partner, case.id, mine.id))

    def test_file_addresses_in_texts(self):
        """No address of a file is printed that works for anybody."""
        case = self._new_case()
        picture = self._file(case, "leak.png")
        token = picture.generate_access_token()[0]
        body = f'<p><img src="/web/image/{picture.id}?access_token={token}"/></p>'
        case.message_post(
            body=self.env["mail.message"]._fields["body"].convert_to_record(body, case),
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.contact.id,
            attachment_ids=picture.ids,
        )
        [said] = self._said(self._page(self.anna, case))
        self.assertNotIn(token, said)
        self.assertIn(f"/my/cases/{case.id}/files/{picture.id}", said)

    def test_goods(self):
        """Goods that the case is about, where the type shows them."""
        products = self.env["product.product"].create(
            [{"name": "Pump"}, {"name": "Hose"}]
        )
        case = self._new_case(
            line_ids=[
                Command.create({"product_id": products[0].id, "quantity": 2}),
                Command.create({"product_id": products[1].id, "concerned": False}),
            ]
        )
        [line] = self._page(self.anna, case)["goods"]
        self.assertEqual((line["product"], line["quantity"]), ("Pump", "2"))
        self.type_complaint.portal_goods = False
        self.assertFalse(self._page(self.anna, case)["goods"])

    def test_queries(self):
        """The page of a case with all its parts takes few queries."""
        case = self._new_case(description="<p>It leaks</p>")
        self._show("description")
        for number in range(5):
            file = self._file(case, f"{number}.txt")
            self._tell(case, "Look", self.contact, attachment_ids=file.ids)
        self._page(self.anna, case)
        count = self._count_queries(lambda: self._page(self.anna, case))
        self.assertLessEqual(count, 30)

    def test_queries_of_a_button(self):
        """What can be chosen is looked up by the form, not by the button to it."""
        rule, counts = self._show("product_ids"), []
        case = self._new_case(
            product_ids=self.env["product.product"].create({"name": "Pump"}).ids
        )
        for portal in ("visible", "editable"):
            rule.portal = portal
            page = self._page(self.anna, case)
            self.assertEqual(page["may_change"], portal == "editable")
            counts.append(self._count_queries(lambda: self._page(self.anna, case)))
        self.assertEqual(*counts)
