from odoo import models


class MailActivitySchedule(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "mail.activity.schedule"

    def _schedule_plan_in_batch(self):
        """Schedule the plan on all its records at once, without a message for each.

        ``action_schedule_plan`` is for a click: it creates the activities one by one and
        posts a message on every record.

        :returns: the activities
        """
        self.ensure_one()
        records = self._get_applied_on_records()
        model_id = self.env["ir.model"]._get_id(self.res_model)
        return self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": template.activity_type_id.id,
                    "automated": False,
                    "summary": template.summary,
                    "note": template.note,
                    "user_id": self._get_plan_user(template, record).id,
                    "date_deadline": template._get_date_deadline(self.plan_date),
                    "res_model_id": model_id,
                    "res_id": record.id,
                }
                for template in self._plan_filter_activity_templates_to_schedule()
                for record in records
            ]
        )

    def _get_plan_user(self, template, record):
        """Hook: return who does one step; who left the company does none."""
        if template.responsible_type == "on_demand":
            return record.user_id
        user = template._determine_responsible(record.user_id, record)["responsible"]
        return user if user and user.active else record.user_id
