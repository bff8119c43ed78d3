"""Kit for the tests of escalation: levels, people above each other, who was told."""

from odoo.fields import Command
from odoo.tests import freeze_time

from .common import SlaCommon, at


class EscalationCommon(SlaCommon):
    """A policy that solves within five hours, so by three in the afternoon of Monday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._policy({"metric": "resolved", "quantity": 5})

    @classmethod
    def _level(cls, *receivers, owner=None, **vals):
        """Return a level of the policy that tells receivers: kinds, or their values."""
        owner = owner or cls.policy
        name = "target_id" if owner._name == "aftersales.sla.target" else "policy_id"
        return cls.env["aftersales.escalation.level"].create(
            {
                name: owner.id,
                "receiver_ids": [
                    Command.create(one if isinstance(one, dict) else {"kind": one})
                    for one in receivers
                ],
                **vals,
            }
        )

    @classmethod
    def _employ(cls, *people, **vals):
        """Make people employees, each the superior of the one before; return them."""
        employees = cls.env["hr.employee"]
        # They work by these hours since before what is told here.
        with freeze_time(at(days=-60)):
            for user in reversed(people):
                employee = employees.create(
                    {
                        "name": user.name,
                        "user_id": user.id,
                        "company_id": cls.company.id,
                        "resource_calendar_id": cls.calendar.id,
                        "parent_id": employees[:1].id,
                        **vals,
                    }
                )
                employees = employee | employees
        return employees

    def _start(self, hours=0, **vals):
        """Return a case of the agent, reported so many hours after Monday at nine."""
        with self._at(hours):
            return self._new_case(**{"user_id": self.agent.id} | vals)

    def _run_at(self, hours=0, days=0):
        with self._at(hours, days):
            self._run_job()

    def _alerts(self, cases, *states):
        """Return the alerts of people, in the order in which they were reached."""
        found = self.env["aftersales.sla.alert"].search(
            [("case_id", "in", cases.ids), ("user_id", "!=", False)],
            order="reached_at, id",
        )
        return found.filtered(lambda alert: not states or alert.state in states)

    def _get_told(self, cases):
        """Return ``[(level, whom, by what)]`` of what was told."""
        return [
            (alert.level_text, alert.told_user_id, alert.channel)
            for alert in self._alerts(cases, "sent")
        ]

    def assertNext(self, clock, hours, days=0):
        self.assertEqual(clock.next_at, at(hours, days))
