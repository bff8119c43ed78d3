import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .common import feature
from .test_field_rights import FieldRightsCommon

FIELD = "restricted_properties"


class TestRestrictedOwnFields(FieldRightsCommon):
    """Own fields for few: asked by the type, seen by chosen roles only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._define(cls.type_complaint)
        cls.type_complaint.properties_definition = [
            {"name": "colour", "string": "Colour", "type": "char"}
        ]
        cls.case = cls.env["aftersales.case"].create(
            {
                "name": "Machine leaks",
                "type_id": cls.type_complaint.id,
                "contact_id": cls.contact.id,
                "company_id": cls.company.id,
                "user_id": cls.agent.id,
                "properties": {"colour": "red"},
                FIELD: {"root_cause": "sabotage", "share": 3},
            }
        )
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    @classmethod
    def _define(cls, case_type):
        case_type[f"{FIELD}_definition"] = [
            {"name": "root_cause", "string": "Root Cause", "type": "char"},
            {"name": "share", "string": "Share", "type": "integer"},
        ]

    @feature("B4-98", "B4-23")
    def test_no_way_to_read(self):
        """Who lacks the role learns an answer by no interface; a leader by each."""
        key = f"{FIELD}.root_cause"
        ways = {
            "read": lambda case: case.read([FIELD]),
            "attribute": lambda case: case[FIELD],
            "own field": lambda case: case[FIELD]["root_cause"],
            "web_read": lambda case: case.web_read({FIELD: {}}),
            "search": lambda case: case.search([(key, "=", "sabotage")]),
            "name_search": lambda case: case.name_search("", [(key, "!=", False)]),
            "search of a part": lambda case: case.env["aftersales.case.event"].search(
                [(f"case_id.{key}", "=", "sabotage")]
            ),
            "order": lambda case: case.search([], order=key),
            "group": lambda case: case.formatted_read_group([], [key], ["__count"]),
            "web_read_group": lambda case: case.web_read_group([], [key], []),
            "aggregate": lambda case: case.formatted_read_group(
                [], [], [f"{FIELD}.share:sum"]
            ),
            "export": lambda case: case._export_rows([[key]]),
            "export all": lambda case: case._export_rows([[FIELD]]),
            "onchange": lambda case: case.onchange({}, [], {FIELD: {}}),
        }
        unsupported = {"order", "aggregate"}  # by core, for everybody
        for user in (self.agent, self.reporter, self.accountant):
            self.case.message_subscribe(user.partner_id.ids)
            case = self._as(user, self.case)
            for way, read in ways.items():
                with self.subTest(user=user.login, way=way):
                    with self.assertRaises(Exception) as refused:
                        read(case)
                    if user == self.agent and way not in unsupported:
                        self.assertIn(
                            "only Team Leader may see this", str(refused.exception)
                        )
            self.assertNotIn(FIELD, case.fields_get())
        for way in ways.keys() - unsupported:
            with self.subTest(user="leader", way=way):
                ways[way](self._as(self.leader, self.case))
        self.assertIn("sabotage", str(self._as(self.leader, self.case).read([FIELD])))

    @feature("B4-98")
    def test_no_way_to_write(self):
        """Nor does he write an answer, or take it away by a new type."""
        agent = self._as(self.agent, self.case)
        for vals in (
            {"root_cause": "x"},
            [{"name": "root_cause", "value": "x"}],
            False,
        ):
            with self.assertRaises(AccessError):
                agent.write({FIELD: vals})
            with self.assertRaises(AccessError):
                agent.create({"name": "x", FIELD: vals})
        with self.assertRaises(AccessError):
            agent.with_context(
                default_restricted_properties={"root_cause": "x"}
            ).create({"name": "x"})
        # Core takes the default of an own field from the context, with sudo.
        told = agent.with_context(**{f"default_{FIELD}.root_cause": "forged"})
        with self.assertRaises(AccessError):
            told.create({"name": "x", "type_id": self.type_complaint.id})
        other = self.type_complaint.copy({"code": "OTH"})
        with self.assertRaises(AccessError):
            told.write({"type_id": other.id})
        split = told.env["aftersales.split"].with_context(**told.env.context)
        wizard = split.create(
            {"case_id": self.case.id, "name": "Part", "type_id": other.id}
        )
        action = wizard.action_split()
        new = self.case.browse(action["res_id"])
        self.assertNotIn("forged", str(new._get_raw_properties(FIELD)))
        agent.write({"properties": {"colour": "blue"}})
        self.assertEqual(
            self.case._get_raw_properties(FIELD), {"root_cause": "sabotage", "share": 3}
        )

    @feature("B4-98", "B4-22")
    def test_forms(self):
        """The block stands on the form of who has the role, and on no other."""
        for user in (self.agent, self.leader):
            case = self._as(user, self.case)
            for view in (False, "aftersales_case.aftersales_case_view_form_gate"):
                arch = case.get_view(view and self.env.ref(view).id)["arch"]
                self.assertEqual(f'name="{FIELD}"' in arch, user == self.leader)
            with Form(case) as form:
                form.name = "Changed"
        self.assertEqual(
            self.case._get_raw_properties(FIELD), {"root_cause": "sabotage", "share": 3}
        )

    @feature("B4-98")
    def test_chatter_tells_readers_only(self):
        """A changed answer is noted, readable for those who see it."""
        self._as(self.leader, self.case).write(
            {FIELD: {"root_cause": "wear", "share": 3}}
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertNotIn("wear", str(self.case.message_ids.mapped("body")))
        message = self.case.message_ids.filtered(
            lambda message: message.sudo().tracking_value_ids
        )
        for user, seen in ((self.leader, True), (self.agent, False)):
            told = self._get_store(user, message)
            self.assertEqual("Root Cause" in told and "wear" in told, seen, user.login)
            self.assertEqual("wear" in told, seen, user.login)

    @feature("B4-98")
    def test_change_of_type(self):
        """What a new type does not ask is listed for the readers of the field only."""
        other = self.type_service
        triage = Form(
            self._as(self.leader)["aftersales.triage"].with_context(
                active_model=self.case._name, active_ids=self.case.ids
            )
        )
        triage.type_id = other
        self.assertIn("Root Cause", triage.lost_answers)
        self._as(self.agent, self.case).write({"type_id": other.id})
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertFalse(self.case._get_raw_properties(FIELD))
        messages = self.case.message_ids
        self.assertNotIn("sabotage", str(messages.mapped("body")))
        self.assertNotIn("sabotage", self._get_store(self.agent, messages))

    @feature("B4-98", "B4-25")
    def test_gate_says_who_answers(self):
        """A stage may ask for an answer that its mover cannot give: it says who can."""
        self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": f"{FIELD}.root_cause",
                "required_from_id": self.stage_progress.id,
            }
        )
        self.case[FIELD] = {"share": 3}
        case = self._as(self.agent, self.case)
        text = "“Root Cause” is not filled in, which only Team Leader may do"
        with self.assertRefused(UserError, text):
            case.stage_id = self.stage_progress
        missing = case._missing_for(self.stage_progress)[case]
        gate = case._prepare_gate({case: missing}, {case: self.stage_progress})
        self.assertFalse(gate["cases"][0]["can_fill"])
        case = self._as(self.leader, self.case)
        missing = case._missing_for(self.stage_progress)[case]
        gate = case._prepare_gate({case: missing}, {case: self.stage_progress})
        self.assertTrue(gate["cases"][0]["can_fill"])
        case.write(
            {
                FIELD: {"root_cause": "wear", "share": 3},
                "stage_id": self.stage_progress.id,
            }
        )
        self.assertEqual(self.case.stage_id, self.stage_progress)

    def test_gate_asks_who_may(self):
        """An untouched 0 answers, as in the other own fields."""
        self.case[FIELD] = {"root_cause": "wear"}
        key = f"{FIELD}.share"
        self.assertFalse(self.case._is_answered(key))
        self._as(self.leader, self.case).with_context(gate_fields=[key]).write(
            {"name": "x"}
        )
        self.assertTrue(self.case._is_answered(key))
        self.assertEqual(self.case._get_raw_properties(FIELD)["root_cause"], "wear")

    def test_import_of_files(self):
        """Agents import cases of a type that has own fields for few."""
        columns = ["name", "type_id/.id", "contact_id/.id"]
        row = ["Imported", str(self.type_complaint.id), str(self.contact.id)]
        agent = self._as(self.agent)["aftersales.case"]
        result = agent.load(columns, [row])
        self.assertTrue(result["ids"], result["messages"])
        column = f"{FIELD}.root_cause"
        result = agent.load([*columns, column], [[*row, "forged"]])
        self.assertFalse(result["ids"])

    def test_locked(self):
        """A rule locks a restricted own field like any other."""
        self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": f"{FIELD}.root_cause",
                "locked_from_id": self.case.stage_id.id,
            }
        )
        with self.assertRefused(AccessError, "Root Cause cannot be changed"):
            self._as(self.leader, self.case).write({FIELD: {"root_cause": "x"}})

    def test_split_takes_them_along(self):
        """A part that is split off keeps the answers, whoever splits."""
        split = Form(
            self._as(self.agent)["aftersales.split"].with_context(
                active_ids=self.case.ids
            )
        )
        split.name = "Part"
        action = split.save().action_split()
        new = self.env["aftersales.case"].browse(action["res_id"])
        self.assertEqual(new._get_raw_properties(FIELD)["root_cause"], "sabotage")

    def test_without_a_right_they_are_for_leaders(self):
        """Nobody opens them by deleting the right."""
        self.env["aftersales.field.right"].search([]).unlink()
        with self.assertRaises(AccessError):
            self._as(self.agent, self.case).read([FIELD])
        self._as(self.leader, self.case).read([FIELD])
        self._restrict(FIELD, write=["manager"])
        with self.assertRaises(AccessError):
            self._as(self.agent, self.case).read([FIELD])

    @feature("B4-98")
    def test_manager_defines_them(self):
        """A manager ticks Restricted on an own field; there it stays."""
        action = self._as(self.manager, self.type_service).action_edit_own_fields()
        form = Form(
            self._as(self.manager)[action["res_model"]].browse(action["res_id"])
        )
        for name, restricted in (("Colour", False), ("Guilt", True)):
            with form.line_ids.new() as line:
                line.name = name
                line.restricted = restricted
        form.save().action_save()
        self.assertEqual(
            self.type_service._get_own_labels(),
            {"properties.colour": "Colour", f"{FIELD}.guilt": "Guilt"},
        )
        self.assertIn("fa-lock", str(self.type_service.own_field_overview))
        wizard = self.env["aftersales.own.fields"]._open(self.type_service)
        wizard.line_ids.restricted = False
        wizard.line_ids[1].name = "Fault"
        wizard.action_save()
        self.assertEqual(
            self.type_service._get_own_labels(),
            {"properties.colour": "Colour", f"{FIELD}.guilt": "Fault"},
        )

    def test_one_name_once(self):
        """A field is either for all or for few."""
        with self.assertRefused(ValidationError, "share is there twice"):
            self.type_complaint.properties_definition = [
                {"name": "share", "string": "Share", "type": "char"}
            ]

    def test_package(self):
        """A type as a file keeps what is for few."""
        self.env["aftersales.field.rule"].create(
            {
                "type_id": self.type_complaint.id,
                "key": f"{FIELD}.root_cause",
                "required_from_id": self.stage_solved.id,
            }
        )
        content = json.dumps(self.type_complaint._export_package()).encode()
        wizard = self._as(self.manager)["aftersales.type.import"].create(
            {"file": base64.b64encode(content), "filename": "type.json"}
        )
        action = wizard.action_import()
        imported = self.env["aftersales.case.type"].browse(action["res_id"])
        self.assertNotEqual(imported, self.type_complaint)
        self.assertEqual(
            imported._get_own_labels(),
            {
                "properties.colour": "Colour",
                f"{FIELD}.root_cause": "Root Cause",
                f"{FIELD}.share": "Share",
            },
        )
        self.assertIn(f"{FIELD}.root_cause", imported.field_rule_ids.mapped("key"))


class TestRightsOfAnotherCompany(FieldRightsCommon):
    def test_all_companies(self):
        """A right holds in every company, whichever the user has chosen."""
        other = self.env["res.company"].create({"name": "Other"})
        self._restrict("cost", read=["leader"])
        self.agent.company_ids |= other
        for companies in ([self.company.id], [other.id], [self.company.id, other.id]):
            model = self.env["aftersales.case"].with_user(self.agent)
            with self.assertRaises(AccessError):
                model.with_context(allowed_company_ids=companies).search(
                    [("cost", ">", 0)]
                )
