from odoo.tools import mute_logger

from .goods import GoodsCommon

LOGGERS = (
    "odoo.addons.aftersales_dunning.models.case.aftersales_case_backlog",
    "odoo.addons.aftersales_dunning.models.hold.aftersales_dunning_backlog",
)


class TestBacklog(GoodsCommon):
    """What cannot be held at once is held by a job, and nothing else fails for it."""

    def setUp(self):
        super().setUp()
        self.order = self._new_order(10)
        self.case = self._complain(self._deliver(self.order, 4))
        self.invoice = self._bill(self.order)
        self.other = self.env["res.company"].create({"name": "Other"})

    def _lose_hold(self):
        """Let the hold be gone, and nobody able to make it again."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM aftersales_dunning_hold WHERE case_id = %s", [self.case.id]
        )
        self._set_reason_company(self.other)

    def _set_reason_company(self, company):
        self.env.cr.execute(
            "UPDATE aftersales_dunning_hold_reason SET company_id = %s WHERE id = %s",
            [company.id or None, self.reason.id],
        )
        self.env.invalidate_all()

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_dunning.cron_catch_up").method_direct_trigger()
        self.env.invalidate_all()

    def _get_rows(self):
        return self.env["aftersales.dunning.backlog"].search([])

    @mute_logger(*LOGGERS)
    def test_delivery_does_not_fail(self):
        """Goods are delivered although the hold cannot be made; the job makes it."""
        self._lose_hold()
        slip = self._deliver(self.order)
        self.assertEqual(slip.state, "done")
        self.assertFalse(self.case.hold_ids)
        self.assertEqual(self._get_rows().case_id, self.case)
        self._run_job()
        self.assertEqual(self._get_rows().tries, 1)
        self.assertIn("compan", self._get_rows().error)
        self._set_reason_company(self.other.browse())
        self._run_job()
        self.assertFalse(self._get_rows())
        self.assertEqual(self.case.hold_ids.state, "active")
        self.assertHeld({self.invoice: 460})

    @mute_logger(*LOGGERS)
    def test_somebody_is_told(self):
        """After some tries the responsible of the case knows that it was not held."""
        self._lose_hold()
        self._return(self._deliver(self.order), 1)
        for _try in range(3):
            self._run_job()
        self.assertEqual(set(self._get_rows().mapped("tries")), {3})
        self.assertIn("failed", self.case.activity_ids.mapped("summary")[0])

    @mute_logger(*LOGGERS)
    def test_what_succeeds_hides_no_other_failure(self):
        """Goods of the case that are followed do not hide its hold that cannot begin."""
        hold = self.case.hold_ids
        backlog = self.env["aftersales.dunning.backlog"]
        model = type(hold)
        right = model._catch_up

        def fail(records):
            raise ValueError("broken")

        self.patch(model, "_catch_up", fail)
        backlog._add(holds=hold)
        for _try in range(4):
            backlog._add(cases=self.case)
            self._run_job()
        self.assertEqual(self._get_rows().hold_id, hold)
        failed = self.case.activity_ids.filtered("aftersales_job")
        self.assertEqual(len(failed), 1)
        self.assertIn("broken", failed.note)
        self.patch(model, "_catch_up", right)
        backlog._add(holds=hold)
        self._run_job()
        self.assertFalse(self._get_rows())
        self.assertFalse(self.case.activity_ids.filtered("aftersales_job"))

    def test_woken_at_once(self):
        """The job does not wait for its turn."""
        cron = self.env.ref("aftersales_dunning.cron_catch_up")
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.env["aftersales.dunning.backlog"]._add(cases=self.case)
        new = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - before
        self.assertTrue(new)
        self._run_job()
        self.assertFalse(self._get_rows())
