from odoo import api, models


class IrUiMenu(models.Model):
    """Menus of case types: named as the type, and only for its company."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        hidden = super()._load_menus_blacklist()
        # sudo: the type's rule follows the companies chosen now, a menu all of them
        types = (
            self.env["aftersales.case.type"]
            .sudo()
            .search(
                [
                    ("menu_id", "!=", False),
                    ("company_id", "!=", False),
                    ("company_id", "not in", self.env.user.company_ids.ids),
                ]
            )
        )
        return [*hidden, *types.menu_id.ids]

    @api.model
    def load_menus(self, debug):
        """Name the menus as the types, whose names are translated."""
        menus = super().load_menus(debug)
        # sudo: see _load_menus_blacklist
        types = (
            self.env["aftersales.case.type"]
            .sudo()
            .search_fetch(
                [("menu_id", "in", [key for key in menus if isinstance(key, int)])],
                ["name", "menu_id"],
            )
        )
        # What super returns is kept in a cache: it must not be changed.
        return menus | {
            case_type.menu_id.id: menus[case_type.menu_id.id] | {"name": case_type.name}
            for case_type in types
        }
