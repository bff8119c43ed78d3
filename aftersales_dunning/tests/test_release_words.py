from odoo.tests import Form

from odoo.addons.aftersales_case.tests.common import feature

from .goods import GoodsCommon


class TestReleaseWords(GoodsCommon):
    """What the dialog says before a release is what is dunned after it."""

    def _read(self, holds, policy):
        """Return what the dialog says of these terms, and the dialog."""
        wizard = self._as(self.accountant)["aftersales.dunning.release"]
        form = Form(wizard.with_context(active_ids=holds.ids, active_model=holds._name))
        form.outcome = "rejected"
        form.release_policy = policy
        return str(form.preview).replace("&nbsp;", ""), form

    @feature("N-27")
    def test_next_reminder_asks_for_the_part_as_well(self):
        """What is dunned again at once is in the next reminder, and it says so."""
        invoice = self._new_invoice(1000)
        hold = self._hold(invoice, "amount", 300)
        preview, form = self._read(hold, "go_on")
        self.assertIn("about $1,000.00", preview)
        self.assertNotIn("about $700.00", preview)
        form.save().action_release()
        prospect = invoice._get_open_lines()._get_prospects(self._in(0))
        self.assertEqual([found.due for found in prospect.values()], [1000])

    @feature("N-27")
    def test_next_reminder_leaves_the_part_out(self):
        """What comes back later is not in the next reminder."""
        invoice = self._new_invoice(1000)
        preview, _form = self._read(self._hold(invoice, "amount", 300), "wait")
        self.assertIn("then at the level of the rest", preview)
        self.assertIn("about $700.00", preview)

    @feature("N-27")
    def test_all_of_it_has_no_rest(self):
        """Where all is disputed no rest is spoken of, of an invoice or a customer."""
        hold = self._hold(self._new_invoice(1000))
        customer = self._hold_customer()
        for policy in ("go_on", "wait"):
            for one in (hold, customer):
                with self.subTest(policy=policy, scope=one.scope):
                    preview, _form = self._read(one, policy)
                    self.assertIn("at the level reached", preview)
                    self.assertNotIn("rest", preview)

    def test_ended_holds_are_not_offered(self):
        """Of several chosen ones, those that ended already are left out."""
        ended = self._hold(self._new_invoice(1000), "amount", 300)
        ended._release_by_hand({}, "remedied")
        hold = self._hold(self._new_invoice(500))
        preview, form = self._read(ended | hold, "go_on")
        self.assertEqual(form.hold_ids[:], hold)
        self.assertNotIn(ended.move_id.name, preview)
