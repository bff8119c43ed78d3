from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon


@tagged("post_install", "-at_install")
class TestRenewal(DunningCommon):
    """A renewal asks until when, and is never shorter than what runs."""

    def setUp(self):
        super().setUp()
        self.reason = self.env.ref("aftersales_dunning.reason_product")
        self.reason.max_days = 30
        self.invoice = self._new_invoice(1000)
        self.case = self._new_case(user_id=self.agent.id)
        self.hold = self._hold(self.invoice, "amount", 100, self.case)
        self.hold.date_until = self.today + timedelta(days=10)

    def _day(self, days):
        return str(self.today + timedelta(days=days))

    def _open(self, user, holds=None):
        """Press *Renew* and return the dialog."""
        action = (holds or self.hold).with_user(user).action_ask_renewal()
        return Form.from_action(self._as(user), action)

    def _renew(self, user, days):
        dialog = self._open(user)
        dialog.date_until = self._day(days)
        dialog.save().action_renew()

    @feature("N-05")
    def test_proposal(self):
        """As long as the reason says, from today on."""
        dialog = self._open(self.agent)
        self.assertEqual(str(dialog.date_until), self._day(30))
        dialog.save().action_renew()
        self.assertEqual(str(self.hold.date_until), self._day(30))
        self.assertEqual(self.hold.renewal_count, 1)

    def test_other_day(self):
        """The agent takes less, debtor control more; nobody takes days away."""
        self._renew(self.agent, 20)
        self.assertEqual(str(self.hold.date_until), self._day(20))
        self._renew(self.accountant, 60)
        self.assertEqual(str(self.hold.date_until), self._day(60))
        with self.assertRaisesRegex(ValidationError, "Until: .*" + self._day(60)):
            self._renew(self.accountant, 59)
        self.assertEqual(self.hold.renewal_count, 2)

    def test_longer_than_the_reason(self):
        """What the reason does not give is debtor control's."""
        with self.assertRaisesRegex(AccessError, "longer than the reason"):
            self._renew(self.agent, 31)
        self.assertEqual(self.hold.renewal_count, 0)

    def test_days_that_are_none(self):
        """No year 9999, no words, no numbers."""
        mine = self._as(self.accountant, self.hold)
        for until in ("9999-12-31", self._day(367), "soon", 7, [1], True):
            with self.subTest(until=until), self.assertRaises(ValidationError):
                call(mine, "action_renew", until)
        self.assertEqual(str(self.hold.date_until), self._day(10))

    @feature("N-05")
    def test_warned_again(self):
        """Who was warned of the old end is warned of the new one, too."""
        self.reason.write({"silence_days": 0, "warn_days": 2})
        self.hold.warned_at = fields.Datetime.now()
        self._renew(self.agent, 20)
        mine = self.hold.with_company(self.company)
        for days, warned in ((10, self.hold[:0]), (20, self.hold)):
            with (
                self.subTest(days=days),
                freeze_time(self.today + timedelta(days=days)),
            ):
                self.assertEqual(mine._get_expired()[1], warned)

    def test_batch(self):
        """Each as its reason says; one that ended stays as it is, and is not counted."""
        other = self.reason.copy({"name": "Other", "max_days": 60})
        second = self._hold(self._new_invoice(500), "amount", 50, self.case)
        second.reason_id = other
        second.date_until = self.today + timedelta(days=5)
        ended = self._hold(self._new_invoice(500), "amount", 50, self.case)
        ended._end("by_hand")
        dialog = self._open(self.accountant, self.hold | second | ended)
        self.assertEqual(str(dialog.date_until), self._day(30))
        dialog.save().action_renew()
        self.assertEqual(str(self.hold.date_until), self._day(30))
        self.assertEqual(str(second.date_until), self._day(60))
        self.assertEqual(ended.renewal_count, 0)

    def test_others(self):
        """Who does not work on the case learns and renews nothing."""
        renewal = self._as(self.reporter)["aftersales.dunning.renewal"]
        with self.assertRaises(AccessError):
            call(renewal, "create", {"hold_ids": [[6, 0, self.hold.ids]]})
        with self.assertRaises(AccessError):
            call(self._as(self.reporter, self.hold), "action_renew", self._day(20))
        self.assertEqual(self.hold.renewal_count, 0)
