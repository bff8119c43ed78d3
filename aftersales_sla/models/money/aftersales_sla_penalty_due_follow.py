from odoo import api, fields, models

from ...const import DUE_BACK, DUE_REACHED, DUE_RISK, EVENT_REPAIR
from ...engine.penalty import BREACH, Late, round_to, to_decimal

# What clocks and cases say of money.
MONEY = ["money_now", "money_next", "money_most"]


class AftersalesSlaPenaltyDue(models.Model):
    """Penalties follow the clocks of their cases."""

    _inherit = "aftersales.sla.penalty.due"

    @api.model
    def _follow(self, cases, rows, raw, is_repair=False):
        """Bring what the clocks of cases cost to what these say now.

        :param rows: ``{(case, target, cycle): row}`` of the clocks
        :param raw: ``{case id: rows of the log}``, for the reason of a repair
        """
        ids = {row["policy_id"] for row in rows.values() if row["policy_id"]}
        policies = self.env["aftersales.sla.policy"].browse(ids)
        agreements = policies.agreement_id.filtered("sla_penalty_ids")
        if not agreements and not is_repair:
            return
        known = self._read_known(cases)
        wanted = self._prepare_wanted(cases, rows, known, is_repair)
        changed, made = self.browse(), []
        for key in dict.fromkeys([*known, *wanted]):
            old, row = known.get(key, self.browse()), rows.get(key[:3])
            vals = wanted.get(key)
            if old.state == DUE_REACHED and old._stays(vals, row, is_repair):
                continue
            if not vals or (old.state == DUE_REACHED and vals["state"] == DUE_RISK):
                changed |= old
                old._take_back(raw)
                made += [vals] if vals else []
            elif not old:
                made.append(vals)
            elif old._differs(vals := vals | old._get_reached(is_repair)):
                old.write(vals)
                changed |= old
        # What is taken back makes room for what stands in its place.
        self.flush_model(["state"])
        changed |= self.create(made)
        if changed:
            changed = changed.exists()
            self._share_out(changed.agreement_id | agreements, cases, changed)
            self.env["aftersales.case"].invalidate_model(MONEY, flush=False)
            self.env["aftersales.sla.clock"].invalidate_model(MONEY, flush=False)

    @api.model
    def _read_known(self, cases):
        found = self.search([("case_id", "in", cases.ids), ("state", "!=", DUE_BACK)])
        return {
            (due.case_id.id, due.target_id.id, due.cycle, due.penalty_id.id): due
            for due in found
        }

    @api.model
    def _search_at_risk(self, clocks):
        """Return what is at risk, and not reached, of clocks."""
        keys = {(one.case_id, one.target_id, one.cycle) for one in clocks}
        found = self.search(
            [("case_id", "in", clocks.case_id.ids), ("state", "=", DUE_RISK)]
        )
        return found.filtered(
            lambda due: (due.case_id, due.target_id, due.cycle) in keys
        )

    def _get_reached(self, is_repair):
        """Return the values of when it was reached: it stays so, but for a repair."""
        self.ensure_one()
        if self.state != DUE_REACHED or is_repair:
            return {}
        return {"reached_at": self.reached_at, "month": self.month}

    def _stays(self, vals, row, is_repair):
        """Say whether what was reached stays as it is.

        Without a repair it only grows, and not any more once its clock is over. A rule
        that holds no more takes nothing back, a merge does.

        :param vals: what the clock says now, None for nothing
        :param row: of the clock, None where it is gone
        """
        self.ensure_one()
        if self.case_id.merged_into_id:
            return False
        is_missed = bool(row and row["breached_at"])
        if is_repair:
            is_known = is_missed and self.penalty_id.id in row.get("late", ())
            return is_missed and not is_known
        return (
            not vals
            or vals["units"] < self.units
            or (self.is_over and bool(row["ended_at"]))
        )

    def _take_back(self, raw):
        """Take back what was reached, with the reason; forget what was only at risk."""
        for due in self:
            if due.state != DUE_REACHED:
                due.unlink()
                continue
            due.write(
                {
                    "state": DUE_BACK,
                    "back_at": fields.Datetime.now(),
                    "back_reason": due._get_back_reason(raw.get(due.case_id.id, ())),
                }
            )

    def _get_back_reason(self, events):
        survivor = self.case_id.merged_into_id
        if survivor:
            return self.env._("Merged into %s", survivor.number)
        reasons = [one.reason for one in events if one.kind == EVENT_REPAIR]
        return reasons[-1] if reasons else ""

    def _differs(self, vals):
        self.ensure_one()
        return any(
            self._fields[name].convert_to_write(self[name], self) != value
            for name, value in vals.items()
        )

    # === What clocks cost === #

    @api.model
    def _prepare_wanted(self, cases, rows, known=None, is_repair=False):
        """Return ``{key: values}`` of what clocks cost, or may cost; without caps.

        :param known: ``{key: penalty}`` of what stands there
        """
        wanted = self._prepare_each(cases, rows)
        wanted |= self._prepare_passed(known or {}, wanted, rows)
        self._owe_once(wanted, rows, known or {}, is_repair)
        return wanted

    @api.model
    def _prepare_each(self, cases, rows):
        """Return the same of each clock and rule for itself."""
        living = {case.id for case in cases if not case.merged_into_id}
        found = []
        for (case, target, _cycle), row in rows.items():
            if case in living and (row["breached_at"] or not row["ended_at"]):
                rules = (
                    self.env["aftersales.sla.target"].browse(target)._get_penalties()
                )
                found += [(row, rule) for rule in rules]
        values = self._get_goods_values(cases, found)
        wanted = {}
        for row, rule in found:
            key = row["case_id"], row["target_id"], row["cycle"], rule.id
            if vals := self._prepare_due(row, rule, values):
                wanted[key] = vals
        return wanted

    @api.model
    def _get_goods_values(self, cases, found):
        """Return ``{case id: value}``, of those where a rule asks for it."""
        asking = {row["case_id"] for row, rule in found if rule._asks_for_goods()}
        values = cases.filtered(lambda case: case.id in asking)._get_goods_value()
        return {case.id: value for case, value in values.items()}

    @api.model
    def _prepare_due(self, row, rule, values):
        """Return what a rule makes of a clock, or None where nothing is at stake."""
        late = Late(0)
        if row["breached_at"]:
            late = row.get("late", {}).get(rule.id)
        is_over = bool(row["ended_at"])
        if not late or (is_over and not late.units):
            return None
        case = self.env["aftersales.case"].browse(row["case_id"])
        unit = rule._get_unit_amount(case, values.get(case.id, 0))
        step = to_decimal(rule.currency_id.rounding)
        grows = not is_over and not (rule.per == BREACH and late.units)
        moment = late.since or row["due_at"] or fields.Datetime.now()
        return {
            "case_id": case.id,
            "target_id": row["target_id"],
            "cycle": row["cycle"],
            "penalty_id": rule.id,
            "agreement_id": rule.agreement_id.id,
            "company_id": case.company_id.id,
            "currency_id": rule.currency_id.id,
            "state": DUE_REACHED if late.units else DUE_RISK,
            "units": late.units,
            "reached_at": late.since or False,
            "month": case.company_id._get_sla_day(moment).replace(day=1),
            "is_over": not grows,
            "gross": float(round_to(unit * late.units, step)),
            "gross_next": float(round_to(unit * (late.units + grows), step)),
        }
