from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import DUE_BACK
from ...engine.penalty import BREACH, Claim, allocate, get_most, to_decimal


class AftersalesSlaPenaltyDue(models.Model):
    """Penalties within their limits, of a rule and of an agreement, by case and month."""

    _inherit = "aftersales.sla.penalty.due"

    @api.model
    def _share_out(self, agreements, cases, changed):
        """Give each penalty what the limits leave it; what was reached first goes first.

        What is over since a former month stays as it is.

        :param changed: those that are new, or another than before
        """
        monthly = agreements.filtered(lambda one: one._has_month_cap())
        monthly._take_turn()
        dues = self.search(
            Domain("state", "!=", DUE_BACK)
            & (
                Domain("agreement_id", "in", monthly.ids)
                | (
                    Domain("agreement_id", "in", (agreements - monthly).ids)
                    & Domain("case_id", "in", cases.ids)
                )
            )
        )
        for some in dues.grouped("agreement_id").values():
            some._share_out_of(changed)

    def _share_out_of(self, changed):
        """Share out the penalties of one agreement."""
        today = self[:1].company_id._get_sla_day(fields.Datetime.now())
        month = today.replace(day=1)
        kept = (self - changed).filtered(lambda due: due.is_over and due.month < month)
        caps = self._get_caps()
        for due in kept:
            for bucket in due._get_buckets():
                if bucket in caps:
                    caps[bucket] -= to_decimal(due.amount)
        shared = (self - kept).sorted(lambda due: due._get_place())
        claims = {
            due: Claim(due.id, to_decimal(due.gross), due._get_buckets())
            for due in shared
        }
        granted, left = allocate(claims.values(), caps)
        for due, claim in claims.items():
            vals = due._prepare_shared(claim, granted[due.id], left)
            if due._differs(vals):
                due.write(vals)

    def _get_place(self):
        """Return by what they stand in line; what is only at risk comes last."""
        key = self.case_id.id, self.target_id.id, self.cycle, self.penalty_id.id
        return not self.reached_at, self.reached_at or self.month, key

    def _get_buckets(self):
        """Return the keys of the limits that a penalty may count for."""
        self.ensure_one()
        return get_buckets(self.case_id.id, self.month, self.penalty_id)

    def _get_caps(self):
        """Return ``{bucket: limit}`` of all that have one."""
        caps = {}
        for due in self:
            caps |= get_caps(due._get_buckets(), due.penalty_id)
        return caps

    def _prepare_shared(self, claim, granted, left):
        """Return what is due now, at the next step and at most."""
        following = get_most(claim, to_decimal(self.gross_next), granted, left)
        most = following
        if self.penalty_id.per != BREACH and not self.is_over:
            most = get_most(claim, None, granted, left)
        currency, own = self.currency_id, self.company_id.currency_id
        day = self.company_id._get_sla_day(self.reached_at or fields.Datetime.now())
        rate = currency._get_conversion_rate(currency, own, self.company_id, day)
        return {
            "amount": float(granted),
            "is_endless": most is None,
            "company_amount": own.round(float(granted) * rate),
            "company_next": own.round(float(following) * rate),
            "company_most": own.round(
                float(following if most is None else most) * rate
            ),
        }


class Agreement(models.Model):
    _inherit = "agreement"

    def _has_month_cap(self):
        self.ensure_one()
        return bool(self.sla_month_cap or any(self.sla_penalty_ids.mapped("month_cap")))

    def _take_turn(self):
        """Let nobody else share out what is capped by month until this is committed.

        Writing the row, though nothing of it changes, is what makes the other one begin
        again: a lock alone would let him go on with what he read before.
        """
        if not self:
            return
        self.flush_model(["sla_month_cap"])
        self.env.cr.execute(
            SQL(
                "UPDATE agreement SET sla_month_cap = sla_month_cap WHERE id IN"
                " (SELECT id FROM agreement WHERE id = ANY(%s) ORDER BY id"
                " FOR NO KEY UPDATE)",
                self.ids,
            )
        )


def get_buckets(case_id, month, rule):
    """Return the keys of the limits that a penalty of a rule counts for."""
    return tuple(
        (*bucket, rule_id)
        for rule_id in (rule.id, 0)
        for bucket in (("case", case_id), ("month", month))
    )


def get_caps(buckets, rule):
    """Return ``{bucket: limit}`` of those of the buckets of a rule that have one."""
    agreement = rule.agreement_id
    limits = (
        rule.case_cap,
        rule.month_cap,
        agreement.sla_case_cap,
        agreement.sla_month_cap,
    )
    return {
        bucket: to_decimal(limit)
        for bucket, limit in zip(buckets, limits, strict=True)
        if limit
    }
