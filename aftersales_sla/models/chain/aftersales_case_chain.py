from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import ORIGIN_SUPPLIER
from odoo.addons.aftersales_case.engine.working_time import NoWorkingTime

from ...const import EVENT_CHAIN, PARTY_SUPPLIER
from ...engine.clock import Force
from ...engine.cycles import CHAIN, REASON_LATE


class Stretch(NamedTuple):
    """Time in which working time is looked for."""

    start: datetime
    end: datetime


class AftersalesCase(models.Model):
    """A subcase at the supplier is due when what we promised in the case above needs it.

    That moment is told to the log of the subcase whenever it changes, and runs there as
    a clock: the chain breaks then, and not when our own promise does.
    """

    _inherit = "aftersales.case"

    def _get_told_targets(self, raw):
        result = super()._get_told_targets(raw)
        Target = self.env["aftersales.sla.target"]
        for case in self:
            told = [row for row in raw.get(case.id, ()) if row.kind == EVENT_CHAIN]
            first = next((row for row in told if row.case_id == case.id), None)
            if first:
                target = Target._get_owned(case.company_id, CHAIN)
                result.setdefault(case, []).append((target, [Force(first.at)]))
        return result

    # === Noting === #

    def _prepare_change_vals(self, vals):
        if "parent_id" in vals:
            self.filtered(
                lambda case: case.parent_id.id != vals["parent_id"]
            )._leave_chain()
        return super()._prepare_change_vals(vals)

    @api.model
    def _get_change_steps(self):
        steps = super()._get_change_steps()
        steps.insert(steps.index("_change_events"), "_change_chain")
        return steps

    @api.model
    def _change_chain(self, news):
        """Note the subcases that are new in a chain, or go on in it."""
        news.retyped._leave_chain()
        cases = (news.created | self.union(*news.moves)).filtered("parent_id")
        cases._note_due_change()

    def _leave_chain(self):
        """Let these subcases have no time of their supplier, until it is planned anew."""
        told = self._get_told_chain()
        self._tell_chain(
            [(case, None, None, told) for case in self if told.get(case.id, (None,))[0]]
        )
        self._note_due_change()

    def _after_due_change(self):
        result = super()._after_due_change()
        mine = Domain("id", "in", self.ids) & Domain("parent_id", "!=", False)
        chained = mine | Domain("parent_id", "in", self.ids)
        self.search(chained & Domain("is_open", "=", True))._plan_chain()
        return result

    # === Planning === #

    def _plan_chain(self):
        """Tell the log until when the suppliers of these open subcases have to be done."""
        cases = self.filtered(lambda c: c.parent_id and c.origin == ORIGIN_SUPPLIER)
        if not cases:
            return
        dues = cases.parent_id._get_chain_dues()
        needs = cases._get_supplier_needs()
        told, changes = cases._get_told_chain(), []
        for case in cases:
            due = dues[case.parent_id]
            needed = needs.get(case.id)
            reason = REASON_LATE if due and needed and needed > due else None
            if (due, reason) != told.get(case.id, (None, None)):
                changes.append((case, due, reason, told))
        self._tell_chain(changes)

    def _get_chain_dues(self):
        """Return ``{case: when its suppliers have to be done}``, None for never.

        That is what was promised for the case less the reserve of its type; by hours by
        which no reserve can be counted it is all of it.
        """
        promised = self._get_promised_at()
        spans = {
            case: [Stretch(case.type_id._get_chain_start(at), at + timedelta(days=1))]
            for case, at in promised.items()
            if at and case.type_id.chain_reserve
        }
        times = self._get_working_times(spans)
        dues = {case: at or None for case, at in promised.items()}
        for case in spans:
            if time := times[case._get_work_key()]:
                dues[case] = case._get_chain_due(time, promised[case])
        return dues

    def _get_chain_due(self, time, promised):
        """Return when suppliers have to be done for what was promised at a moment."""
        self.ensure_one()
        try:
            due = self.type_id._get_chain_term().get_shifted(time, promised)
        except NoWorkingTime:
            return promised
        # Beside others the look may go farther back than for this case alone.
        return promised if due < self.type_id._get_chain_start(promised) else due

    def _get_supplier_needs(self):
        """Return ``{case id: datetime}`` until when suppliers may, or want to, take."""
        domain = [
            ("case_id", "in", self.ids),
            ("ended_at", "=", False),
            ("due_at", "!=", False),
            ("target_id.party", "=", PARTY_SUPPLIER),
            ("target_id.metric", "!=", CHAIN),
        ]
        # sudo: what is due for cases that may be read
        clocks = self.env["aftersales.sla.clock"].sudo()
        rows = clocks._read_group(domain, ["case_id"], ["due_at:max"])
        dues = {case.id: moment for case, moment in rows}
        return {
            case.id: max(filter(None, (dues.get(case.id), case.date_deadline)))
            for case in self
            if case.date_deadline or case.id in dues
        }

    # === Telling === #

    def _tell_chain(self, changes):
        """Log what changed, and tell whoever answers for what was promised.

        :param changes: ``[(case, due, reason, told)]``
        """
        if not changes:
            return
        cases = self.browse().concat(*(case for case, *_rest in changes))
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_CHAIN,
                    "from_at": told.get(case.id, (None,))[0] or False,
                    "to_at": due or False,
                    "reason": reason,
                }
                for case, due, reason, told in changes
            ]
        )
        cases._mark_clocks()
        late = [
            case
            for case, _due, reason, told in changes
            if reason and told.get(case.id, (None, None))[1] != reason
        ]
        self.browse().concat(*late)._note_chain_late()

    def _get_told_chain(self):
        """Return ``{case id: (due, reason)}`` as the log tells it last; due may be None."""
        if not self:
            return {}
        Event = self.env["aftersales.case.event"]
        Event.flush_model(["case_id", "kind", "to_at", "reason", "at"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (case_id) case_id, to_at, reason FROM %s"
                " WHERE case_id = ANY(%s) AND kind = %s"
                " ORDER BY case_id, at DESC, id DESC",
                SQL.identifier(Event._table),
                self.ids,
                EVENT_CHAIN,
            )
        )
        return {case_id: (due, reason) for case_id, due, reason in rows}

    def _note_chain_late(self):
        """Have whoever answers for the case above look at it, before our date."""
        if not self:
            return
        self._flush_clocks()
        # sudo: of the cases above, whoever changed the subcases
        parents = self.sudo().parent_id
        parents.invalidate_recordset(["chain_text", "is_chain_late"], flush=False)
        for lang, some in parents.grouped(lambda case: case.user_id.lang).items():
            told = some.with_context(lang=lang)
            summary = told.env._("The supplier is too late for what we promised")
            told._plan_readings(
                [(case, case.user_id, summary, case.chain_text) for case in told]
            )
