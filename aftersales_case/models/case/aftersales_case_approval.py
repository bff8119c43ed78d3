from odoo import fields, models

from ..type.aftersales_stage_requirement import REQUIRE_APPROVAL


class AftersalesCase(models.Model):
    """The approvals of a case: asked for where a stage needs them."""

    _inherit = "aftersales.case"

    approval_ids = fields.One2many("aftersales.approval", "case_id", "Approvals")

    def action_ask_approval(self, stage_id=None):
        """Ask the roles whose approval a stage needs.

        :param stage_id: the stage to enter; default is the next one of each case
        :raises AccessError: when the user may not write one of the cases
        """
        self.check_access("write")
        if stage_id:
            stages = dict.fromkeys(
                self, self.env["aftersales.case.stage"].browse(stage_id)
            )
        else:
            stages = self._get_next_stages()
        links = self.type_id._get_links()
        for case, stage in stages.items():
            link = links.get((case.type_id.id, stage.id))
            for requirement in link.requirement_ids if link else ():
                if requirement.kind == REQUIRE_APPROVAL:
                    case._ask_approval(requirement)
        return True

    def _ask_approval(self, requirement):
        self.ensure_one()
        Approval = self.env["aftersales.approval"].sudo()  # sudo: asked for by the flow
        if Approval.search_count(
            [
                ("case_id", "=", self.id),
                ("requirement_id", "=", requirement.id),
                ("state", "=", "pending"),
            ]
        ):
            return
        Approval.create(
            {
                "case_id": self.id,
                "requirement_id": requirement.id,
                "group_id": requirement.group_id.id,
            }
        )
        users = requirement.group_id.all_user_ids.filtered(
            lambda user: not user.share and self.company_id in user.company_ids
        )
        # Who may not read the case cannot answer either: he is told of its number.
        readers = self._filter_readers(users)
        for told, thread, name in (
            (readers, self, self.display_name),
            (users - readers, self.env["mail.thread"], self.number),
        ):
            if told:
                thread.message_notify(
                    subject=self.env._("Approval asked: %s", name),
                    body=requirement.name,
                    partner_ids=told.partner_id.ids,
                )
