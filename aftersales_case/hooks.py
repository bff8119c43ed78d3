from odoo.tools import SQL

from .const import SAID_SINCE


def uninstall_hook(env):
    """Take along what the ORM leaves behind, and all that it could not delete.

    The functions that guard log and signatures go, their triggers with them; the numbering
    that each type got goes with its PostgreSQL sequences, and so do its menu and the
    mail addresses.
    """
    for name in ("aftersales_event_guard", "aftersales_signature_guard"):
        env.cr.execute(
            SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name))
        )
    # They keep their roles from being deleted.
    env["aftersales.field.right"].search([]).unlink()
    types = env["aftersales.case.type"].with_context(active_test=False).search([])
    types._drop_menus()
    sequences = types.sequence_id
    types.sequence_id = False
    sequences.unlink()
    teams = env["aftersales.team"].with_context(active_test=False).search([])
    aliases = types.alias_id | teams.alias_id
    env["ir.model.data"]._take_leave("aftersales_case")
    aliases.unlink()
    env["ir.config_parameter"].search([("key", "=", SAID_SINCE)]).unlink()
    # An index on a field that stays, since it is core's.
    env.cr.execute(SQL("DROP INDEX IF EXISTS res_partner__phone_sanitized_index"))
