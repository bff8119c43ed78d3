from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesReportedLine(models.Model):
    """A line of an invoice, or all of it, that its customer reported in the portal.

    One report of a line is the current one: whoever reports it again is led to that
    case while it is open. The database keeps two at once from making two cases.
    """

    _name = "aftersales.reported.line"
    _description = "Invoice Line That a Customer Reported"
    _inherit = ["aftersales.case.part"]
    _order = "id"
    _rec_name = "line_id"

    case_id = fields.Many2one(
        "aftersales.case", required=True, readonly=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "account.move.line",
        "Invoice Line",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Empty means the invoice as a whole.",
    )
    quantity = fields.Float(readonly=True, digits="Product Unit")
    price_agreed = fields.Float(readonly=True, digits="Product Price")
    currency_id = fields.Many2one(related="move_id.currency_id", store=True)
    amount = fields.Monetary("Disputed Amount", readonly=True)
    is_current = fields.Boolean(default=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", related="move_id.commercial_partner_id"
    )
    name = fields.Char("Reported", compute="_compute_name")
    # Nobody restricts these fields of the case.
    case_number = fields.Char("Case Number", related="case_id.number")
    state = fields.Selection(related="case_id.state")
    type_id = fields.Many2one(related="case_id.type_id")
    user_id = fields.Many2one(related="case_id.user_id")
    reporter_id = fields.Many2one(
        "res.partner", "Reported By", related="case_id.reporter_id"
    )

    _current_uniq = models.UniqueIndex(
        "(move_id, COALESCE(line_id, 0)) WHERE is_current",
        "This was just reported. Reload the page.",
    )

    @api.depends("line_id")
    @api.depends_context("lang")
    def _compute_name(self):
        service = self.env["aftersales.portal.service"]
        # sudo: what an invoice bills; service need not read invoices
        for row, known in zip(self, self.sudo(), strict=True):
            line = known.line_id
            row.name = (
                service._get_line_label(line)
                if line
                else self.env._("The whole invoice")
            )

    @api.model
    def _get_action(self):
        """Return the action that lists reported lines, for a button that says of what."""
        name = "aftersales_portal.aftersales_reported_line_action"
        action = self.env["ir.actions.actions"]._for_xml_id(name)
        return action | {"context": {"search_default_open": 0}}

    @api.model
    def _note(self, case, move, rows):
        """Note what a case reports of an invoice, in place of what closed ones did.

        Of two requests at once one waits for the other, and is tried again by Odoo.

        :param rows: list of values by line; see the fields
        """
        # sudo: what customers reported is written for them
        lines = self.sudo()
        ids = [row["line_id"] for row in rows]
        before = lines.search(
            [
                ("move_id", "=", move.id),
                ("line_id", "in", ids),
                ("is_current", "=", True),
            ]
        )
        before.is_current = False
        self.env.flush_all()
        for row in rows:
            whole = row["amount"] is None
            # First as a bare row: a conflict is answered with another try, not an error.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO aftersales_reported_line"
                    " (case_id, move_id, currency_id, line_id, quantity, price_agreed,"
                    " amount, is_current, create_uid, write_uid, create_date, write_date)"
                    " VALUES (%(case)s, %(move)s, %(currency)s, %(line)s, %(quantity)s,"
                    " %(price)s, %(amount)s, TRUE, %(uid)s, %(uid)s, %(now)s, %(now)s)"
                    " ON CONFLICT (move_id, COALESCE(line_id, 0)) WHERE is_current"
                    " DO NOTHING",
                    case=case.id,
                    move=move.id,
                    currency=move.currency_id.id,
                    line=row["line_id"] or None,
                    quantity=row["quantity"],
                    price=row["price_agreed"],
                    amount=move.amount_total if whole else row["amount"],
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                ),
                log_exceptions=False,
            )
        lines.invalidate_model()

    @api.model
    def _get_open(self, move):
        """Return ``{invoice line, or none: open case}`` of what is reported already."""
        # sudo: the caller tells only of cases that its person sees
        found = self.sudo().search(
            [("move_id", "=", move.id), ("is_current", "=", True)]
        )
        cases = {row.line_id: row.case_id._get_survivor() for row in found}
        return {line: case for line, case in cases.items() if case.is_open}
