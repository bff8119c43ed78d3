def post_init_hook(env):
    """Offer in the portal what the field rules of the types ask customers already."""
    types = env["aftersales.case.type"].with_context(active_test=False).search([])
    types._guess_portal_offer()


def uninstall_hook(env):
    """Leave nothing behind that Odoo could not delete."""
    env["ir.model.data"]._take_leave("aftersales_portal")
