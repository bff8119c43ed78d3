from odoo import SUPERUSER_ID, api

# Shipped types with the stage from which the customer may read how a case ended.
DONE_STAGES = {
    "complaint": "solved",
    "dispute": "solved",
    "issue": "solved",
    "ticket": "solved",
    "service": "finished",
    "warranty": "finished",
}


def migrate(cr, version):
    """Let customers of the shipped types read a decision once it is made."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, done in DONE_STAGES.items():
        for key, stage_name in (
            ("resolution_id", done),
            ("rejection_reason_id", "rejected"),
        ):
            rule = _get(env, f"rule_{name}_{key}")
            stage = _get(env, f"stage_{stage_name}")
            if not rule or rule.visible_from_id or rule.portal == "hidden":
                continue
            if stage and stage in rule.type_id.link_ids.stage_id:
                rule.visible_from_id = stage


def _get(env, name):
    return env.ref(f"aftersales_case.{name}", raise_if_not_found=False)
