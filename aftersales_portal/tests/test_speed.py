from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.deliveries import DeliveriesMixin

from .invoices import InvoiceSetup


@tagged("post_install", "-at_install")
class TestFullPage(DeliveriesMixin, InvoiceSetup, HttpCase):
    """What a page asks of the database does not grow with what it shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for key in ("description", "product_ids"):
            cls._show(cls, key, portal="editable")
        cls._set_up_holds()

    def setUp(self):
        super().setUp()
        self.authenticate(self.anna.login, self.anna.login)

    def _new_full_case(self, count):
        """Return a case with so many of everything that its page shows."""
        slip = self._picking((self.pump, 2))
        case = self._new_case(
            description="<p>It leaks</p>",
            picking_id=slip.id,
            repeat_of_id=self._new_case().id,
        )
        for number in range(count):
            slip.copy({"return_id": slip.id})
            if self.is_dunning:
                case._request_hold({"move_id": self._new_invoice().id, "amount": 10})
            self._add_goods(case, number)
            self._add_words(case, number)
        return case

    def _add_goods(self, case, number):
        product = self._product(f"Goods {number}", tracking="lot")
        lot = self._lot(product, f"Lot {number}")
        vals = {"product_id": product.id, "lot_id": lot.id, "quantity": 1}
        case.line_ids = [Command.create(vals)]

    def _add_words(self, case, number):
        """Somebody informed, messages of all sides, a file, a question, a draft."""
        email = f"p{number}@janssen.example"
        person = self._new_person(f"Person {number}", email, self.customer)
        self.env["aftersales.portal.informed"].create(
            {"case_id": case.id, "partner_id": person.id}
        )
        file = self._new_file(case, f"file-{number}.txt", b"x")
        self._tell(case, "Look", self.contact, attachment_ids=file.ids)
        for sender in (
            {"author_id": person.id},
            {"author_id": False, "email_from": f"who{number}@else.example"},
        ):
            case.message_post(
                body=f"Said {number}",
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.contact.ids,
                **sender,
            )
        asked = case._ask(
            self.env["aftersales.question"].create(
                {"case_id": case.id, "name": f"Question {number}", "kind": "text"}
            )
        )
        purpose = f"question_{asked.question_id.id}"
        marker = case._get_link_marker(purpose, "Answer")
        self._tell(case, marker, self.contact)
        service, _partner = self._service(self.anna)
        draft = service._open_draft(service._get_reply_key(case.id))
        waiting = {"res_model": draft._name, "res_id": draft.id}
        draft.file_ids |= file.copy(waiting | {"name": f"draft-{number}.txt"})

    def _open(self, case):
        """Return how many queries the page of a case takes, and its text."""
        return self._load(f"/my/cases/{case.id}")

    def _load(self, url):
        # What the registry keeps for all requests is read by the first one.
        self.url_open(url, timeout=120)
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        return self.env.cr.sql_log_count - start, answer.text

    def _check_shown(self, page, count, *texts):
        """Assert that a page shows all that was added, and no marked link."""
        for number in range(count):
            for text in (
                f"Goods {number}",
                f"Lot {number}",
                f"Person {number}",
                f"Said {number}",
                f"draft-{number}.txt",
                f"file-{number}.txt",
                f"who{number}@else.example",
                *(text % number for text in texts),
            ):
                self.assertIn(text, page)
        self.assertEqual(page.count("Return "), count)
        self.assertNotIn("aftersales-link", page)

    def test_open_case(self):
        """A case that waits for answers and a decision: with one of each, or four."""
        self.type_complaint.link_ids.portal_agree = True
        one, page = self._open(self._new_full_case(1))
        case = self._new_full_case(4)
        four, page = self._open(case)
        self._check_shown(page, 4, "Question %s")
        self.assertIn(f"/my/cases/{case.id}/agree", page)
        if self.is_dunning:
            self.assertEqual(page.count("We do not ask for"), 4)
        self.assertEqual(four, one)
        # One more for each sibling that knows what was promised, or who comes.
        self.assertLessEqual(four, 53)

    def test_closed_case(self):
        """A case that is done, to be rated or opened again: with one of each, or four."""
        self.type_complaint.portal_rate = True
        self.type_complaint.link_ids.portal_agree = False
        counts = []
        for number in (1, 4):
            case = self._complete(self._new_full_case(number))
            case.stage_id = self.stage_solved
            count, page = self._open(case)
            self._check_shown(page, number)
            for later in ("rate", "reopen"):
                self.assertIn(f"/my/cases/{case.id}/{later}", page)
            counts.append(count)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 51)

    def test_list(self):
        """A list of colleagues' cases, by who reported them: of one, or of twenty."""
        self._share("all")
        counts = []
        for number in range(20):
            email = f"p{number}@janssen.example"
            person = self._new_person(f"Person {number}", email, self.customer)
            self._new_case(contact_id=person.id, reporter_id=person.id)
            if number in (0, 19):
                count, page = self._load("/my/cases?groupby=reporter")
                self.assertEqual(page.count("stretched-link"), number + 1)
                self.assertIn(f"Person {number}", page)
                counts.append(count)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 20)
