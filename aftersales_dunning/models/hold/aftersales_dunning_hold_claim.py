from odoo import api, models

from ...const import RUNNING_STATES, SCOPE_CUSTOMER, SCOPE_INVOICE, SYNC
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
        is_settled = self.state not in RUNNING_STATES
        if known and (self.is_manual or self.unapproved_amount or is_settled):
            # The amount was entered, approved or settled; it lies on the lines of the
            # goods, as far as it can.
            part = min(self.open_amount / known, 1)
            limits = self._get_limits()
            lines = {key: min(x * part, limits[key]) for key, x in lines.items()}
            for key, limit in limits.items():
                more = self.open_amount - sum(lines.values())
                lines[key] += max(min(limit - lines[key], more), 0)
            known = sum(lines.values())
        rest = max(self.open_amount - known, 0) + self.pending_amount
        return Claim(self.id, lines, rest)

    def _get_claimed_amount(self):
        """Return what a hold disputes of what is open, whoever else disputes it too.

        As it is by now: credit notes took something off, or are to be matched yet.
        """
        self.ensure_one()
        claim, most = self._get_claim(), self.move_id.amount_residual
        if claim.is_whole:
            return most
        amount = sum(claim.lines.values()) + claim.rest
        return min(self.currency_id.round(amount), most)

    def _get_limits(self):
        """Return ``{line: amount}``: what the lines that are disputed are worth."""
        return {key: limit for key, (_amount, limit) in (self.by_line or {}).items()}

    # === What a new one disputes === #

    @api.model
    def _read_ahead(self, vals_list):
        """Read at once what every one of many new holds looks at."""

        def found(model, name):
            ids = {vals.get(name) for vals in vals_list}
            # sudo: only read ahead; who may see it is asked where it is used
            records = self.env[model].sudo()
            return records.browse(key for key in ids if key and isinstance(key, int))

        found("aftersales.case", "case_id").share_ids.fetch(["move_id", "amount"])
        found("account.move", "move_id").fetch(["amount_residual", "partner_id"])
        found("res.partner", "partner_id").fetch(["commercial_partner_id"])

    @api.model
    def _prepare_amount(self, vals):
        """Return the disputed amount of a new hold: what its goods are billed at.

        An amount that somebody gives, and that of a hold without goods, is by hand.
        """
        if self.env.context.get("aftersales_sync") is SYNC:
            return {}
        if vals.get("amount"):
            return {"is_manual": True}
        # sudo: service need not read invoices to hold one
        case = self.env["aftersales.case"].sudo().browse(vals.get("case_id"))
        move = self.env["account.move"].sudo().browse(vals.get("move_id"))
        shares = case.share_ids.filtered(lambda share: share.move_id == move)
        if shares:
            return {"amount": sum(shares.mapped("amount"))}
        return {"amount": move.amount_residual if move else 0, "is_manual": True}
