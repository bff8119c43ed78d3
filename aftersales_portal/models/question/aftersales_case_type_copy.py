from odoo import models
from odoo.fields import Command


class AftersalesCaseType(models.Model):
    """A copy of a type asks its customers what the type asks them, and when."""

    _inherit = "aftersales.case.type"

    def copy(self, default=None):
        copies = super().copy(default)
        if "question_ids" not in (default or {}):
            for case_type, copied in zip(self, copies, strict=True):
                case_type._copy_asking(copied)
        return copies

    def _copy_asking(self, copied):
        """Let stages and messages ask the questions of a copy as they ask these."""
        self.ensure_one()
        # Copied in the order in which they were made.
        pairs = zip(
            self.question_ids.sorted("id"),
            copied.question_ids.sorted("id"),
            strict=True,
        )
        news = dict(pairs)
        asking = {link.stage_id: link.question_id for link in self.link_ids}
        for link in copied.link_ids:
            link.question_id = news.get(asking.get(link.stage_id))
        # sudo: the messages are those of the type's stages, whoever may edit them
        templates = self.env["mail.template"].sudo()
        for template in templates.search(
            [("aftersales_question_ids", "in", self.question_ids.ids)]
        ):
            template.aftersales_question_ids = [
                Command.link(news[question].id)
                for question in template.aftersales_question_ids
                if question in news
            ]
