from odoo import models

from ...const import SCOPE_CUSTOMER, SCOPE_INVOICE
from ...engine.disputes import Claim


class AftersalesDunningHold(models.Model):
    """What a hold disputes of its invoice, line by line where the lines are known.

    What credit notes take off it is in ``aftersales_dunning_hold_credits.py``.
    """

    _inherit = "aftersales.dunning.hold"

    def _get_claim(self):
        """Return the ``Claim`` of a hold, whether it works already or not."""
        self.ensure_one()
        if self.scope == SCOPE_CUSTOMER:
            return Claim(self.id)
        is_credited = not (self.is_manual or self.open_amount) and self.pending_amount
        if self.waits_for_credit or is_credited:
            return Claim(self.id, rest=self.pending_amount)
        if self.scope == SCOPE_INVOICE:
            return Claim(self.id, is_whole=True)
        lines = {key: amount for key, (amount, _limit) in (self.by_line or {}).items()}
        known = sum(lines.values())
        if known and (self.is_manual or self.unapproved_amount):
            # The amount was entered, or approved; it lies on the lines of the goods, as far
            # as it can.
            part = min(self.open_amount / known, 1)
            limits = self._get_limits()
            lines = {key: min(x * part, limits[key]) for key, x in lines.items()}
            for key, limit in limits.items():
                more = self.open_amount - sum(lines.values())
                lines[key] += max(min(limit - lines[key], more), 0)
            known = sum(lines.values())
        rest = max(self.open_amount - known, 0) + self.pending_amount
        return Claim(self.id, lines, rest)

    def _get_limits(self):
        """Return ``{line: amount}``: what the lines that are disputed are worth."""
        return {key: limit for key, (_amount, limit) in (self.by_line or {}).items()}
