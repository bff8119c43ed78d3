import re
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...const import EVENT_PROMISE, MOST_DAYS, PROMISE_KEPT

# What a promise is about, as siblings name it: "deadline", "visit:12".
KEY = re.compile(r"[a-z][a-z0-9_]*(:[0-9]+)?")
LONGEST_KEY = 64
LONGEST_REASON = 500


class AftersalesCase(models.Model):
    """Dates told to the customer: each one is an event, and can be counted on."""

    _inherit = "aftersales.case"

    def _log_promise(self, key, at, reason=None):
        """Log that the customers of these cases were told a date.

        Who promises the same again has said nothing new: no event.

        :param key: what was promised, as ``deadline`` or ``visit:12``; a later date under
            the same key takes the place of the former
        :param at: ``datetime`` in UTC until when; None takes the promise back
        :param reason: key of why, or short words of ours, never the customer's
        :returns: the new events
        :raises ValueError: for a key or a moment that is none
        :raises UserError: for a date that nobody can keep
        """
        at = self._check_promise(key, at)
        if reason == PROMISE_KEPT:
            reason = f"“{reason}”"
        return self._append_promise(key, at, reason)

    def _keep_promise(self, key):
        """Log that what was promised under a key is done now, before the case is closed.

        :returns: the new events; none where nothing was promised, or it was kept already
        """
        return self._append_promise(key, False, PROMISE_KEPT)

    def _append_promise(self, key, at, reason):
        before = self._get_promises(key)
        return self.env["aftersales.case.event"]._log_events(
            [
                {
                    "case_id": case,
                    "kind": EVENT_PROMISE,
                    "key": key,
                    "from_at": before.get(case.id, False),
                    "to_at": at,
                    "reason": reason and str(reason)[:LONGEST_REASON],
                }
                for case in self.sudo()  # sudo: the snapshot, whoever promises
                if before.get(case.id, False) != at
            ]
        )

    def _check_promise(self, key, at):
        """Return the moment that is promised, in whole seconds, or False for none."""
        if not isinstance(key, str) or len(key) > LONGEST_KEY or not KEY.fullmatch(key):
            raise ValueError(f"Not the key of a promise: {key!r}")
        if at is None or at is False:
            return False
        if not isinstance(at, datetime) or at.tzinfo:
            raise ValueError(f"Not a moment in UTC: {at!r}")
        at, now = at.replace(microsecond=0), fields.Datetime.now()
        if not now < at < now + timedelta(days=MOST_DAYS):
            raise UserError(
                self.env._(
                    "Promised date: %s cannot be promised. Choose a date that is still"
                    " to come, within ten years.",
                    fields.Datetime.to_string(at),
                )
            )
        return at

    def _get_promises(self, key):
        """Return ``{case id: datetime}``: what was promised last, and not taken back."""
        Event = self.env["aftersales.case.event"]
        Event.flush_model(["case_id", "kind", "key", "to_at", "at"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (case_id) case_id, to_at FROM %s"
                " WHERE case_id = ANY(%s) AND kind = %s AND key = %s"
                " ORDER BY case_id, at DESC, id DESC",
                SQL.identifier(Event._table),
                self.ids,
                EVENT_PROMISE,
                key,
            )
        )
        return {case_id: at for case_id, at in rows if at}
