"""A channel at which many report at the same moment, on real connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tools import mute_logger

from odoo.addons.aftersales_case.tests.races import RaceCase

from .web import SITE

MOST_OF_ONE = 7


class WebRaceCase(RaceCase):
    """A channel of a company of its own; only that company stays, archived."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = str(time.time_ns())
        with cls._transaction() as env:
            company = env["res.company"].create({"name": f"Race {cls.key}"})
            # Somebody there is responsible.
            env.ref("base.user_admin").company_ids |= company
            case_type = env.ref("aftersales_case.type_complaint").copy(
                {"company_id": company.id, "code": f"R{cls.key}", "team_id": False}
            )
            channel = env["aftersales.channel"].create(
                {
                    "name": "Raced",
                    "key": cls.key,
                    "company_id": company.id,
                    "type_ids": case_type.ids,
                    "origins": SITE,
                    "most_an_hour": 100,
                    "most_of_one": MOST_OF_ONE,
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

    def _get_cases(self, env):
        domain = [("company_id", "=", self.company_id)]
        return env["aftersales.case"].search(domain)
