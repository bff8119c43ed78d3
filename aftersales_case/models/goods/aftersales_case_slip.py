from contextlib import contextmanager

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ...const import (
    SLIP_CHOICE,
    SLIP_CLAIMED,
    SLIP_CODES,
    SLIP_DONE,
    SLIP_STATES,
    SLIP_UNDONE,
    SLIP_UNKNOWN,
)
from ...engine.slips import slip_key, slip_patterns
from ..case.aftersales_case_change import REPORT_FIELDS

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

    @api.depends(
        "slip_number", "picking_id", "partner_id", "company_id", "claim_reason"
    )
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
            elif case._is_claimed():
                case.slip_state = case.slip_number and SLIP_CLAIMED
                slips = nothing
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
        if not self._has_field_access(self._fields[name], "write"):
            return False
        return name in REPORT_FIELDS or not self._origin.id or self._is_agent()

    @api.model
    def _prepare_case_vals(self, vals):
        return super()._prepare_case_vals(self._clean_slip(vals))

    def _prepare_change_vals(self, vals):
        return super()._prepare_change_vals(self._clean_slip(vals))

    @api.model
    def _clean_slip(self, vals):
        if not isinstance(vals.get("slip_number"), str):
            return vals
        return vals | {"slip_number": vals["slip_number"].strip() or False}

    @contextmanager
    def _taking_slips(self):
        """Take what is written of slips in this block for settled: nobody looks again."""
        with self._changing() as cases:
            change = cases._get_change()
            outer, change.takes_slips = change.takes_slips, True
            try:
                yield cases
            finally:
                change.takes_slips = outer

    def _note_goods(self):
        """Have the running change tell that the goods of these cases changed."""
        self._get_change().goods |= dict.fromkeys(self.ids)

    def _after_slip_change(self, news):
        """Let the goods and what came with the old slip go; take the new one.

        :param news: ``News`` of the round; these are its cases with another slip
        """
        change = self._get_change()
        with self._taking_slips() as cases:
            chosen, named = cases.browse(), cases.browse()
            for case in cases:
                old, written = news.slips[case], change.written.pop(case.id, set())
                case._leave_slip(old, written)
                if case.picking_id != old:
                    case._note_goods()
                    chosen |= case if case.picking_id else chosen.browse()
                if "slip_number" in written:
                    named |= case
            # Whoever chooses the slip of a case that is there sees what it says.
            seen = chosen - news.created
            seen._take_slips({case: case.picking_id for case in seen}, note=False)
            new = chosen & news.created
            found = named._get_clear_slips()
            cases._take_slips({case: case.picking_id for case in new} | found)

    def _leave_slip(self, old, written):
        """Let an old slip go when its number was taken back or another was chosen.

        :param old: the slip as it was
        :param written: names of the fields that were written; they are kept
        """
        self.ensure_one()
        if not old:
            return
        renamed = self.picking_id == old and "picking_id" not in written
        if renamed and not self._fits_number(old):
            self.picking_id = False
        if self.picking_id != old:
            self._forget_slip(old, kept=written)

    def action_match_slip(self):
        """Look again for the slip that the number names."""
        self.check_access("write")
        # sudo: as when the number was entered
        cases = self.sudo()
        cases._take_slips(cases._get_clear_slips())
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

        A slip of another customer is offered, but not taken; what somebody only claims
        waits until it is confirmed.
        """
        clear = {}
        cases = self.filtered(lambda case: not case._is_claimed())
        for case, slips in cases._find_slips().items():
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
        slips = {case: case.picking_id for case in self if case.picking_id}
        # A slip whose goods are here already has nothing to add.
        slips = {c: s for c, s in slips.items() if s not in c.line_ids.picking_id}
        self._take_slips(slips | self._get_clear_slips())
