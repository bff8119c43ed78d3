from odoo import fields, models

from ..type.aftersales_stage_requirement import REQUIRE_CHECKLIST


class AftersalesCase(models.Model):
    """What is ticked off on a case, as the stages of its type ask."""

    _inherit = "aftersales.case"

    checklist_ids = fields.One2many("aftersales.checklist.item", "case_id")

    def _sync_checklist(self):
        """Give cases the items that the stages of their type ask to tick off."""
        # sudo: whoever creates a case gets its checklist
        requirements = self.type_id.sudo().link_ids.requirement_ids.filtered(
            lambda requirement: requirement.kind == REQUIRE_CHECKLIST
        )
        if not requirements:
            return
        Item = self.env["aftersales.checklist.item"].sudo()  # sudo: as above
        known = {
            (item.case_id.id, item.requirement_id.id)
            for item in Item.search([("case_id", "in", self.ids)])
        }
        Item.create(
            [
                {
                    "case_id": case.id,
                    "requirement_id": requirement.id,
                    "sequence": requirement.sequence,
                    "name": requirement.checklist_text,
                }
                for case in self
                for requirement in requirements
                if requirement.type_id == case.type_id
                and (case.id, requirement.id) not in known
            ]
        )
