from datetime import datetime, timedelta

from odoo.tests import freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature

from .common import PlanningCommon

NOW = datetime(2026, 3, 2, 6)


def soon(hours):
    return NOW + timedelta(hours=hours)


@tagged("post_install", "-at_install")
class TestTold(PlanningCommon):
    """Technicians hear what changes on their next two days."""

    def setUp(self):
        super().setUp()
        self.enterContext(freeze_time(NOW))
        self._settle()

    def _settle(self):
        """Commit, as far as others hear of it; return ``{partner: bodies}``."""
        Message = self.env["mail.message"]
        last = Message.search([], order="id desc", limit=1).id
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = Message.search(
            [("id", ">", last), ("subject", "like", "Your visits")]
        )
        told = {}
        for message in messages:
            for partner in message.notified_partner_ids:
                told.setdefault(partner.name, []).append(message.body)
        return told

    @feature("I2-68")
    def test_one_message(self):
        """Added, moved and taken away: one message for each, once per transaction."""
        moved = self._book(self._visit(), soon(4))
        taken = self._book(self._visit(), soon(8))
        self._settle()
        added = self._visit()
        self._book(added, soon(12))
        self._book(self._visit(), soon(12), self.tina)
        self._book(moved, soon(20))
        self._book(moved, soon(28))
        taken._unbook()
        told = self._settle()
        self.assertEqual(
            {name: len(bodies) for name, bodies in told.items()}, {"Tom": 1, "Tina": 1}
        )
        (body,) = told["Tom"]
        self.assertEqual(body.count("<li>"), 3)
        self.assertRegex(body, r"New: <b>Mon 2 Mar, 18:00–20:00</b>")
        self.assertRegex(
            body, r"Moved: <b>Tue 3 Mar, 10:00–12:00</b> \(was Mon 2 Mar, 10:00–12:00\)"
        )
        self.assertRegex(body, r"Taken away: <s>Mon 2 Mar, 14:00–16:00</s>")
        self.assertIn(added.name, body)
        self.assertEqual(told["Tina"][0].count("<li>"), 1)
        self.assertEqual(self._settle(), {})

    def test_no_mail(self):
        """It is read in Odoo's inbox by who reads there."""
        self.tom.user_id.notification_type = "inbox"
        self._book(self._visit(), soon(4))
        mails = self.env["mail.mail"].search_count([])
        self.assertIn("Tom", self._settle())
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_far_ahead_is_not_told(self):
        far = self._book(self._visit(), soon(49))
        past = self._book(self._visit(), soon(-5))
        self.assertEqual(self._settle(), {})
        far._unbook()
        past._unbook()
        self.assertEqual(self._settle(), {})
        self._book(far, soon(60))
        self._settle()
        self._book(far, soon(30))
        self.assertIn("Moved", self._settle()["Tom"][0])
        self._book(far, soon(100))
        self.assertIn("Moved", self._settle()["Tom"][0])

    def test_back_again_is_not_told(self):
        visit = self._book(self._visit(), soon(4))
        self._settle()
        self._book(visit, soon(8))
        self._book(visit, soon(4))
        visit.sudo().write({"note": "x"})
        self.assertEqual(self._settle(), {})
        self._book(self._visit(), soon(10))._unbook()
        self.assertEqual(self._settle(), {})

    def test_his_own_doing_is_not_told(self):
        self.company.visit_crew_moves = True
        visit = self._book(self._visit(), soon(4), self.tom, self.tina)
        self._settle()
        self._as(self.tom.user_id, visit.event_ids).write({"start": soon(8)})
        self.assertEqual(list(self._settle()), ["Tina"])

    def test_handed_on(self):
        visit = self._book(self._visit(), soon(4))
        self._settle()
        self._book(visit, soon(4), self.tina)
        told = self._settle()
        self.assertIn("Taken away", told["Tom"][0])
        self.assertIn("New", told["Tina"][0])

    def test_called_off_and_done(self):
        visit = self._book(self._visit(), soon(4))
        other = self._book(self._visit(), soon(8))
        self._settle()
        other._enter("under_way")
        self.assertEqual(self._settle(), {})
        visit.action_cancel()
        self.assertIn("Taken away", self._settle()["Tom"][0])

    def test_confidential(self):
        """Who may not read the case learns number and time; subcontractors nothing."""
        visit = self._visit()
        visit.case_id.confidential = True
        self._book(visit, soon(4), self.tom, self.sub)
        (body,) = self._settle()["Tom"]
        self.assertIn(f"{visit.case_id.number}-1", body)
        self.assertNotIn("Janssen", body)

    def test_zone_and_words(self):
        self.tom.user_id.tz = "Europe/Amsterdam"
        self._book(self._visit(), soon(4))
        self.assertIn("11:00–13:00", self._settle()["Tom"][0])
