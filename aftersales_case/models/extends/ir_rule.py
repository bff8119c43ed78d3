from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


def follows_case(env, model_name):
    """Say whether a model is the case or a part of it, by its ``_case_field``."""
    if model_name == "aftersales.case":
        return True
    return bool(getattr(env.registry.models.get(model_name), "_case_field", None))


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _compute_domain(self, model_name, mode="read"):
        """Let the parts of a case follow the rules of their case.

        A model says so with the attribute ``_case_field``, the name of its link to the
        case. Whoever may not read a case reads none of its parts; whoever may not write
        it changes none. So the rules of a case stand in one place, confidentiality
        included, and a sibling's model cannot forget them.
        """
        domain = super()._compute_domain(model_name, mode)
        if model_name == "rating.rating" and not self.env.su:
            return domain & self._get_rating_domain(mode)
        case_field = getattr(self.env[model_name], "_case_field", None)
        if not case_field or self.env.su:
            return domain
        case_mode = "read" if mode == "read" else "write"
        case_domain = super()._compute_domain("aftersales.case", case_mode)
        return domain & (
            Domain(case_field, "=", False) | Domain(case_field, "any", case_domain)
        )

    def _get_rating_domain(self, mode):
        """Return the domain of ratings that are of no case, or of a case one may read.

        A rating knows its record by model and id; core lets colleagues read and change
        them all. Those of cases are what customers said: only the system writes them.
        """
        Case = self.env["aftersales.case"]
        if mode != "read":
            return Domain("res_model", "!=", Case._name)

        def to_sql(model, alias, query):
            if not Case.has_access("read"):
                return SQL("FALSE")
            column = SQL.identifier(alias, "res_id")
            return SQL("%s IN %s", column, Case._search([]).subselect())

        def predicate(rating):
            return Case.browse(rating.res_id).exists().has_access("read")

        return Domain("res_model", "!=", Case._name) | Domain.custom(
            to_sql=to_sql, predicate=predicate
        )
