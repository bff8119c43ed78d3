from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, ormcache

from odoo.addons.aftersales_case.const import MOST_DAYS

from ...const import (
    ACCOUNTING_MANAGER,
    DEBTOR_CONTROL,
    LIMIT_ACTIONS,
    LIMIT_DATE,
    LIMIT_HOLD,
    LIMIT_RENEW,
)

SERVICE = "aftersales_case.group_aftersales_manager"


class Limit(NamedTuple):
    """Up to how much somebody decides by himself."""

    amount: float = 0.0  # in the company's currency
    days: int = 0  # 0 for any number


class AftersalesDunningLimit(models.Model):
    """Up to which amount, and for how long, the people of a group decide themselves.

    Without a row debtor control decides about everything, and others about what their
    case is worth on the terms of its reason. Rows of after-sales groups let service
    decide about more; rows of other groups bound debtor control. The most generous row
    of a user counts. Nothing bounds the accounting manager.
    """

    _name = "aftersales.dunning.limit"
    _description = "Limit in Dunning"
    _inherit = ["aftersales.cached.mixin", "aftersales.bounded.mixin"]
    _order = "company_id, action, amount, id"
    _rec_name = "group_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.id,
    )
    group_id = fields.Many2one(
        "res.groups",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    action = fields.Selection(
        LIMIT_ACTIONS, required=True, default=lambda self: LIMIT_HOLD
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        "Up to Amount",
        help="In the company's currency. What the goods of a case are billed at may be"
        " held in any case.",
    )
    days = fields.Integer(
        "Up to Days",
        help="Hold and renew: days that the hold runs in all. Move a date: days that the"
        " customer gets. 0 means any number.",
    )

    _bounds = {"days": (0, MOST_DAYS)}

    _group_action_uniq = models.UniqueIndex(
        "(company_id, group_id, action)",
        "This group has a limit for that action already. Change that one.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0 AND amount < 'Infinity')",
        "Up to Amount: enter an amount of 0 or more.",
    )
    _days_positive = models.Constraint(
        "CHECK(days >= 0)", "Up to Days: enter 0 or more."
    )

    @ormcache("company_id")
    def _get_rows(self, company_id):
        """Return ``[(group id, action, Limit)]`` of a company and those above it."""
        # sudo: everybody is bound by the table, whoever may read it
        company = self.env["res.company"].sudo().browse(company_id)
        rows = self.sudo().search_fetch(
            [("company_id", "in", (company | company.parent_ids).ids)],
            ["group_id", "action", "amount", "days"],
        )
        return [
            (row.group_id.id, row.action, Limit(row.amount, row.days)) for row in rows
        ]

    # === Who may how much === #

    @api.model
    def _get_limits(self, user, company, action):
        """Return the limits of a user, each of which is enough; None for no limit."""
        user = user.sudo()  # sudo: his groups decide, whoever asks
        if user._is_superuser() or user.has_group(ACCOUNTING_MANAGER):
            return None
        own = set(user._get_group_ids())
        rows = [
            (group_id, limit)
            for group_id, row_action, limit in self._get_rows(company.id)
            if row_action == action and group_id in own
        ]
        if user.has_group(DEBTOR_CONTROL):
            # Not env.ref: it asks the database each time, and this is asked per hold.
            service_id = self.env["ir.model.data"]._xmlid_to_res_id(SERVICE)
            # sudo: as above
            service = self.env["res.groups"].sudo().browse(service_id)
            widening = {service.id, *service.all_implied_ids.ids}
            if not {group_id for group_id, _limit in rows} - widening:
                return None
        return [] if user.share else [limit for _group_id, limit in rows]

    @api.model
    def _get_limit(self, user, company, action):
        """Return up to how much a user decides by himself.

        :param action: key of ``LIMIT_ACTIONS``
        :returns: his most generous ``Limit``, of 0 when he has none; None when nothing
            bounds him
        """
        limits = self._get_limits(user, company, action)
        if limits is None:
            return None
        return max(
            limits,
            key=lambda limit: (limit.amount, limit.days or MOST_DAYS + 1),
            default=Limit(),
        )

    @api.model
    def _is_within_limit(self, user, company, action, amount, days=0):
        """Say whether a user decides by himself.

        :param action: key of ``LIMIT_ACTIONS``
        :param amount: in the company's currency
        :param days: None for an action without an end
        """
        limits = self._get_limits(user, company, action)
        if limits is None:
            return True
        currency = company.currency_id
        return any(
            currency.compare_amounts(amount, limit.amount) <= 0
            and (not limit.days or (days is not None and days <= limit.days))
            for limit in limits
            if limit.amount
        )

    @api.model
    def _refuse(self, user, company, action):
        """Say what a user's limit is, and who decides about more.

        :raises AccessError: in any case
        """
        limit = self._get_limit(user, company, action)
        is_debtor = user.has_group(DEBTOR_CONTROL)
        if not limit.amount and not is_debtor:
            raise AccessError(self._get_first_refusals()[action])
        values = {
            "action": dict(self._fields["action"]._description_selection(self.env))[
                action
            ],
            "limit": format_amount(self.env, limit.amount, company.currency_id),
        }
        if limit.days:
            values["limit"] = self.env._(
                "%(amount)s and %(days)s days", amount=values["limit"], days=limit.days
            )
        if is_debtor:
            raise AccessError(
                self.env._(
                    "%(action)s: your limit is %(limit)s. Only the accounting manager"
                    " decides about more.",
                    **values,
                )
            )
        raise AccessError(
            self.env._(
                "%(action)s: your limit is %(limit)s. Only debtor control decides about"
                " more.",
                **values,
            )
        )

    def _get_first_refusals(self):
        """Hook: return ``{action: sentence}`` for those who have no limit of their own."""
        decides = self.env._("Only debtor control decides about this.")
        return dict.fromkeys(dict(LIMIT_ACTIONS), decides) | {
            LIMIT_HOLD: self.env._(
                "Disputed Amount: the goods of the case are billed at less. Only debtor"
                " control decides about more."
            ),
            LIMIT_RENEW: self.env._(
                "Renew: this was renewed already, or asks for longer than the reason says."
                " Only debtor control decides about that."
            ),
            LIMIT_DATE: self.env._(
                "After Release: the reason has other terms. Only debtor control decides"
                " about these."
            ),
        }
