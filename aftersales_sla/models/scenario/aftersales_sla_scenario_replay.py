from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import date_utils

from odoo.addons.aftersales_case.const import EVENT_PRIORITY, EVENT_TYPE
from odoo.addons.aftersales_case.engine.replay import values_at

from ...const import SIDE_CUSTOMER, SIDE_SUPPLIER, SIDES
from ...engine import match
from ...engine.clock import BREACHED, CANCELLED
from ...engine.held import get_forces, read_policies
from ...engine.scenario import DRAFT, MISSED, WAS, Tally, get_history, judge
from ..clock.aftersales_sla_clock import get_holder
from ..clock.clock_times import ClockTimes
from .aftersales_sla_scenario import DRAFT_AGREEMENT, DRAFT_HOURS

MOST_CASES = 50000
BATCH = 1000


class AftersalesSlaScenario(models.Model):
    """The replay of real events against a draft; clocks and events are only read."""

    _inherit = "aftersales.sla.scenario"

    def action_run(self):
        """Replay the cases of the period against the draft, and keep the answer.

        :returns: True
        :raises UserError: for a draft that promises nothing, a period without cases, or
            with too many
        """
        self.ensure_one()
        self.check_access("write")
        if self.ran_at:
            raise UserError(
                self.env._("This was replayed already. Duplicate it to ask again.")
            )
        # Those that he reads; what holds for a case does not depend on who looks.
        ids = self._find_cases().ids
        # sudo: policies, events and clocks of these cases
        self.sudo()._replay(ids)
        return True

    def _replay(self, case_ids):
        """Replay cases against the draft, in batches, and keep the answer."""
        # Or the log would be judged against clocks that it has overtaken.
        self.env["aftersales.case"]._flush_clocks()
        tally = Tally(fields.Datetime.now())
        policies = self._get_drafted_policies()
        for first in range(0, len(case_ids), BATCH):
            cases = self.env["aftersales.case"].browse(case_ids[first : first + BATCH])
            self._replay_batch(cases, policies, tally)
        self._keep(tally, len(case_ids), policies)

    def _replay_batch(self, cases, policies, tally):
        raw = self.env["aftersales.case.event"]._read_raw(cases.ids, merged=True)
        months = {
            case.id: date_utils.start_of(case._get_report_day(), "month")
            for case in cases
        }
        for side, rows in (
            (DRAFT, self._replay_clocks(cases, raw, policies, tally.now)),
            (WAS, self._read_clocks(cases, policies)),
        ):
            targets = self.env["aftersales.sla.target"].browse(
                {row["target_id"] for row in rows}
            )
            metrics = {target.id: target.metric for target in targets}
            for row in rows:
                metric = metrics[row["target_id"]]
                tally.add(side, row, months[row["case_id"]], metric)

    # === What is asked === #

    def _find_cases(self):
        """Return the cases of the period that this user reads, in order of their ids.

        :raises UserError: when there is none, or when there are too many
        """
        company, after = self.company_id, date_utils.add(self.date_to, days=1)
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("merged_into_id", "=", False)
            & Domain("reported_at", ">=", company._get_sla_moment(self.date_from))
            & Domain("reported_at", "<", company._get_sla_moment(after))
        )
        if self.partner_id:
            domain &= Domain("partner_id", "child_of", self.partner_id.ids)
        if self.type_id:
            domain &= Domain("type_id", "=", self.type_id.id)
        cases = self.env["aftersales.case"].search(
            domain, order="id", limit=MOST_CASES + 1
        )
        if not cases:
            raise UserError(
                self.env._(
                    "From, Until: no such case was reported in this period. Choose"
                    " another period, customer or type."
                )
            )
        if len(cases) > MOST_CASES:
            raise UserError(
                self.env._(
                    "Until: more than %s cases were reported in this period. Choose a"
                    " shorter one, a customer or a type.",
                    MOST_CASES,
                )
            )
        return cases

    def _get_drafted_policies(self):
        """Return the policies of the draft; none where only the hours are others.

        Of a policy and what it was changed into the last version counts.

        :raises UserError: for a draft that promises nothing
        """
        if self.draft == DRAFT_HOURS:
            return self.env["aftersales.sla.policy"]
        if self.draft == DRAFT_AGREEMENT:
            agreement, name = self.agreement_id, self.agreement_id.name
            found = agreement.sla_policy_ids
            if not agreement.is_template:
                found = found.filtered(lambda one: one.company_id == self.company_id)
        else:
            found = self.policy_ids
            name = ", ".join(found.mapped("name"))
        policies = found.filtered(lambda one: one.next_policy_id not in found)
        if not policies.target_ids:
            raise UserError(
                self.env._(
                    "Judged By: %s promises nothing. Add a policy with targets to it, or"
                    " choose another draft.",
                    name,
                )
            )
        return policies

    # === What would have held === #

    def _get_drafted_forces(self, cases, raw, policies):
        """Return ``{case: {policy id: [Force]}}``: when each drafted policy would have.

        A case is matched with the draft only, by what it is now, but for its type and
        priority: of these the log tells what they were.
        """
        offers = {
            side: [
                # Whose agreement it is, and when it is valid, is not asked.
                policy._get_offer()._replace(owner=None, periods=())
                for policy in policies
                if _get_side(policy) == side
            ]
            for side in SIDES
        }
        cases._read_criteria(
            {
                name
                for some in offers.values()
                for offer in some
                for name in offer.criteria
            }
        )
        forces = {}
        for case in cases:
            told = case._get_own_rows(raw)
            types = values_at(told, EVENT_TYPE, "type_id")
            priorities = values_at(told, EVENT_PRIORITY, "priority")
            history = {
                side: get_history(told, types, priorities, _get_finder(case, some))
                for side, some in offers.items()
                if some and (side == SIDE_CUSTOMER or case.supplier_id)
            }
            forces[case] = get_forces(history)
        return forces

    def _get_real_forces(self, cases, raw):
        """Return the same of the policies that did hold, as the log tells them."""
        return {
            case: get_forces(read_policies(case._get_own_rows(raw))) for case in cases
        }

    def _replay_clocks(self, cases, raw, policies, now):
        """Return the rows of the clocks that these cases would have had.

        What cases that were merged into them would have missed until then, they would
        have taken over.

        :raises UserError: for working hours that cannot be counted by, by a sentence
        """
        merged = cases._get_merged_away(raw)
        gone = cases.browse(merged)
        told = self.env["aftersales.case.event"]._read_raw(gone.ids, merged=True)
        replayed, others = cases._get_replayed(raw), gone._get_replayed(told)
        times = ClockTimes([*replayed, *others], choose=self._get_hours)
        forces = self._get_forces(cases, raw, policies)
        rows = self._replay_drafted(replayed, forces, times, now)
        if merged:
            forces = self._get_forces(gone, told, policies)
            missed = cases._sort_missed(
                merged,
                [
                    row | {"breached_user_id": get_holder(told, row)}
                    for row in self._replay_drafted(others, forces, times, now)
                    if row["breached_at"]
                ],
            )
            cases._take_over_missed(rows, missed, raw, times, now)
        broken = next((row["error"] for row in rows if row["error"]), None)
        if broken:
            raise UserError(broken)
        return rows

    def _get_forces(self, cases, raw, policies):
        """Return ``{case: {policy id: [Force]}}`` as the draft says."""
        if self.draft == DRAFT_HOURS:
            return self._get_real_forces(cases, raw)
        return self._get_drafted_forces(cases, raw, policies)

    def _replay_drafted(self, replayed, forces, times, now):
        """Return the rows of clocks of cases under what holds, each for itself."""
        known = {key for held in forces.values() for key in held}
        policies = self.env["aftersales.sla.policy"].browse(known).exists()
        targets = {policy.id: policy.target_ids for policy in policies}
        rows = []
        for one in replayed:
            for key, held in forces[one.case].items():
                for target in targets.get(key, ()):
                    rows += target._prepare_clocks(one, held, times, now)
        return rows

    def _get_hours(self, calendar):
        """Return by which working hours the draft counts instead of a policy's own."""
        if not calendar:
            return calendar
        if self.calendar_id:
            return self.calendar_id
        if calendar.company_id in (self.env["res.company"], self.company_id):
            return calendar
        # Of an example, which stands in another company.
        return self.company_id.resource_calendar_id

    # === What was === #

    def _read_clocks(self, cases, policies):
        """Return the stored clocks of cases, of the sides that the draft is about."""
        known = self.env["aftersales.sla.clock"]._read_known(cases.ids).values()
        rows = [row for row in known if row["policy_id"] and not row["error"]]
        held = self.env["aftersales.sla.policy"].browse(
            {row["policy_id"] for row in rows}
        )
        asked = {_get_side(policy) for policy in policies} or set(SIDES)
        sides = {policy.id: _get_side(policy) for policy in held}
        return [row for row in rows if sides[row["policy_id"]] in asked]

    # === The answer === #

    def _keep(self, tally, case_count, policies):
        """Write the answer down."""
        company, totals = self.company_id.id, {}
        for side, prefix in ((DRAFT, ""), (WAS, "was_")):
            total = tally.get_total(side)
            totals |= {f"{prefix}{kind}_count": total[kind] for kind in total}
            totals[f"{prefix}penalty"] = self._get_penalty(side, tally.missed[side])
        self.write(
            {
                "ran_at": tally.now,
                "case_count": case_count,
                "assumed": self._tell_draft(policies),
                **totals,
                "line_ids": [
                    Command.create(
                        {
                            "company_id": company,
                            "month": month,
                            "metric": metric,
                            "side": side,
                            **{f"{kind}_count": counts[kind] for kind in counts},
                        }
                    )
                    for (month, metric, side), counts in sorted(tally.sums.items())
                ],
                "worst_ids": self._prepare_worst(tally),
            }
        )

    def _prepare_worst(self, tally):
        worst = tally.get_worst()
        was = self._get_states({row["case_id"] for _seconds, row in worst}, tally.now)
        targets = self.env["aftersales.sla.target"].browse(
            {row["target_id"] for _seconds, row in worst}
        )
        metrics = {target.id: target.metric for target in targets}
        return [
            Command.create(
                {
                    "company_id": self.company_id.id,
                    "case_id": row["case_id"],
                    "metric": (metric := metrics[row["target_id"]]),
                    "due_at": row["due_at"],
                    "ended_at": row["ended_at"],
                    "seconds_late": seconds,
                    "was_state": was.get((row["case_id"], metric, row["cycle"])),
                }
            )
            for seconds, row in worst
        ]

    def _get_states(self, case_ids, now):
        """Return ``{(case id, metric, cycle): state}`` of the clocks that there are.

        Of several the one that was not cancelled: another policy took its place.
        """
        known = self.env["aftersales.sla.clock"]._read_known(case_ids)
        targets = self.env["aftersales.sla.target"].browse({key[1] for key in known})
        metrics = {target.id: target.metric for target in targets}
        states = {}
        for (case, target, cycle), row in known.items():
            state = BREACHED if judge(row, now) == MISSED else row["state"]
            key = case, metrics[target], cycle
            if state != CANCELLED or key not in states:
                states[key] = state
        return states

    def _get_penalty(self, _side, _rows):
        """Hook: return what missed clocks cost, in the company's currency.

        :param side: ``DRAFT`` or ``WAS``
        :param rows: dicts of the columns of clocks, of all cases and months
        """
        return 0.0


def _get_side(policy):
    purchased = policy.agreement_id.domain == "purchase"
    return SIDE_SUPPLIER if purchased else SIDE_CUSTOMER


def _get_finder(case, offers):
    """Return a function of type and priority: the key of the policy that holds."""
    facts = case._prepare_criteria()

    def find(case_type, priority):
        told = {"type_id": {case_type}, "priority": {str(priority)}}
        return match.find(offers, facts | told, (), None)

    return find
