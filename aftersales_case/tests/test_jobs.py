from datetime import timedelta

from psycopg2 import errors

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestJobs(AftersalesCommon):
    """Scheduled work on many cases, beside people who change some of them."""

    def _run(self, cases, work):
        job = self.env.ref("aftersales_case.cron_signals")
        now = fields.Datetime.now()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, context=dict(self.env.context, cron_id=job.id))
            model = env["aftersales.case"]
            model._run_in_batches(Domain("id", "in", cases.ids), work)
        self.env.invalidate_all()
        return self.env["ir.cron.trigger"].search(
            [("cron_id", "=", job.id), ("call_at", ">=", now + timedelta(minutes=4))]
        )

    def test_conflict_is_no_failure(self):
        """A case that others change is left without activity; the job comes back.

        Work raises the conflict: one transaction has nobody to meet.
        """
        cases = self._new_case() | self._new_case() | self._new_case()
        busy, done = cases[1], set()

        def work(batch):
            if busy.id in batch.ids:
                raise errors.SerializationFailure("could not serialize access")
            done.update(batch.ids)

        triggers = self._run(cases, work)
        self.assertEqual(done, set((cases - busy).ids))
        self.assertFalse(busy.activity_ids)
        self.assertTrue(triggers)

    def test_nothing_left_needs_no_second_run(self):
        """Work that was done on all cases is not done again."""
        self.assertFalse(self._run(self._new_case(), lambda batch: None))

    def test_failure_is_noted_all_the_same(self):
        """What is wrong with the case itself becomes an activity, as before."""
        case = self._new_case()

        def work(batch):
            raise ValueError("broken")

        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            triggers = self._run(case, work)
        self.assertEqual(
            case.activity_ids.mapped("summary"), ["A scheduled job failed"]
        )
        self.assertFalse(triggers)

    def test_failure_is_told_once_and_forgotten(self):
        """One activity while it fails; none when the same job succeeds, or another."""
        cases = bad, fine = self._new_case() | self._new_case()
        by_hand = bad.activity_schedule("mail.mail_activity_data_warning")

        def work(batch):
            if bad in batch:
                raise ValueError("broken")

        with self.assertLogs("odoo.addons.aftersales_case", "ERROR") as log:
            self._run(cases, work)
            self._run(cases, work)
        self.assertEqual(len(log.records), 1)
        failed = bad.activity_ids - by_hand
        self.assertEqual(len(failed), 1)
        self.assertIn("broken", failed.note)
        self.assertFalse(fine.activity_ids)
        self._run(cases, lambda batch: None)
        self.assertEqual(bad.activity_ids, by_hand)

    def test_the_odd_one_out(self):
        """A batch whose odd one is broken is done one by one, and only that is told."""
        cases = self._new_case() | self._new_case() | self._new_case()
        done = []

        def work(batch):
            if len(batch) > 1 or batch == cases[2]:
                raise ValueError("broken")
            done.append(batch.id)

        with self.assertLogs("odoo.addons.aftersales_case", "ERROR"):
            self._run(cases, work)
        self.assertEqual(done, cases[:2].ids)
        self.assertEqual(cases.activity_ids.mapped("res_id"), cases[2].ids)
