from odoo import models


class IrActionsActWindow(models.Model):
    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        """Name the board of a type as the type, whose name is translated."""
        result = super()._get_action_dict()
        if self.res_model == "aftersales.case":
            # sudo: the name of a type, for whoever may open its board
            types = self.env["aftersales.case.type"].sudo()
            reference = f"{self._name},{self.id}"
            case_type = types.search([("menu_id.action", "=", reference)], limit=1)
            if case_type:
                result["name"] = result["display_name"] = case_type.name
        return result
