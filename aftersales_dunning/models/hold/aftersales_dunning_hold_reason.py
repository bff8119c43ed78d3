from odoo import fields, models

from odoo.addons.aftersales_case.const import MOST_DAYS

from ...const import SCOPE_AMOUNT, SCOPES, SETTLED_BY, SETTLED_BY_SERVICE


class AftersalesDunningHoldReason(models.Model):
    """Why an invoice is held, for how long, and on which terms it comes back."""

    _name = "aftersales.dunning.hold.reason"
    _description = "Reason of a Dunning Hold"
    _inherit = ["aftersales.dunning.release.terms"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company")
    settled_by = fields.Selection(SETTLED_BY, required=True, default=SETTLED_BY_SERVICE)
    scope = fields.Selection(
        SCOPES,
        required=True,
        default=SCOPE_AMOUNT,
        help="What is held when a case asks for it.",
    )
    needs_approval = fields.Boolean(
        help="The hold works only when debtor control has approved it."
    )
    max_days = fields.Integer(
        "Longest Hold (Days)",
        default=90,
        help="Calendar days after which the hold ends in any case; 0 means no limit.",
    )
    silence_days = fields.Integer(
        "Days of Silence",
        default=10,
        help="The hold ends when we did nothing on the case for so many working days;"
        " 0 means never.",
    )
    warn_days = fields.Integer(
        "Warn before (Days)",
        default=2,
        help="Working days before the end at which the responsible and the team leader"
        " are warned.",
    )

    terms_ids = fields.One2many(
        "aftersales.dunning.hold.reason.terms",
        "reason_id",
        "Terms by Outcome",
        copy=True,
        help="Outcomes that are not listed come back on the terms above.",
    )

    _bounds = dict.fromkeys(("max_days", "silence_days", "warn_days"), (0, MOST_DAYS))

    _days_positive = models.Constraint(
        "CHECK(max_days >= 0 AND silence_days >= 0 AND warn_days >= 0)",
        "Days: enter 0 or more.",
    )

    def _get_terms_for(self, outcome):
        """Return the terms after an outcome, as by ``_get_terms``.

        :param outcome: key of ``OUTCOMES``, or False for none
        """
        self.ensure_one()
        own = self.terms_ids.filtered(lambda terms: terms.outcome == outcome)
        return (own or self)._get_terms()
