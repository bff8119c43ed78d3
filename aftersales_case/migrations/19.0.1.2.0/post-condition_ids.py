import logging

from odoo import SUPERUSER_ID, api

from odoo.addons.aftersales_case.engine import conditions

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Turn the names of records in conditions into ids; what nobody knows is named.

    A rule whose condition names no record, or several, is switched off: it is not
    guessed what was meant.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    rules = env["aftersales.field.rule"].search([("condition_ids", "!=", False)])
    for rule in rules:
        models = rule.type_id._get_key_models()
        lost = []
        for condition in rule.condition_ids:
            model = models.get(condition.key)
            if not model or condition.operator in (conditions.SET, conditions.NOT_SET):
                continue
            ids, unknown = _get_ids(env, model, conditions.parse(condition.value))
            if unknown:
                lost.append(unknown)
            else:
                condition.value = ",".join(map(str, ids))
        if lost and rule.active:
            _logger.info(
                "Field rule %s of type %s is switched off: %s is not known",
                rule.key,
                rule.type_id.code,
                ", ".join(lost),
            )
            rule._switch_off(lost)


def _get_ids(env, model, names):
    """Return the ids of all names, and the first name that could not be told."""
    ids = []
    for name in names:
        found = _find(env, model, name)
        if not found:
            return [], name
        ids += [number for number in found if number not in ids]
    return ids, not ids and "—"


def _find(env, model, name):
    """Return the ids that a name stood for, in whatever language; empty if unclear."""
    Condition = env["aftersales.field.condition"]
    meanings = set()
    for code, _label in env["res.lang"].get_installed():
        found = Condition.with_context(lang=code)._find_by_name(model, name)
        if found:
            meanings.add(tuple(sorted(found.ids)))
    # The comparison took ids as well.
    if name.isdecimal() and env[model].browse(int(name)).exists():
        meanings.add((int(name),))
    return meanings.pop() if len(meanings) == 1 else ()
