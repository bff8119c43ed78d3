from odoo import api, fields, models

from .ir_rule import follows_case


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["aftersales.kept.mixin", "mail.activity"]

    aftersales_job = fields.Char(
        readonly=True, help="The scheduled job whose failure this tells."
    )

    def write(self, vals):
        """An activity comes to a case as a new one does: by who may plan it there.

        Core asks about the record that it leaves only; an activity holds up the case.
        """
        res = super().write(vals)
        if not self.env.su and {"res_id", "res_model_id"} & vals.keys():
            # sudo: asked where the activities are, which is shown to nobody
            moved = self.sudo().filtered(lambda a: follows_case(self.env, a.res_model))
            moved.with_env(self.env).check_access("create")
        return res

    @api.model
    def _note_failure(self, record, error, job):
        """Tell who answers for a record that a scheduled job failed on it, once.

        :param job: ``_get_failed_job`` of what failed
        :returns: whether it was not told yet
        """
        if self._get_failures(record, {job}):
            return False
        activity = record.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("A scheduled job failed"),
            note=str(error),
            user_id=record.user_id.id or self.env.uid,
        )
        # sudo: known to the system only
        activity.sudo().aftersales_job = job
        return True

    @api.model
    def _forget_failures(self, records, jobs):
        """Remove what these records tell of these jobs: they succeed now."""
        if records:
            self._get_failures(records, jobs).unlink()

    @api.model
    def _get_failures(self, records, jobs):
        # sudo: the job's own notes, whoever they are for
        told = self.sudo().search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("aftersales_job", "!=", False),
            ]
        )
        return told.filtered(lambda activity: activity.aftersales_job in jobs)

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        """The name is stored, and read by whom the activity is for."""
        result = super()._compute_res_name()
        for activity in self:
            if activity.res_model == "aftersales.case" and activity.res_id:
                case = self.env["aftersales.case"].browse(activity.res_id)
                activity.res_name = case._get_stored_name()
        return result
