from odoo import api, fields, models
from odoo.fields import Domain

from ...const import (
    END_MOVED,
    END_PAID,
    HELD_FULL,
    SCOPE_CUSTOMER,
)


class AccountMove(models.Model):
    """The holds of an invoice, and what happens to it that is news for them.

    How much of it is held is in ``account_move_held.py``.
    """

    _name = "account.move"
    _inherit = ["aftersales.kept.mixin", "account.move"]

    hold_ids = fields.One2many(
        "aftersales.dunning.hold", "move_id", "Dunning Holds", groups="base.group_user"
    )
    # What was published in Odoo's own follow-up flag. Written, not computed: a computed
    # field would let every payment compute the flag anew, and lose what a user set.
    is_fully_held = fields.Boolean(copy=False, readonly=True)
    no_followup_before = fields.Boolean(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The follow-up flag as it was found when the invoice was held.",
    )
    dunning_due_original = fields.Date(
        "Original Due Date",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="The due date before a hold ended with a new one.",
    )
    dunning_due_moved = fields.Json(copy=False, readonly=True, groups="base.group_user")
    aftersales_case_ids = fields.Many2many(
        "aftersales.case",
        string="Cases",
        compute="_compute_aftersales_cases",
        groups="base.group_user",
    )
    aftersales_case_count = fields.Integer(
        "Number of Cases",
        compute="_compute_aftersales_cases",
        groups="base.group_user",
    )

    @api.depends_context("uid")
    def _compute_aftersales_cases(self):
        """Only the cases that the user may read: a hold may name a confidential one."""
        shares = self.env["aftersales.dunning.share"].search_fetch(
            [("move_id", "in", self.ids)], ["move_id", "case_id"]
        )
        holds = self.env["aftersales.dunning.hold"].search_fetch(
            [("move_id", "in", self.ids), ("case_id", "!=", False)],
            ["move_id", "case_id"],
        )
        visible = (shares.case_id | holds.case_id)._filtered_access("read")
        shares, holds = shares.grouped("move_id"), holds.grouped("move_id")
        for move in self:
            cases = visible.browse()
            for parts in (shares.get(move), holds.get(move)):
                cases |= parts.case_id & visible if parts else cases
            move.aftersales_case_ids = cases
            move.aftersales_case_count = len(cases)

    def _get_term_lines(self):
        """Return the lines that the customer pays, one an instalment."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _get_open_items(self):
        """Return the instalments of which something is open."""
        return self._get_term_lines().filtered(
            lambda line: line.date_maturity and line.debit and not line.reconciled
        )

    def _publish_full_holds(self):
        """Say in Odoo's own follow-up flag what is held in full, and give it back.

        Other follow-up tools obey that flag. Called when holds or open amounts change.
        """
        full = self.filtered(lambda move: move.hold_state == HELD_FULL)
        new = full.filtered(lambda move: not move.is_fully_held)
        flagged = new.filtered(lambda m: any(m._get_term_lines().mapped("no_followup")))
        for moves, found in ((flagged, True), (new - flagged, False)):
            if moves:
                moves.write({"is_fully_held": True, "no_followup_before": found})
        (self - full)._give_back_no_followup()

    def _give_back_no_followup(self):
        """Leave the follow-up flags as they were found when these were held."""
        held = self.filtered("is_fully_held")
        for found, moves in held.grouped("no_followup_before").items():
            moves.write({"is_fully_held": False, "no_followup_before": False})
            moves._get_term_lines().no_followup = found

    # === Life of the invoice === #

    def _invoice_paid_hook(self):
        """A paid invoice needs no hold."""
        result = super()._invoice_paid_hook()
        self._end_holds_of_paid()
        return result

    def action_view_aftersales_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_case.aftersales_case_action"
        )
        return action | {
            "domain": [("id", "in", self.aftersales_case_ids.ids)],
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }

    def action_hold(self):
        """Ask why this invoice is not to be dunned."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Not Dun"),
            "res_model": "aftersales.dunning.hold",
            "view_mode": "form",
            "target": "new",
            "views": [
                (
                    self.env.ref(
                        "aftersales_dunning.aftersales_dunning_hold_view_form_new"
                    ).id,
                    "form",
                )
            ],
            "context": {
                "default_move_id": self.id,
                "default_amount": self.amount_residual,
            },
        }

    # === What happens to an invoice is news for the cases about its goods === #

    def _post(self, soft=True):
        """Link the posted invoices to the cases whose goods they bill."""
        posted = super()._post(soft)
        posted._move_due_dates_again()
        posted._tell_cases()
        return posted

    def button_draft(self):
        res = super().button_draft()
        self._tell_cases()
        return res

    def button_cancel(self):
        res = super().button_cancel()
        self._tell_cases()
        return res

    def _tell_cases(self):
        """Let the cases about the goods on these invoices look where they stand now.

        Only the sale lines that a case is about are looked at; without one this costs a
        single query.
        """
        moves = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        sale_lines = moves.invoice_line_ids.sale_line_ids
        cases = sale_lines._get_aftersales_cases()
        about = moves | moves.reversed_entry_id
        notes = moves.filtered(lambda move: move.move_type == "out_refund")
        about |= notes.invoice_line_ids.sale_line_ids.invoice_lines.move_id
        # sudo: whoever posts an invoice need not read cases
        held = about.sudo().hold_ids
        (cases | held.case_id)._sync_goods()
        held._follow_credits()
        held.move_id._publish_full_holds()

    def unlink(self):
        """The history of the cases keeps what the holds would take along."""
        # sudo: whoever deletes an invoice need not read cases
        self.sudo().hold_ids._end(END_MOVED)
        credited = self.reversed_entry_id - self
        res = super().unlink()
        # sudo: as above
        credited.sudo().hold_ids._follow_credits()
        return res

    def _end_holds_of_paid(self):
        # sudo: whoever registers a payment need not work on cases
        holds = self.sudo().hold_ids.filtered(lambda hold: hold.scope != SCOPE_CUSTOMER)
        holds._end(END_PAID)
        holds._end_parts()

    def _gave_back_goods(self, billing):
        """Say whether goods went from this invoice, to be billed by another.

        :param billing: the invoices that bill goods of the case now
        """
        self.ensure_one()
        return self not in billing or any(
            refund.state == "posted" for refund in self.reversal_move_ids
        )

    def _bills_same_goods(self, other):
        """Say whether this invoice billed what another bills: by order, or by product."""
        self.ensure_one()
        mine, others = self.invoice_line_ids, other.invoice_line_ids
        if others.sale_line_ids:
            return bool(mine.sale_line_ids & others.sale_line_ids)
        return bool(mine.product_id & others.product_id)

    # === Service chooses an invoice to hold, although it may read no invoices === #

    @api.model
    @api.readonly
    def web_name_search(
        self, name, specification, domain=None, operator="ilike", limit=100
    ):
        """Offer the open invoices of a case's customer to those who work on the case.

        The form of a new hold names its case in the context key ``hold_case_id``. They
        get numbers and nothing else; whoever may read invoices chooses as always.
        """
        case_id = self.env.context.get("hold_case_id")
        case = self.env["aftersales.case"].browse(
            case_id if isinstance(case_id, int) else None
        )
        if not case or self.has_access("read") or not case._may_hold():
            return super().web_name_search(name, specification, domain, operator, limit)
        # sudo: only numbers, and only of the customer of a case that is theirs
        invoices = self.sudo().search(
            self._get_pick_domain(case) & Domain("name", operator, name or ""),
            limit=limit,
        )
        return [
            {
                "id": invoice.id,
                "display_name": invoice.name,
                "__formatted_display_name": invoice.name,
            }
            for invoice in invoices
        ]

    @api.model
    def _get_pick_domain(self, case):
        """Return the domain of the invoices that a case may hold."""
        return Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "=", case.company_id.id),
                (
                    "commercial_partner_id",
                    "=",
                    case.partner_id.commercial_partner_id.id,
                ),
            ]
        )
