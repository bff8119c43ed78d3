from werkzeug.datastructures import MultiDict

from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .common import PortalCommon, PortalSetup


class ChangeSetup(PortalSetup):
    """A complaint whose quantity, remark and description the customer may change."""

    def setUp(self):
        super().setUp()
        self.type_complaint.properties_definition = [
            {"name": "quantity", "string": "Quantity", "type": "integer"},
            {"name": "remark", "string": "Remark", "type": "char"},
        ]
        self._show("description", portal="editable", label="What Is Wrong", sequence=1)
        self._show(
            "properties.quantity",
            portal="editable",
            sequence=2,
            locked_from_id=self.stage_progress.id,
        )
        self._show("properties.remark", sequence=3)
        self.case = self._new_case(
            description="<p>It leaks</p>",
            properties={"quantity": 2, "remark": "Ours"},
        )

    def _form(self, user=None):
        """Return the fields of the form as its page has them."""
        service, partner = self._service(user or self.anna)
        form = MultiDict()
        for question in service._get_change_form(
            partner, self._found(service, partner)
        ):
            form[question["name"]] = question["typed"]
            form[f"was-{question['name']}"] = question["was"]
        return form

    def _found(self, service, partner):
        return service._find_case(partner, self.case.id)

    def _notes(self):
        return self.case.message_ids.filtered(
            lambda message: "Changed by the customer" in str(message.body)
        )


class TestChange(ChangeSetup, PortalCommon):
    """Customers change what the rules let them change."""

    def _save(self, form, user=None):
        service, partner = self._service(user or self.anna)
        _questions, errors = service._change(
            partner, self._found(service, partner), form
        )
        self.env.invalidate_all()
        return errors

    def test_save(self):
        """One save, one note with old and new values under the customer's name."""
        form = self._form()
        self.assertEqual(form["description"], "It leaks")
        form["description"] = "It leaks <b>badly</b>"
        form["properties-quantity"] = "3"
        self.assertEqual(self._save(form), {})
        self.assertIn("&lt;b&gt;badly", str(self.case.description))
        self.assertEqual(dict(self.case.properties), {"quantity": 3, "remark": "Ours"})
        note = self._notes()
        self.assertEqual(note.author_id, self.contact)
        self.assertTrue(note.subtype_id.internal)
        self.assertIn(self.case.user_id.partner_id, note.partner_ids)
        body = str(note.body)
        self.assertIn("Quantity: 2 → 3", body)
        self.assertIn(
            "What Is Wrong: It leaks → It leaks &lt;b&gt;badly&lt;/b&gt;", body
        )
        others = (self.case.message_ids - note).filtered(
            lambda message: "Quantity" in str(message.body)
        )
        self.assertFalse(others, "told once")

    def test_nothing_changed(self):
        """Saving what stands there writes nothing and notes nothing."""
        self.assertEqual(self._save(self._form()), {})
        self.assertFalse(self._notes())

    def test_not_editable(self):
        """What is only shown, or not shown at all, is changed by no form."""
        form = self._form()
        self.assertNotIn("properties-remark", form)
        form["was-properties-remark"], form["properties-remark"] = "Ours", "Theirs"
        form["was-cost"], form["cost"] = "0", "100"
        errors = self._save(form)
        self.assertEqual(set(errors), {"properties-remark"})
        self.assertEqual(self.case.properties["remark"], "Ours")
        self.assertFalse(self.case.cost)

    def test_locked(self):
        """What was locked meanwhile stays, and the customer is told."""
        form = self._form()
        form["properties-quantity"] = "3"
        form["description"] = "Worse"
        self.case.stage_id = self.stage_progress
        errors = self._save(form)
        self.assertIn("cannot be changed any more", errors["properties-quantity"])
        self.assertEqual(self.case.properties["quantity"], 2)
        self.assertIn("It leaks", str(self.case.description), "all or nothing")

    def test_two_tabs(self):
        """The second save is told what changed meanwhile, and then goes through."""
        first, second = self._form(), self._form()
        first["properties-quantity"] = "3"
        self.assertEqual(self._save(first), {})
        second["properties-quantity"] = "4"
        errors = self._save(second)
        self.assertIn("it now says “3”", errors["properties-quantity"])
        self.assertEqual(self.case.properties["quantity"], 3)
        again = self._form()
        again["properties-quantity"] = "4"
        self.assertEqual(self._save(again), {})
        self.assertEqual(self.case.properties["quantity"], 4)

    def test_untouched_meanwhile(self):
        """What one did not touch keeps what somebody else made of it."""
        form = self._form()
        self.case.properties = {"quantity": 5, "remark": "Ours"}
        form["description"] = "Worse"
        self.assertEqual(self._save(form), {})
        self.assertEqual(self.case.properties["quantity"], 5)
        self.assertIn("Worse", str(self.case.description))

    def test_bad_answer(self):
        """A mistake is said at its field; nothing is saved."""
        form = self._form()
        form["properties-quantity"] = "many"
        form["description"] = "Worse"
        errors = self._save(form)
        self.assertEqual(
            errors,
            {"properties-quantity": "Quantity: enter a whole number, such as 3."},
        )
        self.assertIn("It leaks", str(self.case.description))

    def test_moment(self):
        """A moment is typed in the time zone in which it is shown."""
        self.type_complaint.properties_definition = [
            {"name": "visit", "string": "Visit", "type": "datetime"}
        ]
        self._show("properties.visit", portal="editable")
        self.case.properties = {"visit": "2030-01-01 10:00:00"}
        service, partner = self._service(self.anna)
        service = service.with_context(tz="Europe/Amsterdam")
        case = self._found(service, partner)
        self.assertIn("11:00", str(service._get_answers(case)))
        questions = service._get_change_form(partner, case)
        typed = {question["name"]: question["typed"] for question in questions}
        self.assertEqual(typed["properties-visit"], "2030-01-01T11:00")
        form = MultiDict({"properties-visit": "2030-01-01T12:30"})
        form["was-properties-visit"] = typed["properties-visit"]
        _questions, errors = service._change(partner, case, form)
        self.assertFalse(errors)
        self.assertIn("12:30", str(service._get_answers(case)))

    def test_switched_off(self):
        """Where the type takes no changes there is nothing to change."""
        self.type_complaint.portal_change = False
        self.assertFalse(self._form())
        self.assertFalse(self._page(self.anna, self.case)["may_change"])


@tagged("post_install", "-at_install")
class TestChangePage(ChangeSetup, HttpCase):
    """The form, as a customer uses it."""

    @feature("I2-48")
    def test_change(self):
        """A customer corrects his report; a locked field is text, never an input."""
        url = f"/my/cases/{self.case.id}"
        self.authenticate(self.anna.login, self.anna.login)
        self.assertIn(f'href="{url}/change"', self.url_open(url, timeout=120).text)
        page = self.url_open(f"{url}/change").text
        self.assertIn('name="properties-quantity"', page)
        self.assertNotIn('name="properties-remark"', page)
        self.assertIn("Ours", self.url_open(url).text)
        data = dict(self._form()) | {"csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(
            f"{url}/change", data=data | {"properties-quantity": "x"}
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn('value="x"', answer.text)
        answer = self.url_open(
            f"{url}/change", data=data | {"properties-quantity": "7"}
        )
        self.assertTrue(answer.url.endswith("?sent=change"))
        self.env.invalidate_all()
        self.assertEqual(self.case.properties["quantity"], 7)
        self.case.stage_id = self.stage_progress
        self.assertNotIn("quantity", self.url_open(f"{url}/change").text)
