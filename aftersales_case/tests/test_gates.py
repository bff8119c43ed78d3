from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.translate import code_translations

from odoo.addons.aftersales_case.models.case.aftersales_case_gate import (
    GateError,
)

from .common import AftersalesCommon, feature


class TestGates(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_complaint.field_rule_ids.unlink()
        cls.link_progress = cls._link(cls.stage_progress)
        cls.link_solved = cls._link(cls.stage_solved)

    @classmethod
    def _link(cls, stage):
        return cls.type_complaint.link_ids.filtered(lambda link: link.stage_id == stage)

    def _require(self, link, **vals):
        return self.env["aftersales.stage.requirement"].create(
            {"link_id": link.id} | vals
        )

    def _rule(self, key, **vals):
        return self.env["aftersales.field.rule"].create(
            {"type_id": self.type_complaint.id, "key": key} | vals
        )

    def _labels(self, case, stage):
        return [item.label for item in case._missing_for(stage)[case]]

    @feature("B4-13")
    def test_required_fields_before_a_stage(self):
        """A case passes only when the fields asked from that stage on are filled in."""
        self._rule("cause_id", required_from_id=self.stage_solved.id)
        self._require(self.link_solved, kind="field", key="resolution_id")
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_progress
        with self.assertRaises(GateError) as caught:
            case.stage_id = self.stage_solved
        self.assertIn("“Cause” is not filled in.", str(caught.exception))
        self.assertIn("“Resolution” is not filled in.", str(caught.exception))
        gate = caught.exception.context["gate"]["cases"][0]
        self.assertEqual(gate["id"], case.id)
        self.assertEqual(sorted(gate["fields"]), ["cause_id", "resolution_id"])
        self.assertTrue(gate["can_fill"])
        case.write(
            {
                "cause_id": self.env.ref("aftersales_case.cause_wear").id,
                "resolution_id": self.env.ref("aftersales_case.resolution_repaired").id,
                "stage_id": self.stage_solved.id,
            }
        )
        self.assertEqual(case.state, "done")

    @feature("B4-14")
    def test_required_attachments(self):
        """Two photos asked: one photo and one other file are not enough."""
        photo = self.env["aftersales.attachment.kind"].create({"name": "Test Photo"})
        self._require(
            self.link_progress,
            kind="attachment",
            attachment_kind_id=photo.id,
            minimum=2,
        )
        case = self._new_case()
        self.assertEqual(self._labels(case, self.stage_progress), ["2 × Test Photo"])
        vals = {"res_model": case._name, "res_id": case.id, "raw": b"x"}
        photos = [vals | {"name": n, "aftersales_kind_id": photo.id} for n in "ab"]
        self.env["ir.attachment"].create([vals | {"name": "note"}, photos[0]])
        self.assertEqual(self._labels(case, self.stage_progress), ["2 × Test Photo"])
        self.env["ir.attachment"].create(photos[1])
        case.stage_id = self.stage_progress
        self.assertEqual(case.stage_id, self.stage_progress)

    @feature("B4-26")
    def test_checklist_of_new(self):
        """Intake requirements are ticked off before a case leaves New."""
        self._require(
            self.link_progress, kind="checklist", checklist_text="Device is complete"
        )
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        self.assertEqual(case.checklist_ids.mapped("name"), ["Device is complete"])
        with self.assertRefused(UserError, "Device is complete"):
            case.stage_id = self.stage_progress
        with Form(case) as form, form.checklist_ids.edit(0) as item:
            item.done = True
        self.assertEqual(case.checklist_ids.done_by_id, self.agent)
        case.stage_id = self.stage_progress

    def test_approval_by_role(self):
        """Only the role's yes opens the gate; somebody else's click is refused."""
        group = self.env.ref("aftersales_case.group_aftersales_manager")
        self._require(self.link_progress, kind="approval", group_id=group.id)
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        with self.assertRefused(UserError, "Approval by Manager"):
            case.stage_id = self.stage_progress
        case.action_ask_approval()
        case.action_ask_approval()
        approval = case.approval_ids
        self.assertEqual(len(approval), 1)
        with self.assertRefused(AccessError, "Manager"):
            approval.action_approve()
        self._as(self.manager, approval).action_refuse()
        with self.assertRaises(UserError):
            case.stage_id = self.stage_progress
        self._as(self.manager, approval).action_approve()
        case.stage_id = self.stage_progress
        self.assertEqual(approval.user_id, self.manager)

    def test_no_open_activity(self):
        """A stage may ask that nothing is left to do."""
        self._require(self.link_progress, kind="no_activity")
        case = self._new_case()
        activity = case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        )
        with self.assertRefused(UserError, "No open activity"):
            case.stage_id = self.stage_progress
        activity.action_feedback()
        case.stage_id = self.stage_progress

    @feature("B4-25")
    def test_roles_and_moves_per_stage(self):
        """A stage names who may move a case into it, and where it goes from there."""
        group = self.env.ref("aftersales_case.group_aftersales_leader")
        self.link_progress.group_ids = group
        self._link(self.stage_new).next_ids = self.stage_progress | self.stage_cancelled
        case = self._new_case(user_id=self.agent.id)
        with self.assertRefused(UserError, "Only Team Leader may move a case to “In "):
            self._as(self.agent, case).stage_id = self.stage_progress
        words = "a case goes to “In Progress”, “Cancelled”, not to “"
        with self.assertRefused(UserError, words):
            self._as(self.leader, case).stage_id = self.stage_solved
        self._as(self.leader, case).stage_id = self.stage_progress

    @feature("B4-28")
    def test_required_at_creation(self):
        """A field asked from the first stage on is required in the form and by RPC."""
        self._rule("category_id", required_from_id=self.stage_new.id)
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        form.name = "No category"
        with self.assertRaisesRegex(AssertionError, "category_id is a required"):
            form.save()
        vals = {"name": "No category", "type_id": self.type_complaint.id}
        with self.assertRefused(UserError, "“Category” is not filled in"):
            self._as(self.agent)["aftersales.case"].create(vals)
        # What a customer tells us by mail is never lost for want of a category.
        self.assertTrue(self.env["aftersales.case"].create(vals))

    def test_backwards_rejected_and_reopened_are_free(self):
        """Field rules from a stage on bind the way forward only."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        case = self._complete(self._new_case())
        case.stage_id = self.stage_wait_supplier
        case.cause_id = False
        case.stage_id = self.stage_progress
        case.rejection_reason_id = self.env.ref("aftersales_case.resolution_too_late")
        case.stage_id = self.stage_rejected
        case.stage_id = self.stage_progress
        self.assertEqual(case.state, "open")

    def test_reopening_is_judged_by_the_stage_alone(self):
        """A closed case comes back to a stage further on without what its way would ask."""
        cases = self._complete(
            self._new_case(user_id=self.agent.id)
            | self._new_case(user_id=self.agent.id)
        )
        cases.stage_id = self.stage_solved
        self.link_progress.sequence = self.link_solved.sequence + 1
        self._rule("supplier_id", required_from_id=self.stage_progress.id)
        cases = self._as(self.agent, cases)
        action = cases[0].action_reopen()
        form = Form.from_action(self._as(self.agent), action)
        form.reason = "It leaks again"
        form.save().action_reopen()
        cases[1].stage_id = self.stage_progress
        self.assertEqual(cases.mapped("state"), ["open", "open"])
        # What the stage itself asks for binds a reopened case, too.
        cases.sudo().stage_id = self.stage_solved
        self._require(self.link_progress, kind="field", key="supplier_id")
        with self.assertRefused(UserError, "“Supplier” is not filled in"):
            cases[1].stage_id = self.stage_progress

    def test_rejection_asks_its_own_requirement(self):
        """The shipped types ask for the reason of a rejection."""
        case = self._new_case()
        with self.assertRefused(UserError, "“Rejection Reason” is not filled in"):
            case.action_reject()
        case.rejection_reason_id = self.env.ref("aftersales_case.resolution_too_late")
        case.action_reject()
        self.assertEqual(case.state, "rejected")

    @feature("N-13")
    def test_card_shows_what_is_missing(self):
        """The card names what the next stage asks for, before anybody drags it."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        case = self._new_case()
        self.assertEqual(case.next_stage_id, self.stage_progress)
        self.assertEqual(case.gate_preview, ["Cause"])
        self.link_progress.invalidate_recordset(["stopped_case_count"])
        self.assertEqual(self.link_progress.stopped_case_count, 1)
        self._complete(case)
        case.invalidate_recordset(["gate_preview"])
        self.assertFalse(case.gate_preview)

    def test_cards_cost_the_same(self):
        """One card and eighty cards need the same number of queries."""
        photo = self.env["aftersales.attachment.kind"].create({"name": "Test Photo"})
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        self._require(
            self.link_progress, kind="attachment", attachment_kind_id=photo.id
        )
        self._require(self.link_progress, kind="no_activity")
        self._require(self.link_progress, kind="checklist", checklist_text="Complete")
        cases = self.env["aftersales.case"].create(
            [
                {"name": f"Case {n}", "type_id": self.type_complaint.id}
                for n in range(81)
            ]
        )
        self.env.flush_all()
        Case = self._as(self.agent)["aftersales.case"]
        views = Case.get_views([(False, "kanban")])
        # As the board asks: every field of its cards, names of related records too.
        spec = {
            name: {"fields": {"display_name": {}}} if field.get("relation") else {}
            for name, field in views["models"]["aftersales.case"]["fields"].items()
        }
        self.assertIn("gate_preview", spec)
        counts = []
        # Two rounds warm up: where a type's moves are read, names of stages come along.
        for ids in (cases[:2].ids, cases[:2].ids, cases[0].ids, cases[1:].ids):
            domain, result = [("id", "in", ids)], {}
            counts.append(
                self._count_queries(
                    lambda domain=domain, result=result: result.update(
                        Case.web_search_read(domain, spec)
                    )
                )
            )
            self.assertEqual(len(result["records"]), len(ids))
            self.assertIn("1 × Test Photo", result["records"][0]["gate_preview"])
        self.assertEqual(counts[2], counts[3])

    def test_forced_move_is_logged(self):
        """A manager passes a gate with a reason, which is logged; nobody else does."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        case = self._new_case(user_id=self.agent.id)
        with self.assertRefused(AccessError, "Only managers"):
            self._as(self.agent, case)._force_stage(self.stage_progress, "Hurry")
        with self.assertRefused(UserError, "Reason"):
            self._as(self.manager, case)._force_stage(self.stage_progress, " ")
        self._as(self.manager, case)._force_stage(self.stage_progress, "CEO asked")
        self.assertEqual(case.stage_id, self.stage_progress)
        event = case.event_ids.filtered(lambda e: e.kind == "forced")
        self.assertEqual(event.reason, "CEO asked")
        self.assertEqual(event.actor_id, self.manager)

    def test_manager_moves_past_a_gate(self):
        """A manager sees what is missing and moves the cases all the same, with a reason."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        cases = self._new_case() | self._complete(self._new_case())
        context = {"active_model": cases._name, "active_ids": cases.ids}
        with self.assertRaises(AccessError):
            Form(self._as(self.leader)["aftersales.force"].with_context(**context))
        form = Form(self._as(self.manager)["aftersales.force"].with_context(**context))
        self.assertEqual(form.stage_id, self.stage_progress)
        text = f"{cases[0].display_name}: “Cause” is not filled in."
        self.assertEqual(form.missing_text, text)
        with self.assertRaisesRegex(AssertionError, "reason is a required"):
            form.save()
        form.reason = "CEO asked"
        form.save().action_force()
        self.assertEqual(cases.stage_id, self.stage_progress)
        events = cases.event_ids.filtered(lambda event: event.kind == "forced")
        self.assertEqual(events.mapped("reason"), ["CEO asked"] * 2)
        self.assertEqual(events.actor_id, self.manager)

    def test_context_from_outside_opens_no_gate(self):
        """A client that sends the flag in its context stands before a closed gate."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        case = self._new_case()
        for value in (True, "FORCED", {"forced": [case.id]}):
            with self.assertRaises(GateError):
                case.with_context(
                    aftersales_change=value
                ).stage_id = self.stage_progress

    def test_zero_is_an_answer(self):
        """Costs that must be answered may be zero, once somebody said so."""
        self._rule("cost", required_from_id=self.stage_progress.id)
        case = self._as(self.agent, self._new_case(user_id=self.agent.id))
        with self.assertRefused(UserError, "“Costs” is not filled in"):
            case.stage_id = self.stage_progress
        # The small form asked for costs and was saved with 0: nothing to send.
        case.with_context(gate_fields=["cost"]).stage_id = self.stage_progress
        self.assertEqual(case.answered, ["cost"])
        self.assertEqual(case.stage_id, self.stage_progress)

    def test_zero_of_an_own_field_is_an_answer(self):
        """A number or tick among the own fields may be 0 or No, once somebody said so."""
        self.type_complaint.properties_definition = [
            {"name": "count", "string": "How Many", "type": "integer"},
            {"name": "wet", "string": "Wet", "type": "boolean"},
            {"name": "slip", "string": "Slip Number", "type": "char"},
        ]
        keys = ["properties.count", "properties.wet"]
        for key in keys:
            self._rule(key, required_from_id=self.stage_progress.id)
        case = self._new_case(user_id=self.agent.id, properties={"slip": "B-1"})
        case = self._as(self.agent, case)
        with self.assertRefused(UserError, "“How Many” is not filled in"):
            case.stage_id = self.stage_progress
        case.with_context(gate_fields=keys).stage_id = self.stage_progress
        self.assertEqual(
            case._get_raw_properties(), {"count": 0, "wet": False, "slip": "B-1"}
        )

    def test_empty_date_is_no_answer(self):
        """The client sends No for a date that nobody filled in."""
        self.type_complaint.properties_definition = [
            {"name": "seen", "string": "Seen On", "type": "date"},
            {"name": "slip", "string": "Slip Number", "type": "char"},
        ]
        self._rule("properties.seen", required_from_id=self.stage_progress.id)
        case = self._new_case()
        case.properties = [
            {"name": "seen", "type": "date", "value": False},
            {"name": "slip", "type": "char", "value": "B-1"},
        ]
        with self.assertRefused(UserError, "“Seen On” is not filled in"):
            case.stage_id = self.stage_progress

    def test_new_checklist_item_reaches_open_cases(self):
        """What a stage asks from today on can be ticked off on yesterday's cases."""
        case = self._new_case()
        self._require(
            self.link_progress, kind="checklist", checklist_text="Device is complete"
        )
        self.assertEqual(case.checklist_ids.mapped("name"), ["Device is complete"])

    def test_checklist_speaks_the_language_of_the_user(self):
        """What a case made by an English colleague asks, a Dutch one reads in Dutch."""
        self.env["res.lang"]._activate_lang("nl_NL")
        requirement = self._require(
            self.link_progress, kind="checklist", checklist_text="Device is complete"
        )
        requirement.with_context(lang="nl_NL").checklist_text = "Apparaat is compleet"
        item = self._new_case().checklist_ids
        self.assertEqual(item.name, "Device is complete")
        dutch = item.with_context(lang="nl_NL")
        self.assertEqual(dutch.name, "Apparaat is compleet")
        self.assertEqual(dutch.search([("name", "=", "Apparaat is compleet")]), item)
        requirement.unlink()
        self.assertEqual(item.name, "Device is complete", "kept, if no longer asked")

    def test_gate_names_what_it_undid(self):
        """One refused case keeps all from moving; the client learns which are ready."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        cases = self._new_case() | self._complete(self._new_case())
        with self.assertRaises(GateError) as caught, self.env.cr.savepoint():
            cases.stage_id = self.stage_progress
        gate = caught.exception.context["gate"]
        self.assertEqual([item["id"] for item in gate["cases"]], cases[0].ids)
        ready = [{"stage_id": self.stage_progress.id, "ids": cases[1].ids}]
        self.assertEqual(gate["ready"], ready)

    def test_every_case_of_a_batch_is_judged(self):
        """The last of several cases lacks something: none moves, and it is named."""
        self._rule("cause_id", required_from_id=self.stage_progress.id)
        cases = self.env["aftersales.case"]
        for _number in range(3):
            cases |= self._new_case(user_id=self.agent.id)
        self._complete(cases[:2])
        with self.assertRaises(GateError) as caught, self.env.cr.savepoint():
            self._as(self.agent, cases).write({"stage_id": self.stage_progress.id})
        gate = caught.exception.context["gate"]
        self.assertEqual([item["id"] for item in gate["cases"]], cases[2].ids)
        cases.invalidate_recordset()
        self.assertEqual(cases.stage_id, self.stage_new)

    def test_a_batch_of_two_types_is_judged_by_both(self):
        """Each case is judged by the rules and the roles of its own type."""
        self._rule("cause_id", required_from_id=self.stage_wait_supplier.id)
        other = self.type_complaint.copy({"name": "Other", "code": "OTH"})
        other.field_rule_ids.unlink()
        link = other.link_ids.filtered(lambda r: r.stage_id == self.stage_wait_supplier)
        link.group_ids = self.env.ref("aftersales_case.group_aftersales_leader")
        complete = self._complete(self._new_case(user_id=self.agent.id))
        lacking = self._new_case(user_id=self.agent.id)
        elsewhere = self._new_case(user_id=self.agent.id, type_id=other.id)
        cases = self._as(self.agent, complete | elsewhere | lacking)
        with self.assertRaises(GateError) as caught, self.env.cr.savepoint():
            cases.write({"stage_id": self.stage_wait_supplier.id})
        asked = {
            item["id"]: item["kinds"]
            for item in caught.exception.context["gate"]["cases"]
        }
        self.assertEqual(asked, {elsewhere.id: ["role"], lacking.id: ["field"]})

    def test_every_new_case_of_a_batch_is_judged(self):
        """Two cases made at once: the second lacks its category, so neither is made."""
        self._rule("category_id", required_from_id=self.stage_new.id)
        vals = {"name": "Complete", "type_id": self.type_complaint.id}
        category = self.env.ref("aftersales_case.category_product")
        Case = self._as(self.agent)["aftersales.case"]
        with self.assertRefused(UserError, "“Category” is not filled in"):
            Case.create([vals | {"category_id": category.id}, vals])
        self.assertFalse(Case.search([("name", "=", "Complete")]))

    def test_small_form_has_every_field(self):
        """The small form draws each rule-controlled field, shown only when asked."""
        view = self.env.ref("aftersales_case.aftersales_case_view_form_gate")
        arch = self._as(self.agent)["aftersales.case"].get_view(view.id)["arch"]
        fields = etree.fromstring(arch).iterfind(".//group[@name='gate_fields']//field")
        invisible = {node.get("name"): node.get("invisible") for node in fields}
        self.assertLessEqual(
            self.env["aftersales.case"]._get_rule_fields(), set(invisible)
        )
        self.assertIn("gate_fields", invisible["cause_id"])

    def test_status_bar_knows_where_a_case_can_go(self):
        """What the status bar greys is what the judge refuses, in its words."""
        self._link(self.stage_new).next_ids = self.stage_assigned | self.stage_progress
        leader = self.env.ref("aftersales_case.group_aftersales_leader")
        self.link_progress.group_ids = leader
        case = self._new_case(user_id=self.agent.id)
        stages = self.type_complaint.link_ids.stage_id
        closed = self._as(self.agent, case).closed_stages
        self.assertEqual(
            closed,
            {
                str(stage.id): items[0].text
                for stage in stages
                if (items := self._as(self.agent, case)._missing_for(stage)[case])
                and items[0].kind in ("move", "role")
            },
        )
        self.assertEqual(
            set(closed),
            {str(stage.id) for stage in stages - self.stage_new - self.stage_assigned},
        )
        self.assertIn("Only", closed[str(self.stage_progress.id)])
        self.assertIn("From “New”", closed[str(self.stage_solved.id)])
        closed = self._as(self.leader, case).closed_stages
        self.assertNotIn(str(self.stage_progress.id), closed)

    def test_status_bar_follows_the_type(self):
        """Changed stages, their names and roles count at once, in the user's language."""
        link = self._link(self.stage_new)
        case = self._new_case(user_id=self.agent.id)
        solved = str(self.stage_solved.id)
        self.assertFalse(case.closed_stages)

        def closed():
            case.invalidate_recordset(["closed_stages"])
            texts = self._as(self.agent, case).closed_stages
            return texts and texts.get(solved, "")

        link.next_ids = self.stage_assigned
        self.assertIn("goes to “Assigned”", closed())
        self.stage_assigned.name = "Taken"
        self.assertIn("goes to “Taken”", closed())
        self.env["res.lang"]._activate_lang("nl_NL")
        self.stage_assigned.update_field_translations("name", {"nl_NL": "Genomen"})
        self.agent.lang = "nl_NL"
        dutch = self._as(self.agent, case).with_context(lang="nl_NL")
        self.assertIn("Genomen", dutch.closed_stages[solved])
        key = ("aftersales_case", "nl_NL")
        quotes = {"“%(name)s”": "„%(name)s”"}
        terms = {**code_translations.get_python_translations(*key), **quotes}
        with patch.dict(code_translations.python_translations, {key: terms}):
            dutch.invalidate_recordset(["closed_stages"])
            self.assertIn("„Genomen”", dutch.closed_stages[solved])
        group = self.env["res.groups"].create({"name": "Closers"})
        link.next_ids = False
        self._link(self.stage_solved).group_ids = group
        self.assertIn("Closers", closed())
        group.unlink()
        self.assertFalse(closed())

    def test_status_bar_costs_no_query(self):
        """The stages out of reach are known without asking the database."""
        self._link(self.stage_new).next_ids = self.stage_assigned
        cases = self._new_case() | self._new_case()
        cases = self._as(self.agent, cases)
        cases.mapped("closed_stages")
        cases.invalidate_recordset()
        cases.mapped("stage_id.name")
        cases.mapped("type_id.name")
        with self.assertQueryCount(0):
            self.assertTrue(all(cases.mapped("closed_stages")))
