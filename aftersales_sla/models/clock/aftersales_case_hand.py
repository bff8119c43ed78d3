from odoo import api, fields, models
from odoo.fields import Domain

from ...const import EVENT_DUE, EVENT_POLICY
from ...engine.clock import get_by_hand
from ...engine.held import read_by_hand


class AftersalesCase(models.Model):
    """What becomes of a due time that was set by hand: in a merge, by another policy.

    Somebody counts on it: it goes on with the promise that takes the place of the one
    that it was set for, and the log says so.
    """

    _inherit = "aftersales.case"

    # === Another policy === #

    def _match_clocks(self, raw, now, cases):
        forces, events = super()._match_clocks(raw, now, cases)
        return forces, events + self._keep_dues(raw, events, now)

    @api.model
    def _log_matched(self, events):
        raw = super()._log_matched(events)
        ids = [event["case_id"].id for event in events if event["kind"] == EVENT_DUE]
        if ids:
            raw |= self.env["aftersales.case.event"]._read_raw(ids, merged=True)
        return raw

    def _keep_dues(self, raw, events, now):
        """Return the events by which due times outlive the policy they were set under.

        :param events: of what is matched anew, to be logged
        """
        policies = {
            (event["case_id"].id, event["from_id"]): event["to_id"]
            for event in events
            if event["kind"] == EVENT_POLICY and event["to_id"]
        }
        asked = {
            case_id
            for case_id, _policy in policies
            if any(row.kind == EVENT_DUE for row in raw.get(case_id, ()))
        }
        kept = []
        for row, hand in self._read_hands(asked, raw) if asked else ():
            new = policies.get((row["case_id"], row["policy_id"]))
            if new and not row["ended_at"] and hand.due > now:
                target = self.env["aftersales.sla.target"].browse(row["target_id"])
                kept += target._keep_due(row, hand, new)
        return kept

    @api.model
    def _read_hands(self, case_ids, raw):
        """Return ``[(row of a stored clock, Hand)]`` of those that were set by hand."""
        known = self.env["aftersales.sla.clock"]._read_known(case_ids)
        runs = {}
        for (case_id, target_id, _cycle), row in known.items():
            runs.setdefault((case_id, target_id), {})[row["start_at"]] = row
        return [
            (by_start[start], hand)
            for (case_id, target_id), by_start in runs.items()
            for start, hand in get_by_hand(
                list(by_start), read_by_hand(raw.get(case_id, ()), case_id, target_id)
            ).items()
        ]

    # === Merge === #

    def _complete_survivor(self, survivor):
        result = super()._complete_survivor(survivor)
        self._hand_dues(survivor)
        return result

    def _hand_dues(self, survivor):
        """Let the case that goes on keep due times that were set on these by hand.

        Such a time belongs to the case that it was set on: where the survivor has one of
        its own, or has missed the same already, that stands. Else somebody counts on it,
        and the log of the survivor says whose it is, and why. Of several the nearest one
        counts; what has passed is let go.
        """
        Clock, now = self.env["aftersales.sla.clock"], fields.Datetime.now()
        clocks = Clock.search(
            Clock._get_open_domain() & Domain("case_id", "in", (self | survivor).ids)
        )
        mine = {
            clock.target_id._get_alert_key(): clock
            for clock in clocks
            if clock.case_id == survivor
        }
        set_by_hand = (clocks - Clock.union(*mine.values())).filtered("is_by_hand")
        for clock in set_by_hand.sorted("due_at"):
            own = mine.pop(clock.target_id._get_alert_key(), Clock)
            if own and clock.due_at > now and not (own.is_by_hand or own.breached_at):
                own._take_over_due(clock)


class AftersalesSlaTarget(models.Model):
    _inherit = "aftersales.sla.target"

    def _keep_due(self, row, hand, policy_id):
        """Return the events by which the same promise of another policy is due by hand.

        :param row: of the clock that was due by hand
        :param policy_id: the policy that holds now
        """
        self.ensure_one()
        policy = self.env["aftersales.sla.policy"].browse(policy_id)
        same = policy.target_ids.filtered(
            lambda target: target._get_alert_key() == self._get_alert_key()
        )
        # sudo: who set what he may read
        event = self.env["aftersales.case.event"].sudo().browse(hand.event)
        return [
            {
                "case_id": self.env["aftersales.case"].browse(row["case_id"]),
                "kind": EVENT_DUE,
                "reason": self.env._("Still as set by %s", event._tell_hand()),
                "to_id": target.id,
                "key": str(row["cycle"]),
                "to_at": hand.due,
            }
            for target in same[:1]
        ]


class AftersalesCaseEvent(models.Model):
    _inherit = "aftersales.case.event"

    def _tell_hand(self):
        """Return who set a due time, and why."""
        self.ensure_one()
        return f"{self.actor_id.name}: {self.reason}"


class AftersalesSlaClock(models.Model):
    _inherit = "aftersales.sla.clock"

    def _take_over_due(self, other):
        """Be due when the clock of another case was due by hand, and say whose it was."""
        self._log_decision(
            EVENT_DUE,
            reason=self.env._(
                "Set on %(case)s by %(who)s",
                case=other.case_id.number,
                who=other.hand_text,
            ),
            to_id=self.target_id.id,
            key=str(self.cycle),
            from_at=self.due_at,
            to_at=other.due_at,
        )
