from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import freeze_time
from odoo.tools import SQL

from odoo.addons.aftersales_case.tests.common import feature

from ..const import EVENT_KEPT_OPEN, REPLY_REMINDER
from .common import PortalCommon
from .silence import MONDAY, SilenceSetup, days


class TestSilence(SilenceSetup, PortalCommon):
    """Customers who do not answer are reminded, then their case is closed."""

    @feature("P-36")
    def test_remind_and_close(self):
        """In working days; each run twice, and nothing is done twice."""
        case = self._wait()
        # Monday 9:00: Thursday, then Monday (over the weekend), then Wednesday.
        for moment, reminded, is_open in (
            (MONDAY + days(2), 0, True),
            (MONDAY + days(3), 1, True),
            (MONDAY + days(6), 1, True),
            (MONDAY + days(7), 2, True),
            (MONDAY + days(8), 2, True),
            (MONDAY + days(9), 2, False),
            (MONDAY + days(30), 2, False),
        ):
            with self.subTest(moment=moment):
                for _twice in range(2):
                    self._run(moment)
                    self.assertEqual(self._count(case), reminded)
                    self.assertEqual(len(self._mails(case)), reminded)
                    self.assertEqual(case.is_open, is_open)
                self._leave(case, moment)
        self.assertEqual(case.stage_id, self.stage_cancelled)
        notes = [str(body) for body in case.message_ids.mapped("body")]
        self.assertEqual(sum("did not answer" in note for note in notes), 1)
        replies = case.event_ids.filtered(lambda event: event.kind == "reply")
        self.assertEqual(replies.mapped("reason"), [REPLY_REMINDER] * 2)
        self.assertEqual(set(replies.mapped("reason_text")), {"reminder"})

    @feature("P-36")
    def test_signs_of_life(self):
        """Whatever the customer does or a colleague writes, the days begin anew."""

        def answer(case):
            case.message_post(
                body="Here I am",
                author_id=self.contact.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

        def ask(case):
            self._tell(case, "And the number?", self.contact)

        def move(case):
            case.stage_id = self.stage_progress
            self.env.flush_all()
            case.stage_id = self.stage_wait_customer

        def use(case):
            case._make_link("still_a_problem", self.contact)
            case.sudo().link_ids[:1]._note_use()

        for live in (answer, ask, move, use):
            with self.subTest(live.__name__):
                case = self._wait()
                self._run(MONDAY + days(3))
                self._leave(case, MONDAY + days(3))
                with freeze_time(MONDAY + days(4)):  # Friday
                    live(case)
                    if case.stage_id != self.stage_wait_customer:
                        case.stage_id = self.stage_wait_customer
                    self.env.flush_all()
                self._run(MONDAY + days(8))
                self.assertEqual(self._count(case), 1)
                self._run(MONDAY + days(9))  # three working days after Friday
                self.assertEqual(self._count(case), 2)

    def test_heard_before_a_far_step(self):
        """What was planned far ahead is forgotten when the case waits for him anew."""
        self.type_complaint.write({"silent_again_days": 0, "silent_close_days": 30})
        case = self._wait()
        self._run(MONDAY + days(3))
        self._leave(case, MONDAY + days(3))
        self._run(MONDAY + days(4))
        with freeze_time(MONDAY + days(4)):
            self._tell(case, "And the number?", self.contact)
            self.env.flush_all()
        self._run(MONDAY + days(9))
        self.assertEqual(self._count(case), 2)

    def test_no_signs_of_life(self):
        """An out-of-office reply of his, a note of ours, a change of the team are none."""
        case = self._wait()
        with freeze_time(MONDAY + days(1)):
            case._message_log(body="He is slow")
            case.priority = "3"
            self.env["aftersales.case"]._log_customer_messages(
                case.message_ids[:1], "auto_reply"
            )
            self.env.flush_all()
        self._run(MONDAY + days(3))
        self.assertEqual(self._count(case), 1)

    def test_only_while_waiting_for_him(self):
        """A case that waits for somebody else, or is worked on, reminds nobody."""
        case, supplier = self._wait(), self._wait()
        with freeze_time(MONDAY):
            supplier.stage_id = self.stage_wait_supplier
            self.env.flush_all()
        self._run(MONDAY + days(1))
        with freeze_time(MONDAY + days(1)):
            case.stage_id = self.stage_progress
            self.env.flush_all()
        self._run(MONDAY + days(20))
        self.assertFalse(self._mails(case | supplier))

    def test_settings(self):
        """0 means never; who shortens the days is followed at once."""
        case = self._wait()
        self._run(MONDAY + days(1))
        self.type_complaint.silent_days = 0
        self._run(MONDAY + days(30))
        self.assertFalse(self._mails(case))
        self.type_complaint.write({"silent_days": 1, "silent_close_days": 0})
        self._run(MONDAY + days(1))
        self.assertEqual(self._count(case), 1)
        self._leave(case, MONDAY + days(1))
        self._run(MONDAY + days(20))
        self._leave(case, MONDAY + days(20))
        self._run(MONDAY + days(90))
        self.assertEqual((self._count(case), case.is_open), (2, True))
        with self.assertRefused(ValidationError, "Silent Cases Go To"):
            self.type_complaint.silent_stage_id = self.stage_progress

    @feature("P-36")
    def test_close_is_judged(self):
        """What the stage asks for is missing: no more reminders, one activity says so."""
        self.type_complaint.write(
            {"silent_stage_id": self.stage_solved.id, "silent_again_days": 0}
        )
        odd, fine = self._wait(), self._complete(self._wait())
        self._run(MONDAY + days(3))
        self._leave(odd | fine, MONDAY + days(3))
        for moment in (7, 8, 40):
            self._run(MONDAY + days(moment))
            self.assertTrue(odd.is_open)
            self.assertEqual(odd.activity_ids.user_id, self.agent)
            self.assertIn("Cause", str(odd.activity_ids.note))
            self.assertEqual(fine.stage_id, self.stage_solved)
            self.assertFalse(fine.activity_ids)
        self.assertEqual(len(self._mails(odd)), 1)
        self.assertEqual(self._count(odd, EVENT_KEPT_OPEN), 1)
        with freeze_time(MONDAY + days(40)):
            self._tell(odd, "Are you there?", self.contact)
            self.env.flush_all()
        self._run(MONDAY + days(60))
        self.assertEqual(self._count(odd), 2, "a new question begins anew")

    def test_refused_in_the_move(self):
        """Of a batch the one whose move is refused stays, and is told; the others go."""
        cases = self._wait() | self._wait()
        self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_cancelled
        ).requirement_ids = [(0, 0, {"kind": "attachment"})]
        self.env["ir.attachment"].create(
            {
                "name": "a.txt",
                "raw": b"x",
                "res_model": cases._name,
                "res_id": cases[0].id,
            }
        )
        for moment in (3, 7, 9):
            self._run(MONDAY + days(moment))
            self._leave(cases, MONDAY + days(moment))
        self.assertEqual(cases.mapped("is_open"), [False, True])
        self.assertFalse(cases[0].activity_ids)
        self.assertIn("close the case", cases[1].activity_ids.summary)

    def test_not_reached(self):
        """Who cannot be reached, or was not, is not silent: nobody closes his case."""
        mute, lost, queued = self._wait(), self._wait(), self._wait()
        mute.email = False
        self.env.flush_all()
        self._run(MONDAY + days(3))
        self.assertEqual(self._count(mute), 0)
        self.assertIn("call him", mute.activity_ids.summary)
        self._leave(lost, MONDAY + days(3))
        with freeze_time(MONDAY + days(3)):
            lost._tell_undelivered(self._mails(lost), "bounced")
            self.env.flush_all()
        for moment in (7, 9, 30):
            self._run(MONDAY + days(moment))
        self.assertEqual(len(self._mails(lost)), 1)
        self.assertEqual(len(self._mails(queued)), 1, "it has not left yet")
        self.assertTrue(all((mute | lost | queued).mapped("is_open")))

    def test_merged(self):
        """A case that goes on in another one reminds nobody."""
        case, other = self._wait(), self._wait()
        other._merge_into(case)
        self._run(MONDAY + days(30))
        self.assertFalse(self._mails(other))

    def test_odd_one_out(self):
        """One case that fails stops no other, and shows it."""
        cases = self._wait() | self._wait()
        self._run(MONDAY + days(1))
        calendar = self.env["resource.calendar"].create(
            {"name": "Flexible", "flexible_hours": True, "tz": "UTC"}
        )
        team = self.team.copy({"resource_calendar_id": calendar.id})
        cases[1].with_context(mail_notrack=True).team_id = team
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            self._run(MONDAY + days(3))
        self.assertEqual(self._count(cases[0]), 1)
        self.assertEqual(self._count(cases[1]), 0)
        self.assertIn("flexible", str(cases[1].activity_ids.note))

    def test_index(self):
        """What is due is found by an index."""
        self._wait()
        self._run(MONDAY + days(1))
        Case = self.env["aftersales.case"]
        due = Case._get_silent_domain() & Domain("silent_at", "<=", MONDAY)
        query = Case._search(due, order="id")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("silent", str(plan))

    def test_sets(self):
        """One case or twenty: the same number of queries to plan them."""
        cases = self._wait()
        cases._plan_silence()  # what is the same for all is known afterwards
        one = self._count_queries(lambda: cases._plan_silence())
        for _number in range(19):
            cases |= self._wait()
        self.assertEqual(self._count_queries(lambda: cases._plan_silence()), one)

    def test_package(self):
        """What becomes of silent cases travels with the type."""
        stages = list(self.type_complaint.link_ids.stage_id)
        point = {"stage": {stage.id: n for n, stage in enumerate(stages)}}
        self.type_complaint.silent_stage_id = self.stage_rejected
        content = self.type_complaint._export_portal(point)
        self.type_complaint.write({"silent_days": 0, "silent_stage_id": False})
        self.type_complaint._take_portal(content, {"stage": stages})
        self.assertEqual(self.type_complaint.silent_days, 3)
        self.assertEqual(self.type_complaint.silent_stage_id, self.stage_rejected)
