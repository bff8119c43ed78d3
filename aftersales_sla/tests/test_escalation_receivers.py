"""Whom levels reach: superiors, stand-ins, hours, channels, one message for each."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.aftersales_case.tests.common import feature

from .common import MONDAY, at
from .escalation import EscalationCommon


class TestSuperiors(EscalationCommon):
    def _above(self, user=None):
        user = user or self.agent
        found = user._get_aftersales_superiors(self.company)[user]
        return found & (self.agent | self.agent2 | self.leader | self.manager)

    def test_in_a_circle(self):
        """Two who are each other's superior: each is asked once, then the managers."""
        first, second = self._employ(self.agent, self.leader)
        second.parent_id = first
        self.assertEqual(self._above(), self.leader | self.manager)

    def test_in_a_circle_above(self):
        """A circle of superiors that leaves the person out ends as well."""
        _first, second, third = self._employ(self.agent, self.leader, self.manager)
        third.parent_id = second
        self.assertEqual(self._above(), self.leader | self.manager)

    def test_not_himself(self):
        """A manager who has nobody above him is not his own superior."""
        self.assertNotIn(self.manager, self._above(self.manager))

    def test_passed_over(self):
        """Who has left, has no user, or none in this company, is passed over."""
        for what in ("no user", "archived user", "archived employee", "elsewhere"):
            with self.subTest(what), self.env.cr.savepoint() as savepoint:
                _one, middle, _last = self._employ(self.agent, self.agent2, self.leader)
                if what == "no user":
                    middle.user_id = False
                elif what == "archived user":
                    self.agent2.active = False
                elif what == "archived employee":
                    middle.active = False
                else:
                    other = self.env["res.company"].create({"name": "Other"})
                    self.agent2.write(
                        {
                            "company_ids": [Command.set(other.ids)],
                            "company_id": other.id,
                        }
                    )
                self.assertEqual(self._above(), self.leader | self.manager)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_department_then_fallback(self):
        """Nobody above: the department's manager, the company's fallback, a manager."""
        employees = self._employ(self.agent) | self._employ(self.agent2)
        self.company.aftersales_user_id = self.leader
        employees[0].department_id = self.env["hr.department"].create(
            {
                "name": "Service",
                "company_id": self.company.id,
                "manager_id": employees[1].id,
            }
        )
        self.assertEqual(list(self._above()), [self.agent2, self.leader, self.manager])

    def test_may_not_read(self):
        """A superior who may not read the case is passed over, and a leader likewise."""
        self._employ(self.agent, self.reporter, self.leader)
        self._level("superior", {"kind": "person", "user_id": self.reporter.id})
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.leader)

    def test_confidential(self):
        """Of a confidential case nobody hears who may not read it."""
        self._level("responsible", {"kind": "person", "user_id": self.agent2.id})
        case = self._start(confidential=True)
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.agent)

    def test_nobody_left(self):
        """A level whose receivers are all gone reaches the company's fallback."""
        self.company.aftersales_user_id = self.agent2
        self._level("deputy", {"kind": "person", "user_id": self.reporter.id})
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.agent2)

    def test_customer(self):
        """A colleague who became a customer is told nothing, although the case is his."""
        self.company.aftersales_user_id = self.leader
        self._level({"kind": "person", "user_id": self.agent2.id})
        self.agent2.group_ids = self.env.ref("base.group_portal")
        case = self._start(partner_id=self.agent2.partner_id.id)
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.leader)

    def test_twice_meant(self):
        """Who is meant twice by a level is told once, by the channels of the first."""
        self._level(
            {"kind": "responsible", "channel": "activity"},
            {"kind": "person", "user_id": self.agent.id, "channel": "email"},
        )
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).mapped("channel"), ["activity"])

    def test_fixed_person_and_deputy(self):
        """The stage's fixed person, the deputy, the team's leader, each once."""
        self.agent.aftersales_deputy_id = self.leader
        link = self.type_complaint.link_ids.filtered(
            lambda link: link.stage_id == self.stage_new
        )
        link.write({"assignment": "user", "user_id": self.agent2.id})
        self._level("owner", "deputy", "leader")
        case = self._start()
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.agent2 | self.leader)
        self.assertEqual(len(self._alerts(case)), 2)


class TestHours(EscalationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.calendar_id = False  # five hours, day and night
        cls.employee = cls._employ(cls.agent)

    def _leave(self, user, days):
        """Let an employee be on leave from Monday noon on."""
        resource = user._get_aftersales_employees(self.company).resource_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "company_id": self.company.id,
                "date_from": MONDAY + timedelta(hours=3),
                "date_to": MONDAY + timedelta(days=days),
            }
        )

    def test_in_the_morning(self):
        """Reached at night, told when the receiver's work begins."""
        self._level("responsible")
        case = self._start(8)  # at five; four hours later it is nine in the evening
        self._run_at(12)
        alert = self._alerts(case)
        self.assertEqual((alert.state, alert.send_at), ("waiting", at(23)))
        self._run_at(22)
        self.assertEqual(alert.state, "waiting")
        self._run_at(23)
        self.assertEqual((alert.state, alert.sent_at), ("sent", at(23)))

    def test_on_leave(self):
        """An absent one's goes to his deputy, if that one is there."""
        self._level("responsible")
        self.agent.aftersales_deputy_id = self.agent2
        self._employ(self.agent2)
        self._leave(self.agent, 5)
        case = self._start(0)
        self._run_at(5)
        alert = self._alerts(case)
        self.assertEqual((alert.user_id, alert.told_user_id), (self.agent, self.agent2))

    def test_on_leave_like_the_deputy(self):
        """A deputy on leave himself is told nothing: it waits for the receiver."""
        self._level("responsible")
        self.agent.aftersales_deputy_id = self.agent2
        self._employ(self.agent2)
        self._leave(self.agent, 3)
        self._leave(self.agent2, 4)
        case = self._start(0)
        self._run_at(5)
        self.assertEqual(self._alerts(case).send_at, at(0, 3))
        self._run_at(0, 3)
        self.assertEqual(self._alerts(case).told_user_id, self.agent)

    def test_on_leave_without_deputy(self):
        """Without deputy it waits until he is back."""
        self._level("responsible")
        self._leave(self.agent, 3)
        case = self._start(0)
        self._run_at(5)
        # Until Thursday at nine.
        self.assertEqual(self._alerts(case).send_at, at(0, 3))

    def test_away_for_long(self):
        """Nobody waits for more than two weeks: it is told at once."""
        self._level("responsible")
        self._leave(self.agent, 30)
        case = self._start(0)
        self._run_at(5)
        self.assertEqual(self._alerts(case).state, "sent")

    def test_without_hours(self):
        """Who has no working hours, or flexible ones, is told in the company's."""
        self._level("responsible")
        for hours in (False, self._flexible()):
            self.employee.resource_calendar_id = hours
            case = self._start(8)
            self._run_at(12)
            self.assertEqual(self._alerts(case).send_at, at(23))

    def test_at_work(self):
        """Who is at work is told now, not when his work began."""
        found = self.agent._get_aftersales_openings(self.company, at(2))
        self.assertEqual(found, {self.agent: at(2)})

    def test_hours_that_cannot_be_read(self):
        """Hours that no day has keep no message."""
        self._level("responsible")
        broken = self.calendar.copy()
        broken.attendance_ids[0].write({"hour_from": 22, "hour_to": 30})
        self.employee.resource_calendar_id = broken
        case = self._start(8)
        self._run_at(12)
        self.assertEqual(self._alerts(case).state, "sent")

    def test_may_not_read_any_more(self):
        """Who may not read the case when his work begins is told nothing, for good."""
        self._level({"kind": "person", "user_id": self.agent2.id})
        case = self._start(8)
        self._run_at(12)
        alert = self._alerts(case)
        self.assertEqual(alert.state, "waiting")
        with self._at(12.5):
            case.confidential = True
        self._run_at(23)
        self.assertEqual((alert.state, alert.told_user_id.ids), ("over", []))

    def test_waits_when_it_is_to_be_told(self):
        """What stands still when the receiver's work begins is told when it goes on."""
        self._level("responsible")
        case = self._start(8)
        self._run_at(12)
        alert = self._alerts(case)
        with self._at(12.5):
            case.stage_id = self.stage_wait_customer
        self._run_at(23)
        self.assertEqual((alert.state, alert.send_at), ("waiting", at(23.25)))
        with self._at(23.1):
            case.stage_id = self.stage_progress
        self._run_at(23.25)
        self.assertEqual(alert.state, "sent")

    def test_deputy_who_may_not_read(self):
        """What the deputy may not read is told to the receiver himself."""
        self._level("responsible")
        self.agent.aftersales_deputy_id = self.reporter
        self.agent.write(
            {
                "out_of_office_from": MONDAY - timedelta(days=1),
                "out_of_office_to": MONDAY + timedelta(days=1),
            }
        )
        case = self._start(0)
        self._run_at(5)
        self.assertEqual(self._alerts(case).told_user_id, self.agent)


class TestChannels(EscalationCommon):
    def _told_by(self, *channels, **vals):
        """Return by which channel the agent is told, who is told by these in order."""
        names = ("channel", "channel_2", "channel_3")
        self.agent.write(vals)
        self._level({"kind": "responsible", **dict(zip(names, channels, strict=False))})
        case = self._start()
        self._run_at(5)
        return self._alerts(case)

    @feature("B4-93")
    def test_email(self):
        """By e-mail, whatever the receiver prefers else; the queue sends it."""
        alert = self._told_by("email", notification_type="inbox")
        self.assertEqual(alert.channel, "email")
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "=", alert.message_id.id)]
        )
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.agent.partner_id)
        self.assertIn("most urgent first", mail.body_html)
        self.assertIn("Solved", mail.body_html)

    def test_no_address(self):
        """Without an address by the next channel."""
        alert = self._told_by("email", "inbox", email=False)
        self.assertEqual(alert.channel, "inbox")

    @feature("B4-93")
    def test_text_message(self):
        """By SMS, to the number of the person, or of the employee."""
        self._employ(self.agent, mobile_phone="+31 6 12345678")
        alert = self._told_by("sms")
        self.assertEqual(alert.channel, "sms")
        text = self.env["sms.sms"].search([], order="id desc", limit=1)
        self.assertEqual((text.number, text.state), ("+31612345678", "outgoing"))
        self.assertIn(alert.case_id.number, text.body)
        self.assertNotIn(alert.case_id.name, text.body)

    def test_usual_channel(self):
        """Where no other channel was chosen the usual ones follow, e-mail first."""
        alert = self._told_by("inbox", notification_type="email")
        self.assertEqual(alert.channel, "email")

    def test_no_number(self):
        alert = self._told_by("sms", "activity")
        self.assertEqual(alert.channel, "activity")

    @feature("B4-93")
    def test_activity(self):
        """An activity on the case, and no mail beside it."""
        alert = self._told_by("activity")
        activity = alert.case_id.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(activity.summary, "Solved")
        self.assertFalse(alert.message_id)

    def test_nothing_is_there(self):
        """Neither inbox nor address nor number: an activity always is there."""
        alert = self._told_by(
            "sms", "email", "inbox", email=False, notification_type="email"
        )
        self.assertEqual(alert.channel, "activity")


class TestOneMessage(EscalationCommon):
    @feature("P-12")
    def test_many_cases(self):
        """Many cases in one minute are one message, what is late first, with links."""
        self._level("responsible")
        self._level("responsible", percent=100)
        early, late = self._start(1), self._start(0)
        many = [self._start(1) for _each in range(60)]
        self._run_at(6.5)
        alerts = self._alerts(early | late | early.concat(*many), "sent")
        message = alerts.message_id
        self.assertEqual(len(message), 1)
        self.assertEqual(message.subject, "62 deadlines need you")
        self.assertLess(
            message.body.index(late.number), message.body.index(early.number)
        )
        self.assertEqual(message.body.count("/odoo/cases/"), 50)
        self.assertIn("12 more", message.body)

    def test_one_fails(self):
        """One that cannot be told stops no other: its error, and one activity."""
        self._level({"kind": "responsible", "channel": "activity"})
        bad, fine = self._start(), self._start()
        with self._at(5):
            (bad | fine)._replay_due()
        alert = self._alerts(bad)
        Alert = self.registry["aftersales.sla.alert"]
        send_by = Alert._send_by

        def fail(alerts, *args):
            if bad in alerts.case_id:
                raise ValueError("No such channel")
            return send_by(alerts, *args)

        self.patch(Alert, "_send_by", fail)
        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            self._run_at(5)
        self.assertEqual(self._alerts(fine).state, "sent")
        self.assertEqual((alert.state, alert.error), ("waiting", "No such channel"))
        self.assertEqual(alert.send_at, at(6))
        self.assertEqual(bad.activity_ids.mapped("summary"), ["A scheduled job failed"])
        self.patch(Alert, "_send_by", send_by)
        self._run_at(6)
        self.assertEqual((alert.state, alert.error), ("sent", False))
        self.assertEqual(bad.activity_ids.mapped("summary"), ["Solved"])

    def test_queries_per_message(self):
        """So many queries for a person, however many cases he is told of."""
        self._level("responsible")

        def tell(count):
            cases = [self._start() for _each in range(count)]
            with self._at(5):
                self.env["aftersales.case"].concat(*cases)._replay_due()
                alerts = self.env["aftersales.sla.alert"].search(
                    [("state", "=", "waiting")]
                )
                return self._count_queries(lambda: alerts._send_to(self.agent))

        tell(1)
        self.assertLessEqual(tell(40), tell(2) + 10)

    def test_queries_per_level(self):
        """So many queries for a batch of clocks that reach a level."""
        self._level("responsible", "leader", "superior")

        def reach(count):
            cases = self.env["aftersales.case"].concat(
                *(self._start() for _each in range(count))
            )
            with self._at(5):
                return self._count_queries(cases._replay_due)

        reach(1)
        self.assertLessEqual(reach(40), reach(2))
