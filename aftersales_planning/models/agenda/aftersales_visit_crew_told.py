from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

CHANGED = "aftersales_planning.crew"
# Changes of visits that are nearer than this are told to who goes.
TOLD_AHEAD = timedelta(hours=48)
ADDED, MOVED, TAKEN = "added", "moved", "taken"


class AftersalesVisitCrew(models.Model):
    """Who goes is told what changes on his next two days, once per transaction.

    What counts is what was there before it and what is there at its end: a visit that is
    moved twice is told once, one that is back where it was is not told.
    """

    _inherit = "aftersales.visit.crew"

    # === Noting === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._note_crew(is_new=True)
        return rows

    def write(self, vals):
        if vals.keys() & {"start", "stop", "is_blocking", "resource_id"}:
            self._note_crew()
        return super().write(vals)

    def unlink(self):
        self._note_crew()
        return super().unlink()

    def _note_crew(self, is_new=False):
        """Keep how these rows stood before the transaction."""
        if not self:
            return
        precommit = self.env.cr.precommit
        if CHANGED not in precommit.data:
            precommit.data[CHANGED] = {}
            precommit.add(self.browse()._flush_crew)
        before = precommit.data[CHANGED]
        for row in self.sudo():  # sudo: when somebody goes
            key = (row.resource_id.id, row.visit_id.id)
            before.setdefault(key, None if is_new else row._get_span())

    def _get_span(self):
        return (self.start, self.stop) if self.is_blocking else None

    # === Telling === #

    @api.model
    def _flush_crew(self):
        """Tell now what else would be told before the commit."""
        before = self.env.cr.precommit.data.pop(CHANGED, {})
        # sudo: what follows from an allowed change
        rows = self.sudo().search(
            [("visit_id", "in", list({visit_id for _resource, visit_id in before}))]
        )
        rows = {(row.resource_id.id, row.visit_id.id): row for row in rows}
        visits = self.env["aftersales.visit"].sudo()  # sudo: as above
        there = visits.browse(visit_id for _r, visit_id in before).exists()
        after = {key: row._get_span() for key, row in rows.items()}
        changed = {
            key: (was, after.get(key))
            for key, was in before.items()
            if was != after.get(key) and key[1] in there._ids
        }
        self.env["aftersales.visit.gone"]._note(
            {key: was for key, (was, _is) in changed.items() if was and key not in rows}
        )
        self._tell(changed)

    @api.model
    def _tell(self, changed):
        """Tell each user what changed of his next two days, in one message.

        :param changed: ``{(resource id, visit id): (span before, span now)}``
        """
        now = fields.Datetime.now()
        told = {}
        for (resource_id, visit_id), spans in changed.items():
            if any(span and now <= span[0] < now + TOLD_AHEAD for span in spans):
                told.setdefault(resource_id, []).append((visit_id, *spans))
        # sudo: who goes
        for resource in self.env["resource.resource"].sudo().browse(told):
            user = resource.user_id
            if user.active and not user.share and user != self.env.user:
                self._tell_user(user, told[resource.id])

    @api.model
    def _tell_user(self, user, changes):
        zone = {"lang": user.lang, "tz": user.tz}
        visits = self.env["aftersales.visit"].sudo().with_context(**zone)  # sudo: below
        lines = [
            visits.browse(visit_id)._get_told(user, was, now)
            for visit_id, was, now in sorted(
                changes, key=lambda change: change[2] or change[1]
            )
        ]
        env = visits.env
        env["mail.thread"].message_notify(
            subject=env._("Your visits of the next two days have changed"),
            body=env["ir.qweb"]._render(
                "aftersales_planning.visits_told", {"lines": lines}
            ),
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_layout",
        )


class AftersalesVisit(models.Model):
    _inherit = "aftersales.visit"

    def _get_told(self, user, was, now):
        """Return what a message says of a change, in the words and zone of its receiver.

        :param user: who is told; of a case that he may not read he learns number and time
        :param was: ``(start, stop)`` before, or None
        :param now: ``(start, stop)``, or None
        """
        self.ensure_one()
        reads = bool(self.case_id._filter_readers(user))
        return {
            "kind": MOVED if was and now else ADDED if now else TAKEN,
            "url": f"/odoo/{self._name}/{self.id}" if reads else False,
            "name": self.name if reads else self._get_neutral_name(),
            "place": (reads and self.site_id.partner_id.contact_address_inline) or "",
            "was": was and self._format_span(*was),
            "now": now and self._format_span(*now),
        }

    def _format_span(self, start, stop):
        """Return day and times as people of the language and zone in the context say."""
        tz = self.env.context.get("tz") or "UTC"
        day = format_datetime(self.env, start, tz=tz, dt_format="EEE d MMM, HH:mm")
        return f"{day}–{format_datetime(self.env, stop, tz=tz, dt_format='HH:mm')}"
