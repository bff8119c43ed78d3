from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_case.tests.hostile import call

from .common import DunningCommon


class TestGateOfNewLines(DunningCommon):
    """A reminder that is made as one that goes, or went, passes the gate as well."""

    def setUp(self):
        super().setUp()
        self.part, self.whole = self._new_invoice(1000), self._new_invoice(500)
        self._hold(self.part, scope="amount", amount=321)
        self._hold(self.whole)
        self.sender = new_test_user(
            self.env,
            "as_sender",
            groups="base.group_user,"
            "account_credit_control.group_account_credit_control_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_no_line_is_made_as_sent(self):
        """A reminder about a held invoice is not made as one that went, or goes."""
        lines = self._as(self.sender)["credit.control.line"]
        run = self._run()
        free = self._new_invoice(100)
        for state in ("sent", "queued", "to_be_sent"):
            with self.subTest(state=state):
                vals = self._prepare_reminder(run, self.whole, state=state)
                with self.assertRefused(UserError, f"{self.whole.name}: held"):
                    call(lines, "create", vals)
                with self.assertRefused(UserError, f"{self.whole.name}: held"):
                    call(
                        lines,
                        "create",
                        self._prepare_reminder(run, self.whole) | {"state": state},
                        dunning_judged=True,
                    )
                vals.pop("state")
                with self.assertRefused(UserError, f"{self.whole.name}: held"):
                    call(lines, "create", vals, default_state=state)
                made = call(
                    lines, "create", self._prepare_reminder(run, self.part, state=state)
                )
                self.assertEqual(lines.browse(made).balance_due, 679)
                call(lines, "create", self._prepare_reminder(run, free, state=state))
        line = lines.create(self._prepare_reminder(run, self.whole))
        with self.assertRefused(UserError, "held"):
            call(line, "copy", {"state": "sent"})
