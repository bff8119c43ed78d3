import inspect
import warnings

from odoo.fields import Command
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.hostile import call
from odoo.addons.aftersales_case.tests.walks import REFUSALS, TRACES, RightsWalk

from .common import PortalCommon, PortalSetup

SECRET = "Secret leak"
# Says that a message without receivers goes to nobody.
LOGGER = "odoo.addons.mail.models.mail_thread"
# {method: (whether it is called on records, arguments)}
CALLS = {
    "read": (True, [["display_name"]]),
    "web_read": (True, [{"display_name": {}}]),
    "export_data": (True, [["id", "display_name"]]),
    "write": (True, [{"display_name": "Forged"}]),
    "web_save": (True, [{}, {"display_name": {}}]),
    "unlink": (True, []),
    "copy": (True, []),
    "onchange": (True, [{}, [], {"display_name": {}}]),
    "search": (False, [[]]),
    "search_read": (False, [[], ["display_name"]]),
    "search_count": (False, [[]]),
    "web_search_read": (False, [[], {"display_name": {}}]),
    "formatted_read_group": (False, [[], ["id"], ["__count"]]),
    "web_read_group": (False, [[], ["id"], ["__count"]]),
    "name_search": (False, ["leak"]),
    "name_create": (False, ["Forged"]),
    "create": (False, [{}]),
    "load": (False, [["display_name"], [["Forged"]]]),
}
# What a caller may pass, by the name of a parameter.
GUESSES = {
    "domain": [],
    "fields": ["display_name"],
    "specification": {"display_name": {}},
    "fields_spec": {"display_name": {}},
    "groupby": ["id"],
    "vals": {},
    "vals_list": [{}],
    "values": {},
    "field_names": [],
    "fnames": ["display_name"],
    "operation": "read",
    "body": "Forged",
}


class TestRpc(PortalCommon, RightsWalk):
    """What a customer gets and does by remote calls, past all pages: nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aftersales.portal.sharing"].create(
            {"partner_id": cls.customer.id, "mode": "all"}
        )
        product = cls.env["product.product"].create({"name": SECRET})
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": SECRET,
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
                "description": SECRET,
                "line_ids": [Command.create({"product_id": product.id})],
            }
        )
        cls.case.message_subscribe(cls.anna.partner_id.ids)

    def _get_ours(self):
        """Return the names of our models, and of what stands before them."""
        return sorted(
            name
            for name in self.env
            if (self.env[name]._original_module or "").startswith("aftersales_")
            and (not self.env[name]._abstract or name == "aftersales.portal.service")
        )

    def test_calls(self):
        """Every model of ours refuses every way to read and to change it."""
        for name in self._get_ours():
            records = self.env[name]
            if not records._abstract:
                records = records.search([], limit=1)
            theirs = self._as(self.anna, records)
            for method, (on_records, args) in CALLS.items():
                ids = [records.ids or [1]] if on_records else []
                with self.subTest(model=name, method=method), self._undone():
                    try:
                        # Says that it makes nothing where a record has no name.
                        with mute_logger("odoo.models"):
                            result = call(theirs.browse(), method, *ids, *args)
                    except REFUSALS:
                        continue
                    # An import tells why in its answer.
                    made = result.get("ids") if method == "load" else result
                    self.assertFalse(made)

    def test_methods(self):
        """No public method tells or changes anything of a case, core's neither."""
        theirs = self._as(self.anna, self.case)
        tried = set()
        for name in sorted(dir(type(theirs))):
            if not self._is_public(theirs._name, name):
                continue
            tried.add(name)
            with self.subTest(method=name), self._undone():
                self.assertTellsNothing(theirs, name)
        self.assertLessEqual({"message_post", "read", "write", "action_split"}, tried)

    def test_messages(self):
        """Nobody is written to in the name of a case, nor made to follow it."""
        theirs = self._as(self.anna, self.case)
        people = self.agent.partner_id.ids
        for name, args in {
            "message_post": {"body": "Forged", "partner_ids": people},
            "message_notify": {"body": "Forged", "partner_ids": people},
            "message_subscribe": {"partner_ids": people},
            "message_unsubscribe": {"partner_ids": people},
            "activity_schedule": {"summary": "Forged", "user_id": self.agent.id},
            "activity_send_mail": {"template_id": 1},
            "message_mail_with_source": {"source_ref": "mail.mail_notification_light"},
            "message_post_with_source": {"source_ref": "mail.mail_notification_light"},
        }.items():
            with self.subTest(method=name), self._undone():
                self.env.flush_all()
                before = self._count_changes()
                try:
                    call_kw(theirs.browse(), name, [theirs.ids], args)
                    self.env.flush_all()
                except REFUSALS:
                    continue
                after = self._count_changes()
                changed = {name for name in after if after[name] != before.get(name)}
                self.assertFalse(changed - TRACES)

    def assertTellsNothing(self, theirs, name):
        method = get_public_method(theirs, name)
        args = [
            GUESSES.get(parameter.name, [])
            for parameter in list(inspect.signature(method).parameters.values())[1:]
            if parameter.default is parameter.empty
            and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        on_records = not getattr(method, "_api_model", False)
        args = [theirs.ids, *args] if on_records else args
        self.env.flush_all()
        self.env.invalidate_all()
        before = self._count_changes()
        try:
            # Methods that core has kept for a while say so.
            with warnings.catch_warnings(action="ignore"), mute_logger(LOGGER):
                result = call(theirs.browse(), name, *args)
            self.env.flush_all()
        except Exception as error:
            # However a method refuses, which undoes all: its words tell nothing.
            self.assertNotIn(SECRET, str(error))
            return
        after = self._count_changes()
        changed = {table for table in after if after[table] != before.get(table)}
        self.assertFalse(changed - TRACES)
        self.assertNotIn(SECRET, repr(result))


@tagged("post_install", "-at_install")
class TestRpcOfMessages(PortalSetup, HttpCase):
    """What customers get by remote calls of messages that pages show them."""

    def _call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.make_jsonrpc_request("/web/dataset/call_kw", params)

    def test_messages(self):
        """Messages of a colleague's case are found, read and changed by no call."""
        self._share("all")
        case = self._new_case()
        message = self._tell(case, SECRET, self.contact)
        note = case.with_user(self.agent).message_post(body=SECRET)
        self.assertTrue(self._page(self.ben, case)["timeline"])
        self.authenticate(self.ben.login, self.ben.login)
        domain = [("model", "=", case._name), ("res_id", "=", case.id)]
        for method, args in {
            "search": [domain],
            "search_read": [domain, ["body"]],
            "search_count": [domain],
            "name_search": [SECRET, domain],
            "formatted_read_group": [domain, ["id"], ["__count"]],
        }.items():
            with self.subTest(method=method):
                self.assertFalse(self._call("mail.message", method, *args))
        for method, args in {
            "read": [["body"]],
            "web_read": [{"body": {}}],
            "export_data": [["body"]],
            "write": [{"body": "Forged"}],
            "unlink": [],
            "copy": [],
            "toggle_message_starred": [],
        }.items():
            for one in message | note:
                with self.subTest(method=method, message=one.body):
                    with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                        self._call("mail.message", method, one.ids, *args)
        forged = {"model": case._name, "res_id": case.id, "body": "Forged"}
        for vals in (forged, forged | {"author_id": self.agent.partner_id.id}):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self._call("mail.message", "create", [vals])

    def test_service(self):
        """The service that shows cases is called by nobody."""
        self.authenticate(self.anna.login, self.anna.login)
        for method in ("_find_case", "_get_page", "search", "search_count"):
            with (
                self.subTest(method=method),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self._call("aftersales.portal.service", method, [])
