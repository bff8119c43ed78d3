from odoo import models

BROKEN_JOB = "sla_broken"


class AftersalesSlaPolicy(models.Model):
    """A policy of which a clock cannot run: one activity for a manager tells so."""

    _name = "aftersales.sla.policy"
    _inherit = ["aftersales.sla.policy", "mail.activity.mixin"]

    def _note_broken(self, text, summary=None, job=BROKEN_JOB):
        """Tell a manager why clocks cannot run, once until all run again.

        :param text: sentence that says what to mend
        :param summary: heading, for what else failed
        :param job: what failed, of which is told once
        """
        self.ensure_one()
        if self.env["mail.activity"]._get_failures(self, {job}):
            return
        managers = self.env.ref("aftersales_case.group_aftersales_manager").all_user_ids
        managers = managers.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        activity = self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary or self.env._("Deadlines cannot be counted"),
            note=text,
            user_id=managers.sorted("id")[:1].id or self.env.uid,
        )
        activity.aftersales_job = job

    def _forget_broken(self):
        """Take back what was told, of policies all of whose clocks run again."""
        if not self:
            return
        broken = self.env["aftersales.sla.clock"].search(
            [("policy_id", "in", self.ids), ("error", "!=", False)]
        )
        mended = self - broken.policy_id
        if mended:
            told = self.env["mail.activity"]._get_failures(mended, {BROKEN_JOB})
            told.unlink()
