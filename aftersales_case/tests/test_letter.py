import re
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ..models.letter.aftersales_link_mixin import AftersalesLinkMixin
from .common import AftersalesCommon, feature

ROUND = "https://example.com/case/%s/%s/%s"
LINK = re.compile(r"https://example\.com/case/[^\"]*")
MARKER = "#aftersales-link-view-"


def make_link(case, purpose, partner, valid=None, address=""):
    """What a sibling makes: another link each time."""
    make_link.count += 1
    return ROUND % (purpose, partner.id, make_link.count)


class LetterCommon(AftersalesCommon):
    """Base of tests about the messages to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("aftersales_case.template_received")
        cls.shipped = cls.env["mail.template"].search(
            [("model", "=", "aftersales.case")]
        )
        cls.case = cls._new_case(cls, user_id=cls.agent.id)

    def setUp(self):
        super().setUp()
        make_link.count = 0

    def _linked(self):
        """Let cases make links, as a sibling does."""
        return patch.object(type(self.case), "_make_link", make_link)

    def _get_mails(self, case):
        return self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)]
        )

    def _get_outgoing(self, mails):
        """Return ``{address: body}`` of what leaves."""
        return {
            values["email_to_normalized"][0]: values["body"]
            for mail in mails
            for values in mail._prepare_outgoing_list()
        }


class TestPlaceholders(LetterCommon):
    """Texts of templates name fields, which are ready words."""

    @feature("N-28")
    def test_manager_saves_every_shipped_message(self):
        """Unchanged and changed: the manager needs no editor of templates."""
        self.assertGreaterEqual(len(self.shipped), 4)
        for template in self._as(self.manager, self.shipped):
            names = template._get_dynamic_field_names() - {"scheduled_date"}
            template.write({name: template[name] for name in names})
            template.body_html = template.body_html.replace("Kind", "Very kind")
            template.subject = f"{template.subject}, {{{{ object.customer_status }}}}"
            with Form(template) as form:
                form.name = f"{template.name}!"
        self.assertIn("Very kind", self.template.body_html)

    def test_every_shipped_language(self):
        """Translations of the shipped messages name nothing else, and can be copied."""
        languages = ["nl_NL", "de_DE", "pl_PL"]
        for language in languages:
            self.env["res.lang"]._activate_lang(language)
        # Texts that are there already are not loaded anew.
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = jsonb_build_object('en_US',"
            " body_html->'en_US') WHERE id = ANY(%s)",
            (self.shipped.ids,),
        )
        self.env["ir.module.module"].search(
            [("name", "=like", "aftersales_%"), ("state", "=", "installed")]
        )._update_translations(languages)
        self.env.invalidate_all()
        for template in self.shipped:
            for language in languages:
                with self.subTest(template=template.name, language=language):
                    translated = template.with_context(lang=language)
                    self.assertFalse(translated._has_unsafe_expression())
                    self.assertNotIn("Kind regards", translated.body_html)
            self._as(self.manager, template).copy({"name": "Another"})

    @feature("N-28")
    def test_what_is_not_listed_is_refused(self):
        """A path, a condition, an argument and a call need an editor of templates."""
        template = self._as(self.manager, self.template)
        for name, value in (
            ("body_html", '<p t-out="object.company_id.vat"/>'),
            ("body_html", '<p t-if="object.email">x</p>'),
            ("body_html", "<p t-out=\"object._make_link('view', user)\"/>"),
            ("body_html", '<p t-out="object.letter_greeting or 1"/>'),
            ("subject", "{{ object.type_id.alias_email }}"),
            ("email_from", "{{ user.email }}"),
            ("lang", "{{ object.partner_id.lang }}"),
            ("partner_to", "{{ object.message_partner_ids.ids }}"),
            ("reply_to", "{{ object.sudo().email }}"),
        ):
            with (
                self.subTest(name, value=value),
                mute_logger("odoo.addons.mail.models.mail_template"),
                self.assertRefused(AccessError, "Mail Template Editor"),
            ):
                template.write({name: value})
        template.with_context(lang="en_US").subject = "{{ object.number }}, plain"

    def test_other_templates_are_not_theirs(self):
        """A message of another model, and ours to an agent, stay closed."""
        other = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaises(AccessError):
            self._as(self.manager, other).name = "Mine"
        with self.assertRaises(AccessError):
            self._as(self.manager, other).unlink()
        with self.assertRaises(AccessError):
            self._as(self.agent, self.template).name = "Mine"

    def test_a_message_stays_of_its_model(self):
        """Nobody makes a message of another model of one of ours, by whatever field."""
        template = self._as(self.manager, self.template)
        template.user_id = self.manager
        model = self.env["ir.model"]._get("res.partner")
        for vals in ({"model_id": model.id}, {"model": model.model}):
            with self.subTest(vals), self.assertRefused(AccessError, "Applies to"):
                template.write(vals)
        template.write({"model_id": template.model_id.id})

    def test_no_document_of_another_model(self):
        """A message of a case brings no report, of another document with its number."""
        invoices = self.env.ref("account.account_invoices")
        template = self._as(self.manager, self.template)
        ours = self.env.ref("aftersales_case.case_history_report")
        for reports in (invoices, invoices | ours):
            with self.assertRefused(ValidationError, "Dynamic Reports"):
                template.write({"report_template_ids": [Command.set(reports.ids)]})
        with self.assertRefused(ValidationError, "Dynamic Reports"):
            template.copy({"report_template_ids": [Command.set(invoices.ids)]})
        template.write({"report_template_ids": [Command.set(ours.ids)]})

    def test_no_message_of_another_model(self):
        """Neither a stage nor a type sends what is about other documents."""
        other = self.env.ref("account.email_template_edi_invoice")
        case_type = self._as(self.manager, self.type_complaint)
        for records, name in (
            (case_type.link_ids[0], "mail_template_id"),
            (case_type, "received_template_id"),
        ):
            with (
                self.subTest(name),
                self.assertRefused(ValidationError, "is no message"),
            ):
                records.write({name: other.id})
            records.write({name: self.template.id})

    def test_sentences(self):
        """Whole sentences, in the language they are read in; empty without a fact."""
        self.env["res.lang"]._activate_lang("nl_NL")
        case = self.case
        self.assertEqual(case.letter_greeting, "Dear Anna Janssen,")
        self.assertFalse(case.letter_solution)
        self.assertFalse(case.letter_reason)
        case.resolution_id = self.env.ref("aftersales_case.resolution_replaced")
        self.assertEqual(case.letter_solution, f"Solution: {case.resolution_id.name}.")
        self.contact.lang = "nl_NL"
        self.assertEqual(case.letter_language, "nl_NL")
        self.assertEqual(case.letter_company, "Kaapse Brander")
        self.type_complaint.alias_name = "complaints"
        self.assertEqual(case.letter_sender, "complaints@aftersales.example")
        stranger = self._new_case(contact_id=False, email="x@elsewhere.example")
        self.assertEqual(stranger.letter_greeting, "Hello,")
        self.assertEqual(
            stranger.letter_language, self.company.partner_id.lang or "en_US"
        )

    def test_promise(self):
        """What the customer was promised, where the company is; no deadline of ours."""
        case = self.case
        case.company_id.partner_id.tz = "Europe/Amsterdam"
        case.date_deadline = datetime(2026, 3, 3, 8, 0)
        self.assertFalse(case.letter_promise)
        self.type_complaint.is_deadline_promised = True
        case.invalidate_recordset()
        self.template.body_html = "<p t-out='object.letter_promise'/>"
        [body] = (
            self._as(self.manager, self.template)
            ._render_field("body_html", case.ids)
            .values()
        )
        self.assertIn("Promised for: 3/3/26, 9:00", body)

    def test_nothing_to_say_leaves_nothing(self):
        """A message without a reason has no empty words of one."""
        template = self.env.ref("aftersales_case.template_rejected")
        body = template._render_field("body_html", self.case.ids)[self.case.id]
        self.assertNotIn("Reason", body)
        self.assertNotIn("False", body)
        self.assertIn("Dear Anna Janssen,", body)

    @feature("B4-05")
    def test_customer_status(self):
        """The stage's name for the customer, else the stage's, in the reader's language."""
        self.env["res.lang"]._activate_lang("nl_NL")
        links = self.type_complaint.link_ids
        link = links.filtered(lambda link: link.stage_id == self.case.stage_id)
        link.customer_label = "We have it"
        link.with_context(lang="nl_NL").customer_label = "Wij hebben het"
        self.case.message_subscribe(self.reporter.partner_id.ids)
        case = self._as(self.reporter, self.case)
        self.env.invalidate_all()
        self.assertEqual(case.customer_status, "We have it")
        self.assertEqual(
            case.with_context(lang="nl_NL").customer_status, "Wij hebben het"
        )
        link.customer_label = False
        self.env.invalidate_all()
        self.assertEqual(case.customer_status, case.stage_id.name)

    def test_status_of_many(self):
        """One card or eighty: the same number of queries."""
        cases = self.case.concat(*(self._new_case() for _number in range(79)))
        counts = []
        for batch in (self.case, cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.mapped("customer_status")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])


def make_no_link(case, purpose, partner, valid=None, address=""):
    """What there is without a sibling that makes links."""
    return AftersalesLinkMixin._make_link(case, purpose, partner, valid=valid)


class TestLinks(LetterCommon):
    """A link is made when the mail leaves, for its receiver alone."""

    def test_nobody_makes_links(self):
        """Without a page for customers the sentence is not sent."""
        self.case._send_to_customer(self.template)
        with patch.object(type(self.case), "_make_link", make_no_link):
            bodies = self._get_outgoing(self._get_mails(self.case))
        self.assertEqual(list(bodies), ["anna@janssen.example"])
        body = bodies["anna@janssen.example"]
        self.assertNotIn("aftersales-link", body)
        self.assertNotIn("online", body)
        self.assertNotRegex(body, r"<p>\s*</p>")
        self.assertIn("We have received your message", body)
        self.assertFalse(make_no_link(self.case, "view", self.contact))
        self.assertFalse(self.case._get_customer_url(self.contact))
        mixin = AftersalesLinkMixin
        self.assertFalse(mixin._get_link_page(self.case, None))
        self.assertFalse(mixin._apply_link(self.case, None, {}))

    @feature("B4-05")
    def test_message_of_a_stage(self):
        """Each sending makes a new link; the message in the chatter keeps the marker."""
        with self._linked():
            self.case._send_to_customer(self.template)
            self.assertEqual(make_link.count, 0)
            mail = self._get_mails(self.case)
            self.assertIn(MARKER, mail.body_html)
            self.assertIn(MARKER, mail.mail_message_id.body)
            first = self._get_outgoing(mail)["anna@janssen.example"]
            again = self._get_outgoing(mail)["anna@janssen.example"]
        self.assertIn(ROUND % ("view", self.contact.id, 1), first)
        self.assertIn(ROUND % ("view", self.contact.id, 2), again)
        self.assertNotIn(MARKER, first)
        self.assertIn(MARKER, mail.mail_message_id.body)

    def test_preview_makes_none(self):
        """Who looks at a message before it is sent uses up no link."""
        with self._linked():
            preview = self.env["mail.template.preview"].create(
                {
                    "mail_template_id": self.template.id,
                    "resource_ref": f"{self.case._name},{self.case.id}",
                }
            )
            self.assertIn(MARKER, preview.body_html)
        self.assertEqual(make_link.count, 0)

    @feature("B4-05")
    def test_several_addresses(self):
        """Receivers of one mail, copies too, get mails of their own with own links."""
        with self._linked():
            mails = self.case._queue_message(
                self.template,
                {
                    "email_to": "anna@janssen.example, info@janssen.example",
                    "email_cc": "else@elsewhere.example",
                },
            )
            bodies = self._get_outgoing(mails)
        self.assertEqual(
            sorted(bodies),
            ["anna@janssen.example", "else@elsewhere.example", "info@janssen.example"],
        )
        links = {address: LINK.findall(body) for address, body in bodies.items()}
        self.assertEqual(len({link for found in links.values() for link in found}), 3)
        self.assertIn(f"/{self.contact.id}/", links["anna@janssen.example"][0])
        self.assertIn(f"/{self.customer.id}/", links["info@janssen.example"][0])
        self.assertIn("/False/", links["else@elsewhere.example"][0])

    @feature("B4-05")
    def test_composer(self):
        """A colleague picks the message and sends it: a link for each of the receivers."""
        other = self.env["res.partner"].create(
            {"name": "Piet", "email": "piet@janssen.example"}
        )
        case = self._as(self.agent, self.case)
        self.agent2.notification_type = "email"
        with (
            self._linked(),
            patch.object(
                type(self.env["mail.mail"]), "send", lambda mails, **kwargs: None
            ),
        ):
            composer = Form(
                case.env["mail.compose.message"].with_context(
                    default_composition_mode="comment",
                    default_model=case._name,
                    default_res_ids=case.ids,
                    default_template_id=self.template.id,
                )
            ).save()
            self.assertIn(MARKER, composer.body)
            composer.partner_ids = self.contact | other | self.agent2.partner_id
            composer.action_send_mail()
            bodies = self._get_outgoing(self._get_mails(self.case))
        links = {address: LINK.findall(body) for address, body in bodies.items()}
        self.assertEqual(links[self.agent2.email], [])
        self.assertNotIn(MARKER, bodies[self.agent2.email])
        self.assertIn(f"/{self.contact.id}/", links["anna@janssen.example"][0])
        self.assertIn(f"/{other.id}/", links["piet@janssen.example"][0])
        self.assertNotEqual(
            links["anna@janssen.example"], links["piet@janssen.example"]
        )
        self.assertIn(MARKER, self.case.message_ids[0].body)

    @feature("B4-05")
    def test_mass_mail(self):
        """One message to many cases: each customer gets the link of his own case."""
        second = self._new_case(contact_id=self.customer.id)
        cases = self._as(self.agent, self.case | second)
        with self._linked():
            self.env["mail.compose.message"].with_user(self.agent).with_context(
                default_composition_mode="mass_mail",
                default_model=cases._name,
                default_res_ids=cases.ids,
                default_template_id=self.template.id,
            ).create({"force_send": False}).action_send_mail()
            links = [
                LINK.findall(body)
                for case in cases
                for body in self._get_outgoing(self._get_mails(case)).values()
            ]
        self.assertEqual([len(found) for found in links], [1, 1])
        self.assertIn(f"/{self.contact.id}/", links[0][0])
        self.assertIn(f"/{self.customer.id}/", links[1][0])

    def test_marker_of_another_case(self):
        """What a mail quotes, or somebody made up, opens nothing."""
        other = self._new_case()
        marker = other.letter_link
        forged = f'<p>Look: <a href="{MARKER}{"0" * 32}">here</a>!</p>'
        with self._linked():
            body = self.case._put_links(f"<p>{marker}</p>{forged}", self.contact)
        self.assertEqual(body, "<p>Look: !</p>")
        self.assertEqual(make_link.count, 0)

    def test_other_mails_are_left_alone(self):
        """A mail without a marker leaves as core made it; without a record, bare."""
        mail = self.env["mail.mail"].create(
            {
                "email_to": "a@elsewhere.example, b@elsewhere.example",
                "body_html": "<p>Hello</p>",
            }
        )
        self.assertEqual(len(mail._prepare_outgoing_list()), 1)
        mail.body_html = f"<p>Hello</p><p>{self.case.letter_link}</p>"
        bodies = self._get_outgoing(mail)
        self.assertEqual(set(bodies.values()), {"<p>Hello</p>"})

    def test_validity_reaches_the_maker(self):
        """The contract of the hook: purpose, partner, and how long it holds."""
        with self._linked():
            url = self.case._make_link("view", self.contact, valid=timedelta(days=1))
        self.assertEqual(url, ROUND % ("view", self.contact.id, 1))
