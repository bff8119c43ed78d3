from odoo import fields, models
from odoo.fields import Domain

from ...const import EVENT_DUE


class AftersalesCase(models.Model):
    """What becomes of a due time that was set by hand when its case is merged."""

    _inherit = "aftersales.case"

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
