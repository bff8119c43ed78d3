from collections import namedtuple
from operator import attrgetter

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import EVENT_PROMISE

from ...const import EVENT_CHAIN, EVENT_POLICY, OWN_EVENTS, SIDES
from ...engine.held import Held, get_beginning, get_forces, read_policies
from ...engine.story import Moment, Story
from .clock_times import ClockTimes

# A case with its company and its story, the rows of the log, the ids of its type's stages
# in order, and a key: the same for cases that are counted by the same rules.
Replayed = namedtuple("Replayed", "case company story told order key")
# What is read of many cases as plain rows, as records cost ten times as much.
Facts = namedtuple("Facts", "id reported_at company_id team_id type_id")
# What a row of the log tells of a ``Moment``, in the order of that.
get_moment = attrgetter(
    "at",
    "kind",
    "stage_id",
    "state",
    "waiting_for",
    "team_id",
    "reason",
    "key",
    "to_at",
)

# Cases whose clocks are to be replayed before the commit stand here.
MARKED = "aftersales_sla"
# Of merged cases, what takes the place of no date of this one.
# What a case tells of its clocks.
TOLD_OF_CLOCKS = ["clock_ids", "open_clock_ids", "next_clock", "is_late", "next_due_at"]
TOLD_OF_CLOCKS += ["letter_promise", "money_now", "money_next", "money_most"]
# What a policy is matched by, and no event tells.
WATCHED = {
    "category_id",
    "company_id",
    "customer_kind",
    "product_categ_ids",
    "product_ids",
    "site_id",
    "supplier_id",
}


class AftersalesCase(models.Model):
    """The clocks of cases: replayed from the log whenever it says something new.

    Once in each transaction, for all cases that changed in it, and before somebody asks.
    """

    _inherit = "aftersales.case"

    clock_ids = fields.One2many(
        "aftersales.sla.clock",
        "case_id",
        "Clocks",
        groups="aftersales_case.group_aftersales_agent",
    )

    # === Marking === #

    @api.model
    def _after_event(self, events):
        result = super()._after_event(events)
        told = events.filtered(lambda event: event.kind not in OWN_EVENTS)
        told.case_id._mark_clocks()
        return result

    def _prepare_change_vals(self, vals):
        if WATCHED & vals.keys():
            self._mark_clocks()
        return super()._prepare_change_vals(vals)

    def _mark_clocks(self):
        """Have the clocks of these cases replayed before the commit, or the next look."""
        if not self:
            return
        precommit = self.env.cr.precommit
        if MARKED not in precommit.data:
            precommit.data[MARKED] = {}
            precommit.add(self.browse()._flush_clocks)
        precommit.data[MARKED] |= dict.fromkeys(self.ids)
        # Whoever reads them next asks the database, which replays them first.
        self.invalidate_recordset(TOLD_OF_CLOCKS, flush=False)
        self.env["aftersales.sla.clock"].invalidate_model(flush=False)

    @api.model
    def _flush_clocks(self):
        """Replay now what else would be replayed before the commit.

        Every search for clocks calls it, and so does every read of them.
        """
        ids = list(self.env.cr.precommit.data.pop(MARKED, ()))
        # sudo: what follows from an allowed change
        if cases := self.sudo().browse(ids).exists():
            cases._replay_clocks()

    # === Replay === #

    def _replay_clocks(self, is_repair=False, is_matched=False):
        """Bring the clocks of these cases to what their log says, now.

        The only writer of clocks: matches the policies of open cases, logs what changed,
        replays, and stores what differs. The number of queries does not depend on the
        number of cases.

        :param is_repair: whether what was missed may turn out not to have been
        :param is_matched: whether that holds which the log says, and nothing is matched
        :returns: the rows, as they were stored
        """
        if not self:
            return []
        now = fields.Datetime.now()
        raw = self.env["aftersales.case.event"]._read_raw(self.ids, merged=True)
        cases = self.browse() if is_matched else self._get_matchable()
        forces, matched = self._match_clocks(raw, now, cases)
        raw |= self._log_matched(matched)
        rows = self._prepare_clocks(raw, forces, now)
        self.env["aftersales.sla.clock"]._store(self, rows, raw, is_repair)
        return rows

    @api.model
    def _log_matched(self, events):
        """Hook: log what was matched anew.

        :returns: ``{case id: rows of the log}`` where the replay is to read of it already
        """
        self.env["aftersales.case.event"]._log_events(events)
        return {}

    def _prepare_clocks(self, raw, forces, now):
        """Return the rows of the clocks of these cases, as the log tells them."""
        replayed, rows = self._get_replayed(raw), []
        times = ClockTimes(replayed)
        promised, told = self._get_targets(forces), self._get_told_targets(raw)
        for one in replayed:
            for target, held in promised[one.case] + told.get(one.case, []):
                rows += target._prepare_clocks(one, held, times, now)
        return rows

    def _get_replayed(self, raw):
        """Return each case with its story, as ``Replayed``."""
        facts = self._read_facts()
        companies = self.env["res.company"].browse({row.company_id for row in facts})
        companies = {company.id: company for company in companies}
        types = self.env["aftersales.case.type"].browse({row.type_id for row in facts})
        orders = {one.id: order for one, order in types._get_stage_lists().items()}
        replayed = []
        for case, row in zip(self, facts, strict=True):
            case_id, reported_at, *key = row
            told = raw.get(case_id, ())
            replayed.append(
                Replayed(
                    case=case,
                    company=companies[row.company_id],
                    story=_get_story(case_id, reported_at, told),
                    told=told,
                    order=orders[row.type_id],
                    key=tuple(key),
                )
            )
        return replayed

    def _read_facts(self):
        """Return the ``Facts`` of each of these cases, in their order."""
        self.flush_model(Facts._fields[1:])
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM aftersales_case WHERE id = ANY(%s)",
                SQL(", ").join(SQL.identifier(name) for name in Facts._fields),
                self.ids,
            )
        )
        found = {values[0]: Facts._make(values) for values in rows}
        return [found[case_id] for case_id in self.ids]

    def _get_targets(self, forces):
        """Hook: return ``{case: [(target, [Force])]}`` of what is promised about these.

        :param forces: ``{case: {policy id: [Force]}}``, when each policy held
        """
        ids = {policy for held in forces.values() for policy in held}
        policies = self.env["aftersales.sla.policy"].browse(ids)
        targets = {policy.id: list(policy.target_ids) for policy in policies}
        return {
            case: [(target, held[key]) for key in held for target in targets[key]]
            for case, held in forces.items()
        }

    def _get_told_targets(self, _raw):
        """Hook: return ``{case: [(target, [Force])]}`` of what holds whatever policies say.

        Cases without any are left out.

        :param raw: ``{case id: rows of the log}``, those of merged cases among them
        """
        return {}

    # === Policies that held === #

    def _get_matchable(self):
        """Return those that are not over: what was matched once stays as it was then."""
        return self.filtered(lambda c: c.is_open and not c.merged_into_id)

    def _match_clocks(self, raw, now, cases):
        """Return ``{case: {policy id: [Force]}}``, and the events to log of what is new.

        :param cases: those of these that are matched anew
        """
        found = cases._find_policies()
        histories, events = {}, []
        for case in self:
            told = [row for row in raw.get(case.id, ()) if row.case_id == case.id]
            history = histories[case] = read_policies(told)
            for side in SIDES if case in found else ():
                old = history[side][-1].policy if history[side] else 0
                new = found[case][side].id if side in found[case] else 0
                if old == new:
                    continue
                history[side].append(Held(get_beginning(told, now), new))
                events.append(
                    {
                        "case_id": case,
                        "kind": EVENT_POLICY,
                        "key": side,
                        "from_id": old,
                        "to_id": new,
                    }
                )
        forces = {case: get_forces(history) for case, history in histories.items()}
        return forces, events

    def _get_logged_forces(self, raw):
        """Return ``{policy id: [Force]}`` of one case, as its log tells them by now."""
        self.ensure_one()
        told = [row for row in raw.get(self.id, ()) if row.case_id == self.id]
        return get_forces(read_policies(told))


class AftersalesCaseType(models.Model):
    _inherit = "aftersales.case.type"

    def _get_stage_lists(self):
        """Return ``{type: [id of stage]}`` in the order of each type."""
        return {
            case_type: case_type.link_ids.sorted().stage_id.ids for case_type in self
        }


def _get_story(case_id, reported_at, told):
    """Return the ``Story`` that rows of the log tell of a case.

    What another case was told, before it was merged into this one, stays its own; what
    it still had to keep, it handed to this one.
    """
    moments = []
    for row in told:
        moment = Moment._make(get_moment(row))
        if row.case_id != case_id and row.kind == EVENT_PROMISE:
            continue
        if row.case_id != case_id and row.kind == EVENT_CHAIN:
            moment = moment._replace(key=f"{row.key or ''}@{row.case_id}")
        moments.append(moment)
    return Story(reported_at, tuple(moments))
