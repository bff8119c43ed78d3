from odoo import api, fields, models
from odoo.fields import Command, Domain

from ...const import (
    SLIP_CHOICE,
    SLIP_CODES,
    SLIP_DONE,
    SLIP_STATES,
    SLIP_UNDONE,
    SLIP_UNKNOWN,
)
from ...engine.slips import slip_key, slip_patterns
from ..case.aftersales_case import REPORT_FIELDS
from .aftersales_case_line import GOODS_LATER

SLIP_FIELDS = {"slip_number", "picking_id"}
# Set while the slip of a case is taken over, or comes with its goods from elsewhere.
SLIP_TAKEN = "aftersales_slip_taken"
# More slips than this are no help to whoever has to choose.
MOST_SLIPS = 20


class AftersalesCase(models.Model):
    """The delivery slip of a case: its number is entered, the rest is taken from it.

    A number that fits one slip is matched, one that fits several is offered, one that
    fits none is kept and matched when that slip appears: see ``stock_picking.py``.
    """

    _inherit = "aftersales.case"

    slip_number = fields.Char(
        index="trigram",
        copy=False,
        tracking=True,
        help="As it stands on the delivery slip; the order's number will do as well.",
    )
    slip_key = fields.Char(compute="_compute_slip_key", store=True)
    picking_id = fields.Many2one(
        "stock.picking",
        "Delivery Slip",
        domain=[("picking_type_code", "in", SLIP_CODES), ("state", "!=", "cancel")],
        check_company=True,
        index="btree_not_null",
        copy=False,
        tracking=True,
    )
    order_ref = fields.Char("Order", related="picking_id.origin")
    slip_state = fields.Selection(
        SLIP_STATES, compute="_compute_slip_state", compute_sudo=True
    )
    slip_candidate_ids = fields.Many2many(
        "stock.picking",
        string="Possible Slips",
        compute="_compute_slip_state",
        compute_sudo=True,
    )

    # New deliveries ask which cases wait for them.
    _waiting_slip_idx = models.Index(
        "(slip_key) WHERE picking_id IS NULL AND slip_number IS NOT NULL"
    )

    @api.depends("slip_number")
    def _compute_slip_key(self):
        for case in self:
            case.slip_key = slip_key(case.slip_number)

    @api.depends("slip_number", "picking_id", "partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_slip_state(self):
        """Computed with sudo: a reporter sees the state, but no slips to choose."""
        found = self._find_slips()
        nothing = self.env["stock.picking"]
        for case in self:
            slips = found.get(case, nothing)
            if case.picking_id:
                done = case.picking_id.state == "done"
                case.slip_state = SLIP_DONE if done else SLIP_UNDONE
            elif case.slip_number:
                case.slip_state = SLIP_CHOICE if slips else SLIP_UNKNOWN
            else:
                case.slip_state = False
            if slips:
                # sudo: taken off, the user chooses among what he may see
                slips = slips.sudo(False)._filtered_access("read")
            case.slip_candidate_ids = slips

    # === Entering === #

    @api.onchange("slip_number")
    def _onchange_slip_number(self):
        self.slip_number = (self.slip_number or "").strip() or False
        if self.picking_id and not self._fits_number(self.picking_id):
            self._forget_slip(self.picking_id)
            self.picking_id = False
        # Setting it calls _onchange_picking_id.
        self.picking_id = self.picking_id or self._get_clear_slips().get(self)

    @api.onchange("picking_id")
    def _onchange_picking_id(self):
        slip = self.picking_id
        for old in (self.line_ids.picking_id | self._origin.picking_id)._origin - slip:
            self._forget_slip(old)
        if not slip:
            return
        self.slip_number = (
            self.slip_number or slip.sudo().name
        )  # sudo: named by himself
        if slip._origin not in self.line_ids.picking_id._origin:
            goods = self._get_slip_goods(slip._origin).get(slip._origin, ())
            self.line_ids = [
                Command.create(vals) for vals in self._prepare_goods_vals(goods)
            ]
        values = self._get_new_slip_values(slip._origin)
        values = {k: new for k, new in values.items() if self._may_change(k)}
        self.update(self._to_vals(values))

    def _may_change(self, name):
        """Say whether the form may send a field: a reporter corrects his report only."""
        return (
            name in REPORT_FIELDS
            or not self._origin.id
            or self.env.user.has_group("aftersales_case.group_aftersales_agent")
        )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_slip(vals) for vals in vals_list]
        with_goods = any(
            (SLIP_FIELDS | {"line_ids"}) & vals.keys() for vals in vals_list
        )
        cases = super(AftersalesCase, self.with_context(**{GOODS_LATER: True})).create(
            vals_list
        )
        cases = cases.with_env(self.env)
        if with_goods and not self.env.context.get(GOODS_LATER):
            changed = cases.filtered("line_ids")
            if changed:
                changed._after_goods_change()
        return cases

    def write(self, vals):
        touched = (SLIP_FIELDS | {"line_ids"}) & vals.keys()
        if not touched:
            return super().write(vals)
        vals = self._clean_slip(vals)
        cases = self.with_context(**{GOODS_LATER: True})
        before = {case: case.picking_id for case in self}
        res = super(AftersalesCase, cases).write(vals)
        if SLIP_FIELDS & touched and not self.env.context.get(SLIP_TAKEN):
            # sudo: whoever wrote the number may have what it says
            cases.sudo()._after_slip_change(before, vals)
        moved = any(case.picking_id != slip for case, slip in before.items())
        if (moved or "line_ids" in vals) and not self.env.context.get(GOODS_LATER):
            self._after_goods_change()
        return res

    @api.model
    def _clean_slip(self, vals):
        if not isinstance(vals.get("slip_number"), str):
            return vals
        return vals | {"slip_number": vals["slip_number"].strip() or False}

    def _take_named_slips(self):
        """Take over the slips of new cases, by number or as chosen."""
        if self.env.context.get(SLIP_TAKEN):
            return
        # sudo: whoever wrote the number may have what it says
        cases = self.sudo().filtered(lambda case: case.picking_id or case.slip_number)
        if cases:
            chosen = {case: case.picking_id for case in cases if case.picking_id}
            cases._take_slips(chosen | cases._get_clear_slips())

    def _after_slip_change(self, before, vals):
        """Let the goods and what came with the old slip go; take the new one.

        :param before: ``{case: slip}``
        :param vals: what was written; it is kept
        """
        old_slips = {case.id: slip.with_env(self.env) for case, slip in before.items()}
        chosen = self.browse()
        for case in self:
            old = old_slips[case.id]
            if case.picking_id == old and "picking_id" not in vals and old:
                if case._fits_number(old):
                    continue
                case.with_context(**{SLIP_TAKEN: True}).picking_id = False
            if old and case.picking_id != old:
                case._forget_slip(old, kept=vals)
            if case.picking_id and case.picking_id != old:
                chosen |= case
        if chosen:
            chosen._take_slips({case: case.picking_id for case in chosen}, note=False)
        if vals.get("slip_number"):
            clear = self._get_clear_slips()
            if clear:
                self._take_slips(clear)

    def action_match_slip(self):
        """Look again for the slip that the number names."""
        self.check_access("write")
        # sudo: as when the number was entered
        cases = self.sudo().with_context(**{GOODS_LATER: True})
        clear = cases._get_clear_slips()
        if clear:
            cases._take_slips(clear)
            self._after_goods_change()
        return True

    def action_view_slip(self):
        self.ensure_one()
        return self.picking_id._get_records_action()

    # === Finding === #

    @api.model
    def _get_slip_domain(self, number):
        """Hook: return the domain of deliveries that a number names.

        Company, kind and state are looked after by the caller. Its counterpart, by
        which a new delivery finds the cases that wait for it, is ``_get_slip_names`` of
        ``stock.picking``.
        """
        return Domain.OR(
            Domain(name, "=ilike", pattern)
            for name in ("name", "origin")
            for pattern in slip_patterns(number)
        )

    def _find_slips(self):
        """Return ``{case: slips}`` that fit the number of each case without a slip.

        A slip of that very number comes before those of an order of that number, one of
        the case's customer before those of others. One query for all cases.
        """
        cases = self.filtered(lambda case: case.slip_number and not case.picking_id)
        if not cases:
            return {}
        domains = {
            number: self._get_slip_domain(number)
            for number in set(cases.mapped("slip_number"))
        }
        # sudo: a number entered by anybody is looked up
        found = (
            self.env["stock.picking"]
            .sudo()
            .search(
                Domain.OR(domains.values())
                & Domain("company_id", "in", cases.company_id.ids)
                & Domain("picking_type_id.code", "in", SLIP_CODES)
                & Domain("state", "!=", "cancel"),
            )
        )
        result = {}
        for case in cases:
            number, customer = case.slip_number, case._get_slip_owner()
            slips = found.filtered(
                lambda s, c=case.company_id: s.company_id.id in c.ids
            )
            slips = slips.filtered_domain(domains[number])
            key = slip_key(number)
            slips = slips.filtered(lambda s, k=key: slip_key(s.name) == k) or slips
            own = slips.filtered(lambda s, c=customer: s._get_slip_customer() == c)
            if slips:
                result[case] = (own or slips)[:MOST_SLIPS]
        return result

    def _get_clear_slips(self):
        """Return ``{case: slip}`` of the cases whose number leaves no doubt.

        A slip of another customer is offered, but not taken.
        """
        clear = {}
        for case, slips in self._find_slips().items():
            owner = case._get_slip_owner()
            theirs = slips._get_slip_customer() if len(slips) == 1 else None
            if theirs is not None and (not owner or theirs in (owner, owner.browse())):
                clear[case] = slips
        return clear

    def _get_slip_owner(self):
        self.ensure_one()
        # sudo: the customer of the case, to be compared only
        return self.partner_id.sudo().commercial_partner_id._origin

    def _fits_number(self, slip):
        self.ensure_one()
        if not self.slip_number:
            return False
        # sudo: as in _find_slips
        return bool(
            slip._origin.sudo().filtered_domain(self._get_slip_domain(self.slip_number))
        )

    def _on_slips_changed(self):
        """React to deliveries that were made, renamed or done: they concern these."""
        cases = self.with_context(**{GOODS_LATER: True})
        slips = {case: case.picking_id for case in cases if case.picking_id}
        # A slip whose goods are here already has nothing to add.
        slips = {c: s for c, s in slips.items() if s not in c.line_ids.picking_id}
        slips |= cases._get_clear_slips()
        if slips:
            cases._take_slips(slips)
            self.browse([case.id for case in slips])._after_goods_change()
