from datetime import datetime, timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import freeze_time, new_test_user
from odoo.tools import SQL, mute_logger

from .common import AftersalesCommon, feature


class TestEvent(AftersalesCommon):
    def _kinds(self, case):
        return case.event_ids.sorted(lambda e: (e.at, e.id)).mapped("kind")

    def test_every_step_leaves_an_event(self):
        """Creation, moves, hand-overs, changes of customer and priority are logged."""
        case = self._complete(self._new_case())
        as_leader = self._as(self.leader, case)
        as_leader.stage_id = self.stage_progress
        as_leader.priority = "3"
        as_leader.contact_id = False
        as_leader.partner_id = self.contact
        self.assertEqual(
            self._kinds(case),
            ["created", "assigned", "stage", "assigned", "priority", "customer"],
        )
        move = case.event_ids.filtered(lambda e: e.kind == "stage")
        self.assertEqual(move.actor_id, self.leader)
        self.assertEqual(move.from_id, self.stage_new.id)
        self.assertEqual(move.to_id, self.stage_progress.id)
        self.assertEqual(move.state, "open")
        self.assertEqual(move.summary, "Stage: New → In Progress")

    def test_events_of_a_batch(self):
        """One write of several cases is logged case by case, cause before consequence."""
        workshop = self.env["aftersales.team"].create(
            {
                "name": "Workshop",
                "company_id": self.company.id,
                "member_ids": [(6, 0, self.manager.ids)],
            }
        )
        cases = self.env["aftersales.case"]
        for _number in range(3):
            cases |= self._new_case(user_id=self.agent.id)
        known = cases.event_ids
        vals = {"stage_id": self.stage_wait_supplier.id, "team_id": workshop.id}
        self._as(self.manager, cases).write(vals)
        events = (cases.event_ids - known).sorted("id")
        for kind in ("stage", "team", "assigned"):
            with self.subTest(kind=kind):
                logged = events.filtered(lambda event, k=kind: event.kind == k)
                self.assertEqual([event.case_id for event in logged], list(cases))
        for case in cases:
            kinds = events.filtered(lambda e, c=case: e.case_id == c).mapped("kind")
            self.assertLess(kinds.index("team"), kinds.index("assigned"))
            self.assertLess(kinds.index("stage"), kinds.index("assigned"))

    def test_created_comes_first(self):
        """The history of each case of a batch starts with its creation."""
        vals = {"name": "Leak", "type_id": self.type_complaint.id}
        cases = self.env["aftersales.case"].create([vals, vals])
        for case in cases:
            first, *others = case.event_ids.sorted("id").mapped("kind")
            self.assertEqual(first, "created")
            self.assertIn("assigned", others)
        created = cases.event_ids.filtered(lambda event: event.kind == "created")
        self.assertEqual([event.case_id for event in created.sorted("id")], list(cases))

    def test_history_is_not_rewritten_by_configuration(self):
        """What a stage meant then stays in the log when its state is changed."""
        case = self._new_case(stage_id=self.stage_progress.id)
        # While a case stands in the stage its state cannot be changed.
        self.env["aftersales.case"].search(
            [("stage_id", "=", self.stage_progress.id)]
        ).stage_id = self.stage_wait_customer
        self.stage_progress.write({"state": "waiting", "waiting_for": "parts"})
        self.assertEqual(case.event_ids[:1].state, "open")

    def test_time_per_stage(self):
        """Durations are replayed from the events, until the case was closed."""
        start = datetime(2026, 3, 2, 8, 0, 0)
        with freeze_time(start):
            case = self._complete(self._new_case(user_id=self.agent.id))
        with freeze_time(start + timedelta(hours=2)):
            case.stage_id = self.stage_progress
        with freeze_time(start + timedelta(hours=5)):
            case.stage_id = self.stage_solved
        with freeze_time(start + timedelta(days=9)):
            case.invalidate_recordset()
            self.assertEqual(
                case.duration_tracking,
                {str(self.stage_new.id): 7200, str(self.stage_progress.id): 10800},
            )

    def test_orm_refuses_to_write_history(self):
        """No role can add, change or delete events through the ORM."""
        case = self._new_case(user_id=self.agent.id)
        event = case.event_ids[:1]
        vals = {
            "case_id": case.id,
            "kind": "stage",
            "at": datetime(2026, 1, 1),
            "actor_id": self.agent.id,
            "stage_id": self.stage_new.id,
            "state": "new",
            "user_id": self.agent.id,
        }
        for user in (self.agent, self.manager, self.env.user):
            as_user = self._as(user, event)
            with self.subTest(user=user.name):
                with self.assertRaises(UserError):
                    as_user.create(vals)
                with self.assertRaises(UserError):
                    as_user.write({"kind": "other"})
                with self.assertRaises(UserError):
                    as_user.unlink()
                with self.assertRaises(UserError):
                    self._as(user, case).write({"event_ids": [(0, 0, vals)]})
                with self.assertRaises(UserError):
                    self._as(user, case).write({"event_ids": [(2, event.id)]})

    def _try_by_rpc(self, user, event, vals):
        """Try every call that could change the history, as a client would send it."""
        Event, Case = self._as(user, event), self._as(user, event.case_id)
        ids = event.ids
        for records, method, args in (
            (Event, "create", [vals]),
            (Event, "web_save", [[], vals, {}]),
            (Event, "write", [ids, {"kind": "other"}]),
            (Event, "web_save", [ids, {"kind": "other"}, {}]),
            (Event, "unlink", [ids]),
            (Event, "copy", [ids]),
            (Event, "_log_events", [[vals]]),
            (Case, "write", [Case.ids, {"event_ids": [(1, event.id, vals)]}]),
            (Case, "write", [Case.ids, {"event_ids": [(5,)]}]),
            (Case, "unlink", [Case.ids]),
        ):
            with (
                self.subTest(user=user.name, method=method, args=args),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                call_kw(records.browse(), method, args, {})

    @feature("B4-81")
    def test_rpc_and_import_change_no_history(self):
        """Agent, manager and administrator change nothing by RPC, import or deletion."""
        groups = "base.group_system,aftersales_case.group_aftersales_manager"
        admin = new_test_user(
            self.env,
            "as_system",
            groups=groups,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        case = self._new_case(user_id=self.agent.id)
        event = case.event_ids[:1]
        self.env["ir.model.data"].create(
            {
                "module": "__test__",
                "name": "event",
                "model": event._name,
                "res_id": event.id,
            }
        )
        vals = {
            "case_id": case.id,
            "kind": "stage",
            "at": "2026-01-01 00:00:00",
            "actor_id": self.agent.id,
            "stage_id": self.stage_new.id,
            "state": "new",
            "user_id": self.agent.id,
        }
        before = case.event_ids.read()
        for user in (self.agent, self.manager, admin):
            self._try_by_rpc(user, event, vals)
            header = ["case_id/.id", "kind", "at", "actor_id/.id", "state"]
            row = [str(case.id), "stage", "2026-01-01", str(user.id), "new"]
            for names, values in (
                (header, row),
                (["id", "kind"], ["__test__.event", "other"]),
            ):
                Event = self._as(user, event.browse())
                try:
                    result = Event.load(names, [values])
                except AccessError:
                    continue
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])
            case.invalidate_recordset()
            self.assertEqual(case.event_ids.read(), before)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_to_write_history(self):
        """The trigger stops what the ORM does not see: UPDATE, DELETE and TRUNCATE."""
        self._complete(self._new_case())
        self.env.flush_all()
        table = SQL.identifier("aftersales_case_event")
        for statement in (
            SQL("UPDATE %s SET kind = 'x'", table),
            SQL("DELETE FROM %s", table),
            # Else what refers to it is in the way, where a sibling's table does.
            SQL("TRUNCATE %s CASCADE", table),
        ):
            with (
                self.subTest(statement=statement.code),
                self.assertRaisesRegex(
                    psycopg2.errors.RestrictViolation, "append-only"
                ),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)

    def test_maintenance_passes_and_closes_the_door(self):
        """Only inside the maintenance block the trigger lets a change pass."""
        case = self._complete(self._new_case())
        Event = self.env["aftersales.case.event"]
        with Event._maintenance():
            self.env.cr.execute(
                "UPDATE aftersales_case_event SET reason = 'x' WHERE case_id = %s",
                [case.id],
            )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("UPDATE aftersales_case_event SET reason = 'y'")

    def test_moves_of_many_cases_cost_the_same(self):
        """A move of 40 cases needs no more queries than a move of two."""
        cases = self.env["aftersales.case"].create(
            [
                {
                    "name": f"Case {number}",
                    "type_id": self.type_complaint.id,
                    "user_id": self.agent.id,
                }
                for number in range(42)
            ]
        )
        self.env.flush_all()
        target = self.stage_wait_supplier
        few, many = cases[:2], cases[2:]
        counts = []
        for group in (few, many):
            group.invalidate_recordset()
            start = self.env.cr.sql_log_count
            group.stage_id = target
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)
