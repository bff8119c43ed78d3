from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import OPEN_STATES

DUE_FIELD = "next_due_at"
# Cases of the running transaction of which something else is due, or promised, now.
CHANGED = "aftersales_due_changed"


class AftersalesCase(models.Model):
    """What is due next for a case, and what the customer was promised.

    The core knows the deadline set by hand; siblings know more clocks. Nothing is stored
    here: computing, searching and sorting each have a hook, and say the same.
    """

    _inherit = "aftersales.case"

    next_due_at = fields.Datetime(
        "Next Due",
        compute="_compute_next_due_at",
        search="_search_next_due_at",
        help="The nearest of all dates that run for this case, while it is open.",
    )

    @api.depends("date_deadline", "state")
    def _compute_next_due_at(self):
        dues = self._get_next_due()
        for case in self:
            case.next_due_at = dues[case]

    @api.model
    def _search_next_due_at(self, operator, value):
        if operator == "in":
            return Domain.OR(self._get_domain_due_at(moment) for moment in value)
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        moment = fields.Datetime.to_datetime(value)
        if operator in ("<=", ">"):
            # What is due has whole seconds.
            moment = moment.replace(microsecond=0) + timedelta(seconds=1)
        before = self._get_due_domain(moment)
        if operator in ("<", "<="):
            return before
        return self._get_due_domain(datetime.max) & ~before

    @api.model
    def _get_domain_due_at(self, moment):
        if not moment:
            return ~self._get_due_domain(datetime.max)
        moment = fields.Datetime.to_datetime(moment)
        later = moment + timedelta(seconds=1)
        return self._get_due_domain(later) & ~self._get_due_domain(moment)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != DUE_FIELD:
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        moments = self._get_due_sql(alias, query)
        # What is never due stands last, whichever way.
        return SQL(
            "LEAST(%s) %s %s",
            SQL(", ").join(moments),
            direction,
            nulls if nulls.code else SQL("NULLS LAST"),
        )

    # === Hooks === #

    def _get_next_due(self):
        """Hook: return ``{case: datetime or False}``, what is due next for each case.

        Called by the field ``next_due_at``. A sibling takes the nearer of this and its
        own clocks, and extends ``_get_due_domain`` and ``_get_due_sql`` likewise.
        """
        return {case: case.is_open and case.date_deadline for case in self}

    @api.model
    def _get_due_domain(self, moment):
        """Hook: return the domain of the cases with something due before a moment.

        Called by the search for ``next_due_at``. A sibling adds its clocks by "or".

        :param moment: naive UTC; ``datetime.max`` for what is due at all
        """
        return Domain("state", "in", OPEN_STATES) & Domain("date_deadline", "<", moment)

    @api.model
    def _get_due_sql(self, alias, query):
        """Hook: return SQL of moments, of which the earliest is due next; NULL is never.

        Called by sorting by ``next_due_at``. A sibling adds a sub-select over its clocks.

        :param alias: of the table of cases
        :returns: list of ``SQL``
        """
        return [
            SQL(
                "CASE WHEN %s IN %s THEN %s END",
                self._field_to_sql(alias, "state", query),
                OPEN_STATES,
                self._field_to_sql(alias, "date_deadline", query),
            )
        ]

    def _get_promised_at(self):
        """Hook: return ``{case: datetime or False}``, what the customer may be told.

        It is what a visit has to keep. The core: the deadline of open cases, where the
        type says that it is promised. Siblings know further promises, and take the
        nearest.
        """
        return {
            case: case.is_open
            and case.type_id.is_deadline_promised
            and case.date_deadline
            for case in self
        }

    def _after_due_change(self):
        """Hook: called once before the transaction ends with the cases of which something
        else is due next, or promised, than before.

        Runs with sudo and as the user who changed it.
        """

    # === Telling === #

    def _note_due_change(self):
        """Have ``_after_due_change`` called for these cases before the commit.

        Whoever needs what follows from it earlier calls ``_flush_due_change``.
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        if CHANGED not in precommit.data:
            precommit.data[CHANGED] = {}
            precommit.add(self.browse()._flush_due_change)
        precommit.data[CHANGED] |= dict.fromkeys(self.ids)

    @api.model
    def _flush_due_change(self):
        """Tell now what else would be told before the commit."""
        ids = list(self.env.cr.precommit.data.pop(CHANGED, ()))
        # sudo: what follows from an allowed change
        if cases := self.sudo().browse(ids).exists():
            cases._after_due_change()

    # === Steps of the change === #

    def _prepare_change_vals(self, vals):
        if "date_deadline" in vals:
            deadline = fields.Datetime.to_datetime(vals["date_deadline"]) or False
            changed = self.filtered(lambda case: case.date_deadline != deadline)
            changed._note_due_change()
        return super()._prepare_change_vals(vals)

    @api.model
    def _get_change_steps(self):
        steps = super()._get_change_steps()
        steps.insert(steps.index("_change_events"), "_change_due")
        return steps

    @api.model
    def _change_due(self, news):
        """Note the cases whose deadline begins or ends to count, or is promised now."""
        moved = self.browse().concat(
            *(
                case
                for case, old in news.moves.items()
                if case.is_open != (old.state in OPEN_STATES)
            )
        )
        dated = (news.created | moved | news.retyped).filtered("date_deadline")
        dated._note_due_change()
