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
    amount = fields.Float("Disputed Amount", readonly=True)
    is_current = fields.Boolean(default=True, readonly=True)

    _current_uniq = models.UniqueIndex(
        "(move_id, COALESCE(line_id, 0)) WHERE is_current",
        "This was just reported. Reload the page.",
    )

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
                    " (case_id, move_id, line_id, quantity, price_agreed, amount,"
                    " is_current, create_uid, write_uid, create_date, write_date)"
                    " VALUES (%(case)s, %(move)s, %(line)s, %(quantity)s, %(price)s,"
                    " %(amount)s, TRUE, %(uid)s, %(uid)s, %(now)s, %(now)s)"
                    " ON CONFLICT (move_id, COALESCE(line_id, 0)) WHERE is_current"
                    " DO NOTHING",
                    case=case.id,
                    move=move.id,
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
