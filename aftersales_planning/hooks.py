import psycopg2

from odoo.exceptions import UserError


def pre_init_hook(env):
    """Have PostgreSQL able to refuse two visits of one person at the same time.

    ``btree_gist`` is a trusted extension: the owner of the database may make it.
    """
    try:
        with env.cr.savepoint(flush=False):
            env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except psycopg2.Error as error:
        raise UserError(
            env._(
                "PostgreSQL needs the extension btree_gist to plan visits, and this user"
                " may not make it. Have the administrator of the database run: CREATE"
                " EXTENSION btree_gist;"
            )
        ) from error


def post_init_hook(env):
    """Make sites and visits know what is there already."""
    env["aftersales.plan.rule"]._make(env["res.company"].search([]))


def uninstall_hook(env):
    """Leave nothing that Odoo cannot delete. The extension stays: others may use it."""
    env["ir.model.data"]._take_leave("aftersales_planning")
