from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.aftersales_case.const import REASON_ERROR

from ..engine.bodies import Report
from ..engine.problem import Problem
from .web_races import WebRaceCase


@tagged("post_install", "-at_install")
class TestWebRaces(WebRaceCase):
    """Reports that arrive at the same moment, on real connections."""

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
            numbers = self._get_cases(env).mapped("number")
            self.assertEqual(numbers, [first["number"]])

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
