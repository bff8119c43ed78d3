from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import EVENT_HOLD_RENEWED, HOLD_ACTIVE, MOST_RELEASE_DAYS


class AftersalesDunningHold(models.Model):
    """A hold goes on for longer, counted. Who may do so how often: see the limits."""

    _inherit = "aftersales.dunning.hold"

    def action_ask_renewal(self):
        """Ask until when the active ones of these holds go on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renew"),
            "res_model": "aftersales.dunning.renewal",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_hold_ids": self.filtered(
                    lambda hold: hold.state == HOLD_ACTIVE
                ).ids
            },
        }

    def action_renew(self, until=None):
        """Hold on until a day, counted.

        :param until: date or ISO string, not before a hold ends now; each goes on for as
            long as its reason says unless given
        :returns: True
        :raises AccessError: when the user may not work on the case, or debtor control
            approved the hold for as long as it runs, or it was renewed before, or is
            renewed for longer than its reason says
        :raises ValidationError: for a day that is too early or too late
        """
        self._ensure_can_end()
        if any(hold.approved_by_id for hold in self):
            self._ensure_debtor_control()
        # sudo: what follows is the system's, after the guards
        active = self.sudo().filtered(lambda hold: hold.state == HOLD_ACTIVE)
        days = active._get_renewed_until(until)
        self._ensure_may_renew(days)
        for hold in active:
            hold.write(
                {
                    "date_until": days[hold],
                    "renewal_count": hold.renewal_count + 1,
                    "warned_at": False,
                }
            )
            hold._log(EVENT_HOLD_RENEWED, self.env._("Dunning hold renewed: %(hold)s"))
        return True

    def _get_renewed_until(self, until=None):
        """Return ``{hold: date or False}``: until when each goes on when it is renewed.

        :param until: as for ``action_renew``
        :raises ValidationError: for a day that is none, too early or too late
        """
        until = self._read_renewal_day(until)
        result = {}
        for hold in self:
            proposed = hold._get_proposed_until()
            result[hold] = until or proposed
            if until and until < max(hold.date_until or until, self._get_tomorrow()):
                raise ValidationError(
                    self.env._(
                        "Until: a renewal does not end before %s, as the hold does now.",
                        fields.Date.to_string(hold.date_until or self._get_tomorrow()),
                    )
                )
        return result

    @api.model
    def _read_renewal_day(self, until):
        """Return a date; bad input gets a sentence."""
        if not until:
            return None
        try:
            until = fields.Date.to_date(until)
        except (TypeError, ValueError):
            until = None
        latest = fields.Date.add(self._get_today(), days=MOST_RELEASE_DAYS)
        if not until or until > latest:
            raise ValidationError(
                self.env._("Until: choose a day within %s days.", MOST_RELEASE_DAYS)
            )
        return until

    def _get_proposed_until(self):
        """Return the day until which the reason lets it go on, or False for ever."""
        self.ensure_one()
        days = self.reason_id.max_days
        if not days:
            return False
        until = fields.Date.add(self._get_today(), days=days)
        return max(until, self.date_until or until)

    @api.model
    def _get_tomorrow(self):
        return fields.Date.add(self._get_today(), days=1)
