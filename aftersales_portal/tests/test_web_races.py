import threading
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.const import REASON_ERROR
from odoo.addons.aftersales_case.tests.races import RaceCase

from ..engine.bodies import Report
from ..engine.problem import Problem


@tagged("post_install", "-at_install")
class TestWebRaces(RaceCase):
    """Reports that arrive at the same moment, on real connections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key = str(time.time_ns())
        with cls._transaction() as env:
            company = env["res.company"].create({"name": f"Race {key}"})
            # Somebody there is responsible.
            env.ref("base.user_admin").company_ids |= company
            case_type = env.ref("aftersales_case.type_complaint").copy(
                {"company_id": company.id, "code": f"R{key}", "team_id": False}
            )
            channel = env["aftersales.channel"].create(
                {
                    "name": "Raced",
                    "key": key,
                    "company_id": company.id,
                    "type_ids": case_type.ids,
                    "most_an_hour": 100,
                    "most_of_one": 7,
                }
            )
            cls.channel_id, cls.company_id = channel.id, company.id

    @classmethod
    def tearDownClass(cls):
        with cls._transaction() as env:
            channel = env["aftersales.channel"].browse(cls.channel_id)
            case_type, company = channel.type_ids, channel.company_id
            cls._remove_cases(env, company)
            env["aftersales.intake"].search([("company_id", "=", company.id)]).unlink()
            channel.unlink()
            case_type.unlink()
        # A user is not taken from a company in the moment in which he has cases there.
        with cls._transaction() as env:
            company = env["res.company"].browse(cls.company_id)
            env.ref("base.user_admin").company_ids -= company
            company.active = False
        super().tearDownClass()

    def _at_once(self, count, act):
        """Let some act at once, as requests do: tried again when they meet."""
        barrier = threading.Barrier(count)

        def run(number):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                cr.execute("SELECT 1")
                barrier.wait(20)
                return retrying(lambda: act(env, number), env)

        with mute_logger("odoo.service.model"), ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))

    def test_limit(self):
        """Twenty at once against a limit of seven: seven get in, not one more or less."""

        def act(env, _number):
            channel = env["aftersales.channel"].browse(self.channel_id)
            service = env["aftersales.portal.service"]._of_channel(channel)
            try:
                service._count_arrival(channel, "192.0.2.1")
            except Problem as problem:
                return problem.code
            return 201

        answers = self._at_once(20, act)
        self.assertEqual((answers.count(201), answers.count(429)), (7, 13))

    def test_key(self):
        """Two at once under one key: one case, and both are told its number."""

        def act(env, _number):
            channel = env["aftersales.channel"].browse(self.channel_id)
            service = env["aftersales.portal.service"]._of_channel(channel)
            body = {"email": "a@b.example", "description": "It leaks"}
            report = Report(body=body, is_program=True, digest="same")
            return service._process_report(channel, report, "twice")

        first, second = self._at_once(2, act)
        self.assertEqual(first, second)
        self.assertTrue(first["number"])
        with self._transaction() as env:
            cases = env["aftersales.case"].search(
                [("company_id", "=", self.company_id)]
            )
            self.assertEqual(cases.mapped("number"), [first["number"]])

    def test_hook(self):
        """A plug-in that sends the same twice at once: one row, counted as two copies."""

        def act(env, _number):
            channel = env["aftersales.channel"].browse(self.channel_id)
            service = env["aftersales.portal.service"]._of_channel(channel)
            service._keep_hooked(channel, b'{"a": "twice"}', "application/json", "")

        self._at_once(2, act)
        with self._transaction() as env:
            rows = env["aftersales.intake"].search(
                [("channel_id", "=", self.channel_id), ("is_hooked", "=", True)]
            )
            self.assertEqual(rows.mapped("copies"), [2])

    def test_failed(self):
        """What fails here through no fault of its sender is kept, though all is undone."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            channel = env["aftersales.channel"].browse(self.channel_id)
            service = env["aftersales.portal.service"]._of_channel(channel)
            body = {"email": "a@b.example", "description": "It leaks"}
            report = Report(body=body, case_type=channel.type_ids)
            service._keep_failed(channel, report, ValueError("disk"))
            cr.rollback()
        with self._transaction() as env:
            row = env["aftersales.intake"].search(
                [("channel_id", "=", self.channel_id), ("reason", "=", REASON_ERROR)]
            )
            self.assertEqual(row.email_normalized, "a@b.example")
            self.assertIn("It leaks", row.preview)
