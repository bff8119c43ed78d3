import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_case.const import INTAKE_WAITING

from ...const import REASON_NEW, REASON_UNMAPPED
from ...engine.problem import Problem


class AftersalesIntake(models.Model):
    """What plug-ins of forms sent: kept first, judged right after, mended if need be."""

    _inherit = "aftersales.intake"

    is_hooked = fields.Boolean("Sent by a Form Plug-in", readonly=True)
    report_answers = fields.Json(
        readonly=True, help="What the mapping made of what was sent."
    )

    # What the job judges, and the last one of a channel.
    _new_idx = models.Index("(id) WHERE state = 'waiting' AND reason = 'web_new'")
    _hooked_idx = models.Index("(channel_id, received_at DESC) WHERE is_hooked")

    def _read_sent(self):
        """Return what a plug-in sent: ``{path: [text]}``."""
        self.ensure_one()
        return json.loads(base64.b64decode(self.source))

    def _read_said(self):
        if not self.is_hooked:
            return super()._read_said()
        if self.report_answers:
            return self.report_answers
        return {path: ", ".join(texts) for path, texts in self._read_sent().items()}

    def action_judge_again(self):
        """Judge what did not fit once more, after the mapping was mended.

        :raises UserError: with what is still wrong
        """
        self.ensure_one()
        self.check_access("write")
        is_ours = self.is_hooked and self.channel_id
        if not is_ours or self.state != INTAKE_WAITING:
            raise UserError(
                self.env._("Only what a form sent and waits is tried again.")
            )
        self._check_source()
        # sudo: the words are the sender's; the right was checked
        row = self.sudo()
        try:
            with self.env.cr.savepoint():
                self.env["aftersales.portal.service"]._take_hooked(row)
        except Problem as problem:
            raise UserError(problem.detail) from None
        return row.case_id.sudo(False)._get_records_action()

    @api.model
    def _cron_judge_hooked(self):
        """Make cases of what plug-ins sent, each by itself; what does not fit waits."""
        cron = self.env["ir.cron"]
        domain = [("state", "=", INTAKE_WAITING), ("reason", "=", REASON_NEW)]
        due = self.search(domain, order="id")
        cron._commit_progress(remaining=len(due))
        for row in due:
            # Another job may have it, or have judged it.
            mine = [("id", "in", row.try_lock_for_update().ids)]
            if self.search_count([*domain, *mine]):
                self.env["aftersales.portal.service"]._judge_hooked(row)
            if not cron._commit_progress(1):
                break

    def _note_unmapped(self, problem):
        """Leave what did not fit in the inbox, with its reason."""
        self.write(
            {"reason": REASON_UNMAPPED, "error": problem.detail or problem.get_log()}
        )
