from odoo import api, fields, models


class AftersalesCaseType(models.Model):
    """An entry in the menu for each type, which opens its own board."""

    _inherit = "aftersales.case.type"

    has_menu = fields.Boolean(
        "In the Menu",
        default=True,
        help="The type has an entry of its own in the menu Cases.",
    )
    menu_id = fields.Many2one("ir.ui.menu", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        types._sync_menus()
        return types

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"active", "has_menu", "name", "sequence"}:
            self._sync_menus()
        return res

    def unlink(self):
        self._drop_menus()
        return super().unlink()

    @api.model
    def _sync_all_menus(self):
        """Give every type its menu; called once the parent menu is there."""
        self.with_context(active_test=False).search([])._sync_menus()

    def _sync_menus(self):
        """Make, rename, sort and hide the menus of these types."""
        parent = self.env.ref("aftersales_case.menu_cases_types", False)
        if not parent:  # while the addon is being installed
            return
        # sudo: menus and actions are technical, the manager owns the type
        types = self.sudo().with_context(lang="en_US")
        wanted = types.filtered(lambda t: t.has_menu and not t.menu_id)
        if wanted:
            actions = (
                self.env["ir.actions.act_window"]
                .sudo()  # sudo: menus follow types, whose managers own no menus
                .create([case_type._prepare_menu_action() for case_type in wanted])
            )
            menus = (
                self.env["ir.ui.menu"]
                .sudo()  # sudo: as above
                .create(
                    [
                        {
                            "name": case_type.name,
                            "parent_id": parent.id,
                            "action": f"{action._name},{action.id}",
                            "group_ids": parent.group_ids.ids,
                        }
                        for case_type, action in zip(wanted, actions, strict=True)
                    ]
                )
            )
            for case_type, menu in zip(wanted, menus, strict=True):
                case_type.menu_id = menu
        for case_type in types.filtered("menu_id"):
            menu = case_type.menu_id
            shown = case_type.active and case_type.has_menu
            vals = {
                "name": case_type.name,
                "sequence": case_type.sequence,
                "active": shown,
            }
            if any(menu[name] != value for name, value in vals.items()):
                menu.write(vals)
                menu.action.name = case_type.name

    def _prepare_menu_action(self):
        self.ensure_one()
        board = self.env.ref("aftersales_case.aftersales_case_action")
        return {
            "name": self.name,
            "res_model": board.res_model,
            "view_mode": board.view_mode,
            "help": board.help,
            "domain": repr([("type_id", "=", self.id)]),
            "context": repr(
                {
                    "default_type_id": self.id,
                    "search_default_open": 1,
                    "search_default_group_stage": 1,
                }
            ),
        }

    def _drop_menus(self):
        """Remove the menus of these types with what they open."""
        menus = self.sudo().menu_id  # sudo: see _sync_menus
        actions = [menu.action for menu in menus if menu.action]
        menus.unlink()
        for action in actions:
            action.unlink()
