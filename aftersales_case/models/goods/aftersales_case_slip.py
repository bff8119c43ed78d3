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
        lambda self: (
            "slip_number",
            *self._get_slip_fields(),
            "partner_id",
            "company_id",
            "claim_reason",
        )
    )
    @api.depends_context("uid")
    def _compute_slip_state(self):
        """Computed with sudo: a reporter sees the state, but no slips to choose."""
        found = self._find_slips()
        for case in self:
            slips, slip = found.get(case, {}), case._get_slip()
            if slip:
                case.slip_state = SLIP_DONE if slip._is_slip_done() else SLIP_UNDONE
            elif case._is_claimed():
                case.slip_state = case.slip_number and SLIP_CLAIMED
                slips = {}
            elif case.slip_number:
                case.slip_state = SLIP_CHOICE if slips else SLIP_UNKNOWN
            else:
                case.slip_state = False
            for name, candidates in self._get_slip_fields().items():
                # sudo: taken off, the user chooses among what he may see
                offered = slips.get(name, case[candidates].browse()).sudo(False)
                case[candidates] = offered and offered._filtered_access("read")

    # === Kinds of documents === #

    @api.model
    def _get_slip_fields(self):
        """Hook: return what a slip number may name, in the order of preference.

        Deliveries come first. A case has one of them at most.

        :returns: ``{field with the document: field with those to choose from}``; the
            model of the document has the mixin ``aftersales.slip.mixin``
        """
        return {"picking_id": "slip_candidate_ids"}

    @api.model
    def _get_slip_field(self, slip):
        """Return the field of cases that names this kind of document."""
        return next(
            name
            for name in self._get_slip_fields()
            if self._fields[name].comodel_name == slip._name
        )

    def _get_slip(self):
        """Return the document that this case names: a delivery, an order, or none."""
        self.ensure_one()
        return next(
            (self[name] for name in self._get_slip_fields() if self[name]),
            self.picking_id,
        )

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of the cases whose number found nothing so far."""
        return Domain("slip_number", "!=", False) & Domain.AND(
            Domain(name, "=", False) for name in self._get_slip_fields()
        )

    # === Entering === #

    @api.onchange("slip_number")
    def _onchange_slip_number(self):
        self.slip_number = (self.slip_number or "").strip() or False
        slip = self._get_slip()
        if slip and not self._fits_number(slip):
            self._forget_slip(slip)
            self[self._get_slip_field(slip)] = False
        if not self._get_slip():
            # Setting it calls the onchange of the document.
            for found in self._get_clear_slips().values():
                self[self._get_slip_field(found)] = found

    @api.onchange("picking_id")
    def _onchange_picking_id(self):
        self._follow_slip_field("picking_id")

    def _follow_slip_field(self, changed):
        """Fill in the form what the document says that was chosen in it.

        :param changed: name of the field; the others are emptied
        """
        if not self._came_by(changed):
            self[changed] = self._origin[changed]
        slip = self[changed]
        if slip:
            for name in self._get_slip_fields().keys() - {changed}:
                self[name] = False
        for name in self._get_slip_fields():
            known = self[name]._get_slips_of(self.line_ids) | self._origin[name]
            for old in known._origin - self[name]._origin:
                self._forget_slip(old)
        if not slip:
            return
        self.slip_number = (
            self.slip_number or slip.sudo().name
        )  # sudo: named by himself
        slip = slip._origin
        if slip not in slip._get_slips_of(self.line_ids)._origin:
            for rows in self._prepare_slip_lines({self: slip}).values():
                self.line_ids = [Command.create(vals) for vals in rows]
        values = self._get_new_slip_values(slip)
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
        """Return values with a number as it counts, and with one document at most."""
        if isinstance(vals.get("slip_number"), str):
            vals = vals | {"slip_number": vals["slip_number"].strip() or False}
        names = list(self._get_slip_fields())
        chosen = next((name for name in names if vals.get(name)), None)
        if chosen:
            vals = vals | {name: False for name in names if name != chosen}
        return vals

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
                if case._get_slip() != old:
                    case._note_goods()
                    chosen |= case if case._get_slip() else chosen.browse()
                if "slip_number" in written:
                    named |= case
            # Whoever chooses the slip of a case that is there sees what it says.
            seen = chosen - news.created
            seen._take_slips({case: case._get_slip() for case in seen}, note=False)
            new = chosen & news.created
            found = named._get_clear_slips()
            cases._take_slips({case: case._get_slip() for case in new} | found)

    def _leave_slip(self, old, written):
        """Let an old slip go when its number was taken back or another was chosen.

        :param old: the slip as it was
        :param written: names of the fields that were written; they are kept
        """
        self.ensure_one()
        if not old:
            return
        name = self._get_slip_field(old)
        renamed = self._get_slip() == old and name not in written
        if renamed and not self._fits_number(old):
            self[name] = False
        if self._get_slip() != old:
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
        return self._get_slip()._get_records_action()

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
        """Return ``{case: {field: slips}}`` that fit the number of cases without a slip.

        A slip of that very number comes before those of an order of that number, one of
        the case's customer before those of others. One query a kind for all cases.
        """
        cases = self.filtered(lambda case: case.slip_number and not case._get_slip())
        result = {}
        for name in self._get_slip_fields() if cases else ():
            # sudo: a number entered by anybody is looked up
            model = self.env[self._fields[name].comodel_name].sudo()
            domains = {
                number: model._get_named_domain(number)
                for number in set(cases.mapped("slip_number"))
            }
            found = model.search(
                Domain.OR(domains.values())
                & Domain("company_id", "in", cases.company_id.ids)
                & model._get_slip_kind_domain()
            )
            for case in cases if found else ():
                if slips := case._choose_slips(found, domains[case.slip_number]):
                    result.setdefault(case, {})[name] = slips
        return {case: case._prefer_own(kinds) for case, kinds in result.items()}

    def _choose_slips(self, slips, domain):
        """Return those of the slips found that this case may mean, the best only.

        :param domain: of the slips that its number names
        """
        self.ensure_one()
        own = slips.filtered(lambda slip: slip.company_id.id in self.company_id.ids)
        own = own.filtered_domain(domain)
        key = slip_key(self.slip_number)
        return own.filtered(lambda slip: slip_key(slip.name) == key) or own

    @api.model
    def _prefer_kinds(self, kinds, numbers):
        """Hook: return the slips found of several kinds, the preferred ones first.

        :param kinds: ``{field: slips}``, not empty, deliveries first
        :param numbers: by which they were found
        """
        return kinds

    def _prefer_own(self, kinds):
        """Return the slips found that are the customer's own, if there are any."""
        self.ensure_one()
        kinds = self._prefer_kinds(kinds, [self.slip_number])
        customer, own = self._get_slip_owner(), {}
        for name, slips in kinds.items():
            theirs = slips.filtered(lambda slip: slip._get_slip_customer() == customer)
            if theirs:
                own[name] = theirs
        return {name: slips[:MOST_SLIPS] for name, slips in (own or kinds).items()}

    def _get_clear_slips(self):
        """Return ``{case: slip}`` of the cases whose number leaves no doubt.

        A slip of another customer is offered, but not taken; what somebody only claims
        waits until it is confirmed. A delivery is taken before its order.
        """
        clear = {}
        cases = self.filtered(lambda case: not case._is_claimed())
        for case, kinds in cases._find_slips().items():
            owner, slips = case._get_slip_owner(), next(iter(kinds.values()))
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
        slip = slip._origin.sudo()
        return bool(slip.filtered_domain(slip._get_named_domain(self.slip_number)))

    def _on_slips_changed(self):
        """React to deliveries that were made, renamed or done: they concern these."""
        slips = {case: case._get_slip() for case in self if case._get_slip()}
        # A slip whose goods are here already has nothing to add.
        slips = {c: s for c, s in slips.items() if s not in s._get_slips_of(c.line_ids)}
        self._take_slips(slips | self._get_clear_slips())
