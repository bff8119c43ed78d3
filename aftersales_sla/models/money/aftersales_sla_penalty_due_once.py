from datetime import datetime

from odoo import api, fields, models

from ...const import DUE_REACHED, DUE_RISK
from ...engine.once import Part, owe_once
from ...engine.penalty import round_to, to_decimal

# What is passed on as it was owed.
PASSED = ("agreement_id", "company_id", "currency_id", "reached_at", "month")
PASSED += ("units", "gross")


class AftersalesSlaPenaltyDue(models.Model):
    """One miss is paid for once, whatever terms came to hold and wherever it went on.

    A raised priority, a new version of a policy, or a merge puts another target in the
    place of the one that was missed: the same kind of promise (as alerts tell it), of the
    same case and start. The customer is owed what the dearest of them gives, and no more:

    * the first alone would let it stop growing when the terms change, though he waits on;
    * the last alone would take back what he was told, maybe in a month that is settled.

    So what is owed stays, and another one adds what it is dearer by. Promises that one
    policy makes side by side are two, and are owed both.
    """

    _inherit = "aftersales.sla.penalty.due"

    # === Passed on by a merge === #

    @api.model
    def _prepare_passed(self, known, wanted, rows):
        """Return ``{key: values}`` of what merged cases owed, for the ones that go on.

        Only where that one has missed it, too (``_take_over_missed``), and does not owe
        it by the same rule.
        """
        owed = {}
        for (*clock, rule), due in known.items():
            if due.state == DUE_REACHED and due.case_id.merged_into_id:
                owed.setdefault(tuple(clock), {})[rule] = due
        passed = {}
        for row in rows.values() if owed else ():
            for source in row.get("stands_for", ()):
                for rule, due in owed.get(source, {}).items():
                    key = row["case_id"], row["target_id"], row["cycle"], rule
                    if key not in wanted and key not in known:
                        passed[key] = due._prepare_passed_on(row)
        return passed

    def _prepare_passed_on(self, row):
        """Return the values by which a clock of another case owes this: it grows no more."""
        self.ensure_one()
        vals = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in PASSED
        }
        return vals | {
            "case_id": row["case_id"],
            "target_id": row["target_id"],
            "cycle": row["cycle"],
            "penalty_id": self.penalty_id.id,
            "state": DUE_REACHED,
            "is_over": True,
            "gross_next": self.gross,
            "passed_from_id": (self.passed_from_id or self.case_id).id,
        }

    # === Owed once === #

    @api.model
    def _owe_once(self, wanted, rows, known, is_repair):
        """Leave of what clocks cost what is not owed for the same miss already.

        :param wanted: ``{key: values}``, to be changed
        :param known: ``{key: penalty}`` of what stands there
        """
        groups = {}
        for key in dict.fromkeys([*known, *wanted]):
            row, old = rows.get(key[:3]), known.get(key)
            is_owed = (
                old and old.state == DUE_REACHED and not old.case_id.merged_into_id
            )
            if row and (key in wanted or is_owed):
                promise = key[0], self._get_kind(row), row["start_at"]
                groups.setdefault(promise, []).append(key)
        for keys in groups.values():
            sides = {key: self._get_side(key, wanted, rows, known) for key in keys}
            if len({*sides.values()}) > 1:
                self._owe_once_of(sides, wanted, rows, known, is_repair)

    @api.model
    def _get_kind(self, row):
        target = self.env["aftersales.sla.target"].browse(row["target_id"])
        return target._get_alert_key()

    @api.model
    def _get_side(self, key, wanted, rows, known):
        """Return under whose terms something is owed: another case's, or a policy's."""
        vals, old = wanted.get(key, {}), known.get(key, self.browse())
        passed_from = vals.get("passed_from_id") or old.passed_from_id.id or 0
        return passed_from, 0 if passed_from else rows[key[:3]]["policy_id"] or 0

    @api.model
    def _owe_once_of(self, sides, wanted, rows, known, is_repair):
        """Do it for the penalties of one promise."""
        parts, rates = [], {}
        for key in self._sort_by_side(sides, rows):
            old, vals = known.get(key, self.browse()), wanted.get(key)
            found = vals or old._get_amounts()
            rates[key] = rate = self._get_rate(found)
            kept = old._get_kept(vals, rows[key[:3]], is_repair)
            parts.append(
                Part(
                    key,
                    sides[key],
                    to_decimal(found["gross"]) * rate,
                    to_decimal(found["gross_next"]) * rate,
                    None if kept is None else to_decimal(kept) * rate,
                )
            )
        for key, (amount, following) in owe_once(parts).items():
            self._reduce(wanted, key, amount / rates[key], following / rates[key])

    @api.model
    def _sort_by_side(self, sides, rows):
        """Return the keys, by when the last of a side ended; what was passed on first."""
        ends = {}
        for key, side in sides.items():
            ended = rows[key[:3]]["ended_at"] or datetime.max
            ends[side] = max(ends.get(side, datetime.min), ended)
        return sorted(sides, key=lambda key: (not sides[key][0], ends[sides[key]], key))

    def _get_amounts(self):
        """Return what stands there as values do."""
        names = ("currency_id", "company_id", "reached_at", "gross", "gross_next")
        return {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in names
        }

    def _get_kept(self, vals, row, is_repair):
        """Return what is owed whatever others owe, or None."""
        if self.state == DUE_REACHED and self._stays(vals, row, is_repair):
            return self.gross
        return vals["gross"] if vals and vals.get("passed_from_id") else None

    @api.model
    def _get_rate(self, vals):
        """Return what one unit is worth in the currency of the company, as ``Decimal``."""
        currency = self.env["res.currency"].browse(vals["currency_id"])
        company = self.env["res.company"].browse(vals["company_id"])
        day = company._get_sla_day(vals["reached_at"] or fields.Datetime.now())
        own = company.currency_id
        return to_decimal(currency._get_conversion_rate(currency, own, company, day))

    @api.model
    def _reduce(self, wanted, key, amount, following):
        """Let a penalty cost no more than amounts; without any there is none."""
        vals = wanted[key]
        currency = self.env["res.currency"].browse(vals["currency_id"])
        step = to_decimal(currency.rounding)
        vals["gross"] = float(round_to(amount, step))
        vals["gross_next"] = float(round_to(following, step))
        if not vals["gross_next"]:
            del wanted[key]
        elif not vals["gross"]:
            vals |= {"state": DUE_RISK, "units": 0, "reached_at": False}
