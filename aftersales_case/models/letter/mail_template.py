from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

EDITORS = ("mail.group_mail_template_editor", "base.group_system")


class MailTemplate(models.Model):
    """Managers of after-sales edit the messages of its models, and no others."""

    _inherit = "mail.template"

    aftersales_type_ids = fields.Many2many(
        "aftersales.case.type",
        string="For Types",
        help="Offered as an answer on cases of these types only; empty means on all.",
    )

    def write(self, vals):
        judged = not self.env.su and any(self._is_taken_from(vals))
        if judged and not any(map(self.env.user.has_group, EDITORS)):
            raise AccessError(
                self.env._(
                    "Applies to: a message of after-sales stays one. Make a new template"
                    " for other documents."
                )
            )
        return super().write(vals)

    def _generate_template_recipients(
        self, res_ids, render_fields, *args, render_results=None, **kwargs
    ):
        """Let who may not see the address of a case write to its contact."""
        if "object.email" in (self.email_to or "") and self._is_address_hidden():
            render_fields = set(render_fields) - {"email_to"}
            render_results = {} if render_results is None else render_results
            records = self.env[self.model].browse(res_ids)
            for res_id, found in records._message_get_default_recipients().items():
                values = render_results.setdefault(res_id, {"email_to": ""})
                values.setdefault("partner_ids", []).extend(found["partner_ids"])
        return super()._generate_template_recipients(
            res_ids, render_fields, *args, render_results=render_results, **kwargs
        )

    def _is_address_hidden(self):
        model = self.env[self.model]
        return self.model == "aftersales.case" and not model._has_field_access(
            model._fields["email"], "read"
        )

    @api.constrains("report_template_ids", "model_id", "model")
    def _check_reports(self):
        """A report prints the record with the case's id, and is sent with sudo."""
        for template in self:
            # sudo: which reports there are is no secret to who edits messages
            about = set(template.sudo().report_template_ids.mapped("model"))
            if template._is_ours() and about - {template.model}:
                raise ValidationError(
                    self.env._(
                        "Dynamic Reports: %s can only bring reports about the records it"
                        " applies to.",
                        template.name,
                    )
                )

    def _is_ours(self):
        self.ensure_one()
        return (self.model or "").startswith("aftersales.")

    def _check_is_of_cases(self):
        """Guard: it may be sent about cases; one of others would tell of those.

        :raises ValidationError: naming the template
        """
        # sudo: what a template is about is no secret to who chooses it
        for template in self.sudo():
            if template.model != "aftersales.case":
                raise ValidationError(
                    self.env._(
                        "%s is no message about cases. Choose another one.",
                        template.name,
                    )
                )

    def _is_taken_from(self, vals):
        """Say of each of these whether values take a message of ours to other records."""
        for template in self:
            if template._is_ours():
                yield (
                    vals.get("model_id", template.model_id.id) != template.model_id.id
                    or vals.get("model", template.model) != template.model
                )
