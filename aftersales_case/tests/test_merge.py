from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .common import AftersalesCommon, feature


class TestMerge(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.early = datetime(2026, 3, 2, 8, 0, 0)

    def _wizard(self, user, model, cases):
        context = {"active_model": cases._name, "active_ids": cases.ids}
        return Form(self._as(user)[model].with_context(**context))

    def _merge(self, user, cases, target=None):
        form = self._wizard(user, "aftersales.merge", cases)
        if target:
            form.target_id = target
        return form.save().action_merge()

    def _add_everything(self, case):
        """Give a case a message, a file, an activity, a follower, a task to tick …"""
        case.message_post(body="It drips", message_type="comment")
        self.env["ir.attachment"].create(
            {
                "name": "photo.jpg",
                "raw": b"x",
                "res_model": case._name,
                "res_id": case.id,
            }
        )
        case.activity_ids.user_id = self.agent
        case.activity_schedule("mail.mail_activity_data_call", user_id=self.agent2.id)
        case.message_subscribe(partner_ids=self.contact.ids)
        self.env["aftersales.checklist.item"].create(
            {"case_id": case.id, "name": "Serial number noted"}
        )
        self.env["aftersales.intake"].create(
            {
                "message_id": "<merge@test>",
                "received_at": self.early,
                "company_id": self.company.id,
                "case_id": case.id,
                "state": "case",
            }
        )

    def _own_items(self, case):
        return case.checklist_ids.filtered(lambda item: not item.requirement_id)

    @feature("P-37")
    def test_merge_keeps_everything(self):
        """Messages, files, followers, work, mails and subcases move; nothing is lost."""
        survivor = self._new_case(user_id=self.agent.id, contact_id=False)
        double = self._new_case(
            user_id=self.agent.id,
            reported_at=self.early,
            description="<p>Oil on the floor</p>",
        )
        child = self._new_case(parent_id=double.id)
        self._add_everything(double)
        parts = {
            "message": double.message_ids.filtered(
                lambda m: m.message_type == "comment"
            ),
            "file": double.file_ids,
            "activity": double.activity_ids.filtered(
                lambda a: a.user_id == self.agent2
            ),
            "checklist": self._own_items(double),
            "intake": double.intake_ids,
        }
        events = double.event_ids
        self._merge(self.agent, survivor | double, survivor)
        self.assertTrue(all(parts.values()), parts)
        self.assertIn(parts["message"], survivor.message_ids)
        self.assertIn(parts["file"], survivor.file_ids)
        self.assertIn(parts["activity"], survivor.activity_ids)
        self.assertIn(parts["checklist"], survivor.checklist_ids)
        self.assertEqual(parts["intake"].case_id, survivor)
        self.assertIn(self.contact, survivor.message_partner_ids)
        self.assertEqual(child.parent_id, survivor)
        self.assertEqual(survivor.contact_id, self.contact, "was empty")
        self.assertEqual(survivor.reported_at, self.early, "told us first")
        self.assertIn("Oil on the floor", "".join(survivor.message_ids.mapped("body")))
        self.assertEqual(double.state, "cancelled")
        self.assertEqual(double.duplicate_of_id, survivor)
        self.assertEqual(survivor.merged_from_ids, double)
        self.assertEqual(events.case_id, double, "events stay where they are")
        for case in survivor | double:
            merge = case.event_ids.filtered(lambda event: event.kind == "merge")
            self.assertEqual((merge.from_id, merge.to_id), (double.id, survivor.id))
            self.assertEqual(merge.actor_id, self.agent)

    @feature("P-37")
    def test_merged_case_passes_no_gate(self):
        """A merge by an agent is not stopped by what the cancelled stage asks for."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_cancelled
        )
        link.requirement_ids = [
            Command.create({"kind": "checklist", "checklist_text": "Customer agrees"})
        ]
        link.mail_template_id = self.env.ref("aftersales_case.template_closed")
        link.group_ids = self.env.ref("aftersales_case.group_aftersales_manager")
        survivor, double = cases = self._new_case() | self._new_case()
        cases.user_id = self.agent
        self._merge(self.agent, cases, survivor)
        self.assertEqual(double.state, "cancelled")
        self.assertEqual(survivor.state, "new")
        sent = self.env["mail.mail"].search(
            [("model", "=", double._name), ("res_id", "=", double.id)]
        )
        self.assertFalse(sent, "the customer is not told of a cancellation")

    @feature("P-37")
    def test_merge_needs_write_access_to_both(self):
        """Nobody merges a case that he may only read, or one of another company."""
        own = self._new_case(user_id=self.agent.id)
        foreign = self._new_case(user_id=self.manager.id, team_id=False)
        foreign.assigned_at = self.early
        with self.assertRefused(AccessError, "write"):
            self._merge(self.agent, own | foreign, own)
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        abroad = self.env["aftersales.case"].create(
            {
                "name": "Abroad",
                "type_id": self.env.ref("aftersales_case.type_complaint").id,
                "company_id": other.id,
                "user_id": self.manager.id,
            }
        )
        with self.assertRefused(UserError, "different companies"):
            self._merge(self.manager, own | abroad)
        with self.assertRefused(UserError, "at least two"):
            self._merge(self.agent, own, own)

    @feature("P-37")
    def test_merge_warns(self):
        """Different customers or types, and secrets, are named before the merge."""
        survivor = self._new_case(user_id=self.agent.id)
        double = self._new_case(
            user_id=self.agent.id,
            type_id=self.type_service.id,
            contact_id=False,
            partner_id=self.env["res.partner"].create({"name": "De Vries"}).id,
            confidential=True,
        )
        form = self._wizard(self.agent, "aftersales.merge", survivor | double)
        form.target_id = survivor
        self.assertIn("different customers: ", form.warning)
        self.assertIn("different types: Complaint, Service", form.warning)
        self.assertIn("becomes confidential", form.warning)
        form.save().action_merge()
        self.assertTrue(survivor.confidential, "what was secret stays secret")

    def test_people_of_another_customer(self):
        """A case keeps its customer: what it lacks, no people of another one fill in."""
        customer = self.env["res.partner"].create({"name": "De Vries"})
        empty = {"contact_id": False, "email": False, "phone": False}
        survivor = self._new_case(partner_id=customer.id, **empty)
        double = self._new_case(phone="+31 20 794 0001")
        double._merge_into(survivor)
        self.assertEqual(survivor.partner_id, customer)
        self.assertFalse(survivor.contact_id)
        self.assertFalse(survivor.email)
        self.assertFalse(survivor.phone)
        # Of several customers one is taken, with his own people.
        nobody = self._new_case(partner_id=False, **empty)
        first = self._new_case(partner_id=customer.id, **empty)
        (first | self._new_case())._merge_into(nobody)
        self.assertEqual(nobody.partner_id, customer)
        self.assertFalse(nobody.contact_id)

    @feature("P-37")
    def test_oldest_open_case_goes_on(self):
        """The wizard proposes the open case that came in first."""
        closed = self._complete(self._new_case(reported_at=self.early))
        closed.stage_id = self.stage_solved
        first = self._new_case(reported_at=self.early + timedelta(days=1))
        last = self._new_case()
        form = self._wizard(self.manager, "aftersales.merge", last | closed | first)
        self.assertEqual(form.target_id, first)

    def test_checklists_meet(self):
        """What both cases ask is done when one of them did it."""
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_progress
        )
        link.requirement_ids = [
            Command.create({"kind": "checklist", "checklist_text": "Photo asked"})
        ]
        survivor, double = cases = self._new_case() | self._new_case()
        double.checklist_ids.done = True
        self._merge(self.manager, cases, survivor)
        self.assertEqual(survivor.checklist_ids.mapped("done"), [True])

    @feature("P-37", "B4-09")
    def test_replay_reads_the_merged_case(self):
        """Before the surviving case came in, the merged one stood for it."""
        with freeze_time(self.early):
            old = self._new_case(user_id=self.agent.id)
        with freeze_time(self.early + timedelta(hours=4)):
            new = self._new_case(user_id=self.agent2.id)
        with freeze_time(self.early + timedelta(hours=6)):
            self._merge(self.manager, old | new, new)
        with freeze_time(self.early + timedelta(hours=10)):
            self.env.invalidate_all()
            spans = new._get_spans()[new]
            self.assertEqual(
                [(span.user, span.seconds) for span in spans],
                [(self.agent.id, 4 * 3600), (self.agent2.id, 6 * 3600)],
            )
            texts = [line["text"] for line in new._get_history_lines()]
            self.assertIn(f"{old.number}: Created", texts)
            domain = new.action_view_history()["domain"]
            read = self.env["aftersales.case.event"].search(domain).case_id
            self.assertEqual(read, old | new)

    @feature("P-37", "B4-05")
    def test_answer_to_merged_case_reaches_the_other(self):
        """A mail in reply to the merged case lands on the case that goes on."""
        survivor, double, third = cases = (
            self._new_case() | self._new_case() | self._new_case()
        )
        self._merge(self.manager, survivor | double, survivor)
        self.assertEqual(double._get_survivor(), survivor)
        self._merge(self.manager, survivor | third, third)
        self.assertEqual(double._get_survivor(), third)
        self.assertEqual(third._get_merged_cases(), cases)

    def test_merged_case_is_merged_once(self):
        """A merged case is neither merged again nor opened again."""
        survivor, double, third = self._new_case() | self._new_case() | self._new_case()
        self._merge(self.manager, survivor | double, survivor)
        with self.assertRefused(UserError, "was merged into"):
            self._merge(self.manager, double | third, third)
        with self.assertRefused(UserError, "goes on in"):
            self._as(self.manager, double)._reopen("Oops")

    # === Split === #

    @feature("P-37")
    def test_split_moves_what_was_chosen(self):
        """Chosen messages, files and things to tick stand on the new case, the rest stays."""
        case = self._new_case(user_id=self.agent.id, priority="2")
        self._add_everything(case)
        stays = case.message_post(body="Also the invoice is wrong")
        moves = case.message_post(
            body="The grinder squeaks",
            attachments=[("squeak.mp3", b"x")],
        )
        form = self._wizard(self.agent, "aftersales.split", case)
        form.name = "Grinder squeaks"
        form.type_id = self.type_service
        form.message_ids.add(moves)
        form.checklist_ids.add(self._own_items(case))
        action = form.save().action_split()
        new = self.env["aftersales.case"].browse(action["res_id"])
        self.assertEqual(new.parent_id, case)
        self.assertEqual(new.type_id, self.type_service)
        self.assertEqual(new.contact_id, self.contact)
        self.assertEqual(new.reported_at, case.reported_at)
        self.assertIn(moves, new.message_ids)
        self.assertEqual(new.file_ids.mapped("name"), ["squeak.mp3"])
        self.assertIn("The grinder squeaks", new.description)
        self.assertEqual(self._own_items(new).name, "Serial number noted")
        self.assertIn(stays, case.message_ids)
        self.assertEqual(case.file_ids.mapped("name"), ["photo.jpg"])
        for side in case | new:
            split = side.event_ids.filtered(lambda event: event.kind == "split")
            self.assertEqual((split.from_id, split.to_id), (case.id, new.id))
            self.assertIn("Split off", "".join(side.message_ids.mapped("body")))

    def test_split_beside(self):
        """A case may be split off beside another one, under the same parent."""
        parent = self._new_case()
        case = self._new_case(parent_id=parent.id, user_id=self.agent.id)
        form = self._wizard(self.agent, "aftersales.split", case)
        form.relation = "sibling"
        form.save().action_split()
        self.assertEqual(len(parent.child_ids), 2)
        self.assertFalse(case.child_ids)

    def test_split_takes_only_own_messages(self):
        """A message of another case does not move, whatever the client sends."""
        case = self._new_case(user_id=self.agent.id)
        secret = self._new_case(confidential=True, user_id=self.manager.id)
        message = secret.message_post(body="Secret")
        new = self._as(self.agent, case)._split_off(
            {"name": "Theft"}, {"messages": message}
        )
        self.assertEqual(message.res_id, secret.id)
        self.assertNotIn(message, new.message_ids)

    def test_split_parts_of_siblings(self):
        """A sibling's part moves by one hook, with whatever else is chosen."""
        case = self._new_case(user_id=self.agent.id)
        child = self._new_case(parent_id=case.id)
        own = case.message_post(body="Own")

        core = type(case)._move_split_parts

        def move(case, new, parts):
            core(case, new, parts)
            parts["children"].write({"parent_id": new.id})

        with patch.object(type(case), "_move_split_parts", move):
            new = self._as(self.agent, case)._split_off(
                {"name": "Part"}, {"children": child, "messages": own}
            )
        self.assertEqual(child.parent_id, new)
        self.assertEqual(own.res_id, new.id)

    # === Reopen === #

    @feature("P-37")
    def test_reopen_with_a_reason(self):
        """A closed case goes back to work with a reason, which stands in its history."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_solved
        form = self._wizard(self.agent, "aftersales.reopen", case)
        with self.assertRaisesRegex(AssertionError, "reason is a required"):
            form.save()
        form.reason = "The trouble came back"
        form.save().action_reopen()
        self.assertEqual(case.stage_id, self.stage_progress)
        self.assertFalse(case.closed_at)
        event = case.event_ids.filtered(lambda event: event.kind == "reopened")
        self.assertEqual(event.reason, "The trouble came back")
        self.assertEqual(event.actor_id, self.agent)
        self.assertIn("The trouble came back", "".join(case.message_ids.mapped("body")))

    def test_reopening_finds_somebody_who_is_there(self):
        """A case of a colleague who left gets a new responsible when it is reopened."""
        case = self._complete(self._new_case(user_id=self.agent.id))
        case.stage_id = self.stage_solved
        self.agent.action_archive()
        case.stage_id = self.stage_wait_customer
        self.assertEqual(case.user_id, self.agent2)
        kinds = case.event_ids.mapped("kind")
        self.assertIn("reopened", kinds, "dragged back")

    # === Parents === #

    @feature("P-37")
    def test_parent_waits_for_its_subcases(self):
        """A stage may ask that no subcase is open."""
        self.env["aftersales.stage.requirement"].create(
            {
                "link_id": self.type_complaint.link_ids.filtered(
                    lambda link: link.stage_id == self.stage_solved
                ).id,
                "kind": "no_open_child",
            }
        )
        parent = self._complete(self._new_case())
        child = self._complete(self._new_case(parent_id=parent.id))
        with self.assertRefused(UserError, "No open subcase"):
            parent.stage_id = self.stage_solved
        child.stage_id = self.stage_solved
        parent.stage_id = self.stage_solved
        self.assertEqual(parent.state, "done")


class TestSimilar(AftersalesCommon):
    def _names(self, cases):
        return [case.name for case in cases]

    @feature("P-37")
    def test_suggested_while_typing(self):
        """An unsaved case shows the customer's cases with a similar title, newest first."""
        start = datetime(2026, 3, 2, 8, 0, 0)
        for days, name in enumerate(
            (
                "Espresso machine leaks water",
                "Invoice wrong",
                "Machine leaks water again",
            )
        ):
            self._new_case(name=name, reported_at=start + timedelta(days=days))
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._new_case(
            name="Machine leaks water", contact_id=False, partner_id=stranger.id
        )
        form = Form(self._as(self.agent)["aftersales.case"])
        form.type_id = self.type_complaint
        form.name = "machine leaks"
        self.assertFalse(form.suggested_case_ids[:])
        form.contact_id = self.contact
        self.assertEqual(
            self._names(form.suggested_case_ids[:]),
            ["Machine leaks water again", "Espresso machine leaks water"],
        )

    def test_found_by_address_and_number(self):
        """Without a customer, e-mail address or telephone number tell who it is."""
        self._new_case(
            name="Boiler drips", contact_id=False, email="Piet@Klant.example"
        )
        self._new_case(name="Boiler drips", contact_id=False, phone="+31612345678")
        for vals in ({"email": "piet@klant.EXAMPLE"}, {"phone": "+31612345678"}):
            case = self.env["aftersales.case"].new(
                {"name": "boiler drips again"} | vals
            )
            self.assertEqual(len(case.suggested_case_ids), 1, vals)

    def test_confidential_cases_are_not_suggested(self):
        """Suggestions show nothing that the user may not read."""
        self._new_case(confidential=True, user_id=self.manager.id)
        vals = {"name": "Machine leaks", "partner_id": self.customer.id}
        for user, count in ((self.agent2, 0), (self.manager, 1)):
            case = self._as(user)["aftersales.case"].new(vals)
            self.assertEqual(len(case.suggested_case_ids), count, user.name)

    def test_one_query(self):
        """Suggestions for one case and for twenty cost one query."""
        cases = self.env["aftersales.case"].create(
            [
                {
                    "name": f"Machine leaks {number}",
                    "type_id": self.type_complaint.id,
                    "partner_id": self.customer.id,
                    "email": f"klant{number}@example.com",
                }
                for number in range(20)
            ]
        )
        counts = []
        for group in (cases[:1], cases):
            group.mapped("partner_id.commercial_partner_id")
            group.mapped("contact_id.commercial_partner_id")
            self.env.flush_all()
            group.invalidate_recordset(["suggested_case_ids", "customer_case_ids"])
            start = self.env.cr.sql_log_count
            group.mapped("suggested_case_ids")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts, [1, 1])

    @feature("I2-06", "P-37")
    def test_quick_form_shows_earlier_cases(self):
        """Whoever reports sees open and earlier cases of the customer, open ones first."""
        closed = self._complete(self._new_case(name="Closed"))
        closed.stage_id = self.stage_solved
        self._new_case(name="Open", reported_at=datetime(2026, 3, 2))
        view = "aftersales_case.aftersales_case_view_form_report"
        form = Form(self._as(self.agent)["aftersales.case"], view=view)
        form.contact_id = self.contact
        self.assertEqual(self._names(form.customer_case_ids[:]), ["Open", "Closed"])
