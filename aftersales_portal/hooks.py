from odoo.tools import SQL

from odoo.addons.aftersales_case.const import EVENT_STAGE

from .models.case.aftersales_case_event import NOTICED


def post_init_hook(env):
    """Offer in the portal what the field rules of the types ask customers already."""
    types = env["aftersales.case.type"].with_context(active_test=False).search([])
    types._guess_portal_offer()
    # When customers noticed something last: as far as the log says it by itself.
    env.cr.execute(
        SQL(
            "UPDATE aftersales_case SET portal_changed_at = found.at FROM ("
            " SELECT case_id, max(at) AS at FROM aftersales_case_event"
            " WHERE kind IN %s GROUP BY case_id) AS found"
            " WHERE found.case_id = aftersales_case.id",
            (*NOTICED, EVENT_STAGE),
        )
    )


def uninstall_hook(env):
    """Leave nothing behind that Odoo could not delete."""
    env["ir.model.data"]._take_leave("aftersales_portal")
