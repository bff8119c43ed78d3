from odoo.fields import Command

# Which roles of ours read and write agreements, as security/groups.xml says.
IMPLIED = {
    "aftersales_case.group_aftersales_agent": "agreement.group_agreement_readonly",
    "aftersales_case.group_aftersales_manager": "agreement.group_agreement_user",
}


def post_init_hook(env):
    """Remind of the review of agreements, and give companies their own targets."""
    env["res.company"].search([])._make_own_targets()
    env["agreement"].search([("end_date", ">=", "today")])._plan_reviews()


def uninstall_hook(env):
    """Take back the rights to agreements, and leave nothing that Odoo cannot delete."""
    _take_roles_back(env)
    _forget_remedy(env)
    env["ir.model.data"]._take_leave("aftersales_sla")


def _take_roles_back(env):
    for role, implied in IMPLIED.items():
        env.ref(role).implied_ids = [Command.unlink(env.ref(implied).id)]


def _forget_remedy(env):
    """Delete what rules and gates say of a field of ours, which is gone in a moment.

    A rule that was about it only in its condition is switched off: somebody looks at it.
    """
    key = [("key", "=", "remedy_id")]
    conditions = env["aftersales.field.condition"].search(key)
    conditions.rule_id.active = False
    conditions.unlink()
    for name in ("aftersales.field.rule", "aftersales.stage.requirement"):
        env[name].with_context(active_test=False).search(key).unlink()
