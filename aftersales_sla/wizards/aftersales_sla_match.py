from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.aftersales_case.const import PRIORITIES

from ..const import CUSTOMER_KINDS, SIDE_CUSTOMER, SIDE_SUPPLIER
from ..engine import match

# What is taken over from a case that is picked.
TAKEN = (
    "company_id",
    "partner_id",
    "supplier_id",
    "site_id",
    "type_id",
    "category_id",
    "priority",
    "customer_kind",
    "product_ids",
    "product_categ_ids",
)


class AftersalesSlaMatch(models.TransientModel):
    """Which one wins: all policies that may hold for a case, in order, and why.

    The case is picked or described; a picked one may be changed here, to see what would
    hold then. Nothing of it is written.
    """

    _name = "aftersales.sla.match"
    _description = "Which SLA Policy Wins"
    _inherit = ["aftersales.bounded.mixin"]

    case_id = fields.Many2one("aftersales.case", ondelete="cascade")
    policy_id = fields.Many2one(
        "aftersales.sla.policy", "Asked About", ondelete="cascade"
    )
    side = fields.Selection(
        [
            (SIDE_CUSTOMER, "Promised to the customer"),
            (SIDE_SUPPLIER, "Promised by the supplier"),
        ],
        "Which Promise",
        required=True,
        default=SIDE_CUSTOMER,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    day = fields.Date("Reported On", required=True, default=fields.Date.context_today)
    partner_id = fields.Many2one("res.partner", "Customer")
    supplier_id = fields.Many2one("res.partner")
    site_id = fields.Many2one("res.partner", "Site Address")
    type_id = fields.Many2one("aftersales.case.type", "Case Type")
    category_id = fields.Many2one("aftersales.category")
    priority = fields.Selection(PRIORITIES)
    customer_kind = fields.Selection(CUSTOMER_KINDS, "Kind of Customer")
    product_ids = fields.Many2many("product.product", string="Products")
    product_categ_ids = fields.Many2many(
        "product.category", string="Product Categories"
    )
    answer = fields.Char(compute="_compute_line_ids")
    promises = fields.Text(compute="_compute_line_ids")
    line_ids = fields.One2many(
        "aftersales.sla.match.line", "match_id", compute="_compute_line_ids"
    )

    @api.onchange("case_id")
    def _onchange_case_id(self):
        """Take over what the policies are matched with."""
        if case := self.case_id:
            for name in TAKEN:
                self[name] = case[name]
            self.day = case._get_report_day()

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id != self.case_id.partner_id:
            self.customer_kind = False  # computed for a case without one
            self.customer_kind = self._get_case().customer_kind

    @api.depends("side", "case_id", "policy_id", "day", *TAKEN)
    def _compute_line_ids(self):
        for asked in self:
            asked._ensure_can_ask()
            # sudo: policies and agreements are the company's, their names no secret
            case, policy = asked._get_case(), asked.policy_id.sudo()
            known = case._get_candidates(asked.side)
            offers = known | policy
            facts, owners, _day = case._get_match_facts(asked.side)
            verdicts = match.order(
                [offer._get_offer() for offer in offers], facts, owners, asked.day
            )
            fits = (v for v in verdicts if v.key in known.ids and not v.misses)
            winner = next(fits, None)
            won = offers.browse(winner.key if winner else ())
            holding = won._get_holding(case)
            asked.answer = asked._get_answer(won, holding)
            asked.promises = asked._get_promises(holding)
            asked.line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "number": number,
                        "policy_id": verdict.key,
                        "is_winner": verdict == winner,
                        "reason": offers.browse(verdict.key)._explain(
                            verdict, winner, owners
                        ),
                    }
                )
                for number, verdict in enumerate(verdicts, start=1)
            ]

    def _ensure_can_ask(self):
        """Guard: it tells of the caller's companies only, whatever ids it is given."""
        self.policy_id.check_access("read")
        if not self.env.su and self.company_id - self.env.companies:
            raise AccessError(self.env._("Company: choose one of yours."))

    def _get_case(self):
        """Return the case as it is described here, of no database."""
        self.ensure_one()
        values = {
            name: [Command.set(self[name].ids)]
            if self._fields[name].type == "many2many"
            else self._fields[name].convert_to_write(self[name], self)
            for name in TAKEN
        }
        if not values["customer_kind"]:
            del values["customer_kind"]
        # sudo: what holds for a case does not depend on who asks
        return self.env["aftersales.case"].sudo().new(values)

    def _get_promises(self, holding):
        """Return what it promises, a line each, and how that stands for the picked case."""
        clocks = self.case_id.clock_ids.sorted("cycle")
        labels = dict(clocks._fields["state"]._description_selection(self.env))
        states = {clock.target_id.id: labels[clock.state] for clock in clocks}
        return "\n".join(
            self.env._(
                "%(target)s: %(state)s",
                target=target.sentence,
                state=states.get(target.id) or self.env._("not begun"),
            )
            if self.case_id
            else target.sentence
            for target in holding.target_ids
        )

    def _get_answer(self, won, holding):
        """Return what holds, in one sentence."""
        if not holding:
            return self.env._(
                "No policy holds: none is for everybody, and none of an agreement fits."
            )
        if not holding.target_ids:
            return self.env._(
                "“%s” holds, but promises nothing: add a target to it.", holding.name
            )
        if holding != won:
            return self.env._(
                "“%(policy)s” holds in its version from %(day)s on: running cases moved"
                " over to it.",
                policy=holding.name,
                day=format_date(self.env, holding.date_from),
            )
        return self.env._("“%s” holds.", holding.name)


class AftersalesSlaMatchLine(models.TransientModel):
    _name = "aftersales.sla.match.line"
    _description = "Candidate for an SLA Policy"
    _order = "number"

    match_id = fields.Many2one(
        "aftersales.sla.match", required=True, ondelete="cascade"
    )
    number = fields.Integer("Place", readonly=True)
    policy_id = fields.Many2one(
        "aftersales.sla.policy", readonly=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(related="policy_id.agreement_id", related_sudo=False)
    scope = fields.Char(related="policy_id.scope", related_sudo=False)
    is_winner = fields.Boolean("Holds", readonly=True)
    reason = fields.Char("Why", readonly=True)
