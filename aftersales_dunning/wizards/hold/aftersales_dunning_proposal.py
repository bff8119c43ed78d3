from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class AftersalesDunningProposal(models.TransientModel):
    """Invoice lines that may bill goods which have no order: somebody has to confirm.

    Found by customer, product and date; a slip without an order and a hand-made invoice
    share nothing else.
    """

    _name = "aftersales.dunning.proposal"
    _description = "Find the Invoice of Goods"
    _inherit = "aftersales.form.mixin"

    case_id = fields.Many2one("aftersales.case", required=True)
    line_ids = fields.One2many(
        "aftersales.dunning.proposal.line", "proposal_id", "Invoice Lines"
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        case = self.env["aftersales.case"].browse(values.get("case_id"))
        if case and "line_ids" in fields and case._may_hold():
            values["line_ids"] = [
                Command.create(vals) for vals in case._get_goods_proposals()
            ]
        return values

    def action_confirm(self):
        """Put the goods on the invoice lines that were ticked."""
        self.ensure_one()
        self.case_id._ensure_may_hold()
        offered = {
            (vals["case_line_id"], vals["invoice_line_id"])
            for vals in self.case_id._get_goods_proposals()
        }
        # sudo: checked above; the goods of a case may be put on its customer's invoice
        self.env["aftersales.dunning.share"].sudo().create(
            [
                {
                    "case_line_id": line.case_line_id.id,
                    "invoice_line_id": line.invoice_line_id.id,
                    "quantity": line.quantity,
                    "is_manual": True,
                }
                for line in self.line_ids.filtered("confirmed")
                if (line.case_line_id.id, line.invoice_line_id.id) in offered
            ]
        )
        self.case_id._sync_goods()
        return {"type": "ir.actions.act_window_close"}


class AftersalesDunningProposalLine(models.TransientModel):
    _name = "aftersales.dunning.proposal.line"
    _description = "Possible Invoice Line"
    _inherit = "aftersales.form.mixin"

    proposal_id = fields.Many2one(
        "aftersales.dunning.proposal", required=True, ondelete="cascade"
    )
    confirmed = fields.Boolean("Yes", help="These goods are billed here.")
    case_line_id = fields.Many2one("aftersales.case.line", "Goods", required=True)
    invoice_line_id = fields.Many2one("account.move.line", required=True)
    invoice_name = fields.Char("Invoice", compute="_compute_invoice", compute_sudo=True)
    invoice_date = fields.Date(compute="_compute_invoice", compute_sudo=True)
    billed = fields.Float(
        compute="_compute_invoice", compute_sudo=True, digits="Product Unit"
    )
    quantity = fields.Float(digits="Product Unit", required=True)

    def _may_name(self, name, record, form):
        """What the customer of the case was billed may be told to who works on it."""
        if name != "invoice_line_id":
            return super()._may_name(name, record, form)
        wizard = self._get_form_above("proposal_id", form)
        case = wizard.records._get_form_above("case_id", wizard).records
        # sudo: compared only
        bill = record.sudo().exists()
        return case._may_hold() and bool(case._filter_bills(bill)) if case else False

    @api.constrains("case_line_id", "invoice_line_id", "proposal_id")
    def _check_is_of_case(self):
        """Let a line name the goods of its case, and what its customer was billed.

        Whoever fills in the wizard by hand would be told of any invoice otherwise.
        """
        for line in self:
            case = line.proposal_id.case_id
            case.sudo(False)._ensure_may_hold()  # constraints run with sudo
            # sudo: service need not read invoices; what is refused is not named
            bill = line.invoice_line_id.sudo()
            if line.case_line_id.case_id != case or bill not in case._filter_bills(
                bill
            ):
                raise ValidationError(
                    self.env._(
                        "Invoice Lines: choose among the invoices of the customer of case"
                        " %s, for goods of this case.",
                        case.number,
                    )
                )

    @api.depends("invoice_line_id", "proposal_id.case_id")
    @api.depends_context("uid")
    def _compute_invoice(self):
        """Name the invoices of the case's customer, and nobody else's."""
        # sudo: taken off, to ask what the user may read
        cases = self.proposal_id.case_id._origin.sudo(False)
        cases = cases.filtered(lambda case: case._may_hold())
        for line in self:
            case = line.proposal_id.case_id._origin & cases
            bill = case._filter_bills(line.invoice_line_id)
            line.invoice_name = bill.move_id.name
            line.invoice_date = bill.move_id.invoice_date
            line.billed = bill._get_product_quantity() if bill else 0
