from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_case.const import ORIGIN_SUPPLIER
from odoo.addons.aftersales_case.engine.working_time import WorkingTimeError

from ...const import EVENT_CHAIN, PARTY_SUPPLIER
from ...engine.clock import Force
from ...engine.cycles import CHAIN, REASON_LATE
from ...engine.terms import HOURS, Term

# Working time before a promise is looked for so long before it, and longer for more.
LOOK_BACK = timedelta(days=30)


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
        promised, needs = (
            cases.parent_id._get_promised_at(),
            cases._get_supplier_needs(),
        )
        told, changes = cases._get_told_chain(), []
        for case in cases:
            due = case.parent_id._get_chain_due(promised[case.parent_id])
            needed = needs.get(case.id)
            reason = REASON_LATE if due and needed and needed > due else None
            if (due, reason) != told.get(case.id, (None, None)):
                changes.append((case, due, reason, told))
        self._tell_chain(changes)

    def _get_chain_due(self, promised):
        """Return when a supplier has to be done for what was promised, None for never.

        :param promised: naive UTC, or False
        """
        self.ensure_one()
        if not promised:
            return None
        case_type = self.type_id
        if not case_type.chain_reserve:
            return promised
        term = Term(-case_type.chain_reserve, case_type.chain_unit)
        # A day of two working hours is the shortest that is looked for.
        days = term.quantity / 2 if term.unit == HOURS else term.quantity * 2
        start = promised - LOOK_BACK + timedelta(days=days)
        try:
            time = self._get_calendar()._get_aftersales_working_time(
                self.company_id, start, promised + timedelta(days=1)
            )
            return term.get_shifted(time, promised)
        except WorkingTimeError:
            return promised

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
        self._flush_clocks()
        for case in self:
            # sudo: of the case above, whoever changed the subcase
            parent = case.parent_id.sudo()
            parent = parent.with_context(lang=parent.user_id.lang)
            parent.invalidate_recordset(["chain_text", "is_chain_late"], flush=False)
            parent.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=parent.env._("The supplier is too late for what we promised"),
                note=parent.chain_text,
                user_id=parent.user_id.id,
            )
