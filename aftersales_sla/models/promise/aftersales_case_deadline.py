from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.aftersales_case.const import EVENT_PROMISE

from ...engine.cycles import REASON_ASKED

# The key under which a deadline is promised.
DEADLINE = "deadline"


class AftersalesCase(models.Model):
    """The deadline, where its type says that it is promised: a promise like any other.

    Elsewhere it is the desk's own aim, and no clock.
    """

    _inherit = "aftersales.case"

    is_deadline_promised = fields.Boolean(related="type_id.is_deadline_promised")

    # === Promising === #

    def _after_due_change(self):
        result = super()._after_due_change()
        self._promise_deadlines()
        return result

    def _promise_deadlines(self):
        """Log the deadlines that are promised by now, and were not yet.

        What has passed already is no promise any more.
        """
        now = fields.Datetime.now()
        cases = self.search(
            [
                ("id", "in", self.ids),
                ("is_open", "=", True),
                ("type_id.is_deadline_promised", "=", True),
            ]
        )
        if not cases:
            return
        told = cases._get_promises(DEADLINE)
        dates = {case: _to_second(case.date_deadline) for case in cases}
        self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_PROMISE,
                    "key": DEADLINE,
                    "from_at": told.get(case.id, False),
                    "to_at": at,
                }
                for case, at in dates.items()
                if at != told.get(case.id, False) and (not at or at > now)
            ]
        )

    def _hand_promise(self, key, at):
        if key != DEADLINE or not self.is_deadline_promised:
            return super()._hand_promise(key, at)
        self.date_deadline = at
        return None

    # === Moving === #

    def _prepare_change_vals(self, vals):
        if "date_deadline" in vals:
            at = fields.Datetime.to_datetime(vals["date_deadline"])
            self._ensure_can_move_deadline(_to_second(at))
        return super()._prepare_change_vals(vals)

    def _ensure_can_move_deadline(self, at):
        """Guard: a deadline that was promised is moved later with a reason only."""
        cases = self.filtered(lambda case: case.is_open and case.is_deadline_promised)
        running = cases._get_running_promises(DEADLINE)
        for case in cases:
            promised = running.get(case.id)
            if promised and (not at or at > promised):
                raise UserError(
                    self.env._(
                        "Deadline: %(date)s was promised to the customer of %(case)s."
                        " Use Move the Promised Date, which asks why.",
                        date=format_datetime(self.env, promised, dt_format="short"),
                        case=case.number,
                    )
                )

    def action_move_promise(self):
        """Ask for another promised date, and why.

        :returns: an action
        """
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move the Promised Date"),
            "res_model": "aftersales.sla.promise",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _move_promise(self, at, reason, is_asked=False):
        """Move the deadline that was promised, or take it back.

        :param at: naive UTC, or False
        :param reason: why, in words
        :param is_asked: whether the customer asked for it: then nothing is broken
        """
        self.ensure_one()
        self.check_access("write")
        at = _to_second(fields.Datetime.to_datetime(at) or None)
        excuse = REASON_ASKED if is_asked else None
        self._log_promise(DEADLINE, at, reason, excuse)
        # The guard finds it promised by now.
        self.date_deadline = at


def _to_second(at):
    """Return a date that may be none, without the parts of a second that nobody says."""
    return at and at.replace(microsecond=0)
