from odoo import fields, models

from ...engine.disputes import Credit


class AccountMove(models.Model):
    """What credit notes take off the lines of an invoice."""

    _inherit = "account.move"

    dunning_credits_asked = fields.Json(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Credit notes of which debtor control was asked what they are for.",
    )

    def _get_matched_invoices(self):
        """Return the invoices that these credit notes are reconciled with."""
        return self.line_ids.matched_debit_ids.debit_move_id.move_id

    def _get_credit_notes(self):
        """Return the credit notes that take something off an invoice.

        Those that reverse it, those of its orders, and those that somebody matched with
        it; a credit note that reverses another invoice only pays this one.
        """
        self.ensure_one()
        loose = (
            self.line_ids.matched_credit_ids.credit_move_id.move_id
            | self.invoice_line_ids.sale_line_ids.invoice_lines.move_id
        ).filtered(lambda note: not note.reversed_entry_id)
        return (self.reversal_move_ids | loose).filtered(
            lambda note: note.move_type == "out_refund" and note._is_in_the_books()
        )

    def _is_in_the_books(self):
        """Say whether an invoice or credit note is posted.

        Or a credit note was reset to draft: while it is matched it takes off what it took.
        """
        self.ensure_one()
        return self.state == "posted" or (
            self.state == "draft"
            and self.move_type == "out_refund"
            and bool(self.line_ids.matched_debit_ids)
        )

    def _get_draft_credit_notes(self):
        """Return the credit notes that are to reverse an invoice, or are of its orders."""
        self.ensure_one()
        loose = self.invoice_line_ids.sale_line_ids.invoice_lines.move_id.filtered(
            lambda note: not note.reversed_entry_id
        )
        return (self.reversal_move_ids | loose).filtered(
            lambda note: (
                note.move_type == "out_refund"
                and note.state == "draft"
                and not note._is_in_the_books()
            )
        )

    def _get_unmatched(self, note):
        """Return what of a credit note is to be matched with an invoice yet.

        That somebody matched it with the invoice is all that ties some to it.
        """
        self.ensure_one()
        if self._is_loose(note):
            return 0.0
        amount = note.amount_total if note.state == "draft" else note.amount_residual
        return max(amount * self._get_rate_of_note(note), 0)

    def _is_loose(self, note):
        return not note.reversed_entry_id and not (
            note.invoice_line_ids.sale_line_ids & self.invoice_line_ids.sale_line_ids
        )

    def _get_credited_lines(self, credit):
        """Return the lines of an invoice that a line of a credit note may be for."""
        self.ensure_one()
        lines = self.invoice_line_ids
        if credit.sale_line_ids:
            return lines.filtered(
                lambda line: line.sale_line_ids & credit.sale_line_ids
            )
        return lines.browse(self._get_likely_lines(credit))

    def _get_worths_left(self):
        """Take off what credit notes are surely for: those of one line."""
        left, round_amount = super()._get_worths_left(), self.currency_id.round
        allocations = self.invoice_line_ids.sale_line_ids._get_allocations()
        for credit in self._get_credits(allocations):
            key = credit.lines[0] if len(credit.lines) == 1 else None
            if key in left:
                left[key] = max(round_amount(left[key] - credit.amount), 0)
        return left

    def _get_note_worths(self):
        """As ``_get_worths``, of a credit note, whose last line bears its rounding."""
        self.ensure_one()
        worths, rest = self._get_worths()
        if worths and rest:
            worths[max(worths)] += rest
        return worths

    def _get_credits(self, allocations):
        """Return what credit notes take off the lines of an invoice.

        :param allocations: ``{sale line: Allocation}`` of its sale lines
        :returns: list of ``Credit`` in the order of their ids
        """
        self.ensure_one()
        asked = set(self.dunning_credits_asked or [])
        worths = {}
        for note in self._get_credit_notes():
            factor = self._get_share_of_note(note)
            note_worths = note._get_note_worths()
            worths |= {key: factor * value for key, value in note_worths.items()}
        Line = self.env["account.move.line"]
        sale_lines = self.invoice_line_ids.sale_line_ids
        own = set(self.invoice_line_ids.ids)
        result = []
        for sale_line in sale_lines:
            allocation = allocations[sale_line]
            for (credit_id, bill_id), quantity in allocation.credits.items():
                if bill_id not in own:
                    continue
                line = Line.browse(credit_id)
                part = min(quantity / abs(line._get_product_quantity()), 1)
                amount = worths.get(credit_id, abs(line.price_total)) * part
                result.append(Credit(credit_id, amount, (bill_id,), quantity))
            for credit_id, bill_ids in allocation.money_lines.items():
                if not own.isdisjoint(bill_ids) and credit_id in worths:
                    amount = worths[credit_id]
                    note = Line.browse(credit_id).move_id
                    result.append(
                        Credit(
                            credit_id, amount, bill_ids, is_answered=note.id in asked
                        )
                    )
        for line in Line.browse(worths):
            note = line.move_id
            if not line.sale_line_ids and self in (
                note.reversed_entry_id | note._get_matched_invoices()
            ):
                result.append(
                    Credit(
                        line.id,
                        worths[line.id],
                        self._get_likely_lines(line),
                        is_answered=note.id in asked,
                    )
                )
        digits = self.currency_id.round
        return [
            Credit(c.id, digits(c.amount), c.lines, c.quantity, c.is_answered)
            for c in sorted(result, key=lambda credit: credit.id)
        ]

    def _get_rate_of_note(self, note):
        """Return the rate from the currency of a credit note to the invoice's."""
        if note.currency_id == self.currency_id:
            return 1.0
        return note.currency_id._convert(
            1.0,
            self.currency_id,
            note.company_id,
            note.invoice_date or note.date,
            round=False,
        )

    def _get_share_of_note(self, note):
        """Return the factor by which amounts of a credit note count for an invoice.

        A note that reverses nothing counts as far as it was matched with the invoice.
        """
        self.ensure_one()
        rate = self._get_rate_of_note(note)
        if not self._is_loose(note) or not note.amount_total:
            return rate
        partials = note.line_ids.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id.move_id == self
        )
        matched = sum(partials.mapped("debit_amount_currency"))
        return rate * min(matched / (note.amount_total * rate), 1)

    def _get_likely_lines(self, credit):
        """Return the ids of the lines that a line of a credit note may be for."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and line.price_total > 0
                and not line.is_downpayment
            )
        )
        if len(lines) > 1:
            same = lines.filtered(lambda line: line.product_id == credit.product_id)
            named = same.filtered(lambda line: line.name == credit.name)
            if credit.product_id or named:
                lines = named or same or lines
        return tuple(lines.ids)
