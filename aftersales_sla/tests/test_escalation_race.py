"""Two workers at the outbox, on real connections: nothing is told twice, or not at all."""

import threading
import time
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.races import SECONDS, RaceCase

from .common import new_day_and_night

CASES = 20
AGENT = "aftersales_case.group_aftersales_agent"


@tagged("post_install", "-at_install")
class TestEscalationRace(RaceCase):
    def setUp(self):
        super().setUp()
        with self._transaction(no_reset_password=True) as env:
            company = env["res.company"].create({"name": f"Race {time.time_ns()}"})
            company.resource_calendar_id = new_day_and_night(env, company_id=company.id)
            env.user.company_ids |= company
            env = env(context=dict(env.context, allowed_company_ids=company.ids))
            user = new_test_user(
                env,
                f"race_told_{company.id}",
                groups=AGENT,
                notification_type="inbox",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            self.company_id, self.user_id = company.id, user.id
            policy = env["aftersales.sla.policy"].create(
                {
                    "name": "Race",
                    "company_id": company.id,
                    "calendar_id": False,
                    "target_ids": [
                        Command.create({"metric": "resolved", "quantity": 1})
                    ],
                    "level_ids": [
                        Command.create(
                            {
                                "percent": 100,
                                "receiver_ids": [
                                    Command.create({"kind": "responsible"})
                                ],
                            }
                        )
                    ],
                }
            )
            self.policy_id = policy.id
            env["aftersales.case"].create(
                [
                    {
                        "name": f"Race {number}",
                        "type_id": env.ref("aftersales_case.type_complaint").id,
                        "company_id": company.id,
                        "user_id": user.id,
                        "reported_at": fields.Datetime.now() - timedelta(hours=2),
                    }
                    for number in range(CASES)
                ]
            )
        self.addCleanup(self._remove)

    def _remove(self):
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self._remove_cases(env, company)
            env["aftersales.sla.policy"].browse(self.policy_id).unlink()
        with self._transaction() as env:
            env["res.users"].browse(self.user_id).active = False
            company = env["res.company"].browse(self.company_id)
            env.user.company_ids -= company
            company.active = False

    def _work(self, start):
        """Run the job until it meets nobody else, as Odoo does minute by minute."""
        start.wait(SECONDS)
        for _minute in range(5):
            try:
                with self._transaction() as env:
                    env["aftersales.case"]._cron_clocks()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                continue

    def _get_alerts(self, env):
        company = ("case_id.company_id", "=", self.company_id)
        return env["aftersales.sla.alert"].search([company, ("user_id", "!=", False)])

    def test_two_workers(self):
        """Each case is told once, by whichever of two workers."""
        start = threading.Barrier(2)
        workers = [
            threading.Thread(target=self._work, args=(start,)) for _each in range(2)
        ]
        with mute_logger("odoo.sql_db"):
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(4 * SECONDS)
        with self._transaction() as env:
            env["aftersales.case"]._cron_clocks()
            alerts = self._get_alerts(env)
            self.assertEqual(len(alerts), CASES)
            self.assertEqual(set(alerts.mapped("state")), {"sent"})
            bodies = "".join(alerts.message_id.mapped("body"))
            for case in alerts.case_id:
                self.assertEqual(bodies.count(f">{case.number}<"), 1)

    def test_noted_by_two(self):
        """A level that two note at once stands there once; the second begins again."""

        def note(env):
            case = env["aftersales.case"].search(
                [("company_id", "=", self.company_id)], limit=1
            )
            policy = env["aftersales.sla.policy"].browse(self.policy_id)
            row = {
                "case_id": case.id,
                "target_id": policy.target_ids.id,
                "cycle": 1,
                "level_id": policy.level_ids.id,
            }
            Alert = env["aftersales.sla.alert"]
            mark = Alert._prepare_mark(
                row, policy.level_ids.id, "reached", fields.Datetime.now()
            )
            return len(Alert._insert([mark]))

        # Not "it is there already", which nobody tries again.
        self.assertIsInstance(self._race(note, note), SerializationFailure)
        with self._transaction() as env:
            self.assertEqual(note(env), 0)

    def test_sent_since_it_began(self):
        """What another worker has sent since this one began is no failure of this one."""
        with self._transaction() as env:
            env["aftersales.case"].search(
                [("company_id", "=", self.company_id)]
            )._replay_due()
        with mute_logger("odoo.sql_db"), self._transaction() as env:
            alerts = self._get_alerts(env)
            with self._transaction() as other:
                first = self._get_alerts(other)[:1]
                first._send_to(first.user_id)
            env["aftersales.sla.alert"]._send_waiting()
        with self._transaction() as env:
            alerts = self._get_alerts(env)
            self.assertEqual(set(alerts.mapped("state")), {"sent"})
            self.assertEqual(len(alerts.message_id), 2)

    def test_left_to_the_other(self):
        """What one worker sends just then, another one leaves."""
        with self._transaction() as env:
            env["aftersales.case"].search(
                [("company_id", "=", self.company_id)]
            )._replay_due()
        with self._transaction() as one, self._transaction() as other:
            alerts = self._get_alerts(one)
            self.assertEqual(len(alerts), CASES)
            self.assertEqual(alerts.try_lock_for_update(), alerts)
            other["aftersales.sla.alert"]._send_waiting()
            self.assertEqual(set(self._get_alerts(other).mapped("state")), {"waiting"})
        with self._transaction() as env:
            env["aftersales.sla.alert"]._send_waiting()
            self.assertEqual(len(self._get_alerts(env).message_id), 1)
