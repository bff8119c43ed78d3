from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.hostile import call

from .goods import GoodsCommon

RELEASE = "aftersales.dunning.release"
RENEWAL = "aftersales.dunning.renewal"
HOLD = "aftersales.dunning.hold"
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"))
FAR = ("9999-12-31", "0001-01-01")


class HostileRelease(GoodsCommon):
    """A case of the agent holds 363 of 1210; another hold is none of his business."""

    def setUp(self):
        super().setUp()
        _order, slip, self.invoice = self._sell((10, 100))
        self.case = self._complain(slip, [3], user_id=self.agent.id)
        self.hold = self.case.hold_ids
        self.stranger = self.env["res.partner"].create({"name": "Nobody's Business"})
        self.secret = self._new_invoice(777, partner=self.stranger)
        self.hidden = self._hold(self.secret)
        self.assertFalse(self._as(self.agent, self.hidden).has_access("read"))

    def _open(self, user, holds, **vals):
        """Fill in the dialog by RPC."""
        mine = self._as(user)[RELEASE]
        vals |= {"hold_ids": [[6, 0, holds.ids]]}
        key = call(mine, "create", vals, default_hold_ids=holds.ids)
        return mine.browse(key)


class TestDialogTells(HostileRelease):
    """The dialogs tell nobody of holds that are not his to release."""

    def _try(self, what):
        """Return what an attempt tells, or nothing where it is refused."""
        try:
            with self.env.cr.savepoint():
                return str(what())
        except (AccessError, UserError, ValidationError) as error:
            return str(error)
        finally:
            self.env.invalidate_all()

    def assertTellsNothing(self, what):
        told = self._try(what).replace("\xa0", " ")
        for word in (self.secret.name, self.stranger.name, "777"):
            self.assertNotIn(word, told)

    def test_forms(self):
        """Neither by a form that is opened, nor changed, nor saved."""
        spec = {
            "preview": {},
            "outcome": {},
            "release_policy": {},
            "date_until": {},
            "currency_id": {"fields": {"display_name": {}}},
            "hold_ids": {"fields": {"display_name": {}, "held_amount": {}}},
        }
        for model in (RELEASE, RENEWAL):
            forms = self._as(self.agent)[model]
            known = {key: spec[key] for key in spec if key in forms._fields}
            for ids in (self.hidden.ids, (self.hold | self.hidden).ids):
                for rows in ([[6, 0, ids]], [[4, key] for key in ids]):
                    values = {"hold_ids": rows}

                    def save(forms=forms, known=known, values=values):
                        made = forms.browse(call(forms, "create", values))
                        self.env.invalidate_all()
                        return call(made, "web_read", known)

                    def change(forms=forms, known=known, values=values):
                        return call(forms, "onchange", [], values, ["hold_ids"], known)

                    with self.subTest(model=model, rows=rows):
                        self.assertTellsNothing(save)
                        self.assertTellsNothing(change)
                for context in ({"default_hold_ids": ids}, {"active_ids": ids}):
                    with self.subTest(model=model, context=context):
                        self.assertTellsNothing(
                            lambda f=forms, k=known, c=context: call(
                                f, "onchange", [], {}, [], k, **c
                            )
                        )
                        self.assertTellsNothing(
                            lambda f=forms, k=known, c=context: call(
                                f, "default_get", list(k), **c
                            )
                        )

        own = {"hold_ids": [[6, 0, self.hold.ids]], "outcome": "rejected"}
        forms = self._as(self.agent)[RELEASE]
        spec = {"preview": {}, "outcome": {}, "hold_ids": {}}
        told = call(forms, "onchange", [], own, ["hold_ids"], spec)
        self.assertIn("363.00", str(told))

    def test_fields(self):
        """A reporter reads no decision, an agent of others no amounts."""
        for name in ("decision", "invoice_name", "addressee_id"):
            for user in (self.agent, self.reporter):
                self.assertTellsNothing(
                    lambda n=name, u=user: call(self._as(u, self.hidden), "read", [n])
                )


class TestReleases(HostileRelease):
    """What a remote call may not do with the end of holds, whatever it sends."""

    def test_amounts(self):
        """Only what is more than nothing, and less than what is disputed, is granted."""
        self._set_limit("grant", 100000)
        for user in (self.agent, self.accountant):
            for amount in (*NO_NUMBERS, -1, 0, 363, 362.999, 10**12, 1e300):
                with (
                    self.subTest(user=user.name, amount=amount),
                    self.assertRaises(UserError),
                ):
                    wizard = self._open(
                        user, self.hold, outcome="partly", granted_amount=amount
                    )
                    call(wizard, "action_release")
        self.env.invalidate_all()
        self.assertEqual(self.hold.state, "active")
        self.assertHeld({self.invoice: 363})

    def test_quantities(self):
        """Goods are no more than a number, wherever their quantity is entered."""
        share, line = self.case.share_ids, self.case.line_ids
        for quantity in (*NO_NUMBERS, 1e300, -1e300):
            for record, user in ((share, self.accountant), (line, self.agent)):
                with (
                    self.subTest(model=record._name, quantity=quantity),
                    self.assertRaises(UserError),
                ):
                    call(self._as(user, record), "write", {"quantity": quantity})
            with self.subTest(amount=quantity), self.assertRaises(UserError):
                hold = self._as(self.accountant, self.hold)
                call(hold, "write", {"amount": quantity})
        self.env.invalidate_all()
        self.assertHeld({self.invoice: 363})

    def test_days(self):
        """No days that are none, or too many, by whichever way."""
        for vals in (
            {"release_policy": "new_due", "due_days": 367},
            {"release_policy": "new_due", "due_days": 0},
            {"release_policy": "new_due", "due_days": -3},
            {"release_policy": "wait", "wait_days": 10**6},
            {"release_policy": "wait", "wait_days": -1},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                wizard = self._open(self.accountant, self.hold, **vals)
                call(wizard, "action_release")
        self.env.invalidate_all()
        self.assertEqual(self.hold.state, "active")

    def test_others(self):
        """Who neither works on the case nor controls debtors ends and undoes nothing."""
        outsider = new_test_user(
            self.env,
            "as_outsider",
            groups="account.group_account_invoice",
            company_id=self.env["res.company"].create({"name": "Andere BV"}).id,
        )
        portal = new_test_user(self.env, "as_portal", groups="base.group_portal")
        for user in (self.reporter, outsider, portal):
            for method, *args in (
                ("action_release",),
                ("action_renew", str(self.today + timedelta(days=3))),
                ("action_undo_release",),
                ("action_draft_credit_note",),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        mine = self.hold.with_env(self.env(user=user, context={}))
                        call(mine, method, *args)
                        # the dialog opens for whoever asks, and does nothing
                        wizard = mine.env[RELEASE].browse(
                            call(
                                mine.env[RELEASE],
                                "create",
                                {"hold_ids": [[6, 0, self.hold.ids]]},
                            )
                        )
                        call(wizard, "action_release")
        self.env.invalidate_all()
        self.assertEqual((self.hold.state, self.hold.renewal_count), ("active", 0))

    def test_batch_with_an_odd_one(self):
        """Where one is not his, none of them ends."""
        mine = self._as(self.agent)[HOLD]
        both = mine.browse((self.hold | self.hidden).ids)
        for attempt in (
            lambda: call(self._open(self.agent, both), "action_release"),
            lambda: call(both, "action_undo_release"),
            lambda: call(both, "action_renew"),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.env.invalidate_all()
        self.assertEqual((self.hold | self.hidden).mapped("state"), ["active"] * 2)

    def test_ended_holds_tell_nobody(self):
        """A hold that ended is not decided again, and nobody is told of it again."""
        self.company.email = "books@example.com"
        template = self.env.ref("aftersales_dunning.mail_outcome_rejected")
        self._as(self.agent, self.hold)._release_by_hand({}, "rejected")
        for outcome in ("withdrawn", "partly", "credited"):
            wizard = self._open(
                self.agent,
                self.hold,
                outcome=outcome,
                granted_amount=1,
                tell_customer=True,
                template_id=template.id,
            )
            call(wizard, "action_release")
        self.assertEqual(self.hold.outcome, "rejected")
        self.assertFalse(self.hold.told_at)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", HOLD)]))

    def test_undo_of_others(self):
        """What debtor control released an agent does not take back; his own he does."""
        mine = self._as(self.agent, self.hold)
        self._as(self.accountant, self.hold)._release_by_hand({}, "partly", 121)
        self.assertFalse(mine.may_undo)
        with self.assertRefused(AccessError, "Only debtor control"):
            call(mine, "action_undo_release")
        self.assertEqual(self.hold.state, "released")
        call(self._as(self.accountant, self.hold), "action_undo_release")
        self.assertHeld({self.invoice: 363})
        mine._release_by_hand({}, "rejected")
        self.assertTrue(mine.may_undo)
        call(mine, "action_undo_release")
        self.assertEqual(self.hold.state, "active")

    def test_system_fields(self):
        """What the release keeps is nobody's to say, when it is made or later."""
        user = self._as(self.accountant)
        for name, value in (
            ("before_release", {"amount": 1210, "part_state": "to_credit"}),
            ("question_id", 1),
            ("told_at", False),
            ("resume_on", str(self.today)),
            ("due_after", str(self.today)),
            ("due_before", {}),
            ("restarted_ids", []),
            ("outcome", "credited"),
            ("part_state", "waiting"),
            ("is_series", True),
        ):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    call(self._as(self.accountant, self.hold), "write", {name: value})
                with self.assertRaises(AccessError):
                    vals = {"move_id": self.invoice.id, "reason_id": self.reason.id}
                    call(user[HOLD], "create", vals | {name: value})

    def test_lines_of_parts(self):
        """Which part a reminder is about the system says."""
        group = "account_credit_control.group_account_credit_control_manager"
        dunner = new_test_user(
            self.env,
            "as_dunner",
            groups=f"account.group_account_invoice,{group}",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        invoice = self._new_invoice(500)
        run = self._run()
        line = run.line_ids.filtered(lambda line: line.invoice_id == invoice)
        mine = self._as(dunner, line)
        with self.assertRaises(AccessError):
            call(mine, "write", {"hold_id": self.hold.id})
        with self.assertRaises(AccessError):
            vals = self._prepare_reminder(run, invoice, hold_id=self.hold.id)
            call(mine.browse(), "create", vals)
        self.assertFalse(line.hold_id)

    def test_customer_until(self):
        """A hold of a customer has a last day that is one, and waits where it is to."""
        for day in (*FAR, str(self.today - timedelta(days=1))):
            with self.subTest(day=day), self.assertRaises(ValidationError):
                self._hold_all(self.accountant, asked_until=day)
        for user in (self.agent, self.reporter):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._hold_all(user)
        hold = self._hold_all(self.accountant, asked_until="2199-12-31")
        days = self.reason.max_days
        if hold.state == "active" and days:
            self.assertEqual(hold.date_until, self.today + timedelta(days=days))

    def _hold_all(self, user, **vals):
        vals |= {"scope": "customer", "partner_id": self.customer.id}
        vals |= {"reason_id": self.reason.id, "company_id": self.company.id}
        holds = self._as(user)[HOLD]
        return self.env[HOLD].browse(call(holds, "create", vals))

    def test_renewals(self):
        """No far days and no words, in the dialog and without it."""
        for until in (*FAR, str(self.today), "soon"):
            with self.subTest(until=until), self.assertRaises(ValidationError):
                call(self._as(self.accountant, self.hold), "action_renew", until)
        mine = self._as(self.accountant)[RENEWAL]
        for until in FAR:
            vals = {"hold_ids": [[6, 0, self.hold.ids]], "date_until": until}
            with self.subTest(until=until), self.assertRaises(ValidationError):
                call(mine.browse(call(mine, "create", vals)), "action_renew")
        self.assertFalse(self.hold.renewal_count)
