"""Dates that customers were promised, as clocks."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .common import SlaCommon, at


class TestPromised(SlaCommon):
    """Any date that somebody promised, under whatever key."""

    def setUp(self):
        super().setUp()
        with self._at():
            self.case = self._complete(self._new_case(user_id=self.agent.id))

    def _promise(self, key, moment, reason=None, excuse=None):
        self._as(self.agent, self.case)._log_promise(key, moment, reason, excuse)
        return self._clocks(self.case)

    @feature("N-25")
    def test_each_date_is_a_clock(self):
        """Numbered over all keys, each until it is kept; the nearest one is told."""
        with self._at(1):
            [visit] = self._promise("visit:7", at(0, 3))
            visit, letter = self._promise("letter", at(0, 1))
            self.assertEqual((visit.cycle, letter.cycle), (1, 2))
            self.assertEqual((visit.due_at, letter.due_at), (at(0, 3), at(0, 1)))
            self.assertEqual(visit.party, "customer")
            self.assertEqual(visit.state, "running")
            self.assertEqual(self.case._get_promised_at(), {self.case: at(0, 1)})
            self.assertEqual(self.case.next_due_at, at(0, 1))
        with self._at(1, 1):
            self._run_job()
            self.assertEqual((letter.state, letter.breached_at), ("breached", at(0, 1)))
            self.case.stage_id = self.stage_wait_customer
            self.assertEqual((visit.state, visit.due_at), ("running", at(0, 3)))
        with self._at(0, 2):
            self.case.stage_id = self.stage_solved
            self._clocks(self.case)
            self.assertEqual((visit.state, visit.ended_at), ("met", at(0, 2)))
            self.assertEqual((letter.state, letter.ended_at), ("breached", at(0, 2)))

    @feature("N-25")
    def test_kept_before_the_case_is_closed(self):
        """What was promised is done: its clock is met, though the case goes on."""
        with self._at(1):
            self._promise("visit:7", at(0, 3))
            self._promise("letter", at(0, 1))
        with self._at(2):
            self.case._keep_promise("visit:7")
            visit, letter = self._clocks(self.case)
            self.assertEqual((visit.state, visit.ended_at), ("met", at(2)))
            self.assertEqual(letter.state, "running")
            self.assertFalse(self.case._keep_promise("visit:7"))
            told = self.case.event_ids.filtered(lambda one: one.key == "visit:7")
            self.assertEqual(told.sorted("id")[-1].reason_text, "kept")

    def test_typed_word_keeps_nothing(self):
        """Only what was done keeps a promise, not a reason that somebody types."""
        with self._at(1):
            self._promise("letter", at(0, 1))
            [letter] = self._promise("letter", None, "kept")
            self.assertEqual(letter.state, "breached")

    def test_letter(self):
        """A message names the date, in the time of the company, while one is to come."""
        self.company.partner_id.tz = "Europe/Amsterdam"
        template = self.env.ref("aftersales_case.template_received")
        template.body_html = "<p t-out='object.letter_promise'/>"
        self._policy(
            {"metric": "resolved", "quantity": 4},
            {"metric": "team", "quantity": 2},
            name="With a team",
        )

        def tell():
            rendered = self._as(self.manager, template)._render_field(
                "body_html", self.case.ids
            )
            return rendered[self.case.id]

        with self._at(1):
            self.case.name = "It leaks"
            self.case.category_id = self.env.ref("aftersales_case.category_product")
            self.assertIn("Promised for: 3/2/26, 3:00", tell())
            self._promise("visit:7", at(3))
            self.assertIn("Promised for: 3/2/26, 1:00", tell())
            self._promise("visit:7", at(0, 3), "No part yet")
            self.case.stage_id = self.stage_wait_customer
            self.assertIn("Promised for: 3/5/26, 10:00", tell())
        with self._at(2):
            self.case.stage_id = self.stage_solved
            self.assertNotIn("Promised", tell())

    @feature("N-25")
    def test_moved(self):
        """Earlier breaks nothing; later by us is broken at once, however it goes on."""
        with self._at(1):
            self._promise("visit:7", at(0, 3))
        with self._at(2):
            first, second = self._promise("visit:7", at(0, 2))
            self.assertEqual((first.state, second.due_at), ("cancelled", at(0, 2)))
            with self.assertRefused(UserError, "Reason: say why"):
                self._promise("visit:7", at(0, 4))
            with self.assertRefused(UserError, "Reason: say why"):
                self._promise("visit:7", None)
        with self._at(3):
            _first, second, third = self._promise("visit:7", at(0, 4), "No part yet")
            self.assertEqual((second.state, second.breached_at), ("breached", at(3)))
            self.assertEqual((second.ended_at, second.due_at), (at(3), at(0, 2)))
            self.assertEqual((third.state, third.due_at), ("running", at(0, 4)))
            self.assertEqual(second.breached_user_id, self.agent)
        with self._at(4):
            third, fourth = self._promise("visit:7", at(0, 7), excuse="asked")[2:]
            self.assertEqual((third.state, fourth.state), ("cancelled", "running"))
            told = self.case.event_ids.filtered(lambda event: event.kind == "promise")
            self.assertEqual(
                told[-2:].mapped("reason_text"),
                ["No part yet", "the customer asked for it"],
            )
        with self._at(5):
            fourth = self._promise("visit:7", None, "Sold")[3]
            self.assertEqual((fourth.state, fourth.ended_at), ("breached", at(5)))
            self.assertFalse(self.case._get_promised_at()[self.case])

    def test_moved_when_past(self):
        """What has passed was broken then, and not when it is moved."""
        with self._at(1):
            self._promise("visit:7", at(4))
        with self._at(0, 1):
            first, second = self._promise("visit:7", at(0, 2), "Forgotten")
            self.assertEqual((first.state, first.breached_at), ("breached", at(4)))
            self.assertEqual((first.ended_at, second.state), (at(0, 1), "running"))

    def test_reopened(self):
        """What was kept is kept; a new promise after that needs no reason."""
        with self._at(1):
            self._promise("visit:7", at(0, 2))
        with self._at(2):
            self.case.stage_id = self.stage_solved
        with self._at(3):
            self._as(self.agent, self.case)._reopen("It leaks again")
            first, second = self._promise("visit:7", at(0, 4))
            self.assertEqual((first.state, first.ended_at), ("met", at(2)))
            self.assertEqual((second.state, second.due_at), ("running", at(0, 4)))

    def test_case_cancelled(self):
        """Of a case that is cancelled no promise is kept, nor broken."""
        with self._at(1):
            self._promise("visit:7", at(0, 2))
        with self._at(2):
            self.case.stage_id = self.stage_cancelled
            [clock] = self._clocks(self.case)
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(2)))

    def test_merged(self):
        """What the merged one promised before the other was there runs on in that one."""
        with self._at(1):
            self._promise("visit:7", at(0, 1))
        with self._at(2):
            other = self._new_case(user_id=self.agent.id)
            self._as(self.agent, other)._log_promise("visit:7", at(0, 3))
        with self._at(3):
            self._as(self.agent, self.case)._merge_into(other)
            own, handed = self._clocks(other).sorted("cycle")
            self.assertEqual((own.state, own.ended_at), ("cancelled", at(3)))
            self.assertEqual((handed.state, handed.due_at), ("running", at(0, 1)))
        with self._at(4):
            other._keep_promise("visit:7")
            self.assertEqual(self._clocks(other).sorted("cycle")[-1].state, "met")

    def test_merged_later(self):
        """What the merged one promised while the other was there is promised there."""
        other = self._new_other(2)
        with self._at(3):
            self._promise("visit:7", at(0, 1))
            self._promise("letter", at(0, 4))
            self._as(self.agent, other)._log_promise("letter", at(0, 3))
        with self._at(4):
            self._as(self.agent, self.case)._merge_into(other)
            states = self._clocks(other).mapped(
                lambda clock: (clock.due_at, clock.state)
            )
            self.assertEqual(states, [(at(0, 3), "running"), (at(0, 1), "running")])

    def test_merged_nearer(self):
        """Of two dates under one key the nearer one counts, and the other is not broken."""
        other = self._new_other(2)
        with self._at(3):
            self._promise("letter", at(0, 2))
            self._as(self.agent, other)._log_promise("letter", at(0, 3))
        with self._at(4):
            self._as(self.agent, self.case)._merge_into(other)
            later, nearer = self._clocks(other)
            self.assertEqual((later.state, later.ended_at), ("cancelled", at(4)))
            self.assertEqual((nearer.state, nearer.due_at), ("running", at(0, 2)))

    def test_merged_moved(self):
        """What was moved nearer while the other was there is promised there."""
        with self._at(1):
            self._promise("letter", at(0, 3))
        other = self._new_other(2)
        with self._at(3):
            self._promise("letter", at(0, 2))
        with self._at(4):
            self._as(self.agent, self.case)._merge_into(other)
            self.assertEqual(other._get_promised_at(), {other: at(0, 2)})
            self.assertEqual(self._clocks(other).mapped("due_at"), [at(0, 2)])

    def test_merged_after_a_miss(self):
        """Of another promise the miss is none; its own case keeps it."""
        other = self._new_other(1)
        with self._at(2):
            self._promise("visit:7", at(4))
            self._as(self.agent, other)._log_promise("letter", at(0, 3))
        with self._at(5):
            self._run_job()
            self._as(self.agent, self.case)._merge_into(other)
            self.assertEqual(self._clocks(other).mapped("state"), ["running"])
            self.assertEqual(self._clocks(self.case).state, "breached")

    def _new_other(self, hours):
        with self._at(hours):
            return self._new_case(user_id=self.agent.id)

    def test_no_policy_has_it(self):
        """Promised dates are kept without a policy; their clocks follow the promise."""
        for metric in ("promise", "chain"):
            with self.assertRefused(ValidationError, "is kept without a policy"):
                self._policy({"metric": metric}, name=metric, sequence=99)
        with self._at(1):
            [clock] = self._promise("visit:7", at(0, 2))
            with self.assertRefused(UserError, "follows from a promised date"):
                self._as(self.leader, clock).action_set_due()

    def test_warned(self):
        """A manager says when it is to be warned of promised dates."""
        action = self.env.ref("aftersales_sla.aftersales_sla_target_own_action")
        Target = self._as(self.manager)[action.res_model]
        domain = [("company_id", "=", self.company.id), ("metric", "=", "promise")]
        [target] = Target.search(domain)
        self.assertEqual(target.sentence, "Keep the dates promised to the customer")
        with Form(target) as form:
            form.warn_percent = 50
        with self._at():
            [clock] = self._promise("visit:7", at(0, 1))
            # Half of eight working hours.
            self.assertEqual(clock.warn_at, at(5))


class TestDeadline(SlaCommon):
    """The deadline, where its type says that it is promised."""

    def setUp(self):
        super().setUp()
        self.type_complaint.is_deadline_promised = True
        with self._at():
            case = self._new_case(user_id=self.agent.id)
            self.case = self._as(self.agent, case)

    def _settle(self):
        """Do what the end of the transaction does."""
        self._flush()
        self.env["aftersales.case"]._flush_due_change()
        self._flush()
        return self._clocks(self.case)

    def _set(self, moment):
        with Form(self.case) as form:
            form.date_deadline = moment
        return self._settle()

    def _move(self, **vals):
        action = self.case.action_move_promise()
        model = self._as(self.agent)[action["res_model"]]
        form = Form(model.with_context(**action["context"]))
        for name, value in vals.items():
            setattr(form, name, value)
        form.save().action_move()
        return self._settle()

    @feature("N-25")
    def test_promised_by_the_type(self):
        """It becomes a clock; later needs a reason, and the customer's wish excuses."""
        with self._at(1):
            [clock] = self._set(at(0, 2))
            self.assertEqual((clock.due_at, clock.state), (at(0, 2), "running"))
            self.assertEqual(self.case._get_promised_at(), {self.case: at(0, 2)})
        with self._at(2):
            with self.assertRefused(UserError, "Use Move the Promised Date"):
                self._set(at(0, 3))
            with self.assertRefused(UserError, "Use Move the Promised Date"):
                self.case.date_deadline = False
            clock, earlier = self._set(at(0, 1))
            self.assertEqual((clock.state, earlier.due_at), ("cancelled", at(0, 1)))
        with self._at(3):
            with self.assertRefused(UserError, "Reason: say why"):
                self._move(due_at=at(0, 3))
            later = self._move(due_at=at(0, 3), is_asked=True)[2]
            self.assertEqual(earlier.state, "cancelled")
            self.assertEqual((later.due_at, later.state), (at(0, 3), "running"))
            self.assertEqual(self.case.date_deadline, at(0, 3))
        with self._at(4):
            last = self._move(due_at=at(0, 4), reason="No part yet")[3]
            self.assertEqual((later.state, later.breached_at), ("breached", at(4)))
            self.assertEqual((last.state, last.due_at), ("running", at(0, 4)))
            event = self.case.event_ids.filtered(lambda e: e.kind == "promise")[-1]
            self.assertEqual(event.reason, "No part yet")
        with self._at(5):
            self._move(due_at=False, reason="Sold")
            self.assertEqual((last.state, last.ended_at), ("breached", at(5)))
            self.assertFalse(self.case.date_deadline)

    def test_typed_excuse(self):
        """Nothing that is typed as a reason excuses; it stays to be read."""
        for day, typed in enumerate(("asked", "unticked"), start=2):
            with self._at(day), self.subTest(typed):
                self._set(at(0, day))
                *_earlier, clock, _later = self._move(
                    due_at=at(0, day + 1), reason=typed
                )
                self.assertEqual(
                    (clock.state, clock.breached_at), ("breached", at(day))
                )
                event = self.case.event_ids.filtered(lambda e: e.kind == "promise")[-1]
                self.assertIn(typed, event.reason_text)

    def test_reason_and_wish(self):
        """Who types a reason and then ticks that the customer asked breaks nothing."""
        with self._at(1):
            self._set(at(0, 2))
        with self._at(2):
            first, second = self._move(
                reason="He is away", due_at=at(0, 3), is_asked=True
            )
            self.assertEqual((first.state, first.breached_at), ("cancelled", False))
            self.assertEqual((second.state, second.due_at), ("running", at(0, 3)))

    def test_to_the_second(self):
        """Parts of a second, which nobody was promised, move no date."""
        parts = timedelta(microseconds=7)
        with self._at(1):
            [clock] = self._set(at(0, 2))
            self.case.date_deadline = at(0, 2) + parts
            self.assertEqual(self._settle(), clock)
        with self._at(2):
            self.case._move_promise(at(0, 3) + parts, "No part yet")
            self.assertEqual(self.case.date_deadline, at(0, 3))
            self.assertEqual(self._settle().mapped("due_at"), [at(0, 2), at(0, 3)])

    def test_own_aim(self):
        """Elsewhere it is the desk's own aim, moved by anybody, and no clock."""
        self.type_complaint.is_deadline_promised = False
        with self._at(1):
            self.assertFalse(self._set(at(0, 2)))
            self.assertFalse(self._set(at(0, 3)))
            self.assertEqual(self.case.next_due_at, at(0, 3))
            self.assertFalse(self.case.is_deadline_promised)

    def test_ticked_later(self):
        """What is set already is promised from then on; unticking breaks nothing."""
        self.type_complaint.is_deadline_promised = False
        with self._at(1):
            self._set(at(0, 2))
            with Form(self._as(self.manager, self.type_complaint)) as form:
                form.is_deadline_promised = True
            [clock] = self._settle()
            self.assertEqual((clock.start_at, clock.due_at), (at(1), at(0, 2)))
        with self._at(2):
            self.type_complaint.is_deadline_promised = False
            self._settle()
            self.assertEqual((clock.state, clock.ended_at), ("cancelled", at(2)))

    def test_closed(self):
        """The deadline of a closed case is promised to nobody."""
        with self._at(1):
            self._complete(self.case).stage_id = self.stage_solved
            self.case.date_deadline = at(0, 2)
            self.assertFalse(self._settle())

    def test_unticked_of_others(self):
        """It ends no promise of another type, and adds nothing to what is closed."""
        other = self.type_complaint.copy({"name": "Other", "code": "OTHER"})
        with self._at(1):
            self._set(at(0, 2))
            kept = self._new_case(type_id=other.id, date_deadline=at(0, 2))
            self._settle()
            self._complete(self.case).stage_id = self.stage_solved
            self._settle()
        events = self.case.event_ids
        with self._at(2):
            self.type_complaint.is_deadline_promised = False
            self._settle()
        self.assertEqual(self._clocks(kept).state, "running")
        self.assertEqual(self.case.event_ids, events)

    def test_not_set_by_hand(self):
        """Its due time is what was promised: it moves as a promise, with a reason."""
        with self._at(1):
            [clock] = self._set(at(0, 2))
            clock = self._as(self.leader, clock)
            with self.assertRefused(UserError, "Use Move the Promised Date"):
                clock.action_set_due()

    def test_merged_into_own_aim(self):
        """Merged into a case whose deadline is the desk's own aim, it leaves that alone."""
        plain = self.type_complaint.copy(
            {"name": "Plain", "code": "PLAIN", "is_deadline_promised": False}
        )
        with self._at(1):
            self._set(at(0, 2))
        with self._at(2):
            other = self._new_case(type_id=plain.id, user_id=self.agent.id)
            self.case._merge_into(self._as(self.agent, other))
            self._settle()
        self.assertFalse(other.date_deadline)
        [clock] = self._clocks(other)
        self.assertEqual((clock.state, clock.due_at), ("running", at(0, 2)))

    def test_past(self):
        """What has passed already is no promise; nobody is kept from writing it."""
        with self._at(0, 3):
            self.assertFalse(self._set(at(0, 2)))
        with self._at(0, 4):
            self.assertEqual(self._set(at(0, 5)).due_at, at(0, 5))

    def test_refused(self):
        """The past, and other people's cases."""
        with self._at(1):
            self._set(at(0, 2))
            with self.assertRefused(UserError, "still to come"):
                self._move(due_at=at(), reason="Why not")
            with self.assertRefused(AccessError, "not allowed"):
                self._as(self.reporter)["aftersales.sla.promise"].create(
                    {"case_id": self.case.id}
                )
            with self.assertRefused(AccessError, "not allowed|access"):
                self._as(self.reporter, self.case).action_move_promise()

    def test_queries(self):
        """Twenty deadlines are promised by as many queries as one."""
        with self._at():
            cases = self.env["aftersales.case"].concat(
                *(self._new_case(user_id=self.agent.id) for _each in range(22))
            )
            self._flush()
            counts = [
                self._count_queries(lambda some=some: self._promise(some))
                for some in (cases[:1], cases[1:2], cases[2:])
            ]
            self.assertEqual(counts[1], counts[2])

    def _promise(self, cases):
        cases.date_deadline = at(0, 2)
        self._settle()
