from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature
from odoo.addons.aftersales_case.tests.hostile import call

from .goods import GoodsCommon


class TestToldCustomers(GoodsCommon):
    """Customers are told of a decision by whoever takes it, who reads what he sends."""

    def setUp(self):
        super().setUp()
        self.company.email = "books@example.com"
        # Where templates are restricted, nobody but their editors writes expressions.
        group = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= group
        for user in (self.agent, self.accountant):
            user.group_ids -= group
        _order, slip, self.invoice = self._sell((10, 100))
        self.case = self._complain(slip, [3], user_id=self.agent.id)
        self.hold = self.case.hold_ids

    def _tell(self, user, outcome, template=None):
        """Release in the dialog, and let the customer be told; return the mail."""
        hold = self._as(user, self.hold)
        form = Form.from_action(self._as(user), self._press(hold, "action_release"))
        form.outcome = outcome
        form.tell_customer = True
        if template:
            form.template_id = template
        form.save().action_release()
        return self.env["mail.mail"].search([], order="id desc", limit=1)

    @feature("N-27")
    def test_shipped_ones(self):
        """Debtor control and service send them, editors of templates or not."""
        for user in (self.accountant, self.agent):
            with self.subTest(user=user.name):
                self.assertFalse(user.has_group("mail.group_mail_template_editor"))
                mail = self._tell(user, "rejected")
                self.assertEqual(mail.recipient_ids, self.customer)
                self.assertIn(self.invoice.name, mail.subject)
                self.assertIn("cannot grant it", mail.body_html)
                self.assertIn(
                    f"In all $ 1,210.00 of {self.invoice.name}",
                    mail.body_html.replace("\xa0", " "),
                )
                self.hold.told_at = False
                self.hold.action_undo_release()

    def _template(self, user, body):
        return self._as(user)["mail.template"].create(
            {
                "name": "Mine",
                "model_id": self.env["ir.model"]._get_id("aftersales.dunning.hold"),
                "use_default_to": False,
                "partner_to": "{{ object.partner_id.id }}",
                "subject": "Mine",
                "body_html": body,
            }
        )

    def test_template_of_others(self):
        """What an agent may not read he does not read by a mail, whoever wrote it."""
        last = self.env["mail.mail"].search([], order="id desc", limit=1)
        for name in ("move_id.amount_residual", "move_id.invoice_user_id.login"):
            body = f'<p t-out="object.{name}">x</p>'
            template = self._template(self.env.user, body)
            with self.subTest(name=name), self.assertRefused(AccessError, "Mail: "):
                self._tell(self.agent, "rejected", template)
        self.env.invalidate_all()
        found = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual((found, self.hold.state), (last, "active"))

    def test_template_of_the_controller(self):
        """He reads invoices, and writes so; of a confidential case he learns nothing."""
        self.accountant.group_ids += self.env.ref("mail.group_mail_template_editor")
        body = '<p><t t-out="object.{}">x</t></p>'
        open_amount = body.format("move_id.amount_residual")
        template = self._template(self.accountant, open_amount)
        self.assertIn(
            "1210", self._tell(self.accountant, "rejected", template).body_html
        )
        self.hold.told_at = False
        self.hold.action_undo_release()
        self.case.write({"confidential": True, "name": "Secret"})
        self.assertFalse(self._as(self.accountant, self.case).has_access("read"))
        template = self._template(self.accountant, body.format("case_id.name"))
        with self.assertRefused(AccessError, "Mail: "):
            self._tell(self.accountant, "rejected", template)
        self.assertIn("1,210", self._tell(self.accountant, "rejected").body_html)

    def test_without_the_right_to_edit(self):
        """Words of one's own around what is made to be said need no further right."""
        for user in (self.agent, self.accountant):
            mine = self._template(user, '<p>Hi! <t t-out="object.decision">x</t></p>')
            mail = self._tell(user, "rejected", mine)
            self.assertIn("Hi! In all $ 1,210.00", mail.body_html.replace("\xa0", " "))
            self.hold.told_at = False
            self.hold.action_undo_release()

    def test_template_about_something_else(self):
        """It is refused in a sentence, whoever names it."""
        wizard = self._as(self.agent)["aftersales.dunning.release"]
        other = self.env["mail.template"].search(
            [("model", "=", "sale.order")], limit=1
        )
        wizard = wizard.with_context(default_hold_ids=self.hold.ids).create(
            {"tell_customer": True, "template_id": other.id}
        )
        with self.assertRaisesRegex(ValidationError, "Mail: choose"):
            call(wizard, "action_release")

    def test_who_reads_the_decision(self):
        """Whoever may release it; a reporter of the case learns no amounts."""
        for user in (self.accountant, self.agent):
            self.assertIn("847.00", self._as(user, self.hold).decision)
        mine = self._as(self.reporter, self.hold)
        if mine.has_access("read"):
            self.assertFalse(mine.decision or mine.invoice_name)
