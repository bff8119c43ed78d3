import re
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.models.case.aftersales_case_gate import GateError

from .common import AftersalesCommon, feature
from .hostile import VALUES, call, get_private_keys

# What nobody but the system says of a case; a sibling's stored read-only fields join it.
SYSTEM_FIELDS = {
    "answered",
    "assigned_at",
    "bouncing_until",
    "closed_at",
    "lead_time",
    "merged_into_id",
    "number",
    "open_due_at",
    "origin",
    "return_on",
    "return_user_id",
    "signals_planned_at",
    "slip_key",
    "stage_due_at",
    "stage_since",
    "state",
    "waiting_for",
}


# Core's two sentences for a record that one may not read.
REFUSED = "not allowed|top-secret"


class HostileCommon(AftersalesCommon):
    def setUp(self):
        super().setUp()
        self.case = self._as(self.agent, self._new_case(user_id=self.agent.id))

    def _get_events(self, case=None):
        # What leaves by mail is logged when it has left.
        events = (case or self.case).sudo().event_ids.sorted("id")
        return [kind for kind in events.mapped("kind") if kind != "mail_out"]


class TestHostileContext(HostileCommon):
    """The context of a request is the caller's: nothing true in it switches a rule off."""

    def test_no_key_opens_a_gate(self):
        """Whatever a request sends along, the move is judged, logged and dated."""
        events = self._get_events()
        for key in get_private_keys():
            for value in VALUES:
                with self.subTest(key=key, value=value):
                    with self.assertRefused(GateError, "“Cause” is not filled in"):
                        call(
                            self.case,
                            "write",
                            {"stage_id": self.stage_solved.id},
                            **{key: value},
                        )
        self.assertEqual(self._get_events(), events)
        self.assertFalse(self.case.closed_at)

    def test_no_key_hides_a_move(self):
        """An allowed move leaves its event and its dates, whatever is sent along."""
        self._complete(self.case.sudo())
        for key in get_private_keys():
            for value in VALUES:
                with self.subTest(key=key, value=value), self.env.cr.savepoint() as sp:
                    vals = {"stage_id": self.stage_solved.id}
                    call(self.case, "write", vals, **{key: value})
                    self.assertEqual(self._get_events()[-1], "stage")
                    self.assertTrue(self.case.closed_at)
                    sp.rollback()
                    self.env.invalidate_all()

    def test_no_key_hides_an_assignment(self):
        """The rules choose whom they would choose, and whoever gets a case is told."""
        team = self.team.copy(
            {"name": "Second", "member_ids": [Command.set(self.agent2.ids)]}
        )
        for key in get_private_keys():
            for value in VALUES:
                with self.subTest(key=key, value=value), self.env.cr.savepoint() as sp:
                    call(self.case, "write", {"team_id": team.id}, **{key: value})
                    self.assertEqual(self.case.user_id, self.agent2)
                    told = self.env["mail.notification"].search(
                        [("res_partner_id", "=", self.agent2.partner_id.id)]
                    )
                    self.assertTrue(told)
                    sp.rollback()
                    self.env.invalidate_all()

    def test_wrong_types_are_no_server_error(self):
        """Keys that the client does use bear nonsense, too."""
        Case = self.case.browse()
        for value in (*VALUES, [[1]], [None], {"a": []}):
            for key in ("gate_fields", "default_type_id"):
                with self.subTest(key=key, value=value):
                    call(self.case, "write", {"name": "Leaks"}, **{key: value})
                    groups = call(
                        Case,
                        "formatted_read_group",
                        [["id", "=", self.case.id]],
                        ["stage_id"],
                        ["__count"],
                        **{key: value},
                    )
                    self.assertTrue(groups)

    def test_plans_start_whatever_is_sent_along(self):
        """The actions that must be taken are no matter of the caller's."""
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Always",
                "res_model": "aftersales.case",
                "company_id": self.company.id,
                "template_ids": [
                    Command.create(
                        {
                            "summary": "Call the customer",
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                            "responsible_type": "on_demand",
                        }
                    )
                ],
            }
        )
        self.type_complaint.activity_plan_id = plan
        vals = {"name": "Leak", "type_id": self.type_complaint.id}
        case = self.case.browse(
            call(self.case.browse(), "create", vals, mail_activity_automation_skip=True)
        )
        self.assertEqual(
            case.sudo().activity_ids.mapped("summary"), ["Call the customer"]
        )


class TestHostileValues(HostileCommon):
    """What the system keeps is said by nobody: not at creation, not later."""

    def _get_values(self, name):
        definition = self.env["aftersales.case"]._fields[name]
        values = {
            "many2one": self.case.sudo().copy().id,
            "datetime": "2020-01-01 00:00:00",
            "date": "2020-01-01",
            "selection": definition.type == "selection"
            and next(
                (k for k, _l in definition._description_selection(self.env)), False
            ),
            "json": ["cost"],
            "float": 5,
        }
        return values.get(definition.type, "X")

    def test_list_of_system_fields(self):
        """The list follows from the fields themselves; this prints what it is."""
        names = self.env["aftersales.case"]._get_system_fields()
        own = {
            name
            for name in names
            if self.env["aftersales.case"]._fields[name]._module == "aftersales_case"
        }
        self.assertGreaterEqual(own, SYSTEM_FIELDS, sorted(own))
        settable = {"stage_id", "user_id", "team_id", "priority", "partner_id", "email"}
        self.assertFalse(names & settable)

    def test_system_fields_are_refused_later(self):
        """Not even a manager says what the system keeps."""
        for user in (self.agent, self.leader, self.manager):
            case = self._as(user, self.case)
            for name in SYSTEM_FIELDS:
                with self.subTest(user=user.login, field=name):
                    label = case._fields[name]._description_string(case.env)
                    with self.assertRefused(
                        AccessError, f"^{re.escape(label)} is kept by the"
                    ):
                        call(case, "write", {name: self._get_values(name)})

    def test_system_fields_are_refused_at_creation(self):
        """A new case starts without a past."""
        base = {"name": "Leak", "type_id": self.type_complaint.id}
        for name in SYSTEM_FIELDS:
            with self.subTest(field=name):
                with self.assertRefused(AccessError, "is kept by the system"):
                    vals = base | {name: self._get_values(name)}
                    call(self.case.browse(), "create", vals)

    def test_unknown_fields_are_named(self):
        """Who misspells a field is told which one, whatever his role."""
        for user in (self.reporter, self.agent, self.manager):
            case, said = self._as(user, self.case), {"name": "x", "nmae": "y"}
            with self.subTest(user.name):
                with self.assertRefused(UserError, "no field “nmae”"):
                    case.create(said)
                with self.assertRefused(UserError, "no field “nmae”"):
                    case.write(said)
                with self.assertRefused(UserError, "no field “nmae”"):
                    case.load(["name", "nmae/id"], [["x", "y"]])

    def test_unknown_fields_elsewhere(self):
        """No other model of ours stumbles over one, so that core can name it."""
        for name, model in self._as(self.manager).items():
            own = name.startswith("aftersales.") and name != "aftersales.case"
            if not own or model._abstract or not model._auto:
                continue
            for method in (model.create, model.write):
                with self.subTest(name, method=method.__name__):
                    refused = None
                    try:
                        with self.env.cr.savepoint():
                            method({"nmae": "y"})
                    except (KeyError, UserError, ValueError) as error:
                        refused = error
                    self.assertNotIsInstance(refused, KeyError)

    def test_defaults_say_no_more_than_values(self):
        """Defaults of the context or of the user bring in nothing that he may not say."""
        base = {"name": "Leak", "type_id": self.type_complaint.id}
        forged = {
            "number": "TCMP/1999/00001",
            "closed_at": "2020-01-01 00:00:00",
            "merged_into_id": self.case.id,
            "answered": ["cost"],
        }
        context = {f"default_{name}": value for name, value in forged.items()}
        Case = self.case.browse()
        by_context = Case.browse(call(Case, "create", base, **context))
        for name, value in forged.items():
            self.env["ir.default"].with_user(self.agent).set(
                "aftersales.case", name, value, user_id=True
            )
        by_default = Case.browse(call(Case, "create", base))
        for case in by_context.sudo() | by_default.sudo():
            self.assertRegex(case.number, r"^TCMP/20[2-9]\d/")
            self.assertFalse(case.closed_at or case.merged_into_id or case.answered)

    def test_report_date_is_the_leaders(self):
        """Deadlines run from the report: an agent says it once, a leader corrects it."""
        early = fields.Datetime.to_datetime("2026-03-02 08:30:00")
        with self.assertRefused(AccessError, "Reported On: only leaders"):
            self.case.reported_at = early
        self._as(self.leader, self.case).reported_at = early
        self.assertEqual(self.case.reported_at, early)

    def test_numbers_are_unique_per_company(self):
        """The database keeps two cases of a company from one number."""
        with self.assertRefused(ValidationError, "is the number of another case"):
            self._new_case(number=self.case.number)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused(IntegrityError, "number_uniq"),
        ):
            self._new_case().number = self.case.number
            self.env.flush_all()
        other = self.env["res.company"].create({"name": "Second"})
        self.env.user.company_ids |= other
        self.manager.company_ids |= other
        twin = self._new_case(
            number=self.case.number,
            company_id=other.id,
            type_id=self.env.ref("aftersales_case.type_complaint").id,
            team_id=False,
            contact_id=False,
            user_id=self.manager.id,
        )
        self.assertEqual(twin.number, self.case.number)

    def test_taken_numbers_are_passed_over(self):
        """A number that an old case has already stops no new one, not even by mail."""
        prefix, last = self.case.number.rsplit("/", 1)
        taken = f"{prefix}/{int(last) + 1:05}"
        self._new_case(number=taken)
        cases = self.env["aftersales.case"].create(
            [
                {"name": name, "type_id": self.type_complaint.id}
                for name in ("One", "Two")
            ]
        )
        self.assertNotIn(taken, cases.mapped("number"))
        self.assertEqual(len(set(cases.mapped("number"))), 2)


class TestHostileReport(HostileCommon):
    """Who has no role reports what he was told, and decides nothing."""

    def _report(self, **vals):
        Case = self._as(self.reporter)["aftersales.case"]
        base = {"name": "Leak", "type_id": self.type_complaint.id}
        return Case.browse(call(Case, "create", base | vals))

    def test_reporter_sets_report_fields_only(self):
        """Stage, responsible, team, parent, costs and priority are not his to say."""
        refused = {
            "stage_id": self.stage_progress.id,
            "user_id": self.agent2.id,
            "team_id": self.team.copy().id,
            "priority": "3",
            "cost": 100.0,
            "date_deadline": "2027-01-01 00:00:00",
            "solution": "<p>Nothing</p>",
            "checklist_ids": [Command.create({"name": "Done", "done": True})],
            "reporter_id": self.customer.id,
            "reported_at": "2020-01-01 00:00:00",
        }
        for name, value in refused.items():
            with self.subTest(field=name):
                with self.assertRefused(AccessError, "only agents of After-sales"):
                    self._report(**{name: value})
        case = self._report(urgency="3", impact="3", contact_id=self.contact.id)
        self.assertEqual(case.sudo().partner_id, self.customer)
        self.assertEqual(case.sudo().priority, "3")

    @feature("I2-06")
    def test_reporter_saves_a_form(self):
        """What his form sends along without a word of his stands in nobody's way."""
        form = Form(self._as(self.reporter)["aftersales.case"])
        form.type_id = self.type_complaint
        form.name = "Grinder makes noise"
        case = form.save()
        self.assertEqual(case.state, "new")
        self.assertEqual(case.reporter_id, self.reporter.partner_id)

    def test_links_lead_to_readable_cases_only(self):
        """Nobody ties his case to one that he cannot read."""
        secret = self._new_case(user_id=self.manager.id, confidential=True)
        Case = self.case.browse()
        for name in ("parent_id", "duplicate_of_id", "repeat_of_id"):
            with self.subTest(field=name):
                with self.assertRefused(AccessError, REFUSED):
                    call(self.case, "write", {name: secret.id})
                with self.assertRefused(AccessError, REFUSED):
                    vals = {"name": "X", "type_id": self.type_complaint.id}
                    call(Case, "create", vals | {name: secret.id})
        with self.assertRefused(AccessError, REFUSED):
            call(self.case, "write", {"parent_id": {"id": secret.id}})
        case = Case.browse(
            call(
                Case,
                "create",
                {"name": "X", "type_id": self.type_complaint.id},
                default_parent_id=secret.id,
            )
        )
        self.assertFalse(case.sudo().parent_id)
        with self.assertRefused(AccessError, REFUSED):
            call(self.case, "write", {"child_ids": [Command.link(secret.id)]})

    def test_tasks_lead_to_readable_cases_only(self):
        """A task is tied to a case by who may read the case."""
        secret = self._new_case(user_id=self.manager.id, confidential=True)
        planner = self.agent2
        planner.group_ids += self.env.ref("project.group_project_user")
        Task = self._as(planner)["project.task"]
        project = self.env["project.project"].create(
            {"name": "Service", "company_id": self.company.id}
        )
        vals = {"name": "Look", "project_id": project.id}
        with self.assertRefused(AccessError, REFUSED):
            call(Task, "create", vals | {"aftersales_case_id": secret.id})
        task = Task.browse(call(Task, "create", vals))
        with self.assertRefused(AccessError, REFUSED):
            call(task, "write", {"aftersales_case_id": secret.id})
        call(task, "write", {"aftersales_case_id": self.case.id})
        self.assertEqual(task.aftersales_case_id, self.case)

    def test_tasks_of_no_case_are_none_of_ours(self):
        """A customer who shares a project makes tasks, though cases are closed to him."""
        portal = new_test_user(self.env, "as_shares", groups="base.group_portal")
        # As core does when the customer closes a task that comes back.
        task = (
            self.env["project.task"].with_user(portal).sudo().create({"name": "Look"})
        )
        self.assertFalse(task.aftersales_case_id)

    def test_creation_is_a_move(self):
        """A case made in a later stage has come there: its role and way are asked."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        Case = self.case.browse()
        vals = {
            "name": "Leak",
            "type_id": self.type_complaint.id,
            "stage_id": self.stage_progress.id,
        }
        case = Case.browse(call(Case, "create", vals))
        self.assertEqual(case.stage_id, self.stage_progress)
        link.group_ids = self.env.ref("aftersales_case.group_aftersales_leader")
        with self.assertRefused(UserError, "Only .*Leader may move"):
            call(Case, "create", vals)
        link.group_ids = False
        first = self.type_complaint.link_ids.sorted()[0]
        first.next_ids = self.stage_wait_supplier
        with self.assertRefused(UserError, "a case goes to .*, not to"):
            call(Case, "create", vals)


class TestOneChange(AftersalesCommon):
    """A change runs its steps once, in one order, for create and write alike."""

    def _kinds(self, case, since=0):
        events = case.event_ids.sorted("id")[since:]
        return [kind for kind in events.mapped("kind") if kind != "mail_out"]

    def test_events_of_one_write_have_one_order(self):
        """Stage, team, responsible, priority and customer in one write: always so."""
        other = self.customer.copy({"name": "Other"})
        team = self.team.copy({"name": "Second"})
        case = self._new_case(user_id=self.agent.id)
        count = len(case.event_ids)
        values = {
            "user_id": self.agent2.id,
            "stage_id": self.stage_progress.id,
            "priority": "3",
            "team_id": team.id,
            "partner_id": other.id,
            "contact_id": False,
        }
        order = ["customer", "priority", "team", "stage", "assigned"]
        for names in (list(values), list(values)[::-1]):
            with self.env.cr.savepoint() as savepoint:
                case.write({name: values[name] for name in names})
                self.assertEqual(self._kinds(case, count), order)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_one_choice_and_one_announcement(self):
        """A stage with a team of its own that gives work to the leader: one hand-over."""
        chief = self.manager
        team = self.team.copy(
            {
                "name": "Workshop",
                "leader_id": chief.id,
                "member_ids": [Command.set(self.agent2.ids)],
            }
        )
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.write({"team_id": team.id, "assignment": "leader"})
        case = self._new_case(user_id=self.agent.id)
        count = len(case.event_ids)
        told = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._as(self.agent, case).stage_id = self.stage_progress
        self.assertEqual(self._kinds(case, count), ["team", "stage", "assigned"])
        self.assertEqual(case.user_id, chief)
        notices = self.env["mail.message"].search(
            [("id", ">", told), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(notices.partner_ids, chief.partner_id)
        self.assertEqual(len(notices), 1)

    def test_emptied_is_chosen_anew(self):
        """Whoever empties the responsible asks the rules, for each of a batch."""
        cases = self._new_case(user_id=self.agent.id)
        cases |= self._new_case(user_id=self.manager.id)
        cases.user_id = False
        self.assertEqual(cases.mapped("user_id"), self.leader)

    def test_named_in_the_same_write(self):
        """Whoever names the responsible with the move has decided."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.assignment = "leader"
        case = self._new_case(user_id=self.agent.id)
        case.write({"stage_id": self.stage_progress.id, "user_id": self.agent2.id})
        self.assertEqual(case.user_id, self.agent2)

    def test_named_for_a_batch(self):
        """Whoever names the responsible of several with the move decided for each."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.assignment = "leader"
        cases = self._new_case() | self._new_case()
        cases.write({"stage_id": self.stage_progress.id, "user_id": self.agent2.id})
        self.assertEqual(cases.mapped("user_id"), self.agent2)

    def test_another_team_chooses(self):
        """It chooses among its people, where it has some and nobody was named."""
        case = self._new_case(user_id=self.agent.id)
        empty = self.team.copy({"name": "Empty", "member_ids": False})
        case.team_id = empty
        self.assertEqual(case.user_id, self.agent)
        second = self.team.copy(
            {"name": "Second", "member_ids": [Command.set(self.agent2.ids)]}
        )
        case.write({"team_id": second.id, "user_id": self.manager.id})
        self.assertEqual(case.user_id, self.manager)
        case.team_id = empty
        case.team_id = second
        self.assertEqual(case.user_id, self.agent2)

    def test_reopened_after_its_responsible_left(self):
        """It goes to somebody who is there, also where the stage leaves it as it is."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_solved
        self.agent.active = False
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.assignment = "keep"
        with case._changing(reason="It leaks again", forced=True) as reopened:
            reopened.stage_id = self.stage_progress
        self.assertTrue(case.user_id.active)

    def test_closed_cases_stay_with_whoever_had_them(self):
        """Choosing anew is for open cases; what is done was done by whoever did it."""
        case = self._complete(self._new_case(user_id=self.manager.id))
        case.stage_id = self.stage_solved
        case.action_assign()
        self.assertEqual(case.user_id, self.manager)

    def test_what_follows_from_a_value_is_told(self):
        """Priority, customer and team are told when another field changes them."""
        other = self.customer.copy({"name": "Other"})
        contact = self.contact.copy({"name": "Otto", "parent_id": other.id})
        team = self.team.copy({"name": "Second"})
        target = self.type_complaint.copy({"code": "TOTH", "team_id": team.id})
        for vals, kinds in (
            ({"urgency": "3", "impact": "3"}, ["priority"]),
            ({"contact_id": contact.id}, ["customer"]),
            ({"type_id": target.id}, ["type", "team"]),
        ):
            with self.subTest(vals):
                case = self._new_case(user_id=self.agent.id)
                count = len(case.event_ids)
                case.write(vals)
                self.assertEqual(self._kinds(case, count)[: len(kinds)], kinds)

    def test_forced_for_one_only(self):
        """What one case is forced through stays shut for the others of the change."""
        forced, other = self._new_case(), self._new_case()
        with self.assertRefused(GateError, other.number):
            with forced._changing(reason="He insists", forced=True) as case:
                case.stage_id = self.stage_solved
                other.with_env(case.env).stage_id = self.stage_solved

    def test_odd_one_out_of_a_batch(self):
        """Only the last case of a batch lacks something: none of them moves."""
        cases = self._new_case() | self._new_case() | self._new_case()
        self._complete(cases[:2])
        count = len(cases.event_ids)
        with self.assertRaisesRegex(GateError, cases[2].number) as caught:
            with self.env.cr.savepoint():
                cases.write({"stage_id": self.stage_solved.id})
        gate = caught.exception.context["gate"]
        self.assertEqual([item["id"] for item in gate["cases"]], cases[2].ids)
        self.assertEqual(gate["ready"][0]["ids"], cases[:2].ids)
        self.env.invalidate_all()
        self.assertEqual(len(cases.event_ids), count)
        self.assertFalse(any(cases.mapped("closed_at")))

    def test_reaction_that_moves_on_is_judged_and_told(self):
        """A move that a move sets off is judged, logged and dated like any other."""
        Case = self.env.registry["aftersales.case"]
        react = Case._after_stage_change

        def on(cases, moves):
            react(cases, moves)
            cases.filtered(lambda c: c.stage_id == self.stage_progress).write(
                {"stage_id": self.stage_solved.id}
            )

        case = self._new_case(user_id=self.agent.id)
        with patch.object(Case, "_after_stage_change", on):
            with self.assertRefused(GateError, "“Cause” is not filled in"):
                case.stage_id = self.stage_progress
            self._complete(case)
            count = len(case.event_ids)
            case.stage_id = self.stage_progress
        self.assertEqual(self._kinds(case, count), ["stage", "stage"])
        self.assertTrue(case.closed_at)

    def test_circle_is_refused(self):
        """Stages that send a case to and fro end in a sentence, not in a hanging server."""
        Case = self.env.registry["aftersales.case"]

        def on(cases, moves):
            for case in cases:
                there = case.stage_id == self.stage_progress
                case.stage_id = (
                    self.stage_wait_supplier if there else self.stage_progress
                )

        case = self._new_case(user_id=self.agent.id)
        with patch.object(Case, "_after_stage_change", on):
            with self.assertRefused(UserError, "moved in a circle"):
                case.stage_id = self.stage_progress

    def test_dead_change_is_not_joined(self):
        """Records that keep the context of a change that is over begin a new one."""
        case = self._new_case(user_id=self.agent.id)
        with case._changing() as kept:
            kept.stage_id = self.stage_wait_supplier
        count = len(case.event_ids)
        kept.stage_id = self.stage_progress
        self.assertEqual(self._kinds(case, count)[0], "stage")

    def test_several_writes_as_one_change(self):
        """What a block writes is one change: one event, one judgement at its end."""
        case = self._new_case(user_id=self.agent.id)
        count = len(case.event_ids)
        with case._changing() as changed:
            changed.stage_id = self.stage_wait_supplier
            changed.stage_id = self.stage_progress
            changed.user_id = self.agent2
        self.assertEqual(self._kinds(case, count), ["stage", "assigned"])
        event = case.event_ids.filtered(lambda event: event.kind == "stage")
        self.assertEqual(event.from_id, self.stage_new.id)
