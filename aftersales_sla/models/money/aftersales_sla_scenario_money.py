from odoo import models

from ...const import DUE_REACHED
from ...engine.penalty import Claim, allocate, to_decimal
from ...engine.scenario import WAS
from .aftersales_sla_penalty_due_caps import get_buckets, get_caps

KEY = ("case_id", "target_id", "cycle")


class AftersalesSlaScenario(models.Model):
    """What the misses of a draft would have cost, and what the real ones did cost."""

    _inherit = "aftersales.sla.scenario"

    def _get_penalty(self, side, rows):
        penalty = super()._get_penalty(side, rows)
        if side == WAS:
            return penalty + self._get_real_penalty(rows)
        return penalty + self._get_drafted_penalty(rows)

    def _get_real_penalty(self, rows):
        """Return what is owed for clocks that were missed."""
        keys = {tuple(row[name] for name in KEY) for row in rows}
        groups = self.env["aftersales.sla.penalty.due"]._read_group(
            [
                ("case_id", "in", list({case for case, _target, _cycle in keys})),
                ("state", "=", DUE_REACHED),
            ],
            ["case_id", "target_id", "cycle"],
            ["company_amount:sum"],
        )
        return sum(
            amount
            for case, target, cycle, amount in groups
            if (case.id, target.id, cycle) in keys
        )

    def _get_drafted_penalty(self, rows):
        """Return what would be owed, within the limits of the draft alone."""
        Due, own = self.env["aftersales.sla.penalty.due"], self.company_id.currency_id
        cases = self.env["aftersales.case"].browse({row["case_id"] for row in rows})
        by_key = {tuple(row[name] for name in KEY): row for row in rows}
        reached = {
            key: vals
            for key, vals in Due._prepare_wanted(cases, by_key).items()
            if vals["state"] == DUE_REACHED
        }
        total = 0
        for key, amount in self._share_out_draft(reached).items():
            vals = reached[key]
            currency = self.env["res.currency"].browse(vals["currency_id"])
            day = self.company_id._get_sla_day(vals["reached_at"])
            rate = currency._get_conversion_rate(currency, own, self.company_id, day)
            total += own.round(float(amount) * rate)
        return total

    def _share_out_draft(self, reached):
        """Return ``{key: amount}`` of values of penalties, the first reached first."""
        granted = {}
        for agreement_id in {vals["agreement_id"] for vals in reached.values()}:
            claims, caps = [], {}
            for key in sorted(
                reached, key=lambda key: (reached[key]["reached_at"], key)
            ):
                vals = reached[key]
                if vals["agreement_id"] != agreement_id:
                    continue
                rule = self.env["aftersales.sla.penalty"].browse(vals["penalty_id"])
                buckets = get_buckets(vals["case_id"], vals["month"], rule)
                caps |= get_caps(buckets, rule)
                claims.append(Claim(key, to_decimal(vals["gross"]), buckets))
            granted |= allocate(claims, caps)[0]
        return granted
